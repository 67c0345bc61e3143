//! The Feynman–Kac corrector converges to the tilt, and its weights know their normaliser.

use super::*;
use crate::common::cases;
use scorelab::guidance::{Gamma, Guided};
use scorelab::methods::FeynmanKac;
use scorelab::metrics::mean_with_se;
use scorelab::mixture::Tilt;
use scorelab::rng::{Noise, Purpose};
use scorelab::sampler::{
    Population, Step, effective_size, mean_weight, sample_population, systematic,
};
use std::f64::consts::TAU;

/// What a population of particles came to.
struct Came {
    ends: Array2<f64>,
    log_z: f64,
    resampled: usize,
}

/// n particles of c and u at γ, along `steps` steps of VE.
fn run(c: &Mixture, u: &Mixture, gamma: f64, size: (usize, usize)) -> Came {
    run_of(c, u, gamma, size, 1)
}

fn run_of(c: &Mixture, u: &Mixture, gamma: f64, (n, steps): (usize, usize), seed: u64) -> Came {
    let (process, gamma) = (Process::VE, Gamma::new(gamma).unwrap());
    let grid = Grid::to_data(&process, Spacing::KARRAS, steps).unwrap();
    let (main, guiding): (Score, Score) = (Arc::new(c.clone()), Arc::new(u.clone()));
    let leading = main.clone(); // the particles know their own scores
    let mut particles = FeynmanKac::new(Guided { main, guiding, gamma }, 0.5);
    let mut ends = start(n, 1, &process, &grid, seed);
    let rows: Vec<usize> = (0..n).collect();
    for (step, t) in grid.times().windows(2).enumerate() {
        let noise = Noise::new(seed, Purpose::Walk, step, &rows);
        let step = Step { process: &process, from: t[0], to: t[1], noise };
        particles.step_all(&leading, &mut ends, step);
    }
    Came { ends, log_z: particles.log_z(), resampled: particles.resampled() }
}

/// log ∫ N(x; 0, 1 + σ²)^γ·N(x; 0, 2 + σ²)^(1 − γ) dx.
fn log_z_of_f1(gamma: f64, sigma: f64) -> f64 {
    let (a, b) = (1.0 + sigma * sigma, 2.0 + sigma * sigma);
    let precision = gamma / a + (1.0 - gamma) / b;
    -0.5 * (gamma * (TAU * a).ln() + (1.0 - gamma) * (TAU * b).ln() - (TAU / precision).ln())
}

/// The variance and log Ẑ of F1 with no end of particles: of N(0, V) the weight exp(½k·x²) makes 1/V − k of 1/V.
fn endless(gamma: f64, steps: usize, sign: f64) -> (f64, f64) {
    let process = Process::VE;
    let grid = Grid::to_data(&process, Spacing::KARRAS, steps).unwrap();
    let squares: Vec<f64> = grid.times().iter().map(|t| (80.0 * t).powi(2)).collect();
    let (mut v, mut log_z, mut last_step) = (squares[0], 0.0, 0.0);
    for s in squares.windows(2) {
        let (from, to) = (s[0], s[1]);
        let [c, u] = [1.0 / (1.0 + from), 2.0 / (2.0 + from)]; // D = c·x, D = u·x
        let steps = 0.5 * (last_step + from - to);
        last_step = from - to;
        let k = sign * gamma * (gamma - 1.0) * steps * ((c - u) / from).powi(2);
        let weighted = 1.0 / (1.0 / v - k);
        log_z += 0.5 * (weighted / v).ln();
        let d = u + gamma * (c - u);
        let keep = d + to / from * (1.0 - d);
        v = keep * keep * weighted + to * (1.0 - to / from);
    }
    (v, log_z)
}

