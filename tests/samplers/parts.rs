//! A walk in parts: cut anywhere it is the same walk, and a score that jumps belongs at a cut.

use crate::common::cases;
use ndarray::{Array2, Axis, s};
use scorelab::guidance::{Gamma, Guided, Scheduled};
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{
    Ddim, DpmSolver2M, Heun, Sampler, sample, sample_parts, start, trajectories, trajectories_rows,
};
use scorelab::score::ScoreFn;

const PROCESS: Process = Process::VP_LINEAR;

fn grid() -> Grid {
    Grid::to_data(&PROCESS, Spacing::KARRAS, 12).unwrap()
}

/// 150 points: more than one block of rows.
fn starts() -> Array2<f64> {
    start(150, 2, &PROCESS, &grid(), 4)
}

fn whole<S: Sampler + Clone + Sync>(sampler: &S, score: &dyn ScoreFn) -> Array2<f64> {
    sample(sampler, score, &PROCESS, &grid(), starts().view(), 4)
}

fn in_parts<S: Sampler + Clone + Sync>(
    sampler: &S,
    scores: [&dyn ScoreFn; 2],
    at: f64,
) -> Array2<f64> {
    let pieces = grid().cut(&[at]);
    assert_eq!(pieces.len(), 2);
    let parts = [(scores[0], &pieces[0]), (scores[1], &pieces[1])];
    sample_parts(sampler, &parts, &PROCESS, starts().view(), 4)
}

#[test]
fn one_grid_cut_in_two_is_the_single_walk_with_and_without_noise() {
    let f7 = cases::f7();
    for eta in [0.0, 1.0] {
        let ddim = Ddim { eta };
        let single = whole(&ddim, &f7);
        for step in [1, 5, 11] {
            let at = grid().times()[step];
            assert_eq!(in_parts(&ddim, [&f7, &f7], at), single, "η = {eta}, cut at step {step}");
            // the twin: two walks, whose second one starts its noise again
            let pieces = grid().cut(&[at]);
            let half = sample(&ddim, &f7, &PROCESS, &pieces[0], starts().view(), 4);
            let again = sample(&ddim, &f7, &PROCESS, &pieces[1], half.view(), 4);
            assert_eq!(again == single, eta == 0.0 || step == 11, "η = {eta}, cut at step {step}");
        }
        let between = 0.5 * (grid().times()[5] + grid().times()[6]);
        assert_ne!(in_parts(&ddim, [&f7, &f7], between), single, "another time is another walk");
    }
}

#[test]
fn the_way_of_a_walk_in_parts_passes_the_cut_once_and_ends_in_its_sample() {
    fn check<S: Sampler + Clone + Sync>(sampler: &S) {
        let f3 = cases::f3();
        let (given, z) = (f3.given(0), starts());
        let pieces = grid().cut(&[grid().times()[5]]);
        let rows: Vec<usize> = (0..z.nrows()).collect();
        let way = |scores: [&dyn ScoreFn; 2]| {
            let parts = [(scores[0], &pieces[0]), (scores[1], &pieces[1])];
            trajectories_rows(sampler, &parts, &PROCESS, z.view(), &rows, 4)
        };
        let one = way([&f3, &f3]);
        assert_eq!(one.dim(), (13, 150, 2));
        let whole = trajectories(sampler, &f3, &PROCESS, &grid(), z.view(), 4);
        let multistep = one != whole; // which starts again at the cut
        let two = way([&f3, &given]);
        assert_eq!(two.slice(s![..6, .., ..]), one.slice(s![..6, .., ..]), "one score so far");
        assert_eq!(two.slice(s![..6, .., ..]), whole.slice(s![..6, .., ..]));
        assert_ne!(two.slice(s![6, .., ..]), whole.slice(s![6, .., ..]));
        let ends = in_parts(sampler, [&f3, &given], grid().times()[5]);
        assert_eq!(two.index_axis(Axis(0), 12), ends);
        assert_eq!(multistep, std::any::type_name::<S>().contains("DpmSolver2M"));
    }
    check(&Ddim { eta: 1.0 });
    check(&Heun);
    check(&DpmSolver2M::default());
}

#[test]
fn a_part_starts_without_the_history_of_the_one_before() {
    let f7 = cases::f7();
    let at = grid().times()[5];
    assert_ne!(
        in_parts(&DpmSolver2M::default(), [&f7, &f7], at),
        whole(&DpmSolver2M::default(), &f7)
    );
    assert_eq!(in_parts(&Heun, [&f7, &f7], at), whole(&Heun, &f7), "a one-step method has none");
}

#[test]
fn a_schedule_that_jumps_at_a_time_of_the_grid_is_a_cut_for_one_evaluation_a_step_only() {
    let f3 = cases::f3();
    let given = f3.given(0);
    let at = grid().times()[6];
    let edge = PROCESS.level(at).ratio();
    let jump = move |ratio: f64| if ratio > edge { 1.0 } else { 4.0 };
    let scheduled = Scheduled { main: &given, guiding: &f3, gamma: &jump };
    let guided = Guided { main: &given, guiding: &f3, gamma: Gamma::new(4.0).unwrap() };
    let parts = |sampler: &dyn Fn([&dyn ScoreFn; 2]) -> Array2<f64>| sampler([&given, &guided]);
    let ddim = Ddim { eta: 0.0 };
    assert_eq!(parts(&|scores| in_parts(&ddim, scores, at)), whole(&ddim, &scheduled));
    // Heun's step to the edge would see both sides of the jump
    assert_ne!(parts(&|scores| in_parts(&Heun, scores, at)), whole(&Heun, &scheduled));
}
