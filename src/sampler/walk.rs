//! From noise to data: the walk, one step at a time, and what becomes of many rows.

use super::{Population, Sampler, Step};
use crate::noise::{Grid, Process};
use crate::parallel::each;
use crate::rng::{Noise, Purpose, normals};
use crate::score::ScoreFn;
use ndarray::{Array2, Array3, ArrayView2, Axis};
use std::collections::BTreeMap;

/// A walk as an iterator over (t, x): its first item is the start, its last the sample.
///
/// Its parts are scores, each with the times along which it leads; each part starts with a fresh copy of the sampler, so
/// that no step and no history sees two scores.
pub struct Walk<'a, S, C> {
    fresh: &'a S,
    sampler: S,
    parts: &'a [(C, &'a Grid)],
    steps: Vec<(usize, f64, f64)>, // the part, from, to
    process: &'a Process,
    rows: &'a [usize],
    seed: u64,
    x: Array2<f64>,
    done: Option<usize>, // steps done; none before the start was given
}

impl<'a, S: Population + Clone, C: ScoreFn> Walk<'a, S, C> {
    /// A walk of the points `start` (n, d), which are these rows of the whole sample.
    ///
    /// # Panics
    /// If there is no part, a grid does not start where the one before ends, or there is not one number for each point.
    pub fn new(
        sampler: &'a S,
        parts: &'a [(C, &'a Grid)],
        process: &'a Process,
        start: Array2<f64>,
        rows: &'a [usize],
        seed: u64,
    ) -> Self {
        assert!(!parts.is_empty(), "a walk has a part");
        assert_eq!(start.nrows(), rows.len(), "a number for each point");
        for pair in parts.windows(2) {
            assert_eq!(pair[0].1.times().last(), pair[1].1.times().first(), "grids that meet");
        }
        let pairs = |(_, grid): &(C, &'a Grid)| grid.times().windows(2);
        let steps = parts.iter().enumerate();
        let steps = steps.flat_map(|(p, part)| pairs(part).map(move |t| (p, t[0], t[1]))).collect();
        let (fresh, sampler) = (sampler, sampler.clone());
        Walk { fresh, sampler, parts, steps, process, rows, seed, x: start, done: None }
    }

    /// Goes on to the next time without keeping where that is; nothing at the end.
    fn advance(&mut self) -> Option<f64> {
        let Some(done) = self.done else {
            self.done = Some(0);
            return Some(self.steps[0].1);
        };
        let (part, from, to) = *self.steps.get(done)?;
        if done > 0 && self.steps[done - 1].0 < part {
            self.sampler = self.fresh.clone();
        }
        let noise = Noise::new(self.seed, Purpose::Walk, done, self.rows);
        let step = Step { process: self.process, from, to, noise };
        self.sampler.step_all(&self.parts[part].0, &mut self.x, step);
        self.done = Some(done + 1);
        Some(to)
    }

    /// The sample.
    pub(super) fn end(mut self) -> Array2<f64> {
        while self.advance().is_some() {}
        self.x
    }
}

impl<S: Population + Clone, C: ScoreFn> Iterator for Walk<'_, S, C> {
    type Item = (f64, Array2<f64>);

    fn next(&mut self) -> Option<Self::Item> {
        let t = self.advance()?;
        Some((t, self.x.clone()))
    }
}

/// Rows that go through all the steps together, on one thread.
pub(super) const BLOCK: usize = 128;

