//! Samplers, and the walk from noise to samples.

use crate::array::points;
use crate::error::{fitting, refused, value};
use crate::job;
use crate::methods::Plan;
use crate::noise::{Grid, ProcessLike};
use crate::score::{taken, width};
use ndarray::{Array1, Array2};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArray3};
use pyo3::prelude::*;
use scorelab::methods::{self, Run};
use scorelab::noise;
use scorelab::sampler::{AnySampler, Ddim, EulerMaruyama, Leg, start as starts};
use scorelab_lab::{A_COORDINATE, Menu, SamplerName, finite};

/// A rule that takes points from one noise level to a lower one, each point by itself. It is ddim (with `eta`), heun, dpm2m,
/// ancestral or sde (with `lambda_`).
#[pyclass(frozen, eq, module = "scorelab", from_py_object)]
#[derive(Clone, PartialEq)]
pub struct Sampler {
    name: SamplerName,
    parameter: Option<f64>,
}

#[pymethods]
impl Sampler {
    #[new]
    #[pyo3(signature = (name="dpm2m", *, eta=None, lambda_=None))]
    fn new(name: &str, eta: Option<f64>, lambda_: Option<f64>) -> PyResult<Self> {
        let sampler = SamplerName::named("the sampler", name).map_err(refused)?;
        for (what, given, whose) in
            [("eta", eta, SamplerName::Ddim), ("lambda_", lambda_, SamplerName::Sde)]
        {
            let Some(v) = given else { continue };
            if sampler != whose {
                let must = format!("left out: it is the sampler {}'s", whose.name());
                return Err(value(what, v, must));
            }
            let most = if whose == SamplerName::Ddim { 1.0 } else { f64::MAX };
            if !(0.0..=most).contains(&v) {
                let must = if most == 1.0 { "from 0 to 1" } else { "a finite number, at least 0" };
                return Err(value(what, v, must));
            }
        }
        Ok(Sampler { name: sampler, parameter: eta.or(lambda_) })
    }

    /// The name.
    #[getter]
    fn name(&self) -> &'static str {
        self.name.name()
    }

    fn __repr__(&self) -> String {
        let word = if self.name == SamplerName::Ddim { "eta" } else { "lambda_" };
        let parameter = self.parameter.map_or(String::new(), |v| format!(", {word}={v:?}"));
        format!("Sampler('{}'{parameter})", self.name.name())
    }

    fn __getnewargs_ex__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<((&'static str,), Bound<'py, pyo3::types::PyDict>)> {
        let named = pyo3::types::PyDict::new(py);
        if let Some(v) = self.parameter {
            let word = if self.name == SamplerName::Ddim { "eta" } else { "lambda_" };
            named.set_item(word, v)?;
        }
        Ok(((self.name.name(),), named))
    }
}

impl Sampler {
    fn held(&self) -> AnySampler {
        match (self.name, self.parameter) {
            (SamplerName::Ddim, Some(eta)) => AnySampler::new(Ddim { eta }),
            (SamplerName::Sde, Some(lambda)) => AnySampler::new(EulerMaruyama { lambda }),
            (name, _) => name.sampler(),
        }
    }
}

/// A sampler, or its name.
#[derive(FromPyObject)]
pub enum SamplerLike {
    /// A sampler.
    Sampler(Sampler),
    /// Its name.
    Name(String),
}

impl SamplerLike {
    /// The sampler; the command's own where none is given.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn taken(given: Option<SamplerLike>) -> PyResult<AnySampler> {
        match given {
            None => Ok(SamplerName::Dpm2m.sampler()),
            Some(SamplerLike::Sampler(sampler)) => Ok(sampler.held()),
            Some(SamplerLike::Name(name)) => {
                let name = SamplerName::named("the sampler", &name).map_err(refused)?;
                Ok(name.sampler())
            }
        }
    }
}

/// The names of the samplers.
#[pyfunction]
pub fn samplers() -> Vec<&'static str> {
    SamplerName::ALL.iter().map(|(name, ..)| *name).collect()
}

/// The process and the times: those of the grid, or `steps` of the process.
///
/// # Errors
/// If both are given, or the times cannot be.
pub fn times(
    process: Option<ProcessLike>,
    steps: Option<usize>,
    grid: Option<Grid>,
) -> PyResult<(noise::Process, noise::Grid)> {
    if let Some(Grid { process: own, grid }) = grid {
        if process.is_some() || steps.is_some() {
            let must = "left out where a grid is given, which has both";
            return Err(value("the process or the steps", "given too", must));
        }
        return Ok((own, grid));
    }
    let process = ProcessLike::taken(process)?;
    let steps = steps.unwrap_or(64);
    let grid = noise::Grid::to_data(&process, noise::Spacing::KARRAS, steps).map_err(refused)?;
    Ok((process, grid))
}

/// Where a walk starts and how it goes.
struct Way {
    plan: methods::Plan,
    at_once: bool,
    sampler: AnySampler,
    process: noise::Process,
    grid: noise::Grid,
    start: Array2<f64>,
    seed: u64,
}

/// Bytes of a sample while it is walked.
fn a_row(dim: usize) -> f64 {
    A_COORDINATE * dim as f64
}

/// Bytes of a coordinate of a trajectory, which is kept once and copied once.
const A_KEPT: f64 = 16.0;

