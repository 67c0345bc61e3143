//! The degenerate cases that the docs state, each an equality.

use crate::common::{assert_law, cases, max_abs};
use ndarray::{Array2, Axis};
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::rng::{Noise, Purpose};
use scorelab::sampler::{
    Ddim, DpmSolver2M, EulerMaruyama, Heun, Langevin, Sampler, Step, Walk, sample, start,
};
use scorelab::score::{Counted, ScoreFn};

const PROCESSES: [Process; 4] = [Process::VP_LINEAR, Process::VpCosine, Process::VE, Process::Flow];

fn noise(rows: &[usize]) -> Noise<'_> {
    Noise::new(1, Purpose::Walk, 3, rows)
}

/// One step of a sampler from a copy of `x`.
fn one(
    mut sampler: impl Sampler,
    score: &dyn ScoreFn,
    p: &Process,
    x: &Array2<f64>,
    from: f64,
    to: f64,
) -> Array2<f64> {
    let (mut x, rows) = (x.clone(), Vec::from_iter(0..x.nrows()));
    sampler.step(score, &mut x, Step { process: p, from, to, noise: noise(&rows) });
    x
}

/// Every step of a short grid of every process, from noised points of F7: (process, mixture, x, from, to).
fn every_step(check: impl Fn(&Process, &Mixture, &Array2<f64>, f64, f64)) {
    let mixture = cases::f7();
    for process in PROCESSES {
        let grid = Grid::to_data(&process, Spacing::KARRAS, 10).unwrap();
        for pair in grid.times().windows(2) {
            let level = process.level(pair[0]);
            let x = mixture.sample(20, 2, Purpose::Data).x * level.alpha
                + start(20, 2, &process, &grid, 2)
                    * (level.sigma / process.level(grid.times()[0]).sigma);
            check(&process, &mixture, &x, pair[0], pair[1]);
        }
    }
}

#[test]
fn ddim_is_the_textbook_step_and_eulers_step_in_the_noise_ratio() {
    every_step(|process, mixture, x, from, to| {
        let (here, there) = (process.level(from), process.level(to));
        let d = mixture.denoised(x.view(), here);
        // x' = α'·D + σ'·ε̂ with ε̂ = (x − α·D)/σ
        let textbook =
            |sigma: f64| &d * there.alpha + &((x - &(&d * here.alpha)) / here.sigma * sigma);
        // y' = y + (r' − r)·(y − D)/r for y = x/α, r = σ/α
        let y = x / here.alpha;
        let slope = (&y - &d) / here.ratio();
        let euler = (&y + &(slope * (there.ratio() - here.ratio()))) * there.alpha;
        let step = one(Ddim { eta: 0.0 }, mixture, process, x, from, to);
        // every term is at most this large, and rounded at its size
        let size = max_abs(&y) * there.alpha + max_abs(x);
        let residual = |other: &Array2<f64>| max_abs(&(&step - other)) / size;
        if there.sigma > 0.0 {
            let twin = residual(&textbook(there.sigma * 1.001));
            assert_law(process.name(), residual(&textbook(there.sigma)), twin, 1e-14);
            assert_law(process.name(), residual(&euler), twin, 1e-14);
        } else {
            assert_eq!(step, d, "a step to the data gives D");
        }
    });
}

#[test]
fn a_ddim_step_with_eta_one_is_the_exact_posterior_of_a_known_point() {
    // q(x' | x, x₀) for one data point: the mean and the variance of DDPM's posterior, by Bayes' rule for Gaussians
    let point = ndarray::array![[0.7]];
    let known = scorelab::mixture::Empirical::new(point).unwrap();
    let x = ndarray::Array2::from_elem((1, 1), 1.9);
    for process in PROCESSES {
        let grid = Grid::to_data(&process, Spacing::KARRAS, 10).unwrap();
        for pair in grid.times().windows(2).take(9) {
            let (here, there) = (process.level(pair[0]), process.level(pair[1]));
            let (keep, added) = {
                let keep = here.alpha / there.alpha; // x = keep·x' + noise
                (keep, here.sigma.powi(2) - (keep * there.sigma).powi(2))
            };
            let precision = there.sigma.powi(-2) + keep * keep / added;
            let mean = (there.alpha * 0.7 / there.sigma.powi(2) + keep * 1.9 / added) / precision;
            let z = noise(&[0]).normals(1);
            let step = |eta: f64| one(Ddim { eta }, &known, &process, &x, pair[0], pair[1])[[0, 0]];
            let residual = |eta: f64| (step(eta) - mean - z[[0, 0]] / precision.sqrt()).abs();
            assert_law(process.name(), residual(1.0), residual(0.9), 1e-12);
        }
    }
}

