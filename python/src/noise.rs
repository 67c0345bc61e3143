//! Noise levels, processes and grids of times.

use crate::array;
use crate::error::{refused, value};
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use scorelab::noise;
use scorelab_lab::Menu;

/// Where on the noise axis we are: x_t = α·x₀ + σ·ε. Unpacks as (alpha, sigma).
#[pyclass(frozen, eq, module = "scorelab", from_py_object)]
#[derive(Clone, PartialEq)]
pub struct NoiseLevel(pub noise::NoiseLevel);

#[pymethods]
impl NoiseLevel {
    #[new]
    fn new(alpha: f64, sigma: f64) -> PyResult<Self> {
        array::level(alpha, sigma).map(NoiseLevel)
    }

    /// What is left of the data, α > 0.
    #[getter]
    fn alpha(&self) -> f64 {
        self.0.alpha
    }

    /// How much noise there is, σ ≥ 0.
    #[getter]
    fn sigma(&self) -> f64 {
        self.0.sigma
    }

    /// The log signal-to-noise ratio 2·ln(α/σ); +∞ at σ = 0.
    #[getter]
    fn log_snr(&self) -> f64 {
        self.0.log_snr()
    }

    /// σ/α, the level of the equivalent variance-exploding process for x/α.
    #[getter]
    fn ratio(&self) -> f64 {
        self.0.ratio()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        PyTuple::new(py, [self.0.alpha, self.0.sigma])?.call_method0("__iter__")
    }

    fn __repr__(&self) -> String {
        format!("NoiseLevel(alpha={:?}, sigma={:?})", self.0.alpha, self.0.sigma)
    }

    fn __getnewargs__(&self) -> (f64, f64) {
        (self.0.alpha, self.0.sigma)
    }
}

/// A noise process dx = f(t)·x dt + g(t) dw on t ∈ [0, 1], from data (t = 0) to noise (t = 1).
///
/// `name` is vp-linear (with `low` and `high` for β), ve (for σ), vp-cosine or flow.
#[pyclass(frozen, eq, module = "scorelab", from_py_object)]
#[derive(Clone, PartialEq)]
pub struct Process(pub noise::Process);

/// A process, or its name.
#[derive(FromPyObject)]
pub enum ProcessLike {
    /// A process.
    Process(Process),
    /// Its name.
    Name(String),
}

impl ProcessLike {
    /// The process; the command's own where none is given.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn taken(given: Option<ProcessLike>) -> PyResult<noise::Process> {
        match given {
            None => Ok(noise::Process::VP_LINEAR),
            Some(ProcessLike::Process(process)) => Ok(process.0),
            Some(ProcessLike::Name(name)) => {
                noise::Process::named("the process", &name).map_err(refused)
            }
        }
    }
}

#[pymethods]
impl Process {
    #[new]
    #[pyo3(signature = (name="vp-linear", *, low=None, high=None))]
    fn new(name: &str, low: Option<f64>, high: Option<f64>) -> PyResult<Self> {
        let named = noise::Process::named("the process", name).map_err(refused)?;
        let process = match named {
            noise::Process::VpLinear { beta_min, beta_max } => noise::Process::VpLinear {
                beta_min: low.unwrap_or(beta_min),
                beta_max: high.unwrap_or(beta_max),
            },
            noise::Process::Ve { sigma_min, sigma_max } => noise::Process::Ve {
                sigma_min: low.unwrap_or(sigma_min),
                sigma_max: high.unwrap_or(sigma_max),
            },
            fixed => match low.or(high) {
                None => fixed,
                Some(v) => {
                    let must = format!("left out: the process {name} has no parameters");
                    return Err(value("low or high", v, must));
                }
            },
        };
        process.validated().map(Process).map_err(refused)
    }

