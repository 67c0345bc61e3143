//! Where steered samples end: on the class, on another class, between the modes, or past the class.

use super::{Interval, Modes, chi_square_quantile};
use crate::parallel::each;
use ndarray::{Array1, ArrayView1, ArrayView2};

/// In the plane a sample is on a mode within this many standard deviations (Mahalanobis), bounds included.
///
/// A share e^(−3.5²/2) = 0.22 % of a mode's own samples is farther out; see [`on_mode`].
pub const ON_MODE: f64 = 3.5;

/// In d dimensions a sample is on a mode within this many standard deviations: beyond it lies the same share of a
/// mode's own samples as beyond 3.5 in the plane.
///
/// ```text
/// P(χ²_d > r²) = e^(−3.5²/2)
/// ```
///
/// 3.06 in one dimension, 3.5 in two, 5.26 in ten.
///
/// # Panics
/// If d is 0.
pub fn on_mode(dim: usize) -> f64 {
    match dim {
        2 => ON_MODE,
        _ => chi_square_quantile((-0.5 * ON_MODE * ON_MODE).exp(), dim).sqrt(),
    }
}

/// Where one sample ended, seen from the class y it was steered to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// On a mode of y.
    Target,
    /// On a mode of another class and on none of y.
    Other,
    /// On no mode, and not past y.
    Hybrid,
    /// On no mode, and past y as seen from the overall mean.
    Overshoot,
    /// Nowhere: a coordinate is infinite or not a number, the solver has left the plane.
    NotFinite,
}

/// Shares of the five verdicts; they sum to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// Number of samples.
    pub n: usize,
    /// Share on a mode of the class.
    pub target: f64,
    /// Share on another class's mode.
    pub other: f64,
    /// Share on no mode, short of the class.
    pub hybrid: f64,
    /// Share on no mode, past the class.
    pub overshoot: f64,
    /// Share that is not finite.
    pub not_finite: f64,
}

impl Shares {
    /// Counts verdicts.
    ///
    /// # Panics
    /// If there is none.
    pub fn tally(verdicts: &[Verdict]) -> Self {
        let n = verdicts.len();
        assert!(n > 0, "shares of no samples");
        let share = |kind| verdicts.iter().filter(|&&v| v == kind).count() as f64 / n as f64;
        Shares {
            n,
            target: share(Verdict::Target),
            other: share(Verdict::Other),
            hybrid: share(Verdict::Hybrid),
            overshoot: share(Verdict::Overshoot),
            not_finite: share(Verdict::NotFinite),
        }
    }

    /// The share of one verdict.
    pub fn of(&self, verdict: Verdict) -> f64 {
        match verdict {
            Verdict::Target => self.target,
            Verdict::Other => self.other,
            Verdict::Hybrid => self.hybrid,
            Verdict::Overshoot => self.overshoot,
            Verdict::NotFinite => self.not_finite,
        }
    }

    /// Binomial standard error of one share.
    ///
    /// ```text
    /// se = √(p(1 − p)/n)
    /// ```
    ///
    /// It is 0 for a share of 0 or 1, where it says nothing: what is printed is [`Shares::interval`].
    pub fn se(&self, verdict: Verdict) -> f64 {
        let p = self.of(verdict);
        (p * (1.0 - p) / self.n as f64).sqrt()
    }

    /// One share with its interval at one standard error. It is that of [`Interval::share`].
    pub fn interval(&self, verdict: Verdict) -> Interval {
        Interval::share(self.of(verdict), self.n)
    }
}

