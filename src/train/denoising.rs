//! What a score network is trained to do: denoising score matching, its noise levels, and the least loss that it can reach.

use super::{BlockRows, Objective, TrainConfig, TrainStep, run};
use crate::Result;
use crate::mixture::{Labelled, Mixture};
use crate::nn::{Net, ScoreNet, Shape, Target, Workspace};
use crate::noise::NoiseLevel;
use crate::rng::{Purpose, stream};
use crate::score::ScoreFn;
use ndarray::Zip;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// How the noise levels of training are spread: log σ is logistic.
///
/// ```text
/// ln σ = location + width·ln(u/(1 − u)),   u uniform, stratified over the batch
/// ```
///
/// The stratification takes one u from each of the batch's equal parts of [0, 1]. A cousin of the log-normal of Karras et
/// al. 2022 (2206.00364), table 1, with tails heavy enough to see both ends and a quantile function in closed form.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Levels {
    /// The median of ln σ.
    pub location: f64,
    /// The scale of ln σ; its standard deviation is 1.81 times that.
    pub width: f64,
}

impl Levels {
    /// The level of row `row` of a batch.
    pub fn draw(&self, rng: &mut ChaCha8Rng, row: usize, batch: usize) -> f64 {
        let u = (row as f64 + rng.random::<f64>()) / batch as f64;
        let logit = (u.clamp(1e-6, 1.0 - 1e-6) / (1.0 - u).clamp(1e-6, 1.0)).ln();
        (self.location + self.width * logit).exp()
    }
}

impl Default for Levels {
    fn default() -> Self {
        Levels { location: -0.5, width: 1.0 }
    }
}

/// Denoising score matching: predict what was there before the noise.
///
/// ```text
/// L = E |F_θ(c_in·x) − (x₀ − c_skip·x)/c_out|²/d,   x = x₀ + σ·ε,   which is E |D(x; σ) − x₀|²/(c_out²·d)
/// ```
///
/// With a spread c_skip and what F is scaled by are each coordinate's own, and the loss is the same |D(x; σ) − x₀|²/(c_out²·d).
/// Its minimum is the exact score, where it is still [`loss_floor`] and not 0. Source: Vincent 2011; Karras et al. 2022
/// (2206.00364), eq. 8.
pub struct Denoising<'a> {
    /// The data.
    pub data: &'a Labelled,
    /// What F means.
    pub target: Target,
    /// σ_data.
    pub sigma_data: f64,
    /// The spread of each coordinate, as in [`ScoreNet`]; empty: σ_data for all.
    pub spread: &'a [f64],
    /// The noise levels used in training.
    pub levels: Levels,
}

