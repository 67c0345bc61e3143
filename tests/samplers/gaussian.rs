//! What samplers do with γ on F1, in closed form: neither of them samples the tilt.

use super::affine::{end_of_ode, end_of_sde};
use crate::common::{assert_law, cases, simpson};
use approx::{assert_abs_diff_eq, assert_relative_eq};
use scorelab::guidance::{Gamma, Guided};
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{Ddim, DpmSolver2M, EulerMaruyama, Heun, Langevin};
use scorelab::score::ScoreFn;

const PROCESSES: [Process; 4] = [Process::VP_LINEAR, Process::VpCosine, Process::VE, Process::Flow];

const GAMMAS: [f64; 8] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0];
#[expect(clippy::approx_constant, reason = "a table of rounded answers")]
const ODE: [f64; 8] = [2.0, 1.4142, 1.0, 0.7071, 0.5, 0.25, 0.0625, 0.00195];
const SDE: [f64; 8] = [2.0, 1.3863, 1.0, 0.75, 0.58333, 0.3875, 0.22179, 0.10526];
const TILT: [f64; 8] = [2.0, 1.3333, 1.0, 0.8, 0.66667, 0.5, 0.33333, 0.18182];

/// Hands the guided score of F1 to `run`.
fn with_f1<T>(gamma: f64, run: impl FnOnce(&dyn ScoreFn) -> T) -> T {
    let pair = cases::f1();
    run(&Guided {
        main: &pair.conditional,
        guiding: &pair.unconditional,
        gamma: Gamma::new(gamma).unwrap(),
    })
}

fn karras(steps: usize) -> Grid {
    Grid::to_data(&Process::VE, Spacing::KARRAS, steps).unwrap()
}

fn ddim_variance(gamma: f64, steps: usize) -> f64 {
    let ddim = Ddim { eta: 0.0 };
    with_f1(gamma, |s| end_of_ode(&ddim, s, &Process::VE, &karras(steps)).variance)
}

fn ancestral_variance(gamma: f64, steps: usize) -> f64 {
    let mut ddim = Ddim { eta: 1.0 };
    with_f1(gamma, |s| end_of_sde(&mut ddim, &[&[]], s, &Process::VE, &karras(steps)).variance)
}

#[test]
fn the_ode_variance_is_two_to_the_one_minus_gamma() {
    for (gamma, answer) in GAMMAS.into_iter().zip(ODE) {
        let heun = with_f1(gamma, |s| end_of_ode(&Heun, s, &Process::VE, &karras(1_024)).variance);
        // from σ = 80 rather than ∞: ((1 + σ²)/σ²)^γ·((2 + σ²)/σ²)^(1−γ) times less, up to 8/σ²
        let s2 = 80f64.powi(2);
        let exact =
            2f64.powf(1.0 - gamma) * s2 * (1.0 + s2).powf(-gamma) * (2.0 + s2).powf(gamma - 1.0);
        assert_relative_eq!(heun, exact, max_relative = 1e-4 * (1.0 + gamma));
        assert_relative_eq!(heun, answer, max_relative = 4e-3);
        if gamma != 0.0 && gamma != 1.0 {
            let i = GAMMAS.iter().position(|g| *g == gamma).unwrap();
            assert!((heun - SDE[i]).abs() > 4e-3 * SDE[i], "not the SDE's answer");
            assert!((heun - TILT[i]).abs() > 4e-3 * TILT[i], "not the tilt");
        }
    }
}

#[test]
fn the_sde_variance_is_neither_the_odes_nor_the_tilts() {
    for (i, gamma) in GAMMAS.into_iter().enumerate() {
        // weak order 1: what 2,048 and 4,096 steps say, extrapolated to none
        let limit = 2.0 * ancestral_variance(gamma, 4_096) - ancestral_variance(gamma, 2_048);
        let closed = (2.0 - 2f64.powf(2.0 - 2.0 * gamma)) / (2.0 * gamma - 1.0);
        let closed = if gamma == 0.5 { 2.0 * 2f64.ln() } else { closed };
        assert_relative_eq!(limit, closed, max_relative = 2e-3);
        assert_relative_eq!(limit, SDE[i], max_relative = 2e-3);
        if gamma != 0.0 && gamma != 1.0 {
            assert!((limit - ODE[i]).abs() > 2e-3 * ODE[i], "not the ODE's answer");
            assert!((limit - TILT[i]).abs() > 2e-3 * TILT[i], "not the tilt");
        }
    }
}