impl Way {
    #[allow(clippy::too_many_arguments)] // keywords of a Python function
    fn new(
        score: &Bound<PyAny>,
        samples: Option<usize>,
        (process, steps, grid): (Option<ProcessLike>, Option<usize>, Option<Grid>),
        sampler: Option<SamplerLike>,
        seed: u64,
        start: Option<&Bound<PyAny>>,
        dim: Option<usize>,
    ) -> PyResult<Way> {
        let (process, grid) = times(process, steps, grid)?;
        let sampler = SamplerLike::taken(sampler)?;
        let given = start.map(|z| crate::array::sample("start", z, 0)).transpose()?;
        let dim = dim.or(given.as_ref().map(|z| z.ncols()));
        let (plan, at_once, dim) = match score.cast::<Plan>() {
            Ok(plan) => (plan.get().plan.clone(), plan.get().python, plan.get().dim()),
            Err(_) => {
                let taken = taken(score, dim)?;
                let dim = taken.score.dim();
                (methods::Plan::of(taken.score), taken.python, dim)
            }
        };
        let start = match start {
            Some(z) => points("start", z, dim)?,
            None => {
                let n = samples.unwrap_or(1000);
                if n == 0 {
                    return Err(value("samples", n, "at least 1"));
                }
                starts(fitting("samples", n, a_row(dim))?, dim, &process, &grid, seed)
            }
        };
        if samples.is_some_and(|n| n != start.nrows()) {
            let must = format!("left out, or {}, as many as start has rows", start.nrows());
            return Err(value("samples", samples.unwrap_or(0), must));
        }
        Ok(Way { plan, at_once, sampler, process, grid, start, seed })
    }

    fn run(&self) -> Run<'_> {
        let Way { process, grid, start, seed, .. } = self;
        Run { process, grid, start: start.view(), seed: *seed }
    }

    /// The legs, each of which looks whether anybody still waits.
    fn watched(&self, stop: &job::Stop) -> methods::Plan {
        let leg = |leg: &Leg<methods::Score>| Leg {
            score: job::Watched::around(leg.score.clone(), stop),
            down_to: leg.down_to,
        };
        methods::Plan { legs: self.plan.legs.iter().map(leg).collect(), ..self.plan.clone() }
    }
}

/// Runs every row of `start` (n, d) down the grid and returns the ends (n, d). The walk is along a score, a Plan or a Python
/// function f(x, alpha, sigma) -> (n, d).
///
/// The walk is that of `scorelab sample`: same seed, same bits. `start` (n, d) is the noise z to start from; else `samples` rows
/// are drawn. A function needs `dim`, or a `start`.
#[pyfunction]
#[pyo3(signature = (score, samples=None, *, process=None, steps=None, grid=None, sampler=None, seed=0, start=None, dim=None))]
#[allow(clippy::too_many_arguments)] // keywords of a Python function
pub fn sample<'py>(
    py: Python<'py>,
    score: &Bound<'py, PyAny>,
    samples: Option<usize>,
    process: Option<ProcessLike>,
    steps: Option<usize>,
    grid: Option<Grid>,
    sampler: Option<SamplerLike>,
    seed: u64,
    start: Option<&Bound<'py, PyAny>>,
    dim: Option<usize>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let way = Way::new(score, samples, (process, steps, grid), sampler, seed, start, dim)?;
    let ends = job::run(py, move |stop| {
        let plan = way.watched(stop);
        finite(match way.at_once {
            true => plan.walk_at_once(&way.sampler, way.run()),
            false => plan.walk(&way.sampler, way.run()),
        })
    })?;
    Ok(ends.into_pyarray(py))
}

/// As `sample`, but keeps the trajectories: (steps + 1, n, d), the start first and the sample last. Before them it gives the
/// times (steps + 1,).
#[pyfunction]
#[pyo3(signature = (score, samples=None, *, process=None, steps=None, grid=None, sampler=None, seed=0, start=None, dim=None))]
#[allow(clippy::too_many_arguments, clippy::type_complexity)] // keywords of a Python function
pub fn trajectories<'py>(
    py: Python<'py>,
    score: &Bound<'py, PyAny>,
    samples: Option<usize>,
    process: Option<ProcessLike>,
    steps: Option<usize>,
    grid: Option<Grid>,
    sampler: Option<SamplerLike>,
    seed: u64,
    start: Option<&Bound<'py, PyAny>>,
    dim: Option<usize>,
) -> PyResult<(Bound<'py, PyArray1<f64>>, Bound<'py, PyArray3<f64>>)> {
    let way = Way::new(score, samples, (process, steps, grid), sampler, seed, start, dim)?;
    let (n, dim) = way.start.dim();
    fitting("the number of samples", n, A_KEPT * ((way.grid.steps() + 1) * dim) as f64)?;
    let (times, ways) = job::run(py, move |stop| {
        let plan = way.watched(stop);
        let rows: Vec<usize> = (0..way.start.nrows()).collect();
        let ways = match way.at_once {
            true => plan.trajectories_at_once(&way.sampler, way.run()),
            false => plan.trajectories_rows(&way.sampler, way.run(), &rows),
        };
        Ok((plan.times(&way.process, &way.grid), ways))
    })?;
    Ok((Array1::from(times).into_pyarray(py), ways.into_pyarray(py)))
}

/// x_T: n starting points from N(0, σ²I) at the first time of the grid, (n, d). It is the noise from which `sample` starts.
#[pyfunction]
#[pyo3(signature = (samples, dim, *, process=None, steps=None, grid=None, seed=0))]
pub fn start<'py>(
    py: Python<'py>,
    samples: usize,
    dim: usize,
    process: Option<ProcessLike>,
    steps: Option<usize>,
    grid: Option<Grid>,
    seed: u64,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (process, grid) = times(process, steps, grid)?;
    let dim = width(dim)?;
    let samples = fitting("samples", samples, a_row(dim))?;
    Ok(starts(samples, dim, &process, &grid, seed).into_pyarray(py))
}
