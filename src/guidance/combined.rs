//! Several scores in one: AND, NOT, a plain sum, OR.

use crate::noise::NoiseLevel;
use crate::score::{LogDensity, ScoreFn, log_sum_exp};
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

/// Several conditions at once: AND with positive weights, NOT with negative ones.
///
/// ```text
/// s = s_u + Σᵢ wᵢ·(sᵢ − s_u),   the score of p^(1 − Σw)·Πᵢ pᵢ^wᵢ at σ = 0
/// ```
///
/// One term of weight γ is [`Guided`](super::Guided); no terms, or weights of 0, are `base`. Where a negation leaves nothing to
/// normalise, [`Tilt::warning`](crate::mixture::Tilt::warning) says so. Source: Liu et al. 2022 (2206.01714), eq. 11 and 13.
#[derive(Debug, Clone)]
pub struct Composed<B, T> {
    /// The unconditional score s_u.
    pub base: B,
    /// wᵢ and sᵢ of each condition.
    pub terms: Vec<(f64, T)>,
}

impl<B: ScoreFn, T: ScoreFn> ScoreFn for Composed<B, T> {
    fn dim(&self) -> usize {
        self.base.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let s_u = self.base.score(x, level);
        let mut s = s_u.clone();
        for (w, term) in self.terms.iter().filter(|(w, _)| *w != 0.0) {
            let s_i = term.score(x, level);
            Zip::from(&mut s).and(&s_i).and(&s_u).for_each(|s, c, u| *s += w * (c - u));
        }
        s
    }
}

/// A weighted sum of scores, whatever the weights.
///
/// ```text
/// s = Σᵢ wᵢ·sᵢ,   the score of Πᵢ pᵢ^wᵢ at σ = 0
/// ```
///
/// Weights of 1 are a product of experts. The weights (1 − γ, γ) of s_u and s_c are [`Guided`](super::Guided); a single
/// weight above 1 sharpens, one below 1 flattens (at σ = 0 it is one over a temperature). A weight of 0 asks nothing. Where
/// the weights do not sum to one, neither do the pulls towards the data: at high noise s tends to −Σw·x/σ². Source: Du et
/// al. 2023 (2302.11552), products.
///
/// # Panics
/// When asked for anything, if there are no terms.
#[derive(Debug, Clone)]
pub struct Sum<T> {
    /// wᵢ and sᵢ.
    pub terms: Vec<(f64, T)>,
}

impl<T: ScoreFn> ScoreFn for Sum<T> {
    fn dim(&self) -> usize {
        common_dim(&self.terms)
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut s = Array2::zeros((x.nrows(), self.dim()));
        for (w, term) in self.terms.iter().filter(|(w, _)| *w != 0.0) {
            s.scaled_add(*w, &term.score(x, level));
        }
        s
    }
}

/// Any of several distributions: OR, the score of their mixture.
///
/// ```text
/// s = ∇ₓ log Σᵢ wᵢ·pᵢ(x) = Σᵢ rᵢ(x)·sᵢ(x),   rᵢ = wᵢ·pᵢ(x) / Σⱼ wⱼ·pⱼ(x)
/// ```
///
/// Unlike a product, a mixture commutes with the noise: if every pᵢ is noised, so is their mixture, and samples at σ = 0
/// are of it. The rᵢ are formed with log-sum-exp. The classes of a mixture, weighted by their priors, are the mixture; one
/// term is that term. The weights need not sum to one; the score does not feel their sum, the log density does. A network's
/// score has no log density and cannot stand here. Source: Du et al. 2023 (2302.11552), mixtures.
///
/// # Panics
/// When asked for anything, if there are no terms, or a weight is not above 0.
#[derive(Debug, Clone)]
pub struct AnyOf<T> {
    /// wᵢ > 0 and pᵢ.
    pub terms: Vec<(f64, T)>,
}

impl<T: LogDensity> AnyOf<T> {
    /// log wᵢ·pᵢ(x) of every term: (n, terms).
    fn logs(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut logs = Array2::zeros((x.nrows(), self.terms.len()));
        for ((w, p), mut log) in self.terms.iter().zip(logs.columns_mut()) {
            assert!(*w > 0.0, "a weight of {w}, not above 0");
            log.assign(&(p.log_density(x, level) + w.ln()));
        }
        logs
    }
}

impl<T: LogDensity> ScoreFn for AnyOf<T> {
    fn dim(&self) -> usize {
        common_dim(&self.terms)
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut s = Array2::zeros((x.nrows(), self.dim()));
        let mut resp = self.logs(x, level); // (n, terms)
        for mut row in resp.outer_iter_mut() {
            let total = log_sum_exp(row.view());
            row.mapv_inplace(|log| (log - total).exp());
        }
        for ((_, p), r) in self.terms.iter().zip(resp.columns()) {
            s += &(p.score(x, level) * r.insert_axis(Axis(1)));
        }
        s
    }
}

impl<T: LogDensity> LogDensity for AnyOf<T> {
    fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        self.logs(x, level).outer_iter().map(log_sum_exp).collect()
    }
}

/// The dimension of all terms.
fn common_dim<T: ScoreFn>(terms: &[(f64, T)]) -> usize {
    terms.first().expect("at least one term").1.dim()
}