#[test]
fn ddim_and_ancestral_sampling_reach_their_limits_from_below_at_gamma_three() {
    let steps = [16, 64, 256, 1_024];
    let ddim = [(0.141, 5e-4), (0.220, 5e-4), (0.2423, 5e-5), (0.2481, 5e-5)];
    let ancestral = [(0.165, 5e-4), (0.311, 5e-4), (0.3667, 5e-5), (0.3822, 5e-5)];
    for (n, ((ode, ode_digit), (sde, sde_digit))) in
        steps.into_iter().zip(ddim.into_iter().zip(ancestral))
    {
        assert_abs_diff_eq!(ddim_variance(3.0, n), ode, epsilon = ode_digit);
        assert_abs_diff_eq!(ancestral_variance(3.0, n), sde, epsilon = sde_digit);
    }
    // the twin: a grid of even steps in t is another number
    let even = Grid::to_data(&Process::VE, Spacing::Uniform, 64).unwrap();
    let wrong = with_f1(3.0, |s| end_of_ode(&Ddim { eta: 0.0 }, s, &Process::VE, &even).variance);
    assert!((wrong - 0.220).abs() > 5e-4, "{wrong}");
}

#[test]
fn every_process_and_solver_has_the_same_limit() {
    for process in PROCESSES {
        let grid = Grid::to_data(&process, Spacing::KARRAS, 2_000).unwrap();
        let of = |gamma: f64| {
            with_f1(gamma, |s| {
                let heun = end_of_ode(&Heun, s, &process, &grid);
                let multistep = end_of_ode(&DpmSolver2M::default(), s, &process, &grid);
                [heun, multistep].map(|law| law.variance)
            })
        };
        for (variance, twin) in of(3.0).into_iter().zip(of(3.1)) {
            let residual = |v: f64| (v - 0.25).abs() / 0.25;
            assert_law(process.name(), residual(variance), residual(twin), 3e-3);
        }
    }
}

#[test]
fn ancestral_sampling_has_weak_order_one() {
    let error = |n: usize| (ancestral_variance(1.0, n) - 1.0).abs();
    for (n, answer) in [(64, 0.155), (128, 0.082), (256, 0.042)] {
        assert_abs_diff_eq!(error(n), answer, epsilon = 5e-4);
    }
    let slope = (error(512) / error(1_024)).log2();
    assert!((0.95..1.05).contains(&slope), "weak order {slope}");
}

#[test]
fn ode_and_sde_agree_at_gamma_one_and_disagree_at_gamma_three() {
    let gap = |gamma: f64| {
        let sde = 2.0 * ancestral_variance(gamma, 2_048) - ancestral_variance(gamma, 1_024);
        let ode = with_f1(gamma, |s| end_of_ode(&Heun, s, &Process::VE, &karras(1_024)).variance);
        (sde - ode).abs() / ode
    };
    assert_law("one law at γ = 1", gap(1.0), gap(3.0), 2e-3);
    assert!(gap(3.0) > 0.5, "the SDE's variance is half as large again: {}", gap(3.0));
}

#[test]
fn euler_maruyama_has_the_odes_limit_without_noise_and_the_sdes_with_it() {
    // in each process's own time, and with an error of order 1/N that two grids take away
    let limit = |process: &Process, gamma: f64, lambda: f64| {
        let at = |n: usize| {
            let grid = Grid::to_data(process, Spacing::KARRAS, n).unwrap();
            let mut sampler = EulerMaruyama { lambda };
            let places: &[&[usize]] = if lambda > 0.0 { &[&[]] } else { &[] };
            with_f1(gamma, |s| end_of_sde(&mut sampler, places, s, process, &grid).variance)
        };
        2.0 * at(4_096) - at(2_048)
    };
    for process in PROCESSES {
        for (gamma, ode, sde) in [(1.0, 1.0, 1.0), (3.0, 0.25, 0.3875)] {
            assert_relative_eq!(limit(&process, gamma, 0.0), ode, max_relative = 5e-3);
            assert_relative_eq!(limit(&process, gamma, 1.0), sde, max_relative = 5e-3);
        }
        assert!(
            (limit(&process, 3.0, 0.5) - 0.25).abs() > 5e-3 * 0.25,
            "half the noise is neither"
        );
    }
}

