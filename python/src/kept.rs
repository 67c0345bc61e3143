//! What trained networks have in common.

use crate::error::refused;
use crate::pickle::function;
use ndarray::Array2;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use scorelab::checkpoint::{Checkpoint, Model};
use std::path::PathBuf;
use std::sync::Arc;

/// The file's name in messages about a network that is in none.
pub const PICKLE: &str = "the pickled network";

/// A network, and how it came to be.
#[derive(Clone)]
pub struct Kept(Arc<Checkpoint>);

impl Kept {
    /// The network of a checkpoint.
    pub fn of(checkpoint: Checkpoint) -> Kept {
        Kept(Arc::new(checkpoint))
    }

    /// The network.
    pub fn model(&self) -> &Model {
        &self.0.model
    }

    /// Writes the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, py: Python, path: PathBuf) -> PyResult<()> {
        py.detach(|| self.0.save(path)).map_err(refused)
    }

    /// The call that makes it again, of the bytes of its file.
    ///
    /// # Errors
    /// If a number of the network is not finite.
    pub fn reduced<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let bytes = py.detach(|| self.0.bytes_for(PICKLE.as_ref())).map_err(refused)?;
        (function(py, "_unpickled")?, (PyBytes::new(py, &bytes),)).into_pyobject(py)
    }

    /// What is known of it.
    ///
    /// # Errors
    /// Never but for want of memory.
    pub fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (info, Checkpoint { model, trained, .. }) = (PyDict::new(py), &*self.0);
        info.set_item("model", model.name())?;
        info.set_item("parameters", model.network().params.len())?;
        info.set_item("version", &trained.version)?;
        info.set_item("kernel", &trained.kernel)?;
        info.set_item("data", &trained.data.name)?;
        info.set_item("points", trained.data.points)?;
        info.set_item("steps", trained.recipe.as_ref().map(|recipe| recipe.train.steps))?;
        info.set_item("seed", trained.recipe.as_ref().map(|recipe| recipe.train.seed))?;
        Ok(info)
    }

    /// The weights (parameters,).
    pub fn params(&self) -> Vec<f32> {
        self.0.model.network().params.to_vec()
    }

    /// Points of the network's coordinates as those of its data.
    pub fn points(&self, z: Array2<f64>) -> Array2<f64> {
        self.0.view.points(z.view())
    }
}
