//! One network with a label and with none.

use crate::array::points;
use crate::checkpoint::Kept;
use crate::error::value;
use crate::guidance::gamma;
use crate::score::Score;
use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use scorelab::checkpoint::Model;
use scorelab::null_label::JointNet;
use std::path::PathBuf;

/// One score network trained jointly with every label and with none.
#[pyclass(frozen, module = "scorelab")]
pub struct JointNetwork(pub Kept);

impl JointNetwork {
    /// The network.
    pub fn net(&self) -> &JointNet {
        match self.0.model() {
            Model::Joint(net) => net,
            _ => unreachable!("a joint network"),
        }
    }

    /// Refuses a class that is not there.
    ///
    /// # Errors
    /// If it is not.
    pub fn class(&self, label: usize) -> PyResult<usize> {
        let classes = self.net().classes();
        match label < classes {
            true => Ok(label),
            false => Err(value("the class", label, format!("below {classes}"))),
        }
    }
}

#[pymethods]
impl JointNetwork {
    /// d, the number of coordinates of a point.
    #[getter]
    fn dim(&self) -> usize {
        self.net().network().config.inputs
    }

    /// The number of classes.
    #[getter]
    fn classes(&self) -> usize {
        self.net().classes()
    }

    /// The score of a class, or without one the unconditional score.
    #[pyo3(signature = (label=None))]
    fn given(&self, label: Option<usize>) -> PyResult<Score> {
        Ok(match label {
            Some(label) => Score::of(self.net().given(self.class(label)?)),
            None => Score::of(self.net().unconditional()),
        })
    }

    /// (1 − γ)·s(x, ∅) + γ·s(x, y), in one pass.
    fn guided(&self, label: usize, gamma: f64) -> PyResult<Score> {
        let gamma = self::gamma(gamma)?;
        Ok(Score::of(self.net().guided(self.class(label)?, gamma)))
    }

    /// Writes the network to a safetensors file.
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

    /// What the network sees (n, d) as points of its data: of images their pixels from −1 to 1.
    fn points<'py>(
        &self,
        py: Python<'py>,
        z: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        Ok(self.0.points(points("z", z, self.dim())?).into_pyarray(py))
    }
}
