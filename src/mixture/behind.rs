//! What a mixture says of the x₀ behind a noisy point: its mean and covariance in each component.
//!
//! ```text
//! mₖ(x) = μₖ + α·ΣₖCₖ⁻¹(x − α·μₖ),   Sₖ = Σₖ − α²·ΣₖCₖ⁻¹Σₖ,   Cov[x₀ | x] = Σₖ rₖ (Sₖ + (mₖ − m)(mₖ − m)ᵀ),   m = Σₖ rₖ mₖ
//! ```
//!
//! Along the axes of Σₖ, of eigenvalues λ, nothing is subtracted that could cancel: Sₖ has the eigenvalues λσ²/(α²λ + σ²).

use super::Mixture;
use crate::noise::NoiseLevel;
use crate::parallel::each;
use crate::score::log_sum_exp;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// Rows that one thread handles at a time: what is common to them is paid once.
const ROWS: usize = 128;

/// The denoiser's Jacobian, (α/σ²)·Cov[x₀ | x], times a vector for each point: `x`, `v` (n, d) → (n, d).
pub(super) fn pull_back(
    mixture: &Mixture,
    x: ArrayView2<f64>,
    level: NoiseLevel,
    v: ArrayView2<f64>,
) -> Array2<f64> {
    let behind = Behind::new(mixture, level);
    let mut out = Array2::zeros(x.raw_dim());
    let blocks = x.axis_chunks_iter(Axis(0), ROWS).zip(v.axis_chunks_iter(Axis(0), ROWS));
    each(out.axis_chunks_iter_mut(Axis(0), ROWS).zip(blocks), |(mut out, (x, v))| {
        out.assign(&(behind.covariance_times(x, v) * (level.alpha / level.sigma.powi(2))));
    });
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

    /// Cov[x₀ | x]·v of every point (n, d).
    fn covariance_times(&self, x: ArrayView2<f64>, v: ArrayView2<f64>) -> Array2<f64> {
        let NoiseLevel { alpha, sigma } = self.level;
        let mut logs = Array2::zeros((x.nrows(), self.noised.len()));
        let (mut means, mut inner) = (Vec::new(), Vec::new()); // mₖ and Sₖ·v, K × (n, d)
        for (i, (axes, noised)) in self.mixture.axes.iter().zip(&self.noised).enumerate() {
            let mean = self.mixture.means.row(i);
            let share = &ArrayView1::from(&axes.lambda) / noised; // λ/(α²λ + σ²)
            let z = (&x - &(&mean * alpha)).dot(&axes.q);
            let squares = (&z * &z / noised).sum_axis(Axis(1));
            logs.column_mut(i).assign(&squares.mapv(|square| self.log_peaks[i] - 0.5 * square));
            means.push((z * &share * alpha).dot(&axes.q.t()) + mean);
            inner.push((v.dot(&axes.q) * &share * (sigma * sigma)).dot(&axes.q.t()));
        }
        let shares = shares(logs);
        let mean = weighted(&shares, &means);
        let mut along = shares.clone(); // rₖ·⟨mₖ − m, v⟩ (n, K)
        for (off, mut along) in means.iter_mut().zip(along.columns_mut()) {
            *off -= &mean;
            along *= &(&*off * &v).sum_axis(Axis(1));
        }
        weighted(&shares, &inner) + weighted(&along, &means)
    }
}

/// exp lₖ/Σⱼ exp lⱼ of every row: (n, K), rows sum to one.
pub(super) fn shares(mut logs: Array2<f64>) -> Array2<f64> {
    for mut row in logs.outer_iter_mut() {
        let log_sum = log_sum_exp(row.view());
        row.mapv_inplace(|log| (log - log_sum).exp());
    }
    logs
}

/// Σₖ rₖ·vₖ of every row: `shares` (n, K) and K × (n, d) → (n, d).
pub(super) fn weighted(shares: &Array2<f64>, values: &[Array2<f64>]) -> Array2<f64> {
    let mut sum = Array2::zeros(values[0].raw_dim());
    for (share, value) in shares.columns().into_iter().zip(values) {
        sum += &(value * &share.insert_axis(Axis(1)));
    }
    sum
}
