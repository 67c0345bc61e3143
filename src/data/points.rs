//! A file of points as a scene: a small Gaussian at each point is a mixture, so everything that is exact of one is exact of it.

use super::{ClassName, Scene, Table, TableOptions};
use crate::file::fingerprint;
use crate::mixture::Mixture;
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The most points of a scene.
const MOST_POINTS: usize = 100_000;
/// The most numbers in all covariances together, points × dimension²: 80 MB.
const MOST_NUMBERS: usize = 10_000_000;
/// The most classes.
const MOST_CLASSES: usize = 1_000;
/// The smallest and the largest spread that is still an ordinary number squared twice.
const SPREAD: (f64, f64) = (1e-50, 1e50);
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
    /// The file: a table as [`Table`] reads it.
    pub path: String,
    /// h, the standard deviation of the Gaussian at each point; [`spread`] of the points where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
    /// The columns that are coordinates, by name or number; as [`Table::points`] finds them where it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Whether the first row is one of names, where it does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
}

impl PointFile {
    /// Whether this is the path of a file of points, by its ending.
    pub fn is(path: &str) -> bool {
        let path = path.to_lowercase();
        ENDINGS.iter().any(|ending| path.ends_with(ending))
    }

    /// The scene of the points, called as the file is.
    ///
    /// # Errors
    /// As [`Table::read`], [`Table::points`] and [`Table::labels`]; if there are more points than a scene has, all are equal
    /// and no `sd` is given, or `sd` is no positive number.
    pub fn scene(&self) -> Result<Scene> {
        self.read().map(|(scene, _)| scene)
    }

    /// The scene, with the fingerprint of what was read: its points, their classes and their spread.
    ///
    /// # Errors
    /// As [`PointFile::scene`].
    pub fn scene_with_fingerprint(&self) -> Result<(Scene, String)> {
        let (scene, numbers) = self.read()?;
        Ok((scene, fingerprint(&numbers)))
    }

    fn read(&self) -> Result<(Scene, Vec<u8>)> {
        let options = TableOptions { header: self.header, ..TableOptions::default() };
        let table = Table::read(&self.path, options)?;
        let x = table.points(&self.columns, None)?;
        let labels = table.labels(&self.columns)?;
        let wrong = |why: String| Err(Error::File { path: self.path.clone().into(), why });
        let (n, d) = x.dim();
        if n > MOST_POINTS || n * d * d > MOST_NUMBERS {
            let most = MOST_POINTS.min(MOST_NUMBERS / (d * d)).max(1);
            return wrong(format!(
                "it has {n} points of {d} coordinates, but a scene has at most {most}; take fewer"
            ));
        }
        let (words, y) = labels.unwrap_or_else(|| (vec!["all".into()], vec![0; n]));
        if words.len() > MOST_CLASSES {
            return wrong(format!(
                "it has {} labels, but at most {MOST_CLASSES} are read",
                words.len()
            ));
        }
        let sd =
            match self.sd {
                Some(sd) if (SPREAD.0..=SPREAD.1).contains(&sd) => sd,
                Some(sd) => return Err(Error::value("--sd", sd, "a finite number above 0")),
                None => match spread(x.view(), &y) {
                    sd if sd > 0.0 => sd,
                    _ => return wrong(
                        "its points do not differ, so their spread is not known; give it with --sd"
                            .into(),
                    ),
                },
            };
        let fold = |numbers: &mut Vec<u8>, x: f64| numbers.extend(x.to_le_bytes());
        let mut numbers = Vec::new();
        x.iter().chain([&sd]).for_each(|v| fold(&mut numbers, *v));
        y.iter().for_each(|y| fold(&mut numbers, *y as f64));
        words.iter().for_each(|word| numbers.extend(word.bytes().chain([0])));
        let class_names =
            words.iter().map(|w| ClassName { en: w.clone(), vi: w.clone() }).collect();
        let name = Path::new(&self.path).file_stem().unwrap_or_default().to_string_lossy();
        let name = crate::text::printable(&name);
        Ok((Scene { name, mixture: of_points(x, sd, y)?, class_names }, numbers))
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
        // what is left is the points' own variance beside h²
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
        // what lies between the classes is no spread
        let apart = array![[-1.0], [1.0], [99.0], [101.0]];
        let found = spread(apart.view(), &[0, 0, 1, 1]);
        assert!((found - (4.0f64 / 6.0).powf(0.2)).abs() < 1e-12);
        assert!(spread(apart.view(), &[0; 4]) > 10.0, "the wrong twin: without classes it is");
        assert_eq!(spread(array![[1.0, 2.0], [1.0, 2.0]].view(), &[0, 0]), 0.0);
    }
}
