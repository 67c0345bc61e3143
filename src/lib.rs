//! scorelab: see, steer and check guided diffusion on a laptop.

#![warn(missing_docs)]

pub mod error;
pub mod metrics;
pub mod plot;

pub use error::{Error, Result};
