//! Twisted sequential Monte Carlo: an unbiased normaliser for any number of particles, a mean that is one only for many.

use super::observing::{moments, normal, observing, point};
use super::*;
use crate::common::{assert_law, max_abs};
use scorelab::methods::Twisted;
use scorelab::metrics::mean_with_se;
use scorelab::rng::{Noise, Purpose};
use scorelab::sampler::{Population, Step};
use std::f64::consts::TAU;

const STEPS: usize = 24;
/// 1/τ².
const C: f64 = 0.5;

/// Where K particles of N(0, 1) end, steered to y, and their log Ẑ.
fn particles(k: usize, y: f64, seed: u64) -> (Array2<f64>, f64) {
    let process = Process::VE;
    let grid = Grid::to_data(&process, Spacing::KARRAS, STEPS).unwrap();
    let prior: Score = Arc::new(normal(1.0));
    let mut twisted = Twisted::new(prior.clone(), Arc::new(point(y, C)), [1.0, 0.1, 0.5]);
    let mut x = start(k, 1, &process, &grid, seed);
    let rows: Vec<usize> = (0..k).collect();
    for (step, t) in grid.times().windows(2).enumerate() {
        let noise = Noise::new(seed, Purpose::Walk, step, &rows);
        twisted.step_all(&prior, &mut x, Step { process: &process, from: t[0], to: t[1], noise });
    }
    (x, twisted.log_z())
}

/// The variance of the prior as it is walked in so few steps.
fn walked() -> f64 {
    moments(&normal(1.0), 1.0, (STEPS, 80.0)).1
}

#[test]
fn the_normaliser_is_that_of_the_steps_on_average_for_any_number_of_particles() {
    let y = 3.0;
    let z = |v: f64| {
        let spread = v + 1.0 / C;
        (-0.5 * y * y / spread).exp() / (TAU * spread).sqrt()
    };
    let truth = z(walked());
    for (k, runs) in [(1, 6_000), (8, 800), (64, 150)] {
        let all: Vec<f64> = (0..runs).map(|seed| particles(k, y, seed).1.exp()).collect();
        let (mean, se) = mean_with_se(&all);
        assert!(se < 0.02 * truth, "K = {k}: {se}");
        assert!((mean - truth).abs() < 4.5 * se, "K = {k}: {mean} ± {se}, {truth}");
        // the twin: the prior without its steps
        assert!((mean - z(1.0)).abs() > 4.5 * se, "K = {k}: {mean} ± {se}, {}", z(1.0));
    }
}

#[test]
fn the_mean_is_that_of_dps_for_one_particle_and_tends_to_the_truth() {
    let (v, y) = (walked(), 1.3);
    let truth = y * v / (v + 1.0 / C);
    let mean = |(k, runs): (usize, u64)| {
        let all = (0..runs).map(|seed| particles(k, y, seed).0.mean().unwrap());
        mean_with_se(&all.collect::<Vec<_>>())
    };
    let few = [(1, 6_000), (4, 4_000), (32, 800)].map(mean);
    let off = few.map(|(mean, _)| (mean - truth).abs());
    assert!(off[0] > 9.0 * few[0].1, "one particle is right: {few:?}, {truth}");
    assert!(off[1] < 0.6 * off[0] && off[2] < 0.5 * off[1], "{off:?}");
    let (mean, se) = mean((2_000, 30));
    assert!((mean - truth).abs() < 4.5 * se, "{mean} ± {se}, {truth}");
    assert!(off[1] > 4.5 * se, "the twin, four particles, passed: {se}");
}

#[test]
fn one_particle_walks_as_dps_does_until_the_last_step() {
    let (process, f3) = (Process::VP_LINEAR, cases::f3());
    let grid = Grid::to_data(&process, Spacing::KARRAS, 24).unwrap();
    let z = start(1, 2, &process, &grid, 5);
    let run = Run { process: &process, grid: &grid, start: z.view(), seed: 5 };
    let seen = Observation::mask(&[(0, 0.4)], 2, 0.3).unwrap();
    let own = AnySampler::new(Ddim { eta: 1.0 });
    let way = |name: &str, gamma: f64| {
        let plan = observing(&f3, seen.clone(), name, &[("gamma", gamma)]);
        let way = plan.trajectories_rows(&own, run, &[0]);
        way.slice(ndarray::s![..24, .., ..]).to_owned()
    };
    let off = |gamma: f64| max_abs(&(way("twisted", 1.0) - way("dps", gamma)));
    assert_law("one particle", off(1.0), off(1.001), 1e-10);
}

#[test]
fn on_a_mixture_the_weights_of_the_modes_are_those_of_the_posterior() {
    // a mask leaves all three components of F3, and DPS takes the wrong one too often
    let (f3, process) = (cases::f3(), Process::VE);
    let seen = Observation::mask(&[(0, 0.4)], 2, 0.5).unwrap();
    let posterior = f3.observed(&seen).unwrap();
    let exact = posterior.mean()[1];
    let grid = Grid::to_data(&process, Spacing::KARRAS, 100).unwrap();
    let means = |name: &str, runs: u64| {
        let plan = observing(&f3, seen.clone(), name, &[]);
        let mean = |seed: u64| {
            let z = start(1_000, 2, &process, &grid, seed);
            let run = Run { process: &process, grid: &grid, start: z.view(), seed };
            plan.walk(&AnySampler::new(Ddim { eta: 1.0 }), run).column(1).mean().unwrap()
        };
        mean_with_se(&(0..runs).map(mean).collect::<Vec<_>>())
    };
    let (mean, se) = means("twisted", 6);
    // and the bias of 100 steps, which the prior has too
    assert!((mean - exact).abs() < 4.5 * se + 0.02, "{mean} ± {se}, {exact}");
    let (dps, se) = means("dps", 6);
    assert!((dps - exact).abs() > 4.5 * se + 0.02, "DPS is right: {dps} ± {se}, {exact}");
}
