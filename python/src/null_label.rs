//! One network with a label and with none.

use crate::array::points;
use crate::error::class;
use crate::guidance::gamma;
use crate::kept::Kept;
use crate::score::Score;
use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use scorelab::checkpoint::Model;
use scorelab::null_label::JointNet;
use std::path::PathBuf;

/// One score network for all conditions and for none: s_θ(x, level, y), with y a class or whatever else the network takes, or ∅.
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
}

#[pymethods]
impl JointNetwork {
    /// The dimension d of a point.
    #[getter]
    fn dim(&self) -> usize {
        self.net().network().config.inputs
    }

    /// The number of classes; ∅ is not one of them.
    #[getter]
    fn classes(&self) -> usize {
        self.net().classes()
    }

    /// s_θ(x, y), the conditional score, or under ∅ the unconditional one.
    #[pyo3(signature = (label=None))]
    fn given(slf: &Bound<Self>, label: Option<usize>) -> PyResult<Score> {
        let net = slf.get().net();
        let score = match label {
            Some(label) => Score::of(net.given(class(label, net.classes())?)),
            None => Score::of(net.unconditional()),
        };
        score.again(slf.getattr("given")?, (label,))
    }

    /// Classifier-free guidance in one pass through the network. It is (1 − γ)·s(x, ∅) + γ·s(x, y).
    fn guided(slf: &Bound<Self>, label: usize, gamma: f64) -> PyResult<Score> {
        let net = slf.get().net();
        let score = Score::of(net.guided(class(label, net.classes())?, self::gamma(gamma)?));
        score.again(slf.getattr("guided")?, (label, gamma))
    }

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
        Ok(self.0.points(points("z", z, self.dim())?).into_pyarray(py))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.0.reduced(py)
    }
}
