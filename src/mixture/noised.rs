//! A mixture's components at one noise level, in log space.

use super::{Mixture, eigen};
use crate::noise::NoiseLevel;
use crate::{Error, Result};
use ndarray::{Array1, Array2};
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

/// Points that are worked on side by side, one in each lane of a wide register.
pub const LANES: usize = 8;

/// One number for each of [`LANES`] points.
pub type Lane = [f64; LANES];

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
        for (axes, weight) in mixture.axes.iter().zip(mixture.weights.iter()) {
            let variances: Array1<f64> =
                axes.lambda.iter().map(|l| alpha * alpha * l + sigma * sigma).collect();
            log_scales
                .push(weight.ln() - 0.5 * variances.iter().map(|c| (TAU * c).ln()).sum::<f64>());
            precisions.extend((&axes.q / &variances).dot(&axes.q.t()));
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
    /// As [`Noised::at`] where every point has a level of its own, (αₗ, σₗ) for lane l.
    ///
    /// ```text
    /// Cₖ⁻¹ = Q·diag(1/(α²λ + σ²))·Qᵀ
    /// ```
    #[inline(always)]
    pub(super) fn at_each(&self, x: &[Lane], alpha: Lane, sigma: Lane, scratch: &mut Scratch) {
        if x.len() == 2 {
            self.at_each_dim(2, x, alpha, sigma, scratch);
        } else {
            self.at_each_dim(x.len(), x, alpha, sigma, scratch);
        }
    }

    #[inline(always)]
    fn at_each_dim(&self, d: usize, x: &[Lane], alpha: Lane, sigma: Lane, scratch: &mut Scratch) {
        let x = &x[..d];
        let mut along = [0.0; LANES]; // one coordinate of α·μ − x along the axes of Σₖ
        for (k, axes) in self.axes.iter().enumerate() {
            let pull = &mut scratch.pulls[k * d..][..d];
            pull.fill([0.0; LANES]);
            let (mut square, mut det) = ([0.0; LANES], [1.0; LANES]);
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
                for (j, pull) in pull.iter_mut().enumerate() {
                    let q = axes.q[[j, i]];
                    for l in 0..LANES {
                        pull[l] += q * scaled[l];
                    }
                }
            }
            let weight = self.weights[k];
            let mut scale = [0.0; LANES];
            for l in 0..LANES {
                scale[l] = weight * weight / det[l];
            }
            let log_scale = ln(scale);
            for l in 0..LANES {
                scratch.logs[k][l] = 0.5 * (log_scale[l] - square[l]);
            }
        }
        scratch.resp.copy_from_slice(&scratch.logs);
        softmax_lanes(&mut scratch.resp);
    }
}

/// The numbers of eˣ = 2ᵏ·eᶠ with k = round(x·log₂e) and f = x − k·ln 2.
pub mod exponential {
    /// 1.5·2⁵²: adding it leaves the nearest integer in the lowest bits.
    pub const ROUND: f64 = 6_755_399_441_055_744.0;
    /// ln 2 to 33 bits, so that k times it is exact.
    pub const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    /// What is left of ln 2.
    pub const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// The polynomial of degree 11 that is nearest to eᶠ for |f| ≤ ½ ln 2: 3·10⁻¹⁸ off, by Remez' exchange.
    pub const POLYNOMIAL: [f64; 12] = [
        1.0,
        1.0,
        0.500_000_000_000_001_8,
        0.166_666_666_666_661_7,
        0.041_666_666_666_492_77,
        0.008_333_333_333_559_274,
        0.001_388_888_895_122_405_2,
        0.000_198_412_694_326_748_36,
        2.480_148_652_134_197e-5,
        2.755_762_253_348_774_4e-6,
        2.763_229_331_362_888e-7,
        2.499_430_433_592_357_2e-8,
    ];
}
use exponential::{LN_2_HIGH, LN_2_LOW, POLYNOMIAL, ROUND};

/// eˣ for x ≤ 0, to 5·10⁻¹⁶; 0 below −60.
#[inline(always)]
pub fn exp(x: Lane) -> Lane {
    // a loop for each operation, so that each becomes one instruction on all lanes
    let (mut shifted, mut f) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        shifted[l] = x[l] * std::f64::consts::LOG2_E + ROUND;
        let k = shifted[l] - ROUND;
        f[l] = (x[l] - k * LN_2_HIGH) - k * LN_2_LOW;
    }
    let mut sum = polynomial(f, &POLYNOMIAL);
    for l in 0..LANES {
        sum[l] *= f64::from_bits(shifted[l].to_bits().wrapping_add(1023) << 52);
    }
    for l in 0..LANES {
        sum[l] = if x[l] < LEAST_LOG_RESP { 0.0 } else { sum[l] };
    }
    sum
}

