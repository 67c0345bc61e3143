//! The rows about samples beside the exact distribution that they should have.

use super::metric_rows::{At, Rows};
use crate::observed::Observed;
use ndarray::{ArrayView2, Axis};
use scorelab::Result;
use scorelab::metrics::{
    ENERGY_ROWS, Modes, Support, Verdict, chi_square, drawn_mode_counts, energy_rows,
    energy_with_se, entropy, mean_with_se, outcome, spread_with_se,
};
use scorelab::mixture::Mixture;
use scorelab::rng::Purpose;

/// Neighbours of the entropy.
const NEIGHBOURS: usize = 4;
/// The share of the distribution that its support holds, and the draws by which it is found.
const SUPPORT: (f64, usize) = (0.999, 100_000);

/// Samples of a class beside true ones.
pub fn of_class(
    rows: &mut Rows,
    at: At,
    (x, truth): (ArrayView2<f64>, ArrayView2<f64>),
    (mixture, class): (&Mixture, usize),
) {
    let found = outcome(x, truth, mixture, class);
    for (name, verdict) in [
        ("target_share", Verdict::Target),
        ("other_share", Verdict::Other),
        ("hybrid_share", Verdict::Hybrid),
        ("overshoot_share", Verdict::Overshoot),
    ] {
        rows.share(at, name, found.shares.interval(verdict));
    }
    rows.add(at, "posterior", found.confidence);
    rows.add(at, "energy", (found.energy, found.energy_se));
}

/// The energy distance of the first rows.
pub fn energy(x: ArrayView2<f64>, truth: ArrayView2<f64>) -> (f64, f64) {
    energy_with_se(energy_rows(x), energy_rows(truth))
}

/// Whether samples came from each mode as often as they should.
pub fn modes(rows: &mut Rows, at: At, x: ArrayView2<f64>, mixture: &Mixture, seed: u64) {
    tested(rows, at, &drawn_mode_counts(x, &Modes::of(mixture), seed), mixture.weights());
}

/// Whether counts are what weights make likely.
fn tested(rows: &mut Rows, at: At, counts: &[usize], weights: &[f64]) {
    let test = chi_square(counts, weights);
    rows.alone(at.0, "chi_square", test.statistic.into());
    rows.alone(at.0, "chi_square_p", test.p_value.into());
}

/// Samples beside those that are exact given what is observed, p(x)·p(y | x)^γ.
///
/// # Errors
/// As [`Observed::posterior`].
pub fn observed(
    rows: &mut Rows,
    at: At,
    x: ArrayView2<f64>,
    observed: &Observed,
    seed: u64,
) -> Result<()> {
    let exact = observed.posterior(at.0.unwrap_or(1.0))?;
    let truth = exact.sample(ENERGY_ROWS, seed, Purpose::Reference).x;
    rows.add(at, "energy", energy(x, truth.view()));
    // p(k | x) is the same before and after the observation, for y tells of k no more than x does
    let counts = drawn_mode_counts(x, &Modes::of(&observed.of_scene().prior), seed);
    let (counts, weights) = pooled(&counts, exact.weights(), x.nrows());
    tested(rows, at, &counts, &weights);
    let miss = observed.observation.miss(x);
    let lengths: Vec<f64> = miss.outer_iter().map(|row| row.dot(&row).sqrt()).collect();
    rows.add(at, "miss", mean_with_se(&lengths));
    Ok(())
}

/// Counts and weights of n samples, those of which fewer than five are expected taken together as the last.
fn pooled(counts: &[usize], weights: &[f64], n: usize) -> (Vec<usize>, Vec<f64>) {
    let (mut kept, mut rest) = ((Vec::new(), Vec::new()), (0, 0.0));
    for (count, weight) in counts.iter().zip(weights) {
        if n as f64 * weight < 5.0 {
            rest = (rest.0 + count, rest.1 + weight);
        } else {
            kept.0.push(*count);
            kept.1.push(*weight);
        }
    }
    kept.0.push(rest.0);
    kept.1.push(rest.1);
    kept
}

/// How many samples lie where the distribution is not.
pub fn support(rows: &mut Rows, at: At, x: ArrayView2<f64>, mixture: &Mixture, seed: u64) {
    let support = Support::of(mixture, SUPPORT.0, SUPPORT.1, seed);
    rows.share(at, "off_support_share", support.missed(x));
}

/// How widely samples lie.
///
/// Samples that lie flat, some coordinates being known, have no entropy.
pub fn extent(rows: &mut Rows, at: At, x: ArrayView2<f64>, observed: Option<&Observed>) {
    rows.add(at, "spread", spread_with_se(x));
    if observed.is_some_and(|observed| observed.observation.tolerance() == 0.0) {
        return;
    }
    let h = entropy(x, NEIGHBOURS);
    rows.add(at, "entropy", (h.nats, h.se));
}

/// The mean of each coordinate beside the exact one.
pub fn means(rows: &mut Rows, x: ArrayView2<f64>, mixture: &Mixture) {
    for (j, (own, exact)) in x.axis_iter(Axis(1)).zip(mixture.mean()).enumerate() {
        rows.mean(j + 1, mean_with_se(&own.to_vec()), exact);
    }
}
