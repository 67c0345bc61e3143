//! The deck of an experiment's figures.

use super::run::Experiment;
use crate::page::Page;
use scorelab::{Error, Result};
use scorelab_figures::deck::{self, Slide};
use scorelab_figures::plot::{Figure, Format, Output, Text, pdf, png, svg};
use std::path::PathBuf;

impl Experiment {
    /// Writes the figures that have been drawn as a deck: with the feature `pdf` as `deck.pdf`, and of pictures that are in the folder,
    /// SVG or PNG, as `index.html` and `deck.pptx`; it names the one to open last of all.
    ///
    /// Slides are in the order of the lecture. With `--panel` there is no deck, and none either where neither SVG nor PNG nor PDF is
    /// among the formats.
    ///
    /// # Errors
    /// If a picture cannot be drawn, or a file cannot be read or written.
    pub fn deck(&mut self, figures: &[Figure]) -> Result<()> {
        let Output { formats, panel, .. } = &self.output;
        let asked = |format: &Format| panel.is_none() && formats.contains(format);
        let picture = [Format::Svg, Format::Png].into_iter().find(|format| asked(format));
        if picture.is_none() && !asked(&Format::Pdf) {
            self.say(Text::new(
                "no deck: it is made of whole figures in the formats svg, png or pdf",
                "không có bộ trang chiếu: nó cần hình đầy đủ, ở dạng svg, png hay pdf",
            ));
            return Ok(());
        }
        let mut path = PathBuf::new();
        let figures = deck::in_order(figures);
        if cfg!(feature = "pdf") {
            path = self.deck_on_paper(&figures)?;
        }
        if let Some(format) = picture {
            path = self.deck_of_pictures(&figures, format)?;
        }
        let path = path.display();
        self.last_line = Some((format!("open {path}"), format!("hãy mở {path}")).into());
        Ok(())
    }

    /// The deck as a PDF, a page for each figure.
    fn deck_on_paper(&mut self, figures: &[&Figure]) -> Result<PathBuf> {
        let Output { theme, lang, .. } = self.output;
        let pages = figures.iter().map(|figure| svg(figure, theme, lang, None));
        let pages: Vec<String> = pages.collect::<Result<_>>()?;
        self.write("deck.pdf", &pdf(&pages)?)
    }

    /// The deck as `deck.pptx` and `index.html`, which shows the pictures of this format in the folder; what moves
    /// ([`Experiment::animate_slide`]) is its APNG there, in the PPTX file its GIF. Its last slide is the interactive page ([`Page`]),
    /// written beside it, if the scene fits on that.
    fn deck_of_pictures(&mut self, figures: &[&Figure], format: Format) -> Result<PathBuf> {
        let (mut page, mut slides) = (vec![], vec![]);
        let command = self.flags.lecture_command();
        for figure in figures {
            let slide = Slide::of(figure, &command);
            let moving = self.has_written(&format!("{}.apng", figure.stem));
            let ending = if moving { "apng" } else { format.ending() };
            page.push((slide.clone(), format!("{}.{ending}", figure.stem)));
            slides.push((slide, self.pixels(figure, moving)?));
        }
        let pptx = deck::pptx(&slides, self.output.lang)?;
        self.write("deck.pptx", &pptx)?;
        let Output { theme, lang, .. } = self.output;
        let live = Page::fits(self.scene()).then_some("guidance.html");
        if let Some(name) = live {
            let (scene, networks) = (self.scene(), Default::default());
            let page = Page { scene, networks, lang, theme: Some(theme) }.html()?;
            self.write(name, page.as_bytes())?;
        }
        self.write("index.html", deck::html(&page, live, theme, lang).as_bytes())
    }

    /// The picture of a slide: the GIF if it moves, else the PNG that was written, or one drawn for it.
    fn pixels(&self, figure: &Figure, moving: bool) -> Result<Vec<u8>> {
        let Output { dir, formats, theme, lang, width, .. } = &self.output;
        if moving || formats.contains(&Format::Png) {
            let ending = if moving { "gif" } else { "png" };
            let path = dir.join(format!("{}.{ending}", figure.stem));
            return std::fs::read(&path).map_err(|why| Error::io("read", &path, why));
        }
        png(&svg(figure, *theme, *lang, None)?, *width)
    }
}
