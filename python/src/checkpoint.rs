//! The files of trained networks, and their pickles.

use crate::classifier::{CleanClassifier, NoisyClassifier};
use crate::error::refused;
use crate::kept::{Kept, PICKLE};
use crate::nn::ScoreNetwork;
use crate::null_label::JointNetwork;
use pyo3::prelude::*;
use scorelab::checkpoint::{Checkpoint, Model, find};
use std::path::PathBuf;

/// A network as an object of Python.
///
/// # Errors
/// Never but for want of memory.
pub fn object(py: Python, checkpoint: Checkpoint) -> PyResult<Py<PyAny>> {
    let kept = Kept::of(checkpoint);
    Ok(match kept.model() {
        Model::Score(_) => Py::new(py, ScoreNetwork::init(kept))?.into_any(),
        Model::Joint(_) => Py::new(py, JointNetwork(kept))?.into_any(),
        Model::Noisy(_) => Py::new(py, NoisyClassifier(kept))?.into_any(),
        Model::Clean(_) => Py::new(py, CleanClassifier(kept))?.into_any(),
    })
}

/// The network of a pickle.
#[pyfunction]
#[pyo3(name = "_unpickled")]
pub fn unpickled(py: Python, bytes: &[u8]) -> PyResult<Py<PyAny>> {
    object(py, py.detach(|| Checkpoint::parse(bytes, PICKLE)).map_err(refused)?)
}

/// The checkpoint in a file, or the last good one of a run's folder. It is a ScoreNetwork, a JointNetwork, a NoisyClassifier or a
/// CleanClassifier.
#[pyfunction]
pub fn load(py: Python, path: PathBuf) -> PyResult<Py<PyAny>> {
    let found = py.detach(|| find(&path)).map_err(refused)?;
    object(py, found.checkpoint)
}
