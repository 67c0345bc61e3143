//! Exact Gaussian mixtures after the forward process: everything a network has to learn, known in closed form.
//!
//! | module | what it holds |
//! |---|---|
//! | [`plain`] | density, score, class posterior and Jacobian of one point, as their formulas say them: read this first |
//! | `axes` | a covariance and its axes, checked once |
//! | `draw` | samples of a mixture |
//! | `posterior` | [`Posterior`], the exact classifier as a likelihood to steer by |
//! | `behind` | the covariance of the data behind a noisy point |
//! | `observed` | the mixture that is left once something is measured, and [`Measured`], its likelihood |
//! | `product` | mixtures of independent blocks of coordinates |
//! | `attention` | [`Attention`], the denoiser of components that are alike |
//! | `tilt` | [`Tilt`], what guidance is said to sample, and its score with noise |
//! | `empirical` | [`Empirical`], a data set as a distribution |
//! | `fitted` | [`sample_fitted`], Gaussians fitted to a data set |
//! | `fast` | what [`Mixture`] computes with; not needed to understand |

pub mod plain;
mod axes;
pub(crate) mod draw;
mod posterior;
mod behind;
mod observed;
mod product;
mod attention;
mod start;
mod tilt;
mod empirical;
mod fitted;
mod fast;

pub use attention::Attention;
pub use empirical::Empirical;
pub use fitted::sample_fitted;
pub use observed::{Instrument, Measured, MeasuredEach};
pub use posterior::{Noiseless, Posterior};
pub use start::Reach;
pub use tilt::Tilt;

use crate::condition::Condition;
use crate::noise::NoiseLevel;
use crate::score::{LogDensity, ScoreFn};
use crate::{Error, Result};
use axes::Axes;
use fast::Components;
use ndarray::{ArcArray2, Array1, Array2, Array3, ArrayView1, ArrayView2, Axis};
use std::sync::Arc;

/// Points with a class each.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// The points (n, d).
    pub x: Array2<f64>,
    /// The class of each point (n).
    pub y: Vec<usize>,
}

/// A labelled Gaussian mixture with full covariances, in any dimension.
///
/// ```text
/// p(x₀) = Σₖ πₖ N(x₀; μₖ, Σₖ),      p_t(x) = Σₖ πₖ N(x; α·μₖ, Cₖ),      Cₖ = α²Σₖ + σ²I
/// ```
///
/// Each component belongs to one class; a class may own several. With one component it is a Gaussian. A clone shares the
/// numbers and costs next to nothing. Source: Song et al. 2021 (2011.13456), eq. 4 for the noised density; the rest is the
/// calculus of Gaussians.
#[derive(Debug, Clone)]
pub struct Mixture {
    weights: Arc<[f64]>,
    means: ArcArray2<f64>,
    covs: Arc<[Array2<f64>]>,
    labels: Arc<[usize]>,
    classes: usize,
    axes: Arc<[Axes]>,
    components: Components,
}

impl Mixture {
    /// A mixture of K components: `weights` (K), `means` (K, d), `covs` K × (d, d), `labels` (K) from 0.
    ///
    /// Weights are scaled to sum to one.
    ///
    /// # Errors
    /// If the lengths differ, K or d is 0, a number is not finite, a weight is not positive, a covariance is not
    /// symmetric and positive definite, or a class between 0 and the largest label has no component.
    pub fn new(
        weights: Vec<f64>,
        means: Array2<f64>,
        covs: Vec<Array2<f64>>,
        labels: Vec<usize>,
    ) -> Result<Self> {
        let (k, d) = means.dim();
        parts_fit(&weights, &means, covs.len(), labels.len())?;
        let axes =
            covs.iter().enumerate().map(|(i, c)| Axes::new(i, c, d)).collect::<Result<Vec<_>>>()?;
        let classes = labels.iter().max().map_or(0, |m| m + 1);
        if let Some(c) = (0..classes.min(k + 1)).find(|c| !labels.contains(c)) {
            let (class, must) = (format!("class {c}"), "the label of at least one");
            return Err(Error::value(class, "without a component", must));
        }
        let total: f64 = weights.iter().sum();
        let weights = weights.iter().map(|w| w / total).collect();
        Ok(Mixture {
            weights,
            means: means.into(),
            covs: covs.into(),
            labels: labels.into(),
            classes,
            axes: axes.into(),
            components: Components::default(),
        })
    }

