//! What is known of a figure before it is drawn.

use super::inputs::Inputs;
use super::need::Need;
use super::parts::PARTS;
use super::uses::Use;
use crate::plot::{Figure, Text};
use scorelab::{Error, Result};

/// A figure of the lecture: everything that is said about it, and how it is drawn.
#[derive(Debug)]
pub struct Spec {
    /// Its name on the command line.
    pub name: &'static str,
    /// The stem of its files, which begins with its number in the lecture if it has one.
    pub stem: &'static str,
    /// The part of the lecture it belongs to.
    pub part: Text,
    /// The formula as LaTeX.
    pub latex: &'static str,
    /// Its title; what is drawn may add the method or γ.
    pub title: Text,
    /// One sentence.
    pub caption: Text,
    /// What it cannot be drawn without.
    pub needs: &'static [Need],
    /// What else changes it.
    pub uses: &'static [Use],
    /// Draws it; what it needs has been checked.
    pub draw: fn(&Inputs) -> Result<Vec<Figure>>,
}

impl Spec {
    /// Its id in the lecture, `F5` or `A1`, if it has one.
    pub fn id(&self) -> Option<String> {
        let number = Spec::number(self.stem);
        match number.trim_start_matches('0') {
            _ if number.is_empty() => None,
            moving if moving.starts_with('A') => Some(moving.into()),
            "" => Some("F0".into()),
            still => Some(format!("F{still}")),
        }
    }

    /// Whether it is an animation, of which every figure is a frame.
    pub fn moves(&self) -> bool {
        self.needs.contains(&Need::Frames)
    }

    /// Whether this flag, a name without its dashes, changes what is drawn.
    pub fn takes(&self, flag: &str) -> bool {
        // a figure that brings its own scene needs the one that is asked for only to have a walk
        let own_scene = self.needs.contains(&Need::Line);
        let needs = self.needs.iter().filter(|need| !(own_scene && **need == Need::Scene));
        let mut flags = needs.flat_map(|need| need.flags());
        flags.any(|own| *own == flag) || self.uses.iter().any(|used| used.flags().contains(&flag))
    }

    /// Refuses inputs that lack something it needs.
    ///
    /// # Errors
    /// [`Error::Usage`] with the sentence of the first need that is not met.
    pub fn check(&self, inputs: &Inputs) -> Result<()> {
        let lacking = self.needs.iter().find_map(|need| need.lacking(inputs));
        lacking.map_or(Ok(()), |why| Err(Error::Usage { why }))
    }

    /// The figure of these inputs, or figures where it takes several slides.
    ///
    /// # Errors
    /// As [`Spec::check`], and what the figure itself refuses.
    pub fn figures(&self, inputs: &Inputs) -> Result<Vec<Figure>> {
        self.check(inputs)?;
        (self.draw)(inputs)
    }

    /// One line for the help: `F5: Bayes' rule for scores, at one point`.
    pub fn summary(&self) -> String {
        let id = self.id().map_or(String::new(), |id| format!("{id}: "));
        match self.needed().as_str() {
            "" => format!("{id}{}", self.title.en),
            needed => format!("{id}{} [needs {needed}]", self.title.en).replace('`', ""),
        }
    }

    /// The row of the documents' table: name, id, title, needs.
    pub fn row(&self) -> String {
        let id = self.id().unwrap_or("–".into());
        format!("| `{}` | {id} | {} | {} |", self.name, self.title.en, self.needed())
    }

    fn needed(&self) -> String {
        let phrases = self.needs.iter().filter_map(|need| need.phrase());
        phrases.collect::<Vec<_>>().join("; ")
    }

    /// The number at the head of a stem: `08` of `08a_hybrid`, `A1` of `A1_bayes_through_time`, nothing of `digits_samples`.
    pub(crate) fn number(stem: &str) -> &str {
        let end = stem.find(|c: char| !c.is_ascii_digit() && c != 'A').unwrap_or(stem.len());
        &stem[..end]
    }

    /// The place of its part in the lecture.
    pub(crate) fn place(&self) -> usize {
        PARTS.iter().position(|part| *part == self.part).unwrap_or(PARTS.len())
    }

    /// An empty figure with this stem, title and caption.
    pub(crate) fn figure(&self) -> Figure {
        slide(self.stem, self.title.clone(), self.caption.clone())
    }

    /// As `figure`, with something added to the title.
    pub(crate) fn figure_of(&self, more: impl Into<Text>) -> Figure {
        slide(self.stem, self.title.then(more), self.caption.clone())
    }
}

/// An empty figure with a stem, a title and a caption of its own.
pub(crate) fn slide(stem: &str, title: impl Into<Text>, caption: impl Into<Text>) -> Figure {
    Figure { stem: stem.into(), title: title.into(), caption: caption.into(), ..Figure::default() }
}
