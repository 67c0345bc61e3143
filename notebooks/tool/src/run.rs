//! The cells of the lessons, run as a plain program.

use crate::cells::LESSONS;
use std::cell::Cell;
use std::error::Error;
use std::process::Command;
use std::time::Instant;

/// What a cell may take, twice the ten seconds of a quiet machine, and all of them together, in seconds.
const CELL: f64 = 20.0;
const ALL: f64 = 120.0;
/// What begins a line that tells the seconds of a cell.
const TOOK: &str = "── cell ";
/// What begins a figure in the output.
const FIGURE: &str = "EVCXR_BEGIN_CONTENT";

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
    let Some((_, open, filled)) = LESSONS.iter().find(|(n, ..)| *n == name) else {
        return Err(format!("no lesson is called {name}").into());
    };
    match mode {
        "open" => open(),
        "filled" => filled(),
        _ => Err(format!("{mode} is neither open nor filled").into()),
    }
}

/// Runs every lesson twice: solved, every check must pass; with its blanks, every check must say that it is blank.
pub fn all() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let mut failures = Vec::new();
    println!("{:<24} {:<7} {:>7} {:>9} {:>8}", "lesson", "blanks", "checks", "slowest", "seconds");
    for (name, ..) in LESSONS {
        for mode in ["filled", "open"] {
            let since = Instant::now();
            let out =
                Command::new(std::env::current_exe()?).args(["cells", name, mode]).output()?;
            let text = String::from_utf8_lossy(&out.stdout);
            let found = Found::in_output(&text);
            println!(
                "{name:<24} {mode:<7} {:>7} {:>7.2} s {:>6.1} s",
                found.right + found.wrong.len(),
                found.slowest,
                since.elapsed().as_secs_f64()
            );
            if !out.status.success() {
                failures.push(format!(
                    "{name}, {mode}: {}",
                    String::from_utf8_lossy(&out.stderr).trim()
                ));
            }
            failures.extend(
                found.failures(mode).into_iter().map(|why| format!("{name}, {mode}: {why}")),
            );
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{} lessons, {seconds:.0} s", LESSONS.len());
    if seconds > ALL {
        failures.push(format!("{seconds:.0} s in all, more than {ALL}"));
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\nerror: ").into()) }
}

/// What a lesson printed.
struct Found<'a> {
    right: usize,
    wrong: Vec<&'a str>,
    slowest: f64,
    /// The most figures that one cell showed.
    figures: usize,
}

impl<'a> Found<'a> {
    fn in_output(text: &'a str) -> Self {
        let seconds = |line: &str| {
            line.strip_prefix(TOOK)?.split(": ").nth(1)?.strip_suffix(" s")?.parse().ok()
        };
        Found {
            right: text.lines().filter(|l| l.starts_with('✓')).count(),
            wrong: text.lines().filter(|l| l.starts_with('✗')).collect(),
            slowest: text.lines().filter_map(seconds).fold(0.0, f64::max),
            figures: text.split(TOOK).map(|cell| cell.matches(FIGURE).count()).max().unwrap_or(0),
        }
    }

    /// What is not as it must be.
    fn failures(&self, mode: &str) -> Vec<String> {
        let mut failures = Vec::new();
        if mode == "filled" {
            failures.extend(self.wrong.iter().map(|line| line.to_string()));
        } else {
            failures.extend(
                self.wrong.iter().filter(|l| !l.contains("still blank")).map(|l| l.to_string()),
            );
        }
        if mode == "open" && self.right > 0 {
            failures.push(format!("{} checks pass a blank", self.right));
        }
        if self.right + self.wrong.len() == 0 {
            failures.push("nothing is checked".into());
        }
        if self.figures > 1 {
            failures.push(format!("a cell shows {} figures, the kernel only one", self.figures));
        }
        if self.slowest > CELL {
            failures.push(format!("a cell took {:.1} s, more than {CELL}", self.slowest));
        }
        failures
    }
}
