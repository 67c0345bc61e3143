//! The program `scorelab`: train, sample, evaluate and look without writing Rust.
//!
//! | subcommand | what it does |
//! |---|---|
//! | `train` | learns a score network or a classifier, in a folder from which it can go on |
//! | `sample` | draws samples of a score, exact or learned, steered or not |
//! | `eval` | measures a score and its samples against the exact answers |
//! | `field` | writes a score on a grid or at given points |
//! | `plot` | draws figures of the lecture, of any score and scene |
//! | `lecture` | draws the whole lecture as a deck to present from |
//! | `methods` | lists the methods of guidance, or describes one |
//! | `page` | writes the page on which γ bends the field |
//! | `data` | writes a data set |
//! | `sweep` | trains and evaluates every combination of a grid, in as many processes as one likes |
//! | `info` | describes a checkpoint |
//! | `check` | marks the answer to an exercise of the course |
//! | `completions` | writes the completions of a shell |
//!
//! Every flag can also stand in a TOML file, given with `--config`.

mod config;
mod points;
mod trajectories;
mod sample;
mod field;
mod metric_rows;
mod sample_rows;
mod caption_rows;
mod eval;
mod of_file;
mod data;
mod info;
mod methods;
mod page;
mod check;
mod train;
mod plot;
mod figures;
mod command;
mod drawn;
mod lecture;
mod contents;
mod combinations;
mod sweep;
mod completions;
mod main;
#[cfg(test)]
mod effect_tests;
#[cfg(test)]
mod idle_tests;
#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod tests;

pub use command::check;
pub use drawn::drawn;
pub use main::main;
