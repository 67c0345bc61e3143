//! The laws of the crate, each beside a wrong twin that must break it.
//!
//! `cargo test --test main bayes_decomposition` runs one group alone.

mod common;

mod bayes_decomposition;
mod cli;
mod command;
mod course;
mod coverage;
mod guidance;
mod laws;
mod learning;
mod samplers;
mod determinism;
mod docs;
mod page;
