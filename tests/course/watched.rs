//! A lesson that is slow is warned about, one that hangs is ended.

use super::found::{CELL, Found, LESSON, TOOK};
use super::watch::{Ended, watched};
use std::process::Command;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(600);

fn program(words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scorelab"));
    command.args(words.split_whitespace());
    command
}

#[test]
fn a_program_that_hangs_is_ended_and_its_words_are_kept() {
    let folder = std::env::temp_dir().join(format!("scorelab-{}-hangs", std::process::id()));
    let words = format!(
        "train --steps 10000000 --points 100 --batch 64 --width 8 --depth 1 --every 10 --out {}",
        folder.display()
    );
    let began = Instant::now();
    let ended = watched(&mut program(&words), Duration::from_secs(2)).unwrap();
    assert!(ended.status.is_none(), "{ended:?}");
    assert!((2.0..LONG.as_secs_f64()).contains(&ended.seconds), "{ended:?}");
    assert!(began.elapsed() < LONG);
    // it has let go of the folder, so it is gone
    drop(scorelab::checkpoint::Run::open(&folder).expect("nobody holds the folder"));
    std::fs::remove_dir_all(folder).unwrap();
    // the wrong twin: one that comes to its end is not ended, though it says more than a pipe holds
    let ended = watched(&mut program("data --scene three --points 5000 --format csv"), LONG);
    let ended = ended.unwrap();
    assert!(ended.status.is_some_and(|s| s.success()) && ended.out.len() > 1 << 17, "{ended:?}");
    let ended = watched(&mut program("data --scene nosuch"), LONG).unwrap();
    assert!(ended.status.is_some_and(|s| !s.success()), "{ended:?}");
    assert!(ended.err.starts_with("error: "), "{ended:?}");
}

/// What a lesson with one check said whose second cell took so long, and that came to its end, or not.
fn lesson(cell: f64, seconds: f64, ends: bool) -> Ended {
    let status = ends.then(|| program("--version").output().unwrap().status);
    let out = format!("✓ right\n{TOOK}1: 0.50 s\n{TOOK}2: {cell:.2} s\n");
    Ended { status, out, err: String::new(), seconds }
}

#[test]
fn a_slow_lesson_is_warned_about_and_a_hanging_one_fails() {
    let said = |ended: &Ended| {
        let found = Found::of(ended);
        (found.failures("filled"), found.warnings())
    };
    assert_eq!(said(&lesson(1.0, 2.0, true)), (vec![], vec![]));
    let (failures, warnings) = said(&lesson(CELL + 3.5, CELL + 4.0, true));
    assert_eq!((failures, warnings), (vec![], vec!["a cell took 23.5 s, more than 20".into()]));
    let (failures, warnings) = said(&lesson(9.0 * CELL, 9.0 * LESSON, true));
    assert_eq!((failures.len(), warnings.len()), (0, 2), "slow is not wrong");
    let (failures, _) = said(&lesson(1.0, 10.0 * LESSON, false));
    let why = "it hangs: ended in cell 3 after 400 s, 10 times the 40 s of its budget";
    assert_eq!(failures, [why]);
    // the wrong twin: a check that fails is no matter of time
    let mut wrong = lesson(1.0, 2.0, true);
    wrong.out = wrong.out.replace('✓', "✗");
    assert_eq!(said(&wrong).0, ["✗ right"]);
}
