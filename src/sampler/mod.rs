//! Samplers: the walk from noise to data, one step at a time. They see a score and never ask whose it is.
//!
//! | sampler | order | noise | source |
//! |---|---|---|---|
//! | [`Ddim`] with η = 0 | 1 | none | Song, Meng & Ermon 2021 (2010.02502) |
//! | [`Ddim`] with η = 1 | 1, weak | DDPM's | Ho et al. 2020 (2006.11239) |
//! | [`Heun`] | 2 | none | Karras et al. 2022 (2206.00364) |
//! | [`DpmSolver2M`] | 2 | none | Lu et al. 2022 (2211.01095) |
//! | [`EulerMaruyama`] | 1, weak | λ·g | Song et al. 2021 (2011.13456) |
//! | [`Langevin`] | – | a corrector's | Song et al. 2021 |

mod langevin;
mod likelihood;
mod ode;
mod sde;

pub use langevin::Langevin;
pub use likelihood::{FlowLikelihood, divergence};
pub use ode::{Ddim, DpmSolver2M, Heun};
pub use sde::EulerMaruyama;

use crate::noise::{Grid, Process};
use crate::rng::{Noise, Purpose};
use crate::score::ScoreFn;
use ndarray::parallel::prelude::*;
use ndarray::{Array2, Array3, ArrayView2, Axis, concatenate};

/// A rule that takes points from one noise level to a lower one.
pub trait Sampler {
    /// Moves `x` (n, d) from time `from` down to time `to`, in place. A step to σ = 0 ends in the denoised point.
    fn step(
        &mut self,
        score: &dyn ScoreFn,
        process: &Process,
        x: &mut Array2<f64>,
        from: f64,
        to: f64,
        noise: &Noise,
    );
}

/// The samplers that can be chosen by name.
#[derive(Debug, Clone)]
pub enum Method {
    /// Euler on the probability-flow ODE (η = 0), DDPM's ancestral sampling (η = 1), or between.
    Ddim(Ddim),
    /// Heun's method on the probability-flow ODE.
    Heun(Heun),
    /// DPM-Solver++(2M).
    DpmSolver2M(DpmSolver2M),
    /// Euler–Maruyama on the reverse SDE.
    EulerMaruyama(EulerMaruyama),
}

impl Sampler for Method {
    fn step(
        &mut self,
        score: &dyn ScoreFn,
        process: &Process,
        x: &mut Array2<f64>,
        from: f64,
        to: f64,
        noise: &Noise,
    ) {
        match self {
            Method::Ddim(s) => s.step(score, process, x, from, to, noise),
            Method::Heun(s) => s.step(score, process, x, from, to, noise),
            Method::DpmSolver2M(s) => s.step(score, process, x, from, to, noise),
            Method::EulerMaruyama(s) => s.step(score, process, x, from, to, noise),
        }
    }
}

/// A walk along a grid, as an iterator over (t, x): its first item is the start, its last the sample.
pub struct Walk<'a, S> {
    sampler: S,
    score: &'a dyn ScoreFn,
    process: &'a Process,
    grid: &'a Grid,
    x: Array2<f64>,
    noise: Noise,
    next: usize,
    steps_before: usize, // of the walks that led here, so that no noise is used twice
}

impl<'a, S: Sampler> Walk<'a, S> {
    /// A walk of the rows `start` (n, d), which are rows `first_row…` of the whole sample.
    pub fn new(
        sampler: S,
        score: &'a dyn ScoreFn,
        process: &'a Process,
        grid: &'a Grid,
        start: Array2<f64>,
        first_row: usize,
        seed: u64,
    ) -> Self {
        let noise = Noise { seed, purpose: Purpose::Walk, step: 0, first_row };
        Walk { sampler, score, process, grid, x: start, noise, next: 0, steps_before: 0 }
    }

    /// Takes the next step without keeping where it led; false at the end.
    fn advance(&mut self) -> bool {
        let times = self.grid.times();
        if self.next >= times.len() {
            return false;
        }
        if self.next > 0 {
            self.noise.step = self.steps_before + self.next - 1;
            let (from, to) = (times[self.next - 1], times[self.next]);
            self.sampler.step(self.score, self.process, &mut self.x, from, to, &self.noise);
        }
        self.next += 1;
        true
    }
}

impl<S: Sampler> Iterator for Walk<'_, S> {
    type Item = (f64, Array2<f64>);

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().then(|| (self.grid.times()[self.next - 1], self.x.clone()))
    }

    fn last(mut self) -> Option<Self::Item> {
        while self.advance() {}
        Some((*self.grid.times().last()?, self.x))
    }
}

