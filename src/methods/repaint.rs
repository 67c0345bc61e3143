//! Replacement that goes back and forth, so that what is not known can follow what is.

use super::measured::overwrite;
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Walks};
use crate::Result;
use crate::condition::Known;
use crate::sampler::{AnySampler, Ddim, Sampler, Step};
use crate::score::ScoreFn;
use ndarray::Array2;

/// A step of RePaint.
///
/// ```text
/// r times: x' ← DDIM with η = 1,   x' ← α'·y + σ'·z where x₀ is known,   and back: x ← (α/α')·x' + √(σ² − (α/α')²σ'²)·z
/// ```
///
/// but not back after the last time. r = 1 is [`Replaced`](super::Replaced) around that DDIM. With r the mean tends to the true one
/// as 1/r; the variance keeps what the step itself is off. Source: Lugmayr et al. 2022 (2201.09865), algorithm 1.
#[derive(Clone)]
pub struct RePaintStep {
    /// The known coordinates.
    pub known: Known,
    /// r, at least 1.
    pub times: usize,
}

impl Sampler for RePaintStep {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let Step { process, from, to, noise } = step;
        let shrink = here.alpha / there.alpha;
        let added = (here.sigma.powi(2) - (shrink * there.sigma).powi(2)).max(0.0).sqrt();
        for (time, noise) in (1..=self.times).zip(noise.each()) {
            let [its, fresh, back] = noise.split();
            Ddim { eta: 1.0 }.step(score, x, Step { process, from, to, noise: its });
            overwrite(x, &self.known, there, fresh);
            if time < self.times {
                *x *= shrink;
                let z = back.normals(x.ncols());
                x.scaled_add(added, &z);
            }
        }
    }
}

/// RePaint, by [`RePaintStep`].
pub struct RePaint;

impl Method for RePaint {
    fn about(&self) -> &'static About {
        &About {
            name: "repaint",
            title: "RePaint",
            formula: "r times: a step on s_u, x' = α'·y + σ'·z where x₀ is known, and noise back to σ",
            source: "Lugmayr et al. 2022 (2201.09865), algorithm 1",
            needs: &[Need::Unconditional, Need::Mask],
            knobs: &[Knob {
                name: "times",
                meaning: "r, how often each step is taken",
                default: 10.0,
                range: Range::Whole(1, 10_000),
                neutral: None,
            }],
            walks: Walks::Ddim,
            ends: Ends { zero: false, one: false, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::always(knobs.get("times") as usize)
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let known = parts.observation().known().expect("a mask, which was checked");
        let times = knobs.get("times") as usize;
        let step = AnySampler::new(RePaintStep { known, times });
        Ok(Plan::of(parts.unconditional()).by(Rule::Sampler(step)))
    }
}