#[test]
fn on_f1_the_variance_is_the_tilts_and_the_weights_know_their_normaliser() {
    let f1 = cases::f1();
    let n = 10_000;
    for steps in [64, 1_024] {
        let came = run(&f1.conditional, &f1.unconditional, 3.0, (n, steps));
        let variance = came.ends.var(0.0);
        // ESS is above ¾, so there are n·¾ independent particles or more
        let se = variance * (2.0 / (0.75 * n as f64)).sqrt();
        let (limit, log_z) = endless(3.0, steps, 1.0);
        assert!((variance - limit).abs() < 5.0 * se, "{steps} steps: {variance} ± {se}, {limit}");
        let (wrong, _) = endless(3.0, steps, -1.0);
        assert!((variance - wrong).abs() > 5.0 * se, "weights of the wrong sign: {wrong}");
        assert!((variance - endless(3.0, steps, 0.0).0).abs() > 5.0 * se, "no weights");
        // var w = n/ESS − 1 < ⅓
        let se = (1.0 / 3.0 / n as f64).sqrt();
        assert!((came.log_z - log_z).abs() < 5.0 * se, "{} and {log_z}", came.log_z);
        assert_eq!(came.resampled, 1, "only at the end");
    }
    let (limit, log_z) = endless(3.0, 1_024, 1.0);
    assert!((limit / 0.5 - 1.0).abs() < 0.03, "{limit}");
    let exact = log_z_of_f1(3.0, 0.0) - log_z_of_f1(3.0, 80.0);
    assert!((log_z / exact - 1.0).abs() < 0.03, "{log_z} and {exact}");
    let twice = (endless(3.0, 2_048, 1.0).1 - exact) / (log_z - exact);
    assert!((0.45..0.55).contains(&twice), "its bias is the step's: {twice}");
}

#[test]
fn on_f2_the_mean_and_the_spread_are_the_tilts() {
    let f2 = cases::f2();
    let came = run(&f2.given(0), &f2, 3.0, (20_000, 1_024));
    let tilt = Tilt::guided(&f2, 0, 3.0).unwrap();
    let (mean, sd) = (came.ends.mean().unwrap(), came.ends.std(0.0));
    let [exact_mean, exact_sd] = [tilt.mean()[0], tilt.covariance()[[0, 0]].sqrt()];
    assert!((mean / exact_mean - 1.0).abs() < 0.03, "mean {mean}, {exact_mean}");
    assert!((sd / exact_sd - 1.0).abs() < 0.03, "sd {sd}, {exact_sd}");
    let plain = unweighted(3.0, (4_000, 256));
    assert!((plain / exact_mean - 1.0).abs() > 0.03, "the twin, without weights: {plain}");
}

/// The mean of F2's ends without weights.
fn unweighted(gamma: f64, (n, steps): (usize, usize)) -> f64 {
    let plain = plan_on(&cases::f2(), "feynman-kac", &[("gamma", gamma), ("threshold", 0.0)]);
    let process = Process::VE;
    let grid = Grid::to_data(&process, Spacing::KARRAS, steps).unwrap();
    let start = start(n, 1, &process, &grid, 1);
    let run = Run { process: &process, grid: &grid, start: start.view(), seed: 1 };
    plan_walk(&plain, run).mean().unwrap()
}

#[test]
fn where_weights_are_uneven_the_particles_are_resampled_on_the_way() {
    // a few particles that stay behind the unconditional mode carry much of the weight, so the mean is that of many runs
    let f2 = cases::f2();
    let runs: Vec<Came> =
        (0..12).map(|seed| run_of(&f2.given(0), &f2, 10.0, (1_000, 512), seed)).collect();
    assert!(runs.iter().all(|came| (3..=14).contains(&came.resampled)));
    let means: Vec<f64> = runs.iter().map(|came| came.ends.mean().unwrap()).collect();
    let (mean, se) = mean_with_se(&means);
    let exact = Tilt::guided(&f2, 0, 10.0).unwrap().mean()[0];
    let plain = unweighted(10.0, (4_000, 512));
    // with so few steps and particles a quarter of the way is left; less than half of it, by five standard errors
    assert!((mean - exact).abs() < 0.5 * (plain - exact), "{mean} ± {se}, {exact}, {plain}");
    assert!(plain - mean > 5.0 * se, "the twin, without weights: {plain}");
}

