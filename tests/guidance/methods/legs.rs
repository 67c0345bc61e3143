//! One walk with legs: an interval is three of them, and a leg means the same under every process.

use super::*;
use crate::common::PROCESSES;
use scorelab::sampler::{Heun, Leg, parts_of, sample_parts};

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
