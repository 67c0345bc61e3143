//! Langevin corrector steps between the steps of another sampler.

use super::Sampler;
use crate::noise::Process;
use crate::rng::Noise;
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
/// Source: Song et al. 2021 (2011.13456), algorithm 4.
#[derive(Clone)]
pub struct Langevin<'a, S> {
    /// The predictor.
    pub inner: S,
    /// The score that the correction steps follow.
    pub corrector: &'a dyn ScoreFn,
    /// How many correction steps follow each step of `inner`.
    pub steps: usize,
    /// e/σ², the size of a correction step.
    pub step_size: f64,
}

impl<S: Sampler> Sampler for Langevin<'_, S> {
    fn step(
        &mut self,
        score: &dyn ScoreFn,
        process: &Process,
        x: &mut Array2<f64>,
        from: f64,
        to: f64,
        noise: &Noise,
    ) {
        self.inner.step(score, process, x, from, to, noise);
        let level = process.level(to);
        if level.sigma == 0.0 {
            return;
        }
        let e = self.step_size * level.sigma * level.sigma;
        let mut z = Array2::zeros(x.raw_dim());
        for k in 0..self.steps {
            let s = self.corrector.score(x.view(), level);
            noise.fill(1 + k, z.view_mut()); // draw 0 is the predictor's
            x.scaled_add(0.5 * e, &s);
            x.scaled_add(e.sqrt(), &z);
        }
    }
}
