//! Boxes, arrows and words of a diagram.

use crate::plot::{Arrows, Axis, Boxes, Labels, Layer, Panel, Role, Side, Text};
use ndarray::arr2;

/// A box with a word: (left, bottom, right, top).
pub(crate) fn boxed(name: &str, role: Role, at: [f64; 4], word: impl Into<Text>) -> Layer {
    let look = Boxes { at: vec![(at, word.into())], filled: false };
    Layer::new(name, "a box of the diagram", role, look)
}

/// Arrows from place to place, each (x, y, x, y).
pub(crate) fn arrows(name: &str, role: Role, ends: &[[f64; 4]]) -> Layer {
    let from: Vec<[f64; 2]> = ends.iter().map(|e| [e[0], e[1]]).collect();
    let vec: Vec<[f64; 2]> = ends.iter().map(|e| [e[2] - e[0], e[3] - e[1]]).collect();
    let look = Arrows { from: arr2(&from), vec: arr2(&vec), width: Some(4.0), ..Arrows::default() };
    Layer::new(name, "what goes where", role, look)
}

/// A word without a box.
pub(crate) fn word(role: Role, at: [f64; 2], side: Side, word: impl Into<Text>) -> Layer {
    Layer::new(
        "word",
        "a word of the diagram",
        role,
        Labels { at: vec![(at, word.into())], side, ..Labels::default() },
    )
}

/// A panel for a diagram of this width and height.
pub(crate) fn diagram(title: impl Into<Text>, size: (f64, f64), layers: Vec<Layer>) -> Panel {
    Panel {
        title: title.into(),
        x: Axis::hidden((0.0, size.0)),
        y: Axis::hidden((0.0, size.1)),
        layers,
        ..Panel::default()
    }
}
