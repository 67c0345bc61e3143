//! Weights of particles, and drawing particles by them.

use crate::score::log_sum_exp;
use ndarray::ArrayView1;

/// The number of equally weighted particles that would be worth as much, (Σw)²/Σw², from log w (n,).
///
/// Equal weights have n, a single one that counts has 1.
pub fn effective_size(log_weights: ArrayView1<f64>) -> f64 {
    let twice = log_weights.mapv(|l| 2.0 * l);
    (2.0 * log_sum_exp(log_weights) - log_sum_exp(twice.view())).exp()
}

/// log of the mean weight, log Σw/n, from log w (n,); 0 without particles.
pub fn mean_weight(log_weights: ArrayView1<f64>) -> f64 {
    if log_weights.is_empty() {
        return 0.0;
    }
    log_sum_exp(log_weights) - (log_weights.len() as f64).ln()
}

/// Systematic resampling: of n rows those in which the running sum of n·w/Σw passes u, u + 1, …, u + n − 1.
///
/// `u` is uniform in [0, 1), and log w is (n,). Row i is taken ⌊n·wᵢ/Σw⌋ or ⌈n·wᵢ/Σw⌉ times, n·wᵢ/Σw on average. Source:
/// Douc, Cappé & Moulines 2005 (cs/0507025), section 2.4.
pub fn systematic(log_weights: ArrayView1<f64>, u: f64) -> Vec<usize> {
    let each = mean_weight(log_weights);
    let copies = |row: usize| (log_weights[row] - each).exp();
    let (mut row, mut passed) = (0, copies(0));
    let mut pick = |at: f64| {
        while passed <= at && row + 1 < log_weights.len() {
            row += 1;
            passed += copies(row);
        }
        row
    };
    (0..log_weights.len()).map(|k| pick(k as f64 + u)).collect()
}
