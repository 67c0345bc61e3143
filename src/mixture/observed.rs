//! What is left of a mixture once something is measured: a mixture again.

use super::Mixture;
use super::axes::Axes;
use super::fast::Components;
use crate::condition::Observation;
use crate::linalg::{cholesky, log_det, solve, solve_lower};
use crate::noise::NoiseLevel;
use crate::score::{Likelihood, ScoreFn, log_sum_exp};
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2};
use std::f64::consts::TAU;

/// An eigenvalue of a posterior covariance this far below the prior's largest entry is rounding: nothing is left along it.
const ROUNDING: f64 = 1e-14;

impl Mixture {
    /// p(x₀ | y) of an observation y = A·x₀ + τ·n: a mixture of as many components, with the same labels.
    ///
    /// ```text
    /// wₖ ∝ πₖ N(y; Aμₖ, Sₖ),   Sₖ = AΣₖAᵀ + τ²I,   Kₖ = ΣₖAᵀSₖ⁻¹
    /// μₖ' = μₖ + Kₖ(y − Aμₖ),   Σₖ' = Σₖ − KₖAΣₖ
    /// ```
    ///
    /// At τ = 0 the covariances are flat along the rows of A: the score is defined at every σ > 0, a density at σ = 0 is not. As
    /// τ → ∞ it is this mixture; with A = I and τ = 0 it is the point y. A share below 10⁻³⁰⁷ is raised to that. γ on the
    /// observation, p(x₀)·p(y | x₀)^γ, is the same at τ/√γ. Source: Kalman 1960, the update of each component.
    ///
    /// # Errors
    /// If A has another width than the mixture, or what is measured exactly does not vary in a component.
    pub fn observed(&self, observation: &Observation) -> Result<Mixture> {
        Ok(self.measured(observation)?.posterior)
    }

    /// p(y | x_t) of an observation y = A·x₀ + τ·n, as a likelihood to steer by.
    ///
    /// # Errors
    /// As [`Mixture::observed`].
    pub fn measured(&self, observation: &Observation) -> Result<Measured> {
        let (width, dim) = (observation.a.ncols(), self.dim());
        if width != dim {
            let must = format!("{dim}, as many as a point has coordinates");
            return Err(Error::value("the width of the observation", width, must));
        }
        let components: Vec<Component> =
            (0..self.weights.len()).map(|k| self.update(k, observation)).collect::<Result<_>>()?;
        let logs: Array1<f64> = components.iter().map(|c| c.log_share).collect();
        let log_evidence = log_sum_exp(logs.view());
        let mut means = Array2::zeros(self.means.raw_dim());
        for (mut mean, c) in means.outer_iter_mut().zip(&components) {
            mean.assign(&c.mean);
        }
        let share = |l: &f64| (l - log_evidence).exp().max(f64::MIN_POSITIVE);
        let distance = components.iter().map(|c| c.distance).fold(f64::INFINITY, f64::min);
        let axes: Vec<Axes> = components.into_iter().map(|c| c.axes).collect();
        let posterior = Mixture {
            weights: logs.iter().map(share).collect(),
            means: means.into(),
            covs: axes.iter().map(Axes::covariance).collect(),
            labels: self.labels.clone(),
            classes: self.classes,
            axes: axes.into(),
            components: Components::default(),
        };
        Ok(Measured { prior: self.clone(), posterior, log_evidence, distance })
    }

    /// Component k, once it is measured.
    fn update(&self, k: usize, observation: &Observation) -> Result<Component> {
        let Observation { a, y, tau } = observation;
        let (cov, mean) = (&self.covs[k], self.means.row(k));
        let right = cov.dot(&a.t()); // ΣAᵀ (d, m)
        let noise = Array2::<f64>::eye(y.len()) * (tau * tau);
        let lower = cholesky(&(a.dot(&right) + noise));
        if lower.diag().iter().any(|l| *l == 0.0) {
            let what = "what is measured exactly of the data";
            let must = format!("free to vary: give a tolerance, or widen component {k}");
            return Err(Error::value(what, "fixed already", must));
        }
        let miss = y - &a.dot(&mean);
        let z = solve_lower(&lower, miss.clone());
        let m = y.len() as f64;
        let log_density = -0.5 * (z.dot(&z) + log_det(&lower) + m * TAU.ln());
        let mut root = Array2::zeros(right.raw_dim()); // ΣAᵀL⁻ᵀ (d, m)
        for (mut root, right) in root.outer_iter_mut().zip(right.outer_iter()) {
            root.assign(&solve_lower(&lower, right.to_owned()));
        }
        let left = cov - &root.dot(&root.t());
        let largest = cov.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        Ok(Component {
            log_share: self.weights[k].ln() + log_density,
            distance: z.dot(&z).sqrt(),
            mean: &mean + &right.dot(&solve(&lower, miss)),
            axes: Axes::flat(&((&left + &left.t()) * 0.5), ROUNDING * largest),
        })
    }
}

/// A component that was measured.
struct Component {
    log_share: f64, // log πₖ N(y; Aμₖ, Sₖ)
    distance: f64,  // √((y − Aμₖ)ᵀSₖ⁻¹(y − Aμₖ))
    mean: Array1<f64>,
    axes: Axes,
}

/// p(y | x_t) of an observation, by Bayes' rule from the two mixtures before and after it.
///
/// ```text
/// log p(y | x) = log p_t(x | y) − log p_t(x) + log p(y),   ∇ₓ log p(y | x) = s_y(x) − s_∅(x)
/// ```
///
/// Defined at every σ > 0, and at σ = 0 where τ > 0.
#[derive(Debug, Clone)]
pub struct Measured {
    prior: Mixture,
    posterior: Mixture,
    log_evidence: f64,
    distance: f64,
}

impl Measured {
    /// p(x₀ | y), as [`Mixture::observed`] answers it.
    pub fn posterior(&self) -> &Mixture {
        &self.posterior
    }

    /// How far y lies from the component that is nearest to it, in standard deviations of what that would measure.
    ///
    /// ```text
    /// minₖ √((y − Aμₖ)ᵀ Sₖ⁻¹ (y − Aμₖ)),   Sₖ = AΣₖAᵀ + τ²I
    /// ```
    ///
    /// Beyond 37.6 the density of y, relative to its peak, is below the smallest normal f64.
    pub fn distance(&self) -> f64 {
        self.distance
    }
}

impl Likelihood for Measured {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        self.posterior.log_density(x, level) - self.prior.log_density(x, level) + self.log_evidence
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.posterior.score(x, level) - self.prior.score(x, level)
    }
}
