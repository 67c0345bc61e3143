//! A predictor by the conditional score, corrected towards the guided one.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Walks};
use crate::Result;
use crate::sampler::{AnySampler, Langevin};
use std::sync::Arc;

/// Predictor–corrector guidance: after each step on s_c, K [`Langevin`] steps on s_γ.
///
/// ```text
/// x ← x + ½e·s_γ(x) + √e·z,   K times,   e = step·σ²
/// ```
///
/// With K it tends to the tilt p(x)^(1 − γ)·p(x | y)^γ. K = 0 is [`Conditional`](super::Conditional), whatever γ. Source:
/// Bradley & Nakkiran 2024 (2408.09000), section 4.
pub struct PredictorCorrector;

impl Method for PredictorCorrector {
    fn about(&self) -> &'static About {
        &About {
            name: "predictor-corrector",
            title: "predictor–corrector guidance",
            formula: "a step on s_c, then K times x + ½e·s_γ + √e·z, e = step·σ²",
            source: "Bradley & Nakkiran 2024 (2408.09000)",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "corrections",
                    meaning: "K, Langevin steps after each step",
                    default: 1.0,
                    range: Range::Whole(0, 10_000),
                    neutral: None,
                },
                Knob {
                    name: "step",
                    meaning: "e/σ², the size of a Langevin step",
                    default: 0.05,
                    range: Range::Above(0.0),
                    neutral: None,
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: false, one: false, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        let each = Cost::guided(knobs.get("gamma")).most;
        Cost { least: 1, most: 1 + each * knobs.get("corrections") as usize } // none after the last
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let corrector = parts.guided(knobs.gamma());
        let (steps, step_size) = (knobs.get("corrections") as usize, knobs.get("step"));
        let wrap = move |inner: AnySampler| {
            AnySampler::new(Langevin { inner, corrector: corrector.clone(), steps, step_size })
        };
        Ok(Plan::of(parts.conditional()).by(Rule::Around(Arc::new(wrap))))
    }
}
