//! One score pushed away from another.

use super::Gamma;
use crate::noise::NoiseLevel;
use crate::score::ScoreFn;
use ndarray::{Array2, ArrayView2};

/// One score pushed away from another.
///
/// ```text
/// s_γ = s_guiding + γ·(s_main − s_guiding)
/// ```
///
/// With `main` conditional and `guiding` unconditional this is classifier-free guidance (Ho & Salimans 2022, 2207.12598,
/// eq. 6); with `guiding` a weaker model of the same condition it is autoguidance (Karras et al. 2024, 2406.02507).
/// γ = 0 is `guiding` and γ = 1 is `main`, bit for bit and at the cost of one of them.
#[derive(Debug, Clone, Copy)]
pub struct Guided<M, G> {
    /// The score to go towards.
    pub main: M,
    /// The score to go away from.
    pub guiding: G,
    /// The guidance scale.
    pub gamma: Gamma,
}

impl<M: ScoreFn, G: ScoreFn> ScoreFn for Guided<M, G> {
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
#[derive(Debug, Clone, Copy)]
pub struct Scheduled<M, G, F> {
    /// The score to go towards.
    pub main: M,
    /// The score to go away from.
    pub guiding: G,
    /// γ(σ/α), finite.
    pub gamma: F,
}

impl<M: ScoreFn, G: ScoreFn, F: Fn(f64) -> f64 + Send + Sync> ScoreFn for Scheduled<M, G, F> {
    fn dim(&self) -> usize {
        self.main.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let gamma = Gamma((self.gamma)(level.ratio()));
        Guided { main: &self.main, guiding: &self.guiding, gamma }.score(x, level)
    }
}
