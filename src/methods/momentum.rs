//! Guidance by the past of the walk itself.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Walks};
use crate::Result;
use crate::sampler::{AnySampler, Sampler, Step};
use crate::score::ScoreFn;
use ndarray::Array2;

/// A step of momentum guidance.
///
/// ```text
/// y' = y + (t' − t)·(v + a·(v − m)),   then m ← β·m + (1 − β)·v
/// y = x/(α + σ),   t = σ/(α + σ),   v = (y − D)/t
/// ```
///
/// The straight-line flow through the same points, whatever the process, where Euler's step is DDIM's. Before the first step
/// m = v. a = 0 is DDIM. For a fixed β what it adds falls with the size of the steps; β = 0 and a = ½ on even steps in t are the
/// second-order method of Adams and Bashforth, so it helps where steps are few, even where scores are exact. Source: Liao et
/// al. 2026 (2602.20360), algorithm 1.
#[derive(Debug, Clone)]
pub struct MomentumStep {
    /// a.
    pub weight: f64,
    /// β.
    pub beta: f64,
    /// m, after the first step (n, d).
    pub past: Option<Array2<f64>>,
}

impl Sampler for MomentumStep {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let [sum, sum_there] = [here, there].map(|level| level.alpha + level.sigma);
        let (t, t_there) = (here.sigma / sum, there.sigma / sum_there);
        let y = &*x / sum;
        let v = (&y - &score.denoised(x.view(), here)) / t;
        let past = self.past.get_or_insert_with(|| v.clone());
        let pushed = &v + &((&v - &*past) * self.weight);
        past.zip_mut_with(&v, |m, v| *m = self.beta * *m + (1.0 - self.beta) * v);
        *x = (y + pushed * (t_there - t)) * sum_there;
    }
}

/// Momentum guidance on top of ordinary guidance, by [`MomentumStep`].
pub struct Momentum;

impl Method for Momentum {
    fn about(&self) -> &'static About {
        &About {
            name: "momentum",
            title: "momentum guidance",
            formula: "v_γ + a·(v_γ − m), m ← β·m + (1 − β)·v_γ",
            source: "Liao et al. 2026 (2602.20360), algorithm 1",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "weight",
                    meaning: "a, how far it goes away from the past",
                    default: 0.5,
                    range: Range::Between(0.0, 100.0),
                    neutral: Some(0.0),
                },
                Knob {
                    name: "beta",
                    meaning: "β, how long the past lasts",
                    default: 0.5,
                    range: Range::Between(0.0, 0.999),
                    neutral: Some(0.5),
                },
            ],
            walks: Walks::Ddim,
            ends: Ends { zero: false, one: false, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::guided(knobs.get("gamma"))
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let step =
            MomentumStep { weight: knobs.get("weight"), beta: knobs.get("beta"), past: None };
        let plan = Plan::of(parts.guided(knobs.gamma()));
        Ok(plan.by(Rule::Sampler(AnySampler::new(step))))
    }
}
