//! The noise axis: levels, the four noise processes, and grids of times along them.

mod level;
mod process;
mod grid;

pub use grid::{Grid, Spacing};
pub use level::NoiseLevel;
pub use process::Process;
