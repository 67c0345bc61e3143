//! A network that answers as a score.

use crate::array::points;
use crate::kept::Kept;
use crate::score::Score;
use ndarray::{Array2, ArrayView2};
use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use scorelab::checkpoint::Model;
use scorelab::nn::ScoreNet;
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;
use std::path::PathBuf;

/// An unconditional score network: a network with the scaling that lets it learn every noise level at once. It is its own score.
#[pyclass(extends = Score, frozen, module = "scorelab")]
pub struct ScoreNetwork(Kept);

impl ScoreNetwork {
    /// Of a checkpoint that holds one.
    pub fn init(kept: Kept) -> PyClassInitializer<ScoreNetwork> {
        let base = Score::of(Answering(kept.clone()));
        PyClassInitializer::from(base).add_subclass(ScoreNetwork(kept))
    }
}

/// The network of a checkpoint, which cannot be copied, as a score.
struct Answering(Kept);

impl Answering {
    fn net(&self) -> &ScoreNet {
        match self.0.model() {
            Model::Score(net) => net,
            _ => unreachable!("a score network"),
        }
    }
}

impl ScoreFn for Answering {
    fn dim(&self) -> usize {
        self.net().dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.net().score(x, level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.net().denoised(x, level)
    }
}

#[pymethods]
impl ScoreNetwork {
    /// Writes the file, in place of what was there. It is a safetensors file.
    fn save(&self, py: Python, path: PathBuf) -> PyResult<()> {
        self.0.save(py, path)
    }

    /// How it came to be.
    #[getter]
    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.0.info(py)
    }

    /// The weights (parameters,), in one array.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f32>> {
        self.0.params().into_pyarray(py)
    }

    /// What a network sees as points of the data: (n, k) → (n, d). Of images their pixels from −1 to 1.
    fn points<'py>(
        &self,
        py: Python<'py>,
        z: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let z = points("z", z, Answering(self.0.clone()).dim())?;
        Ok(self.0.points(z).into_pyarray(py))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.0.reduced(py)
    }
}
