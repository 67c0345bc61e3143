//! Who watches a training: its progress, its checkpoints, and samples of the network so far.

mod progress;
mod samples_so_far;
mod checkpoints;

pub use checkpoints::Checkpoints;
pub use progress::Progress;
pub use samples_so_far::{Canvas, SamplesSoFar, Schedule, interval};
