//! Particles with weights that make guided samples those of the tilt.

use super::denoiser::Denoiser;
use super::weighted::Weights;
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Score, Walks};
use crate::Result;
use crate::guidance::{Gamma, Guided};
use crate::sampler::{AnyPopulation, AnySampler, Ddim, InBlocks, Population, Sampler, Step};
use crate::score::{Likelihood, ScoreFn};
use ndarray::{Array2, ArrayView2, Axis};
use std::sync::Arc;

/// The Feynman–Kac corrector of guidance: ancestral sampling on s_γ, each particle with a weight.
///
/// ```text
/// log w ← log w + ½·γ(γ − 1)·∫|s_c − s_u|² dσ², by the trapezoidal rule      (for x/α, σ for σ/α)
/// resampled where ESS = (Σw)²/Σw² < threshold·n, and at σ = 0
/// ```
///
/// With small steps and many particles the ends are samples of the tilt p(x)^(1 − γ)·p(x|y)^γ, if the start is one of the
/// noised laws' p_T(x)^(1 − γ)·p_T(x|y)^γ, which N(0, σ²) is where σ is large. γ = 0 and γ = 1 have no weights, and a threshold
/// of 0 takes none into account: this is [`Ddim`] with η = 1. Where γ is large a few particles carry much of the
/// weight, and many more are needed than their effective share suggests, unless γ [rises](FeynmanKac::rising). Source: Skreta et al.
/// 2025 (2503.02819), proposition 3.
#[derive(Clone)]
pub struct FeynmanKac {
    pair: Guided<Score, Score>,
    rise: Option<(Arc<dyn Likelihood>, f64)>,
    threshold: f64,
    weights: Weights,
    owed: f64, // γ(γ − 1) times the last step of σ², whose second half is still to be weighed
}

impl FeynmanKac {
    /// Particles of s_c and s_u that are resampled where their effective share is below `threshold`.
    pub fn new(pair: Guided<Score, Score>, threshold: f64) -> Self {
        FeynmanKac { pair, rise: None, threshold, weights: Weights::default(), owed: 0.0 }
    }

    /// The same, with a γ that rises from 1 as the noise falls, and is half-way where σ/α is `half`.
    ///
    /// ```text
    /// γ(r) = 1 + (γ − 1)/(1 + (r/half)²), r = σ/α;   log w ← log w + (γ(r') − γ(r))·log p(y|x_t) before each step
    /// ```
    ///
    /// The ends are those of the constant γ, and the weights far more even: where the noise hides the class, particles are led as
    /// p(x|y) leads them. It takes the class's likelihood, whose gradient is s_c − s_u. Ours; that weights follow any path of
    /// targets is the theorem of Skreta et al. 2025 (2503.02819).
    pub fn rising(self, likelihood: Arc<dyn Likelihood>, half: f64) -> Self {
        FeynmanKac { rise: Some((likelihood, half)), ..self }
    }

    /// γ at σ/α = r.
    fn gamma(&self, r: f64) -> f64 {
        let gamma = self.pair.gamma.value();
        let risen = |(_, half): &(_, f64)| 1.0 + (gamma - 1.0) / (1.0 + (r / half).powi(2));
        self.rise.as_ref().map_or(gamma, risen)
    }

    /// log Ẑ, the estimate so far of log Z₀/Z_T, where Z normalises p_t(x)^(1 − γ)·p_t(x|y)^γ. Its bias is the step's.
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
}

impl Population for FeynmanKac {
    fn step_all(&mut self, _: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let [before, after] = [here, there].map(|level| level.ratio() * level.ratio());
        let [walk, pick] = step.noise.split();
        self.weights.begin(x.nrows());
        let gamma = self.gamma(there.ratio());
        if let Some((likelihood, _)) = &self.rise {
            let risen = gamma - self.gamma(here.ratio());
            self.weights.log.scaled_add(risen, &likelihood.log_likelihood(x.view(), here));
        }
        let ask = |score: &Score| InBlocks(score).denoised(x.view(), here);
        let (mut d, mut apart) = (ask(&self.pair.guiding), ask(&self.pair.main));
        apart -= &d;
        d.scaled_add(gamma, &apart);
        let asked = Denoiser { dim: d.ncols(), denoised: |_: ArrayView2<f64>, _| d.clone() };
        { ANCESTRAL }.step(&asked, x, Step { noise: walk, ..step });
        // s_c − s_u is (D_c − D_u)/σ², for x/α and σ/α
        let owed = gamma * (gamma - 1.0) * (before - after);
        let growth = 0.25 * (self.owed + owed) / (before * before);
        self.owed = owed;
        self.weights.log.scaled_add(growth, &apart.map_axis(Axis(1), |d| d.dot(&d)));
        if self.effective_share() < self.threshold || (there.sigma == 0.0 && self.threshold > 0.0) {
            *x = x.select(Axis(0), &self.weights.resample(pick.shared()));
        }
    }
}

/// The steps that particles take.
const ANCESTRAL: Ddim = Ddim { eta: 1.0 };

/// The method, a [`FeynmanKac`] population.
pub struct FeynmanKacCorrector;

impl Method for FeynmanKacCorrector {
    fn about(&self) -> &'static About {
        &About {
            name: "feynman-kac",
            title: "Feynman–Kac corrector",
            formula: "the SDE of s_γ, log w += ½g²·γ(γ − 1)·|s_c − s_u|²·dt, resampled",
            source: "Skreta et al. 2025 (2503.02819), proposition 3",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "threshold",
                    meaning: "the effective share of particles below which they are resampled",
                    default: 0.5,
                    range: Range::Between(0.0, 1.0),
                    neutral: Some(0.0),
                },
            ],
            walks: Walks::Particles,
            ends: Ends { zero: true, one: true, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::guided(knobs.get("gamma"))
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let gamma = knobs.gamma();
        let plan = Plan::of(parts.guided(gamma));
        if [0.0, 1.0].map(Gamma::new).into_iter().any(|g| g.is_ok_and(|g| g == gamma)) {
            return Ok(plan.by(Rule::Sampler(AnySampler::new(ANCESTRAL))));
        }
        let particles = FeynmanKac::new(parts.pair(gamma), knobs.get("threshold"));
        Ok(plan.by(Rule::Population(AnyPopulation::new(particles))))
    }
}
