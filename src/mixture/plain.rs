//! A mixture's exact answers as their formulas say them, for one point in any dimension: what there is to understand.
//!
//! ```text
//! p_t(x) = Σₖ πₖ N(x; mₖ, Cₖ),   mₖ = α·μₖ,   Cₖ = α²Σₖ + σ²I
//! ```
//!
//! which is a mixture again, [`Mixture::noised`]. The methods of [`Mixture`] answer for many points at once, at one level or
//! at one for each, and faster; the tests hold their answers to these.

use super::Mixture;
use crate::linalg::{cholesky, log_det, solve};
use crate::noise::NoiseLevel;
use ndarray::{Array1, Array2, ArrayView1, Axis};
use std::f64::consts::TAU;

/// log πₖ N(x; mₖ, Cₖ) of every component (K), and their scores vₖ = Cₖ⁻¹(mₖ − x), which pull x towards them (K, d).
fn components(p_t: &Mixture, x: ArrayView1<f64>) -> (Array1<f64>, Array2<f64>) {
    let mut logs = Array1::zeros(p_t.weights.len());
    let mut pulls = Array2::zeros(p_t.means.raw_dim());
    for (k, cov) in p_t.covs().iter().enumerate() {
        let lower = cholesky(cov); // Cₖ = L·Lᵀ
        let away = &p_t.means.row(k) - &x;
        let pull = solve(&lower, away.clone());
        let square = away.dot(&pull); // (mₖ − x)ᵀ·Cₖ⁻¹·(mₖ − x)
        let log_scale = log_det(&lower) + x.len() as f64 * TAU.ln(); // log det(2π·Cₖ)
        logs[k] = p_t.weights[k].ln() - 0.5 * (square + log_scale);
        pulls.row_mut(k).assign(&pull);
    }
    (logs, pulls)
}

/// log Σₖ exp lₖ, by its largest term, so that nothing overflows.
fn log_sum_exp(logs: &Array1<f64>) -> f64 {
    let top = logs.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    top + (logs - top).mapv(f64::exp).sum().ln()
}

/// exp lₖ/Σⱼ exp lⱼ.
fn softmax(logs: &Array1<f64>) -> Array1<f64> {
    (logs - log_sum_exp(logs)).mapv(f64::exp)
}

/// log p_t(x): `x` (d) → one number.
///
/// ```text
/// log p_t(x) = log Σₖ πₖ N(x; mₖ, Cₖ)
/// ```
pub fn log_density(mixture: &Mixture, x: ArrayView1<f64>, level: NoiseLevel) -> f64 {
    let (logs, _) = components(&mixture.noised(level), x);
    log_sum_exp(&logs)
}

/// rₖ, the probability that x came from component k: `x` (d) → (K), sums to one.
///
/// ```text
/// rₖ = πₖ N(x; mₖ, Cₖ)/p_t(x)
/// ```
pub fn responsibilities(mixture: &Mixture, x: ArrayView1<f64>, level: NoiseLevel) -> Array1<f64> {
    let (logs, _) = components(&mixture.noised(level), x);
    softmax(&logs)
}

/// The score: `x` (d) → (d).
///
/// ```text
/// ∇ₓ log p_t(x) = Σₖ rₖ·vₖ,   vₖ = Cₖ⁻¹(mₖ − x)
/// ```
///
/// The derivative of the logarithm of a sum is the mean of the terms' own, each by its share. With one component it is the
/// linear field −C⁻¹(x − m).
pub fn score(mixture: &Mixture, x: ArrayView1<f64>, level: NoiseLevel) -> Array1<f64> {
    let (logs, pulls) = components(&mixture.noised(level), x);
    softmax(&logs).dot(&pulls)
}

/// P(y | x_t = x) of every class: `x` (d) → (classes), sums to one.
///
/// ```text
/// P(y | x) = Σ rₖ over the components of class y
/// ```
pub fn class_probabilities(
    mixture: &Mixture,
    x: ArrayView1<f64>,
    level: NoiseLevel,
) -> Array1<f64> {
    let mut p = Array1::zeros(mixture.classes);
    let resp = responsibilities(mixture, x, level);
    resp.iter().zip(mixture.labels()).for_each(|(r, y)| p[*y] += r);
    p
}

/// log P(y | x_t = x) of one class, by Bayes' rule: `x` (d) → one number.
///
/// ```text
/// log P(y | x) = log P(y) + log p_t(x | y) − log p_t(x)
/// ```
///
/// # Panics
/// If there is no such class.
pub fn log_posterior(
    mixture: &Mixture,
    class: usize,
    x: ArrayView1<f64>,
    level: NoiseLevel,
) -> f64 {
    let given = log_density(&mixture.given(class), x, level);
    mixture.class_weights()[class].ln() + given - log_density(mixture, x, level)
}

/// ∇ₓ log P(y | x_t = x), the exact classifier's gradient, by which guidance steers: `x` (d) → (d).
///
/// ```text
/// ∇ₓ log P(y | x) = ∇ₓ log p_t(x | y) − ∇ₓ log p_t(x)
/// ```
///
/// P(y) does not depend on x, so its gradient is 0. Source: Dhariwal & Nichol 2021 (2105.05233), section 4.
///
/// # Panics
/// If there is no such class.
pub fn grad_log_posterior(
    mixture: &Mixture,
    class: usize,
    x: ArrayView1<f64>,
    level: NoiseLevel,
) -> Array1<f64> {
    score(&mixture.given(class), x, level) - score(mixture, x, level)
}

/// The Jacobian of the score, the Hessian of log p_t: `x` (d) → (d, d).
///
/// ```text
/// J = Σₖ rₖ·((vₖ − s)(vₖ − s)ᵀ − Cₖ⁻¹),   s = Σₖ rₖ·vₖ
/// ```
///
/// How much the components disagree, less what each of them falls off.
pub fn jacobian(mixture: &Mixture, x: ArrayView1<f64>, level: NoiseLevel) -> Array2<f64> {
    let p_t = mixture.noised(level);
    let (logs, pulls) = components(&p_t, x);
    let resp = softmax(&logs);
    let off = &pulls - &resp.dot(&pulls); // vₖ − s
    let mut sum = off.t().dot(&(&off * &resp.view().insert_axis(Axis(1))));
    for (r, cov) in resp.iter().zip(p_t.covs()) {
        let lower = cholesky(cov);
        for (i, unit) in Array2::<f64>::eye(x.len()).outer_iter().enumerate() {
            sum.row_mut(i).scaled_add(-r, &solve(&lower, unit.to_owned())); // a row of Cₖ⁻¹
        }
    }
    sum
}
