//! Exact mixtures, data sets as scores, observations and the tilt.

use crate::array::{level, matrix, numbers, points, vector};
use crate::error::{self, fitting, refused, value};
use crate::job::{self, briefly};
use crate::pickle::Again;
use crate::score::{Likelihood, Score};
use ndarray::{Array1, Array2, Axis, stack};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArray3};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use scorelab::condition;
use scorelab::mixture;
use scorelab::rng::Purpose;
use scorelab_lab::A_COORDINATE;
use std::sync::Arc;

/// Points and the class of each: (n, d) and (n,).
pub type Labelled<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<u64>>);

/// Points with their classes, as arrays.
pub fn labelled(py: Python, data: mixture::Labelled) -> Labelled {
    let y: Array1<u64> = data.y.iter().map(|y| *y as u64).collect();
    (data.x.into_pyarray(py), y.into_pyarray(py))
}

/// A labelled Gaussian mixture with full covariances, in any dimension. It is known exactly after the forward process.
///
/// `weights` (K,), `means` (K, d), and either `covs` K × (d, d) or `sds` (K,); `labels` (K,) from 0. It is its own score.
#[pyclass(extends = Score, frozen, module = "scorelab")]
pub struct Mixture {
    /// The mixture.
    pub inner: mixture::Mixture,
    again: Again, // of what another mixture makes, whose bits its numbers alone do not give again
}

impl Mixture {
    /// As an object of Python.
    pub fn object(py: Python, inner: mixture::Mixture) -> PyResult<Py<Mixture>> {
        Py::new(py, Mixture::init(inner, Again::NEVER))
    }

    /// What a method of this one makes of these arguments.
    fn made<'py, A>(
        slf: &Bound<'py, Self>,
        method: &str,
        arguments: A,
        inner: mixture::Mixture,
    ) -> PyResult<Py<Mixture>>
    where
        A: IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
    {
        let again = Again::by(slf.getattr(method)?, arguments)?;
        Py::new(slf.py(), Mixture::init(inner, again))
    }

    fn init(inner: mixture::Mixture, again: Again) -> PyClassInitializer<Mixture> {
        let base = Score::of(inner.clone());
        PyClassInitializer::from(base).add_subclass(Mixture { inner, again })
    }

    /// Refuses a class that is not there.
    fn class(&self, label: usize) -> PyResult<usize> {
        error::class(label, self.inner.classes())
    }

    /// Refuses more points than fit into the memory.
    ///
    /// # Errors
    /// If they do not.
    pub fn bounded(n: usize, inner: &mixture::Mixture) -> PyResult<usize> {
        fitting("n", n, A_COORDINATE * inner.means().ncols() as f64)
    }

    fn dim(&self) -> usize {
        self.inner.means().ncols()
    }
}

/// Covariances K × (d, d).
fn covariances(covs: &Bound<PyAny>) -> PyResult<Vec<Array2<f64>>> {
    covs.try_iter()?.map(|cov| numbers("a covariance", &cov?)).collect()
}

#[pymethods]
impl Mixture {
    #[new]
    #[pyo3(signature = (weights, means, covs=None, labels=None, *, sds=None))]
    fn new(
        weights: &Bound<PyAny>,
        means: &Bound<PyAny>,
        covs: Option<&Bound<PyAny>>,
        labels: Option<Vec<usize>>,
        sds: Option<&Bound<PyAny>>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let weights = vector("weights", weights)?.to_vec();
        let means = matrix("means", means)?;
        let labels = labels.unwrap_or_else(|| vec![0; weights.len()]);
        let made = match (covs, sds) {
            (Some(covs), None) => mixture::Mixture::new(weights, means, covariances(covs)?, labels),
            (None, Some(sds)) => {
                let sds = vector("sds", sds)?.to_vec();
                mixture::Mixture::isotropic(weights, means, &sds, labels)
            }
            _ => return Err(value("covs or sds", "both or none", "one of the two")),
        };
        made.map(|inner| Mixture::init(inner, Again::NEVER)).map_err(refused)
    }

