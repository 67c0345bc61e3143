//! The effective scale: the γ of ordinary guidance that a method comes nearest to along its own walk.

use super::{Plan, Rule, Run, Score};
use crate::number::plus_minus;
use crate::parallel::each;
use crate::rng::{Noise, Purpose, normals};
use crate::sampler::{AnySampler, Sampler, Step, parts_of};
use crate::score::ScoreFn;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use std::fmt;

/// The levels at which guidance has anything to say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// σ/α below which a hundredth of the energy lies.
    pub low: f64,
    /// σ/α above which a hundredth of the energy lies.
    pub high: f64,
    /// The guidance energy of the class between the levels that were asked for, in nats.
    pub energy: f64,
}

impl Window {
    /// Every level.
    pub const ALL: Window = Window { low: 0.0, high: f64::INFINITY, energy: f64::NAN };
}

/// Levels of the quadrature.
const LEVELS: usize = 200;

/// The window of the exact scores s_c and s_u, from samples `x0` (n, d) of the class, between the levels of a run.
///
/// ```text
/// ½·∫ E|D_c − D_u|² d(1/σ²),   x_t = α·x₀ + σ·ε,   x₀ from p(x₀|y);  over all levels KL(p(x₀|y) | p(x₀))
/// ```
///
/// None if the two scores are the same. The energy is −ln P(y) where the classes are apart. Source: Guo, Shamai & Verdú 2005
/// (cs/0412108), theorem 1, for two laws as in Verdú 2010 (0911.0043), eq. 17.
pub fn window(
    conditional: &Score,
    unconditional: &Score,
    x0: ArrayView2<f64>,
    run: Run,
) -> Option<Window> {
    let times = run.grid.times();
    let last = *times.iter().rfind(|t| **t > 0.0)?;
    let ends = [times[0], last].map(|t| run.process.level(t).ratio().ln());
    let step = (ends[1] - ends[0]) / LEVELS as f64;
    let at = |k: usize| (ends[0] + step * (k as f64 + 0.5)).exp();
    let integrand = |k: usize| {
        let ratio = at(k);
        let level = run.process.level(run.process.t_of_log_snr(-2.0 * ratio.ln()));
        let noise = normals(run.seed, Purpose::Reference, k, x0.dim());
        let x = &x0 * level.alpha + &(noise * level.sigma);
        let apart = conditional.denoised(x.view(), level) - unconditional.denoised(x.view(), level);
        // ½·d(1/σ²) = −d(ln σ)/σ²
        (&apart * &apart).sum() / x0.nrows() as f64 / (ratio * ratio) * -step
    };
    let parts: Vec<f64> = each(0..LEVELS, integrand);
    let energy: f64 = parts.iter().sum();
    let level_of = |share: f64| {
        let mut sum = 0.0;
        let passed = |part: &f64| {
            sum += part;
            sum >= share * energy
        };
        parts.iter().position(passed).map(at)
    };
    (energy > 0.0).then_some(())?;
    Some(Window { low: level_of(0.99)?, high: level_of(0.01)?, energy })
}

/// The effective scale of a plan, as it is printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effective {
    /// γ_eff with its standard error, and the share of what the method does that is across D_c − D_u.
    Scale {
        /// γ_eff.
        gamma: f64,
        /// Its standard error, by the jackknife over rows.
        se: f64,
        /// Σ Δ·|the part of D_M − D_u across|²/Σ Δ·|D_M − D_u|².
        across: f64,
    },
    /// s_c and s_u are the same where the walk goes.
    NotDefined,
    /// Particles interact: their drift is not their law.
    Particles,
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Effective::Scale { gamma, se, .. } => write!(f, "{}", plus_minus((*gamma, *se))),
            Effective::NotDefined => write!(f, "not defined"),
            Effective::Particles => write!(f, "–"),
        }
    }
}

/// Below this share of the largest step's |D_c|² + |D_u|², what they differ by is rounding.
const ROUNDING: f64 = 1e-12;

/// The effective scale of a plan along its own walk.
///
/// ```text
/// γ_eff = Σᵢ Δᵢ·Σ ⟨D_M − D_u, D_c − D_u⟩ / Σᵢ Δᵢ·Σ |D_c − D_u|²,   Δᵢ = 1/σᵢ₊₁² − 1/σᵢ²      (σ for σ/α)
/// ```
///
/// The inner sums are over rows; steps from levels outside the window, and the last one into σ = 0, are left out. It is the γ
/// of the path measure of ordinary guidance that is nearest, by Girsanov's theorem, to the method's. Ordinary guidance has its
/// own γ. Where another sampler takes the steps, D_M is read off x' = D_M + (σ'/σ)·(x − D_M), a whole step without its noise.
pub fn effective(
    plan: &Plan,
    own: &AnySampler,
    pair: [&Score; 2],
    window: Window,
    run: Run,
) -> Effective {
    summed(plan, own, pair, window, run, |measure, rows| {
        each(rows.chunks(BLOCK), |rows| measure.along(rows))
    })
}

/// As [`effective`], but every score is asked for all points in one call, as by [`Plan::walk_at_once`].
pub fn effective_at_once(
    plan: &Plan,
    own: &AnySampler,
    pair: [&Score; 2],
    window: Window,
    run: Run,
) -> Effective {
    summed(plan, own, pair, window, run, |measure, rows| vec![measure.along(rows)])
}

