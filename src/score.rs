//! The meeting point of the crate: a score is anything with one method, and nobody asks who answers.

use crate::noise::NoiseLevel;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};

/// The score ∇ₓ log p_t(x) of a noised distribution, exact, learned or made of other scores.
pub trait ScoreFn: Send + Sync {
    /// The dimension d of a point.
    fn dim(&self) -> usize;

    /// ∇ₓ log p_t(x), one row per point: `x` (n, d) → (n, d).
    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64>;

    /// E[x₀ | x_t = x], the mean of the data that could have become x: (n, d) → (n, d).
    ///
    /// ```text
    /// D(x) = (x + σ²·∇ₓ log p_t(x)) / α
    /// ```
    ///
    /// At σ = 0 and α = 1 it is x. Source: Tweedie's formula; Efron 2011; Karras et al. 2022 (2206.00364), eq. 3.
    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let NoiseLevel { alpha, sigma } = level;
        let mut d = self.score(x, level);
        d.zip_mut_with(&x, |s, x| *s = (x + sigma * sigma * *s) / alpha);
        d
    }

    /// vᵀ·∂D/∂x, the denoiser's Jacobian times a vector for each point: `x`, `v` (n, d) → (n, d).
    ///
    /// ```text
    /// (vᵀ·∂D/∂x)ᵢ = Σⱼ vⱼ·∂Dⱼ(x)/∂xᵢ,   of an exact score ∂D/∂x = (α/σ²)·Cov[x₀ | x_t = x]
    /// ```
    ///
    /// Here by central differences with a step of 10⁻⁴·σ, 2d evaluations; a mixture knows it, and a network goes back to its
    /// input. At σ > 0 only.
    fn pull_back(&self, x: ArrayView2<f64>, level: NoiseLevel, v: ArrayView2<f64>) -> Array2<f64> {
        let h = 1e-4 * level.sigma;
        let mut out = Array2::zeros(x.raw_dim());
        for (i, mut column) in out.columns_mut().into_iter().enumerate() {
            let shifted = |h: f64| {
                let mut x = x.to_owned();
                x.column_mut(i).mapv_inplace(|x| x + h);
                self.denoised(x.view(), level)
            };
            let slope = (shifted(h) - shifted(-h)) / (2.0 * h); // ∂D/∂xᵢ (n, d)
            column.assign(&(slope * v).sum_axis(Axis(1)));
        }
        out
    }
}

/// E[ε | x_t = x] of a score, what a noise-predicting network answers: `x` (n, d) → (n, d).
///
/// ```text
/// E[ε | x] = −σ·∇ₓ log p_t(x)
/// ```
///
/// At σ = 0 it is 0. Source: Dhariwal & Nichol 2021 (2105.05233), eq. 11.
pub fn eps(score: &dyn ScoreFn, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
    score.score(x, level) * -level.sigma
}

/// The score of a denoiser's answer, the inverse of [`ScoreFn::denoised`].
///
/// ```text
/// ∇ₓ log p_t(x) = (α·D(x) − x) / σ²
/// ```
///
/// Shapes: `x`, `denoised` (n, d) → (n, d). Not defined at σ = 0, where every D equals x.
pub fn score_of_denoised(
    x: ArrayView2<f64>,
    mut denoised: Array2<f64>,
    level: NoiseLevel,
) -> Array2<f64> {
    denoised.zip_mut_with(&x, |d, x| *d = (level.alpha * *d - x) / (level.sigma * level.sigma));
    denoised
}

/// A score whose density is known too, as that of a mixture or of a data set; most networks' are not.
pub trait LogDensity: ScoreFn {
    /// log p_t(x), whose gradient is the score: `x` (n, d) → (n,).
    fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64>;
}

/// p(y | x_t) as a function of x_t, for a y it is already bound to: a classifier's answer, exact or learned.
pub trait Likelihood: Send + Sync {
    /// log p(y | x_t = x): `x` (n, d) → (n,).
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64>;

    /// ∇ₓ log p(y | x_t = x), the direction that makes y more likely: `x` (n, d) → (n, d).
    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64>;
}

/// Counts how many points a score, a density or a likelihood was asked about; the answers are unchanged.
#[derive(Debug)]
pub struct Counted<T> {
    /// What answers.
    pub inner: T,
    points: AtomicU64,
}

impl<T> Counted<T> {
    /// Starts counting at 0.
    pub fn new(inner: T) -> Self {
        Counted { inner, points: AtomicU64::new(0) }
    }

    /// The points asked about so far; divided by the number of samples, the NFE (network function evaluations) of each.
    pub fn points(&self) -> u64 {
        self.points.load(Ordering::Relaxed)
    }

    fn count(&self, x: ArrayView2<f64>) {
        self.points.fetch_add(x.nrows() as u64, Ordering::Relaxed);
    }
}

impl<T: ScoreFn> ScoreFn for Counted<T> {
    fn dim(&self) -> usize {
        self.inner.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.count(x);
        self.inner.score(x, level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.count(x);
        self.inner.denoised(x, level)
    }

    fn pull_back(&self, x: ArrayView2<f64>, level: NoiseLevel, v: ArrayView2<f64>) -> Array2<f64> {
        self.count(x);
        self.inner.pull_back(x, level, v)
    }
}

impl<T: LogDensity> LogDensity for Counted<T> {
    fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        self.count(x);
        self.inner.log_density(x, level)
    }
}

impl<T: Likelihood> Likelihood for Counted<T> {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        self.count(x);
        self.inner.log_likelihood(x, level)
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.count(x);
        self.inner.grad_log_likelihood(x, level)
    }
}

/// Whatever points to a score is one: `&T`, `Box<T>`, `Arc<T>`, with `T` also `dyn ScoreFn`.
impl<P: Deref<Target: ScoreFn> + Send + Sync> ScoreFn for P {
    fn dim(&self) -> usize {
        (**self).dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        (**self).score(x, level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        (**self).denoised(x, level)
    }

    fn pull_back(&self, x: ArrayView2<f64>, level: NoiseLevel, v: ArrayView2<f64>) -> Array2<f64> {
        (**self).pull_back(x, level, v)
    }
}

/// Whatever points to a density is one.
impl<P: Deref<Target: LogDensity> + Send + Sync> LogDensity for P {
    fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        (**self).log_density(x, level)
    }
}

/// Whatever points to a likelihood is one.
impl<P: Deref<Target: Likelihood> + Send + Sync> Likelihood for P {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        (**self).log_likelihood(x, level)
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        (**self).grad_log_likelihood(x, level)
    }
}

/// log Σ exp, by its largest term.
pub(crate) fn log_sum_exp(logs: ArrayView1<f64>) -> f64 {
    let top = logs.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    top + logs.iter().map(|l| (l - top).exp()).sum::<f64>().ln()
}
