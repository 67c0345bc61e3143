//! Diffusion posterior sampling as a proposal, with weights that make it right.

use super::dps::{FLOOR, pull};
use super::measured::{GAMMA, power};
use super::weighted::Weights;
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Score, Walks};
use crate::Result;
use crate::condition::Observation;
use crate::sampler::{AnyPopulation, AnySampler, Ddim, InBlocks, Population, Step};
use crate::score::ScoreFn;
use ndarray::{Array1, Array2, Axis};
use std::f64::consts::TAU;
use std::sync::Arc;

/// Twisted sequential Monte Carlo: ancestral steps by [`Dps`](super::Dps), each particle with a weight.
///
/// ```text
/// log w ← log w + log g(x') − log g(x) + log p(x'|x) − log q(x'|x),   g(x) = N(y; A·D(x), τ²/γ·I)
/// p(x'|x) the ancestral step by D, q(x'|x) that by D + σ²/α·∇ₓ log g(x)
/// resampled where ESS = (Σw)²/Σw² < threshold·n, and at σ = 0
/// ```
///
/// The step into σ = 0 ends in D(x), as the prior's does. What is sampled is then the posterior p(x₀)·p(y|x₀)^γ of the prior as
/// it is walked, steps and all: Ẑ is an unbiased estimate of its ∫p(x₀)·p(y|x₀)^γ dx₀ for any number of particles. Means are
/// not: they tend to the truth as particles grow in number, and of one particle they are those of DPS. A threshold of 0 takes no
/// weights into account: this is DPS. Source: Wu et al. 2023 (2306.17775), algorithm 1.
#[derive(Clone)]
pub struct Twisted {
    prior: Score,
    observation: Arc<Observation>,
    gamma: f64,
    tau: f64,
    threshold: f64,
    weights: Weights,
    last: Array1<f64>, // what log g(x) of where each particle is has to be weighed against
}

impl Twisted {
    /// Particles of a prior that are steered to p(y|x₀)^γ, γ above 0, at τ or, if τ is below it, at `floor`, and resampled where
    /// their effective share is below `threshold`.
    pub fn new(
        prior: Score,
        observation: Arc<Observation>,
        [gamma, floor, threshold]: [f64; 3],
    ) -> Self {
        let (tau, weights) = (observation.tolerance().max(floor), Weights::default());
        Twisted { prior, observation, gamma, tau, threshold, weights, last: Array1::zeros(0) }
    }

    /// log Ẑ, the estimate of log ∫p(x₀)·p(y|x₀)^γ dx₀; the factor of p(y|x₀)^γ is that of a density of y at τ²/γ.
    pub fn log_z(&self) -> f64 {
        self.weights.log_z()
    }

    /// How often the particles were resampled.
    pub fn resampled(&self) -> usize {
        self.weights.resampled()
    }

    /// (Σw)²/Σw² as a share of the particles, since they were last resampled; 1 without particles.
    pub fn effective_share(&self) -> f64 {
        self.weights.effective_share()
    }

    /// log g of these denoised points (n,).
    fn twist(&self, d: &Array2<f64>) -> Array1<f64> {
        let (miss, variance) = (self.observation.miss(d.view()), self.tau * self.tau / self.gamma);
        let log = |miss: f64| -0.5 * (miss * miss / variance + (TAU * variance).ln());
        miss.map_axis(Axis(1), |miss| miss.iter().map(|m| log(*m)).sum())
    }
}

impl Population for Twisted {
    fn step_all(&mut self, _: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let [walk, pick] = step.noise.split();
        if self.weights.begin(x.nrows()) {
            self.last = Array1::zeros(x.nrows());
        }
        let mut d = InBlocks(&self.prior).denoised(x.view(), here);
        let mut twist = self.twist(&d);
        self.weights.log += &(&twist - &self.last);
        if there.sigma == 0.0 {
            *x = d * there.alpha;
            if self.threshold > 0.0 {
                *x = x.select(Axis(0), &self.weights.resample(pick.shared()));
            }
            return;
        }
        if self.weights.effective_share() < self.threshold {
            let rows = self.weights.resample(pick.shared());
            (*x, d) = (x.select(Axis(0), &rows), d.select(Axis(0), &rows));
            twist = twist.select(Axis(0), &rows);
        }
        let v = pull(&self.observation, d.view(), self.gamma / (self.tau * self.tau));
        let lift = InBlocks(&self.prior).pull_back(x.view(), here, v.view())
            * (here.sigma * here.sigma / here.alpha);
        let keep = (there.ratio() / here.ratio()).powi(2);
        let up = there.sigma * (1.0 - keep).sqrt();
        let z = walk.normals(x.ncols());
        let ahead = lift * (there.alpha * (1.0 - keep)); // of q, beside p
        *x = (&*x * (keep / here.alpha) + d * (1.0 - keep)) * there.alpha + &ahead + &z * up;
        let of_q = (&ahead * &(&z / up + &ahead * (0.5 / (up * up)))).sum_axis(Axis(1)); // log q − log p
        self.last = twist + of_q;
    }
}

/// The method, a [`Twisted`] population.
pub struct TwistedSmc;

impl Method for TwistedSmc {
    fn about(&self) -> &'static About {
        &About {
            name: "twisted",
            title: "twisted sequential Monte Carlo",
            formula: "ancestral steps by dps, w ← w·g(x')·p(x'|x)/(g(x)·q(x'|x)), g = N(y; A·D_u, τ²/γ·I), resampled",
            source: "Wu et al. 2023 (2306.17775), algorithm 1",
            needs: &[Need::Unconditional, Need::Observation],
            knobs: &[
                GAMMA,
                FLOOR,
                Knob {
                    name: "threshold",
                    meaning: "the effective share of particles below which they are resampled",
                    default: 0.5,
                    range: Range::Between(0.0, 1.0),
                    neutral: None,
                },
            ],
            walks: Walks::Particles,
            ends: Ends { zero: true, one: false, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        match knobs.get("gamma") == 0.0 {
            true => Cost::always(1),
            false => Cost { least: 1, most: 2 }, // the step into σ = 0 asks for no Jacobian
        }
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let (prior, gamma) = (parts.unconditional(), power(self.about(), knobs)?);
        let plan = Plan::of(prior.clone());
        if gamma == 0.0 {
            return Ok(plan.by(Rule::Sampler(AnySampler::new(Ddim { eta: 1.0 }))));
        }
        let set = [gamma, knobs.get("floor"), knobs.get("threshold")];
        let particles = Twisted::new(prior, parts.observation(), set);
        Ok(plan.by(Rule::Population(AnyPopulation::new(particles))))
    }
}
