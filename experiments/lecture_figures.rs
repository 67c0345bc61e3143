//! The lecture as a deck: its figures in its order, to present from a page or from a PPTX file.
//!
//! ```text
//! cargo run --example lecture_figures
//! ```
//!
//! Trains the score network, the noisy classifier, the clean one and the joint network once, draws all figures and the
//! animation, and ends with the path of `index.html`: the slides with contents, builds and speaker's notes (arrow keys, C, N,
//! F; printed, a picture a page). Beside it lies the same deck as `deck.pptx` and, with the feature `pdf`, as `deck.pdf`.
//! `scorelab lecture` does the same.

use scorelab_lab::{Defaults, lecture, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    let question = "what does the whole lecture look like?";
    let next = "classifier_guidance -- --scene ring8";
    run("lecture_figures", question, next, Defaults::LECTURE, lecture)
}
