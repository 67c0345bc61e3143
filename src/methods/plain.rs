//! No guidance: the two scores by themselves.

use super::{About, Cost, Ends, Knobs, Method, Need, Parts, Plan, Walks};
use crate::Result;

/// The unconditional score.
///
/// ```text
/// s = s_u
/// ```
///
/// Ordinary guidance at γ = 0.
pub struct Unconditional;

impl Method for Unconditional {
    fn about(&self) -> &'static About {
        &About {
            name: "unconditional",
            title: "no condition",
            formula: "s_u",
            source: "Song et al. 2021 (2011.13456)",
            needs: &[Need::Unconditional],
            knobs: &[],
            walks: Walks::Any,
            ends: Ends { zero: false, one: false, neutral: false },
        }
    }

    fn cost(&self, _: &Knobs) -> Cost {
        Cost::always(1)
    }

    fn plan(&self, parts: &Parts, _: &Knobs) -> Result<Plan> {
        Ok(Plan::of(parts.unconditional()))
    }
}

/// The conditional score.
///
/// ```text
/// s = s_c
/// ```
///
/// Ordinary guidance at γ = 1.
pub struct Conditional;

impl Method for Conditional {
    fn about(&self) -> &'static About {
        &About {
            name: "conditional",
            title: "the condition, no guidance",
            formula: "s_c",
            source: "Song et al. 2021 (2011.13456), eq. 14",
            needs: &[Need::Conditional],
            knobs: &[],
            walks: Walks::Any,
            ends: Ends { zero: false, one: false, neutral: false },
        }
    }

    fn cost(&self, _: &Knobs) -> Cost {
        Cost::always(1)
    }

    fn plan(&self, parts: &Parts, _: &Knobs) -> Result<Plan> {
        Ok(Plan::of(parts.conditional()))
    }
}