    /// π, the weights of the components (K,), summing to one.
    #[getter]
    fn weights<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.inner.weights().to_vec().into_pyarray(py)
    }

    /// μ, the means of the components (K, d).
    #[getter]
    fn means<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        self.inner.means().to_owned().into_pyarray(py)
    }

    /// Σ, the covariances of the components, K × (d, d). They are one array (K, d, d).
    #[getter]
    fn covs<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray3<f64>> {
        let views: Vec<_> = self.inner.covs().iter().map(|c| c.view()).collect();
        stack(Axis(0), &views).expect("covariances of one shape").into_pyarray(py)
    }

    /// The class of each component (K,).
    #[getter]
    fn labels(&self) -> Vec<usize> {
        self.inner.labels().to_vec()
    }

    /// The number of classes.
    #[getter]
    fn classes(&self) -> usize {
        self.inner.classes()
    }

    /// P(y), the prior of each class (classes,).
    #[getter]
    fn class_weights<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.inner.class_weights().into_pyarray(py)
    }

    /// E[x₀] of the whole mixture (d,).
    #[getter]
    fn mean<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.inner.mean().into_pyarray(py)
    }

    /// The root mean square of a coordinate, √(E|x₀|²/d): how far out the data lies, in the units of x.
    #[getter]
    fn radius(&self) -> f64 {
        self.inner.radius()
    }

    /// log p_t(x), by log-sum-exp: `x` (n, d) → (n,).
    fn log_density<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let (x, level) = (points("x", x, self.dim())?, level(alpha, sigma)?);
        Ok(briefly(py, || self.inner.log_density(x.view(), level))?.into_pyarray(py))
    }

    /// The Jacobian of the score, the Hessian of log p_t: `x` (n, d) → (n, d, d).
    fn jacobian<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray3<f64>>> {
        let (x, level) = (points("x", x, self.dim())?, level(alpha, sigma)?);
        Ok(briefly(py, || self.inner.jacobian(x.view(), level))?.into_pyarray(py))
    }

    /// P(y | x_t = x) of every class: `x` (n, d) → (n, classes), rows sum to one.
    fn class_probabilities<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (x, level) = (points("x", x, self.dim())?, level(alpha, sigma)?);
        let found = briefly(py, || self.inner.class_probabilities(x.view(), level))?;
        Ok(found.into_pyarray(py))
    }

    /// p(y | x_t) of one class, as a likelihood to steer by.
    pub fn posterior(slf: &Bound<Self>, label: usize) -> PyResult<Likelihood> {
        let own = slf.get();
        let inner = Arc::new(own.inner.posterior(own.class(label)?));
        let again = Again::by(slf.getattr("posterior")?, (label,))?;
        Ok(Likelihood { inner, dim: own.dim(), again })
    }

    /// p(x₀ | y), what a condition leaves of the mixture. `label` is a class by its number.
    pub fn given(slf: &Bound<Self>, label: usize) -> PyResult<Py<Mixture>> {
        let own = slf.get();
        Mixture::made(slf, "given", (label,), own.inner.given(own.class(label)?))
    }

    /// p(x₀ | y) of an observation y = A·x₀ + τ·n: a mixture of as many components, with the same labels.
    fn observed(slf: &Bound<Self>, observation: &Bound<Observation>) -> PyResult<Py<Mixture>> {
        let left = slf.get().inner.observed(&observation.get().0).map_err(refused)?;
        Mixture::made(slf, "observed", (observation,), left)
    }

    /// p(y | x_t) of an observation y = A·x₀ + τ·n, as a likelihood to steer by.
    fn measured(slf: &Bound<Self>, observation: &Bound<Observation>) -> PyResult<Likelihood> {
        let measured = slf.get().inner.measured(&observation.get().0).map_err(refused)?;
        let again = Again::by(slf.getattr("measured")?, (observation,))?;
        Ok(Likelihood { inner: Arc::new(measured), dim: slf.get().dim(), again })
    }

    /// p_t as a mixture of its own: weights πₖ, means α·μₖ, covariances α²Σₖ + σ²I, the same labels.
    fn noised(slf: &Bound<Self>, alpha: f64, sigma: f64) -> PyResult<Py<Mixture>> {
        let noised = slf.get().inner.noised(level(alpha, sigma)?);
        Mixture::made(slf, "noised", (alpha, sigma), noised)
    }

    /// Draws n points with their classes. They are (n, d) and (n,). `reference` draws others than those of training data.
    #[pyo3(signature = (n, seed=0, *, reference=false))]
    pub fn sample<'py>(
        &self,
        py: Python<'py>,
        n: usize,
        seed: u64,
        reference: bool,
    ) -> PyResult<Labelled<'py>> {
        let purpose = if reference { Purpose::Reference } else { Purpose::Data };
        let n = Mixture::bounded(n, &self.inner)?;
        Ok(labelled(py, briefly(py, || self.inner.sample(n, seed, purpose))?))
    }

    fn __repr__(&self) -> String {
        let (k, d) = self.inner.means().dim();
        format!("Mixture(components={k}, dim={d}, classes={})", self.inner.classes())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        if let Ok(again) = self.again.reduced(py) {
            return Ok(again);
        }
        let arguments = (self.weights(py), self.means(py), self.covs(py), self.labels());
        (py.get_type::<Mixture>(), arguments).into_pyobject(py)
    }
}

/// The score of a data set, each point a mixture component of no width. The set is (N, d): what a network that memorised it would
/// answer. Defined at σ > 0.
#[pyclass(extends = Score, frozen, module = "scorelab")]
pub struct Empirical {
    inner: mixture::Empirical,
    points: Array2<f64>,
}

#[pymethods]
impl Empirical {
    #[new]
    fn new(data: &Bound<PyAny>) -> PyResult<PyClassInitializer<Self>> {
        let data = matrix("the data", data)?;
        let inner = mixture::Empirical::new(data.clone()).map_err(refused)?;
        let base = PyClassInitializer::from(Score::of(inner.clone()));
        Ok(base.add_subclass(Empirical { inner, points: data }))
    }

