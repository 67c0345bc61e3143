//! The score of a tilt after the forward process, which no sampler of guidance follows.

use super::Tilt;
use crate::noise::NoiseLevel;
use crate::score::{LogDensity, ScoreFn, score_of_denoised};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use std::f64::consts::TAU;

/// ∇ log π_t, the tilt π₀ after the forward process: by the same quadrature, at levels with σ/α not below the side of a
/// cell, and points x/α that are not many σ/α outside all cells.
///
/// ```text
/// D(x) = Σ_z π₀(z)·z·N(x; αz, σ²I) / Σ_z π₀(z)·N(x; αz, σ²I),   z the centres of the cells
/// ```
///
/// It is s_γ + ∇ log ∫ p(x₀|x, c)^γ·p(x₀|x)^(1 − γ) dx₀, s_γ the guided score. γ = 0 and γ = 1 are s_u and s_c. A walk along it
/// samples the tilt. Below those levels D is the centre of the nearest cell, and at σ = 0 it is not a number.
impl ScoreFn for Tilt {
    fn dim(&self) -> usize {
        self.axes.len()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut out = Array2::zeros(x.raw_dim());
        for (x, mut out) in x.outer_iter().zip(out.outer_iter_mut()) {
            let Nearby { first, last, along, total, .. } = self.nearby(x, level);
            let d = self.axes.len();
            let across = self.masses().dot(&(last * &self.axes[d - 1]));
            out[d - 1] = first.dot(&across) / total;
            if d == 2 {
                out[0] = (first * &self.axes[0]).dot(&along) / total;
            }
        }
        out
    }
}

/// log π_t, by the same quadrature.
impl LogDensity for Tilt {
    fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        let scale = 0.5 * self.axes.len() as f64 * (TAU * level.sigma * level.sigma).ln();
        let log = |x: ArrayView1<f64>| {
            let Nearby { total, log, .. } = self.nearby(x, level);
            log + total.ln() - scale
        };
        x.outer_iter().map(log).collect()
    }
}

/// The cells as seen from a noisy point: e^log times N(x; αz, σ²I) but for its constant.
struct Nearby {
    first: Array1<f64>, // along the first axis of two, else 1
    last: Array1<f64>,
    along: Array1<f64>, // the mass of each cell of the first axis, as seen along the last
    total: f64,
    log: f64,
}

impl Tilt {
    /// π₀, a row for each cell of the first axis of two, else one row.
    fn masses(&self) -> ArrayView2<'_, f64> {
        let columns = self.axes[self.axes.len() - 1].len();
        let shape = (self.mass.len() / columns, columns);
        ArrayView2::from_shape(shape, &self.mass).expect("a mass for each cell")
    }

    fn nearby(&self, x: ArrayView1<f64>, level: NoiseLevel) -> Nearby {
        let d = self.axes.len();
        let near = |i: usize| nearness(&self.axes[i], x[i] / level.alpha, level.ratio());
        let ((last, log_last), (first, log_first)) =
            (near(d - 1), if d == 2 { near(0) } else { (Array1::ones(1), 0.0) });
        let along = self.masses().dot(&last);
        let total = first.dot(&along);
        Nearby { first, last, along, total, log: log_last + log_first }
    }
}

/// exp(−(x − z)²/2r²) of the cells along an axis, divided by the largest, so that it vanishes nowhere; and the log of that.
fn nearness(axis: &Array1<f64>, x: f64, r: f64) -> (Array1<f64>, f64) {
    let log = axis.mapv(|z| -0.5 * ((x - z) / r).powi(2));
    let top = log.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    (log.mapv(|l| (l - top).exp()), top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mixture::Mixture;
    use ndarray::array;

    fn off(tilt: &Tilt, exact: &Mixture, x: &Array2<f64>, level: NoiseLevel, twin: f64) -> f64 {
        let (found, exact) = (tilt.score(x.view(), level) * twin, exact.score(x.view(), level));
        let size = exact.iter().fold(0.0f64, |a, b| a.max(b.abs()));
        (found - exact).iter().fold(0.0f64, |a, b| a.max(b.abs())) / size
    }

    #[test]
    fn at_gamma_one_it_is_the_conditional_score_at_every_level() {
        let plane = Mixture::isotropic(
            vec![1.0; 3],
            array![[0.0, 1.5], [-1.3, -0.75], [1.3, -0.75]],
            &[0.6; 3],
            vec![0, 1, 0],
        );
        let line = Mixture::isotropic(vec![0.5; 2], array![[1.0], [-1.0]], &[1.0; 2], vec![0, 1]);
        for (mixture, x) in [
            (plane.unwrap(), array![[0.3, -0.7], [2.0, 1.0], [-3.0, 5.0]]),
            (line.unwrap(), array![[0.3], [-2.0], [6.0]]),
        ] {
            let given = mixture.given(0);
            let tilt = Tilt::guided(&mixture, 0, 1.0).unwrap();
            for sigma in [0.1, 0.7, 3.0, 50.0] {
                for level in [NoiseLevel::ve(sigma), NoiseLevel { alpha: 0.4, sigma: 0.4 * sigma }]
                {
                    let x = &x * level.alpha; // as far from the data
                    let [found, twin] = [1.0, 1.001].map(|by| off(&tilt, &given, &x, level, by));
                    assert!(found < 1e-8 && twin > 1e-8, "{level:?}: {found:.1e}, {twin:.1e}");
                    let log =
                        tilt.log_density(x.view(), level) - given.log_density(x.view(), level);
                    let [found, twin] = [0.0, 1e-6].map(|by| (&log + by).mapv(f64::abs).sum());
                    assert!(found < 1e-7 && twin > 1e-7, "{level:?}: log density {found:.1e}");
                }
            }
        }
    }

    #[test]
    fn of_two_gaussians_it_is_the_score_of_the_gaussian_between_them_with_noise() {
        let gaussian =
            |v: f64| Mixture::isotropic(vec![1.0], array![[0.0]], &[v.sqrt()], vec![0]).unwrap();
        let (p, c, x) = (gaussian(2.0), gaussian(1.0), array![[0.5], [-2.0]]);
        for gamma in [-0.5, 3.0, 10.0] {
            let tilt = Tilt::new(&[(1.0 - gamma, &p), (gamma, &c)]).unwrap();
            for sigma in [0.1, 1.0, 20.0] {
                let level = NoiseLevel::ve(sigma);
                let exact = gaussian(2.0 / (gamma + 1.0));
                assert!(off(&tilt, &exact, &x, level, 1.0) < 1e-9, "γ = {gamma}, σ = {sigma}");
                assert!(off(&tilt, &gaussian(2.02 / (gamma + 1.0)), &x, level, 1.0) > 1e-9);
            }
        }
    }
}
