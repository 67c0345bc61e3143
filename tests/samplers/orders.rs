//! Halve the step and the error of a method of order p falls by 2^p.

use crate::common::{assert_law, cases};
use ndarray::Array2;
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::sampler::{Ddim, DpmSolver2M, Heun, Sampler, sample, start};
use scorelab::score::ScoreFn;
use std::sync::LazyLock;

const PROCESS: Process = Process::Ve { sigma_min: 0.02, sigma_max: 20.0 };

fn grid(steps: usize) -> Grid {
    Grid::between(&PROCESS, Spacing::KARRAS, PROCESS.t_max(), PROCESS.t_min(), steps).unwrap()
}

/// 128 starts from N(0, 20²).
fn starts() -> Array2<f64> {
    start(128, 2, &PROCESS, &grid(1), 9)
}

/// The probability-flow ODE dx/dσ = −σ·s by the classical Runge–Kutta method, which no sampler of the crate uses.
fn runge_kutta(score: &dyn ScoreFn, steps: usize) -> Array2<f64> {
    let slope = |x: &Array2<f64>, sigma: f64| score.score(x.view(), NoiseLevel::ve(sigma)) * -sigma;
    let mut x = starts();
    for pair in grid(steps).times().windows(2) {
        let (from, to) = (PROCESS.level(pair[0]).sigma, PROCESS.level(pair[1]).sigma);
        let (h, middle) = (to - from, 0.5 * (from + to));
        let k1 = slope(&x, from);
        let k2 = slope(&(&x + &(&k1 * (0.5 * h))), middle);
        let k3 = slope(&(&x + &(&k2 * (0.5 * h))), middle);
        let k4 = slope(&(&x + &(&k3 * h)), to);
        x += &((k1 + k2 * 2.0 + k3 * 2.0 + k4) * (h / 6.0));
    }
    x
}

/// The root mean square distance of a sampler's ends from `reference`.
fn error<S: Sampler + Clone + Sync>(sampler: &S, reference: &Array2<f64>, steps: usize) -> f64 {
    let ends = sample(sampler, &cases::f7(), &PROCESS, &grid(steps), starts().view(), 0);
    (ends - reference).mapv(|v| v * v).mean().unwrap().sqrt()
}

/// The ends by 4,096 steps of [`runge_kutta`].
static REFERENCE: LazyLock<Array2<f64>> = LazyLock::new(|| runge_kutta(&cases::f7(), 4_096));

/// log₂ of how much the error falls from `steps` to twice as many.
fn slope<S: Sampler + Clone + Sync>(sampler: &S, reference: &Array2<f64>, steps: usize) -> f64 {
    (error(sampler, reference, steps) / error(sampler, reference, 2 * steps)).log2()
}

#[test]
fn euler_has_order_one_and_heun_and_dpm_solver_have_order_two() {
    let euler = slope(&Ddim { eta: 0.0 }, &REFERENCE, 256);
    let heun = slope(&Heun, &REFERENCE, 256);
    let multistep = slope(&DpmSolver2M::default(), &REFERENCE, 256);
    assert!((0.9..1.1).contains(&euler), "Euler {euler}");
    assert!((1.9..2.1).contains(&heun), "Heun {heun}");
    assert!((1.9..2.1).contains(&multistep), "DPM-Solver++(2M) {multistep}");
    // 2M comes to its order slowly: 1.6 to 1.9 here, by the starts
    let early = slope(&DpmSolver2M::default(), &REFERENCE, 32);
    assert!((1.5..1.95).contains(&early) && early < multistep, "from 32 to 64 steps {early}");
    // the twin: against a reference that is off, every order looks like none
    let wrong = slope(&Heun, &(&*REFERENCE * 1.01), 256);
    assert!(wrong.abs() < 0.1, "{wrong}");
}

#[test]
fn the_reference_is_exact_to_more_digits_than_it_is_asked_for() {
    let rms = |a: Array2<f64>| a.mapv(|v| v * v).mean().unwrap().sqrt();
    let gap = |steps: usize| rms(runge_kutta(&cases::f7(), steps) - &*REFERENCE);
    let smallest = error(&Heun, &REFERENCE, 512);
    assert_law("Runge–Kutta", gap(1_024) / smallest, gap(32) / smallest, 1e-3);
}
