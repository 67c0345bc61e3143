//! Particles that interact: walked as one population, never in blocks.

use crate::common::cases;
use ndarray::{Array2, Axis, array};
use rand::Rng;
use scorelab::metrics::mean_with_se;
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{
    Ddim, EulerMaruyama, Heun, Population, Sampler, Step, sample, sample_population, start,
    systematic,
};
use scorelab::score::{Likelihood, ScoreFn};

const PROCESS: Process = Process::VP_LINEAR;

/// Ancestral sampling of p(x), after each step of which the particles are resampled by p(y | x_to)/p(y | x_from): ends in
/// p(x | y). Source: Wu et al. 2023 (2306.17775).
#[derive(Clone)]
struct Resampled<L> {
    likelihood: L,
}

impl<L: Likelihood> Population for Resampled<L> {
    fn step_all(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (here, there) = step.levels();
        let before = self.likelihood.log_likelihood(x.view(), here);
        let [walk, pick] = step.noise.split();
        Ddim { eta: 1.0 }.step(score, x, Step { noise: walk, ..step });
        let log_weights = self.likelihood.log_likelihood(x.view(), there) - before;
        *x = x.select(Axis(0), &systematic(log_weights.view(), pick.shared().random()));
    }
}

/// The twin: the same rule, cut into blocks of rows.
#[derive(Clone)]
struct InBlocks<L>(Resampled<L>);

impl<L: Likelihood> Sampler for InBlocks<L> {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        self.0.step_all(score, x, step);
    }
}

/// Nine in ten about −1, and class 1, one in ten, about 1.
fn mixture() -> Mixture {
    Mixture::isotropic(vec![0.9, 0.1], array![[-1.0], [1.0]], &[0.5; 2], vec![0, 1]).unwrap()
}

fn grid(steps: usize) -> Grid {
    Grid::to_data(&PROCESS, Spacing::KARRAS, steps).unwrap()
}

/// The ends of n particles, resampled as a population or, as the twin, in blocks.
fn ends(n: usize, steps: usize, seed: u64, in_blocks: bool) -> Array2<f64> {
    let (mixture, grid) = (mixture(), grid(steps));
    let posterior = mixture.posterior(1);
    let rule = Resampled { likelihood: &posterior };
    let z = start(n, 1, &PROCESS, &grid, seed);
    if in_blocks {
        return sample(&InBlocks(rule), &mixture, &PROCESS, &grid, z.view(), seed);
    }
    sample_population(&rule, &mixture, &PROCESS, &grid, z.view(), seed)
}

#[test]
fn the_weights_decide_how_often_a_row_is_taken() {
    let weights = array![0.1f64, 0.4, 0.0, 0.5].mapv(f64::ln);
    assert_eq!(systematic(weights.view(), 0.3), [0, 1, 3, 3]);
    assert_eq!(systematic(weights.view(), 0.5), [1, 1, 3, 3]);
    assert_eq!(systematic(array![0.0, 0.0, 0.0].view(), 0.99), [0, 1, 2]);
}

#[test]
fn a_resampled_population_ends_in_the_distribution_that_its_weights_say() {
    let runs: Vec<Array2<f64>> = (0..16).map(|seed| ends(600, 400, seed, false)).collect();
    let of = |f: fn(f64) -> f64| -> Vec<f64> {
        runs.iter().map(|x| x.mapv(f).mean().unwrap()).collect()
    };
    let (mean, se) = mean_with_se(&of(|x| x));
    assert!((mean - 1.0).abs() < 5.0 * se, "mean {mean} ± {se}");
    assert!((mean + 0.8).abs() > 5.0 * se, "that of p(x) is −.8");
    let (share, se) = mean_with_se(&of(|x| f64::from(x > 0.0)));
    assert!((share - 0.97725).abs() < 5.0 * se, "share of x > 0 {share} ± {se}"); // Φ(2)
}

#[test]
fn any_number_of_threads_gives_a_population_the_same_bits() {
    let with = |threads: usize, in_blocks: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| ends(1_000, 96, 4, in_blocks))
    };
    let one = with(1, false);
    for threads in [2, 3, 8] {
        assert_eq!(one, with(threads, false), "{threads} threads");
    }
    assert_ne!(one, with(2, true), "the twin: each block of rows is resampled by itself");
}

#[test]
fn a_sampler_is_a_population_whose_points_do_not_interact() {
    fn check<S: Sampler + Clone + Sync>(name: &str, sampler: &S) {
        let (f7, grid) = (cases::f7(), grid(96));
        let z = start(300, 2, &PROCESS, &grid, 2);
        let alone = sample(sampler, &f7, &PROCESS, &grid, z.view(), 2);
        let together = sample_population(sampler, &f7, &PROCESS, &grid, z.view(), 2);
        assert_eq!(alone, together, "{name}");
    }
    check("heun", &Heun);
    check("ancestral", &Ddim { eta: 1.0 });
    check("euler–maruyama", &EulerMaruyama::default());
}
