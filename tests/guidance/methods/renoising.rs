//! CFG++ and methods that remember: ordinary guidance at another scale, and whether small steps have a limit.

use super::*;
use crate::common::{assert_law, cases, max_abs};
use ndarray::array;
use scorelab::guidance::Scheduled;
use scorelab::methods::MomentumStep;
use scorelab::sampler::{Heun, sample};
use scorelab::score::ScoreFn;

/// The variance in which a plan ends on F1, where its steps are affine.
pub fn variance(plan: &Plan, process: &Process, steps: usize) -> f64 {
    let grid = Grid::to_data(process, Spacing::KARRAS, steps).unwrap();
    let start = array![[0.0], [1.0]];
    let run = Run { process, grid: &grid, start: start.view(), seed: 0 };
    let ends = plan.walk(&AnySampler::new(Ddim { eta: 0.0 }), run);
    ((ends[[1, 0]] - ends[[0, 0]]) * process.level(grid.times()[0]).sigma).powi(2)
}

/// A plan of class c of F1.
pub fn on_f1(name: &str, set: &[(&str, f64)]) -> Plan {
    let (f1, method) = (cases::f1(), named(name));
    let parts = Parts {
        unconditional: Some(Arc::new(f1.unconditional)),
        conditional: Some(Arc::new(f1.conditional)),
        ..Parts::default()
    };
    let knobs = set.iter().fold(Knobs::defaults(method.about()), |knobs, (name, value)| {
        knobs.with(name, *value).unwrap()
    });
    build(method, &parts, &knobs).unwrap()
}

#[test]
fn cfg_plus_plus_is_guidance_with_a_scale_that_grows_as_steps_shrink() {
    for process in [Process::VE, Process::VP_LINEAR] {
        let (f7, lambda) = (cases::f7(), 0.6);
        let grid = Grid::to_data(&process, Spacing::KARRAS, 24).unwrap();
        let start = start(40, 2, &process, &grid, 5);
        let run = Run { process: &process, grid: &grid, start: start.view(), seed: 5 };
        let own = AnySampler::new(Ddim { eta: 0.0 });
        let found = plan_on(&f7, "cfg++", &[("lambda", lambda)]).walk(&own, run);
        let ratios: Vec<f64> = grid.times().iter().map(|t| process.level(*t).ratio()).collect();
        let given = f7.given(0);
        let scheduled = |factor: f64| {
            let gamma = |ratio: f64| {
                let i = ratios.iter().position(|r| *r == ratio).unwrap();
                factor * lambda * ratio / (ratio - ratios[i + 1])
            };
            let score = Scheduled { main: &given, guiding: &f7, gamma };
            sample(&Ddim { eta: 0.0 }, &score, &process, &grid, start.view(), 5)
        };
        let off = |factor: f64| max_abs(&(&found - &scheduled(factor)));
        assert_law(process.name(), off(1.0), off(1.001), 1e-10);
    }
}

#[test]
fn cfg_plus_plus_has_no_limit_of_small_steps_and_ordinary_guidance_has() {
    let at = |plan: &Plan| [64, 128, 256].map(|steps| variance(plan, &Process::VE, steps));
    let found = at(&on_f1("cfg++", &[("lambda", 0.6)]));
    assert!(found[1] < 0.5 * found[0] && found[2] < 0.5 * found[1], "{found:?}");
    let ordinary = at(&on_f1("classifier-free", &[("gamma", 3.0)]));
    assert!((ordinary[2] / ordinary[1] - 1.0).abs() < 0.05, "{ordinary:?}");
    let none = at(&on_f1("cfg++", &[("lambda", 0.0)]));
    assert_eq!(none, at(&on_f1("unconditional", &[])), "λ = 0");
}

#[test]
fn momentum_without_a_memory_beyond_one_step_is_adams_bashforth() {
    let (f7, process) = (cases::f7(), Process::Flow);
    let grid = Grid::to_data(&process, Spacing::Uniform, 16).unwrap();
    let start = start(30, 2, &process, &grid, 5);
    let by_hand = |newest: f64| {
        let (mut y, mut before): (Array2<f64>, Option<Array2<f64>>) = (start.clone(), None);
        for t in grid.times().windows(2) {
            let v = (&y - &f7.denoised(y.view(), process.level(t[0]))) / t[0]; // α + σ = 1
            let old = before.as_ref().unwrap_or(&v);
            y += &((&v * newest + old * (1.0 - newest)) * (t[1] - t[0]));
            before = Some(v);
        }
        y
    };
    let step = MomentumStep { weight: 0.5, beta: 0.0, past: None };
    let found = sample(&step, &f7, &process, &grid, start.view(), 5);
    let off = |newest: f64| max_abs(&(&found - &by_hand(newest)));
    assert_law("3/2 and −1/2", off(1.5), off(1.501), 1e-12);
}

