//! What a notebook in Vietnamese calls.

use super::answer::Answer;
use super::mark::say;
use scorelab::Result;
use scorelab_figures::plot::{Figure, Lang};

/// As [`check`](super::en::check), in Vietnamese.
pub fn check(n: usize, answer: impl Into<Answer>) -> bool {
    say(n, answer.into(), Lang::Vi)
}

/// As [`show`](super::en::show), in Vietnamese.
///
/// # Errors
/// If the figure cannot be drawn.
pub fn show(figure: &Figure) -> Result<()> {
    super::show::show(figure, Lang::Vi)
}
