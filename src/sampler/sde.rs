//! The reverse stochastic differential equation.

use super::{Sampler, Step};
use crate::score::ScoreFn;
use ndarray::{Array2, Zip};

/// Euler–Maruyama on the reverse SDE, with its noise scaled by λ.
///
/// ```text
/// dx = [f·x − ½(1 + λ²)·g²·∇ₓ log p_t(x)] dt + λ·g dw̄
/// ```
///
/// With exact scores every λ has the same marginals as the steps shrink. λ = 0 is the probability-flow ODE in the
/// process's own time, λ = 1 is Anderson's reverse SDE. A step to σ = 0 gives the denoised point. Weak order 1. Source:
/// Song et al. 2021 (2011.13456), eq. 6 and 13; for λ Karras et al. 2022 (2206.00364), eq. 6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EulerMaruyama {
    /// λ ≥ 0.
    pub lambda: f64,
}

impl Default for EulerMaruyama {
    fn default() -> Self {
        EulerMaruyama { lambda: 1.0 }
    }
}

impl Sampler for EulerMaruyama {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        if there.sigma == 0.0 {
            *x = score.denoised(x.view(), here);
            return;
        }
        let Step { process, from, to, noise } = step;
        let (f, g2, dt) = (process.drift(from), process.g2(from), from - to);
        let pull = 0.5 * (1.0 + self.lambda * self.lambda) * g2 * dt;
        let s = score.score(x.view(), here);
        Zip::from(&mut *x).and(&s).for_each(|x, s| *x += pull * s - f * dt * *x);
        if self.lambda > 0.0 {
            let z = noise.normals(x.ncols());
            x.scaled_add(self.lambda * (g2 * dt).sqrt(), &z);
        }
    }
}
