//! A score steered by a classifier.

use super::Gamma;
use crate::noise::NoiseLevel;
use crate::score::{Likelihood, ScoreFn};
use ndarray::{Array1, Array2, ArrayView2};

/// An unconditional score steered by a classifier.
///
/// ```text
/// s_γ = ∇ₓ log p_t(x) + γ·∇ₓ log p(y | x_t)
/// ```
///
/// With both exact, γ = 1 is the conditional score by Bayes' rule (the term −∇ₓ log p(y) is zero). γ = 0 is `score`, bit
/// for bit, and the classifier is not asked. Source: Dhariwal & Nichol 2021 (2105.05233), algorithm 2; Song et al. 2021
/// (2011.13456), eq. 14.
#[derive(Debug, Clone, Copy)]
pub struct ClassifierGuided<S, L> {
    /// The unconditional score.
    pub score: S,
    /// The classifier, bound to the wanted y.
    pub likelihood: L,
    /// The guidance scale.
    pub gamma: Gamma,
}

impl<S: ScoreFn, L: Likelihood> ScoreFn for ClassifierGuided<S, L> {
    fn dim(&self) -> usize {
        self.score.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut s = self.score.score(x, level);
        if self.gamma.value() != 0.0 {
            s.scaled_add(self.gamma.value(), &self.likelihood.grad_log_likelihood(x, level));
        }
        s
    }
}

/// A likelihood whose gradient is too weak, or too strong, by a constant factor.
///
/// ```text
/// c·∇ₓ log p(y | x_t) = ∇ₓ log p(y | x_t)ᶜ      (unnormalised: Σ_y pᶜ ≠ 1)
/// ```
///
/// c = 1 changes nothing, and γ = 1/c undoes it exactly. Not a temperature: that divides the logits before the softmax
/// and bends the field.
#[derive(Debug, Clone, Copy)]
pub struct GradientScaled<L> {
    /// The likelihood.
    pub likelihood: L,
    /// c, the `gradient_scale`.
    pub scale: f64,
}

impl<L: Likelihood> Likelihood for GradientScaled<L> {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        self.likelihood.log_likelihood(x, level) * self.scale
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.likelihood.grad_log_likelihood(x, level) * self.scale
    }
}
