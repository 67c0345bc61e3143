//! What the cells of a lesson printed, and what is wrong with it.

use super::watch::Ended;

/// What begins a line that tells the seconds of a cell.
pub const TOOK: &str = "── cell ";
/// What begins a figure in the output.
const FIGURE: &str = "EVCXR_BEGIN_CONTENT";
/// What a cell takes, in seconds, twice the time of a quiet machine; more is worth a warning.
pub const CELL: f64 = 20.0;
/// What a lesson takes, likewise.
pub const LESSON: f64 = 40.0;
/// A slow machine is not an error; a lesson that takes this many times its budget hangs.
pub const PATIENCE: f64 = 10.0;

/// What a lesson printed.
pub struct Found<'a> {
    ended: &'a Ended,
    /// Checks that pass.
    pub right: usize,
    /// The lines of those that fail.
    pub wrong: Vec<&'a str>,
    /// Seconds of the slowest cell.
    pub slowest: f64,
    /// The most figures that one cell showed.
    figures: usize,
}

impl<'a> Found<'a> {
    /// What is in the output.
    pub fn of(ended: &'a Ended) -> Self {
        let seconds = |line: &str| {
            line.strip_prefix(TOOK)?.split(": ").nth(1)?.strip_suffix(" s")?.parse().ok()
        };
        let text = &ended.out;
        Found {
            ended,
            right: text.lines().filter(|l| l.starts_with('✓')).count(),
            wrong: text.lines().filter(|l| l.starts_with('✗')).collect(),
            slowest: text.lines().filter_map(seconds).fold(0.0, f64::max),
            figures: text.split(TOOK).map(|cell| cell.matches(FIGURE).count()).max().unwrap_or(0),
        }
    }

    /// What is wrong: solved, every check must pass; with its blanks, every check must say that it is blank.
    pub fn failures(&self, mode: &str) -> Vec<String> {
        let mut failures = Vec::new();
        match self.ended.status {
            None => {
                let cell = self.ended.out.lines().filter(|l| l.starts_with(TOOK)).count() + 1;
                let (seconds, budget) = (self.ended.seconds, LESSON);
                failures.push(format!(
                    "it hangs: ended in cell {cell} after {seconds:.0} s, {PATIENCE} times the {budget} s of its budget"
                ));
                return failures;
            }
            Some(status) if !status.success() => failures.push(self.ended.err.trim().into()),
            Some(_) => {}
        }
        let unexpected = |line: &&&str| mode == "filled" || !line.contains("still blank");
        failures.extend(self.wrong.iter().filter(unexpected).map(|line| line.to_string()));
        if mode == "open" && self.right > 0 {
            failures.push(format!("{} checks pass a blank", self.right));
        }
        if self.right + self.wrong.len() == 0 {
            failures.push("nothing is checked".into());
        }
        if self.figures > 1 {
            failures.push(format!("a cell shows {} figures, the kernel only one", self.figures));
        }
        failures
    }

    /// What is slow.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for (what, seconds, budget) in
            [("a cell", self.slowest, CELL), ("the lesson", self.ended.seconds, LESSON)]
        {
            if seconds > budget {
                warnings.push(format!("{what} took {seconds:.1} s, more than {budget}"));
            }
        }
        warnings
    }
}
