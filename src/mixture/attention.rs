//! The denoiser of a mixture whose components are alike and round, as what it is: attention to the components.

use super::Mixture;
use crate::noise::NoiseLevel;
use crate::score::{ScoreFn, log_sum_exp, score_of_denoised};
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};
use std::sync::Arc;

/// Entries of a covariance this far off, relative to its variance, are rounding.
const ROUNDING: f64 = 1e-12;

/// Cross-attention of a noisy point to the components of a mixture whose covariances are all s²I: the exact denoiser.
///
/// ```text
/// a = softmax(q·Kᵀ),   q = [x, 1]/v,   kₖ = [α·μₖ, −α²|μₖ|²/2 + v·log πₖ],   v = σ² + α²s²
/// D(x) = (σ²·Σₖ aₖ·μₖ + α·s²·x)/v = E[x₀ | x_t = x]
/// ```
///
/// The weights aₖ are the responsibilities, the values μₖ, and v is the temperature: with much noise every token is looked
/// at, with little only the nearest. A caption is the set of tokens that may be looked at, ∅ all of them; masking the
/// others makes it the score of p(x | y). There is one query, the whole of x. Only where the mixture is a
/// [product](Mixture::product) can one speak of places: each block of its coordinates attends by itself. As s → 0 the
/// tokens are a data set and this is its [`Empirical`](super::Empirical) score. Source: Smart, Bietti & Sengupta 2025 (2502.05164).
#[derive(Debug, Clone)]
pub struct Attention {
    values: Arc<Array2<f64>>, // μₖ (K, d)
    log_weights: Arc<Array1<f64>>,
    variance: f64,        // s²
    allowed: Arc<[bool]>, // (K)
}

impl Attention {
    /// Attention to all components of a mixture.
    ///
    /// # Errors
    /// If the covariances are not all s²I, with the same s.
    pub fn of(mixture: &Mixture) -> Result<Attention> {
        let variance = mixture.covs[0][[0, 0]];
        for (k, cov) in mixture.covs.iter().enumerate() {
            let off = (cov - &(Array2::<f64>::eye(mixture.dim()) * variance)).mapv(f64::abs);
            if off.iter().any(|off| *off > ROUNDING * variance) {
                let must =
                    format!("{variance}·I, as the first variance: attention has one temperature");
                return Err(Error::value(format!("covariances[{k}]"), format!("{cov}"), must));
            }
        }
        Ok(Attention {
            values: Arc::new(mixture.means.to_owned()),
            log_weights: Arc::new(mixture.weights.iter().map(|w| w.ln()).collect()),
            variance,
            allowed: vec![true; mixture.weights.len()].into(),
        })
    }

    /// The same where only these tokens may be looked at, by their number from 0; of none, ∅, all.
    ///
    /// # Errors
    /// If there is no such token.
    pub fn caption(&self, tokens: &[usize]) -> Result<Attention> {
        let k = self.allowed.len();
        if let Some(token) = tokens.iter().find(|token| **token >= k) {
            return Err(Error::value("a token of the caption", token, format!("below {k}")));
        }
        let allowed = (0..k).map(|token| tokens.is_empty() || tokens.contains(&token)).collect();
        Ok(Attention { allowed, ..self.clone() })
    }

    /// v = σ² + α²s², the temperature of the softmax.
    pub fn temperature(&self, level: NoiseLevel) -> f64 {
        level.sigma.powi(2) + level.alpha.powi(2) * self.variance
    }

    /// [x, 1]/v of every point: (n, d) → (n, d + 1).
    pub fn queries(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let one = Array2::ones((x.nrows(), 1));
        concatenate![Axis(1), x, one] / self.temperature(level)
    }

    /// [α·μₖ, −α²|μₖ|²/2 + v·log πₖ] of every token (K, d + 1).
    pub fn keys(&self, level: NoiseLevel) -> Array2<f64> {
        let (k, d) = self.values.dim();
        let v = self.temperature(level);
        let mut keys = Array2::zeros((k, d + 1));
        keys.slice_mut(s![.., ..d]).assign(&(&*self.values * level.alpha));
        for ((mut key, value), log) in
            keys.outer_iter_mut().zip(self.values.outer_iter()).zip(self.log_weights.iter())
        {
            key[d] = v * log - 0.5 * level.alpha.powi(2) * value.dot(&value);
        }
        keys
    }

    /// μₖ of every token (K, d).
    pub fn values(&self) -> ArrayView2<'_, f64> {
        self.values.view()
    }

    /// a, how much of its attention each point gives to each token: (n, d) → (n, K), rows sum to one.
    pub fn weights(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut a = self.queries(x, level).dot(&self.keys(level).t());
        for mut row in a.outer_iter_mut() {
            for (logit, allowed) in row.iter_mut().zip(self.allowed.iter()) {
                if !allowed {
                    *logit = f64::NEG_INFINITY;
                }
            }
            let log_sum = log_sum_exp(row.view());
            row.mapv_inplace(|logit| (logit - log_sum).exp());
        }
        a
    }
}

impl ScoreFn for Attention {
    fn dim(&self) -> usize {
        self.values.ncols()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let v = self.temperature(level);
        let mut d = self.weights(x, level).dot(&*self.values) * (level.sigma.powi(2) / v);
        d.scaled_add(level.alpha * self.variance / v, &x);
        d
    }
}
