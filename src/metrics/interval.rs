//! Intervals that hold the truth as often as one standard error does.

/// A number with the ends of its 68.3 % interval, which need not lie at equal distances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The number.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// A share of n independent trials with Wilson's interval at one standard error.
    ///
    /// ```text
    /// (p + 1/2n ± √(p(1 − p)/n + 1/4n²)) / (1 + 1/n)
    /// ```
    ///
    /// The ends are the probabilities from which the share is one standard error off. Of a share of 0 the interval is
    /// [0, 1/(n + 1)], of 1 it is [n/(n + 1), 1]: it always has a width. Shares come in steps, so how often it covers
    /// depends on n and p; over all p it is about as often as it says.
    ///
    /// # Panics
    /// If there are no trials.
    ///
    /// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    pub fn share(share: f64, n: usize) -> Self {
        assert!(n > 0, "a share of no trials");
        let n = n as f64;
        let centre = (share + 0.5 / n) / (1.0 + 1.0 / n);
        let half = (share * (1.0 - share) / n + 0.25 / (n * n)).sqrt() / (1.0 + 1.0 / n);
        Interval {
            value: share,
            low: if share == 0.0 { 0.0 } else { centre - half },
            high: if share == 1.0 { 1.0 } else { centre + half },
        }
    }

    /// The share of `hits` that are true.
    ///
    /// # Panics
    /// If there are none.
    pub fn of_hits(hits: impl IntoIterator<Item = bool>) -> Self {
        let (mut n, mut yes) = (0_usize, 0_usize);
        hits.into_iter().for_each(|hit| {
            n += 1;
            yes += usize::from(hit);
        });
        assert!(n > 0, "a share of no trials");
        Interval::share(yes as f64 / n as f64, n)
    }

    /// The value and half of the width, the bar of a figure: of a share far from 0 and 1 its standard error.
    pub fn pair(&self) -> (f64, f64) {
        (self.value, self.half())
    }

    /// Half of its width.
    pub fn half(&self) -> f64 {
        0.5 * (self.high - self.low)
    }
}

impl From<(f64, f64)> for Interval {
    /// A value ± one standard error.
    fn from((value, se): (f64, f64)) -> Self {
        Interval { value, low: value - se, high: value + se }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libm::lgamma;

    #[test]
    fn its_ends_are_one_standard_error_from_the_share() {
        for (hits, n) in [(0, 7), (1, 7), (35, 70), (997, 1000), (1000, 1000)] {
            let share = hits as f64 / n as f64;
            let Interval { low, high, .. } = Interval::share(share, n);
            let off = |p: f64| (share - p).powi(2) - p * (1.0 - p) / n as f64;
            assert!(off(low).abs() < 1e-15 && off(high).abs() < 1e-15, "{hits} of {n}");
            assert!(low <= share && share <= high && low < high);
            assert!(off(0.999 * high - 1e-4).abs() > 1e-9, "the wrong twin passed");
        }
        assert_eq!(Interval::of_hits([true, false, true, true]).value, 0.75);
    }

    /// How often an interval of n trials holds p, by the binomial.
    fn covered(p: f64, n: usize, interval: impl Fn(f64) -> (f64, f64)) -> f64 {
        let log = |k: f64| lgamma(n as f64 + 1.0) - lgamma(k + 1.0) - lgamma(n as f64 - k + 1.0);
        let mass = |k: f64| (log(k) + k * p.ln() + (n as f64 - k) * (1.0 - p).ln()).exp();
        let holds = |k: &f64| {
            let (low, high) = interval(k / n as f64);
            (low..=high).contains(&p)
        };
        (0..=n).map(|k| k as f64).filter(holds).map(mass).sum()
    }

    #[test]
    fn it_covers_as_often_as_it_says_where_the_normal_one_does_not() {
        let n = 50;
        let places: Vec<f64> = (1..=200).map(|i| i as f64 / 2000.0).collect(); // p up to a tenth
        let mean = |interval: &dyn Fn(f64) -> (f64, f64)| {
            places.iter().map(|p| covered(*p, n, interval)).sum::<f64>() / places.len() as f64
        };
        let wilson = mean(&|share| {
            let Interval { low, high, .. } = Interval::share(share, n);
            (low, high)
        });
        let normal = mean(&|share| {
            let se = (share * (1.0 - share) / n as f64).sqrt();
            (share - se, share + se)
        });
        assert!((wilson - 0.683).abs() < 0.03, "{wilson}");
        assert!((normal - 0.683).abs() > 0.03, "the wrong twin passed: {normal}");
    }
}