#[test]
fn momentum_helps_where_steps_are_few_and_fades_as_they_shrink() {
    let exact = sample_limit();
    let error = |weight: f64, beta: f64, steps: usize| {
        let plan = on_f1("momentum", &[("gamma", 1.0), ("weight", weight), ("beta", beta)]);
        (variance(&plan, &Process::Flow, steps) - exact).abs()
    };
    for steps in [16, 32] {
        assert!(error(0.5, 0.0, steps) < 0.5 * error(0.0, 0.0, steps), "{steps} steps");
    }
    // what it adds: half as much with twice the steps
    let added = |steps: usize| {
        let at = |weight: f64| {
            variance(&on_f1("momentum", &[("weight", weight)]), &Process::Flow, steps)
        };
        at(1.0) - at(0.0)
    };
    let ratio = added(512) / added(1_024);
    assert!((1.8..2.2).contains(&ratio), "{ratio}");
}

/// The variance of the conditional flow from N(0, σ²) at the start of the flow process.
fn sample_limit() -> f64 {
    let plan = on_f1("conditional", &[]);
    let grid = Grid::to_data(&Process::Flow, Spacing::KARRAS, 2_000).unwrap();
    let start = array![[0.0], [1.0]];
    let run = Run { process: &Process::Flow, grid: &grid, start: start.view(), seed: 0 };
    let ends = plan.walk(&AnySampler::new(Heun), run);
    ((ends[[1, 0]] - ends[[0, 0]]) * Process::Flow.level(grid.times()[0]).sigma).powi(2)
}

#[test]
fn apgs_momentum_does_not_fade_and_tends_to_another_gamma() {
    // γ = 2 and β = ½: 1 + (2 − 1)/(1 − ½) = 3, whose variance is 2^(1 − 3)
    let at = |beta: f64, steps: usize| {
        let set = [("gamma", 2.0), ("eta", 1.0), ("beta", beta)];
        variance(&on_f1("apg-momentum", &set), &Process::VE, steps)
    };
    let limit = |beta: f64| 2.0 * at(beta, 4_096) - at(beta, 2_048); // order 1, extrapolated
    for (beta, gamma) in [(0.5, 3.0f64), (-0.5, 1.0 + 1.0 / 1.5), (0.0, 2.0)] {
        let answer = 2f64.powf(1.0 - gamma);
        let off = |beta: f64| (limit(beta) / answer - 1.0).abs();
        assert_law(&format!("β = {beta}"), off(beta), off(beta + 0.05), 5e-3);
    }
}

#[test]
fn rectified_cfg_plus_plus_is_a_schedule_to_first_order_in_the_step() {
    let (f7, process) = (cases::f7(), Process::VP_LINEAR);
    let given = f7.given(0);
    let (gamma, power) = (3.0f64, 0.5);
    let off = |power_told: f64, steps: usize| {
        let grid = Grid::to_data(&process, Spacing::KARRAS, steps).unwrap();
        let start = start(40, 2, &process, &grid, 5);
        let run = Run { process: &process, grid: &grid, start: start.view(), seed: 5 };
        let own = AnySampler::new(Ddim { eta: 0.0 });
        let plan = plan_on(&f7, "rectified-cfg++", &[("gamma", gamma), ("power", power)]);
        let found = plan.walk(&own, run);
        // 1 − t = 1/(1 + σ/α)
        let schedule = |ratio: f64| 1.0 + (gamma - 1.0) * (1.0 + ratio).powf(-power_told);
        let score = Scheduled { main: &given, guiding: &f7, gamma: schedule };
        let ordinary = sample(&Ddim { eta: 0.0 }, &score, &process, &grid, start.view(), 5);
        let gaps = &found - &ordinary;
        ((&gaps * &gaps).sum() / 40.0).sqrt()
    };
    let ratio = off(power, 256) / off(power, 512);
    assert!((1.8..2.2).contains(&ratio), "half the step, {ratio} times less");
    let twin = off(1.1 * power, 256) / off(1.1 * power, 512);
    assert!(!(1.8..2.2).contains(&twin), "another schedule does not vanish: {twin}");
    assert!(off(power, 16) > 1e-3, "with few steps it is not the schedule");
}
