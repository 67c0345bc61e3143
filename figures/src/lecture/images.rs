//! From walks of images to what the figures show of them: what a judge says, and the way from noise to an image.

use super::{Morph, Strip};
use crate::plot::{Role, Text};
use ndarray::{Array2, Array3, ArrayView1, ArrayView2, Axis as Dim, s};
use scorelab::noise::{Grid, NoiseLevel, Process};
use scorelab::sampler::{Method, trajectories_rows};
use scorelab::score::ScoreFn;

/// A judge is sure of a class from this p(y | x) on.
pub const SURE: f64 = 0.9;

/// One way to steer from the same noise at several γ, judged: a row for each γ, and in it a number for each sample.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The images (n, height·width) at each γ.
    pub images: Vec<Array2<u8>>,
    /// p(y | x) of the wanted class.
    pub wanted: Vec<Vec<f64>>,
    /// 1 where the judge is [`SURE`] of some class, else 0.
    pub sure: Vec<Vec<f64>>,
}

impl Judged {
    /// Judges images, `probabilities` (n, height·width) → (n, classes) being the judge.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn new(
        images: Vec<Array2<u8>>,
        class: usize,
        probabilities: impl Fn(&Array2<u8>) -> Array2<f64>,
    ) -> Judged {
        let p: Vec<Array2<f64>> = images.iter().map(probabilities).collect();
        let top = |row: ArrayView1<f64>| row.fold(0.0f64, |a, b| a.max(*b));
        let sure = |p: &Array2<f64>| p.outer_iter().map(|p| f64::from(top(p) >= SURE)).collect();
        let sure = p.iter().map(sure).collect();
        Judged { images, wanted: p.iter().map(|p| p.column(class).to_vec()).collect(), sure }
    }

    /// At most n rows to show: first another class, in the middle unsure, at last the wanted one; then whatever comes
    /// nearest to that.
    pub fn telling(&self, n: usize) -> Vec<usize> {
        let last = self.wanted.len() - 1;
        let tells = |i: usize| {
            let (p, middle) = (|g: usize| self.wanted[g][i], last / 2);
            let hybrid = 1.0 - self.sure[middle][i];
            hybrid + f64::from(p(0) < 0.1) * self.sure[0][i] + f64::from(p(last) >= SURE)
                - (p(middle) - 0.5).abs()
        };
        let mut rows: Vec<usize> = (0..self.wanted[0].len()).collect();
        rows.sort_by(|a, b| tells(*b).total_cmp(&tells(*a)));
        rows.truncate(n);
        rows
    }

    /// Some rows as [`hybrid_images`](super::hybrid_images) shows them.
    pub fn morph(&self, title: Text, rows: &[usize]) -> Morph {
        let (n, pixels) = (self.images.len(), self.images[0].ncols());
        Morph {
            title,
            images: Array3::from_shape_fn((rows.len(), n, pixels), |(z, g, i)| {
                self.images[g][[rows[z], i]]
            }),
            confidence: Array2::from_shape_fn((rows.len(), n), |(z, g)| self.wanted[g][rows[z]]),
        }
    }
}

/// Images of a strip.
const COLUMNS: usize = 10;
/// σ/α of the second image, and of the last but one.
const BETWEEN: (f64, f64) = (30.0, 0.3);

/// A walk that is shown as a strip.
#[derive(Debug, Clone, Copy)]
pub struct StripWalk<'a> {
    /// The noise process.
    pub process: &'a Process,
    /// Its times.
    pub grid: &'a Grid,
    /// The rule that walks.
    pub sampler: &'a Method,
    /// The seed of the sampler's noise.
    pub seed: u64,
}

impl StripWalk<'_> {
    /// Which of the times are shown: the first, the last, and those between at which σ/α first falls below a power.
    fn shown(&self) -> Vec<usize> {
        let steps = self.grid.steps();
        let below = |r: f64| (0..steps).position(|time| self.level(time).ratio() <= r);
        let (from, to) = BETWEEN;
        let ratio = |i: usize| from * (to / from).powf(i as f64 / (COLUMNS - 3) as f64);
        let between = (0..COLUMNS - 2).map(|i| below(ratio(i)).unwrap_or(steps));
        std::iter::once(0).chain(between).chain([steps]).collect()
    }

    fn level(&self, time: usize) -> NoiseLevel {
        self.process.level(self.grid.times()[time])
    }

    /// σ/α of the columns.
    pub fn levels(&self) -> Vec<f64> {
        self.shown().into_iter().map(|time| self.level(time).ratio()).collect()
    }

    /// x_t of row `row` of `start` (n, d) at the times shown, at the scale of the data, and what `score` expects there;
    /// `pixels` (n, d) → (n, height·width).
    pub fn strip(
        &self,
        title: Text,
        role: Role,
        score: &dyn ScoreFn,
        (start, row): (ArrayView2<f64>, usize),
        pixels: impl Fn(ArrayView2<f64>) -> Array2<u8>,
    ) -> Strip {
        let parts = [(score, self.grid)];
        let (process, seed) = (self.process, self.seed);
        let way = trajectories_rows(self.sampler, &parts, process, start, &[row], seed);
        let (mut walked, mut denoised) = (Vec::new(), Vec::new());
        for time in self.shown() {
            let (x, here) = (way.slice(s![time, .., ..]), self.level(time));
            let scale = here.alpha.hypot(here.sigma); // 1 for the processes that preserve the variance
            walked.push(x.mapv(|x| x / scale));
            // at σ = 0 it is the sample itself
            denoised.push(if here.sigma > 0.0 { score.denoised(x, here) } else { x.to_owned() });
        }
        let images = |rows: &[Array2<f64>]| {
            let views: Vec<_> = rows.iter().map(|x| x.view()).collect();
            let rows = ndarray::concatenate(Dim(0), &views).expect("points of one dimension");
            pixels(rows.view())
        };
        Strip { title, role, walked: images(&walked), denoised: images(&denoised) }
    }
}
