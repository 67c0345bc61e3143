//! A network that answers as a score.

use super::mlp::{Condition, Mlp, Workspace, block_rows};
use super::shape::MlpConfig;
use crate::Result;
use crate::noise::NoiseLevel;
use crate::score::{ScoreFn, score_of_denoised};
use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Zip, s};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard};

/// What the last layer of a score network means.
///
/// With r = σ/α and s = σ_data, the denoiser is D = c_skip·x/α + c_out·F(c_in·x/α):
///
/// | target | c_skip | c_out | F is |
/// |---|---|---|---|
/// | edm | s²/(s² + r²) | s·r/√(s² + r²) | what the best linear denoiser leaves, at unit variance |
/// | eps | 1 | −r | ε |
/// | x0 | 0 | 1 | x₀ |
/// | v | 1/(1 + r²) | −r/√(1 + r²) | (ε − r·x₀)/√(1 + r²) |
///
/// and c_in = 1/√(s² + r²) for all. Source: Karras et al. 2022 (2206.00364), table 1; for v Salimans & Ho 2022
/// (2202.00512), appendix D, at the variance-preserving level of the same log-SNR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Karras et al.'s preconditioned residual.
    #[serde(alias = "edm")]
    Edm,
    /// The noise.
    #[serde(alias = "eps")]
    Eps,
    /// The data.
    #[serde(alias = "x0")]
    X0,
    /// The velocity.
    #[serde(alias = "v")]
    V,
}

/// One row of the table of [`Target`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    /// What of x/α passes by the network.
    pub skip: f64,
    /// The scale of the network's answer.
    pub out: f64,
    /// The scale of what the network sees of x/α.
    pub input: f64,
}

impl Target {
    /// The coefficients at r = σ/α.
    pub fn coefficients(self, r: f64, sigma_data: f64) -> Coefficients {
        let (s2, r2) = (sigma_data * sigma_data, r * r);
        let root = (s2 + r2).sqrt();
        let (skip, out) = match self {
            Target::Edm => (s2 / (s2 + r2), sigma_data * r / root),
            Target::Eps => (1.0, -r),
            Target::X0 => (0.0, 1.0),
            Target::V => (1.0 / (1.0 + r2), -r / (1.0 + r2).sqrt()),
        };
        Coefficients { skip, out, input: 1.0 / root }
    }

    /// The coefficients of coordinate `i`: those of σ_data or, where there is a spread, its own, on a common input.
    pub(crate) fn own(
        self,
        r: f64,
        common: Coefficients,
        spread: &[f64],
        i: usize,
    ) -> Coefficients {
        match spread.get(i) {
            Some(s) => Coefficients { input: common.input, ..self.coefficients(r, *s) },
            None => common,
        }
    }
}

/// An unconditional score network: an [`Mlp`] with the scaling that lets it learn every noise level at once.
///
/// ```text
/// D(x) = c_skip·x/α + c_out·F_θ(c_in·x/α, log-SNR),   ∇ₓ log p_t(x) = (α·D(x) − x)/σ²
/// ```
///
/// It sees x/α and the log-SNR and nothing of the process, so a network trained under one process samples under any.
/// Computes in f32; (n, d) in and out are f64. The score is not defined at σ = 0.
#[derive(Debug)]
pub struct ScoreNet {
    /// F_θ.
    pub mlp: Mlp,
    /// What F means.
    pub target: Target,
    /// The root mean square of a coordinate of the data (its standard deviation, if the mean is 0).
    pub sigma_data: f64,
    /// The standard deviation of each coordinate (d), positive, where they differ and are uncorrelated, as along principal
    /// components: c_skip and c_out are then each coordinate's own, so that with the target edm the network has only to
    /// learn what is not Gaussian. Empty: σ_data for all.
    pub spread: Vec<f64>,
    pool: Pool,
}

impl ScoreNet {
    /// A network with random weights.
    ///
    /// # Errors
    /// As [`Mlp::new`].
    pub fn new(config: MlpConfig, target: Target, sigma_data: f64, seed: u64) -> Result<Self> {
        Ok(ScoreNet::of(Mlp::new(config, seed)?, target, sigma_data))
    }

    /// A network with the given weights.
    pub fn of(mlp: Mlp, target: Target, sigma_data: f64) -> Self {
        ScoreNet { mlp, target, sigma_data, spread: Vec::new(), pool: Pool::default() }
    }