/// x_T: n starting points from N(0, σ²I) at the first time of the grid, (n, d). Row i depends on the seed and i alone.
pub fn start(n: usize, dim: usize, process: &Process, grid: &Grid, seed: u64) -> Array2<f64> {
    normals(seed, Purpose::Start, 0, (n, dim)) * process.level(grid.times()[0]).sigma
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
/// As [`Walk::new`].
pub fn sample_parts<S: Sampler + Clone + Sync, C: ScoreFn>(
    sampler: &S,
    parts: &[(C, &Grid)],
    process: &Process,
    start: ArrayView2<f64>,
    seed: u64,
) -> Array2<f64> {
    sample_rows(sampler, parts, process, start, &every(start), seed)
}

/// As [`sample_parts`], of these rows of `start` (n, d) only: (rows, d).
///
/// A row meets the noise of its number in `start`, so that it ends where it ends in a walk of all rows. All rows are
/// [`sample_parts`], no rows an array without any.
///
/// # Panics
/// As [`Walk::new`], and if there is no such row.
pub fn sample_rows<S: Sampler + Clone + Sync, C: ScoreFn>(
    sampler: &S,
    parts: &[(C, &Grid)],
    process: &Process,
    start: ArrayView2<f64>,
    rows: &[usize],
    seed: u64,
) -> Array2<f64> {
    let mut ends = Array2::zeros((rows.len(), start.ncols()));
    let blocks = ends.axis_chunks_iter_mut(Axis(0), BLOCK).zip(rows.chunks(BLOCK));
    each(blocks, |(mut ends, rows)| {
        let x = start.select(Axis(0), rows);
        ends.assign(&Walk::new(sampler, parts, process, x, rows, seed).end());
    });
    ends
}

/// As [`sample_parts`], the i-th row walked for the class `wanted[i]`, along the parts that `parts` has for that class: (n, d).
///
/// Row i meets the same noise whatever class it is wanted of, and no two rows share any; so the rows of one class end where
/// they end in a walk of all rows for that class. With one class for all it is [`sample_parts`].
///
/// # Panics
/// As [`Walk::new`], and if there is not one class for each row.
pub fn sample_classes<'g, S: Sampler + Clone + Sync, C: ScoreFn>(
    sampler: &S,
    parts: impl Fn(usize) -> Vec<(C, &'g Grid)>,
    process: &Process,
    start: ArrayView2<f64>,
    wanted: &[usize],
    seed: u64,
) -> Array2<f64> {
    let walk = |parts: &Vec<(C, &Grid)>, rows: &[usize]| {
        sample_rows(sampler, parts, process, start, rows, seed)
    };
    by_class(start, wanted, parts, walk)
}

/// Where `start` (n, d) ends, the rows of each class walked by what is prepared for it: (n, d).
pub(crate) fn by_class<T: Send + Sync>(
    start: ArrayView2<f64>,
    wanted: &[usize],
    prepared: impl Fn(usize) -> T,
    walk: impl Fn(&T, &[usize]) -> Array2<f64> + Sync,
) -> Array2<f64> {
    assert_eq!(start.nrows(), wanted.len(), "a class for each row");
    let mut rows_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (row, class) in wanted.iter().enumerate() {
        rows_of.entry(*class).or_default().push(row);
    }
    let classes = rows_of.into_iter().map(|(class, rows)| (prepared(class), rows));
    let classes: Vec<_> = classes.collect();
    let walked = each(&classes, |(of_class, rows)| walk(of_class, rows)); // (rows of the class, d)
    let mut ends = Array2::zeros(start.raw_dim());
    for ((_, rows), of_class) in classes.iter().zip(walked) {
        rows.iter().zip(of_class.outer_iter()).for_each(|(i, x)| ends.row_mut(*i).assign(&x));
    }
    ends
}

/// As [`sample`], but keeps the trajectories: (steps + 1, n, d), the start first and the sample last.
pub fn trajectories<S: Sampler + Clone + Sync>(
    sampler: &S,
    score: &dyn ScoreFn,
    process: &Process,
    grid: &Grid,
    start: ArrayView2<f64>,
    seed: u64,
) -> Array3<f64> {
    trajectories_rows(sampler, &[(score, grid)], process, start, &every(start), seed)
}

/// As [`sample_rows`], but keeps the trajectories: (steps + 1, rows, d), steps of all parts together, where parts meet once.
///
/// # Panics
/// As [`sample_rows`].
pub fn trajectories_rows<S: Sampler + Clone + Sync, C: ScoreFn>(
    sampler: &S,
    parts: &[(C, &Grid)],
    process: &Process,
    start: ArrayView2<f64>,
    rows: &[usize],
    seed: u64,
) -> Array3<f64> {
    let times = 1 + parts.iter().map(|(_, grid)| grid.steps()).sum::<usize>();
    let mut ways = Array3::zeros((times, rows.len(), start.ncols()));
    let blocks = ways.axis_chunks_iter_mut(Axis(1), BLOCK).zip(rows.chunks(BLOCK));
    each(blocks, |(mut ways, rows)| {
        let walk = Walk::new(sampler, parts, process, start.select(Axis(0), rows), rows, seed);
        ways.outer_iter_mut().zip(walk).for_each(|(mut at, (_, x))| at.assign(&x));
    });
    ways
}

fn every(start: ArrayView2<f64>) -> Vec<usize> {
    (0..start.nrows()).collect()
}
