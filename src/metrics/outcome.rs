//! What became of a guided sample, in one row of a table.

use super::{Modes, Shares, energy_distance, mean_with_se, shares, spread};
use crate::mixture::Mixture;
use crate::noise::NoiseLevel;
use crate::score::Likelihood;
use ndarray::{ArrayView2, Axis, Slice};

/// Everything the tables say of a sample that was steered towards one class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Where the samples ended.
    pub shares: Shares,
    /// The mean of p(y | x₀) over the samples, by the exact posterior, with its standard error.
    pub confidence: (f64, f64),
    /// The spread of the samples, √(tr Cov/d); see [`spread`].
    pub spread: f64,
    /// Its standard error for a Gaussian cloud, spread/√(2·n·d).
    pub spread_se: f64,
    /// The energy distance to a true sample of p(x | y).
    pub energy: f64,
}

/// Rows that enter the energy distance; its cost grows with their square.
const ENERGY_ROWS: usize = 2000;

/// Measures the sample `x` (n, d) of class `class` against the mixture and `truth`, a sample (m, d) of p(x | y).
///
/// The energy distance compares the first 2,000 rows of both.
///
/// # Panics
/// If there is no such class or a sample has fewer than two rows.
pub fn outcome(
    x: ArrayView2<f64>,
    truth: ArrayView2<f64>,
    mixture: &Mixture,
    class: usize,
) -> Outcome {
    let data = NoiseLevel { alpha: 1.0, sigma: 0.0 };
    let p = mixture.posterior(class).log_likelihood(x, data).mapv(f64::exp).to_vec();
    let head = |v: ArrayView2<f64>| {
        v.slice_axis(Axis(0), Slice::from(..v.nrows().min(ENERGY_ROWS))).to_owned()
    };
    let spread = spread(x);
    Outcome {
        shares: shares(x, &Modes::of(mixture), class),
        confidence: mean_with_se(&p),
        spread,
        spread_se: spread / (2.0 * x.len() as f64).sqrt(),
        energy: energy_distance(head(x).view(), head(truth).view()),
    }
}
