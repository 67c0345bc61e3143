//! The one error type: every message names the thing, its value and the remedy.

use crate::text::printable;
use std::path::{Path, PathBuf};

/// `Result` with scorelab's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that can go wrong where something enters or leaves the crate. Arithmetic inside has no errors: parameters
/// are validated once.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A parameter is outside its range.
    #[error("{what} is {value}, but it must be {must}")]
    Value {
        /// The parameter, as its user knows it (`--steps`, `weights[2]`).
        what: String,
        /// What was given.
        value: String,
        /// What is accepted.
        must: String,
    },
    /// Work that would take more memory than it may.
    #[error(
        "the memory for {what} is about {needed:.2} GiB, but it must be at most {most} GiB; make it smaller, or raise --memory"
    )]
    Memory {
        /// The work.
        what: String,
        /// What it would take, in GiB.
        needed: f64,
        /// What it may take, in GiB.
        most: f64,
    },
    /// A command line that is not a command.
    #[error("{why}")]
    Usage {
        /// What is wrong with them, and what to do.
        why: String,
    },
    /// A scene file that cannot be understood.
    #[error("scene file {path}: {why}")]
    Scene {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, where, and what to do.
        why: String,
    },
    /// A data file or a checkpoint whose contents are not what they should be.
    #[error("{path}: {why}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, where, and what to do.
        why: String,
    },
    /// A file or folder that cannot be read or written.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was being done: `read`, `write`, `create`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's own words.
        source: std::io::Error,
    },
    /// The folder of a run that another program holds.
    #[error("{path}: another run is using this folder; wait for it, or choose another")]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// Training diverged.
    #[error(
        "training stopped at step {step}: the loss is {loss} at learning rate {learning_rate:e}; lower the learning rate or clip the gradient"
    )]
    Diverged {
        /// The step at which it was noticed, counted from 0.
        step: usize,
        /// The loss of that step.
        loss: f64,
        /// The learning rate of that step.
        learning_rate: f64,
    },
    /// A figure that cannot be drawn or encoded.
    #[error("cannot draw {figure}: {why}")]
    Figure {
        /// The figure's file stem.
        figure: String,
        /// What went wrong.
        why: String,
    },
    /// Numbers that an experiment promised and did not reach.
    #[error("{failed} of {total} checks failed: {names}")]
    Checks {
        /// How many failed.
        failed: usize,
        /// How many there were.
        total: usize,
        /// Their names.
        names: String,
    },
}

impl Error {
    /// A parameter `what` whose `value`, shown as [`printable`], is not `must`.
    pub fn value(what: impl Into<String>, value: impl ToString, must: impl Into<String>) -> Self {
        Error::Value { what: what.into(), value: printable(&value.to_string()), must: must.into() }
    }

    /// Wraps a system error with what was being done to which path.
    pub fn io(doing: &'static str, path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Error::Io { doing, path: path.as_ref().to_path_buf(), source }
    }
}