    /// Isotropic components: `sds` (K) instead of covariances.
    ///
    /// # Errors
    /// As [`Mixture::new`].
    pub fn isotropic(
        weights: Vec<f64>,
        means: Array2<f64>,
        sds: &[f64],
        labels: Vec<usize>,
    ) -> Result<Self> {
        let covs = sds.iter().map(|sd| Array2::eye(means.ncols()) * (sd * sd)).collect();
        Mixture::new(weights, means, covs, labels)
    }

    /// π, the weights of the components (K,), summing to one.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// μ, the means of the components (K, d).
    pub fn means(&self) -> ArrayView2<'_, f64> {
        self.means.view()
    }

    /// Σ, the covariances of the components, K × (d, d).
    pub fn covs(&self) -> &[Array2<f64>] {
        &self.covs
    }

    /// The class of each component (K,).
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// P(y), the prior of each class (classes,).
    pub fn class_weights(&self) -> Vec<f64> {
        let mut prior = vec![0.0; self.classes];
        self.labels.iter().zip(self.weights.iter()).for_each(|(y, w)| prior[*y] += w);
        prior
    }

    /// E\[x₀\] of the whole mixture (d,).
    pub fn mean(&self) -> Array1<f64> {
        ArrayView1::from(&self.weights).dot(&self.means)
    }

    /// The root mean square of a coordinate, √(E|x₀|²/d): how far out the data lies, in the units of x.
    pub fn radius(&self) -> f64 {
        let square =
            |k: usize| self.means.row(k).dot(&self.means.row(k)) + self.covs[k].diag().sum();
        let total: f64 = self.weights.iter().enumerate().map(|(k, w)| w * square(k)).sum();
        (total / self.dim() as f64).sqrt()
    }

    /// p(x₀ | y), what a condition leaves of the mixture.
    ///
    /// Of a class its components, weights scaled to sum to one, all of them with label 0; of an observation
    /// [`Mixture::observed`]; of ∅ this mixture.
    ///
    /// # Panics
    /// If there is no such class, for a caption, and where [`Mixture::observed`] has an error.
    pub fn given(&self, condition: impl Into<Condition>) -> Mixture {
        match condition.into() {
            Condition::None => self.clone(),
            Condition::Observed(o) => self.observed(&o).unwrap_or_else(|e| panic!("{e}")),
            class => self.of_class(class.class_of(self.classes)),
        }
    }

    /// p(x₀ | y) of a class.
    fn of_class(&self, class: usize) -> Mixture {
        let keep: Vec<usize> =
            (0..self.labels.len()).filter(|k| self.labels[*k] == class).collect();
        let total: f64 = keep.iter().map(|k| self.weights[*k]).sum();
        Mixture {
            weights: keep.iter().map(|k| self.weights[*k] / total).collect(),
            means: self.means.select(Axis(0), &keep).into(),
            covs: keep.iter().map(|k| self.covs[*k].clone()).collect(),
            labels: vec![0; keep.len()].into(),
            classes: 1,
            axes: keep.iter().map(|k| self.axes[*k].clone()).collect(),
            components: Components::default(),
        }
    }

    /// p_t as a mixture of its own: weights πₖ, means α·μₖ, covariances α²Σₖ + σ²I, the same labels.
    ///
    /// ```text
    /// p_t(x) = Σₖ πₖ N(x; α·μₖ, α²Σₖ + σ²I)
    /// ```
    ///
    /// At α = 1 and σ = 0 it is this mixture; a Gaussian made noisy twice is a Gaussian made noisy once.
    ///
    /// # Panics
    /// If α and σ are both 0, or one is not finite: then nothing has a density.
    pub fn noised(&self, level: NoiseLevel) -> Mixture {
        let (a2, s2) = (level.alpha * level.alpha, level.sigma * level.sigma);
        assert!(
            a2 + s2 > 0.0 && (a2 + s2).is_finite(),
            "a density at α = {}, σ = {}",
            level.alpha,
            level.sigma
        );
        let noise = Array2::<f64>::eye(self.dim()) * s2;
        Mixture {
            weights: self.weights.clone(),
            means: (&self.means * level.alpha).into_shared(),
            covs: self.covs.iter().map(|c| c * a2 + &noise).collect(),
            labels: self.labels.clone(),
            classes: self.classes,
            axes: self.axes.iter().map(|a| a.noised(a2, s2)).collect(),
            components: Components::default(),
        }
    }

    /// p(y | x_t) of one class, as a likelihood to steer by.
    ///
    /// Its gradient, a difference of scores, is known to their rounding: where p(y | x) is within 10⁻¹⁶ of 1 no digit
    /// of it is right, and where the other classes are below e⁻⁶⁰ = 9·10⁻²⁷ it is 0.
    ///
    /// # Panics
    /// If there is no such class, or the condition is none; of an observation it is [`Mixture::measured`].
    pub fn posterior(&self, condition: impl Into<Condition>) -> Posterior {
        let class = condition.into().class_of(self.classes);
        Posterior { mixture: self.clone(), class, temperature: 1.0 }
    }

    /// log p_t(x), by log-sum-exp: `x` (n, d) → (n,).
    ///
    /// The same as [`plain::log_density`] of each row.
    pub fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        fast::log_density(self, x, level)
    }

    /// The Jacobian of the score, the Hessian of log p_t: `x` (n, d) → (n, d, d).
    ///
    /// ```text
    /// J = Σₖ rₖ (vₖvₖᵀ − Cₖ⁻¹) − s·sᵀ,   vₖ = Cₖ⁻¹(α·μₖ − x),   s = Σₖ rₖ vₖ
    /// ```
    ///
    /// Symmetric, because a score is a gradient. The same as [`plain::jacobian`] of each row, to the rounding of |s|²: far out,
    /// where vₖvₖᵀ and s·sᵀ are large and alike, that one keeps more digits.
    pub fn jacobian(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array3<f64> {
        fast::jacobian(self, x, level)
    }

    /// The divergence of the score, Σᵢ ∂sᵢ/∂xᵢ: `x` (n, d) → (n,).
    pub fn divergence(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        self.jacobian(x, level).outer_iter().map(|j| j.diag().sum()).collect()
    }

    /// P(y | x_t = x) of every class: `x` (n, d) → (n, classes), rows sum to one.
    ///
    /// The same as [`plain::class_probabilities`] of each row, but that what is below e⁻⁶⁰ = 9·10⁻²⁷ may be 0.
    pub fn class_probabilities(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        fast::class_probabilities(self, x, level)
    }

    /// The exact score where every point has a noise level of its own: `x` (n, d), `levels` (n) → (n, d).
    ///
    /// The same answers as [`ScoreFn::score`] a point at a time, to rounding.
    ///
    /// # Panics
    /// If there is not one level for each point.
    pub fn score_each(&self, x: ArrayView2<f64>, levels: &[NoiseLevel]) -> Array2<f64> {
        fast::score_each(self, x, levels)
    }
}

