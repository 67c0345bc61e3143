//! Guidance that takes the noise back from the unconditional score.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Score, Walks};
use crate::Result;
use crate::sampler::{AnySampler, Sampler, Step};
use crate::score::ScoreFn;
use ndarray::{Array2, Zip};

/// A step of CFG++.
///
/// ```text
/// x' = D_u + λ·(D_c − D_u) + (σ'/σ)·(x − D_u)      (x for x/α, σ for σ/α)
/// ```
///
/// DDIM's step with the noise of s_u instead of that of the guided score. It is a step of ordinary guidance with the scale
/// γ = λ·σ/(σ − σ'), which grows with the number of steps: there is no limit of small steps, and what comes out depends on
/// their number. λ = 0 is DDIM on s_u. Source: Chung et al. 2024 (2406.08070), algorithm 2.
#[derive(Clone)]
pub struct CfgPlusPlusStep {
    /// s_c.
    pub conditional: Score,
    /// s_u.
    pub unconditional: Score,
    /// λ.
    pub lambda: f64,
}

impl Sampler for CfgPlusPlusStep {
    fn step(&mut self, _: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let keep = there.ratio() / here.ratio();
        let u = self.unconditional.denoised(x.view(), here);
        let mut guided = u.clone();
        if self.lambda != 0.0 {
            let c = self.conditional.denoised(x.view(), here);
            guided.zip_mut_with(&c, |d, c| *d += self.lambda * (c - *d));
        }
        Zip::from(&mut *x)
            .and(&guided)
            .and(&u)
            .for_each(|x, d, u| *x = there.alpha * (d + keep * (*x / here.alpha - u)));
    }
}

/// CFG++, by [`CfgPlusPlusStep`].
pub struct CfgPlusPlus;

impl Method for CfgPlusPlus {
    fn about(&self) -> &'static About {
        &About {
            name: "cfg++",
            title: "CFG++",
            formula: "x' = D_u + λ·(D_c − D_u) + (σ'/σ)·(x − D_u)",
            source: "Chung et al. 2024 (2406.08070), algorithm 2",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[Knob {
                name: "lambda",
                meaning: "λ, the scale of the denoised point",
                default: 0.6,
                range: Range::Any,
                neutral: None,
            }],
            walks: Walks::Ddim,
            ends: Ends { zero: false, one: false, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::always(if knobs.get("lambda") == 0.0 { 1 } else { 2 })
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let (conditional, unconditional) = (parts.conditional(), parts.unconditional());
        let plan = Plan::of(unconditional.clone());
        let step = CfgPlusPlusStep { conditional, unconditional, lambda: knobs.get("lambda") };
        Ok(plan.by(Rule::Sampler(AnySampler::new(step))))
    }
}
