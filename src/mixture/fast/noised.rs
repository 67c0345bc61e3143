//! A mixture's components at one noise level or at one for each lane, in log space.

use super::lanes::{LANES, Lane, ln_split, softmax_lanes, split};
use crate::mixture::Mixture;
use crate::noise::NoiseLevel;
use ndarray::Array1;
use std::f64::consts::TAU;

/// What the mixture's components look like at one noise level; computed once per call.
///
/// Flat slices and plain loops over lanes: this is the innermost code of every exact experiment.
pub struct Noised {
    dim: usize,
    means: Vec<f64>,      // α·μ (K, d)
    precisions: Vec<f64>, // Cₖ⁻¹ (K, d, d)
    log_scales: Vec<f64>, // log πₖ − ½ log det(2π·Cₖ) (K)
}

/// Buffers of one thread.
pub struct Scratch {
    pub logs: Vec<Lane>,  // log πₖ N(x; α·μₖ, Cₖ) (K)
    pub resp: Vec<Lane>,  // rₖ(x) (K)
    pub pulls: Vec<Lane>, // vₖ = Cₖ⁻¹(α·μₖ − x) (K, d)
    pub classes: Vec<Lane>,
}

impl Scratch {
    pub fn new(mixture: &Mixture) -> Self {
        let (k, d) = mixture.means.dim();
        let zeros = |n: usize| vec![[0.0; LANES]; n];
        Scratch {
            logs: zeros(k),
            resp: zeros(k),
            pulls: zeros(k * d),
            classes: zeros(mixture.classes),
        }
    }
}

impl Noised {
    pub fn new(mixture: &Mixture, level: NoiseLevel) -> Self {
        let NoiseLevel { alpha, sigma } = level;
        let (mut precisions, mut log_scales) = (Vec::new(), Vec::new());
        for (axes, weight) in mixture.axes.iter().zip(mixture.weights()) {
            let variances: Array1<f64> =
                axes.lambda.iter().map(|l| alpha * alpha * l + sigma * sigma).collect();
            log_scales
                .push(weight.ln() - 0.5 * variances.iter().map(|c| (TAU * c).ln()).sum::<f64>());
            let precision = (&axes.q / &variances).dot(&axes.q.t()); // symmetric, so in any order
            precisions
                .extend_from_slice(precision.as_slice_memory_order().expect("a whole matrix"));
        }
        let means = mixture.means.iter().map(|m| alpha * m).collect();
        Noised { dim: mixture.means.ncols(), means, precisions, log_scales }
    }

    /// Fills `pulls`, `logs` and `resp` for the points `x` (d) and returns their log p_t(x).
    #[inline(always)]
    pub fn at(&self, x: &[Lane], scratch: &mut Scratch) -> Lane {
        // in the plane, where nearly everything happens, the compiler is told the length of the loops
        if self.dim == 2 { self.at_dim(2, x, scratch) } else { self.at_dim(self.dim, x, scratch) }
    }

    #[inline(always)]
    fn at_dim(&self, d: usize, x: &[Lane], scratch: &mut Scratch) -> Lane {
        let x = &x[..d];
        let Scratch { logs, pulls, .. } = scratch;
        for (k, log) in logs.iter_mut().enumerate() {
            let (mean, pull) = (&self.means[k * d..][..d], &mut pulls[k * d..][..d]);
            let mut square = [0.0; LANES];
            for (i, row) in self.precision(k).chunks_exact(d).enumerate() {
                let mut sum = [0.0; LANES];
                for j in 0..d {
                    for l in 0..LANES {
                        sum[l] += row[j] * (mean[j] - x[j][l]);
                    }
                }
                for l in 0..LANES {
                    square[l] += sum[l] * (mean[i] - x[i][l]);
                }
                pull[i] = sum;
            }
            for l in 0..LANES {
                log[l] = self.log_scales[k] - 0.5 * square[l];
            }
        }
        scratch.resp.copy_from_slice(&scratch.logs);
        softmax_lanes(&mut scratch.resp)
    }

    /// Cₖ⁻¹, row by row (d·d).
    pub fn precision(&self, k: usize) -> &[f64] {
        &self.precisions[k * self.dim * self.dim..][..self.dim * self.dim]
    }
}

impl Mixture {
    /// As `Noised::at` where every point has a level of its own, (αₗ, σₗ) for lane l.
    ///
    /// ```text
    /// Cₖ⁻¹ = Q·diag(1/(α²λ + σ²))·Qᵀ
    /// ```
    #[inline(always)]
    pub fn at_each(&self, x: &[Lane], alpha: Lane, sigma: Lane, scratch: &mut Scratch) {
        let d = x.len();
        let mut along = [0.0; LANES]; // one coordinate of α·μ − x along the axes of Σₖ
        for (k, axes) in self.axes.iter().enumerate() {
            let pull = &mut scratch.pulls[k * d..][..d];
            pull.fill([0.0; LANES]);
            let mut square = [0.0; LANES];
            // det(2π·Cₖ) = det·2^doublings: the product alone would overflow in a few dozen dimensions
            let (mut det, mut doublings) = ([1.0; LANES], [0.0; LANES]);
            for (i, lambda) in axes.lambda.iter().enumerate() {
                along.fill(0.0);
                for (j, x) in x.iter().enumerate() {
                    let (q, mean) = (axes.q[[j, i]], self.means[[k, j]]);
                    for l in 0..LANES {
                        along[l] += q * (alpha[l] * mean - x[l]);
                    }
                }
                let mut scaled = [0.0; LANES];
                for l in 0..LANES {
                    let variance = alpha[l] * alpha[l] * lambda + sigma[l] * sigma[l];
                    det[l] *= variance * TAU;
                    scaled[l] = along[l] / variance;
                    square[l] += scaled[l] * along[l];
                }
                split(&mut det, &mut doublings);
                for (j, pull) in pull.iter_mut().enumerate() {
                    let q = axes.q[[j, i]];
                    for l in 0..LANES {
                        pull[l] += q * scaled[l];
                    }
                }
            }
            let log_scale = log_scale(self.weights[k], det, doublings);
            for l in 0..LANES {
                scratch.logs[k][l] = 0.5 * (log_scale[l] - square[l]);
            }
        }
        scratch.resp.copy_from_slice(&scratch.logs);
        softmax_lanes(&mut scratch.resp);
    }
}

/// ln(π²/det(2π·C)), of det(2π·C) = det·2^doublings.
#[inline(always)]
fn log_scale(weight: f64, det: Lane, doublings: Lane) -> Lane {
    let (mut scale, mut of_weight) = ([weight; LANES], [0.0; LANES]);
    split(&mut scale, &mut of_weight);
    for l in 0..LANES {
        scale[l] = scale[l] * scale[l] / det[l];
        of_weight[l] = 2.0 * of_weight[l] - doublings[l];
    }
    ln_split(scale, of_weight)
}
