//! Numbers as a slide shows them.

use scorelab::metrics::Interval;
use scorelab::noise::NoiseLevel;
pub(crate) use scorelab::number::count;
use scorelab::number::{self, significant};

/// A share in per cent with its interval, `25.1 ± 0.7 %`.
pub(crate) fn percent(Interval { value, low, high }: Interval) -> String {
    number::percent(value, low, high) + " %"
}

/// A share and its interval in per cent.
pub(crate) fn in_percent(share: Interval) -> Interval {
    let [value, low, high] = [share.value, share.low, share.high].map(|v| 100.0 * v);
    Interval { value, low, high }
}

/// A number without an error, to at most three decimals: `3.2·10⁻¹⁶`.
pub(crate) fn tiny(v: f64) -> String {
    if v == 0.0 || (1e-3..1e4).contains(&v.abs()) {
        return format!("{v:.3}").trim_end_matches('0').trim_end_matches('.').to_string();
    }
    significant(v, 2)
}

/// σ/α of a level: two decimals, or two digits where those say nothing.
pub(crate) fn ratio(level: NoiseLevel) -> String {
    decimals(level.ratio())
}

/// A number near 1, to two decimals; far below or above, to two digits.
pub(crate) fn decimals(v: f64) -> String {
    if (0.095..1e4).contains(&v.abs()) { format!("{v:.2}") } else { significant(v, 2) }
}

/// A number to the place of its error's second digit.
pub(crate) fn rounded(value: f64, se: f64) -> String {
    let digits = if se > 0.0 { (1.0 - se.log10().floor()).clamp(0.0, 12.0) } else { 2.0 };
    format!("{value:.*}", digits as usize)
}
