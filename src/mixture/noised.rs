//! A mixture's components at one noise level, in log space.

use super::{Mixture, eigen};
use crate::noise::NoiseLevel;
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1};
use std::f64::consts::TAU;

/// Σₖ = Q·diag(λ)·Qᵀ, so that Cₖ⁻¹ = Q·diag(1/(α²λ + σ²))·Qᵀ at every level.
#[derive(Debug, Clone)]
pub struct Axes {
    pub lambda: Vec<f64>,
    pub q: Array2<f64>,
}

/// Responsibilities below e⁻⁶⁰ are taken as 0: they change no digit, and as denormals they would slow every product.
const LEAST_LOG_RESP: f64 = -60.0;

impl Axes {
    pub fn new(i: usize, cov: &Array2<f64>, d: usize) -> Result<Self> {
        if cov.dim() != (d, d) {
            let (rows, cols) = cov.dim();
            return Err(Error::value(
                format!("covariances[{i}]"),
                format!("{rows} × {cols}"),
                format!("{d} × {d}"),
            ));
        }
        let size = cov.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let symmetric = cov
            .indexed_iter()
            .all(|((r, c), v)| v.is_finite() && (v - cov[[c, r]]).abs() <= 1e-12 * size);
        let (lambda, q) =
            if symmetric { eigen::symmetric_eigen(cov) } else { (vec![], Array2::zeros((0, 0))) };
        // an eigenvalue this far below the largest is rounding, not shape
        if !symmetric || lambda.iter().any(|l| *l <= 1e-14 * size) {
            let shown = cov.outer_iter().map(|r| format!("{r}")).collect::<Vec<_>>().join(", ");
            return Err(Error::value(
                format!("covariances[{i}]"),
                shown,
                "symmetric, finite and positive definite",
            ));
        }
        Ok(Axes { lambda, q })
    }
}

/// What the mixture's components look like at one noise level; computed once per call.
///
/// Flat slices and plain loops: this is the innermost code of every exact experiment.
pub struct Noised {
    dim: usize,
    means: Vec<f64>,      // α·μ (K, d)
    precisions: Vec<f64>, // Cₖ⁻¹ (K, d, d)
    log_scales: Vec<f64>, // log πₖ − ½ log det(2π·Cₖ) (K)
}

/// Buffers of one thread.
pub struct Scratch {
    pub logs: Vec<f64>,  // log πₖ N(x; α·μₖ, Cₖ) (K)
    pub resp: Vec<f64>,  // rₖ(x) (K)
    pub pulls: Vec<f64>, // vₖ = Cₖ⁻¹(α·μₖ − x) (K, d)
    pub classes: Vec<f64>,
    x: Vec<f64>,
}

impl Scratch {
    pub fn new(mixture: &Mixture) -> Self {
        let (k, d) = mixture.means.dim();
        let zeros = |n: usize| vec![0.0; n];
        Scratch {
            logs: zeros(k),
            resp: zeros(k),
            pulls: zeros(k * d),
            classes: zeros(mixture.classes),
            x: zeros(d),
        }
    }
}

impl Noised {
    pub fn new(mixture: &Mixture, level: NoiseLevel) -> Self {
        let NoiseLevel { alpha, sigma } = level;
        let (mut precisions, mut log_scales) = (Vec::new(), Vec::new());
        for (axes, weight) in mixture.axes.iter().zip(&mixture.weights) {
            let variances: Array1<f64> =
                axes.lambda.iter().map(|l| alpha * alpha * l + sigma * sigma).collect();
            log_scales
                .push(weight.ln() - 0.5 * variances.iter().map(|c| (TAU * c).ln()).sum::<f64>());
            precisions.extend((&axes.q / &variances).dot(&axes.q.t()));
        }
        let means = mixture.means.iter().map(|m| alpha * m).collect();
        Noised { dim: mixture.means.ncols(), means, precisions, log_scales }
    }

    /// Fills `pulls`, `logs` and `resp` for one point and returns log p_t(x).
    pub fn at(&self, x: ArrayView1<f64>, scratch: &mut Scratch) -> f64 {
        let d = self.dim;
        scratch.x.iter_mut().zip(x).for_each(|(to, from)| *to = *from);
        for (k, log) in scratch.logs.iter_mut().enumerate() {
            let (mean, pull) = (&self.means[k * d..][..d], &mut scratch.pulls[k * d..][..d]);
            let mut square = 0.0;
            for (i, row) in self.precision(k).chunks_exact(d).enumerate() {
                pull[i] = (0..d).map(|j| row[j] * (mean[j] - scratch.x[j])).sum();
                square += pull[i] * (mean[i] - scratch.x[i]);
            }
            *log = self.log_scales[k] - 0.5 * square;
        }
        scratch.resp.copy_from_slice(&scratch.logs);
        softmax(&mut scratch.resp)
    }

    /// Cₖ⁻¹, row by row (d·d).
    pub fn precision(&self, k: usize) -> &[f64] {
        &self.precisions[k * self.dim * self.dim..][..self.dim * self.dim]
    }
}

/// Replaces logs by their normalised exponentials and returns the log of their sum.
pub fn softmax(logs: &mut [f64]) -> f64 {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exp = |l: f64| if l - top > LEAST_LOG_RESP { (l - top).exp() } else { 0.0 };
    logs.iter_mut().for_each(|l| *l = exp(*l));
    let total: f64 = logs.iter().sum();
    logs.iter_mut().for_each(|l| *l /= total);
    top + total.ln()
}

/// Adds Σₖ wₖ·vₖ to `out` (d), `pulls` holding the vₖ one after the other (K·d). Weights of 0 cost nothing.
pub fn add_weighted(weights: &[f64], pulls: &[f64], mut out: ArrayViewMut1<f64>) {
    for (w, v) in weights.iter().zip(pulls.chunks_exact(out.len())) {
        if *w != 0.0 {
            out.iter_mut().zip(v).for_each(|(o, v)| *o += w * v);
        }
    }
}
