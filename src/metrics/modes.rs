//! The modes of a mixture as the metrics see them, and how often each is visited.

use crate::linalg::{cholesky, solve_lower};
use crate::mixture::Mixture;
use crate::rng::{Purpose, stream};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use rand::Rng;

/// The place of the draws of modes among the reference draws.
const MODES: u64 = 0x6d6f_6465;

/// The modes of a labelled Gaussian mixture, borrowed from whoever owns them.
///
/// k modes in d dimensions; a class may own several of them.
#[derive(Clone, Copy, Debug)]
pub struct Modes<'a> {
    /// Weight of each mode, (k,); only their ratios matter.
    pub weights: &'a [f64],
    /// Means, (k, d).
    pub means: ArrayView2<'a, f64>,
    /// Covariances, k times (d, d), symmetric and positive definite.
    pub covs: &'a [Array2<f64>],
    /// Class of each mode, (k,).
    pub labels: &'a [usize],
}

impl<'a> Modes<'a> {
    /// The components of an exact mixture.
    pub fn of(mixture: &'a Mixture) -> Self {
        Modes {
            weights: mixture.weights(),
            means: mixture.means(),
            covs: mixture.covs(),
            labels: mixture.labels(),
        }
    }

    /// The modes as ellipsoids that measure distances; this is the door where the shapes are asserted.
    pub(super) fn ellipsoids(&self, dim: usize) -> Vec<Ellipsoid<'a>> {
        let k = self.means.nrows();
        assert!(k > 0, "there must be at least one mode");
        assert_eq!(self.means.ncols(), dim, "means and samples differ in dimension");
        assert_eq!(self.weights.len(), k, "one weight per mode");
        assert_eq!(self.covs.len(), k, "one covariance per mode");
        assert_eq!(self.labels.len(), k, "one label per mode");
        self.covs
            .iter()
            .enumerate()
            .map(|(j, cov)| Ellipsoid::new(row(self.means, j), cov))
            .collect()
    }

    /// Weighted mean of the modes that `keep` accepts by label, (d,).
    pub(super) fn mean_of(&self, keep: impl Fn(usize) -> bool) -> Array1<f64> {
        let mut sum = Array1::zeros(self.means.ncols());
        let mut total = 0.0;
        for (j, &weight) in self.weights.iter().enumerate().filter(|&(j, _)| keep(self.labels[j])) {
            sum.scaled_add(weight, &self.means.row(j));
            total += weight;
        }
        assert!(total > 0.0, "no mode with that label has a positive weight");
        sum / total
    }
}

/// Row `i` with the lifetime of the data, which `ArrayView2::row` would shorten.
fn row(x: ArrayView2<'_, f64>, i: usize) -> ArrayView1<'_, f64> {
    x.index_axis_move(ndarray::Axis(0), i)
}

/// A mean and the Cholesky factor of its covariance, Σ = L·Lᵀ.
pub(super) struct Ellipsoid<'a> {
    mean: ArrayView1<'a, f64>,
    lower: Array2<f64>,
}

impl<'a> Ellipsoid<'a> {
    fn new(mean: ArrayView1<'a, f64>, cov: &Array2<f64>) -> Self {
        assert_eq!(cov.dim(), (mean.len(), mean.len()), "a covariance must be (d, d)");
        let lower = cholesky(cov);
        let definite = lower.diag().iter().all(|l| *l > 0.0);
        assert!(definite, "a covariance is not positive definite");
        Ellipsoid { mean, lower }
    }

    /// Mahalanobis distance √((x − μ)ᵀ Σ⁻¹ (x − μ)) = |L⁻¹(x − μ)|.
    pub(super) fn distance(&self, x: ArrayView1<f64>) -> f64 {
        let z = solve_lower(&self.lower, &x - &self.mean);
        z.iter().map(|v| v * v).sum::<f64>().sqrt()
    }

    /// ½·ln det Σ.
    fn half_log_det(&self) -> f64 {
        self.lower.diag().iter().map(|l| l.ln()).sum()
    }
}

/// How many samples have each mode as their nearest, in Mahalanobis distance.
///
/// ```text
/// countₖ = #{ i : k = argminⱼ (xᵢ − μⱼ)ᵀ Σⱼ⁻¹ (xᵢ − μⱼ) }
/// ```
///
/// Shapes: `x` (n, d) → (k,). Ties go to the first mode. A row with a number that is not finite is near no mode and is
/// not counted, so the counts then sum to less than n. One mode takes every finite row.
///
/// # Panics
/// If shapes disagree or a covariance is not positive definite.
pub fn mode_counts(x: ArrayView2<f64>, modes: &Modes) -> Vec<usize> {
    let ellipsoids = modes.ellipsoids(x.ncols());
    let mut counts = vec![0; ellipsoids.len()];
    for point in x.rows().into_iter().filter(|row| row.iter().all(|v| v.is_finite())) {
        let distances = ellipsoids.iter().map(|mode| mode.distance(point)).enumerate();
        let nearest = distances.min_by(|a, b| a.1.total_cmp(&b.1)).expect("there is a mode");
        counts[nearest.0] += 1;
    }
    counts
}

