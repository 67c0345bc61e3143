//! The same seed gives the same bits, whoever computes them and in whatever company.

mod learned;

use crate::common::cases;
use ndarray::{Array2, Axis, s};
use scorelab::guidance::{Gamma, Guided};
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::rng::Purpose;
use scorelab::sampler::{
    AnySampler, Ddim, DpmSolver2M, EulerMaruyama, Heun, Langevin, Sampler, sample, start,
    trajectories,
};

/// Every sampler that can be chosen by name.
fn samplers() -> Vec<(&'static str, AnySampler)> {
    vec![
        ("ddim", AnySampler::new(Ddim { eta: 0.0 })),
        ("ancestral", AnySampler::new(Ddim { eta: 1.0 })),
        ("heun", AnySampler::new(Heun)),
        ("dpm-solver++(2m)", AnySampler::new(DpmSolver2M::default())),
        ("euler-maruyama", AnySampler::new(EulerMaruyama::default())),
    ]
}

/// n rows of a short guided walk on F7, by each sampler and by a Langevin correction of ancestral sampling.
fn runs(n: usize, seed: u64) -> Vec<(&'static str, Array2<f64>)> {
    let mixture = cases::f7();
    let given = mixture.given(1);
    let guided = Guided { main: &given, guiding: &mixture, gamma: Gamma::new(2.0).unwrap() };
    let (process, grid) = walk();
    let from = start(n, 2, &process, &grid, seed);
    let run = |sampler: AnySampler| sample(&sampler, &guided, &process, &grid, from.view(), seed);
    let langevin =
        Langevin { inner: Ddim { eta: 1.0 }, corrector: &guided, steps: 2, step_size: 0.05 };
    let mut runs: Vec<_> = samplers().into_iter().map(|(name, m)| (name, run(m))).collect();
    runs.push(("langevin", sample(&langevin, &given, &process, &grid, from.view(), seed)));
    runs
}

fn walk() -> (Process, Grid) {
    let process = Process::VP_LINEAR;
    let grid = Grid::to_data(&process, Spacing::KARRAS, 12).unwrap();
    (process, grid)
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let with = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| runs(1_000, seed))
    };
    let one = with(1, 7);
    assert_eq!(one, with(2, 7));
    assert_eq!(one, with(4, 7));
    for ((name, a), (_, b)) in one.iter().zip(&with(1, 8)) {
        assert_ne!(a, b, "{name}: another seed is another sample");
    }
}

#[test]
fn the_first_100_rows_of_1000_equal_a_run_of_100() {
    for ((name, many), (_, few)) in runs(1_000, 3).iter().zip(runs(100, 3)) {
        assert!(many.iter().all(|v| v.is_finite()), "{name}");
        assert_eq!(many.slice(s![..100, ..]), few, "{name}");
        assert_ne!(many.slice(s![100..200, ..]), few, "{name}: the twin, other rows");
    }
}

#[test]
fn the_first_100_drawn_points_of_1000_equal_100_drawn_points() {
    let mixture = cases::solid();
    let draw = |n: usize, purpose: Purpose| mixture.sample(n, 3, purpose).x;
    assert_eq!(draw(1_000, Purpose::Data).slice(s![..100, ..]), draw(100, Purpose::Data));
    assert_ne!(draw(100, Purpose::Data), draw(100, Purpose::Reference));
}

#[test]
fn a_trajectory_begins_at_the_start_and_ends_in_the_sample() {
    let (mixture, (process, grid)) = (cases::f7(), walk());
    let from = start(300, 2, &process, &grid, 5);
    for (name, sampler) in samplers() {
        let way = trajectories(&sampler, &mixture, &process, &grid, from.view(), 5);
        assert_eq!(way.dim(), (13, 300, 2));
        assert_eq!(way.index_axis(Axis(0), 0), from, "{name}");
        let end = sample(&sampler, &mixture, &process, &grid, from.view(), 5);
        assert_eq!(way.index_axis(Axis(0), 12), end, "{name}");
        assert_ne!(way.index_axis(Axis(0), 11), end, "{name}");
    }
}

#[test]
fn a_sampler_chosen_by_name_is_the_sampler() {
    fn end<S: Sampler + Clone + Sync>(sampler: &S) -> Array2<f64> {
        let (process, grid) = walk();
        let from = start(50, 2, &process, &grid, 5);
        sample(sampler, &cases::f7(), &process, &grid, from.view(), 5)
    }
    let direct = [
        end(&Ddim { eta: 0.0 }),
        end(&Ddim { eta: 1.0 }),
        end(&Heun),
        end(&DpmSolver2M::default()),
        end(&EulerMaruyama::default()),
    ];
    for (i, (name, sampler)) in samplers().iter().enumerate() {
        assert_eq!(end(sampler), direct[i], "{name}");
        assert_ne!(end(sampler), direct[(i + 1) % 5], "{name}");
    }
}
