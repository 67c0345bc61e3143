//! The rows about samples beside the exact distribution that they should have.

use super::metric_rows::{At, Rows};
use ndarray::{ArrayView2, Axis};
use scorelab::metrics::{
    Modes, Support, Verdict, chi_square, drawn_mode_counts, energy_rows, energy_with_se, entropy,
    mean_with_se, outcome, spread_with_se,
};
use scorelab::mixture::Mixture;

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
    let counts = drawn_mode_counts(x, &Modes::of(mixture), seed);
    let test = chi_square(&counts, mixture.weights());
    rows.alone(at.0, "chi_square", test.statistic.into());
    rows.alone(at.0, "chi_square_p", test.p_value.into());
}

/// How many samples lie where the distribution is not.
pub fn support(rows: &mut Rows, at: At, x: ArrayView2<f64>, mixture: &Mixture, seed: u64) {
    let support = Support::of(mixture, SUPPORT.0, SUPPORT.1, seed);
    rows.share(at, "off_support_share", support.missed(x));
}

/// How widely samples lie.
pub fn extent(rows: &mut Rows, at: At, x: ArrayView2<f64>) {
    rows.add(at, "spread", spread_with_se(x));
    let h = entropy(x, NEIGHBOURS);
    rows.add(at, "entropy", (h.nats, h.se));
}

/// The mean of each coordinate beside the exact one.
pub fn means(rows: &mut Rows, x: ArrayView2<f64>, mixture: &Mixture) {
    for (j, (own, exact)) in x.axis_iter(Axis(1)).zip(mixture.mean()).enumerate() {
        rows.mean(j + 1, mean_with_se(&own.to_vec()), exact);
    }
}
