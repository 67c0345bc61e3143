//! From noise to samples, as a setup says.

use crate::setup::Setup;
use ndarray::{Array2, ArrayView2};
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::mixture::Labelled;
use scorelab::noise::{Grid, Process};
use scorelab::null_label::JointNet;
use scorelab::rng::Purpose;
use scorelab::sampler::{sample, sample_classes, sample_parts, start};
use scorelab::score::{Counted, Likelihood, ScoreFn};
use scorelab::{Error, Result};

/// The parts of a walk: on each grid its score.
pub type Parts<'g, S> = Vec<(S, &'g Grid)>;

impl Setup {
    /// The first n starting points (n, dim).
    pub fn starts(&self, n: usize, dim: usize) -> Array2<f64> {
        start(n, dim, &self.process, &self.grid, self.seed)
    }

    /// The starting noise x_T of as many walks as samples are wanted (n, d).
    pub fn start(&self) -> Array2<f64> {
        self.starts(self.samples, self.data.dim())
    }

    /// Where the points `start` end that walk along a score (n, d).
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

    /// Where the points `start` end in a walk of several parts, the i-th of them walked for class `wanted[i]` or, without
    /// any, for none (n, d).
    ///
    /// # Errors
    /// As [`Setup::walk`].
    pub fn walk_parts<'g, S: ScoreFn>(
        &self,
        parts: impl Fn(Option<usize>) -> Parts<'g, S>,
        start: ArrayView2<f64>,
        wanted: Option<&[usize]>,
    ) -> Result<Array2<f64>> {
        let (method, process, seed) = (&self.sampler, &self.process, self.seed);
        finite(match wanted {
            None => sample_parts(method, &parts(None), process, start, seed),
            Some(wanted) => {
                let of_class = |class| parts(Some(class));
                sample_classes(method, of_class, process, start, wanted, seed)
            }
        })
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

/// The grid cut at the edges of an interval of σ/α, and whether each part lies within it.
pub fn cut(process: &Process, grid: &Grid, [low, high]: [f64; 2]) -> Vec<(Grid, bool)> {
    let edges = [low, high].into_iter().filter(|ratio| *ratio > 0.0);
    let edges: Vec<f64> = edges.map(|ratio| process.t_of_log_snr(-2.0 * ratio.ln())).collect();
    let inside = |part: &Grid| {
        let times = part.times();
        let middle = 0.5 * (times[0] + times[times.len() - 1]);
        (low..high).contains(&process.level(middle).ratio())
    };
    let parts = grid.cut(&edges).into_iter().map(|part| {
        let inside = inside(&part);
        (part, inside)
    });
    parts.collect()
}

/// The samples, if all are finite.
fn finite(x: Array2<f64>) -> Result<Array2<f64>> {
    let lost = x.outer_iter().filter(|row| row.iter().any(|v| !v.is_finite())).count();
    if lost == 0 {
        return Ok(x);
    }
    let n = x.nrows();
    let why =
        format!("{lost} of {n} samples are not finite; use more --steps or a smaller --gamma");
    Err(Error::Usage { why })
}
