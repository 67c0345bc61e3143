//! A mixture's components at one noise level, in log space.

use super::{Mixture, eigen};
use crate::noise::NoiseLevel;
use crate::{Error, Result};
use ndarray::{Array2, ArrayView1};
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
pub struct Noised<'a> {
    mixture: &'a Mixture,
    means: Array2<f64>,     // α·μ (K, d)
    variances: Array2<f64>, // α²λ + σ² along each component's own axes (K, d)
    log_scales: Vec<f64>,   // log πₖ − ½ log det(2π·Cₖ) (K)
}

/// Buffers of one thread.
pub struct Scratch {
    pub logs: Vec<f64>,     // (K)
    pub resp: Vec<f64>,     // (K)
    pub pulls: Array2<f64>, // vₖ = Cₖ⁻¹(α·μₖ − x) (K, d)
}

impl Scratch {
    pub fn new(mixture: &Mixture) -> Self {
        let zeros = vec![0.0; mixture.weights.len()];
        Scratch { logs: zeros.clone(), resp: zeros, pulls: Array2::zeros(mixture.means.raw_dim()) }
    }
}

impl<'a> Noised<'a> {
    pub fn new(mixture: &'a Mixture, level: NoiseLevel) -> Self {
        let NoiseLevel { alpha, sigma } = level;
        let variances = Array2::from_shape_fn(mixture.means.raw_dim(), |(k, i)| {
            alpha * alpha * mixture.axes[k].lambda[i] + sigma * sigma
        });
        let log_scales = mixture
            .weights
            .iter()
            .zip(variances.outer_iter())
            .map(|(w, c)| w.ln() - 0.5 * c.iter().map(|c| (TAU * c).ln()).sum::<f64>())
            .collect();
        Noised { mixture, means: &mixture.means * alpha, variances, log_scales }
    }

    /// Coordinate i of Qₖᵀ(α·μₖ − x), the way to component k along its own axis i.
    fn along(&self, k: usize, i: usize, x: ArrayView1<f64>) -> f64 {
        let q = &self.mixture.axes[k].q;
        (0..x.len()).map(|j| q[[j, i]] * (self.means[[k, j]] - x[j])).sum()
    }

    /// Fills `logs` with log πₖ N(x; α·μₖ, Cₖ) and `resp` with the responsibilities rₖ(x); returns log p_t(x).
    pub fn responsibilities(&self, x: ArrayView1<f64>, scratch: &mut Scratch) -> f64 {
        for (k, log) in scratch.logs.iter_mut().enumerate() {
            let square: f64 =
                (0..x.len()).map(|i| self.along(k, i, x).powi(2) / self.variances[[k, i]]).sum();
            *log = self.log_scales[k] - 0.5 * square;
        }
        scratch.resp.copy_from_slice(&scratch.logs);
        softmax(&mut scratch.resp)
    }

    /// Fills `pulls` with vₖ = Cₖ⁻¹(α·μₖ − x).
    pub fn pulls(&self, x: ArrayView1<f64>, scratch: &mut Scratch) {
        for (k, mut v) in scratch.pulls.outer_iter_mut().enumerate() {
            v.fill(0.0);
            for i in 0..x.len() {
                let z = self.along(k, i, x) / self.variances[[k, i]];
                v.scaled_add(z, &self.mixture.axes[k].q.column(i));
            }
        }
    }

    /// Cₖ⁻¹ (d, d).
    pub fn precision(&self, k: usize) -> Array2<f64> {
        let q = &self.mixture.axes[k].q;
        (q / &self.variances.row(k)).dot(&q.t())
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
