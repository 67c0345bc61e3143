//! One step of a walk: what a sampler is told, and what it does.

use crate::noise::{NoiseLevel, Process};
use crate::rng::Noise;
use crate::score::ScoreFn;
use ndarray::Array2;

/// A step from one time down to another, with its random numbers.
///
/// The numbers can be drawn once. A sampler inside another one gets a part of them:
///
/// ```
/// use ndarray::Array2;
/// use scorelab::{sampler::{Sampler, Step}, score::ScoreFn};
///
/// /// x ← x + size·σ·z after each step of `inner`.
/// struct Shaken<S> { inner: S, size: f64 }
/// impl<S: Sampler> Sampler for Shaken<S> {
///     fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
///         let (_, there) = step.levels();
///         let [its, mine] = step.noise.split();
///         self.inner.step(score, x, Step { noise: its, ..step });
///         let z = mine.normals(x.ncols()); // (n, d)
///         x.scaled_add(self.size * there.sigma, &z);
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Step<'a> {
    /// The noise process.
    pub process: &'a Process,
    /// The time at which the points are.
    pub from: f64,
    /// The time to go to, below `from`; 0 is the data.
    pub to: f64,
    /// The random numbers of this step, for the rows that take it.
    pub noise: Noise<'a>,
}

impl Step<'_> {
    /// (α, σ) at `from` and at `to`.
    pub fn levels(&self) -> (NoiseLevel, NoiseLevel) {
        (self.process.level(self.from), self.process.level(self.to))
    }
}

/// A rule that takes points from one noise level to a lower one, each point by itself.
///
/// Points are walked in blocks, on any thread, so where a point goes must not depend on those beside it: a rule by which
/// points interact is a [`Population`].
pub trait Sampler {
    /// Moves `x` (n, d) from `step.from` down to `step.to`, in place. A step to σ = 0 ends in the denoised point.
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step);
}

/// A rule that takes all points of a sample together from one noise level to a lower one, so that they may interact:
/// resampling, repulsion.
///
/// Every [`Sampler`] is one. The converse does not compile, so [`sample`](super::sample) cannot cut such a rule into blocks;
/// it is walked by [`sample_population`](super::sample_population).
///
/// ```compile_fail,E0277
/// # use ndarray::{Array2, array};
/// # use scorelab::{data::Scene, noise::*, sampler::*, score::ScoreFn};
/// #[derive(Clone)]
/// struct Centred;
/// impl Population for Centred {
///     fn step_all(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
///         Heun.step(score, x, step);
///         *x -= &x.mean_axis(ndarray::Axis(0)).unwrap();
///     }
/// }
/// # let (scene, process) = (Scene::named("animals").unwrap(), Process::VE);
/// # let grid = Grid::to_data(&process, Spacing::KARRAS, 4).unwrap();
/// sample(&Centred, &scene.mixture, &process, &grid, array![[1.0, 0.0]].view(), 0); // Centred is no Sampler
/// ```
pub trait Population {
    /// Moves `x` (n, d), the whole sample, from `step.from` down to `step.to`, in place.
    fn step_all(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step);
}

impl<S: Sampler> Population for S {
    fn step_all(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        self.step(score, x, step);
    }
}
