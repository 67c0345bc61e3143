//! The menu of samplers.

use super::{Ddim, DpmSolver2M, EulerMaruyama, Heun, Sampler, Step};
use crate::score::ScoreFn;
use ndarray::Array2;

/// The samplers that can be chosen by name.
#[derive(Debug, Clone)]
pub enum Method {
    /// Euler on the probability-flow ODE (η = 0), DDPM's ancestral sampling (η = 1), or between.
    Ddim(Ddim),
    /// Heun's method on the probability-flow ODE.
    Heun(Heun),
    /// DPM-Solver++(2M).
    DpmSolver2M(DpmSolver2M),
    /// Euler–Maruyama on the reverse SDE.
    EulerMaruyama(EulerMaruyama),
}

impl Sampler for Method {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        match self {
            Method::Ddim(s) => s.step(score, x, step),
            Method::Heun(s) => s.step(score, x, step),
            Method::DpmSolver2M(s) => s.step(score, x, step),
            Method::EulerMaruyama(s) => s.step(score, x, step),
        }
    }
}
