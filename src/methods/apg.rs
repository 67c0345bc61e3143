//! Guidance projected away from the conditional prediction, and with a memory of its past.

use super::denoiser::{Denoiser, along};
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Score, Walks};
use crate::Result;
use crate::sampler::{AnySampler, Ddim, Sampler, Step};
use crate::score::ScoreFn;
use ndarray::{Array2, ArrayView2};
use std::sync::Arc;

/// How a difference of denoised points is bent before it is added.
#[derive(Debug, Clone, Copy)]
struct Bend {
    gamma: f64,
    eta: f64,
    threshold: f64,
}

impl Bend {
    fn of(knobs: &Knobs) -> Bend {
        let [gamma, eta, threshold] = ["gamma", "eta", "threshold"].map(|knob| knobs.get(knob));
        Bend { gamma, eta, threshold }
    }

    /// D_c becomes D_c + (γ − 1)·(Δ⊥ + η·Δ∥), of the difference Δ made no longer than the threshold: (n, d) both.
    fn add(self, d: &mut Array2<f64>, difference: ArrayView2<f64>) {
        for (mut d, difference) in d.outer_iter_mut().zip(difference.outer_iter()) {
            let length = difference.dot(&difference).sqrt();
            let shorter = if length > self.threshold { self.threshold / length } else { 1.0 };
            let parallel = along(difference, d.view());
            let scale = (self.gamma - 1.0) * shorter;
            d *= 1.0 - scale * (1.0 - self.eta) * parallel;
            d.scaled_add(scale, &difference);
        }
    }
}

const ETA: Knob = Knob {
    name: "eta",
    meaning: "η, what is kept of the part along D_c",
    default: 0.0,
    range: Range::Any,
    neutral: Some(1.0),
};
const THRESHOLD: Knob = Knob {
    name: "threshold",
    meaning: "r, the most that |D_c − D_u| may be",
    default: f64::INFINITY,
    range: Range::Above(0.0),
    neutral: Some(f64::INFINITY),
};
const BETA: Knob = Knob {
    name: "beta",
    meaning: "β, what is kept of the differences before",
    default: -0.5,
    range: Range::Between(-0.99, 0.99),
    neutral: Some(0.0),
};

/// One evaluation where γ = 1 adds nothing, else two.
fn cost(knobs: &Knobs) -> Cost {
    Cost::always(if knobs.get("gamma") == 1.0 { 1 } else { 2 })
}

/// Adaptive projected guidance, without its momentum.
///
/// ```text
/// D = D_c + (γ − 1)·(Δ⊥ + η·Δ∥),   Δ = (D_c − D_u)·min(1, r/|D_c − D_u|),   Δ∥ = D_c·⟨Δ, D_c⟩/|D_c|²
/// ```
///
/// η = 1 and r = ∞ are ordinary guidance. The projection is by the length of D_c, so it depends on where the origin is: a
/// rotation or a scaling of the data goes through it, a shift does not. In one dimension Δ∥ is Δ. Source: Sadat et al. 2024
/// (2410.02416), section 4.
pub struct Apg;

impl Method for Apg {
    fn about(&self) -> &'static About {
        &About {
            name: "apg",
            title: "adaptive projected guidance",
            formula: "D_c + (γ − 1)·(Δ⊥ + η·Δ∥), Δ = D_c − D_u, |Δ| ≤ r",
            source: "Sadat et al. 2024 (2410.02416)",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[Knob::GAMMA, ETA, THRESHOLD],
            walks: Walks::Any,
            ends: Ends { zero: false, one: true, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        cost(knobs)
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let (conditional, unconditional) = (parts.conditional(), parts.unconditional());
        if knobs.get("gamma") == 1.0 {
            return Ok(Plan::of(conditional));
        }
        let (bend, dim) = (Bend::of(knobs), conditional.dim());
        let denoised = move |x: ArrayView2<f64>, level| {
            let mut d = conditional.denoised(x, level);
            let difference = &d - &unconditional.denoised(x, level);
            bend.add(&mut d, difference.view());
            d
        };
        Ok(Plan::of(Arc::new(Denoiser { dim, denoised })))
    }
}

/// DDIM on APG with its momentum.
#[derive(Clone)]
struct ApgStep {
    conditional: Score,
    unconditional: Score,
    bend: Bend,
    beta: f64,
    memory: Option<Array2<f64>>, // the sum of differences, (n, d)
}

impl Sampler for ApgStep {
    fn step(&mut self, _: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, _) = step.levels();
        let mut d = self.conditional.denoised(x.view(), here);
        let mut sum = &d - &self.unconditional.denoised(x.view(), here);
        if let Some(memory) = &self.memory {
            sum.scaled_add(self.beta, memory);
        }
        self.bend.add(&mut d, sum.view());
        self.memory = Some(sum);
        let known = Denoiser { dim: d.ncols(), denoised: |_: ArrayView2<f64>, _| d.clone() };
        Ddim { eta: 0.0 }.step(&known, x, step);
    }
}

/// Adaptive projected guidance with its momentum.
///
/// ```text
/// Δ ← D_c − D_u + β·Δ_before, then as without momentum
/// ```
///
/// β = 0 is [`Apg`]. The sum has no limit of small steps in which it fades: it tends to (D_c − D_u)/(1 − β), so with η = 1 and
/// r = ∞ the samples tend to those of ordinary guidance at γ = 1 + (γ − 1)/(1 − β). Source: Sadat et al. 2024 (2410.02416),
/// section 4.
pub struct ApgMomentum;

impl Method for ApgMomentum {
    fn about(&self) -> &'static About {
        &About {
            name: "apg-momentum",
            title: "adaptive projected guidance with momentum",
            formula: "as apg, Δ = D_c − D_u + β·Δ_before",
            source: "Sadat et al. 2024 (2410.02416)",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[Knob::GAMMA, ETA, THRESHOLD, BETA],
            walks: Walks::Ddim,
            ends: Ends { zero: false, one: true, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        cost(knobs)
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let (conditional, unconditional) = (parts.conditional(), parts.unconditional());
        let plan = Plan::of(conditional.clone());
        if knobs.get("gamma") == 1.0 {
            return Ok(plan.by(Rule::Sampler(AnySampler::new(Ddim { eta: 0.0 }))));
        }
        let (bend, beta) = (Bend::of(knobs), knobs.get("beta"));
        let step = ApgStep { conditional, unconditional, bend, beta, memory: None };
        Ok(plan.by(Rule::Sampler(AnySampler::new(step))))
    }
}