#[test]
fn with_a_rising_gamma_few_particles_are_enough_where_a_constant_one_needs_many() {
    let (f2, process) = (cases::f2(), Process::VE);
    let exact = Tilt::guided(&f2, 0, 10.0).unwrap().mean()[0];
    let grid = Grid::to_data(&process, Spacing::KARRAS, 256).unwrap();
    let mean = |half: Option<f64>, n: usize, seed: u64| {
        let (main, guiding): (Score, Score) = (Arc::new(f2.given(0)), Arc::new(f2.clone()));
        let pair = Guided { main, guiding, gamma: Gamma::new(10.0).unwrap() };
        let mut particles = FeynmanKac::new(pair, 0.5);
        if let Some(half) = half {
            particles = particles.rising(Arc::new(f2.posterior(0)), half);
        }
        let x = start(n, 1, &process, &grid, seed);
        sample_population(&particles, &f2, &process, &grid, x.view(), seed).mean().unwrap()
    };
    let runs = |half: Option<f64>| {
        mean_with_se(&(0..12).map(|seed| mean(half, 1_000, seed)).collect::<Vec<_>>())
    };
    let (rising, se) = runs(Some(0.5));
    // and the bias of 256 steps
    assert!((rising - exact).abs() < 4.5 * se + 0.03, "{rising} ± {se}, {exact}");
    let (constant, wide) = runs(None);
    assert!(constant - exact > 4.5 * se + 0.03, "the twin: {constant} ± {wide}");
    // equal variances of twelve runs give a ratio above the 99 % quantile of F(11, 11), 4.46, once in a hundred
    assert!((wide / se).powi(2) > 4.46, "weights are as uneven as before: {wide} and {se}");
}

fn plan_walk(plan: &Plan, run: Run) -> Array2<f64> {
    plan.walk(&AnySampler::new(Ddim { eta: 1.0 }), run)
}

#[test]
fn without_weights_it_is_ancestral_sampling() {
    let (f3, course) = (cases::f3(), Course::new(2, 24));
    let own = AnySampler::new(Ddim { eta: 1.0 });
    let ends = |threshold: f64| {
        let set = [("gamma", 3.0), ("threshold", threshold)];
        course.ends(&plan_on(&f3, "feynman-kac", &set), &own)
    };
    let plain = course.ends(&plan_on(&f3, "classifier-free", &[("gamma", 3.0)]), &own);
    let off = |threshold: f64| crate::common::max_abs(&(ends(threshold) - &plain));
    crate::common::assert_law("no weights", off(0.0), off(0.5), 1e-10);
}

#[test]
fn the_effective_size_the_mean_and_the_copies_are_those_of_the_weights() {
    let weights = ndarray::array![0.1f64, 0.4, 0.0, 0.5].mapv(f64::ln);
    let size = effective_size(weights.view());
    assert!((size - 1.0 / 0.42).abs() < 1e-12, "{size}"); // 1/(.01 + .16 + .25)
    assert!((mean_weight(weights.view()) - 0.25f64.ln()).abs() < 1e-12);
    assert_eq!(systematic(weights.view(), 0.3), [0, 1, 3, 3]);
    assert_eq!(systematic(weights.view(), 0.5), [1, 1, 3, 3]);
    let equal = ndarray::Array1::zeros(3);
    assert_eq!(systematic(equal.view(), 0.99), [0, 1, 2]);
    assert!((effective_size(equal.view()) - 3.0).abs() < 1e-12);
    // the twin: weights that are not logarithms
    assert!((effective_size(ndarray::array![0.1, 0.4, 0.0, 0.5].view()) - size).abs() > 1.0);
}
