//! How a network sees its data: as they are, minus their mean, or along their principal components.

use super::Principal;
use ndarray::{Array1, Array2, ArrayView2};

/// The name of the row that holds the mean.
const MEAN: &str = "mean";

/// The map from the space of the data into the space that a network sees, and back.
///
/// | view | z of a point x | x of a point z |
/// |---|---|---|
/// | `Identity` | x | z |
/// | `Centred` | x − mean | z + mean |
/// | `Principal` | (x − mean)·V | z·Vᵀ + mean |
#[derive(Debug, Clone, PartialEq, Default)]
pub enum View {
    /// The data themselves.
    #[default]
    Identity,
    /// The data minus this mean (d).
    Centred(Array1<f64>),
    /// The data along their first principal components.
    Principal(Principal),
}

impl View {
    /// The coordinates that a network sees of points of `dim` coordinates.
    pub fn dim(&self, dim: usize) -> usize {
        match self {
            View::Identity | View::Centred(_) => dim,
            View::Principal(p) => p.spread.len(),
        }
    }

    /// The dimension of the data that it is a view of; `None` for the identity, which takes any.
    pub fn data_dim(&self) -> Option<usize> {
        match self {
            View::Identity => None,
            View::Centred(mean) => Some(mean.len()),
            View::Principal(p) => Some(p.mean.len()),
        }
    }

    /// The spread of each coordinate for a score network, as in [`ScoreNet`](crate::nn::ScoreNet); none where all have one.
    pub fn spread(&self) -> Vec<f64> {
        match self {
            View::Identity | View::Centred(_) => Vec::new(),
            View::Principal(p) => p.widths(),
        }
    }

    /// Points of the data (n, d) as a network sees them: (n, `dim(d)`).
    ///
    /// # Panics
    /// If the points do not have the coordinates of its data.
    pub fn coordinates(&self, x: ArrayView2<f64>) -> Array2<f64> {
        match self {
            View::Identity => x.to_owned(),
            View::Centred(mean) => &x - mean,
            View::Principal(p) => p.coordinates(x),
        }
    }

    /// What a network sees as points of the data: (n, k) → (n, d). It is the inverse of [`View::coordinates`] except for what lies
    /// off the components.
    ///
    /// # Panics
    /// If the points do not have the coordinates that a network sees.
    pub fn points(&self, z: ArrayView2<f64>) -> Array2<f64> {
        match self {
            View::Identity => z.to_owned(),
            View::Centred(mean) => &z + mean,
            View::Principal(p) => p.points(z),
        }
    }

    /// Its numbers as rows with a name each, to be kept beside a network: none, `mean`, or `mean`, `spread` and `axes`.
    pub fn rows(&self) -> Vec<(String, Array1<f64>)> {
        match self {
            View::Identity => Vec::new(),
            View::Centred(mean) => vec![(MEAN.into(), mean.clone())],
            View::Principal(p) => p.rows().into(),
        }
    }

    /// The view of such rows: of the most of them that fit together and are finite.
    pub fn of_rows<'a>(row: impl Fn(&str) -> Option<&'a Array1<f64>>) -> View {
        let finite = |name: &str| row(name).filter(|row| row.iter().all(|v| v.is_finite()));
        match Principal::of_rows(finite) {
            Some(principal) => View::Principal(principal),
            None => finite(MEAN).cloned().map_or(View::Identity, View::Centred),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Every kind of view, of points of three coordinates.
    fn views() -> [View; 3] {
        let x = array![[1.0, 2.0, 0.0], [3.0, 0.0, 0.5], [0.0, -1.0, 2.0], [4.0, 4.0, 4.0]];
        let mean = x.mean_axis(ndarray::Axis(0)).unwrap();
        let principal = Principal::of(x.view(), 3);
        [View::Identity, View::Centred(mean), View::Principal(principal)]
    }

    #[test]
    fn points_come_back_through_every_view() {
        let x = array![[0.5, -1.0, 2.0], [1.0, 0.0, 3.0]];
        for view in views() {
            let z = view.coordinates(x.view());
            assert_eq!(z.ncols(), view.dim(3));
            let off = view.points(z.view()) - &x;
            assert!(off.iter().all(|v| v.abs() < 1e-12), "{view:?}: {off}");
            // the wrong twin: a view does not see the data unchanged unless it is the identity
            assert_eq!(z == x, view == View::Identity, "{view:?}");
        }
    }

    #[test]
    fn a_view_comes_back_from_its_rows_and_not_from_a_part_of_them() {
        for view in views() {
            let rows = view.rows();
            let find = |name: &str| rows.iter().find(|(n, _)| n == name).map(|(_, row)| row);
            assert_eq!(View::of_rows(find), view);
            let without_axes = |name: &str| find(name).filter(|_| name != "axes");
            assert_eq!(View::of_rows(without_axes) == view, !matches!(view, View::Principal(_)));
        }
        let broken = array![f64::NAN, 0.0];
        assert_eq!(View::of_rows(|name| (name == "mean").then_some(&broken)), View::Identity);
    }
}
