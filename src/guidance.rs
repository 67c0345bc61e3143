//! Guidance: scores made of scores. No network and no sampler is known here.

use crate::noise::NoiseLevel;
use crate::score::{Likelihood, ScoreFn};
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2, Zip};

/// The guidance scale γ, in the one convention of this crate.
///
/// ```text
/// s_γ = s_u + γ·(s_c − s_u) = (1 − γ)·s_u + γ·s_c
/// ```
///
/// γ = 0 is unconditional, γ = 1 conditional, γ > 1 steers further, γ < 0 away. Other conventions enter by name.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Gamma(f64);

impl Gamma {
    /// γ itself.
    ///
    /// # Errors
    /// If `gamma` is not a finite number.
    pub fn new(gamma: f64) -> Result<Self> {
        if gamma.is_finite() {
            Ok(Gamma(gamma))
        } else {
            Err(Error::value("γ", gamma, "a finite number"))
        }
    }

    /// The `guidance_scale` of diffusers and the guidance of EDM2, which is γ.
    ///
    /// # Errors
    /// As [`Gamma::new`].
    pub fn from_guidance_scale(scale: f64) -> Result<Self> {
        Gamma::new(scale)
    }

    /// The w of Ho & Salimans 2022 (2207.12598), eq. 6: (1 + w)·s_c − w·s_u, so γ = 1 + w.
    ///
    /// # Errors
    /// As [`Gamma::new`].
    pub fn from_ho_salimans(w: f64) -> Result<Self> {
        Gamma::new(1.0 + w)
    }

    /// γ as a number.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// One score pushed away from another.
///
/// ```text
/// s_γ = s_guiding + γ·(s_main − s_guiding)
/// ```
///
/// With `main` conditional and `guiding` unconditional this is classifier-free guidance (Ho & Salimans 2022, 2207.12598,
/// eq. 6); with `guiding` a weaker model of the same condition it is autoguidance (Karras et al. 2024, 2406.02507).
/// γ = 0 is `guiding` and γ = 1 is `main`, bit for bit and at the cost of one of them.
#[derive(Clone, Copy)]
pub struct Guided<'a> {
    /// The score to go towards.
    pub main: &'a dyn ScoreFn,
    /// The score to go away from.
    pub guiding: &'a dyn ScoreFn,
    /// The guidance scale.
    pub gamma: Gamma,
}

impl ScoreFn for Guided<'_> {
    fn dim(&self) -> usize {
        self.main.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        match self.gamma.value() {
            0.0 => self.guiding.score(x, level),
            1.0 => self.main.score(x, level),
            gamma => {
                let mut s = self.guiding.score(x, level);
                s.zip_mut_with(&self.main.score(x, level), |u, c| *u += gamma * (c - *u));
                s
            }
        }
    }
}

/// γ as a function of the noise level, γ(σ/α): one score pushed away from another, more at some levels than at others.
///
/// ```text
/// s = s_guiding + γ(σ/α)·(s_main − s_guiding)
/// ```
///
/// A function of σ/α and not of the time, so it means the same under every process. A constant function is [`Guided`]. A
/// function that jumps belongs at the edge between two walks
/// ([`sample_parts`](crate::sampler::sample_parts)), so that no step of a solver sees both sides. Source: Kynkäänniemi et
/// al. 2024 (2404.07724), eq. 5, where it is constant within an interval and 1 outside.
#[derive(Clone, Copy)]
pub struct Scheduled<'a> {
    /// The score to go towards.
    pub main: &'a dyn ScoreFn,
    /// The score to go away from.
    pub guiding: &'a dyn ScoreFn,
    /// γ(σ/α), finite.
    pub gamma: &'a (dyn Fn(f64) -> f64 + Sync + Send),
}

impl ScoreFn for Scheduled<'_> {
    fn dim(&self) -> usize {
        self.main.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let gamma = Gamma((self.gamma)(level.ratio()));
        Guided { main: self.main, guiding: self.guiding, gamma }.score(x, level)
    }
}

/// Several conditions at once: AND with positive weights, NOT with negative ones.
///
/// ```text
/// s = s_u + Σᵢ wᵢ·(sᵢ − s_u),   the score of p^(1 − Σw)·Πᵢ pᵢ^wᵢ at σ = 0
/// ```
///
/// One term of weight γ is [`Guided`]; no terms, or weights of 0, are `base`. Where a negation leaves nothing to
/// normalise, [`Tilt::warning`](crate::mixture::Tilt::warning) says so. Source: Liu et al. 2022 (2206.01714), eq. 11 and 13.
#[derive(Clone)]
pub struct Composed<'a> {
    /// The unconditional score s_u.
    pub base: &'a dyn ScoreFn,
    /// wᵢ and sᵢ of each condition.
    pub terms: Vec<(f64, &'a dyn ScoreFn)>,
}

impl ScoreFn for Composed<'_> {
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

/// An unconditional score steered by a classifier.
///
/// ```text
/// s_γ = ∇ₓ log p_t(x) + γ·∇ₓ log p(y | x_t)
/// ```
///
/// With both exact, γ = 1 is the conditional score by Bayes' rule (the term −∇ₓ log p(y) is zero). γ = 0 is `score`, bit
/// for bit, and the classifier is not asked. Source: Dhariwal & Nichol 2021 (2105.05233), algorithm 2; Song et al. 2021
/// (2011.13456), eq. 14.
#[derive(Clone, Copy)]
pub struct ClassifierGuided<'a> {
    /// The unconditional score.
    pub score: &'a dyn ScoreFn,
    /// The classifier, bound to the wanted y.
    pub likelihood: &'a dyn Likelihood,
    /// The guidance scale.
    pub gamma: Gamma,
}

impl ScoreFn for ClassifierGuided<'_> {
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
#[derive(Clone, Copy)]
pub struct GradientScaled<'a> {
    /// The likelihood.
    pub likelihood: &'a dyn Likelihood,
    /// c, the `gradient_scale`.
    pub scale: f64,
}

impl Likelihood for GradientScaled<'_> {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        self.likelihood.log_likelihood(x, level) * self.scale
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.likelihood.grad_log_likelihood(x, level) * self.scale
    }
}