#[test]
fn the_noise_factor_leads_from_the_odes_variance_towards_the_tilts() {
    // dV/du = (1 + λ²)·c·V − λ², c = γ/(1 + u) + (1 − γ)/(2 + u), u = σ²: by an integrating factor
    // V(0) = 2^((1 − γ)a)·λ²·∫ (1 + u)^(−γa)·(2 + u)^((γ − 1)a) du for λ > 0, with a = 1 + λ² and u = eᵛ − 1
    let closed = |gamma: f64, lambda: f64| {
        let a = 1.0 + lambda * lambda;
        let inner = |v: f64| (v - gamma * a * v + (gamma - 1.0) * a * (1.0 + v.exp()).ln()).exp();
        2f64.powf((1.0 - gamma) * a) * lambda * lambda * simpson(inner, 0.0, 120.0, 20_000)
    };
    let process = Process::VP_LINEAR;
    let found = |gamma: f64, lambda: f64| {
        let at = |n: usize| {
            let grid = Grid::to_data(&process, Spacing::KARRAS, n).unwrap();
            let mut sampler = EulerMaruyama { lambda };
            with_f1(gamma, |s| end_of_sde(&mut sampler, &[&[]], s, &process, &grid).variance)
        };
        2.0 * at(2_048) - at(1_024)
    };
    for (gamma, tilt) in [(2.0, 2.0 / 3.0), (3.0, 0.5), (5.0, 1.0 / 3.0)] {
        let answers = [0.5, 1.0, 2.0, 4.0].map(|lambda| closed(gamma, lambda));
        for (lambda, answer) in [0.5, 1.0, 2.0].into_iter().zip(answers) {
            let residual = |lambda: f64| (found(gamma, lambda) - answer).abs() / answer;
            let law = format!("γ = {gamma}, λ = {lambda}");
            assert_law(&law, residual(lambda), residual(1.1 * lambda), 5e-3);
        }
        assert!(answers.windows(2).all(|w| w[0] < w[1]) && answers[3] < tilt, "{answers:?}");
        assert!(tilt - answers[3] < 0.1 * (tilt - answers[0]), "{answers:?} and {tilt}");
    }
}

#[test]
fn langevin_correction_converges_to_the_tilt() {
    let process = Process::Ve { sigma_min: 0.01, sigma_max: 50.0 };
    let grid = Grid::to_data(&process, Spacing::KARRAS, 400).unwrap();
    let pair = cases::f1();
    let variance = |steps: usize| {
        with_f1(3.0, |corrector| {
            let mut sampler =
                Langevin { inner: Ddim { eta: 0.0 }, corrector, steps, step_size: 0.05 };
            let numbers: Vec<usize> = (1..=steps).collect();
            let places: Vec<&[usize]> = numbers.chunks(1).collect();
            end_of_sde(&mut sampler, &places, &pair.conditional, &process, &grid).variance
        })
    };
    // The same recursion on the variance, in Python: s = Karras grid, e = .05·s'², for each step s → s' > 0
    //   v *= (1/(1+s*s) + s_to/s*(1 - 1/(1+s*s)))**2
    //   K times: v = (1 - .5*e*(3/(1+s_to**2) - 2/(2+s_to**2)))**2*v + e
    for (steps, answer) in [(0, 0.98868), (1, 0.57734), (5, 0.51462), (20, 0.50379)] {
        assert_abs_diff_eq!(variance(steps), answer, epsilon = 1e-5);
    }
    assert!((variance(20) - 0.25).abs() > 0.2, "not the ODE's variance");
}
