//! How far samples of a posterior miss what was observed, in law.

use ndarray::{Array2, ArrayView1, ArrayView2};
use scorelab::condition::Observation;
use scorelab::mixture::{MeasuredEach, Mixture};

/// By how many standard errors samples zᵢ of the posteriors p(z | yᵢ) miss what was observed further than their law says.
///
/// ```text
/// (Σᵢ qᵢ − E qᵢ)/√(Σᵢ Var qᵢ),   qᵢ = |yᵢ − A·zᵢ|²
/// ```
///
/// Of exact samples it is near a standard normal number. `z` (n, d), the observations (n, m) and as many posteriors.
pub fn miss_in_standard_errors(seen: &Observation, law: &MeasuredEach, z: ArrayView2<f64>) -> f64 {
    let posteriors = law.posteriors();
    let spreads: Vec<Array2<f64>> =
        posteriors[0].covs().iter().map(|cov| seen.map().dot(cov).dot(&seen.map().t())).collect();
    let misses = seen.miss(z);
    let (mut off, mut variance) = (0.0, 0.0);
    for ((miss, y), posterior) in
        misses.outer_iter().zip(seen.values().outer_iter()).zip(posteriors)
    {
        let (mean, own) = moments(seen, &spreads, y, posterior);
        off += miss.dot(&miss) - mean;
        variance += own;
    }
    off / variance.sqrt()
}

/// E q and Var q of q = |y − A·z|² under a mixture of z, of which each component makes y − A·z normal: N(b, S).
///
/// ```text
/// E q = |b|² + tr S,   Var q = 2·tr S² + 4·bᵀ·S·b   of a component
/// ```
fn moments(
    seen: &Observation,
    spreads: &[Array2<f64>],
    y: ArrayView1<f64>,
    mixture: &Mixture,
) -> (f64, f64) {
    let (mut mean, mut square) = (0.0, 0.0);
    for ((weight, own), s) in
        mixture.weights().iter().zip(mixture.means().outer_iter()).zip(spreads)
    {
        let b = &y - &seen.map().dot(&own);
        let m = b.dot(&b) + s.diag().sum();
        let v = 2.0 * s.iter().map(|s| s * s).sum::<f64>() + 4.0 * b.dot(&s.dot(&b));
        mean += weight * m;
        square += weight * (v + m * m);
    }
    (mean, square - mean * mean)
}
