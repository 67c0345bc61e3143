//! The course of the notebooks: the exercises, and the check of an answer.
//!
//! An answer is compared with the exact one, which the crate computes anew; a wrong one is compared with the usual
//! mistakes and gets the hint of the one that was made.
//!
//! ```
//! use scorelab_lab::course::{check, problem};
//! use scorelab::score::ScoreFn;
//!
//! let p = problem();
//! let s = p.scene.mixture.score(p.x.view(), p.level); // ∇ₓ log p_t, (12, 2)
//! assert!(check(1, &s));
//! assert!(!check(1, -s)); // ✗ … the sign is turned round …
//! ```
//!
//! [`en`] and [`vi`] speak English and Vietnamese; the two functions of [`en`] are also here.
//!
//! | notebook | exercises | the experiment it follows |
//! |---|---|---|
//! | 0 | 1 | `lecture_figures` |
//! | 1 | 2, 3 | `unconditional` |
//! | 2 | 4, 5 | `bayes_decomposition` |
//! | 3 | 6, 7, 8 | `hybrid` |
//! | 4 | 9 | `noisy_vs_clean_classifier` |
//! | 5 | 10 | `classifier_bill` |
//! | 6 | 11, 12 | `p_drop` |
//! | 7 | 13 | `tilted_target` |
//! | 8 | 14 | `digits` |

mod answer;
mod exercise;
mod memory;
mod problem;
mod scores;
mod show;
mod steering;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use en::{check, show};
pub use exercise::{Exercise, Mark, Mistake, exercises, mark};
pub use problem::{ImageProblem, Problem, image_problem, points, problem};

/// What a notebook in English calls.
pub mod en {
    use super::{Answer, Figure, Lang, Result};

    /// Checks the answer to exercise `n`, counted from 1, and prints whether it is right or what went wrong.
    ///
    /// Returns whether it is right.
    pub fn check(n: usize, answer: impl Into<Answer>) -> bool {
        super::say(n, answer.into(), Lang::En)
    }

    /// Shows a figure under the cell of a notebook.
    ///
    /// # Errors
    /// If the figure cannot be drawn.
    pub fn show(figure: &Figure) -> Result<()> {
        super::show::show(figure, Lang::En)
    }
}

/// What a notebook in Vietnamese calls.
pub mod vi {
    use super::{Answer, Figure, Lang, Result};

    /// As [`check`](super::en::check), in Vietnamese.
    pub fn check(n: usize, answer: impl Into<Answer>) -> bool {
        super::say(n, answer.into(), Lang::Vi)
    }

    /// As [`show`](super::en::show), in Vietnamese.
    ///
    /// # Errors
    /// If the figure cannot be drawn.
    pub fn show(figure: &Figure) -> Result<()> {
        super::show::show(figure, Lang::Vi)
    }
}

use scorelab::Result;
use scorelab_figures::plot::{Figure, Lang};

/// Prints the mark of an answer.
fn say(n: usize, answer: Answer, lang: Lang) -> bool {
    match mark(n, answer) {
        Ok(mark) => {
            println!("{} {}", if mark.right { "✓" } else { "✗" }, mark.said.get(lang));
            mark.right
        }
        Err(unknown) => {
            println!("✗ {unknown}");
            false
        }
    }
}
