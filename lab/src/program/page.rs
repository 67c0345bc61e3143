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
    /// If the scene cannot be read or does not fit on a page, or the file cannot be written.
    pub fn run(&self) -> Result<()> {
        let Data::Scene(scene, _) = Data::find(&place(&self.scene, None, &self.own)?)? else {
            unreachable!("only --data names images")
        };
        let page = page::Page { scene: &scene, lang: self.common.lang, theme: self.theme };
        file::replace(&self.out, page.html()?.as_bytes())?;
        say(format!("{}\n", self.out.display()).as_bytes())
    }
}
