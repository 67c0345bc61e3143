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
//! assert!(!check(1, -s)); // ✗ … the sign is reversed …
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
//! | 9 | 15 | `your_guidance` |
//! | 10 | 16, 17 | `exact_attention` |

mod answer;
mod exercise;
mod questions;
mod problem;
mod slips;
mod scores;
mod steering;
mod memory;
mod attention;
mod mark;
mod show;
pub mod en;
pub mod vi;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use en::{check, show};
pub use exercise::{Exercise, Mistake, NOTEBOOKS, shape_in_words};
pub use mark::{Mark, exercises, mark};
pub use problem::{
    AttentionProblem, ImageProblem, PointProblem, Problem, attention_problem, image_problem,
    point_problem, points, problem, scene,
};
pub use questions::question;