/// How many samples came from each mode, where the mode of each is drawn from what its place says.
///
/// ```text
/// kᵢ ~ p(k ∣ xᵢ) ∝ πₖ·N(xᵢ; μₖ, Σₖ),   countₖ = #{ i : kᵢ = k }
/// ```
///
/// Shapes: `x` (n, d) → (k,). For n independent samples of the mixture the counts are multinomial with its weights,
/// however much the modes overlap, which is what [`chi_square`](super::chi_square) tests; the counts of the nearest mode
/// ([`mode_counts`]) are that only for modes far apart, where both are the same. A row with a number that is not finite
/// is not counted. The draws are those of the seed, one for each row.
///
/// # Panics
/// As [`mode_counts`].
pub fn drawn_mode_counts(x: ArrayView2<f64>, modes: &Modes, seed: u64) -> Vec<usize> {
    let ellipsoids = modes.ellipsoids(x.ncols());
    let mut counts = vec![0; ellipsoids.len()];
    let mut rng = stream(seed, Purpose::Reference, MODES, 0);
    for point in x.rows() {
        let u: f64 = rng.random();
        if !point.iter().all(|v| v.is_finite()) {
            continue;
        }
        let log = |(mode, weight): (&Ellipsoid, &f64)| {
            weight.ln() - mode.half_log_det() - 0.5 * mode.distance(point).powi(2)
        };
        let logs: Vec<f64> = ellipsoids.iter().zip(modes.weights).map(log).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let parts: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
        let mut rest = u * parts.iter().sum::<f64>();
        let past = |part: &f64| {
            rest -= part;
            rest < 0.0
        };
        // rounding may leave a last bit of the sum over
        counts[parts.iter().position(past).unwrap_or(parts.len() - 1)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::super::chi_square;
    use super::*;
    use crate::data::Scene;
    use ndarray::array;

    #[test]
    fn distance_is_the_quadratic_form_of_the_inverse_covariance() {
        let cov = array![[0.10, 0.06], [0.06, 0.08]];
        let mean = array![1.0, -2.0];
        let x = array![1.3, -1.9];
        let det = 0.10 * 0.08 - 0.06 * 0.06;
        let (u, v) = (0.3, 0.1f64);
        let exact = ((0.08 * u * u - 2.0 * 0.06 * u * v + 0.10 * v * v) / det).sqrt();
        let ours = Ellipsoid::new(mean.view(), &cov).distance(x.view());
        assert!((ours / exact - 1.0).abs() < 1e-13, "{ours} {exact}");
        assert!((ours / (exact * 1.01) - 1.0).abs() > 1e-13, "the wrong twin passed");
    }

    #[test]
    #[should_panic(expected = "not positive definite")]
    fn an_indefinite_covariance_is_refused() {
        Ellipsoid::new(array![0.0, 0.0].view(), &array![[1.0, 2.0], [2.0, 1.0]]);
    }

    #[test]
    fn the_nearest_mode_is_counted_in_its_own_metric() {
        let means = array![[0.0, 0.0], [4.0, 0.0]];
        let covs = [array![[1.0, 0.0], [0.0, 1.0]], array![[0.01, 0.0], [0.0, 0.01]]];
        let modes =
            Modes { weights: &[0.5, 0.5], means: means.view(), covs: &covs, labels: &[0, 1] };
        // 2.5 is nearer to the second mean, but 15 of its standard deviations away
        let x = array![[0.1, 0.0], [2.5, 0.0], [3.9, 0.0], [f64::NAN, 0.0]];
        assert_eq!(mode_counts(x.view(), &modes), [2, 1]);
        let round = [covs[0].clone(), covs[0].clone()];
        let twin = mode_counts(x.view(), &Modes { covs: &round, ..modes });
        assert_ne!(twin, [2, 1], "the wrong twin passed");
    }

    #[test]
    fn exact_samples_pass_the_test_of_their_modes_though_these_overlap() {
        // 200 modes, most of them within the next; and four far apart
        for (scene, apart) in [("moons", false), ("animals", true)] {
            let mixture = Scene::named(scene).unwrap().mixture;
            let modes = Modes::of(&mixture);
            let p = |seed: u64| {
                let x = mixture.sample(2000, seed, Purpose::Data).x;
                let drawn = drawn_mode_counts(x.view(), &modes, seed);
                let nearest = mode_counts(x.view(), &modes);
                [drawn, nearest].map(|counts| chi_square(&counts, mixture.weights()).p_value)
            };
            let all: Vec<[f64; 2]> = (0..20).map(p).collect();
            let mean = |which: usize| all.iter().map(|p| p[which]).sum::<f64>() / 20.0;
            // the mean of 20 uniform numbers
            let bound = 4.0 * (1.0 / 12.0 / 20.0f64).sqrt();
            assert!((mean(0) - 0.5).abs() < bound, "{scene}: {}", mean(0));
            assert_eq!((mean(1) - 0.5).abs() < bound, apart, "the nearest mode: {}", mean(1));
            let half = mixture.given(0).sample(2000, 1, Purpose::Data).x;
            let twin = drawn_mode_counts(half.view(), &modes, 1);
            let twin = chi_square(&twin, mixture.weights()).p_value;
            assert!(twin < 1e-6, "the wrong twin, of one class, passed: {twin}");
        }
    }
}
