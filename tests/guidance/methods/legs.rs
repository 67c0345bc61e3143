//! One walk with legs: an interval is three of them, and a leg means the same under every process.

use super::*;
use crate::common::PROCESSES;
use scorelab::noise::NoiseLevel;
use scorelab::sampler::{Heun, Leg, parts_of, sample_parts};
use scorelab::score::ScoreFn;
use std::collections::BTreeMap;

#[test]
fn an_interval_is_the_walk_in_parts_that_are_cut_by_hand() {
    let (f4, course) = (cases::f4(), Course::new(1, 24));
    let Course { process, grid, start } = &course;
    let set = [("gamma", 4.0), ("low", 0.3), ("high", 2.0)];
    let plan = plan_on(&f4, "interval", &set);
    let found = course.ends(&plan, &AnySampler::new(Heun));
    let by_hand = |high: f64| {
        let at = |ratio: f64| process.t_of_log_snr(-2.0 * ratio.ln());
        let pieces = grid.cut(&[at(0.3), at(high)]);
        let (given, guided) = (parts(&f4).conditional(), plan.legs[1].score.clone());
        let parts = [(&given, &pieces[0]), (&guided, &pieces[1]), (&given, &pieces[2])];
        sample_parts(&Heun, &parts, process, start.view(), 5)
    };
    assert_eq!(found, by_hand(2.0));
    assert_ne!(found, by_hand(2.1), "the twin: another edge");
}

#[test]
fn legs_meet_at_their_levels_under_every_process_and_one_leg_is_the_grid() {
    let leg = |score: char, down_to: f64| Leg { score, down_to };
    for process in PROCESSES {
        let grid = Grid::to_data(&process, Spacing::KARRAS, 16).unwrap();
        let legs = [leg('a', 5.0), leg('b', 0.1), leg('c', 0.0)];
        let pieces = parts_of(&legs, &process, &grid);
        assert_eq!(pieces.iter().map(|p| *p.0).collect::<String>(), "abc");
        for (piece, down_to) in pieces.iter().zip([5.0, 0.1]) {
            let end = process.level(*piece.1.times().last().unwrap()).ratio();
            assert!((end / down_to - 1.0).abs() < 1e-9, "{}: {end}", process.name());
        }
        let one = [leg('a', 0.0)];
        assert_eq!(parts_of(&one, &process, &grid), [(&'a', grid.clone())]);
        // legs above the start and below the end have no part
        let outside = [leg('a', 1e4), leg('b', 1e-5), leg('c', 0.0)];
        let pieces = parts_of(&outside, &process, &grid);
        assert_eq!(pieces.iter().map(|p| *p.0).collect::<String>(), "bc", "{}", process.name());
    }
}

#[test]
#[should_panic(expected = "the ends of legs fall")]
fn legs_that_rise_are_refused() {
    let legs = [Leg { score: (), down_to: 1.0 }, Leg { score: (), down_to: 2.0 }];
    let legs = [legs, [Leg { score: (), down_to: 1.5 }, Leg { score: (), down_to: 0.0 }]].concat();
    parts_of(&legs, &Process::VE, &Grid::to_data(&Process::VE, Spacing::KARRAS, 4).unwrap());
}

#[test]
fn the_leading_score_of_a_level_is_that_of_its_leg_and_a_rule_of_its_own_has_none() {
    let f4 = cases::f4();
    let x = ndarray::array![[0.3], [-1.2]];
    let plan = plan_on(&f4, "interval", &[("gamma", 4.0), ("low", 0.3), ("high", 2.0)]);
    let score = |name: &str, sigma: f64| {
        let one = plan_on(&f4, name, &[]);
        one.at(NoiseLevel::ve(sigma)).unwrap().score(x.view(), NoiseLevel::ve(sigma))
    };
    for (sigma, outside) in [(0.1, true), (0.31, false), (1.9, false), (2.1, true)] {
        let level = NoiseLevel::ve(sigma);
        let here = plan.at(level).unwrap().score(x.view(), level);
        assert_eq!(here == score("conditional", sigma), outside, "{sigma}");
    }
    assert!(plan.score().is_none(), "three scores");
    assert!(plan_on(&f4, "apg", &[]).score().is_some());
    for name in ["cfg++", "predictor-corrector", "feynman-kac"] {
        let plan = plan_on(&f4, name, &[]);
        assert!(plan.at(NoiseLevel::ve(1.0)).is_none() && plan.score().is_none(), "{name}");
    }
}

/// The plans of two classes of F3, of three legs each.
fn two_plans() -> BTreeMap<usize, Plan> {
    let f3 = cases::f3();
    let plan = |class: usize| {
        let conditional: Score = Arc::new(f3.given(class));
        let method = named("interval");
        let parts = Parts { conditional: Some(conditional), ..parts(&f3) };
        build(method, &parts, &Knobs::defaults(method.about())).unwrap()
    };
    [0, 1].map(|class| (class, plan(class))).into()
}

#[test]
fn rows_of_each_class_end_where_a_walk_of_all_rows_to_that_class_does() {
    let (course, own) = (Course::new(2, 12), AnySampler::new(Ddim { eta: 1.0 }));
    let plans = two_plans();
    let wanted: Vec<usize> = (0..course.start.nrows()).map(|row| row / 3 % 2).collect();
    let ends = Plan::walk_classes(&plans, &own, course.run(), &wanted);
    let whole = [0, 1].map(|class| course.ends(&plans[&class], &own));
    for (row, class) in wanted.iter().enumerate() {
        assert_eq!(ends.row(row), whole[*class].row(row), "row {row}");
        assert_ne!(ends.row(row), whole[1 - *class].row(row), "the twin: the other class");
    }
}

#[test]
fn the_way_to_every_class_is_kept_at_the_times_that_the_plan_tells() {
    let (course, own, plans) =
        (Course::new(2, 12), AnySampler::new(Ddim { eta: 1.0 }), two_plans());
    let wanted: Vec<usize> = (0..course.start.nrows()).map(|row| row / 3 % 2).collect();
    let ways = Plan::trajectories_classes(&plans, &own, course.run(), &wanted);
    let times = plans[&0].times(&course.process, &course.grid);
    assert_eq!(ways.dim(), (times.len(), wanted.len(), 2));
    assert!(times.windows(2).all(|pair| pair[1] < pair[0]) && times.len() > 13, "{times:?}");
    assert!(course.grid.times().iter().all(|t| times.contains(t)));
    let at = |time: usize| ways.index_axis(ndarray::Axis(0), time);
    assert_eq!(at(0), course.start, "the first is the start");
    let ends = Plan::walk_classes(&plans, &own, course.run(), &wanted);
    assert_eq!(at(times.len() - 1), ends, "the last is the sample");
    let others: Vec<usize> = wanted.iter().map(|class| 1 - class).collect();
    let twin = Plan::trajectories_classes(&plans, &own, course.run(), &others);
    assert_ne!(ways, twin, "the wrong twin: the other classes");
}
