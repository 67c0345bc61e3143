//! The exact classifier: p(y | x_t) of a mixture.

use super::{Mixture, Noised, noised::softmax};
use crate::noise::NoiseLevel;
use crate::score::Likelihood;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// p(y | x_t) of one class of a mixture, exactly, with a softmax temperature.
///
/// ```text
/// p(y | x) = softmax(ℓ(x)/T)_y,   ℓ_j(x) = log P(j) p_t(x | j)
/// ∇ₓ log p(y | x) = (1/T)·(s_y(x) − Σ_j q_j s_j(x)),   q = softmax(ℓ/T),   s_j = ∇ₓ log p_t(x | j)
/// ```
///
/// With T = 1 it is Bayes' rule, and Σ_j q_j s_j is the unconditional score. T > 1 is *another field*, not a weaker
/// one: no guidance scale undoes it (see [`GradientScaled`](crate::guidance::GradientScaled) for one that is undone).
#[derive(Debug, Clone, Copy)]
pub struct Posterior<'a> {
    /// The mixture.
    pub mixture: &'a Mixture,
    /// y.
    pub class: usize,
    /// T > 0; divides the logits before the softmax.
    pub temperature: f64,
}

impl Likelihood for Posterior<'_> {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        let noised = Noised::new(self.mixture, level);
        let mut out = Array1::zeros(x.nrows());
        self.mixture.for_rows(x, out.view_mut().insert_axis(Axis(1)), |x, mut out, scratch| {
            noised.responsibilities(x, scratch);
            let mut logits = self.class_logits(&scratch.logs);
            logits.iter_mut().for_each(|l| *l /= self.temperature);
            let own = logits[self.class];
            out[0] = own - softmax(&mut logits);
        });
        out
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let labels = &self.mixture.labels;
        let noised = Noised::new(self.mixture, level);
        let mut out = Array2::zeros(x.raw_dim());
        self.mixture.for_rows(x, out.view_mut(), |x, mut out, scratch| {
            noised.responsibilities(x, scratch);
            noised.pulls(x, scratch);
            let logits = self.class_logits(&scratch.logs);
            let mut q: Vec<f64> = logits.iter().map(|l| l / self.temperature).collect();
            softmax(&mut q);
            for (k, v) in scratch.pulls.outer_iter().enumerate() {
                let within = (scratch.logs[k] - logits[labels[k]]).exp(); // r(k | class of k)
                let own = if labels[k] == self.class { 1.0 } else { 0.0 };
                out.scaled_add(within * (own - q[labels[k]]) / self.temperature, &v);
            }
        });
        out
    }
}

impl Posterior<'_> {
    /// ℓ_j(x) = log P(j) p_t(x | j) of every class, from the components' logs.
    fn class_logits(&self, logs: &[f64]) -> Vec<f64> {
        let labels = &self.mixture.labels;
        (0..self.mixture.classes)
            .map(|j| {
                let mut own: Vec<f64> =
                    logs.iter().zip(labels).filter(|(_, y)| **y == j).map(|(l, _)| *l).collect();
                softmax(&mut own)
            })
            .collect()
    }
}
