//! Networks that are trained to be the guided score themselves: one evaluation a step instead of two.
//!
//! | module | what it holds |
//! |---|---|
//! | `rule` | [`Rule`], how a conditional answer is taught to be a guided one: guidance-free training and model guidance |
//! | `joint` | [`train_guided`], a joint network trained by such a rule |
//! | `distilled` | [`Distilled`], a network that learns from a teacher and takes γ as an input |

mod rule;
mod joint;
mod distilled;

pub use distilled::{Distilled, DistilledScore};
pub use joint::train_guided;
pub use rule::Rule;
