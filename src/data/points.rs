//! Points as a scene: a small Gaussian at each is a mixture, so everything that is exact for mixtures is exact for it.

use crate::Result;
use crate::mixture::Mixture;
use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// The endings of files of points.
const ENDINGS: [&str; 7] = [".csv", ".tsv", ".txt", ".json", ".npy", ".npz", ".gz"];

/// A file of points, and how it becomes a scene.
///
/// ```text
/// p(x₀) = (1/n) Σᵢ N(x₀; xᵢ, h²I)
/// ```
///
/// h → 0 is the data set itself, as [`Empirical`](crate::mixture::Empirical); h → ∞ is one Gaussian. Where the file has
/// labels, each class owns its points; else all are of the class `all`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PointFile {
    /// The file: a table of text, JSON, `.npy` or `.npz`.
    pub path: String,
    /// h, the standard deviation of the Gaussian at each point; if not given, the [`spread`] of the points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
    /// The columns that are coordinates, by name or number; found by their names where it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Whether the first row holds names, where that is not clear from the row itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
}

impl PointFile {
    /// Whether this is the path of a file of points, by its ending.
    pub fn is(path: &str) -> bool {
        let path = path.to_lowercase();
        ENDINGS.iter().any(|ending| path.ends_with(ending))
    }
}

/// The mixture with a Gaussian of standard deviation `sd` at each point: `x` (n, d), classes (n).
///
/// # Errors
/// As [`Mixture::new`].
pub fn of_points(x: Array2<f64>, sd: f64, classes: Vec<usize>) -> Result<Mixture> {
    let n = x.nrows();
    Mixture::isotropic(vec![1.0; n], x, &vec![sd; n], classes)
}

/// The spread that n points of d coordinates leave to each, by Silverman's rule for each class.
///
/// ```text
/// h = s·(4/((d + 2)·m))^(1/(d + 4)),   s² the mean variance of a coordinate within its class,   m = n/classes
/// ```
///
/// 0 where the points of no class differ. Source: Silverman 1986, Density Estimation, eq. 4.14.
pub fn spread(x: ArrayView2<f64>, classes: &[usize]) -> f64 {
    let (n, d) = x.dim();
    let count = classes.iter().max().map_or(1, |c| c + 1);
    let square: f64 = (0..count)
        .map(|class| {
            let rows: Vec<usize> = (0..n).filter(|i| classes[*i] == class).collect();
            let own = x.select(Axis(0), &rows);
            let mean = own.mean_axis(Axis(0)).unwrap_or_else(|| ndarray::Array1::zeros(d));
            (own - mean).mapv(|v| v * v).sum()
        })
        .sum();
    let s = (square / (n * d) as f64).sqrt();
    let (m, d) = (n as f64 / count as f64, d as f64);
    s * (4.0 / ((d + 2.0) * m)).powf(1.0 / (d + 4.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mixture::Empirical;
    use crate::noise::NoiseLevel;
    use crate::score::{LogDensity, ScoreFn};
    use ndarray::array;

    fn data() -> (Array2<f64>, Vec<usize>) {
        let x = Array2::from_shape_fn((40, 2), |(i, j)| ((i * 7 + j * 13) % 17) as f64 * 0.3 - 2.0);
        (x, (0..40).map(|i| i % 2).collect())
    }

    fn queries() -> Array2<f64> {
        Array2::from_shape_fn((25, 2), |(i, j)| ((i * 5 + j * 3) % 11) as f64 * 0.5 - 2.5)
    }

    /// The largest difference of two arrays, by the size of the second.
    fn off(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
        (a - b).iter().fold(0.0, |m: f64, v| m.max(v.abs()))
            / b.iter().fold(0.0, |m: f64, v| m.max(v.abs()))
    }

    #[test]
    fn points_of_no_width_are_the_data_set() {
        let ((x, y), at) = (data(), queries());
        let exact = Empirical::new(x.clone()).unwrap();
        for level in [NoiseLevel::ve(0.3), NoiseLevel { alpha: 0.6, sigma: 0.8 }] {
            let of = |sd: f64| of_points(x.clone(), sd, y.clone()).unwrap();
            let score = exact.score(at.view(), level);
            assert!(off(&of(1e-9).score(at.view(), level), &score) < 1e-12);
            let density = LogDensity::log_density(&exact, at.view(), level);
            let found = of(1e-9).log_density(at.view(), level);
            assert!((&found - &density).iter().all(|v| v.abs() < 1e-12), "{found} {density}");
            // the wrong twin: a width that can be seen
            assert!(off(&of(0.05).score(at.view(), level), &score) > 1e-3);
        }
    }

    #[test]
    fn points_of_a_great_width_are_one_gaussian() {
        let ((x, y), at) = (data(), queries());
        let level = NoiseLevel { alpha: 0.8, sigma: 0.6 };
        let mean = x.mean_axis(Axis(0)).unwrap();
        let gaussian = |sd: f64| {
            let mean = mean.clone().insert_axis(Axis(0));
            Mixture::isotropic(vec![1.0], mean, &[sd], vec![0]).unwrap().score(at.view(), level)
        };
        let of = |sd: f64| of_points(x.clone(), sd, y.clone()).unwrap().score(at.view(), level);
        // what is left is the points' own variance, besides h²
        for sd in [1e2, 1e3, 1e4] {
            assert!(off(&of(sd), &gaussian(sd)) < 5.0 / (sd * sd), "{sd}");
        }
        assert!(off(&of(1.0), &gaussian(1.0)) > 0.1, "the wrong twin: a width that is not great");
    }

    #[test]
    fn the_rule_is_silvermans() {
        // one class: s² = 1, n = 4, d = 1: (4/12)^(1/5)
        let x = array![[-1.0], [1.0], [-1.0], [1.0]];
        assert!((spread(x.view(), &[0; 4]) - (1.0f64 / 3.0).powf(0.2)).abs() < 1e-12);
        // the distance between the classes does not count as spread
        let apart = array![[-1.0], [1.0], [99.0], [101.0]];
        let found = spread(apart.view(), &[0, 0, 1, 1]);
        assert!((found - (4.0f64 / 6.0).powf(0.2)).abs() < 1e-12);
        assert!(spread(apart.view(), &[0; 4]) > 10.0, "the wrong twin: without classes it is");
        assert_eq!(spread(array![[1.0, 2.0], [1.0, 2.0]].view(), &[0, 0]), 0.0);
    }
}
