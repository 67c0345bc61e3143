//! Samplers of the probability-flow ODE, all written for x/α and σ/α, where it is dx/dσ = (x − D)/σ.

use super::{Sampler, Step};
use crate::score::ScoreFn;
use ndarray::{Array2, Zip};

/// DDIM with noise η: Euler's method on the probability-flow ODE, or ancestral sampling.
///
/// ```text
/// r = σ/α, r' = σ'/α':   x'/α' = D + (r_down/r)·(x/α − D) + r_up·z
/// r_up² = η²·r'²·(1 − r'²/r²),   r_down² = r'² − r_up²
/// ```
///
/// η = 0 is Euler's step in σ/α for x/α, without noise. η = 1 is DDPM's ancestral step, the exact posterior q(x' | x, D).
/// A step to σ' = 0 gives D. Source: Song, Meng & Ermon 2021 (2010.02502), eq. 12 and 16.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ddim {
    /// η in [0, 1].
    pub eta: f64,
}

impl Sampler for Ddim {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let (r, r_to) = (here.ratio(), there.ratio());
        let up = self.eta * r_to * (1.0 - (r_to / r).powi(2)).sqrt();
        let down = (r_to * r_to - up * up).max(0.0).sqrt();
        let d = score.denoised(x.view(), here);
        Zip::from(&mut *x)
            .and(&d)
            .for_each(|x, d| *x = there.alpha * (d + down / r * (*x / here.alpha - d)));
        if up > 0.0 {
            let z = step.noise.normals(x.ncols());
            x.scaled_add(there.alpha * up, &z);
        }
    }
}

/// Heun's method, the trapezoidal rule with an Euler predictor: second order, two evaluations a step.
///
/// ```text
/// k = (x − D(x; r))/r,   x̂ = x + (r' − r)·k,   x' = x + (r' − r)·½(k + (x̂ − D(x̂; r'))/r')      (x for x/α)
/// ```
///
/// The step to σ' = 0 is Euler's and gives D. Source: Karras et al. 2022 (2206.00364), algorithm 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Heun;

impl Sampler for Heun {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let (r, r_to) = (here.ratio(), there.ratio());
        let d = score.denoised(x.view(), here);
        if r_to == 0.0 {
            *x = d * there.alpha;
            return;
        }
        let x_here = &*x / here.alpha;
        let slope = (&x_here - &d) / r;
        let guess = &x_here + &(&slope * (r_to - r));
        let d_there = score.denoised((&guess * there.alpha).view(), there);
        let slope_there = (&guess - &d_there) / r_to;
        *x = (x_here + (slope + slope_there) * (0.5 * (r_to - r))) * there.alpha;
    }
}

/// DPM-Solver++(2M): second order with one evaluation a step, from the denoised points of this step and the one before.
///
/// ```text
/// λ = ln(α/σ), h = λ' − λ:   x' = (σ'/σ)·x + α'(1 − e^−h)·D̂,   D̂ = D + (h/2h_before)·(D − D_before)
/// ```
///
/// The first step and the step to σ' = 0 (h = ∞) use D̂ = D, which is DDIM. Source: Lu et al. 2022 (2211.01095),
/// algorithm 2. It keeps a history, so each walk needs a fresh one.
#[derive(Debug, Clone, Default)]
pub struct DpmSolver2M {
    before: Option<(f64, Array2<f64>)>, // h and D of the step before
}

impl Sampler for DpmSolver2M {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let h = (here.ratio() / there.ratio()).ln();
        let d = score.denoised(x.view(), here);
        let weight = match &self.before {
            Some((h_before, _)) if h.is_finite() => h / (2.0 * h_before),
            _ => 0.0,
        };
        let mut d_hat = d.clone();
        if let Some((_, before)) = &self.before {
            d_hat.zip_mut_with(before, |d, b| *d += weight * (*d - b));
        }
        let (keep, add) = (there.sigma / here.sigma, -there.alpha * (-h).exp_m1());
        x.zip_mut_with(&d_hat, |x, d| *x = keep * *x + add * d);
        self.before = Some((h, d));
    }
}
