//! The exercises in their order, and the mark of an answer.

use super::answer::Answer;
use super::exercise::Exercise;
use super::problem::{attention_problem, image_problem, point_problem, problem};
use super::{attention, memory, scores, steering};
use scorelab::{Error, Result};
use scorelab_figures::plot::{Lang, Text};
use std::sync::LazyLock;

/// What is said about an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Whether it is right.
    pub right: bool,
    /// The exercise, and the mistake that was made if one was.
    pub said: Text,
}

/// All exercises, in the order of the course; exercise 1 comes first. Their answers are computed once.
pub fn exercises() -> &'static [Exercise] {
    static ALL: LazyLock<Vec<Exercise>> = LazyLock::new(|| {
        let p = problem();
        let mut all = scores::exercises(&p);
        all.extend(steering::exercises(&p));
        all.push(memory::memory(&image_problem()));
        all.push(memory::own_points(&point_problem()));
        all.extend(attention::exercises(&attention_problem()));
        all
    });
    &ALL
}

/// Marks the answer to exercise `n`, counted from 1.
///
/// # Errors
/// If there is no such exercise.
pub fn mark(n: usize, answer: impl Into<Answer>) -> Result<Mark> {
    let all = exercises();
    let Some(exercise) = n.checked_sub(1).and_then(|i| all.get(i)) else {
        return Err(Error::value("the exercise", n, format!("1 to {}", all.len())));
    };
    let answer = answer.into();
    let right = exercise.accepts(&answer);
    let found = if right { Text::new("right", "đúng") } else { exercise.wrong(&answer) };
    let title = &exercise.title;
    let said = Text::from((
        format!("exercise {n}, {}: {}", title.en, found.en),
        format!("bài {n}, {}: {}", title.vi, found.vi),
    ));
    Ok(Mark { right, said })
}

/// Prints the mark of an answer; whether it is right.
pub(super) fn say(n: usize, answer: Answer, lang: Lang) -> bool {
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
