//! Langevin corrector steps between the steps of another sampler.

use super::{Sampler, Step};
use crate::score::ScoreFn;
use ndarray::Array2;

/// A predictor–corrector: after each step of `inner`, `steps` Langevin steps on the score `corrector`.
///
/// ```text
/// x ← x + ½e·s_corrector(x) + √e·z,   e = step_size·σ²
/// ```
///
/// No correction after the step to σ = 0; `steps` = 0 is `inner`. The walk's score drives `inner` alone, so the two may
/// differ: DDIM on s_c with Langevin on s_γ samples the tilt p(x)^(1−γ)·p(x|y)^γ (Bradley & Nakkiran 2024, 2408.09000).
/// Correctors nest: `inner` may be one, and its z are independent of these.
/// Source: Song et al. 2021 (2011.13456), algorithm 4.
#[derive(Debug, Clone)]
pub struct Langevin<S, C> {
    /// The predictor.
    pub inner: S,
    /// The score that the correction steps follow.
    pub corrector: C,
    /// How many correction steps follow each step of `inner`.
    pub steps: usize,
    /// e/σ², the size of a correction step.
    pub step_size: f64,
}

impl<S: Sampler, C: ScoreFn> Sampler for Langevin<S, C> {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (_, level) = step.levels();
        let mut noise = step.noise.each();
        let its = noise.next().expect("noise without end");
        self.inner.step(score, x, Step { noise: its, ..step });
        if level.sigma == 0.0 {
            return;
        }
        let e = self.step_size * level.sigma * level.sigma;
        for mine in noise.take(self.steps) {
            let (s, z) = (self.corrector.score(x.view(), level), mine.normals(x.ncols()));
            x.scaled_add(0.5 * e, &s);
            x.scaled_add(e.sqrt(), &z);
        }
    }
}
