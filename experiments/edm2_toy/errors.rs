//! What two networks err at the same points, and whether they err the same way.

use ndarray::{Array1, Array2, Axis, concatenate};
use scorelab::metrics::mean_with_se;
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;

/// What a network and its guide err, e = σ·(s − s*) where s* is the exact score, at the same points: (n, d) each.
pub struct Errors {
    own: Array2<f64>,
    guide: Array2<f64>,
}

impl Errors {
    /// At `n` draws of p_σ at each σ.
    pub fn of(
        [own, guide]: [&dyn ScoreFn; 2],
        truth: &Mixture,
        sigmas: &[f64],
        n: usize,
        seed: u64,
    ) -> Errors {
        let mut all = [own, guide].map(|_| Array2::zeros((0, truth.dim())));
        for level in sigmas.iter().map(|sigma| NoiseLevel::ve(*sigma)) {
            let x = truth.noised(level).sample(n, seed, Purpose::Reference).x;
            let exact = truth.score(x.view(), level);
            for (all, score) in all.iter_mut().zip([own, guide]) {
                let errors = (score.score(x.view(), level) - &exact) * level.sigma;
                *all = concatenate![Axis(0), *all, errors];
            }
        }
        let [own, guide] = all;
        Errors { own, guide }
    }

    /// √E|e|²/d of the network and of its guide.
    pub fn sizes(&self) -> [f64; 2] {
        [&self.own, &self.guide].map(|e| (e * e).mean().expect("draws").sqrt())
    }

    /// E⟨e, e_w⟩/√(E|e|²·E|e_w|²), e_w being the guide's, with its standard error by the delta method.
    pub fn cosine(&self) -> (f64, f64) {
        let of = |a: &Array2<f64>, b: &Array2<f64>| -> Array1<f64> { (a * b).sum_axis(Axis(1)) };
        let mean = |v: &Array1<f64>| v.mean().expect("draws");
        let (own, guide) = (of(&self.own, &self.own), of(&self.guide, &self.guide));
        let both = of(&self.own, &self.guide) / (mean(&own) * mean(&guide)).sqrt();
        let cosine = mean(&both);
        let squares = &own / mean(&own) + &guide / mean(&guide);
        mean_with_se(&(both + (1.0 - 0.5 * squares) * cosine).to_vec())
    }

    /// The γ at which s_w + γ·(s − s_w) errs least, 1 + E⟨e, e_w − e⟩/E|e_w − e|² = 1 + r·(ρ − r)/(1 − 2ρr + r²), ρ being the cosine
    /// and r the network's error over the guide's: above 1 where ρ > r, the guide errs the same way and more, and within
    /// 1/(1 + r) … 1/(1 − r) for any ρ if r < 1.
    ///
    /// Not a number if the two are one network.
    pub fn nearest(&self) -> f64 {
        let gap = &self.guide - &self.own;
        1.0 + (&self.own * &gap).sum() / (&gap * &gap).sum()
    }
}
