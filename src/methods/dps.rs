//! Diffusion posterior sampling: the denoised point is compared with what is observed.

use super::measured::{GAMMA, Place, power, pushed};
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::Result;

/// Diffusion posterior sampling (DPS) in its continuous form.
///
/// ```text
/// s + ∇ₓ log N(y; A·D(x), τ²I) = s + (∂D/∂x)ᵀ·Aᵀ(y − A·D(x))/τ²
/// ```
///
/// It takes x₀ to be D(x), with no doubt left, so that it pulls too hard: on N(0, 1) with c = 1/τ² the reverse SDE ends with
/// variance (1 − e⁻²ᶜ)/2c about y(1 − e⁻ᶜ), where 1/(1 + c) about yc/(1 + c) is true. At τ = 0 the gradient would be infinite, and
/// a mask is taken at the tolerance `floor`; the paper's own rule there, a step ζ/|y − A·D|, depends on the number of steps. The
/// gradient grows with c, and steps in log σ longer than about 8/c explode there. γ = 0 is the prior. Source: Chung et al. 2023
/// (2209.14687), eq. 16.
pub struct Dps;

impl Method for Dps {
    fn about(&self) -> &'static About {
        &About {
            name: "dps",
            title: "diffusion posterior sampling",
            formula: "s_u + γ·∇ₓ log N(y; A·D_u(x), τ²I)",
            source: "Chung et al. 2023 (2209.14687), eq. 16",
            needs: &[Need::Unconditional, Need::Observation],
            knobs: &[
                GAMMA,
                Knob {
                    name: "floor",
                    meaning: "the least τ, which an exact mask is taken at",
                    default: 0.2,
                    range: Range::Above(0.0),
                    neutral: None,
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: true, one: false, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::always(if knobs.get("gamma") == 0.0 { 1 } else { 2 })
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let (prior, observation) = (parts.unconditional(), parts.observation());
        let gamma = power(self.about(), knobs)?;
        if gamma == 0.0 {
            return Ok(Plan::of(prior));
        }
        let tau = observation.tolerance().max(knobs.get("floor"));
        let weight = gamma / (tau * tau);
        let push = move |place: &Place| {
            let v = place.miss().dot(&place.observation.map()) * weight;
            place.pulled_back(v.view())
        };
        Ok(Plan::of(pushed((prior, observation), push)))
    }
}
