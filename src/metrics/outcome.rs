//! What became of a guided sample, in one row of a table.

use super::{Modes, Shares, energy_with_se, mean_with_se, shares, spread_with_se};
use crate::mixture::Mixture;
use crate::noise::NoiseLevel;
use crate::score::Likelihood;
use ndarray::{ArrayView2, Axis};

/// Everything the tables say of a sample that was steered towards one class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Where the samples ended.
    pub shares: Shares,
    /// The mean of p(y | x₀) over the samples, by the exact posterior, with its standard error.
    pub confidence: (f64, f64),
    /// The spread of the samples, √(tr Cov/d); see [`spread`](super::spread).
    pub spread: f64,
    /// Its standard error; see [`spread_with_se`].
    pub spread_se: f64,
    /// The energy distance to a true sample of p(x | y).
    pub energy: f64,
    /// Its standard error; see [`energy_with_se`].
    pub energy_se: f64,
}

/// Rows that enter the energy distance; its cost grows with their square.
pub const ENERGY_ROWS: usize = 2000;

/// The rows (n, d) that enter an energy distance: the first 2,000.
pub fn energy_rows(x: ArrayView2<f64>) -> ArrayView2<f64> {
    let n = x.nrows().min(ENERGY_ROWS);
    x.split_at(Axis(0), n).0
}

/// Measures a sample `x` (n, d) of a class against the mixture and `truth`, a sample (m, d) of p(x | y).
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
    let (spread, spread_se) = spread_with_se(x);
    let (energy, energy_se) = energy_with_se(energy_rows(x), energy_rows(truth));
    Outcome {
        shares: shares(x, &Modes::of(mixture), class),
        confidence: mean_with_se(&p),
        spread,
        spread_se,
        energy,
        energy_se,
    }
}
