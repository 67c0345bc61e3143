//! Guidance away from a random condition, where there is no unconditional score.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Rule, Score, Walks};
use crate::Result;
use crate::noise::NoiseLevel;
use crate::sampler::{AnySampler, Sampler, Step};
use crate::score::ScoreFn;
use libm::erfc;
use ndarray::{Array2, ArrayView2, Axis};
use std::f64::consts::SQRT_2;
use std::sync::Arc;

/// A sampler on s_y' + γ·(s_c − s_y'), with a class y' drawn from P(y) for each row and each step of `inner`.
///
/// On average over y' the reference is Σ_y P(y)·s_y, and not s_u = Σ_y p(y|x)·s_y: its bias Σ_y (P(y) − p(y|x))·s_y is small
/// where x says nothing of y, and outgrows s_c − s_u at small σ, where it says all.
#[derive(Clone)]
pub struct Independent<S> {
    /// The sampler.
    pub inner: S,
    /// s_c.
    pub conditional: Score,
    /// P(y) and s_y of every class.
    pub classes: Vec<(f64, Score)>,
    /// γ.
    pub gamma: f64,
}

/// The guided score of rows with a class each.
struct Drawn<'a> {
    conditional: &'a Score,
    classes: &'a [(f64, Score)],
    drawn: Vec<usize>,
    gamma: f64,
}

impl ScoreFn for Drawn<'_> {
    fn dim(&self) -> usize {
        self.conditional.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut s = self.conditional.score(x, level) * self.gamma;
        for (class, (_, score)) in self.classes.iter().enumerate() {
            let of_class = |row: &usize| self.drawn[*row] == class;
            let rows: Vec<usize> = (0..x.nrows()).filter(of_class).collect();
            let away = score.score(x.select(Axis(0), &rows).view(), level);
            for (row, away) in rows.into_iter().zip(away.outer_iter()) {
                s.row_mut(row).scaled_add(1.0 - self.gamma, &away);
            }
        }
        s
    }
}

impl<S: Sampler> Sampler for Independent<S> {
    fn step(&mut self, _: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let [its, mine] = step.noise.split();
        let Independent { inner, conditional, classes, gamma } = self;
        let class = |z: f64| {
            let mut u = 0.5 * erfc(-z / SQRT_2); // uniform
            let passed = |(w, _): &(f64, Score)| {
                u -= w;
                u < 0.0
            };
            classes.iter().position(passed).unwrap_or(classes.len() - 1)
        };
        let drawn = mine.normals(1).iter().map(|z| class(*z)).collect();
        let score = Drawn { conditional, classes, drawn, gamma: *gamma };
        inner.step(&score, x, Step { noise: its, ..step });
    }
}

/// Independent condition guidance, by [`Independent`].
///
/// Source: Sadat et al. 2024 (2407.02687), section 4.
pub struct Icg;

impl Method for Icg {
    fn about(&self) -> &'static About {
        &About {
            name: "independent",
            title: "independent condition guidance",
            formula: "s_y' + γ·(s_c − s_y'), y' drawn from P(y) anew in each step",
            source: "Sadat et al. 2024 (2407.02687)",
            needs: &[Need::Conditional, Need::Classes],
            knobs: &[Knob::GAMMA],
            walks: Walks::Any,
            ends: Ends { zero: false, one: true, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::always(if knobs.get("gamma") == 1.0 { 1 } else { 2 })
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let (conditional, classes) = (parts.conditional(), parts.classes.clone());
        let plan = Plan::of(conditional.clone());
        let gamma = knobs.get("gamma");
        if gamma == 1.0 {
            return Ok(plan);
        }
        let wrap = move |inner| {
            let (conditional, classes) = (conditional.clone(), classes.clone());
            AnySampler::new(Independent { inner, conditional, classes, gamma })
        };
        Ok(plan.by(Rule::Around(Arc::new(wrap))))
    }
}
