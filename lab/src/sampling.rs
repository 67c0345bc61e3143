//! From noise to samples, as a setup says.

use crate::setup::Setup;
use ndarray::{Array2, ArrayView2};
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::methods::Run;
use scorelab::mixture::Labelled;
use scorelab::null_label::JointNet;
use scorelab::rng::Purpose;
use scorelab::sampler::{sample, sample_classes, start};
use scorelab::score::{Counted, Likelihood, ScoreFn};
use scorelab::{Error, Result};

impl Setup {
    /// The first n starting points (n, dim).
    pub fn starts(&self, n: usize, dim: usize) -> Array2<f64> {
        start(n, dim, &self.process, &self.grid, self.seed)
    }

    /// The starting noise x_T, one row for each sample wanted (n, d).
    pub fn start(&self) -> Array2<f64> {
        self.starts(self.samples, self.data.dim())
    }

    /// Where walks along a score end that start at `start` (n, d).
    ///
    /// # Errors
    /// If an end is not finite.
    pub fn walk(&self, score: &dyn ScoreFn, start: ArrayView2<f64>) -> Result<Array2<f64>> {
        finite(sample(&self.sampler, score, &self.process, &self.grid, start, self.seed))
    }

    /// Where the first n starting points of the present grid end under a score (n, d).
    ///
    /// # Errors
    /// As [`Setup::walk`].
    pub fn ends(&self, score: &dyn ScoreFn, n: usize) -> Result<Array2<f64>> {
        self.walk(score, self.starts(n, self.data.dim()).view())
    }

    /// Where the points `start` end, the i-th of them walked along the score of class `wanted[i]` (n, d).
    ///
    /// # Errors
    /// As [`Setup::walk`].
    pub fn walk_classes<S: ScoreFn>(
        &self,
        score: impl Fn(usize) -> S,
        start: ArrayView2<f64>,
        wanted: &[usize],
    ) -> Result<Array2<f64>> {
        let parts = |class| vec![(score(class), &self.grid)];
        finite(sample_classes(&self.sampler, parts, &self.process, start, wanted, self.seed))
    }

    /// The walk from these starting points, which every method takes in its own way.
    pub fn run<'a>(&'a self, start: ArrayView2<'a, f64>) -> Run<'a> {
        Run { process: &self.process, grid: &self.grid, start, seed: self.seed }
    }

    /// Steers the points `start` by a classifier: the ends (n, d), and the evaluations that each of them took.
    ///
    /// # Errors
    /// As [`Setup::walk`].
    pub fn steer(
        &self,
        score: &dyn ScoreFn,
        likelihood: &dyn Likelihood,
        gamma: Gamma,
        start: ArrayView2<f64>,
    ) -> Result<(Array2<f64>, f64)> {
        let (score, likelihood) = (Counted::new(score), Counted::new(likelihood));
        let guided = ClassifierGuided { score: &score, likelihood: &likelihood, gamma };
        let ends = self.walk(&guided, start)?;
        Ok((ends, (score.points() + likelihood.points()) as f64 / start.nrows() as f64))
    }

    /// Steers the points `start` without a classifier: the ends (n, d), and the evaluations that each of them took.
    ///
    /// # Errors
    /// As [`Setup::walk`].
    pub fn steer_free(
        &self,
        net: &JointNet,
        gamma: Gamma,
        start: ArrayView2<f64>,
    ) -> Result<(Array2<f64>, f64)> {
        let guided = net.guided(self.target(), gamma);
        let counted = Counted::new(&guided);
        let ends = self.walk(&counted, start)?;
        let asked = counted.points() as f64 / start.nrows() as f64;
        Ok((ends, asked * guided.evaluations() as f64))
    }

    /// n points of the true p(x | y), for comparison.
    pub fn truth(&self, n: usize) -> Labelled {
        self.scene().mixture.given(self.target()).sample(n, self.seed, Purpose::Reference)
    }
}

/// The samples, if all are finite.
///
/// # Errors
/// If one is not.
pub fn finite(x: Array2<f64>) -> Result<Array2<f64>> {
    let lost = x.outer_iter().filter(|row| row.iter().any(|v| !v.is_finite())).count();
    if lost == 0 {
        return Ok(x);
    }
    let n = x.nrows();
    let why =
        format!("{lost} of {n} samples are not finite; use more --steps or a smaller --gamma");
    Err(Error::Usage { why })
}
