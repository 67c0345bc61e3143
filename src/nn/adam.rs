//! Adam, the moving average of the weights, and the learning rate's course.

use crate::arch::wide;
use crate::parallel::each;
use std::f64::consts::PI;

/// Numerical floor under √v̂.
const ADAM_EPS: f32 = 1e-8;

/// Adam with an exponential moving average of the parameters.
///
/// ```text
/// m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   θ ← θ − η·m̂/(√v̂ + ε),   m̂ = m/(1 − β₁ⁿ), v̂ = v/(1 − β₂ⁿ)
/// θ_EMA ← θ_EMA + (1 − d)·(θ − θ_EMA),   d = min(decay, (1 + n)/(10 + n))
/// ```
///
/// With `decay` = 0 the average is the parameters themselves. Source: Kingma & Ba 2015 (1412.6980), algorithm 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    /// The averaged parameters, the ones to sample with.
    pub ema: Vec<f32>,
    /// The largest decay of the average.
    pub decay: f32,
    /// The average gradient.
    pub m: Vec<f32>,
    /// The average of its square, element by element.
    pub v: Vec<f32>,
    /// n, the steps done.
    pub updates: i32,
}

impl Adam {
    /// Starts from `params`, which are also the first average.
    pub fn new(params: &[f32], decay: f64) -> Self {
        let zeros = vec![0.0; params.len()];
        Adam { ema: params.to_vec(), decay: decay as f32, m: zeros.clone(), v: zeros, updates: 0 }
    }

    /// One step along `grads`, each multiplied by `scale` first (the clipping factor).
    pub fn update(&mut self, params: &mut [f32], grads: &[f32], scale: f32, learning_rate: f64) {
        self.updates += 1;
        let n = self.updates;
        let step = Step {
            scale,
            rate: learning_rate as f32 / (1.0 - BETA1.powi(n)),
            unbias: 1.0 / (1.0 - BETA2.powi(n)),
            follow: 1.0 - self.decay.min((1.0 + n as f32) / (10.0 + n as f32)),
        };
        let moments = self.m.chunks_mut(CHUNK).zip(self.v.chunks_mut(CHUNK));
        let weights = params.chunks_mut(CHUNK).zip(self.ema.chunks_mut(CHUNK));
        let all = weights.zip(moments).zip(grads.chunks(CHUNK));
        each(all, |(((p, ema), (m, v)), g)| {
            wide(
                #[inline(always)]
                || step.take(p, ema, m, v, g),
            );
        });
    }
}

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.99;

/// Parameters that one thread updates at a time.
const CHUNK: usize = 1 << 14;

/// The numbers of one update.
#[derive(Clone, Copy)]
struct Step {
    scale: f32,
    rate: f32,
    unbias: f32,
    follow: f32,
}

impl Step {
    /// Moments, weights and average in one pass.
    #[inline(always)]
    fn take(self, p: &mut [f32], ema: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) {
        let n = p.len();
        let (ema, m, v, g) = (&mut ema[..n], &mut m[..n], &mut v[..n], &g[..n]);
        for i in 0..n {
            let g = g[i] * self.scale;
            m[i] = BETA1 * m[i] + (1.0 - BETA1) * g;
            v[i] = BETA2 * v[i] + (1.0 - BETA2) * g * g;
            p[i] -= self.rate * m[i] / ((v[i] * self.unbias).sqrt() + ADAM_EPS);
            ema[i] += self.follow * (p[i] - ema[i]);
        }
    }
}

/// A learning rate that rises for a while and then falls to zero along a cosine.
///
/// ```text
/// η(n) = peak·(n + 1)/warmup for n < warmup, then peak·½(1 + cos(π·(n − warmup)/(steps − warmup)))
/// ```
///
/// Source: Loshchilov & Hutter 2017 (1608.03983), eq. 5, without restarts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearningRate {
    /// The largest rate.
    pub peak: f64,
    /// Steps of linear rise.
    pub warmup: usize,
    /// Steps in all.
    pub steps: usize,
}

impl LearningRate {
    /// η at step n, counted from 0.
    pub fn at(&self, step: usize) -> f64 {
        if step < self.warmup {
            return self.peak * (step + 1) as f64 / self.warmup as f64;
        }
        let done =
            (step - self.warmup) as f64 / self.steps.saturating_sub(self.warmup).max(1) as f64;
        self.peak * 0.5 * (1.0 + (PI * done.min(1.0)).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adam_finds_the_bottom_of_a_bowl_and_its_first_step_is_the_rate() {
        let (mut x, target) = (vec![1.0f32, -3.0], [0.5f32, 2.0]);
        let mut adam = Adam::new(&x, 0.0);
        for n in 0..2000 {
            let grads: Vec<f32> = x.iter().zip(target).map(|(x, t)| 2.0 * (x - t)).collect();
            adam.update(&mut x, &grads, 1.0, 0.01);
            if n == 0 {
                assert!((x[0] - 0.99).abs() < 1e-6 && (x[1] + 2.99).abs() < 1e-6);
            }
        }
        assert!(x.iter().zip(target).all(|(x, t)| (x - t).abs() < 1e-3), "{x:?}");
    }

    #[test]
    fn without_decay_the_average_is_the_parameters() {
        let mut x = vec![1.0f32];
        let (mut plain, mut slow) = (Adam::new(&x, 0.0), Adam::new(&x, 0.999));
        for _ in 0..5 {
            plain.update(&mut x, &[1.0], 1.0, 0.1);
            slow.update(&mut x.clone(), &[1.0], 1.0, 0.1);
        }
        // decay 0: follow = 1 from the first update on
        assert_eq!(plain.ema, x);
        assert_ne!(slow.ema, x);
    }

    #[test]
    fn the_rate_rises_then_falls_to_zero() {
        let rate = LearningRate { peak: 2.0, warmup: 10, steps: 110 };
        assert_eq!((rate.at(4), rate.at(10)), (1.0, 2.0));
        assert!((rate.at(60) - 1.0).abs() < 1e-12 && rate.at(110).abs() < 1e-12);
    }
}
