//! Particles that interact.

use super::Population;
use super::walk::{BLOCK, Walk};
use crate::noise::{Grid, NoiseLevel, Process};
use crate::parallel::each;
use crate::score::ScoreFn;
use ndarray::{Array2, Array3, ArrayView2, Axis};

/// Runs `start` (n, d) down the grid as one population, every step with all of its points, and returns the ends (n, d).
///
/// The score is evaluated for blocks of points on all threads, and the ends do not depend on their number. They do depend on
/// n: the first rows of a larger population are not a smaller one. With a [`Sampler`](super::Sampler) it is
/// [`sample`](super::sample).
pub fn sample_population<P: Population + Clone>(
    rule: &P,
    score: &dyn ScoreFn,
    process: &Process,
    grid: &Grid,
    start: ArrayView2<f64>,
    seed: u64,
) -> Array2<f64> {
    let rows: Vec<usize> = (0..start.nrows()).collect();
    sample_population_rows(rule, &[(score, grid)], process, start, &rows, seed)
}

/// As [`sample_population`], by a different score on each part of the way, of these rows of `start` (n, d) only: (rows, d).
///
/// The rows are a population of their own, which interacts with no other row.
///
/// # Panics
/// As [`Walk::new`], and if there is no such row.
pub fn sample_population_rows<P: Population + Clone, C: ScoreFn>(
    rule: &P,
    parts: &[(C, &Grid)],
    process: &Process,
    start: ArrayView2<f64>,
    rows: &[usize],
    seed: u64,
) -> Array2<f64> {
    let parts: Vec<_> = parts.iter().map(|(score, grid)| (InBlocks(score), *grid)).collect();
    Walk::new(rule, &parts, process, start.select(Axis(0), rows), rows, seed).end()
}

/// As [`sample_population_rows`], but keeps the trajectories: (steps + 1, rows, d).
///
/// # Panics
/// As [`sample_population_rows`].
pub fn trajectories_population<P: Population + Clone, C: ScoreFn>(
    rule: &P,
    parts: &[(C, &Grid)],
    process: &Process,
    start: ArrayView2<f64>,
    rows: &[usize],
    seed: u64,
) -> Array3<f64> {
    let parts: Vec<_> = parts.iter().map(|(score, grid)| (InBlocks(score), *grid)).collect();
    let walk = Walk::new(rule, &parts, process, start.select(Axis(0), rows), rows, seed);
    let times: Vec<Array2<f64>> = walk.map(|(_, x)| x).collect();
    let views: Vec<_> = times.iter().map(|x| x.view()).collect();
    ndarray::stack(Axis(0), &views).expect("arrays of one shape")
}

/// The answers of a score that is asked for blocks of points on all threads.
fn in_blocks(
    x: ArrayView2<f64>,
    answer: impl Fn(ArrayView2<f64>) -> Array2<f64> + Sync,
) -> Array2<f64> {
    let mut out = Array2::zeros(x.raw_dim());
    let blocks = out.axis_chunks_iter_mut(Axis(0), BLOCK).zip(x.axis_chunks_iter(Axis(0), BLOCK));
    each(blocks, |(mut out, x)| out.assign(&answer(x)));
    out
}

/// A score that is asked for blocks of points on all threads.
pub(crate) struct InBlocks<'a, C>(pub &'a C);

impl<C: ScoreFn> ScoreFn for InBlocks<'_, C> {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        in_blocks(x, |x| self.0.score(x, level))
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        in_blocks(x, |x| self.0.denoised(x, level))
    }

    fn pull_back(&self, x: ArrayView2<f64>, level: NoiseLevel, v: ArrayView2<f64>) -> Array2<f64> {
        let mut out = v.to_owned();
        let blocks = out.axis_chunks_iter_mut(Axis(0), BLOCK);
        each(blocks.zip(x.axis_chunks_iter(Axis(0), BLOCK)), |(mut out, x)| {
            let found = self.0.pull_back(x, level, out.view());
            out.assign(&found);
        });
        out
    }
}
