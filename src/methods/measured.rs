//! What methods share that steer a prior's score to an observation y = A·x₀ + τ·n.

use super::denoiser::Denoiser;
use super::{About, Cost, Knob, Knobs, Parts, Plan, Score};
use crate::condition::{Known, Observation};
use crate::noise::NoiseLevel;
use crate::rng::Noise;
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};
use std::sync::Arc;

/// γ of an observation: p(y | x₀)^γ is the observation at τ/√γ.
pub const GAMMA: Knob =
    Knob {
        meaning: "γ, the power of p(y|x₀): τ is taken as τ/√γ", default: 1.0, ..Knob::GAMMA
    };

/// What a method costs that asks the denoiser, and once for its Jacobian; nothing more than the prior's score at γ = 0.
pub fn cost(knobs: &Knobs) -> Cost {
    Cost::always(if knobs.get("gamma") == 0.0 { 1 } else { 2 })
}

/// γ, which is a power here.
///
/// # Errors
/// If it is below 0.
pub fn power(about: &About, knobs: &Knobs) -> Result<f64> {
    match knobs.get("gamma") {
        gamma if gamma >= 0.0 => Ok(gamma),
        gamma => {
            let what = format!("γ of the method {}", about.name);
            Err(Error::value(what, gamma, "at least 0, as a power of p(y|x₀)"))
        }
    }
}

/// Where a prior's denoiser is, and what it answers there.
pub struct Place<'a> {
    /// The prior's score.
    pub prior: &'a Score,
    /// y = A·x₀ + τ·n.
    pub observation: &'a Observation,
    /// The points (n, d).
    pub x: ArrayView2<'a, f64>,
    /// D of them (n, d).
    pub denoised: ArrayView2<'a, f64>,
    /// Their noise.
    pub level: NoiseLevel,
}

impl Place<'_> {
    /// y − A·D(x) (n, m).
    pub fn miss(&self) -> Array2<f64> {
        self.observation.miss(self.denoised)
    }

    /// vᵀ·∂D/∂x (n, d).
    pub fn pulled_back(&self, v: ArrayView2<f64>) -> Array2<f64> {
        self.prior.pull_back(self.x, self.level, v)
    }
}

/// The score s + push, where the push at a γ is an estimate of ∇ₓ log p(y | x_t)^γ, (n, d); for the denoiser that is
/// D + σ²/α·push. γ = 0 is the prior.
///
/// # Errors
/// If γ is below 0.
pub fn steered(
    (about, parts, knobs): (&About, &Parts, &Knobs),
    push: impl Fn(&Place, f64) -> Array2<f64> + Send + Sync + 'static,
) -> Result<Plan> {
    let (prior, observation) = (parts.unconditional(), parts.observation());
    let gamma = power(about, knobs)?;
    if gamma == 0.0 {
        return Ok(Plan::of(prior));
    }
    let dim = prior.dim();
    let denoised = move |x: ArrayView2<f64>, level: NoiseLevel| {
        let mut d = prior.denoised(x, level);
        let place =
            Place { prior: &prior, observation: &observation, x, denoised: d.view(), level };
        let push = push(&place, gamma);
        d.scaled_add(level.sigma * level.sigma / level.alpha, &push);
        d
    };
    Ok(Plan::of(Arc::new(Denoiser { dim, denoised })))
}

/// Overwrites the coordinates that are known by their values with noise of the level: x ← α·y + σ·z.
pub fn overwrite(x: &mut Array2<f64>, known: &Known, level: NoiseLevel, noise: Noise) {
    let z = noise.normals(x.ncols());
    for (i, y) in known.places.iter().zip(known.values.columns()) {
        let noisy = &z.column(*i) * level.sigma + &(&y * level.alpha);
        x.column_mut(*i).assign(&noisy);
    }
}
