//! What a notebook in English calls.

use super::answer::Answer;
use super::mark::say;
use scorelab::Result;
use scorelab_figures::plot::{Figure, Lang};

/// Checks the answer to exercise `n`, counted from 1, and prints whether it is right or what went wrong.
///
/// Returns whether it is right.
pub fn check(n: usize, answer: impl Into<Answer>) -> bool {
    say(n, answer.into(), Lang::En)
}

/// Shows a figure under the cell of a notebook.
///
/// # Errors
/// If the figure cannot be drawn.
pub fn show(figure: &Figure) -> Result<()> {
    super::show::show(figure, Lang::En)
}
