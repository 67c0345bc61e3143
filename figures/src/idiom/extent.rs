//! Ranges of axes.

use scorelab::mixture::Mixture;

/// The least and the largest of some numbers; (∞, −∞) of none.
pub(crate) fn extent(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    reaching((f64::INFINITY, f64::NEG_INFINITY), values)
}

/// A range widened until it holds these numbers too.
pub(crate) fn reaching(range: (f64, f64), values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    values.into_iter().fold(range, |(low, high), v| (low.min(v), high.max(v)))
}

/// The range that holds every component of a mixture to this many standard deviations, along one coordinate.
pub(crate) fn mixture_extent(mixture: &Mixture, axis: usize, sds: f64) -> (f64, f64) {
    let means = mixture.means().column(axis).to_vec();
    extent(means.into_iter().zip(mixture.covs()).flat_map(|(mean, cov)| {
        let reach = sds * cov[[axis, axis]].sqrt();
        [mean - reach, mean + reach]
    }))
}
