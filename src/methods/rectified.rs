//! Guidance whose difference is taken half a step ahead, on the conditional flow.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Score, Walks};
use crate::Result;
use crate::noise::NoiseLevel;
use crate::sampler::{AnySampler, Sampler, Step};
use crate::score::ScoreFn;
use ndarray::Array2;

/// A step of Rectified-CFG++.
///
/// ```text
/// ŷ = y + ½(t' − t)·v_c(y, t),   y' = y + (t' − t)·(v_c(y, t) + (γ − 1)·(1 − t)^power·(v_c − v_u)(ŷ, ½(t + t')))
/// y = x/(α + σ),   t = σ/(α + σ),   v = (y − D)/t
/// ```
///
/// The straight-line flow through the same points, whatever the process. As steps shrink it is ordinary guidance with the
/// schedule 1 + (γ − 1)·(1 − t)^power, to first order in the step. γ = 1 is DDIM on s_c. Source: Saini et al. 2025
/// (2510.07631), algorithm 1.
#[derive(Clone)]
pub struct RectifiedStep {
    /// s_c.
    pub conditional: Score,
    /// s_u.
    pub unconditional: Score,
    /// γ.
    pub gamma: f64,
    /// How fast guidance fades towards noise.
    pub power: f64,
}

/// v of a score at y and t, on the straight-line flow.
fn velocity(score: &Score, y: &Array2<f64>, t: f64) -> Array2<f64> {
    let level = NoiseLevel { alpha: 1.0 - t, sigma: t };
    (y - &score.denoised(y.view(), level)) / t
}

impl Sampler for RectifiedStep {
    fn step(&mut self, _: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let [sum, sum_there] = [here, there].map(|level| level.alpha + level.sigma);
        let (t, t_there) = (here.sigma / sum, there.sigma / sum_there);
        let y = &*x / sum;
        let mut v = velocity(&self.conditional, &y, t);
        let scale = (self.gamma - 1.0) * (1.0 - t).powf(self.power);
        if scale != 0.0 {
            let ahead = &y + &(&v * (0.5 * (t_there - t)));
            let at = 0.5 * (t + t_there);
            v.scaled_add(scale, &velocity(&self.conditional, &ahead, at));
            v.scaled_add(-scale, &velocity(&self.unconditional, &ahead, at));
        }
        *x = (y + v * (t_there - t)) * sum_there;
    }
}

/// Rectified-CFG++, by [`RectifiedStep`].
pub struct Rectified;

impl Method for Rectified {
    fn about(&self) -> &'static About {
        &About {
            name: "rectified-cfg++",
            title: "Rectified-CFG++",
            formula: "v_c + (γ − 1)·(1 − t)^power·(v_c − v_u) half a step ahead on v_c",
            source: "Saini et al. 2025 (2510.07631), algorithm 1",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "power",
                    meaning: "how fast guidance fades towards noise",
                    default: 0.5,
                    range: Range::Between(0.0, 100.0),
                    neutral: None,
                },
            ],
            walks: Walks::Ddim,
            ends: Ends { zero: false, one: true, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::always(if knobs.get("gamma") == 1.0 { 1 } else { 3 })
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let (conditional, unconditional) = (parts.conditional(), parts.unconditional());
        let plan = Plan::of(conditional.clone());
        let (gamma, power) = (knobs.get("gamma"), knobs.get("power"));
        let step = RectifiedStep { conditional, unconditional, gamma, power };
        Ok(plan.by(Rule::Sampler(AnySampler::new(step))))
    }
}