/// There is a component, and everything of each.
fn parts_fit(weights: &[f64], means: &Array2<f64>, covs: usize, labels: usize) -> Result<()> {
    let (k, d) = means.dim();
    if k == 0 || d == 0 {
        let must = "a mixture of at least one component of dimension 1 or more";
        return Err(Error::value("the mixture", "empty", must));
    }
    for (what, n) in [("weights", weights.len()), ("covariances", covs), ("labels", labels)] {
        if n != k {
            let must = format!("{k}, one for each mean");
            return Err(Error::value(format!("the number of {what}"), n, must));
        }
    }
    for (i, w) in weights.iter().enumerate() {
        if !(w.is_finite() && *w > 0.0) {
            return Err(Error::value(format!("weights[{i}]"), w, "a finite number above 0"));
        }
    }
    for ((i, j), m) in means.indexed_iter() {
        if !m.is_finite() {
            return Err(Error::value(format!("means[{i}][{j}]"), m, "a finite number"));
        }
    }
    Ok(())
}

impl ScoreFn for Mixture {
    fn dim(&self) -> usize {
        self.means.ncols()
    }

    /// Exact score of the mixture after the forward process.
    ///
    /// ```text
    /// ∇ₓ log p_t(x) = Σₖ rₖ(x) Cₖ⁻¹ (α·μₖ − x),   Cₖ = α²Σₖ + σ²I,   rₖ ∝ πₖ N(x; α·μₖ, Cₖ)
    /// ```
    ///
    /// Shapes: `x` (n, d) → (n, d). The rₖ are formed with log-sum-exp, so the result is finite arbitrarily far from
    /// the data. With one component this is the linear field −C⁻¹(x − α·μ). The same as [`plain::score`] of each row.
    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        fast::score(self, x, level)
    }

    /// (α/σ²)·Cov[x₀ | x_t = x]·v, in which nothing cancels. Source: Tweedie's formula for the second moment.
    fn pull_back(&self, x: ArrayView2<f64>, level: NoiseLevel, v: ArrayView2<f64>) -> Array2<f64> {
        behind::pull_back(self, x, level, v)
    }
}

impl LogDensity for Mixture {
    fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        Mixture::log_density(self, x, level)
    }
}
