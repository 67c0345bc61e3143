//! Particles that interact.

use super::Population;
use super::walk::{BLOCK, Walk};
use crate::noise::{Grid, NoiseLevel, Process};
use crate::score::ScoreFn;
use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView2, Axis};

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
    let parts = [(InBlocks(score), grid)];
    Walk::new(rule, &parts, process, start.to_owned(), &rows, seed).end()
}

/// A score that is asked for blocks of points on all threads.
struct InBlocks<'a>(&'a dyn ScoreFn);

impl InBlocks<'_> {
    fn each(
        &self,
        x: ArrayView2<f64>,
        answer: impl Fn(ArrayView2<f64>) -> Array2<f64> + Sync,
    ) -> Array2<f64> {
        let mut out = Array2::zeros(x.raw_dim());
        let blocks = out.axis_chunks_iter_mut(Axis(0), BLOCK).into_par_iter();
        blocks
            .zip(x.axis_chunks_iter(Axis(0), BLOCK))
            .for_each(|(mut out, x)| out.assign(&answer(x)));
        out
    }
}

impl ScoreFn for InBlocks<'_> {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.each(x, |x| self.0.score(x, level))
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.each(x, |x| self.0.denoised(x, level))
    }
}
