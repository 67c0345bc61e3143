//! Diffusion posterior sampling: the denoised point is compared with what is observed.

use super::measured::{GAMMA, Place, cost, steered};
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::Result;
use crate::condition::Observation;
use ndarray::{Array2, ArrayView2};

/// The least τ that is taken.
pub const FLOOR: Knob = Knob {
    name: "floor",
    meaning: "the least τ that is taken, for an exact mask too; γ then makes it τ/√γ",
    default: 0.2,
    range: Range::Above(0.0),
    neutral: None,
};

/// The gradient of log N(y; A·D, I/c) by D, c·Aᵀ(y − A·D) of each row (n, d).
pub fn pull(observation: &Observation, denoised: ArrayView2<f64>, c: f64) -> Array2<f64> {
    observation.miss(denoised).dot(&observation.map()) * c
}

/// Diffusion posterior sampling (DPS) in its continuous form.
///
/// ```text
/// s + ∇ₓ log N(y; A·D(x), τ²I) = s + (∂D/∂x)ᵀ·Aᵀ(y − A·D(x))/τ²
/// ```
///
/// It takes x₀ to be D(x), with no doubt left, so that it pulls too hard: on N(0, 1) with c = 1/τ² the reverse SDE ends with
/// variance (1 − e⁻²ᶜ)/2c about y(1 − e⁻ᶜ), where 1/(1 + c) about yc/(1 + c) is true. The gradient grows with c, and steps in log σ
/// longer than about 8/c explode, so that no τ is taken below `floor`, that of an exact mask included, and c = γ/τ² is at most
/// γ/floor²; the paper's own rule there, a step ζ/|y − A·D|, depends on the number of steps. γ = 0 is the prior. Source: Chung et
/// al. 2023 (2209.14687), eq. 16.
pub struct Dps;

impl Method for Dps {
    fn about(&self) -> &'static About {
        &About {
            name: "dps",
            title: "diffusion posterior sampling",
            formula: "s_u + γ·∇ₓ log N(y; A·D_u(x), τ²I)",
            source: "Chung et al. 2023 (2209.14687), eq. 16",
            needs: &[Need::Unconditional, Need::Observation],
            knobs: &[GAMMA, FLOOR],
            walks: Walks::Any,
            ends: Ends { zero: true, one: false, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        cost(knobs)
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let floor = knobs.get("floor");
        steered((self.about(), parts, knobs), move |place: &Place, gamma| {
            let tau = place.observation.tolerance().max(floor);
            let v = pull(place.observation, place.denoised, gamma / (tau * tau));
            place.pulled_back(v.view())
        })
    }
}
