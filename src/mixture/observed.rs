//! What is left of a mixture once something is measured: a mixture again.

use super::Mixture;
use super::axes::Axes;
use super::behind::{shares, weighted};
use super::fast::Components;
use crate::condition::Observation;
use crate::linalg::{cholesky, log_det, solve, solve_lower};
use crate::noise::NoiseLevel;
use crate::parallel::each;
use crate::score::{Likelihood, ScoreFn, log_sum_exp};
use crate::{Error, Result};
use ndarray::{ArcArray2, Array1, Array2, ArrayView1, ArrayView2, Axis};
use std::f64::consts::TAU;
use std::sync::Arc;

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
    /// τ → ∞ it is this mixture; with A = I and τ = 0 it is the point y. A share below 2·10⁻³⁰⁸ is raised to that. γ on the
    /// observation, p(x₀)·p(y | x₀)^γ, is the same at τ/√γ. Source: Kalman 1960, the update of each component.
    ///
    /// # Errors
    /// If A has another width than the mixture, what is measured exactly does not vary in a component, or there are several y.
    pub fn observed(&self, observation: &Observation) -> Result<Mixture> {
        Ok(self.measured(observation)?.posterior)
    }

    /// p(y | x_t) of an observation y = A·x₀ + τ·n, as a likelihood to steer by.
    ///
    /// # Errors
    /// As [`Mixture::observed`].
    pub fn measured(&self, observation: &Observation) -> Result<Measured> {
        if observation.y.nrows() > 1 {
            let must = "one: of several ask an instrument for the posterior of each";
            return Err(Error::value("the observations at once", observation.y.nrows(), must));
        }
        Ok(self.instrument(observation)?.reads(&observation.y.row(0).to_owned()))
    }

    /// What measures this mixture by the A and τ of an observation, to be read at any y: all that does not depend on y is done once.
    ///
    /// # Errors
    /// As [`Mixture::observed`].
    pub fn instrument(&self, observation: &Observation) -> Result<Instrument> {
        let (width, dim) = (observation.a.ncols(), self.dim());
        if width != dim {
            let must = format!("{dim}, as many as a point has coordinates");
            return Err(Error::value("the width of the observation", width, must));
        }
        let all = (0..self.weights.len()).map(|k| self.update(k, observation));
        let (updates, axes): (Vec<Update>, Vec<Axes>) =
            all.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let covs = axes.iter().map(Axes::covariance).collect();
        let a = observation.a.clone();
        Ok(Instrument { prior: self.clone(), a, updates, axes: axes.into(), covs })
    }

    /// How component k is measured, and the axes of what is left of its covariance.
    fn update(&self, k: usize, observation: &Observation) -> Result<(Update, Axes)> {
        let Observation { a, tau, .. } = observation;
        let cov = &self.covs[k];
        let right = cov.dot(&a.t()); // ΣAᵀ (d, m)
        let noise = Array2::<f64>::eye(a.nrows()) * (tau * tau);
        let lower = cholesky(&(a.dot(&right) + noise));
        if lower.diag().iter().any(|l| *l == 0.0) {
            let what = "what is measured exactly of the data";
            let must = format!("free to vary: give a tolerance, or widen component {k}");
            return Err(Error::value(what, "fixed already", must));
        }
        let mut root = Array2::zeros(right.raw_dim()); // ΣAᵀL⁻ᵀ (d, m)
        for (mut root, right) in root.outer_iter_mut().zip(right.outer_iter()) {
            root.assign(&solve_lower(&lower, right.to_owned()));
        }
        let left = cov - &root.dot(&root.t());
        let largest = cov.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let axes = Axes::flat(&((&left + &left.t()) * 0.5), ROUNDING * largest);
        Ok((Update { log_det: log_det(&lower), lower, right }, axes))
    }
}

/// How a component is measured, whatever y: L of Sₖ = L·Lᵀ (m, m), log det Sₖ, and ΣₖAᵀ (d, m).
#[derive(Debug, Clone)]
struct Update {
    lower: Array2<f64>,
    log_det: f64,
    right: Array2<f64>,
}

/// A mixture that is measured by one A and one τ, to be read at any y.
#[derive(Debug, Clone)]
pub struct Instrument {
    prior: Mixture,
    a: ArcArray2<f64>,
    updates: Vec<Update>,
    axes: Arc<[Axes]>,
    covs: Arc<[Array2<f64>]>,
}

