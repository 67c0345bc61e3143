//! Explicit score matching: a network is shown the exact score of a mixture.

use super::{BlockRows, Objective, TrainConfig, TrainStep, run};
use crate::Result;
use crate::mixture::Mixture;
use crate::mixture::draw::Draws;
use crate::nn::{Net, Potential, ScoreNet, Shape, Target, Workspace};
use crate::noise::NoiseLevel;
use ndarray::{Array2, ArrayViewMut1};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Explicit score matching: hit the exact score of a mixture, where it is known.
///
/// ```text
/// L = E σ²·|s_θ(x; σ) − ∇ₓ log p_σ(x)|²/d,   x ~ p_σ drawn afresh,   ln σ ~ N(location, width²)
/// σ²·|s_θ − s|² = (c_out/σ)²·|F_θ(c_in·x) − (D(x; σ) − c_skip·x)/c_out|²,   D = x + σ²·∇ₓ log p_σ(x)
/// ```
///
/// The same minimum as [`Denoising`](super::Denoising), but a floor of 0 and no noise in what is to be hit. Source: Vincent
/// 2011, eq. 2; with these levels the training of the toy of Karras et al. 2024 (2406.02507), section 2.
pub struct Explicit<'a> {
    mixture: &'a Mixture,
    draws: Draws<'a>,
    /// What F means.
    pub target: Target,
    /// σ_data.
    pub sigma_data: f64,
    /// The median of ln σ.
    pub location: f64,
    /// The standard deviation of ln σ.
    pub width: f64,
}

impl<'a> Explicit<'a> {
    /// The exact score of a mixture at levels with ln σ ~ N(`location`, `width`²), in the answers of a network with this σ_data
    /// and [`Target::Edm`].
    pub fn new(mixture: &'a Mixture, sigma_data: f64, (location, width): (f64, f64)) -> Self {
        let draws = Draws::of(mixture);
        Explicit { mixture, draws, target: Target::Edm, sigma_data, location, width }
    }
}

impl<N: Net> Objective<N> for Explicit<'_> {
    fn block(&self, net: &N, w: &mut Workspace<N>, rng: &mut ChaCha8Rng, rows: BlockRows) -> f64 {
        let (n, d) = (w.rows(), net.config().inputs());
        let mut x = Array2::zeros((n, d));
        let draw = |mut x: ArrayViewMut1<f64>| {
            let z: f64 = StandardNormal.sample(rng);
            let level = NoiseLevel::ve((self.location + self.width * z).exp());
            self.draws.noisy(level.sigma, rng, &mut x);
            level
        };
        let levels: Vec<NoiseLevel> = x.outer_iter_mut().map(draw).collect();
        let score = self.mixture.score_each(x.view(), &levels);
        for (row, level) in levels.iter().enumerate() {
            let c = self.target.coefficients(level.sigma, self.sigma_data);
            w.log_snr[row] = level.log_snr() as f32;
            for i in 0..d {
                let (x, s) = (x[[row, i]], score[[row, i]]);
                w.input[[row, i]] = (c.input * x) as f32;
                w.target[[row, i]] = ((x - c.skip * x + level.sigma.powi(2) * s) / c.out) as f32;
            }
        }
        net.forward(w);
        let (mut loss, scale) = (0.0, 1.0 / (rows.batch * d) as f64);
        for (row, level) in levels.iter().enumerate() {
            let c = self.target.coefficients(level.sigma, self.sigma_data);
            let weight = (c.out / level.sigma).powi(2) * scale;
            for i in 0..d {
                let miss = f64::from(w.output[[row, i]] - w.target[[row, i]]);
                loss += weight * miss * miss;
                w.d_output[[row, i]] = (2.0 * weight * miss) as f32;
            }
        }
        loss
    }
}

/// Trains a network that is a gradient on an exact score, and reports every step to `progress`.
///
/// # Errors
/// As [`TrainConfig::validated`], and if training diverges.
pub fn train_potential(
    net: Potential,
    exact: &Explicit,
    config: TrainConfig,
    progress: &mut dyn FnMut(TrainStep),
) -> Result<ScoreNet<Potential>> {
    let network = run(net, exact, config, progress)?;
    Ok(ScoreNet::of(network, exact.target, exact.sigma_data))
}
