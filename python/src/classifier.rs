//! Classifiers that steer.

use crate::array::{level, points};
use crate::error::{class, value};
use crate::job::briefly;
use crate::kept::Kept;
use crate::pickle::Again;
use crate::score::Likelihood;
use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use scorelab::checkpoint::Model;
use scorelab::classifier;
use std::path::PathBuf;
use std::sync::Arc;

/// p_φ(y | x_t) for all classes at once, trained on noised data: the lecture's off-the-shelf noisy classifier.
#[pyclass(frozen, module = "scorelab")]
pub struct NoisyClassifier(pub Kept);

impl NoisyClassifier {
    fn net(&self) -> &classifier::NoisyClassifier {
        match self.0.model() {
            Model::Noisy(net) => net,
            _ => unreachable!("a noisy classifier"),
        }
    }
}

#[pymethods]
impl NoisyClassifier {
    /// The dimension d of a point.
    #[getter]
    fn dim(&self) -> usize {
        self.net().network().config.inputs
    }

    /// The number of classes.
    #[getter]
    fn classes(&self) -> usize {
        self.net().network().config.outputs
    }

    /// p_φ(y | x_t) of one class, to steer by.
    fn given(slf: &Bound<Self>, label: usize) -> PyResult<Likelihood> {
        let own = slf.get();
        let inner = Arc::new(own.net().given(class(label, own.classes())?));
        let again = Again::by(slf.getattr("given")?, (label,))?;
        Ok(Likelihood { inner, dim: own.dim(), again })
    }

    /// p_φ(y | x_t) of every class: `x` (n, d) → (n, classes), rows sum to one. σ must be above 0.
    fn probabilities<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (x, level) = (points("x", x, self.dim())?, level(alpha, sigma)?);
        if level.sigma == 0.0 {
            return Err(value("sigma", 0, "above 0: a noisy classifier has not seen clean points"));
        }
        Ok(briefly(py, || self.net().probabilities(x.view(), level))?.into_pyarray(py))
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

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.0.reduced(py)
    }
}

/// p_φ(y | x₀), trained on data only and asked about noisy points all the same.
#[pyclass(frozen, module = "scorelab")]
pub struct CleanClassifier(pub Kept);

impl CleanClassifier {
    fn net(&self) -> &classifier::CleanClassifier {
        match self.0.model() {
            Model::Clean(net) => net,
            _ => unreachable!("a clean classifier"),
        }
    }
}

#[pymethods]
impl CleanClassifier {
    /// The dimension d of a point.
    #[getter]
    fn dim(&self) -> usize {
        self.net().network().config.inputs
    }

    /// The number of classes.
    #[getter]
    fn classes(&self) -> usize {
        self.net().network().config.outputs
    }

    /// p_φ(y | x₀ = x_t) of one class, to steer by.
    fn given(slf: &Bound<Self>, label: usize) -> PyResult<Likelihood> {
        let own = slf.get();
        let inner = Arc::new(own.net().given(class(label, own.classes())?));
        let again = Again::by(slf.getattr("given")?, (label,))?;
        Ok(Likelihood { inner, dim: own.dim(), again })
    }

    /// p_φ(y | x₀ = x) of every class: `x` (n, d) → (n, classes), rows sum to one.
    fn probabilities<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let x = points("x", x, self.dim())?;
        Ok(briefly(py, || self.net().probabilities(x.view()))?.into_pyarray(py))
    }

    /// What the classifier sees in x, the last hidden layer after its activation: `x` (n, d) → (n, width).
    fn features<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let x = points("x", x, self.dim())?;
        Ok(briefly(py, || self.net().features(x.view()))?.into_pyarray(py))
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

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.0.reduced(py)
    }
}
