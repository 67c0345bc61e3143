//! The cells of the lessons, run as a plain program.

use crate::cells::LESSONS;
use crate::found::{Found, LESSON, PATIENCE, TOOK};
use crate::ipynb::Language;
use crate::page::by_cell;
use crate::watch::watched;
use std::cell::Cell;
use std::error::Error;
use std::process::Command;
use std::time::{Duration, Instant};

/// What all lessons together take, in seconds, twice the time of a quiet machine; more is worth a warning.
const ALL: f64 = 120.0;

thread_local! {
    static RUNNING: Cell<Option<(usize, Instant)>> = const { Cell::new(None) };
}

/// Called between the cells: cell `n` begins, and the one before it has ended; 0 begins none.
pub fn begins(n: usize) {
    if let Some((cell, since)) = RUNNING.replace((n > 0).then(|| (n, Instant::now()))) {
        println!("{TOOK}{cell}: {:.2} s", since.elapsed().as_secs_f64());
    }
}

/// Runs the cells of one lesson.
pub fn one(name: &str, mode: &str) -> Result<(), Box<dyn Error>> {
    let Some((_, open, filled, vietnamese)) = LESSONS.iter().find(|(n, ..)| *n == name) else {
        return Err(format!("no lesson is called {name}").into());
    };
    match mode {
        "open" => open(),
        "filled" => filled(),
        "filled-vi" => vietnamese(),
        _ => Err(format!("{mode} is none of open, filled, filled-vi").into()),
    }
}

/// What each cell of a solved lesson prints in a language; every check must pass.
pub fn printed(name: &str, language: Language) -> Result<Vec<String>, Box<dyn Error>> {
    let mode = if language == Language::Vi { "filled-vi" } else { "filled" };
    let program = std::env::current_exe()?;
    let limit = Duration::from_secs_f64(PATIENCE * LESSON);
    let ended = watched(Command::new(program).args(["cells", name, mode]), limit)?;
    match Found::of(&ended).failures("filled") {
        none if none.is_empty() => Ok(by_cell(&ended.out)),
        some => Err(format!("{name}, {mode}: {}", some.join("; ")).into()),
    }
}

/// Runs every lesson twice: solved, every check must pass; with its blanks, every check must say that it is blank.
///
/// On a slow machine there is a warning, and nothing fails; a lesson that hangs is stopped.
pub fn all() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let (mut failures, mut warnings) = (Vec::new(), Vec::new());
    let program = std::env::current_exe()?;
    let limit = Duration::from_secs_f64(PATIENCE * LESSON);
    println!("{:<24} {:<7} {:>7} {:>9} {:>8}", "lesson", "blanks", "checks", "slowest", "seconds");
    for (name, ..) in LESSONS {
        for mode in ["filled", "open"] {
            let ended = watched(Command::new(&program).args(["cells", name, mode]), limit)?;
            let found = Found::of(&ended);
            println!(
                "{name:<24} {mode:<7} {:>7} {:>7.2} s {:>6.1} s",
                found.right + found.wrong.len(),
                found.slowest,
                ended.seconds
            );
            let told = |why: String| format!("{name}, {mode}: {why}");
            failures.extend(found.failures(mode).into_iter().map(told));
            warnings.extend(found.warnings().into_iter().map(told));
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{} lessons, {seconds:.0} s", LESSONS.len());
    if seconds > ALL {
        warnings.push(format!("{seconds:.0} s in all, more than {ALL}"));
    }
    warnings.iter().for_each(|why| eprintln!("warning: {why}"));
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\nerror: ").into()) }
}
