//! Guidance away from a worse score of the same condition.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Walks};
use crate::Result;
use crate::guidance::Guided;
use std::sync::Arc;

/// Autoguidance, [`Guided`] by a weaker score.
///
/// ```text
/// s = s_g + γ·(s_c − s_g)
/// ```
///
/// γ = 1 is s_c, γ = 0 the guide itself; with s_u for a guide it is [`ClassifierFree`](super::ClassifierFree). Source:
/// Karras et al. 2024 (2406.02507), eq. 4.
pub struct Autoguidance;

impl Method for Autoguidance {
    fn about(&self) -> &'static About {
        &About {
            name: "autoguidance",
            title: "autoguidance",
            formula: "s_g + γ·(s_c − s_g)",
            source: "Karras et al. 2024 (2406.02507), eq. 4",
            needs: &[Need::Conditional, Need::Guiding],
            knobs: &[Knob::GAMMA],
            walks: Walks::Any,
            ends: Ends { zero: false, one: true, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::guided(knobs.get("gamma"))
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let guiding = parts.guiding.clone().expect("a guiding score, which was checked");
        Ok(Plan::of(Arc::new(Guided { main: parts.conditional(), guiding, gamma: knobs.gamma() })))
    }
}
