//! What a figure is: panels, and layers on them. Plain data; nothing is drawn here.

use super::mark::Mark;
use super::palette::Role;
use super::words::{Lang, Text, numbers};

/// A figure for one 16:9 slide: a list of panels, an equation and a few footers.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    /// File name without its ending, in the lecture's order: `07_three_trajectories`.
    pub stem: String,
    /// The line at the top; may be empty.
    pub title: Text,
    /// One sentence for the JSON sidecar and the SVG's description.
    pub caption: Text,
    /// Panels in reading order; at most four unless `layout` says otherwise.
    pub panels: Vec<Panel>,
    /// Rows and columns; `None` is one row up to three panels and 2 × 2 for four.
    pub layout: Option<(usize, usize)>,
    /// An equation under the panels, in spans coloured by role.
    pub formula: Vec<(Role, Text)>,
    /// One-line footers, such as numbers with their standard error.
    pub notes: Vec<Text>,
    /// Every number printed on the figure, by name; it goes into the JSON sidecar.
    pub numbers: Vec<(String, f64)>,
}

impl Figure {
    /// All words that are drawn.
    fn texts(&mut self) -> Vec<&mut Text> {
        let mut all = vec![&mut self.title];
        all.extend(self.formula.iter_mut().map(|(_, text)| text));
        all.extend(&mut self.notes);
        for panel in &mut self.panels {
            all.push(&mut panel.title);
            for axis in [&mut panel.x, &mut panel.y] {
                all.push(&mut axis.label);
                all.extend(axis.ticks.iter_mut().flatten().map(|(_, text)| text));
            }
            for layer in &mut panel.layers {
                all.extend(&mut layer.label);
                match &mut layer.mark {
                    Mark::Labels(labels) => all.extend(labels.at.iter_mut().map(|(_, text)| text)),
                    Mark::Boxes(boxes) => all.extend(boxes.at.iter_mut().map(|(_, text)| text)),
                    Mark::Sheet(s) => {
                        all.extend(s.above.iter_mut().chain(&mut s.left).chain(&mut s.under));
                    }
                    Mark::Arrows(arrows) => all.extend(arrows.key.as_mut().map(|(_, text)| text)),
                    Mark::Density(density) => all.extend(&mut density.bar),
                    _ => {}
                }
            }
        }
        all
    }

    /// The figure with its numbers as they are drawn in each language; what is exported keeps hyphens and points.
    pub(super) fn with_numerals(&self) -> Figure {
        let mut figure = self.clone();
        for text in figure.texts() {
            *text = (numbers(&text.en, Lang::En), numbers(&text.vi, Lang::Vi)).into();
        }
        figure
    }

    /// Puts a number that is printed into the sidecar.
    pub fn number(&mut self, name: impl Into<String>, value: f64) {
        self.numbers.push((name.into(), value));
    }

    /// Puts a number and its standard error into the sidecar, as `{of}{what}` and `{of}se of {what}`.
    pub fn measured(&mut self, of: &str, what: &str, (value, se): (f64, f64)) {
        self.number(format!("{of}{what}"), value);
        self.number(format!("{of}se of {what}"), se);
    }
}

/// One pair of axes and what is drawn on it, first layer at the bottom.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// The line above the panel; may be empty.
    pub title: Text,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// One unit of x is as long as one unit of y.
    pub equal: bool,
    /// What is drawn.
    pub layers: Vec<Layer>,
    /// A sign between this panel and the next: `+`, `=`.
    pub joiner: Option<&'static str>,
}

impl Panel {
    /// A panel without axes, for shapes that carry their own words.
    pub fn bare(layers: Vec<Layer>) -> Self {
        let (x, y) = (Axis::hidden((0.0, 1.0)), Axis::hidden((0.0, 1.0)));
        Panel { x, y, layers, ..Panel::default() }
    }
}

/// A horizontal or vertical axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it measures; may be empty.
    pub label: Text,
    /// From and to, in data units.
    pub range: (f64, f64),
    /// Logarithmic, base 10; the range must then be positive.
    pub log: bool,
    /// Without ticks and label.
    pub hidden: bool,
    /// Ticks at these places with these words; `None` chooses round numbers.
    pub ticks: Option<Vec<(f64, Text)>>,
}

impl Default for Axis {
    fn default() -> Self {
        Axis { label: Text::default(), range: (0.0, 1.0), log: false, hidden: false, ticks: None }
    }
}

impl Axis {
    /// A linear axis with a label.
    pub fn new(label: impl Into<Text>, range: (f64, f64)) -> Self {
        Axis { label: label.into(), range, ..Axis::default() }
    }

    /// A logarithmic axis with a label.
    pub fn log(label: impl Into<Text>, range: (f64, f64)) -> Self {
        Axis { log: true, ..Axis::new(label, range) }
    }

    /// An axis that only sets a range.
    pub fn hidden(range: (f64, f64)) -> Self {
        Axis { hidden: true, ..Axis::new("", range) }
    }

    /// The same axis with ticks at these places.
    pub fn with_ticks(self, ticks: impl IntoIterator<Item = (f64, Text)>) -> Self {
        Axis { ticks: Some(ticks.into_iter().collect()), ..self }
    }
}

/// One named thing on a panel; it becomes one `<g id>` of the SVG.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Short name: the group's id and title, and the `layer` column of the CSV.
    pub name: String,
    /// One sentence for a reader who cannot see it.
    pub desc: String,
    /// What it stands for; decides the colour.
    pub role: Role,
    /// The shapes.
    pub mark: Mark,
    /// Direct label in the role's colour, instead of a legend.
    pub label: Option<Text>,
    /// Where the label stands, in data units; `None` is the end of the first line or the first point.
    pub label_at: Option<[f64; 2]>,
}

impl Layer {
    /// A layer without a label.
    pub fn new(name: &str, desc: &str, role: Role, mark: impl Into<Mark>) -> Self {
        Layer {
            name: name.into(),
            desc: desc.into(),
            role,
            mark: mark.into(),
            label: None,
            label_at: None,
        }
    }

    /// The same layer with a direct label at its end.
    pub fn label(self, label: impl Into<Text>) -> Self {
        Layer { label: Some(label.into()), ..self }
    }

    /// The same layer with a direct label at a place.
    pub fn label_at(self, label: impl Into<Text>, at: [f64; 2]) -> Self {
        Layer { label: Some(label.into()), label_at: Some(at), ..self }
    }
}
