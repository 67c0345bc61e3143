//! The deck of an experiment's figures.

use super::run::Experiment;
use crate::page::Page;
use scorelab::{Error, Result};
use scorelab_figures::deck::{self, Slide};
use scorelab_figures::plot::{Figure, Format, Output, Text, pdf, png, svg};

impl Experiment {
    /// Writes the figures that have been drawn as a deck, `index.html`, `deck.pptx` and, with the feature `pdf`, `deck.pdf`, and
    /// names `index.html` last of all.
    ///
    /// Slides are in the order of the lecture. `index.html` shows the pictures in the folder, as SVG if there are any and as PNG
    /// otherwise; what moves ([`Experiment::animate_slide`]) is its APNG, in the PPTX file its GIF. Its last slide is the interactive page
    /// ([`Page`]), written beside it, if the scene fits on that. With `--panel` or with neither SVG nor PNG among the formats there
    /// is no deck.
    ///
    /// # Errors
    /// If a picture cannot be drawn, or a file cannot be read or written.
    pub fn deck(&mut self, figures: &[Figure]) -> Result<()> {
        let picture =
            [Format::Svg, Format::Png].into_iter().find(|f| self.output.formats.contains(f));
        let Some(format) = picture.filter(|_| self.output.panel.is_none()) else {
            self.say(Text::new(
                "no deck: it is made of whole figures in the formats svg or png",
                "không có bộ trang chiếu: nó cần hình đầy đủ, ở dạng svg hay png",
            ));
            return Ok(());
        };
        let (mut page, mut slides) = (vec![], vec![]);
        let command = self.flags.lecture_command();
        for figure in deck::in_order(figures) {
            let slide = Slide::of(figure, &command);
            let moving = self.has_written(&format!("{}.apng", figure.stem));
            let ending = if moving { "apng" } else { format.ending() };
            page.push((slide.clone(), format!("{}.{ending}", figure.stem)));
            slides.push((slide, self.pixels(figure, moving)?));
        }
        let pptx = deck::pptx(&slides, self.output.lang)?;
        self.write("deck.pptx", &pptx)?;
        if cfg!(feature = "pdf") {
            let Output { theme, lang, .. } = self.output;
            let drawn = deck::in_order(figures).into_iter().map(|f| svg(f, theme, lang, None));
            let pages: Vec<String> = drawn.collect::<Result<_>>()?;
            self.write("deck.pdf", &pdf(&pages)?)?;
        }
        let live = Page::fits(self.scene()).then_some("guidance.html");
        if let Some(name) = live {
            let Output { theme, lang, .. } = self.output;
            let page = Page {
                scene: self.scene(),
                networks: Default::default(),
                lang,
                theme: Some(theme),
            };
            let page = page.html()?;
            self.write(name, page.as_bytes())?;
        }
        let html = deck::html(&page, live, self.output.theme, self.output.lang);
        let path = self.write("index.html", html.as_bytes())?;
        let path = path.display();
        self.last_line = Some((format!("open {path}"), format!("hãy mở {path}")).into());
        Ok(())
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
