//! Guidance that obeys the Fokker–Planck equation, in the approximation that is exact for Gaussians.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::Result;
use crate::guidance::Gamma;
use crate::noise::NoiseLevel;
use crate::score::{ScoreFn, score_of_denoised};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, stack};
use std::sync::Arc;

/// The score of characteristic guidance.
///
/// ```text
/// s = γ·s_c(x + w·Δ) − w·s_u(x + γ·Δ),   Δ = σ²·(s_c(x + w·Δ) − s_u(x + γ·Δ)),   w = γ − 1      (x for x/α, σ for σ/α)
/// ```
///
/// In denoised points the equation for Δ says D_c(x + w·Δ) = D_u(x + γ·Δ), and this common point is D. For Gaussians of any
/// means and variances s is the score of the diffused tilt p(x)^(1 − γ)·p(x|y)^γ at every level, where ordinary guidance is
/// off by up to its own size; for mixtures it is near it. γ = 0 and γ = 1 are s_u and s_c at the cost of one; no iterations
/// are ordinary guidance. Not defined at σ = 0. Source: Zheng & Lan 2023 (2312.07586), section 5.
///
/// Δ is found for each row by Anderson's iteration, which ends after d steps where the equation is linear; the plain one
/// diverges where γ is large, and crawls where σ is.
#[derive(Debug, Clone, Copy)]
pub struct CharacteristicScore<M, G> {
    /// s_c.
    pub main: M,
    /// s_u.
    pub guiding: G,
    /// The guidance scale.
    pub gamma: Gamma,
    /// The most iterations, each of two evaluations.
    pub iterations: usize,
}

/// What the equation for Δ was solved to.
#[derive(Debug, Clone, PartialEq)]
pub struct Solved {
    /// D (n, d).
    pub denoised: Array2<f64>,
    /// |D_c(x + w·Δ) − D_u(x + γ·Δ)|, what is left of the equation (n,).
    pub residual: Array1<f64>,
    /// Iterations until every row was solved, or given up.
    pub iterations: usize,
}

/// A residual, beside |D|, that counts as none.
const SOLVED: f64 = 1e-13;
/// Steps that an iteration looks back on.
const MEMORY: usize = 8;

/// One row on its way to the root.
struct Row {
    delta: Array1<f64>,
    past: Vec<[Array1<f64>; 2]>, // Δ and f of the iterations before
    denoised: Array1<f64>,
    residual: f64,
    done: bool,
}

impl Row {
    /// Takes f(Δ) = D_c − D_u in, and goes on to the next Δ.
    fn advance(&mut self, gamma: f64, c: ArrayView1<f64>, u: ArrayView1<f64>) {
        let f = &c - &u;
        let residual = f.dot(&f).sqrt();
        if !residual.is_finite() {
            self.done = true; // the best Δ so far stands
            return;
        }
        if residual < self.residual {
            self.denoised = &u + &(&f * gamma);
            self.residual = residual;
        }
        self.done = residual <= SOLVED * (c.dot(&c).sqrt() + u.dot(&u).sqrt());
        let next = anderson(&self.delta, &f, &self.past);
        self.past.push([std::mem::replace(&mut self.delta, next), f]);
        let most = MEMORY.min(c.len());
        self.past.drain(..self.past.len().saturating_sub(most));
    }
}

/// The next Δ: a step of f from where, among the past ones, f would be least if it were linear.
///
/// Source: Walker & Ni 2011 (10.1137/10078356X), eq. 2.1 and 2.2; the least squares by Gram and Schmidt.
fn anderson(delta: &Array1<f64>, f: &Array1<f64>, past: &[[Array1<f64>; 2]]) -> Array1<f64> {
    let mut next = delta + f;
    let mut basis: Vec<[Array1<f64>; 2]> = Vec::new(); // unit changes of f, and those of Δ + f with them
    for [delta_before, f_before] in past.iter().rev() {
        let mut change = f - f_before;
        let mut moved = &(delta - delta_before) + &change;
        let length = change.dot(&change).sqrt();
        for [unit, with_it] in &basis {
            let part = unit.dot(&change);
            change.scaled_add(-part, unit);
            moved.scaled_add(-part, with_it);
        }
        let left = change.dot(&change).sqrt();
        if left > 1e-8 * length {
            basis.push([change / left, moved / left]);
        }
    }
    for [unit, with_it] in &basis {
        next.scaled_add(-unit.dot(f), with_it);
    }
    next
}

impl<M: ScoreFn, G: ScoreFn> CharacteristicScore<M, G> {
    /// D with what is left of the equation, for `x` (n, d).
    pub fn solve(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Solved {
        let (gamma, w) = (self.gamma.value(), self.gamma.value() - 1.0);
        let start = |x: ArrayView1<f64>| Row {
            delta: Array1::zeros(x.len()),
            past: Vec::new(),
            denoised: Array1::from_elem(x.len(), f64::NAN),
            residual: f64::INFINITY,
            done: false,
        };
        let mut rows: Vec<Row> = x.outer_iter().map(start).collect();
        let mut iterations = 0;
        for k in 0..=self.iterations {
            let open: Vec<usize> = (0..rows.len()).filter(|i| !rows[*i].done).collect();
            if open.is_empty() {
                break;
            }
            let deltas: Vec<_> = open.iter().map(|i| rows[*i].delta.view()).collect();
            let deltas = stack(Axis(0), &deltas).expect("rows of one length") * level.alpha;
            let here = x.select(Axis(0), &open);
            let c = self.main.denoised((&here + &(&deltas * w)).view(), level);
            let u = self.guiding.denoised((&here + &(&deltas * gamma)).view(), level);
            for ((i, c), u) in open.into_iter().zip(c.outer_iter()).zip(u.outer_iter()) {
                rows[i].advance(gamma, c, u);
            }
            iterations = k;
        }
        let mut denoised = Array2::zeros(x.raw_dim());
        denoised.outer_iter_mut().zip(&rows).for_each(|(mut d, row)| d.assign(&row.denoised));
        Solved { denoised, residual: rows.iter().map(|row| row.residual).collect(), iterations }
    }
}

impl<M: ScoreFn, G: ScoreFn> ScoreFn for CharacteristicScore<M, G> {
    fn dim(&self) -> usize {
        self.main.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        match self.gamma.value() {
            0.0 => self.guiding.denoised(x, level),
            1.0 => self.main.denoised(x, level),
            _ => self.solve(x, level).denoised,
        }
    }
}

/// Characteristic guidance, [`CharacteristicScore`].
pub struct Characteristic;

impl Method for Characteristic {
    fn about(&self) -> &'static About {
        &About {
            name: "characteristic",
            title: "characteristic guidance",
            formula: "γ·s_c(x + w·Δ) − w·s_u(x + γ·Δ), Δ = σ²·(s_c(x + w·Δ) − s_u(x + γ·Δ))",
            source: "Zheng & Lan 2023 (2312.07586)",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "iterations",
                    meaning: "the most iterations for Δ",
                    default: 30.0,
                    range: Range::Whole(0, 1000),
                    neutral: Some(0.0),
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: true, one: true, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        let once = Cost::guided(knobs.get("gamma"));
        if once.most == 1 {
            return once;
        }
        Cost { least: 2, most: 2 * (1 + knobs.get("iterations") as usize) }
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        Ok(Plan::of(Arc::new(CharacteristicScore {
            main: parts.conditional(),
            guiding: parts.unconditional(),
            gamma: knobs.gamma(),
            iterations: knobs.get("iterations") as usize,
        })))
    }
}
