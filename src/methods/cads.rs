//! Guidance to a label that is noisy while there is much noise.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Score, Walks};
use crate::noise::NoiseLevel;
use crate::sampler::{AnySampler, Sampler, Step};
use crate::score::ScoreFn;
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis};
use std::sync::Arc;

/// A sampler on s_u + γ·(s_ŷ − s_u), with a noisy label ŷ drawn for each row and each step of `inner`.
///
/// ```text
/// ŷ = √g·e_c + scale·√(1 − g)·n,   g from 1 at σ/α ≤ low to 0 at σ/α ≥ high, linear in ln(σ/α)
/// ŷ ← mix·((ŷ − mean ŷ)·sd e_c/sd ŷ + mean e_c) + (1 − mix)·ŷ
/// s_ŷ = s_u + Σ_y ŷ_y·(s_y − s_u)
/// ```
///
/// A label is here the vector of its classes, of which the score is a linear function; a network adds noise to the embedding
/// instead, and need not be linear in it. With mix = 0 it is on average ordinary guidance at √g·γ, with a scatter of covariance
/// (γ·scale)²·(1 − g)·Σ_y δ_y·δ_yᵀ, δ_y = s_y − s_u. With mix = 1 and two classes ŷ is one of them: the other one with
/// probability Φ(−√(g/(1 − g)/2)/scale).
#[derive(Clone)]
pub struct NoisyLabel<S> {
    /// The sampler.
    pub inner: S,
    /// s_u + γ·(s_c − s_u), for a label that is as it is.
    pub clean: Score,
    /// s_u.
    pub unconditional: Score,
    /// s_y of every class.
    pub classes: Vec<Score>,
    /// c, a place among them: below their number.
    pub class: usize,
    /// How a label is made noisy.
    pub annealing: Annealing,
    /// γ.
    pub gamma: f64,
}

/// How noisy a label is at a level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Annealing {
    /// σ/α below which the label is as it is.
    pub low: f64,
    /// σ/α above which nothing is left of it.
    pub high: f64,
    /// How much noise there is in its place.
    pub scale: f64,
    /// How much of ŷ is put back to the mean and the spread of a label.
    pub mix: f64,
}

impl Annealing {
    /// g at a level.
    pub fn kept(&self, level: NoiseLevel) -> f64 {
        match level.ratio() {
            r if r <= self.low => 1.0,
            r if r >= self.high => 0.0,
            r => 1.0 - (r / self.low).ln() / (self.high / self.low).ln(),
        }
    }

    /// ŷ of e_c of so many classes, in place of as many normals.
    fn spoil(&self, mut noise: ArrayViewMut1<f64>, class: usize, kept: f64) {
        let (mean, sd) =
            moments(Array1::from_shape_fn(noise.len(), |y| f64::from(y == class)).view());
        noise *= self.scale * (1.0 - kept).sqrt();
        noise[class] += kept.sqrt();
        let (own_mean, own_sd) = moments(noise.view());
        if own_sd > 0.0 {
            let mended = |y: f64| (y - own_mean) / own_sd * sd + mean;
            noise.mapv_inplace(|y| self.mix * mended(y) + (1.0 - self.mix) * y);
        }
    }
}

/// The mean and the standard deviation of the numbers of a label.
fn moments(label: ArrayView1<f64>) -> (f64, f64) {
    (label.sum() / label.len() as f64, label.std(0.0))
}

/// The guided score of rows with a noisy label each.
struct Spoiled<'a> {
    unconditional: &'a Score,
    classes: &'a [Score],
    labels: Array2<f64>, // γ·ŷ (n, classes)
}

impl ScoreFn for Spoiled<'_> {
    fn dim(&self) -> usize {
        self.unconditional.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let u = self.unconditional.score(x, level);
        let mut s = u.clone();
        for (score, weights) in self.classes.iter().zip(self.labels.columns()) {
            s += &((score.score(x, level) - &u) * weights.insert_axis(Axis(1)));
        }
        s
    }
}

impl<S: Sampler> Sampler for NoisyLabel<S> {
    fn step(&mut self, _: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, _) = step.levels();
        let [its, mine] = step.noise.split();
        let step = Step { noise: its, ..step };
        let kept = self.annealing.kept(here);
        if kept == 1.0 {
            return self.inner.step(&self.clean, x, step);
        }
        let NoisyLabel { inner, unconditional, classes, class, annealing, gamma, .. } = self;
        let mut labels = mine.normals(classes.len());
        labels.outer_iter_mut().for_each(|row| annealing.spoil(row, *class, kept));
        inner.step(&Spoiled { unconditional, classes, labels: labels * *gamma }, x, step);
    }
}

/// The condition-annealed diffusion sampler (CADS), by [`NoisyLabel`].
///
/// γ = 0 is unconditional. Source: Sadat et al. 2024 (2310.17347), section 3.
pub struct Cads;

impl Method for Cads {
    fn about(&self) -> &'static About {
        &About {
            name: "cads",
            title: "condition-annealed diffusion sampler",
            formula: "s_u + γ·Σ_y ŷ_y·(s_y − s_u), ŷ = √g·e_c + scale·√(1 − g)·n, g from 0 to 1",
            source: "Sadat et al. 2024 (2310.17347), section 3",
            needs: &[Need::Unconditional, Need::Conditional, Need::Classes, Need::Class],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "low",
                    meaning: "σ/α below which the label is as it is",
                    default: 6.0,
                    range: Range::Above(0.0),
                    neutral: Some(f64::INFINITY),
                },
                Knob {
                    name: "high",
                    meaning: "σ/α above which nothing is left of it",
                    default: 60.0,
                    range: Range::Above(0.0),
                    neutral: Some(f64::INFINITY),
                },
                Knob {
                    name: "scale",
                    meaning: "the size of the noise in its place",
                    default: 0.25,
                    range: Range::Between(0.0, 100.0),
                    neutral: Some(0.25),
                },
                Knob {
                    name: "mix",
                    meaning: "how much of ŷ gets the mean and the spread of a label back",
                    default: 1.0,
                    range: Range::Between(0.0, 1.0),
                    neutral: Some(1.0),
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: true, one: false, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        let gamma = knobs.get("gamma");
        let clean = Cost::guided(gamma);
        match gamma != 0.0 && knobs.get("low").is_finite() {
            true => Cost { most: 3, ..clean }, // of two classes
            false => clean,
        }
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let [low, high, scale, mix] = ["low", "high", "scale", "mix"].map(|knob| knobs.get(knob));
        if low > high {
            let what = "low, of the method cads,";
            return Err(Error::value(what, low, format!("at most high, which is {high}")));
        }
        let clean = parts.guided(knobs.gamma());
        let plan = Plan::of(clean.clone());
        let gamma = knobs.get("gamma");
        if gamma == 0.0 {
            return Ok(plan);
        }
        let (unconditional, class) = (parts.unconditional(), parts.class());
        let classes: Vec<Score> = parts.classes.iter().map(|(_, score)| score.clone()).collect();
        let annealing = Annealing { low, high, scale, mix };
        let wrap = move |inner: AnySampler| {
            let (clean, unconditional) = (clean.clone(), unconditional.clone());
            let classes = classes.clone();
            let noisy =
                NoisyLabel { inner, clean, unconditional, classes, class, annealing, gamma };
            AnySampler::new(noisy)
        };
        Ok(plan.by(Rule::Around(Arc::new(wrap))))
    }
}