impl Denoising<'_> {
    /// Draws the rows of one block: fills the network's input and level, leaves the answer to hit in `w.target`, and
    /// returns which point of the data each row is.
    pub(crate) fn draw<N: Net>(
        &self,
        w: &mut Workspace<N>,
        rng: &mut ChaCha8Rng,
        rows: BlockRows,
    ) -> Vec<usize> {
        let mut points = vec![0; w.rows()];
        for (row, point) in points.iter_mut().enumerate() {
            let sigma = self.levels.draw(rng, rows.first + row, rows.batch);
            let c = self.target.coefficients(sigma, self.sigma_data);
            *point = rng.random_range(0..self.data.x.nrows());
            let x0 = self.data.x.row(*point);
            let seen = w.input.row_mut(row).into_iter().zip(w.target.row_mut(row));
            for (i, (x0, (input, target))) in x0.iter().zip(seen).enumerate() {
                let c = self.target.own(sigma, c, self.spread, i);
                let x = x0 + sigma * Distribution::<f64>::sample(&StandardNormal, rng);
                *input = (c.input * x) as f32;
                *target = ((x0 - c.skip * x) / c.out) as f32;
            }
            w.log_snr[row] = NoiseLevel::ve(sigma).log_snr() as f32;
        }
        points
    }

    /// Runs the network on the rows drawn, leaves ∂L/∂output in `w.d_output` and returns the block's part of L.
    pub(crate) fn answer<N: Net>(&self, net: &N, w: &mut Workspace<N>, rows: BlockRows) -> f64 {
        let scale = 1.0 / (rows.batch * net.config().outputs()) as f64;
        net.forward(w);
        let mut loss = 0.0;
        if !self.spread.is_empty() {
            return self.answer_each(w, scale);
        }
        Zip::from(&mut w.d_output).and(&w.output).and(&w.target).for_each(|d, f, target| {
            let miss = f - target;
            loss += (miss * miss) as f64;
            *d = 2.0 * miss * scale as f32;
        });
        loss * scale
    }

    /// [`Denoising::answer`] where every coordinate has a scale of its own: an error of F counts as the error of D that
    /// it causes.
    fn answer_each<N: Net>(&self, w: &mut Workspace<N>, scale: f64) -> f64 {
        let mut loss = 0.0;
        let answers = w.output.outer_iter().zip(w.target.outer_iter());
        let rows = w.d_output.outer_iter_mut().zip(answers);
        for ((mut d, (f, target)), log_snr) in rows.zip(&w.log_snr) {
            let sigma = (-0.5 * f64::from(*log_snr)).exp();
            let c = self.target.coefficients(sigma, self.sigma_data);
            for (i, (d, (f, target))) in d.iter_mut().zip(f.iter().zip(target)).enumerate() {
                let share = self.target.own(sigma, c, self.spread, i).out / c.out;
                let (weight, miss) = (share * share, f64::from(f - target));
                loss += weight * miss * miss;
                *d = (2.0 * weight * miss * scale) as f32;
            }
        }
        loss * scale
    }
}

impl<N: Net> Objective<N> for Denoising<'_> {
    fn block(&self, net: &N, w: &mut Workspace<N>, rng: &mut ChaCha8Rng, rows: BlockRows) -> f64 {
        self.draw(w, rng, rows);
        self.answer(net, w, rows)
    }
}

/// The least loss that [`Denoising`] can reach on a mixture: the spread of x₀ that the noise hides from everyone.
///
/// ```text
/// floor = E_σ [MMSE(σ)/(c_out²·d)],   MMSE(σ) = E|D*(x) − x₀|² = E tr Cov[x₀ | x] = E[σ²·(d + σ²·div s(x))]
/// ```
///
/// The mean over `n` stratified levels and one exact draw of x for each. L_DSM − floor is the score error itself.
/// Source: Vincent 2011.
pub fn loss_floor(mixture: &Mixture, objective: &Denoising, n: usize, seed: u64) -> f64 {
    let draws = mixture.sample(n, seed, Purpose::Reference);
    let mut rng = stream(seed, Purpose::Reference, 1, 0);
    let d = mixture.dim() as f64;
    let total: f64 = (0..n)
        .map(|row| {
            let sigma = objective.levels.draw(&mut rng, row, n);
            let x = draws
                .x
                .row(row)
                .mapv(|x| x + sigma * Distribution::<f64>::sample(&StandardNormal, &mut rng));
            let div = mixture
                .divergence(x.view().insert_axis(ndarray::Axis(0)), NoiseLevel::ve(sigma))[0];
            let out = objective.target.coefficients(sigma, objective.sigma_data).out;
            sigma * sigma * (d + sigma * sigma * div) / (out * out * d)
        })
        .sum();
    total / n as f64
}

/// Trains a score network to its end and reports every step to `progress`.
///
/// # Errors
/// As [`TrainConfig::validated`], and if training diverges.
pub fn train_score<N: Net>(
    mut net: ScoreNet<N>,
    data: &Labelled,
    levels: Levels,
    config: TrainConfig,
    progress: &mut dyn FnMut(TrainStep),
) -> Result<ScoreNet<N>> {
    let ScoreNet { target, sigma_data, .. } = net;
    let objective = Denoising { data, target, sigma_data, spread: &net.spread, levels };
    net.network = run(net.network.clone(), &objective, config, progress)?;
    Ok(net)
}
