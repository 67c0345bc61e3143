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
        let place = place(&self.scene, None, &self.own)?;
        let Data::Scene(scene, _) = Data::find(&place, self.common.machine.memory)? else {
            unreachable!("only --data names images")
        };
        let score = self.score.as_deref().map(|path| page::score(path, &scene)).transpose()?;
        let [noisy, clean] = page::classifiers(&self.classifier, &scene)?;
        let networks = [score, noisy, clean];
        let page =
            page::Page { scene: &scene, networks, lang: self.common.lang, theme: self.theme };
        file::replace(&self.out, page.html()?.as_bytes())?;
        say(format!("{}\n", self.out.display()).as_bytes())
    }
}
