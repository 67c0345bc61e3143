//! The density that the probability-flow ODE gives to points, against the mixture's own.

use crate::common::{assert_law, cases, max_abs};
use ndarray::{Array1, ArrayView2};
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::rng::Purpose;
use scorelab::sampler::{FlowLikelihood, divergence};
use std::f64::consts::TAU;

const VE: Process = Process::Ve { sigma_min: 0.02, sigma_max: 20.0 };

/// log N(x; 0, σ²I), the terminal law that a sampler starts from.
fn gaussian(x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
    let s2 = level.sigma * level.sigma;
    x.outer_iter().map(|x| -0.5 * (x.dot(&x) / s2 + x.len() as f64 * (TAU * s2).ln())).collect()
}

/// A number at each point: a log density, or a divergence.
type Field<'a> = &'a dyn Fn(ArrayView2<f64>, NoiseLevel) -> Array1<f64>;

/// The largest error of log p over n points of F7. `terminal` is None for the exact law.
fn error(
    process: &Process,
    (points, steps): (usize, usize),
    divergence: Field,
    terminal: Option<Field>,
) -> f64 {
    let f7 = cases::f7();
    let grid =
        Grid::between(process, Spacing::KARRAS, process.t_max(), process.t_min(), steps).unwrap();
    let end = process.level(process.t_min());
    let x = f7.sample(points, 8, Purpose::Reference).x * end.alpha;
    let exact = |x: ArrayView2<f64>, l: NoiseLevel| f7.log_density(x, l);
    let flow = FlowLikelihood { score: &f7, divergence, terminal: terminal.unwrap_or(&exact) };
    max_abs(&(flow.log_density(x.view(), process, &grid) - f7.log_density(x.view(), end)))
}

fn exact_divergence(x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
    cases::f7().divergence(x, level)
}

#[test]
fn the_error_of_the_flows_log_density_falls_by_four_when_the_steps_double() {
    let at = |n: usize| error(&VE, (200, n), &exact_divergence, None);
    let errors = [16, 32, 64, 128, 256].map(at);
    for pair in errors.windows(2) {
        let ratio = pair[0] / pair[1];
        assert!((3.5..4.2).contains(&ratio), "{errors:?}");
    }
    let wide = error(&Process::VE, (500, 256), &exact_divergence, None);
    assert!((0.004..0.006).contains(&wide), "about .005 from σ = 80: {wide}");
}

#[test]
fn with_a_gaussian_terminal_law_the_error_stops_falling() {
    let at = |n: usize| error(&VE, (500, n), &exact_divergence, Some(&gaussian));
    let (some, more) = (at(256), at(512));
    assert!((0.9..1.1).contains(&(some / more)), "{some} {more}");
    assert!((0.03..0.05).contains(&more), "about .04: {more}");
}

#[test]
fn every_process_gives_the_same_density_and_a_divergence_by_differences_will_do() {
    let f7 = cases::f7();
    let numeric = |x: ArrayView2<f64>, l: NoiseLevel| divergence(&f7, x, l);
    let wrong = |x: ArrayView2<f64>, l: NoiseLevel| f7.divergence(x, l) * 1.01;
    for process in [Process::VP_LINEAR, Process::VpCosine, VE, Process::Flow] {
        let with = |divergence: Field| error(&process, (50, 256), divergence, None);
        assert_law(process.name(), with(&exact_divergence), with(&wrong), 1e-2);
        assert_law(process.name(), with(&numeric), with(&wrong), 1e-2);
    }
}
