//! A network that answers as a score.

use super::mlp::Mlp;
use super::net::Workspace;
use super::net::{Batch, Net, Shape};
use super::pool::Pool;
use super::potential::Potential;
use super::shape::MlpConfig;
use crate::Result;
use crate::condition::Condition;
use crate::noise::NoiseLevel;
use crate::score::{LogDensity, ScoreFn, score_of_denoised};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use serde::{Deserialize, Serialize};

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

/// An unconditional score network: a network with the scaling that lets it learn every noise level at once.
///
/// ```text
/// D(x) = c_skip·x/α + c_out·F_θ(c_in·x/α, log-SNR),   ∇ₓ log p_t(x) = (α·D(x) − x)/σ²
/// ```
///
/// It sees x/α and the log-SNR and nothing of the process, so a network trained under one process samples under any.
/// Computes in f32; (n, d) in and out are f64. The score is not defined at σ = 0.
#[derive(Debug)]
pub struct ScoreNet<N: Net = Mlp> {
    /// F_θ.
    pub network: N,
    /// What F means.
    pub target: Target,
    /// The root mean square of a coordinate of the data (its standard deviation, if the mean is 0).
    pub sigma_data: f64,
    /// The standard deviation of each coordinate (d), positive, where they differ and are uncorrelated, as along principal
    /// components: c_skip and c_out are then each coordinate's own, so that with the target edm the network has only to
    /// learn what is not Gaussian. Empty: σ_data for all.
    pub spread: Vec<f64>,
    pool: Pool<N>,
}

impl ScoreNet {
    /// A network with random weights.
    ///
    /// # Errors
    /// As [`Mlp::new`].
    pub fn new(config: MlpConfig, target: Target, sigma_data: f64, seed: u64) -> Result<Self> {
        Ok(ScoreNet::of(Mlp::new(config, seed)?, target, sigma_data))
    }
}

impl<N: Net> ScoreNet<N> {
    /// A network with the given weights.
    pub fn of(network: N, target: Target, sigma_data: f64) -> Self {
        ScoreNet { network, target, sigma_data, spread: Vec::new(), pool: Pool::default() }
    }

    /// The same network with a spread for each coordinate.
    ///
    /// # Panics
    /// If there is one, but not for each coordinate.
    pub fn with_spread(mut self, spread: Vec<f64>) -> Self {
        let d = self.network.config().inputs();
        assert!(spread.is_empty() || spread.len() == d, "a spread for each coordinate");
        self.spread = spread;
        self
    }
}

impl<N: Net> ScoreFn for ScoreNet<N> {
    fn dim(&self) -> usize {
        self.network.config().inputs()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.blend(x, level, &[(Condition::None, 1.0)])
    }

    /// By a pass forward and one back to the network's input.
    fn pull_back(&self, x: ArrayView2<f64>, level: NoiseLevel, v: ArrayView2<f64>) -> Array2<f64> {
        self.blend_vjp((x, v), level, &[(Condition::None, 1.0)])
    }
}

impl LogDensity for ScoreNet<Potential> {
    /// log p_t(x) but for a number that depends on the level alone.
    ///
    /// ```text
    /// log p = (c_skip − 1)/(2r²)·|x/α|² + c_out/(c_in·r²)·f(c_in·x/α, log-SNR),   r = σ/α
    /// ```
    ///
    /// # Panics
    /// If there is a spread: then the answers are no gradient.
    fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        assert!(self.spread.is_empty(), "one scale for all coordinates");
        let (c, r2) = (self.coefficients(level).0, level.ratio().powi(2));
        let x = &x / level.alpha;
        let log_snr = Array1::from_elem(x.nrows(), level.log_snr());
        let seen = Batch { x: &x * c.input, log_snr, conditions: vec![Condition::None; x.nrows()] };
        let squares = (&x * &x).sum_axis(Axis(1));
        squares * (0.5 * (c.skip - 1.0) / r2) + self.network.value(&seen) * (c.out / (c.input * r2))
    }
}