impl Instrument {
    /// p(y | x_t) where y (m) was read, with p(x₀ | y).
    ///
    /// # Panics
    /// If y has another length than A has rows.
    pub fn reads(&self, y: &Array1<f64>) -> Measured {
        let prior = &self.prior;
        let k = prior.weights.len();
        let (mut logs, mut squares) = (Array1::zeros(k), Array1::zeros(k));
        let mut means = Array2::zeros(prior.means.raw_dim());
        for (i, update) in self.updates.iter().enumerate() {
            let Update { lower, log_det, right } = update;
            let mean = prior.means.row(i);
            let miss = y - &self.a.dot(&mean);
            let z = solve_lower(lower, miss.clone());
            squares[i] = z.dot(&z);
            let m = y.len() as f64;
            logs[i] = prior.weights[i].ln() - 0.5 * (squares[i] + log_det + m * TAU.ln());
            means.row_mut(i).assign(&(&mean + &right.dot(&solve(lower, miss))));
        }
        let log_evidence = log_sum_exp(logs.view());
        let share = |l: &f64| (l - log_evidence).exp().max(f64::MIN_POSITIVE);
        let posterior = Mixture {
            weights: logs.iter().map(share).collect(),
            means: means.into(),
            covs: self.covs.clone(),
            labels: prior.labels.clone(),
            classes: prior.classes,
            axes: self.axes.clone(),
            components: Components::default(),
        };
        let distance = squares.iter().fold(f64::INFINITY, |a: f64, s| a.min(s.sqrt()));
        Measured { prior: prior.clone(), posterior, log_evidence, distance }
    }

    /// p(x₀ | yᵢ) of n points that are asked together, where y (n, m) was read.
    ///
    /// # Panics
    /// As [`Instrument::reads`], and if y has no row.
    pub fn reads_each(&self, y: ArrayView2<f64>) -> MeasuredEach {
        assert!(y.nrows() > 0, "something was read");
        let read = |y: ArrayView1<f64>| self.reads(&y.to_owned()).posterior;
        MeasuredEach { posteriors: each(y.outer_iter(), read) }
    }
}

/// p(x₀ | yᵢ) of n points, all measured by one A and one τ, as a score that is asked for these n in their order, and for no others.
///
/// ```text
/// sᵢ(xᵢ) = Σₖ rᵢₖ·Cₖ⁻¹(α·μᵢₖ − xᵢ),   rᵢₖ ∝ wᵢₖ N(xᵢ; α·μᵢₖ, Cₖ),   Cₖ = α²Σₖ' + σ²I
/// ```
///
/// Σₖ' does not depend on y, so that the points share what it costs. With one point it is that point's [`Mixture::observed`].
#[derive(Debug, Clone)]
pub struct MeasuredEach {
    posteriors: Vec<Mixture>,
}

impl MeasuredEach {
    /// p(x₀ | yᵢ) of every point (n).
    pub fn posteriors(&self) -> &[Mixture] {
        &self.posteriors
    }

    /// Those of some of the points, by their numbers from 0, in this order.
    ///
    /// # Panics
    /// If there is no such point.
    pub fn of_points(&self, points: &[usize]) -> MeasuredEach {
        MeasuredEach { posteriors: points.iter().map(|i| self.posteriors[*i].clone()).collect() }
    }
}

impl ScoreFn for MeasuredEach {
    fn dim(&self) -> usize {
        self.posteriors[0].dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        assert_eq!(x.nrows(), self.posteriors.len(), "the points of these posteriors");
        let NoiseLevel { alpha, sigma } = level;
        let axes = &self.posteriors[0].axes;
        let (mut logs, mut pulls) = (Array2::zeros((x.nrows(), axes.len())), Vec::new());
        for (k, Axes { lambda, q }) in axes.iter().enumerate() {
            let noised: Array1<f64> =
                lambda.iter().map(|l| alpha * alpha * l + sigma * sigma).collect();
            let mut away = Array2::zeros(x.raw_dim()); // α·μᵢₖ − xᵢ
            for ((mut away, x), own) in
                away.outer_iter_mut().zip(x.outer_iter()).zip(&self.posteriors)
            {
                away.assign(&(&own.means.row(k) * alpha - x));
            }
            let along = away.dot(q);
            let scaled = &along / &noised;
            let log_det = noised.mapv(f64::ln).sum();
            let squares = (along * &scaled).sum_axis(Axis(1));
            for ((log, square), own) in
                logs.column_mut(k).iter_mut().zip(squares).zip(&self.posteriors)
            {
                *log = own.weights[k].ln() - 0.5 * (square + log_det);
            }
            pulls.push(scaled.dot(&q.t()));
        }
        weighted(&shares(logs), &pulls)
    }
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
