//! A row of a sample is its number's: what it meets depends neither on the rows nor on the classes that travel with it.

use crate::common::cases;
use ndarray::{Array2, ArrayView2, Axis};
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{
    Ddim, EulerMaruyama, Heun, Langevin, Sampler, Step, sample, sample_classes, sample_rows, start,
    trajectories, trajectories_rows,
};
use scorelab::score::ScoreFn;
use std::collections::HashSet;

const PROCESS: Process = Process::VP_LINEAR;
const SEED: u64 = 11;

fn grid() -> Grid {
    Grid::to_data(&PROCESS, Spacing::KARRAS, 8).unwrap()
}

/// 300 points: more than two blocks of rows.
fn starts() -> Array2<f64> {
    start(300, 2, &PROCESS, &grid(), SEED)
}

/// Runs `check` with samplers that draw no noise, some, and some in several places.
macro_rules! with_samplers {
    ($check:ident) => {
        $check("heun", &Heun);
        $check("ancestral", &Ddim { eta: 1.0 });
        $check("euler–maruyama", &EulerMaruyama::default());
        let (inner, corrector) = (Ddim { eta: 0.5 }, cases::f7());
        $check("langevin", &Langevin { inner, corrector, steps: 2, step_size: 0.1 });
    };
}

#[test]
fn a_row_ends_where_it_ends_in_a_walk_of_all_rows() {
    fn check<S: Sampler + Clone + Sync>(name: &str, sampler: &S) {
        let (f7, grid, z) = (cases::f7(), grid(), starts());
        let whole = sample(sampler, &f7, &PROCESS, &grid, z.view(), SEED);
        let ways = trajectories(sampler, &f7, &PROCESS, &grid, z.view(), SEED);
        let parts = [(&f7, &grid)];
        for rows in [vec![], vec![299], vec![7, 3, 130, 131], (100..290).collect()] {
            let some = sample_rows(sampler, &parts, &PROCESS, z.view(), &rows, SEED);
            assert_eq!(some, whole.select(Axis(0), &rows), "{name}: {rows:?}");
            let some = trajectories_rows(sampler, &parts, &PROCESS, z.view(), &rows, SEED);
            assert_eq!(some, ways.select(Axis(1), &rows), "{name}: {rows:?}");
        }
        // the twin: the same points, walked as if they were the first
        let rows = [7, 3, 130, 131];
        let first = z.select(Axis(0), &rows);
        let first = sample(sampler, &f7, &PROCESS, &grid, first.view(), SEED);
        assert_eq!(first == whole.select(Axis(0), &rows), name == "heun", "{name}");
    }
    with_samplers!(check);
}

/// Ends in the noise of the last step.
#[derive(Clone)]
struct Shown;

impl Sampler for Shown {
    fn step(&mut self, _: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        *x = step.noise.normals(x.ncols());
    }
}

/// The i-th row of 300 wanted of class i mod 3, and how a seed walks them.
fn in_turn(seed: u64) -> Array2<f64> {
    let (f7, grid, z) = (cases::f7(), grid(), starts());
    let wanted: Vec<usize> = (0..300).map(|i| i % 3).collect();
    sample_classes(&Shown, |y| vec![(f7.given(y), &grid)], &PROCESS, z.view(), &wanted, seed)
}

/// The twins: each class by a walk of its own, whose seed is the sum of the seed and so many times the class.
fn class_by_class(seed: u64, times: u64) -> Array2<f64> {
    let (f7, grid, z) = (cases::f7(), grid(), starts());
    let of_class = |y: usize| {
        let rows: Vec<usize> = (0..300).filter(|i| i % 3 == y).collect();
        let (given, z) = (f7.given(y), z.select(Axis(0), &rows));
        sample(&Shown, &given, &PROCESS, &grid, z.view(), seed + times * y as u64)
    };
    let ends = [of_class(0), of_class(1), of_class(2)];
    Array2::from_shape_fn((300, 2), |(i, j)| ends[i % 3][[i / 3, j]])
}

/// How many different rows there are.
fn different<'a>(samples: impl IntoIterator<Item = &'a Array2<f64>>) -> usize {
    let rows = samples.into_iter().flat_map(|x| x.outer_iter().collect::<Vec<_>>());
    rows.map(|row| row.map(|v| v.to_bits()).to_vec()).collect::<HashSet<_>>().len()
}

#[test]
fn no_two_rows_of_any_class_share_noise_and_none_shares_it_with_the_neighbours_seed() {
    let (one, neighbour) = (in_turn(5), in_turn(6));
    assert_eq!(different([&one]), 300);
    assert_eq!(different([&one, &neighbour]), 600);
    assert_eq!(different([&class_by_class(5, 0)]), 100, "the k-th of every class meets the same");
    let (one, neighbour) = (class_by_class(5, 1), class_by_class(6, 1));
    assert_eq!(different([&one]), 300);
    assert_eq!(different([&one, &neighbour]), 400, "class 1 of a seed is class 0 of the next");
}

/// Where rows end, the i-th wanted of class `wanted[i]`, by samples of F7's classes.
fn ends<S: Sampler + Clone + Sync>(
    sampler: &S,
    z: ArrayView2<f64>,
    wanted: &[usize],
) -> Array2<f64> {
    let (f7, grid): (Mixture, Grid) = (cases::f7(), grid());
    sample_classes(sampler, |y| vec![(f7.given(y), &grid)], &PROCESS, z, wanted, SEED)
}

#[test]
fn a_row_of_a_class_ends_where_it_ends_when_all_rows_are_of_that_class() {
    fn check<S: Sampler + Clone + Sync>(name: &str, sampler: &S) {
        let (f7, grid, z) = (cases::f7(), grid(), starts());
        let mixed: Vec<usize> = (0..300).map(|i| [2, 0, 2, 1][i % 4]).collect();
        let found = ends(sampler, z.view(), &mixed);
        for class in 0..3 {
            let given = f7.given(class);
            let alone = sample(sampler, &given, &PROCESS, &grid, z.view(), SEED);
            assert_eq!(
                ends(sampler, z.view(), &[class; 300]),
                alone,
                "{name}: class {class} alone"
            );
            let rows: Vec<usize> = (0..300).filter(|i| mixed[*i] == class).collect();
            let (found, alone) = (found.select(Axis(0), &rows), alone.select(Axis(0), &rows));
            assert_eq!(found, alone, "{name}: class {class} among others");
        }
        // two classes instead of three, and fewer rows
        let two: Vec<usize> = mixed.iter().map(|y| *y.min(&1)).collect();
        let fewer = ends(sampler, z.slice(ndarray::s![..200, ..]), &two[..200]);
        let rows: Vec<usize> = (0..200).filter(|i| mixed[*i] == 0).collect();
        assert_eq!(fewer.select(Axis(0), &rows), found.select(Axis(0), &rows), "{name}");
        assert_ne!(fewer.row(0), found.row(0), "{name}: row 0 is of another class");
    }
    with_samplers!(check);
}
