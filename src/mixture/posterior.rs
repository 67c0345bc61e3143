//! The exact classifier: p(y | x_t) of a mixture.

use super::Mixture;
use super::fast::{LANES, Noised, Scratch, exp, minus, softmax_lanes, weighted_sum};
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
#[derive(Debug, Clone)]
pub struct Posterior {
    /// The mixture.
    pub mixture: Mixture,
    /// y.
    pub class: usize,
    /// T > 0; divides the logits before the softmax.
    pub temperature: f64,
}

impl Likelihood for Posterior {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        let noised = Noised::new(&self.mixture, level);
        let mut out = Array1::zeros(x.nrows());
        self.mixture.for_rows(
            x,
            out.view_mut().insert_axis(Axis(1)),
            #[inline(always)]
            |x, out, scratch| {
                noised.at(x, scratch);
                self.class_logits(scratch);
                let own = scratch.classes[self.class];
                out[0] = minus(own, softmax_lanes(&mut scratch.classes));
            },
        );
        out
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let labels = self.mixture.labels();
        let noised = Noised::new(&self.mixture, level);
        let mut out = Array2::zeros(x.raw_dim());
        self.mixture.for_rows(
            x,
            out.view_mut(),
            #[inline(always)]
            |x, out, scratch| {
                noised.at(x, scratch);
                self.class_logits(scratch);
                softmax_lanes(&mut scratch.classes); // q
                for (k, r) in scratch.resp.iter_mut().enumerate() {
                    let (own, q) =
                        (f64::from(u8::from(labels[k] == self.class)), scratch.classes[labels[k]]);
                    for l in 0..LANES {
                        r[l] *= (own - q[l]) / self.temperature;
                    }
                }
                weighted_sum(&scratch.resp, &scratch.pulls, out);
            },
        );
        out
    }
}

/// The exact p(y | x₀), asked about x_t as if it were x₀: the best that any classifier trained on clean data can be.
///
/// ```text
/// log p(y | x₀ = x_t),   whatever the level
/// ```
///
/// At σ = 0 and α = 1 it is [`Posterior`]. At high noise its accuracy is as good and its gradient many times too strong.
#[derive(Debug, Clone)]
pub struct Noiseless(pub Posterior);

/// The level of the data themselves.
const CLEAN: NoiseLevel = NoiseLevel { alpha: 1.0, sigma: 0.0 };

impl Likelihood for Noiseless {
    fn log_likelihood(&self, x: ArrayView2<f64>, _: NoiseLevel) -> Array1<f64> {
        self.0.log_likelihood(x, CLEAN)
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, _: NoiseLevel) -> Array2<f64> {
        self.0.grad_log_likelihood(x, CLEAN)
    }
}

impl Posterior {
    /// Fills `classes` with ℓ_j(x)/T of every class j and `resp` with r(k | class of k), from the components' logs.
    #[inline(always)]
    fn class_logits(&self, scratch: &mut Scratch) {
        let labels = self.mixture.labels();
        let Scratch { logs, resp, classes, .. } = scratch;
        let mut top = classes.clone();
        top.fill([f64::NEG_INFINITY; LANES]);
        for (log, y) in logs.iter().zip(labels) {
            for l in 0..LANES {
                top[*y][l] = top[*y][l].max(log[l]);
            }
        }
        classes.fill([0.0; LANES]);
        for ((log, y), r) in logs.iter().zip(labels).zip(resp.iter_mut()) {
            *r = exp(minus(*log, top[*y]));
            for l in 0..LANES {
                classes[*y][l] += r[l];
            }
        }
        for (y, r) in labels.iter().zip(resp) {
            for l in 0..LANES {
                r[l] /= classes[*y][l];
            }
        }
        for (sum, top) in classes.iter_mut().zip(&top) {
            for l in 0..LANES {
                sum[l] = (top[l] + sum[l].ln()) / self.temperature;
            }
        }
    }
}
