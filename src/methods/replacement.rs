//! Known coordinates, overwritten after each step.

use super::measured::overwrite;
use super::{About, Cost, Ends, Knobs, Method, Need, Parts, Plan, Rule, Walks};
use crate::Result;
use crate::condition::Known;
use crate::sampler::{AnySampler, Sampler, Step};
use crate::score::ScoreFn;
use ndarray::Array2;
use std::sync::Arc;

/// A sampler after each step of which the known coordinates are overwritten by their values with fresh noise.
///
/// ```text
/// x' ← a step of `inner`,   then of the known coordinates x' ← α'·y + σ'·z
/// ```
///
/// The others see the known ones only as noisy as they are themselves, and what they have become by then is not taken back:
/// with any number of steps it is biased. On N(0, [[1, ρ], [ρ, 1]]) with x₁ known E\[x₂\] tends to y·(1 − √(1 − ρ²))/ρ along the reverse
/// SDE, where y·ρ is true. No known coordinates: `inner`. Source: Song et al. 2021 (2011.13456), appendix I.2.
#[derive(Clone)]
pub struct Replaced<S> {
    /// Who takes the steps.
    pub inner: S,
    /// The known coordinates.
    pub known: Known,
}

impl<S: Sampler> Sampler for Replaced<S> {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (_, there) = step.levels();
        let [its, fresh] = step.noise.split();
        self.inner.step(score, x, Step { noise: its, ..step });
        overwrite(x, &self.known, there, fresh);
    }
}

/// Replacement, by [`Replaced`].
pub struct Replacement;

impl Method for Replacement {
    fn about(&self) -> &'static About {
        &About {
            name: "replacement",
            title: "replacement of what is known",
            formula: "a step on s_u, then x' = α'·y + σ'·z where x₀ is known",
            source: "Song et al. 2021 (2011.13456), appendix I.2",
            needs: &[Need::Unconditional, Need::Mask],
            knobs: &[],
            walks: Walks::Any,
            ends: Ends { zero: false, one: false, neutral: false },
        }
    }

    fn cost(&self, _: &Knobs) -> Cost {
        Cost::always(1)
    }

    fn plan(&self, parts: &Parts, _: &Knobs) -> Result<Plan> {
        let known = parts.observation().known().expect("a mask, which was checked");
        let wrap =
            move |inner: AnySampler| AnySampler::new(Replaced { inner, known: known.clone() });
        Ok(Plan::of(parts.unconditional()).by(Rule::Around(Arc::new(wrap))))
    }
}