#[test]
fn heuns_last_step_and_every_samplers_step_to_the_data_is_the_denoised_point() {
    let mixture = cases::f7();
    for process in PROCESSES {
        let from = process.t_min();
        let grid = Grid::to_data(&process, Spacing::KARRAS, 1).unwrap();
        let x = start(20, 2, &process, &grid, 2);
        let d = mixture.denoised(x.view(), process.level(from));
        let counted = Counted::new(&mixture);
        assert_eq!(one(Heun, &counted, &process, &x, from, 0.0), d);
        assert_eq!(counted.points(), 20, "one evaluation, not two");
        assert_eq!(one(Ddim { eta: 0.0 }, &mixture, &process, &x, from, 0.0), d);
        assert_eq!(one(Ddim { eta: 1.0 }, &mixture, &process, &x, from, 0.0), d);
        assert_eq!(one(DpmSolver2M::default(), &mixture, &process, &x, from, 0.0), d);
        assert_eq!(one(EulerMaruyama::default(), &mixture, &process, &x, from, 0.0), d);
        assert_ne!(one(Ddim { eta: 0.0 }, &mixture, &process, &x, from, 0.5 * from), d);
    }
}

#[test]
fn the_first_step_of_dpm_solver_is_ddim_and_its_second_is_not() {
    let (mixture, process) = (cases::f7(), Process::VP_LINEAR);
    let grid = Grid::to_data(&process, Spacing::KARRAS, 10).unwrap();
    let x = start(20, 2, &process, &grid, 2);
    let (parts, rows) = ([(&mixture, &grid)], Vec::from_iter(0..20));
    let ddim = Ddim { eta: 0.0 };
    let ddim = Walk::new(&ddim, &parts, &process, x.clone(), &rows, 0);
    let multistep = DpmSolver2M::default();
    let multistep = Walk::new(&multistep, &parts, &process, x.clone(), &rows, 0);
    let gaps: Vec<f64> = multistep.zip(ddim).map(|((_, a), (_, b))| max_abs(&(a - b))).collect();
    assert_eq!(gaps[0], 0.0);
    assert_law("the first step", gaps[1], gaps[2], 1e-14);
}

#[test]
fn langevin_without_steps_is_its_inner_sampler() {
    every_step(|process, mixture, x, from, to| {
        let corrected = |steps: usize| {
            let inner = Ddim { eta: 1.0 };
            one(
                Langevin { inner, corrector: mixture, steps, step_size: 0.05 },
                mixture,
                process,
                x,
                from,
                to,
            )
        };
        let inner = one(Ddim { eta: 1.0 }, mixture, process, x, from, to);
        assert_eq!(corrected(0), inner);
        assert_eq!(corrected(1) == inner, to == 0.0, "no correction after the step to the data");
    });
}

#[test]
fn a_walk_takes_every_time_of_the_grid_and_costs_what_its_method_says() {
    let (mixture, process) = (cases::f7(), Process::VE);
    let grid = Grid::to_data(&process, Spacing::KARRAS, 10).unwrap();
    let x = start(7, 2, &process, &grid, 2);
    let counted = Counted::new(&mixture);
    let (parts, rows) = ([(&counted, &grid)], [0, 1, 2, 3, 4, 5, 6]);
    let walk = Walk::new(&Heun, &parts, &process, x.clone(), &rows, 0);
    let (times, states): (Vec<f64>, Vec<Array2<f64>>) = walk.unzip();
    assert_eq!((times.as_slice(), &states[0]), (grid.times(), &x));
    assert_eq!(counted.points() / 7, 19, "two evaluations a step, one for the last");
    let counted = Counted::new(&mixture);
    let end = sample(&DpmSolver2M::default(), &counted, &process, &grid, x.view(), 0);
    assert_eq!(counted.points() / 7, 10, "one evaluation a step");
    assert_eq!(end.len_of(Axis(0)), 7);
}