/// c₀ + x·(c₁ + x·(c₂ + …)).
#[inline(always)]
fn polynomial(x: Lane, c: &[f64]) -> Lane {
    let mut sum = [0.0; LANES];
    for c in c.iter().rev() {
        for l in 0..LANES {
            sum[l] = sum[l] * x[l] + c;
        }
    }
    sum
}

/// ln x of normal numbers, to 2·10⁻¹⁶ of the larger of 1 and |ln x|.
///
/// ```text
/// ln x = k·ln 2 + 2·artanh(z),   x = 2ᵏ·m with m from √½ to √2,   z = (m − 1)/(m + 1),   artanh z = z + z³/3 + … + z²¹/21
/// ```
#[inline(always)]
fn ln(x: Lane) -> Lane {
    const MANTISSA: u64 = (1 << 52) - 1;
    const HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const ODD_INVERSES: [f64; 11] = {
        let (mut c, mut n) = ([1.0; 11], 0);
        while n < 11 {
            c[n] = 1.0 / (2 * n + 1) as f64;
            n += 1;
        }
        c
    };
    let (mut k, mut z, mut square) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        // the exponent of x/√½ counts the doublings, what is left of it is m
        let above = x[l].to_bits().wrapping_sub(HALF);
        // as a number: the bits of 2⁵² + 2¹¹ + k, from which 2⁵² + 2¹¹ is taken again
        k[l] = f64::from_bits(((above >> 52) ^ 0x800) | 0x4330_0000_0000_0000)
            - 4_503_599_627_372_544.0;
        let m = f64::from_bits((above & MANTISSA).wrapping_add(HALF));
        z[l] = (m - 1.0) / (m + 1.0);
        square[l] = z[l] * z[l];
    }
    let mut sum = polynomial(square, &ODD_INVERSES);
    for l in 0..LANES {
        sum[l] = k[l] * std::f64::consts::LN_2 + 2.0 * z[l] * sum[l];
    }
    sum
}

/// Replaces logs by their normalised exponentials, lane by lane, and returns the logs of their sums.
#[inline(always)]
pub fn softmax_lanes(logs: &mut [Lane]) -> Lane {
    let mut top = [f64::NEG_INFINITY; LANES];
    for log in logs.iter() {
        for l in 0..LANES {
            top[l] = if log[l] > top[l] { log[l] } else { top[l] };
        }
    }
    let mut total = [0.0; LANES];
    for log in logs.iter_mut() {
        let p = exp(minus(*log, top));
        for l in 0..LANES {
            total[l] += p[l];
        }
        *log = p;
    }
    let log_total = ln(total);
    for p in logs.iter_mut() {
        *p = over(*p, total);
    }
    let mut sum = top;
    for l in 0..LANES {
        sum[l] += log_total[l];
    }
    sum
}

/// a / b.
#[inline(always)]
fn over(a: Lane, b: Lane) -> Lane {
    let mut out = a;
    for l in 0..LANES {
        out[l] /= b[l];
    }
    out
}

/// a − b.
#[inline(always)]
pub fn minus(a: Lane, b: Lane) -> Lane {
    let mut out = a;
    for l in 0..LANES {
        out[l] -= b[l];
    }
    out
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

/// Σₖ wₖ·vₖ into `out` (d), `pulls` holding the vₖ one after the other (K·d).
#[inline(always)]
pub fn weighted_sum(weights: &[Lane], pulls: &[Lane], out: &mut [Lane]) {
    if out.len() == 2 {
        weighted_sum_dim(2, weights, pulls, out);
    } else {
        weighted_sum_dim(out.len(), weights, pulls, out);
    }
}

#[inline(always)]
fn weighted_sum_dim(d: usize, weights: &[Lane], pulls: &[Lane], out: &mut [Lane]) {
    for (i, out) in out[..d].iter_mut().enumerate() {
        let mut sum = [0.0; LANES];
        for (w, v) in weights.iter().zip(pulls.chunks_exact(d)) {
            let v = v[i];
            for l in 0..LANES {
                sum[l] += w[l] * v[l];
            }
        }
        *out = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_and_the_logarithm_keep_their_errors() {
        let worst = |scale: f64| {
            let off = (0..60_000).map(|i| {
                let x = -f64::from(i) / 1000.0;
                (exp([x * scale; LANES])[3] / x.exp() - 1.0).abs()
            });
            off.fold(0.0, f64::max)
        };
        assert!(worst(1.0) < 5e-16, "{:e}", worst(1.0));
        assert!(worst(1.0 + 1e-12) > 1e-14, "the wrong twin passed");
        assert_eq!(exp([-60.1; LANES]), [0.0; LANES]);
        assert!(exp([f64::NAN; LANES])[0].is_nan());
        for i in -3000..3000 {
            let x = (f64::from(i) / 10.0).exp();
            let off = (ln([x; LANES])[5] - x.ln()).abs();
            assert!(off < 4e-16 * x.ln().abs().max(1.0), "ln {x:e}: {off:e}");
        }
    }
}
