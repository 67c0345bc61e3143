//! Ordinary guidance, with which every other method is compared.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Walks};
use crate::Result;

/// Classifier-free guidance, [`Guided`](crate::guidance::Guided): what "ordinary guidance" means.
///
/// ```text
/// s = s_u + γ·(s_c − s_u)
/// ```
///
/// γ = 0 and γ = 1 are s_u and s_c at the cost of one. Source: Ho & Salimans 2022 (2207.12598), eq. 6, with γ = 1 + w.
pub struct ClassifierFree;

impl Method for ClassifierFree {
    fn about(&self) -> &'static About {
        &About {
            name: "classifier-free",
            title: "classifier-free guidance",
            formula: "s_u + γ·(s_c − s_u)",
            source: "Ho & Salimans 2022 (2207.12598), eq. 6",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[Knob::GAMMA],
            walks: Walks::Any,
            ends: Ends { zero: true, one: true, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::guided(knobs.get("gamma"))
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        Ok(Plan::of(parts.guided(knobs.gamma())))
    }
}
