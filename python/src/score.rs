//! Scores and likelihoods: what takes points and a noise level and answers with arrays.

use crate::array::{level, points};
use crate::callable::Callable;
use crate::error::value;
use crate::job::briefly;
use crate::pickle::Again;
use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use scorelab::methods;
use scorelab::score::{ScoreFn, eps};
use std::sync::Arc;

/// The score ∇ₓ log p_t(x) of a noised distribution, exact, learned or made of other scores. `Score(function, dim)` makes one of
/// a Python function f(x, alpha, sigma) -> (n, d).
///
/// `dim` is d. The function gets all points in one call, or at most `batch` rows.
#[pyclass(subclass, frozen, module = "scorelab")]
pub struct Score {
    /// The score.
    pub score: methods::Score,
    /// Whether Python is asked, so that all points go in one call.
    pub python: bool,
    again: Again,
}

impl Score {
    /// A score of the library.
    pub fn of(score: impl ScoreFn + 'static) -> Score {
        Score::made(Arc::new(score), false)
    }

    /// A score made of others, some of which may be Python functions.
    pub fn made(score: methods::Score, python: bool) -> Score {
        Score { score, python, again: Again::NEVER }
    }

    /// This score, which pickle makes again by this call.
    ///
    /// # Errors
    /// As [`Again::by`].
    pub fn again<'py, A>(self, call: Bound<'py, PyAny>, arguments: A) -> PyResult<Score>
    where
        A: IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
    {
        Ok(Score { again: Again::by(call, arguments)?, ..self })
    }
}

#[pymethods]
impl Score {
    #[new]
    #[pyo3(signature = (function, dim, *, batch=None))]
    fn new(function: &Bound<PyAny>, dim: usize, batch: Option<usize>) -> PyResult<Self> {
        let dim = width(dim)?;
        if batch == Some(0) {
            return Err(value("batch", 0, "at least 1, or None for all rows in one call"));
        }
        if !function.is_callable() {
            return Err(wrong_type(function));
        }
        let py = function.py();
        let named = PyDict::new(py);
        named.set_item("batch", batch)?;
        let partial = py.import("functools")?.getattr("partial")?;
        let made = partial.call((py.get_type::<Score>(),), Some(&named))?;
        let score = Callable { function: Arc::new(function.clone().unbind()), dim, batch };
        Score::made(Arc::new(score), true).again(made, (function, dim))
    }

    /// The dimension d of a point.
    #[getter]
    fn dim(&self) -> usize {
        self.score.dim()
    }

    /// ∇ₓ log p_t(x), one row per point: `x` (n, d) → (n, d).
    fn score<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (x, level) = (points("x", x, self.score.dim())?, level(alpha, sigma)?);
        Ok(briefly(py, || self.score.score(x.view(), level))?.into_pyarray(py))
    }

    fn __call__<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        self.score(py, x, alpha, sigma)
    }

    /// E[x₀ | x_t = x], the mean of the data that could have become x: (n, d) → (n, d). It is (x + σ²·score)/α.
    fn denoised<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (x, level) = (points("x", x, self.score.dim())?, level(alpha, sigma)?);
        Ok(briefly(py, || self.score.denoised(x.view(), level))?.into_pyarray(py))
    }

    /// E[ε | x_t = x] of a score, what a noise-predicting network answers: `x` (n, d) → (n, d). It is −σ·score.
    fn eps<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (x, level) = (points("x", x, self.score.dim())?, level(alpha, sigma)?);
        Ok(briefly(py, || eps(&*self.score, x.view(), level))?.into_pyarray(py))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.again.reduced(py)
    }
}

/// What was given where a score is taken.
pub struct Taken {
    /// The score.
    pub score: methods::Score,
    /// Whether Python is asked.
    pub python: bool,
}

/// A score of the library, or a Python function of points with `dim` coordinates.
///
/// # Errors
/// `TypeError` if it is neither, `ValueError` if nobody says how many coordinates a function's points have.
pub fn taken(object: &Bound<PyAny>, dim: Option<usize>) -> PyResult<Taken> {
    if let Ok(score) = object.cast::<Score>() {
        let Score { score, python, .. } = score.get();
        return Ok(Taken { score: score.clone(), python: *python });
    }
    if !object.is_callable() {
        return Err(wrong_type(object));
    }
    let Some(dim) = dim else {
        let must = "given together with dim=, the number of coordinates of a point";
        return Err(value("a function as a score", "alone", must));
    };
    let (function, dim) = (Arc::new(object.clone().unbind()), width(dim)?);
    Ok(Taken { score: Arc::new(Callable { function, dim, batch: None }), python: true })
}

/// A number of coordinates.
///
/// # Errors
/// If it is 0.
pub fn width(dim: usize) -> PyResult<usize> {
    if dim > 0 { Ok(dim) } else { Err(value("dim", dim, "at least 1")) }
}

fn wrong_type(object: &Bound<PyAny>) -> PyErr {
    let name = object.get_type().name().map_or_else(|_| "?".into(), |name| name.to_string());
    PyTypeError::new_err(format!(
        "a score is a Mixture, a ScoreNetwork, a Score, what .given(…) of a Scene or a JointNetwork answers, \
         or a function f(x, alpha, sigma) -> (n, d), not {name}"
    ))
}

/// p(y | x_t) as a function of x_t, for a y it is already bound to: a classifier's answer, exact or learned.
#[pyclass(frozen, module = "scorelab")]
pub struct Likelihood {
    /// The likelihood.
    pub inner: Arc<dyn scorelab::score::Likelihood>,
    /// d.
    pub dim: usize,
    /// How pickle makes it again.
    pub again: Again,
}

#[pymethods]
impl Likelihood {
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.again.reduced(py)
    }

    /// The dimension d of a point.
    #[getter]
    fn dim(&self) -> usize {
        self.dim
    }

    /// log p(y | x_t = x): `x` (n, d) → (n,).
    fn log_likelihood<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let (x, level) = (points("x", x, self.dim)?, level(alpha, sigma)?);
        Ok(briefly(py, || self.inner.log_likelihood(x.view(), level))?.into_pyarray(py))
    }

    /// ∇ₓ log p(y | x_t = x), the direction that makes y more likely: `x` (n, d) → (n, d).
    fn grad_log_likelihood<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (x, level) = (points("x", x, self.dim)?, level(alpha, sigma)?);
        Ok(briefly(py, || self.inner.grad_log_likelihood(x.view(), level))?.into_pyarray(py))
    }
}
