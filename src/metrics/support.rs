//! The support of an exact distribution, and how many samples miss it.

use super::Interval;
use crate::mixture::Mixture;
use crate::noise::NoiseLevel;
use crate::rng::Purpose;
use ndarray::ArrayView2;

/// The smallest region that holds a given share of a mixture: where its density is above a floor.
///
/// ```text
/// {x : log p(x) ≥ ℓ},   P(log p(X) ≥ ℓ) = share
/// ```
///
/// It follows the finest twig of a distribution, which a distance to the nearest mode does not. Source: Hyndman 1996,
/// "Computing and graphing highest density regions".
#[derive(Debug, Clone, Copy)]
pub struct Support<'a> {
    mixture: &'a Mixture,
    floor: f64,
}

/// The data themselves.
const CLEAN: NoiseLevel = NoiseLevel { alpha: 1.0, sigma: 0.0 };

impl<'a> Support<'a> {
    /// The region that holds `share` of the mixture; its floor is that quantile of log p over `n` exact draws.
    ///
    /// # Panics
    /// If `n` is 0 or `share` is not between 0 and 1.
    pub fn of(mixture: &'a Mixture, share: f64, n: usize, seed: u64) -> Self {
        assert!(n > 0 && (0.0..=1.0).contains(&share), "a share of some draws");
        let draws = mixture.sample(n, seed, Purpose::Reference).x;
        let mut logs = mixture.log_density(draws.view(), CLEAN).to_vec();
        logs.sort_by(f64::total_cmp);
        Support { mixture, floor: logs[(((1.0 - share) * n as f64) as usize).min(n - 1)] }
    }

    /// Whether each sample lies in the region: (n, d) → (n,). A row that is not finite does not.
    pub fn holds(&self, x: ArrayView2<f64>) -> Vec<bool> {
        self.mixture.log_density(x, CLEAN).iter().map(|l| *l >= self.floor).collect()
    }

    /// The share of the samples outside, with its interval: (n, d).
    ///
    /// Exact samples miss it in 1 − `share` of all cases.
    ///
    /// # Panics
    /// If there are no samples.
    pub fn missed(&self, x: ArrayView2<f64>) -> Interval {
        Interval::of_hits(self.holds(x).into_iter().map(|held| !held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_support_of_a_gaussian_is_the_disc_of_its_share() {
        let sd = 0.5;
        let gaussian = Mixture::isotropic(vec![1.0], array![[1.0, -2.0]], &[sd], vec![0]).unwrap();
        let support = Support::of(&gaussian, 0.9, 100_000, 3);
        let radius = sd * (-2.0 * 0.1f64.ln()).sqrt(); // e^(−r²/2sd²) = 0.1
        let at = |r: f64| support.holds(array![[1.0 + r, -2.0], [1.0, -2.0 - r]].view());
        assert_eq!(at(0.99 * radius), [true; 2]);
        assert_eq!(at(1.01 * radius), [false; 2]);
        assert_eq!(support.holds(array![[f64::NAN, 0.0]].view()), [false]);
        let draws = gaussian.sample(20_000, 4, Purpose::Data).x;
        let missed = support.missed(draws.view());
        assert!((missed.value - 0.1).abs() < 5.0 * missed.half(), "{missed:?}");
        let twin = support.missed((draws * 1.1).view());
        assert!((twin.value - 0.1).abs() > 5.0 * missed.half(), "the wrong twin passed");
    }
}