impl<N: Net> ScoreNet<N> {
    /// The denoiser that mixes the answers under several conditions, Σᵢ wᵢ·D(x; yᵢ) with Σᵢ wᵢ = 1: `x` (n, d) → (n, d).
    ///
    /// ```text
    /// Σᵢ wᵢ·D(x; yᵢ) = c_skip·x/α + c_out·Σᵢ wᵢ·F_θ(c_in·x/α, log-SNR, yᵢ)
    /// ```
    ///
    /// One term is one evaluation of the network. An unconditional network does not read the conditions.
    ///
    /// # Panics
    /// If the network does not take a condition, as [`Shape::takes`] says.
    pub fn blend(
        &self,
        x: ArrayView2<f64>,
        level: NoiseLevel,
        terms: &[(Condition, f64)],
    ) -> Array2<f64> {
        let log_snr = level.log_snr() as f32;
        let terms: Vec<(Condition, f32)> =
            terms.iter().map(|(y, weight)| (y.clone(), *weight as f32)).collect();
        self.answers(x, level, |_, w| self.network.blend(w, log_snr, &terms))
    }

    /// The denoiser where every point has a condition of its own, D(xᵢ; yᵢ): `x` (n, d), `conditions` (n) → (n, d).
    ///
    /// The same answers as [`ScoreNet::blend`] a point at a time.
    ///
    /// # Panics
    /// As [`ScoreNet::blend`], and if there is not one condition for each point.
    pub fn denoised_each(
        &self,
        x: ArrayView2<f64>,
        level: NoiseLevel,
        conditions: &[Condition],
    ) -> Array2<f64> {
        assert_eq!(x.nrows(), conditions.len(), "a condition for each point");
        self.answers(x, level, |first, w| {
            w.log_snr.fill(level.log_snr() as f32);
            for (own, condition) in w.conditions.iter_mut().zip(&conditions[first..]) {
                *own = condition.clone();
            }
            self.network.forward(w);
        })
    }

    /// D of the network's answers: `ask` fills a block's output from its input, and is told the number of its first point.
    fn answers(
        &self,
        x: ArrayView2<f64>,
        level: NoiseLevel,
        ask: impl Fn(usize, &mut Workspace<N>) + Sync,
    ) -> Array2<f64> {
        let (c, own) = self.coefficients(level);
        let mut out = Array2::zeros(x.raw_dim());
        self.pool.for_blocks(&self.network, x, out.view_mut(), |first, x, mut out, w| {
            w.fill(x, c.input / level.alpha);
            ask(first, w);
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

    /// vᵀ·∂/∂x of [`ScoreNet::blend`], by a pass forward and one back for each term: `x`, `v` (n, d) → (n, d).
    ///
    /// # Panics
    /// As [`ScoreNet::blend`].
    pub fn blend_vjp(
        &self,
        (x, v): (ArrayView2<f64>, ArrayView2<f64>),
        level: NoiseLevel,
        terms: &[(Condition, f64)],
    ) -> Array2<f64> {
        let (c, own) = self.coefficients(level);
        let (log_snr, scale) = (level.log_snr() as f32, c.input / level.alpha);
        let mut out = v.to_owned();
        self.pool.for_blocks(&self.network, x, out.view_mut(), |_, x, mut out, w| {
            let v = out.to_owned();
            for (mut out, c) in out.columns_mut().into_iter().zip(&own) {
                out *= c.skip / level.alpha;
            }
            w.fill(x, scale);
            for (condition, weight) in terms {
                self.network.forward_at(w, log_snr, condition);
                w.d_output.fill(0.0);
                for (mut d, v) in w.d_output.outer_iter_mut().zip(v.outer_iter()) {
                    for ((d, v), c) in d.iter_mut().zip(v).zip(&own) {
                        *d = (weight * c.out * v) as f32;
                    }
                }
                self.network.input_gradient(w);
                let d = w.d_input.slice(s![..x.nrows(), ..x.ncols()]);
                out.zip_mut_with(&d, |o, d| *o += scale * *d as f64);
            }
        });
        out
    }

    /// The coefficients at a level: σ_data's, and each coordinate's own (d).
    fn coefficients(&self, level: NoiseLevel) -> (Coefficients, Vec<Coefficients>) {
        let r = level.ratio();
        let c = self.target.coefficients(r, self.sigma_data);
        let own = |i| self.target.own(r, c, &self.spread, i);
        (c, (0..self.network.config().inputs()).map(own).collect())
    }
}
