//! What several methods gave, and how their curves look.

use super::extent::extent;
use crate::plot::{Curve, Layer, Marker, Role, Text};
use ndarray::Array2;
use scorelab::{Error, Result};

/// What one method gave, with its name and its role on the slide.
#[derive(Clone, Debug)]
pub struct Series<T> {
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

impl<T> Series<T> {
    /// The same name and role for something else.
    pub fn with<U>(&self, found: U) -> Series<U> {
        Series { title: self.title.clone(), role: self.role, found }
    }

    /// Refuses an empty list, and more methods than fit on a panel.
    pub(crate) fn at_most(series: &[Series<T>], most: usize) -> Result<()> {
        if (1..=most).contains(&series.len()) {
            return Ok(());
        }
        Err(Error::value("the number of methods", series.len(), format!("1 to {most}")))
    }
}

impl<T> Series<Vec<T>> {
    /// A point of a curve for each thing found.
    pub(crate) fn points(&self, point: impl FnMut(&T) -> Measured) -> Series<Vec<Measured>> {
        self.with(self.found.iter().map(point).collect())
    }
}

/// The k-th curve of a panel, solid, with its marker and its name at `place`.
pub(crate) fn series_curve(series: &Series<Vec<Measured>>, k: usize, place: [f64; 2]) -> Layer {
    let (marker, sign) = SIGNS[k % SIGNS.len()];
    let points = &series.found;
    let look = Curve {
        at: Array2::from_shape_fn((points.len(), 2), |(i, j)| points[i][j]),
        se: points.iter().map(|p| p[2]).collect(),
        dashed: Some(false),
        width: Some(3.5),
        marker: Some(marker),
        ..Curve::default()
    };
    let words = series.title.map(|w| format!("{sign} {w}"));
    Layer::new(&series.title.en, "one method", series.role, look).label_at(words, place)
}

/// The least and the largest y above 0 of all curves, if there are any.
pub(crate) fn positive_extent(series: &[Series<Vec<Measured>>]) -> Option<(f64, f64)> {
    let all = series.iter().flat_map(|s| s.found.iter().map(|p| p[1]));
    let (low, high) = extent(all.filter(|v| v.is_finite() && *v > 0.0));
    (low <= high).then_some((low, high))
}
