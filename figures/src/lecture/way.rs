//! What several ways of steering gave, and how their curves look.

use crate::plot::{Curve, Layer, Marker, Role, Text};
use ndarray::Array2;

/// What one way of steering gave, with its name and its role on the slide.
#[derive(Clone, Debug)]
pub struct Way<T> {
    /// What it is called on the slide.
    pub title: Text,
    /// Its role, which decides the colour.
    pub role: Role,
    /// What it gave: samples, points of a curve, …
    pub found: T,
}

/// A measured point of a curve: x, y and the standard error of y, NaN where there is none.
pub type Measured = [f64; 3];

/// The markers of the curves on one panel, and the same as letters.
const SIGNS: [(Marker, &str); 4] =
    [(Marker::Dot, "●"), (Marker::Ring, "○"), (Marker::Diamond, "◆"), (Marker::Star, "★")];

impl<T> Way<T> {
    /// The same name and role for something else.
    pub fn with<U>(&self, found: U) -> Way<U> {
        Way { title: self.title.clone(), role: self.role, found }
    }
}

/// The k-th curve of a panel, solid, with its marker and its name at `place`.
pub(super) fn curve(way: &Way<Vec<Measured>>, k: usize, place: [f64; 2]) -> Layer {
    let (marker, sign) = SIGNS[k % SIGNS.len()];
    let points = &way.found;
    let look = Curve {
        at: Array2::from_shape_fn((points.len(), 2), |(i, j)| points[i][j]),
        se: points.iter().map(|p| p[2]).collect(),
        dashed: Some(false),
        width: Some(3.5),
        marker: Some(marker),
    };
    let words = way.title.map(|w| format!("{sign} {w}"));
    Layer::new(&way.title.en, "one way of steering", way.role, look).label_at(words, place)
}

/// Least and largest y above 0 of all curves; (NaN, NaN) without any.
pub(super) fn range(ways: &[Way<Vec<Measured>>]) -> (f64, f64) {
    let all = ways.iter().flat_map(|w| w.found.iter().map(|p| p[1]));
    all.filter(|v| v.is_finite() && *v > 0.0)
        .fold((f64::NAN, f64::NAN), |(a, b), v| (a.min(v), b.max(v)))
}
