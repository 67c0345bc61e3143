//! The coverage law: an interval holds the truth as often as it says.
//!
//! Every number that is printed with ± and whose truth is known exactly is drawn anew for each of `SCORELAB_SEEDS` seeds (40);
//! how often its interval held is bounded by the binomial, at 10⁻⁴ for each number. `--nocapture` prints the table.

mod numbers;
mod verdicts;

use libm::lgamma;
use scorelab::metrics::Interval;
use std::collections::BTreeMap;

/// How often a number's law is violated by chance.
const CHANCE: f64 = 1e-4;
/// P(|N(0, 1)| ≤ 1).
const ONE_SE: f64 = 0.682_689_492_137_086;

/// How many seeds; the nightly run takes more.
pub fn seeds() -> u64 {
    std::env::var("SCORELAB_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(40)
}

/// How often an interval is to hold.
#[derive(Clone, Copy, Debug)]
pub enum Nominal {
    /// As often as this.
    Exactly(f64),
    /// At least as often: the law of the number is known to be narrower within one standard error than a normal one's.
    AtLeast(f64),
}

/// One number of one seed.
pub struct Said {
    pub name: &'static str,
    pub interval: Interval,
    pub truth: f64,
    pub nominal: Nominal,
}

impl Said {
    pub fn new(name: &'static str, value: (f64, f64), truth: f64) -> Said {
        Said { name, interval: value.into(), truth, nominal: Nominal::Exactly(ONE_SE) }
    }

    /// A number that is to hold at least as often.
    pub fn least(name: &'static str, value: (f64, f64), truth: f64) -> Said {
        Said { nominal: Nominal::AtLeast(ONE_SE), ..Said::new(name, value, truth) }
    }

    /// A share of n trials of probability `truth`: its interval holds as often as the binomial has it.
    pub fn share(name: &'static str, interval: Interval, n: usize, truth: f64) -> Said {
        Said { name, interval, truth, nominal: Nominal::Exactly(share_covers(truth, n)) }
    }
}

/// P(Binomial(n, p) = k).
fn mass(k: usize, n: usize, p: f64) -> f64 {
    let [n, k] = [n, k].map(|v| v as f64);
    let ways = lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
    (ways + k * p.ln() + (n - k) * (1.0 - p).ln()).exp()
}

/// How often the interval of a share of n trials holds p.
fn share_covers(p: f64, n: usize) -> f64 {
    let holds = |k: &usize| {
        let Interval { low, high, .. } = Interval::share(*k as f64 / n as f64, n);
        (low..=high).contains(&p)
    };
    (0..=n).filter(holds).map(|k| mass(k, n, p)).sum()
}

/// Whether so many of n agree with what is nominal, but for a chance of 10⁻⁴.
pub fn plausible(held: usize, n: usize, nominal: Nominal) -> bool {
    let tail = |range: std::ops::RangeInclusive<usize>, p: f64| -> f64 {
        range.map(|k| mass(k, n, p)).sum()
    };
    match nominal {
        Nominal::Exactly(p) => tail(0..=held, p) > 0.5 * CHANCE && tail(held..=n, p) > 0.5 * CHANCE,
        Nominal::AtLeast(p) => tail(0..=held, p) > CHANCE,
    }
}

/// Counts how often each number held over all seeds: (name, nominal, held).
pub fn count(seeds: u64, of: impl Fn(u64) -> Vec<Said>) -> Vec<(&'static str, Nominal, usize)> {
    let mut found: BTreeMap<&'static str, (Nominal, usize)> = BTreeMap::new();
    for said in (0..seeds).flat_map(of) {
        let Interval { low, high, .. } = said.interval;
        let entry = found.entry(said.name).or_insert((said.nominal, 0));
        entry.1 += usize::from((low..=high).contains(&said.truth));
    }
    found.into_iter().map(|(name, (nominal, held))| (name, nominal, held)).collect()
}

#[test]
fn the_bound_tells_a_coverage_of_a_third_from_one_of_two_thirds() {
    assert!(plausible(27, 40, Nominal::Exactly(ONE_SE)));
    assert!(!plausible(13, 40, Nominal::Exactly(ONE_SE)), "too few");
    assert!(!plausible(40, 40, Nominal::Exactly(ONE_SE)), "too many");
    assert!(plausible(40, 40, Nominal::AtLeast(ONE_SE)));
    let sum: f64 = (0..=40).map(|k| mass(k, 40, 0.3)).sum();
    assert!((sum - 1.0).abs() < 1e-12);
}
