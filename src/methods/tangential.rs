//! Steps with their part across x made longer.

use super::denoiser::along;
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Walks};
use crate::Result;
use crate::sampler::{AnySampler, Sampler, Step};
use crate::score::ScoreFn;
use ndarray::Array2;
use std::sync::Arc;

/// A sampler whose steps are made longer across x.
///
/// ```text
/// x' = P·x̂ + η·(1 − P)·x̂,   P = x·xᵀ/|x|²,   x̂ where `inner` goes from x
/// ```
///
/// η = 1 is `inner`, and so is every η in one dimension. What is along x keeps its schedule, so that it does not matter
/// whether x or x/α is meant; where the origin is does matter.
#[derive(Debug, Clone)]
pub struct Tangential<S> {
    /// The sampler.
    pub inner: S,
    /// η.
    pub eta: f64,
}

impl<S: Sampler> Sampler for Tangential<S> {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let before = x.clone();
        self.inner.step(score, x, step);
        for (mut x, before) in x.outer_iter_mut().zip(before.outer_iter()) {
            let part = along(x.view(), before);
            x *= self.eta;
            x.scaled_add((1.0 - self.eta) * part, &before);
        }
    }
}

/// Tangential amplifying guidance on top of ordinary guidance, by [`Tangential`].
///
/// Source: Cho et al. 2025 (2510.04533), section 4.
pub struct Tag;

impl Method for Tag {
    fn about(&self) -> &'static About {
        &About {
            name: "tag",
            title: "tangential amplifying guidance",
            formula: "x' = P·x̂ + η·(1 − P)·x̂, P = x·xᵀ/|x|², x̂ a step on s_γ from x",
            source: "Cho et al. 2025 (2510.04533)",
            needs: &[Need::Unconditional, Need::Conditional, Need::Coordinates],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "eta",
                    meaning: "η, by which the part of a step across x is multiplied",
                    default: 1.05,
                    range: Range::Between(0.0, 100.0),
                    neutral: Some(1.0),
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: false, one: false, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::guided(knobs.get("gamma"))
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let eta = knobs.get("eta");
        let wrap = move |inner| AnySampler::new(Tangential { inner, eta });
        Ok(Plan::of(parts.guided(knobs.gamma())).by(Rule::Around(Arc::new(wrap))))
    }
}