/// The effective scale of the sums that are taken along these rows, in blocks.
fn summed(
    plan: &Plan,
    own: &AnySampler,
    [conditional, unconditional]: [&Score; 2],
    window: Window,
    run: Run,
    along: impl Fn(&Measure, &[usize]) -> Vec<Sums>,
) -> Effective {
    let Some(sampler) = plan.sampler(own) else { return Effective::Particles };
    let measure = Measure { plan, sampler, conditional, unconditional, window, run };
    let rows: Vec<usize> = (0..run.start.nrows()).collect();
    let blocks = along(&measure, &rows);
    let steps = blocks.first().map_or(0, |block| block.sizes.len());
    let size = |i: usize| blocks.iter().map(|block| block.sizes[i]).sum::<f64>();
    let largest = (0..steps).map(size).fold(0.0, f64::max);
    let all = |of: fn(&Sums) -> &Vec<f64>| -> Vec<f64> {
        blocks.iter().flat_map(|block| of(block).iter().copied()).collect()
    };
    let [dot, square, moved] = [all(|s| &s.dot), all(|s| &s.square), all(|s| &s.moved)];
    let [dots, squares, moves] = [&dot, &square, &moved].map(|v| v.iter().sum::<f64>());
    if squares.is_nan() || squares <= ROUNDING * largest {
        return Effective::NotDefined;
    }
    let gamma = dots / squares;
    let across = if moves > 0.0 { (1.0 - dots * gamma / moves).max(0.0) } else { 0.0 };
    Effective::Scale { gamma, se: jackknife(&dot, &square), across }
}

/// Rows that are walked together on one thread.
const BLOCK: usize = 128;

/// The standard error of Σa/Σb over rows, each left out in turn.
fn jackknife(a: &[f64], b: &[f64]) -> f64 {
    let (n, sum_a, sum_b) = (a.len() as f64, a.iter().sum::<f64>(), b.iter().sum::<f64>());
    let without: Vec<f64> = a.iter().zip(b).map(|(a, b)| (sum_a - a) / (sum_b - b)).collect();
    let mean = without.iter().sum::<f64>() / n;
    ((n - 1.0) / n * without.iter().map(|v| (v - mean).powi(2)).sum::<f64>()).sqrt()
}

/// The sums over steps of each row, and the sizes over rows of each step.
struct Sums {
    dot: Vec<f64>,
    square: Vec<f64>,
    moved: Vec<f64>,
    sizes: Vec<f64>,
}

struct Measure<'a, 'r> {
    plan: &'a Plan,
    sampler: AnySampler,
    conditional: &'a Score,
    unconditional: &'a Score,
    window: Window,
    run: Run<'r>,
}

impl Measure<'_, '_> {
    /// Walks these rows and sums up.
    fn along(&self, rows: &[usize]) -> Sums {
        let Run { process, grid, start, seed } = self.run;
        let n = rows.len();
        let mut sums =
            Sums { dot: vec![0.0; n], square: vec![0.0; n], moved: vec![0.0; n], sizes: vec![] };
        let mut x = start.select(Axis(0), rows);
        let mut number = 0;
        for (score, piece) in parts_of(&self.plan.legs, process, grid) {
            let mut sampler = self.sampler.clone(); // as in a walk, made anew for each leg
            for t in piece.times().windows(2) {
                let (from, to) = (t[0], t[1]);
                let step = || {
                    let noise = Noise::new(seed, Purpose::Walk, number, rows);
                    Step { process, from, to, noise }
                };
                let ratio = process.level(from).ratio();
                if to > 0.0 && (self.window.low..=self.window.high).contains(&ratio) {
                    let d = self.denoised(score, &sampler, &x, step());
                    sums.add(d, self.pair(&x, &step()), &step());
                }
                sampler.step(score, &mut x, step());
                number += 1;
            }
        }
        sums
    }

    /// D_c and D_u.
    fn pair(&self, x: &Array2<f64>, step: &Step) -> [Array2<f64>; 2] {
        let (here, _) = step.levels();
        [self.conditional, self.unconditional].map(|score| score.denoised(x.view(), here))
    }

    /// D_M.
    fn denoised(
        &self,
        score: &Score,
        sampler: &AnySampler,
        x: &Array2<f64>,
        step: Step,
    ) -> Array2<f64> {
        let (here, there) = step.levels();
        if let Rule::Own = self.plan.rule {
            return score.denoised(x.view(), here);
        }
        let mut to = x.clone();
        let silent = step.noise.silent();
        sampler.clone().step(score, &mut to, Step { noise: silent, ..step });
        let keep = there.ratio() / here.ratio();
        (to / there.alpha - &(x * (keep / here.alpha))) / (1.0 - keep)
    }
}

impl Sums {
    /// Adds a step.
    fn add(&mut self, d: Array2<f64>, [c, u]: [Array2<f64>; 2], step: &Step) {
        let (here, there) = step.levels();
        let weight = there.ratio().powi(-2) - here.ratio().powi(-2);
        let inner = |a: &Array2<f64>, b: &Array2<f64>| -> Array1<f64> {
            (a * b).sum_axis(Axis(1)) * weight // (n,)
        };
        let (moved, apart) = (&d - &u, &c - &u);
        let add =
            |to: &mut Vec<f64>, v: Array1<f64>| to.iter_mut().zip(v).for_each(|(t, v)| *t += v);
        add(&mut self.dot, inner(&moved, &apart));
        add(&mut self.square, inner(&apart, &apart));
        add(&mut self.moved, inner(&moved, &moved));
        self.sizes.push(inner(&c, &c).sum() + inner(&u, &u).sum());
    }
}
