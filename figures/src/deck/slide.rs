//! A slide: its picture and all that is said with it.

use super::formula::readable;
use crate::lecture::{FIGURES, Spec};
use crate::plot::{Figure, Lang, Text, words};

/// Words cut into (is it a subscript, text).
pub(super) type Parts = Vec<(bool, String)>;

/// A slide of the deck.
#[derive(Clone, Debug, Default)]
pub struct Slide {
    /// The stem of its picture, which is also its address in the deck.
    pub stem: String,
    /// Its title.
    pub title: Text,
    /// What it shows, in one sentence.
    pub caption: Text,
    /// The part of the lecture it belongs to; may be empty.
    pub part: Text,
    /// The formula as LaTeX; may be empty.
    pub latex: String,
    /// The command that draws this very picture alone; may be empty.
    pub command: String,
    /// What stands below the picture: numbers with their standard errors.
    pub told: Vec<Text>,
}

impl Slide {
    /// The slide of a figure; part, formula and command follow from its stem. `deck` is the command that made the deck, to
    /// which the command of a slide adds the name of its figure.
    pub fn of(figure: &Figure, deck: &str) -> Self {
        let spec = spec(&figure.stem);
        let command = |spec: &Spec| format!("{deck} --figure {}", spec.name);
        Slide {
            stem: figure.stem.clone(),
            title: figure.title.clone(),
            caption: figure.caption.clone(),
            part: spec.map_or(Text::default(), |spec| spec.part.clone()),
            latex: spec.map_or("", |spec| spec.latex).into(),
            command: spec.map_or(String::new(), command),
            told: figure.notes.iter().filter(|note| !note.en.trim().is_empty()).cloned().collect(),
        }
    }

    /// Whether it only adds to the slide before it.
    pub fn builds(&self) -> bool {
        let build = self.stem.rsplit_once("_build").map(|(_, k)| k);
        build.is_some_and(|k| k != "1" && k.bytes().all(|b| b.is_ascii_digit()))
    }

    /// A text of the slide as it is read in this language, with the language's numbers, cut into (is it a subscript, text).
    pub(super) fn parts(text: &Text, lang: Lang) -> Parts {
        words::subscripts(&words::numbers(text.get(lang), lang))
    }

    /// The same without subscripts, where there are none: in titles of files and in alternative texts.
    pub(super) fn read(text: &Text, lang: Lang) -> String {
        Self::parts(text, lang).into_iter().map(|(_, text)| text).collect()
    }

    /// The formula as it is read.
    pub(super) fn formula(&self, lang: Lang) -> Parts {
        words::subscripts(&readable(&self.latex, lang))
    }
}

/// The name of the figure that a picture of this stem is of, if it is one of the list of all figures.
pub fn figure_name(stem: &str) -> Option<&'static str> {
    spec(stem).map(|spec| spec.name)
}

/// The figure that a picture is of: the one whose stem begins its own, or else the last part of that number before it.
fn spec(stem: &str) -> Option<&'static Spec> {
    let begun = FIGURES.iter().filter(|spec| stem.starts_with(spec.stem));
    let part = |stem: &'static str| stem.split('_').next();
    let before = |spec: &&&Spec| {
        let number = Spec::number(stem);
        !number.is_empty()
            && Spec::number(spec.stem) == number
            && part(spec.stem) <= stem.split('_').next()
    };
    let begun = begun.max_by_key(|spec| spec.stem.len());
    begun
        .or_else(|| FIGURES.iter().rev().filter(before).max_by_key(|spec| part(spec.stem)))
        .copied()
}

/// Figures in the order of the lecture: by its parts, and within a part as they stand in the list of all figures.
///
/// What is not in that list comes last, in the order given.
pub fn in_order<'a>(figures: impl IntoIterator<Item = &'a Figure>) -> Vec<&'a Figure> {
    let place = |figure: &&Figure| {
        let spec = spec(&figure.stem);
        let within = FIGURES.iter().position(|other| spec.is_some_and(|s| s.stem == other.stem));
        (spec.map_or(usize::MAX, Spec::place), within)
    };
    let mut all: Vec<&Figure> = figures.into_iter().collect();
    all.sort_by_key(place);
    all
}
