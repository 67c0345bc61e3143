//! `scorelab page`: the page on which γ bends the field, as one file.

use crate::data::Data;
use crate::flags::{Page, place};
use crate::page;
use crate::report::say;
use scorelab::{Result, file};

impl Page {
    /// Writes the page, and says where.
    ///
    /// # Errors
    /// If the scene or a network cannot be read or does not fit on a page, or the file cannot be written.
    pub fn run(&self) -> Result<()> {
        let (place, gib) = (place(&self.scene, None, &self.own)?, self.common.machine.memory);
        let Data::Scene(scene, _) = Data::find(&place, gib)? else {
            unreachable!("only --data names images")
        };
        let (score, classifier) = (self.score.as_deref(), self.classifier.as_deref());
        let networks = [
            score.map(|path| page::score(path, &scene)).transpose()?,
            classifier.map(|path| page::classifier(path, &scene)).transpose()?,
        ];
        let page =
            page::Page { scene: &scene, networks, lang: self.common.lang, theme: self.theme };
        file::replace(&self.out, page.html()?.as_bytes())?;
        say(format!("{}\n", self.out.display()).as_bytes())
    }
}