    /// The same network with a spread for each coordinate.
    ///
    /// # Panics
    /// If there is one, but not for each coordinate.
    pub fn with_spread(mut self, spread: Vec<f64>) -> Self {
        let d = self.mlp.config.inputs;
        assert!(spread.is_empty() || spread.len() == d, "a spread for each coordinate");
        self.spread = spread;
        self
    }
}

impl ScoreFn for ScoreNet {
    fn dim(&self) -> usize {
        self.mlp.config.inputs
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.blend(x, level, &[(0, 1.0)])
    }
}

impl ScoreNet {
    /// The denoiser that mixes the answers for several labels, Σᵢ wᵢ·D(x; labelᵢ) with Σᵢ wᵢ = 1: `x` (n, d) → (n, d).
    ///
    /// ```text
    /// Σᵢ wᵢ·D(x; labelᵢ) = c_skip·x/α + c_out·Σᵢ wᵢ·F_θ(c_in·x/α, log-SNR, labelᵢ)
    /// ```
    ///
    /// One term is one evaluation of the network. Without a label table the label is ignored.
    pub fn blend(
        &self,
        x: ArrayView2<f64>,
        level: NoiseLevel,
        terms: &[(usize, f64)],
    ) -> Array2<f64> {
        let r = level.ratio();
        let c = self.target.coefficients(r, self.sigma_data);
        let own: Vec<Coefficients> =
            (0..x.ncols()).map(|i| self.target.own(r, c, &self.spread, i)).collect();
        let log_snr = level.log_snr() as f32;
        let condition =
            |(label, weight): &(usize, f64)| (self.mlp.condition(log_snr, *label), *weight as f32);
        let terms: Vec<(Condition, f32)> = terms.iter().map(condition).collect();
        let mut out = Array2::zeros(x.raw_dim());
        for_blocks(&self.mlp, &self.pool, x, out.view_mut(), |x, mut out, w| {
            fill(w, x, c.input / level.alpha);
            self.mlp.blend(w, &terms);
            let answer = w.output.slice(s![..x.nrows(), ..]);
            for ((mut out, x), f) in
                out.outer_iter_mut().zip(x.outer_iter()).zip(answer.outer_iter())
            {
                for (((o, x), f), c) in out.iter_mut().zip(x).zip(f).zip(&own) {
                    *o = c.skip * x / level.alpha + c.out * *f as f64;
                }
            }
        });
        out
    }
}

/// Workspaces that wait to be used again, so that an answer allocates nothing but itself.
#[derive(Debug, Default)]
pub struct Pool(Mutex<Vec<Workspace>>);

impl Pool {
    fn waiting(&self) -> MutexGuard<'_, Vec<Workspace>> {
        self.0.lock().expect("no thread panics with the pool")
    }

    /// One for blocks of so many rows, if one waits.
    fn take(&self, rows: usize) -> Option<Workspace> {
        let mut waiting = self.waiting();
        let fits = waiting.iter().rposition(|w| w.rows() == rows)?;
        Some(waiting.swap_remove(fits))
    }
}

/// Puts the rows of `x`, scaled, into a workspace; the rows behind them are zero.
pub fn fill(w: &mut Workspace, x: ArrayView2<f64>, scale: f64) {
    let d = x.ncols();
    w.input.slice_mut(s![x.nrows().., ..d]).fill(0.0);
    let mut rows = w.input.slice_mut(s![..x.nrows(), ..d]);
    Zip::from(&mut rows).and(x).for_each(|i, x| *i = (scale * x) as f32);
}

/// Runs `f` on every block of rows of `x` and of `out` with a workspace, blocks shared out over the threads.
pub fn for_blocks<F>(mlp: &Mlp, pool: &Pool, x: ArrayView2<f64>, mut out: ArrayViewMut2<f64>, f: F)
where
    F: Fn(ArrayView2<f64>, ArrayViewMut2<f64>, &mut Workspace) + Sync,
{
    assert_eq!(x.ncols(), mlp.config.inputs, "points of dimension {}", mlp.config.inputs);
    let rows = block_rows(x.nrows());
    out.axis_chunks_iter_mut(Axis(0), rows)
        .into_par_iter()
        .zip(x.axis_chunks_iter(Axis(0), rows))
        .for_each(|(out, x)| {
            let mut w = pool.take(rows).unwrap_or_else(|| mlp.workspace(rows));
            f(x, out, &mut w);
            pool.waiting().push(w);
        });
}
