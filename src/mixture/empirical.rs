//! A data set as a distribution: what a network that memorised its training set would answer.

use crate::condition::Observation;
use crate::noise::NoiseLevel;
use crate::parallel::each;
use crate::score::{LogDensity, ScoreFn, score_of_denoised};
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use std::f64::consts::TAU;

use super::{Labelled, fast::softmax};

/// The score of a data set, each point a mixture component of no width.
///
/// ```text
/// p_t(x) = (1/N) Σᵢ N(x; α·xᵢ, σ²I),   D(x) = Σᵢ wᵢ(x)·xᵢ,   wᵢ ∝ exp(−|x − α·xᵢ|²/2σ²)
/// ```
///
/// As σ → 0 the denoiser returns the nearest point of the data: samples are copies. This is the minimiser of the
/// training loss, so a network that generalises has *not* reached it. With one point it is the linear field
/// (α·x₁ − x)/σ². σ must be above 0. Source: Karras et al. 2022 (2206.00364), appendix B.3, eq. 57.
#[derive(Debug, Clone)]
pub struct Empirical {
    points: Array2<f64>,
    squares: Array1<f64>,
}

/// Rows that one thread handles at a time; (ROWS, N) is the size of its buffer.
const ROWS: usize = 64;

impl Empirical {
    /// The points (N, d) of a data set.
    ///
    /// # Errors
    /// If there are none or a coordinate is not finite.
    pub fn new(points: Array2<f64>) -> Result<Self> {
        if points.is_empty() {
            return Err(Error::value("the data set", "empty", "at least one point"));
        }
        if let Some(((i, j), v)) = points.indexed_iter().find(|(_, v)| !v.is_finite()) {
            return Err(Error::value(format!("point {i}, coordinate {j}"), v, "a finite number"));
        }
        let squares = points.outer_iter().map(|p| p.dot(&p)).collect();
        Ok(Empirical { points, squares })
    }

    /// The points of one class of a labelled data set.
    ///
    /// # Errors
    /// If the class has no points.
    pub fn of_class(data: &Labelled, class: usize) -> Result<Self> {
        let rows: Vec<usize> = (0..data.y.len()).filter(|i| data.y[*i] == class).collect();
        Empirical::new(data.x.select(Axis(0), &rows))
    }

    /// log p_t(x), σ > 0: `x` (n, d) → (n,).
    pub fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        let (n, d) = self.points.dim();
        let scale = -(n as f64).ln() - 0.5 * d as f64 * (TAU * level.sigma * level.sigma).ln();
        let one = |x: ArrayView1<f64>| scale + softmax(&mut self.log_weights(x, level));
        let block = |x: ArrayView2<f64>| x.outer_iter().map(one).collect::<Vec<_>>();
        each(x.axis_chunks_iter(Axis(0), ROWS), block).concat().into()
    }

    /// How many of the points an observation y = A·x₀ + τ·n, τ > 0, leaves: the effective sample size of their weights.
    ///
    /// ```text
    /// (Σᵢ wᵢ)²/Σᵢ wᵢ²,   wᵢ = N(y; A·xᵢ, τ²I)
    /// ```
    ///
    /// From 1, one point and all others nothing, to N, nothing observed. Where it is near 1 the data set alone answers with a copy.
    /// Source: Kong 1992.
    ///
    /// # Panics
    /// If A has another width than the points.
    pub fn effective_size(&self, observation: &Observation) -> f64 {
        let miss = observation.miss(self.points.view()); // (N, m)
        let scale = -0.5 / observation.tolerance().powi(2);
        let mut weights: Vec<f64> = miss.outer_iter().map(|m| scale * m.dot(&m)).collect();
        softmax(&mut weights);
        1.0 / weights.iter().map(|w| w * w).sum::<f64>()
    }

    /// −|x − α·xᵢ|²/2σ² of every point (N).
    fn log_weights(&self, x: ArrayView1<f64>, level: NoiseLevel) -> Vec<f64> {
        let NoiseLevel { alpha, sigma } = level;
        let (cross, square) = (self.points.dot(&x), x.dot(&x));
        let distance = |(c, s): (&f64, &f64)| square - 2.0 * alpha * c + alpha * alpha * s;
        cross.iter().zip(&self.squares).map(|cs| -distance(cs) / (2.0 * sigma * sigma)).collect()
    }
}

impl ScoreFn for Empirical {
    fn dim(&self) -> usize {
        self.points.ncols()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        assert_eq!(x.ncols(), self.dim(), "points of dimension {}", self.dim());
        let mut out = Array2::zeros(x.raw_dim());
        let blocks = out.axis_chunks_iter_mut(Axis(0), ROWS);
        each(blocks.zip(x.axis_chunks_iter(Axis(0), ROWS)), |(mut out, x)| {
            for (x, mut out) in x.outer_iter().zip(out.outer_iter_mut()) {
                let mut weights = self.log_weights(x, level);
                softmax(&mut weights);
                out.assign(&ArrayView1::from(&weights).dot(&self.points));
            }
        });
        out
    }
}

impl LogDensity for Empirical {
    fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        Empirical::log_density(self, x, level)
    }
}
