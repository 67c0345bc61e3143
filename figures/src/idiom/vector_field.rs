//! A vector field as arrows.

use super::window::Window;
use crate::plot::{Arrows, Layer, Mark, Role, Text};
use ndarray::{Array2, ArrayView2, Axis};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

/// Arrows along one side of a field.
pub(crate) const ARROWS: usize = 21;

/// A vector field as arrows of length σ·|v|, at most 0.9 of a cell.
pub(crate) struct Field {
    tails: Array2<f64>,
    cell: f64,
    columns: usize,
}

impl Field {
    /// What a figure with such a field says about it.
    pub const NOTE: Text = Text::new(
        "arrows: σ·s, drawn no longer than σ·|s| = 2",
        "mũi tên: σ·s, vẽ không dài quá σ·|s| = 2",
    );

    /// A place in the middle of each cell, `per_side` of them across the shorter side.
    pub fn new(window: Window, per_side: usize) -> Self {
        let cell = window.width().min(window.height()) / per_side as f64;
        let cells = |side: f64| ((side / cell).round() as usize).max(1);
        let (columns, rows) = (cells(window.width()), cells(window.height()));
        let at = |low: f64, i: usize| low + (i as f64 + 0.5) * cell;
        let tails = Array2::from_shape_fn((rows * columns, 2), |(i, j)| match j {
            0 => at(window.x.0, i % columns),
            _ => at(window.y.0, i / columns),
        });
        Field { tails, cell, columns }
    }

    /// Every other place of this field in both directions, for arrows of twice the length; none so near the edge that its
    /// arrow would leave the window.
    pub fn every_other(&self) -> Self {
        let odd = |i: &usize| (i / self.columns) % 2 == 1 && (i % self.columns) % 2 == 1;
        let rows: Vec<usize> = (0..self.tails.nrows()).filter(odd).collect();
        Field {
            tails: self.tails.select(Axis(0), &rows),
            cell: 2.0 * self.cell,
            columns: self.columns / 2,
        }
    }

    pub fn tails(&self) -> ArrayView2<'_, f64> {
        self.tails.view()
    }

    /// A score as arrows at every place.
    pub fn score(&self, name: &str, role: Role, score: &dyn ScoreFn, level: NoiseLevel) -> Layer {
        self.layer(name, role, score.score(self.tails(), level), level)
    }

    /// These vectors (n, 2) as arrows, each centred on its place. σ·|v| = 2 has the full length.
    pub fn layer(&self, name: &str, role: Role, vec: Array2<f64>, level: NoiseLevel) -> Layer {
        let cap = 0.9 * self.cell;
        let (from, scale) = (self.tails.clone(), level.sigma * cap / 2.0);
        let arrows = Arrows { from, vec, scale, cap, centred: true, ..Arrows::default() };
        Layer::new(name, "arrows of length σ·|s|, cut at σ·|s| = 2", role, arrows)
    }
}

/// The layer with its scale key in the corner of the panel: a full arrow and what it means.
pub(crate) fn with_key(mut layer: Layer) -> Layer {
    if let Mark::Arrows(arrows) = &mut layer.mark {
        arrows.key = Some((arrows.cap, "σ·|s| ≥ 2".into()));
    }
    layer
}
