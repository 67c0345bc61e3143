//! What a mixture says of the x₀ behind a noisy point: its mean and covariance in each component.
//!
//! ```text
//! mₖ(x) = μₖ + α·ΣₖCₖ⁻¹(x − α·μₖ),   Sₖ = Σₖ − α²·ΣₖCₖ⁻¹Σₖ,   Cov[x₀ | x] = Σₖ rₖ (Sₖ + (mₖ − m)(mₖ − m)ᵀ),   m = Σₖ rₖ mₖ
//! ```
//!
//! Along the axes of Σₖ, of eigenvalues λ, nothing is subtracted that could cancel: Sₖ has the eigenvalues λσ²/(α²λ + σ²).

use super::Mixture;
use crate::noise::NoiseLevel;
use crate::score::log_sum_exp;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// The denoiser's Jacobian, (α/σ²)·Cov[x₀ | x], times a vector for each point: `x`, `v` (n, d) → (n, d).
pub(super) fn pull_back(
    mixture: &Mixture,
    x: ArrayView2<f64>,
    level: NoiseLevel,
    v: ArrayView2<f64>,
) -> Array2<f64> {
    let behind = Behind::new(mixture, level);
    let mut out = Array2::zeros(x.raw_dim());
    for ((x, v), mut out) in x.outer_iter().zip(v.outer_iter()).zip(out.outer_iter_mut()) {
        out.assign(&(behind.covariance_times(x, v) * (level.alpha / level.sigma.powi(2))));
    }
    out
}

/// A mixture at one noise level.
struct Behind<'a> {
    mixture: &'a Mixture,
    level: NoiseLevel,
    noised: Vec<Array1<f64>>, // α²λ + σ² of each component, K × (d)
    log_peaks: Vec<f64>,      // log πₖ/√det Cₖ
}

impl<'a> Behind<'a> {
    fn new(mixture: &'a Mixture, level: NoiseLevel) -> Self {
        let (a2, s2) = (level.alpha * level.alpha, level.sigma * level.sigma);
        let noised = mixture.axes.iter().map(|axes| axes.lambda.iter().map(|l| a2 * l + s2));
        let noised: Vec<Array1<f64>> = noised.map(|of| of.collect()).collect();
        let peak = |(w, c): (&f64, &Array1<f64>)| w.ln() - 0.5 * c.mapv(f64::ln).sum();
        let log_peaks = mixture.weights.iter().zip(&noised).map(peak).collect();
        Behind { mixture, level, noised, log_peaks }
    }

    /// Cov[x₀ | x]·v (d).
    fn covariance_times(&self, x: ArrayView1<f64>, v: ArrayView1<f64>) -> Array1<f64> {
        let NoiseLevel { alpha, sigma } = self.level;
        let k = self.noised.len();
        let (mut logs, mut means) = (Array1::zeros(k), Array2::zeros((k, x.len())));
        let mut inner = means.clone(); // Sₖ·v (K, d)
        for (i, (axes, noised)) in self.mixture.axes.iter().zip(&self.noised).enumerate() {
            let mean = self.mixture.means.row(i);
            let z = (&x - &(&mean * alpha)).dot(&axes.q);
            logs[i] = self.log_peaks[i] - 0.5 * (&z * &z / noised).sum();
            let lambda = ArrayView1::from(&axes.lambda);
            let pulled = &z * &lambda / noised * alpha;
            means.row_mut(i).assign(&(&mean + &axes.q.dot(&pulled)));
            let narrowed = v.dot(&axes.q) * lambda * (sigma * sigma) / noised;
            inner.row_mut(i).assign(&axes.q.dot(&narrowed));
        }
        let log_sum = log_sum_exp(logs.view());
        let resp = logs.mapv(|l: f64| (l - log_sum).exp()); // (K)
        means -= &resp.dot(&means);
        let along = means.dot(&v) * &resp; // rₖ·⟨mₖ − m, v⟩ (K)
        (inner * &resp.insert_axis(Axis(1))).sum_axis(Axis(0)) + along.dot(&means)
    }
}