/// Where each sample ended, seen from class `class`.
///
/// ```text
/// on mode k:   √((x − μₖ)ᵀ Σₖ⁻¹ (x − μₖ)) ≤ r,   r = on_mode(d)
/// Target       on a mode of y
/// Other        on a mode of another class only
/// Overshoot    on no mode and (x − μ_y)·(μ_y − μ̄) > 0,   μ_y = Σ_{k∈y} πₖμₖ / Σ_{k∈y} πₖ,   μ̄ = Σₖ πₖμₖ / Σₖ πₖ
/// Hybrid       on no mode otherwise
/// ```
///
/// Shapes: `x` (n, d) → (n,). Where modes of several classes overlap, y goes first. A row that is not finite is
/// `NotFinite`, never an overshoot: it measures the solver, not the guidance. If μ_y = μ̄ (one class, or a class in the
/// centre of the scene) there is no "past" and nothing overshoots.
///
/// # Panics
/// If shapes disagree, a covariance is not positive definite, or no mode of positive weight belongs to `class`.
pub fn verdicts(x: ArrayView2<f64>, modes: &Modes, class: usize) -> Vec<Verdict> {
    let ellipsoids = modes.ellipsoids(x.ncols());
    let class_mean = modes.mean_of(|label| label == class); // (d,)
    let outward = &class_mean - &modes.mean_of(|_| true); // (d,)
    let reach = on_mode(x.ncols());
    let judge = |point: ArrayView1<f64>| {
        if !point.iter().all(|v| v.is_finite()) {
            return Verdict::NotFinite;
        }
        let on = |is_class: bool| {
            let owners = ellipsoids.iter().zip(modes.labels);
            let mut own = owners.filter(|(_, label)| (**label == class) == is_class);
            own.any(|(mode, _)| mode.distance(point) <= reach)
        };
        if on(true) {
            Verdict::Target
        } else if on(false) {
            Verdict::Other
        } else if past(point, &class_mean, &outward) {
            Verdict::Overshoot
        } else {
            Verdict::Hybrid
        }
    };
    each(x.outer_iter(), judge)
}

/// Whether (x − μ_y)·outward > 0.
fn past(x: ArrayView1<f64>, class_mean: &Array1<f64>, outward: &Array1<f64>) -> bool {
    (&x - class_mean).dot(outward) > 0.0
}