/// Rows that go through all the steps together, on one thread.
const BLOCK: usize = 128;

/// x_T: n starting points from N(0, σ²I) at the first time of the grid, (n, d). Row i depends on the seed and i alone.
pub fn start(n: usize, dim: usize, process: &Process, grid: &Grid, seed: u64) -> Array2<f64> {
    let mut x = Array2::zeros((n, dim));
    Noise { seed, purpose: Purpose::Start, step: 0, first_row: 0 }.fill(0, x.view_mut());
    x * process.level(grid.times()[0]).sigma
}

/// Where points (n, d) end, the i-th of them walked for the class `wanted[i]` of so many: `walk` takes a class and its points.
///
/// # Panics
/// If there is not one class for each point.
pub fn each_class(
    mut start: Array2<f64>,
    wanted: &[usize],
    classes: usize,
    mut walk: impl FnMut(usize, ArrayView2<f64>) -> Array2<f64>,
) -> Array2<f64> {
    assert_eq!(start.nrows(), wanted.len(), "a class for each point");
    for class in 0..classes {
        let rows: Vec<usize> = (0..wanted.len()).filter(|i| wanted[*i] == class).collect();
        if rows.is_empty() {
            continue;
        }
        let to = walk(class, start.select(Axis(0), &rows).view());
        rows.iter().zip(to.outer_iter()).for_each(|(i, x)| start.row_mut(*i).assign(&x));
    }
    start
}

/// Runs every row of `start` (n, d) down the grid and returns the ends (n, d).
///
/// Blocks of rows are shared out over the threads, each with a fresh copy of `sampler`; a row's end depends neither on
/// the number of threads nor on the other rows.
pub fn sample<S: Sampler + Clone + Sync>(
    sampler: &S,
    score: &dyn ScoreFn,
    process: &Process,
    grid: &Grid,
    start: ArrayView2<f64>,
    seed: u64,
) -> Array2<f64> {
    sample_parts(sampler, &[(score, grid)], process, start, seed)
}

/// As [`sample`], by a different score on each part of the way: guidance in an interval of σ is three parts.
///
/// Each grid starts where the one before ends, and each part starts with a fresh copy of the sampler, so that no step and
/// no history sees two scores. One part is [`sample`]. Source: Kynkäänniemi et al. 2024 (2404.07724).
///
/// # Panics
/// If a grid does not start where the one before ends.
pub fn sample_parts<S: Sampler + Clone + Sync>(
    sampler: &S,
    parts: &[(&dyn ScoreFn, &Grid)],
    process: &Process,
    start: ArrayView2<f64>,
    seed: u64,
) -> Array2<f64> {
    for pair in parts.windows(2) {
        assert_eq!(pair[0].1.times().last(), pair[1].1.times().first(), "grids that meet");
    }
    let mut out = start.to_owned();
    out.axis_chunks_iter_mut(Axis(0), BLOCK).into_par_iter().enumerate().for_each(
        |(b, mut rows)| {
            let (mut x, mut steps) = (rows.to_owned(), 0);
            for (score, grid) in parts {
                let mut walk =
                    Walk::new(sampler.clone(), *score, process, grid, x, b * BLOCK, seed);
                walk.steps_before = steps;
                steps += grid.times().len() - 1;
                (_, x) = walk.last().expect("a grid has at least two times");
            }
            rows.assign(&x);
        },
    );
    out
}

/// As [`sample`], but keeps the way: (steps + 1, n, d), the start first and the sample last.
pub fn trajectories<S: Sampler + Clone + Sync>(
    sampler: &S,
    score: &dyn ScoreFn,
    process: &Process,
    grid: &Grid,
    start: ArrayView2<f64>,
    seed: u64,
) -> Array3<f64> {
    let blocks: Vec<Array3<f64>> = start
        .axis_chunks_iter(Axis(0), BLOCK)
        .into_par_iter()
        .enumerate()
        .map(|(b, rows)| {
            let walk =
                Walk::new(sampler.clone(), score, process, grid, rows.to_owned(), b * BLOCK, seed);
            let states: Vec<Array2<f64>> = walk.map(|(_, x)| x).collect();
            let views: Vec<_> = states.iter().map(|x| x.view()).collect();
            ndarray::stack(Axis(0), &views).expect("states of one walk have one shape")
        })
        .collect();
    let views: Vec<_> = blocks.iter().map(|b| b.view()).collect();
    concatenate(Axis(1), &views).expect("blocks differ only in their rows")
}