    /// The short name, as the command line spells it.
    #[getter]
    fn name(&self) -> &'static str {
        self.0.name()
    }

    /// The earliest time a grid may hold before 0: log-SNR = 12, or σ_min for VE.
    #[getter]
    fn t_min(&self) -> f64 {
        self.0.t_min()
    }

    /// The latest time, where a walk starts: 1, or log-SNR = −12 for the processes whose α reaches 0 there.
    #[getter]
    fn t_max(&self) -> f64 {
        self.0.t_max()
    }

    /// (α, σ) at time t ∈ [0, 1].
    fn level(&self, t: f64) -> PyResult<NoiseLevel> {
        time(t).map(|t| NoiseLevel(self.0.level(t)))
    }

    /// f(t) = d ln α/dt, so that the forward drift is f(t)·x.
    fn drift(&self, t: f64) -> PyResult<f64> {
        time(t).map(|t| self.0.drift(t))
    }

    /// g²(t) = dσ²/dt − 2f·σ², the variance that the forward noise adds per unit of t.
    fn g2(&self, t: f64) -> PyResult<f64> {
        time(t).map(|t| self.0.g2(t))
    }

    /// The time at which the log signal-to-noise ratio 2·ln(α/σ) is `log_snr`.
    fn t_of_log_snr(&self, log_snr: f64) -> f64 {
        self.0.t_of_log_snr(log_snr)
    }

    fn __repr__(&self) -> String {
        match self.parameters() {
            (Some(low), Some(high)) => {
                format!("Process('{}', low={low:?}, high={high:?})", self.0.name())
            }
            _ => format!("Process('{}')", self.0.name()),
        }
    }

    fn __getnewargs_ex__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<((&'static str,), Bound<'py, pyo3::types::PyDict>)> {
        let (named, (low, high)) = (pyo3::types::PyDict::new(py), self.parameters());
        named.set_item("low", low)?;
        named.set_item("high", high)?;
        Ok(((self.0.name(),), named))
    }
}

impl Process {
    fn parameters(&self) -> (Option<f64>, Option<f64>) {
        match self.0 {
            noise::Process::VpLinear { beta_min: low, beta_max: high }
            | noise::Process::Ve { sigma_min: low, sigma_max: high } => (Some(low), Some(high)),
            _ => (None, None),
        }
    }
}

/// A time of a process.
fn time(t: f64) -> PyResult<f64> {
    match (0.0..=1.0).contains(&t) {
        true => Ok(t),
        false => Err(value("the time", t, "from 0 to 1")),
    }
}

/// The names of the processes.
#[pyfunction]
pub fn processes() -> Vec<&'static str> {
    noise::Process::ALL.iter().map(|(name, ..)| *name).collect()
}

/// A falling grid of times, from noise towards data.
///
/// `spacing` is uniform, karras (with `rho`) or log-snr. The last of the `steps` steps goes from t_min to 0.
#[pyclass(frozen, eq, module = "scorelab", from_py_object)]
#[derive(Clone, PartialEq)]
pub struct Grid {
    /// The process.
    pub process: noise::Process,
    /// The times.
    pub grid: noise::Grid,
}

#[pymethods]
impl Grid {
    #[new]
    #[pyo3(signature = (process=None, steps=64, *, spacing="karras", rho=7.0))]
    fn new(process: Option<ProcessLike>, steps: usize, spacing: &str, rho: f64) -> PyResult<Self> {
        let process = ProcessLike::taken(process)?;
        let spacing = match spacing {
            "uniform" => noise::Spacing::Uniform,
            "karras" => noise::Spacing::Karras { rho },
            "log-snr" => noise::Spacing::LogSnr,
            other => return Err(value("the spacing", other, "uniform, karras or log-snr")),
        };
        let grid = noise::Grid::to_data(&process, spacing, steps).map_err(refused)?;
        Ok(Grid { process, grid })
    }

    /// These times, chosen by hand: within [t_min, t_max] of the process, but for the last, which may be 0 for a walk that ends
    /// in x₀. They are (steps + 1,).
    #[staticmethod]
    fn of(process: ProcessLike, times: &Bound<PyAny>) -> PyResult<Self> {
        let process = ProcessLike::taken(Some(process))?;
        let times = array::vector("the times", times)?.to_vec();
        let grid = noise::Grid::of(&process, &times).map_err(refused)?;
        Ok(Grid { process, grid })
    }

    /// The process.
    #[getter]
    fn process(&self) -> Process {
        Process(self.process)
    }

    /// The times t₀ > t₁ > … > t_N. They are (steps + 1,).
    #[getter]
    fn times<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.grid.times().to_vec().into_pyarray(py)
    }

    /// The number of steps, one less than the number of times.
    #[getter]
    fn steps(&self) -> usize {
        self.grid.steps()
    }

    fn __repr__(&self) -> String {
        format!("Grid(process='{}', steps={})", self.process.name(), self.grid.steps())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let of = py.get_type::<Grid>().getattr("of")?;
        (of, (Process(self.process), self.times(py))).into_pyobject(py)
    }
}