    /// log p_t(x), σ > 0: `x` (n, d) → (n,).
    fn log_density<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        alpha: f64,
        sigma: f64,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let (x, level) = (points("x", x, self.points.ncols())?, level(alpha, sigma)?);
        if level.sigma == 0.0 {
            return Err(value("sigma", 0, "above 0: a data set has no density without noise"));
        }
        Ok(briefly(py, || self.inner.log_density(x.view(), level))?.into_pyarray(py))
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> (Bound<'py, PyAny>, (Bound<'py, PyArray2<f64>>,)) {
        (py.get_type::<Empirical>().into_any(), (self.points.clone().into_pyarray(py),))
    }
}

/// Something measured of the data, up to noise. It is y = A·x₀ + τ·n, with `a` (m, d), `y` (m,) and `tau`.
#[pyclass(frozen, module = "scorelab")]
pub struct Observation(pub condition::Observation);

#[pymethods]
impl Observation {
    #[new]
    #[pyo3(signature = (a, y, tau=0.0))]
    fn new(a: &Bound<PyAny>, y: &Bound<PyAny>, tau: f64) -> PyResult<Self> {
        let (a, y) = (matrix("a", a)?, vector("y", y)?);
        condition::Observation::new(a, y, tau).map(Observation).map_err(refused)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let (a, y) = (self.0.map().to_owned(), self.0.values().row(0).to_owned());
        let arguments = (a.into_pyarray(py), y.into_pyarray(py), self.0.tolerance());
        (py.get_type::<Observation>(), arguments).into_pyobject(py)
    }

    /// Some coordinates of the data, by their number from 0, with their values; `dim` is d.
    #[staticmethod]
    #[pyo3(signature = (known, dim, tau=0.0))]
    fn mask(known: std::collections::BTreeMap<usize, f64>, dim: usize, tau: f64) -> PyResult<Self> {
        let known: Vec<(usize, f64)> = known.into_iter().collect();
        condition::Observation::mask(&known, dim, tau).map(Observation).map_err(refused)
    }

    /// All coordinates of the data. They are `y` (d,).
    #[staticmethod]
    #[pyo3(signature = (y, tau=0.0))]
    fn point(y: &Bound<PyAny>, tau: f64) -> PyResult<Self> {
        let y = vector("y", y)?;
        condition::Observation::point(y, tau).map(Observation).map_err(refused)
    }
}

/// A product of powers of mixtures on a grid, in one or two dimensions. Of two powers, p(x)^(1 − γ)·p(x | y)^γ, it is what
/// guidance is said to sample.
#[pyclass(frozen, module = "scorelab")]
pub struct Tilt(mixture::Tilt);

#[pymethods]
impl Tilt {
    #[new]
    fn new(py: Python, mixture: &Bound<Mixture>, label: usize, gamma: f64) -> PyResult<Self> {
        let mixture = mixture.get();
        let (inner, label) = (mixture.inner.clone(), mixture.class(label)?);
        if inner.means().ncols() > 2 {
            return Err(value("the dimension of the tilt", inner.means().ncols(), "1 or 2"));
        }
        job::run(py, move |_| mixture::Tilt::guided(&inner, label, gamma)).map(Tilt)
    }

    /// The product of powers `terms` = (wᵢ, pᵢ). They are a list of (weight, mixture).
    #[staticmethod]
    fn of(py: Python, terms: Vec<(f64, Bound<Mixture>)>) -> PyResult<Self> {
        let terms: Vec<_> = terms.iter().map(|(w, m)| (*w, m.get().inner.clone())).collect();
        job::run(py, move |_| {
            let terms: Vec<_> = terms.iter().map(|(w, m)| (*w, m)).collect();
            mixture::Tilt::new(&terms)
        })
        .map(Tilt)
    }

    /// The centres of the cells along each axis. Each axis is (k,).
    #[getter]
    fn axes<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyArray1<f64>>> {
        self.0.axes().iter().map(|a| a.clone().into_pyarray(py)).collect()
    }

    /// q at the centres of the cells, the last axis running fastest: mass over area. In one array (cells,).
    #[getter]
    fn density<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.0.density().into_pyarray(py)
    }

    /// E[x] (d,).
    #[getter]
    fn mean<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.0.mean().into_pyarray(py)
    }

    /// Cov[x] (d, d), by the same quadrature as the mean.
    #[getter]
    fn covariance<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        self.0.covariance().into_pyarray(py)
    }

    /// −∫ q·ln q, the differential entropy in nats.
    #[getter]
    fn entropy(&self) -> f64 {
        self.0.entropy()
    }

    /// Draws n points (n, d): a cell by its mass, then a uniform place in it, which adds step²/12 to the variance.
    #[pyo3(signature = (n, seed=0))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        n: usize,
        seed: u64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let n = fitting("n", n, A_COORDINATE * self.0.axes().len() as f64)?;
        Ok(briefly(py, || self.0.sample(n, seed))?.into_pyarray(py))
    }
}
