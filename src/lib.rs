//! scorelab: see, steer and check guided diffusion on a laptop.

#![warn(missing_docs)]

pub mod error;
pub mod rng;
pub mod noise;
pub mod score;
pub mod mixture;
pub mod data;
pub mod nn;
pub mod train;
pub mod guidance;
pub mod classifier_guidance;
pub mod sampler;
pub mod metrics;
pub mod plot;
pub mod lecture;

pub use error::{Error, Result};