/// Shares of the samples on the class, on others, on no mode, past the class.
///
/// They are [`verdicts`], counted. Shapes: `x` (n, d). Of independent samples of p(x | y) e^(−3.5²/2) = 0.22 % are off target, whatever d.
///
/// # Panics
/// As [`verdicts`], and if there are no samples.
pub fn shares(x: ArrayView2<f64>, modes: &Modes, class: usize) -> Shares {
    Shares::tally(&verdicts(x, modes, class))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{in_pools, normals, rng};
    use super::*;
    use Verdict::*;
    use ndarray::{Array2, array};

    /// Dog, cat, bear, cow: the corners of a square, sd 0.25.
    fn animals() -> (Array2<f64>, Vec<Array2<f64>>) {
        let means = array![[2.0, 2.0], [-2.0, 2.0], [-2.0, -2.0], [2.0, -2.0]];
        (means, vec![Array2::eye(2) * 0.0625; 4])
    }

    fn modes<'a>(scene: &'a (Array2<f64>, Vec<Array2<f64>>), weights: &'a [f64]) -> Modes<'a> {
        Modes { weights, means: scene.0.view(), covs: &scene.1, labels: &[0, 1, 2, 3] }
    }

    #[test]
    fn every_verdict_has_its_point() {
        let scene = animals();
        let x = array![
            [2.0, 2.1],
            [-2.0, 1.9],
            [0.0, 0.0],
            [0.0, 2.0],
            [3.0, 3.0],
            [4.0, 0.5],  // (2, −1.5)·(2, 2) > 0
            [4.0, -0.5], // (2, −2.5)·(2, 2) < 0
            [1e200, 1e200],
            [f64::NAN, 2.0],
            [2.0, f64::INFINITY],
        ];
        let expected = [
            Target, Other, Hybrid, Hybrid, Overshoot, Overshoot, Hybrid, Overshoot, NotFinite,
            NotFinite,
        ];
        let modes = modes(&scene, &[1.0; 4]);
        assert_eq!(verdicts(x.view(), &modes, 0), expected);
        assert_ne!(verdicts(x.view(), &modes, 1), expected, "the wrong twin passed");
        let shares = shares(x.view(), &modes, 0);
        assert_eq!((shares.n, shares.target, shares.other, shares.not_finite), (10, 0.1, 0.1, 0.2));
        assert_eq!((shares.hybrid, shares.overshoot), (0.3, 0.3));
        assert_eq!(shares.se(Hybrid), (0.3f64 * 0.7 / 10.0).sqrt());
    }

    #[test]
    fn the_boundary_of_3_5_sd_belongs_to_the_mode() {
        let scene = animals();
        let edge = 2.0 + 3.5 * 0.25; // exact in binary
        let x = array![[edge, 2.0], [edge * (1.0 + 1e-15), 2.0]];
        assert_eq!(verdicts(x.view(), &modes(&scene, &[1.0; 4]), 0), [Target, Overshoot]);
    }

    #[test]
    fn the_weights_set_the_direction_of_overshoot() {
        let scene = animals();
        let x = array![[4.0, -0.5]];
        // with nearly all weight on cat (−2, 2), past dog is to the right: (2, −2.5)·(4, 0) > 0
        assert_eq!(verdicts(x.view(), &modes(&scene, &[1e-6, 1.0, 1e-6, 1e-6]), 0), [Overshoot]);
        assert_eq!(verdicts(x.view(), &modes(&scene, &[1.0; 4]), 0), [Hybrid]);
    }

    #[test]
    fn overlapping_modes_belong_to_the_class_and_one_class_has_no_past() {
        let means = array![[0.0], [0.0]];
        let covs = [array![[1.0]], array![[1.0]]];
        let two = Modes { weights: &[1.0, 1.0], means: means.view(), covs: &covs, labels: &[0, 1] };
        assert_eq!(verdicts(array![[0.0]].view(), &two, 1), [Target]);
        let x = array![[9.0], [-9.0]];
        assert_eq!(verdicts(x.view(), &Modes { labels: &[0, 0], ..two }, 0), [Hybrid, Hybrid]);
    }

    #[test]
    fn a_class_of_two_modes_is_one_target() {
        let scene = animals();
        let modes = Modes { labels: &[0, 0, 1, 1], ..modes(&scene, &[3.0, 1.0, 2.0, 2.0]) };
        // class mean (1, 2), overall mean (0.5, 0): outward is (0.5, 2)
        let x = array![[2.0, 2.0], [-2.0, 2.0], [-2.0, -2.0], [0.0, 2.2], [0.0, 2.3]];
        assert_eq!(verdicts(x.view(), &modes, 0), [Target, Target, Other, Hybrid, Overshoot]);
    }

    #[test]
    fn a_gaussian_is_outside_as_often_as_its_tail_says() {
        let n = 200_000;
        let lower = array![[0.5, 0.0], [0.3, 0.2]];
        let mean = array![1.0, 1.0];
        let x = normals(n, 2, &mut rng(1)).dot(&lower.t()) + &mean;
        let means = array![[1.0, 1.0], [-50.0, -50.0]];
        let covs = vec![lower.dot(&lower.t()); 2];
        let modes =
            Modes { weights: &[1.0, 1.0], means: means.view(), covs: &covs, labels: &[0, 1] };
        let got = shares(x.view(), &modes, 0);
        let agrees = |got: f64, p: f64| (got - p).abs() < 5.0 * (p * (1.0 - p) / n as f64).sqrt();
        let tail = (-0.5 * ON_MODE * ON_MODE).exp();
        assert!(agrees(1.0 - got.target, tail), "{got:?}");
        assert!(agrees(got.overshoot, tail / 2.0) && agrees(got.hybrid, tail / 2.0), "{got:?}");
        // wrong twins: the tail of one dimension, and of a radius of 3
        assert!(!agrees(1.0 - got.target, libm::erfc(ON_MODE / 2f64.sqrt())));
        assert!(!agrees(1.0 - got.target, (-4.5f64).exp()));
    }

    #[test]
    fn on_a_mode_is_the_same_share_in_any_dimension() {
        assert_eq!(on_mode(2).to_bits(), 3.5f64.to_bits());
        let (n, tail) = (100_000, (-0.5 * ON_MODE * ON_MODE).exp());
        let bound = 5.0 * (tail * (1.0 - tail) / n as f64).sqrt();
        for d in [1, 3, 10, 20] {
            let x = normals(n, d, &mut rng(30 + d as u64));
            let beyond = |r: f64| {
                let far = x.rows().into_iter().filter(|row| row.dot(row) > r * r).count();
                far as f64 / n as f64
            };
            assert!((beyond(on_mode(d)) - tail).abs() < bound, "{d}: {}", beyond(on_mode(d)));
            assert!((beyond(ON_MODE) - tail).abs() > bound, "the wrong twin passed in {d}");
        }
    }

    #[test]
    fn verdicts_do_not_depend_on_the_number_of_threads() {
        let scene = animals();
        let x = normals(5_000, 2, &mut rng(2)) * 2.5;
        let [one, two, four] = in_pools(|| verdicts(x.view(), &modes(&scene, &[1.0; 4]), 0));
        assert!(one == two && two == four);
    }
}
