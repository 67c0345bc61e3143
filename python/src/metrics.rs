//! Measures of samples, each with its error.

use crate::array::{points, sample, samples, vector};
use crate::data::{Label, SceneLike};
use crate::error::value;
use crate::job;
use crate::mixture::Mixture;
use ndarray::{Array1, Array2};
use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use scorelab::metrics::{self, Interval, Modes, Verdict};
use scorelab::mixture::Labelled;
use scorelab::rng::{Purpose, stream};

/// Shares of the five verdicts; they sum to one.
#[pyclass(frozen, module = "scorelab")]
#[derive(Clone)]
pub struct Shares(metrics::Shares);

#[pymethods]
impl Shares {
    /// Number of samples.
    #[getter]
    fn n(&self) -> usize {
        self.0.n
    }

    /// Share on a mode of the class.
    #[getter]
    fn target(&self) -> f64 {
        self.0.target
    }

    /// Share on another class's mode.
    #[getter]
    fn other(&self) -> f64 {
        self.0.other
    }

    /// Share on no mode, short of the class.
    #[getter]
    fn hybrid(&self) -> f64 {
        self.0.hybrid
    }

    /// Share on no mode, past the class.
    #[getter]
    fn overshoot(&self) -> f64 {
        self.0.overshoot
    }

    /// Share that is not finite.
    #[getter]
    fn not_finite(&self) -> f64 {
        self.0.not_finite
    }

    /// One share with its interval at one standard error. The share is given by its name; the answer is the two ends of Wilson's
    /// interval.
    fn interval(&self, share: &str) -> PyResult<(f64, f64)> {
        let found = NAMES.iter().find(|(name, _)| *name == share);
        let Some((_, verdict)) = found else {
            let names = NAMES.map(|(name, _)| name).join(", ");
            return Err(value("the share", share, format!("one of {names}")));
        };
        let Interval { low, high, .. } = self.0.interval(*verdict);
        Ok((low, high))
    }

    fn __repr__(&self) -> String {
        let metrics::Shares { n, target, other, hybrid, overshoot, not_finite } = self.0;
        format!(
            "Shares(n={n}, target={target:.4}, other={other:.4}, hybrid={hybrid:.4}, overshoot={overshoot:.4}, not_finite={not_finite:.4})"
        )
    }
}

/// The shares by name.
const NAMES: [(&str, Verdict); 5] = [
    ("target", Verdict::Target),
    ("other", Verdict::Other),
    ("hybrid", Verdict::Hybrid),
    ("overshoot", Verdict::Overshoot),
    ("not_finite", Verdict::NotFinite),
];

/// Everything the tables say of a sample that was steered towards one class. Pairs are (value, standard error).
#[pyclass(frozen, get_all, module = "scorelab")]
pub struct Outcome {
    /// Where the samples ended.
    shares: Shares,
    /// The mean of p(y | x₀) over the samples, by the exact posterior, with its standard error.
    confidence: (f64, f64),
    /// The spread of the samples, √(tr Cov/d); see `spread`.
    spread: (f64, f64),
    /// The energy distance to a true sample of p(x | y). It is that of the first 2,000 rows.
    energy: (f64, f64),
}

#[pymethods]
impl Outcome {
    fn __repr__(&self) -> String {
        let pair = scorelab::number::plus_minus;
        format!(
            "Outcome({}, confidence={}, spread={}, energy={})",
            self.shares.__repr__(),
            pair(self.confidence),
            pair(self.spread),
            pair(self.energy)
        )
    }
}

/// A scene, its class, and samples that fit it.
fn steered(
    x: &Bound<PyAny>,
    scene: SceneLike,
    label: &Label,
    least: usize,
) -> PyResult<(Array2<f64>, scorelab::data::Scene, usize)> {
    let scene = scene.taken()?;
    let x = points("x", x, scene.mixture.means().ncols())?;
    if x.nrows() < least {
        return Err(value("the number of samples", x.nrows(), format!("at least {least}")));
    }
    let class = label.of(&scene)?;
    Ok((x, scene, class))
}

/// Shares of the samples on the class, on others, on no mode, past the class. The samples (n, d) were steered to a class of a
/// scene.
#[pyfunction]
pub fn shares(py: Python, x: &Bound<PyAny>, scene: SceneLike, label: Label) -> PyResult<Shares> {
    let (x, scene, class) = steered(x, scene, &label, 1)?;
    job::run(py, move |_| Ok(metrics::shares(x.view(), &Modes::of(&scene.mixture), class)))
        .map(Shares)
}

/// Measures a sample `x` (n, d) of a class against the mixture and `truth`, a sample (m, d) of p(x | y). Without `truth` as many
/// are drawn, by `seed`.
#[pyfunction]
#[pyo3(signature = (x, scene, label, *, truth=None, seed=0))]
pub fn outcome(
    py: Python,
    x: &Bound<PyAny>,
    scene: SceneLike,
    label: Label,
    truth: Option<&Bound<PyAny>>,
    seed: u64,
) -> PyResult<Outcome> {
    let (x, scene, class) = steered(x, scene, &label, 2)?;
    let truth = truth.map(|t| sample("truth", t, 2)).transpose()?;
    if let Some(t) = truth.as_ref().filter(|t| t.ncols() != x.ncols()) {
        let must = format!("{}, as many as x has", x.ncols());
        return Err(value("the number of columns of truth", t.ncols(), must));
    }
    job::run(py, move |_| {
        let drawn = || scene.mixture.given(class).sample(x.nrows(), seed, Purpose::Reference).x;
        let truth = truth.unwrap_or_else(drawn);
        let found = metrics::outcome(x.view(), truth.view(), &scene.mixture, class);
        Ok(Outcome {
            shares: Shares(found.shares),
            confidence: found.confidence,
            spread: (found.spread, found.spread_se),
            energy: (found.energy, found.energy_se),
        })
    })
}

/// The energy distance between the laws of two sets of samples. The samples are (n, d) and (m, d); the standard error is beside
/// it.
#[pyfunction]
pub fn energy_distance(py: Python, x: &Bound<PyAny>, y: &Bound<PyAny>) -> PyResult<(f64, f64)> {
    let [x, y] = samples(["x", "y"], [x, y], 2)?;
    job::run(py, move |_| Ok(metrics::energy_with_se(x.view(), y.view())))
}

/// Permutation test of "the two sets have one law". The samples are (n, d) and (m, d); the answer is the energy distance and the
/// p-value.
#[pyfunction]
#[pyo3(signature = (x, y, permutations=199, *, seed=0))]
pub fn energy_test(
    py: Python,
    x: &Bound<PyAny>,
    y: &Bound<PyAny>,
    permutations: usize,
    seed: u64,
) -> PyResult<(f64, f64)> {
    let [x, y] = samples(["x", "y"], [x, y], 2)?;
    job::run(py, move |_| {
        let mut rng = stream(seed, Purpose::Permutation, 0, 0);
        let test = metrics::energy_test(x.view(), y.view(), permutations, &mut rng);
        Ok((test.distance, test.p_value))
    })
}

/// E(x, y) − E(other, y), where row i of `x` and of `other` come from the same noise. Beside it its standard error and what it
/// says of x: better, worse or not told apart.
///
/// Row i of `x` and of `other` (n, d) come from the same noise; `y` (m, d) are true samples.
#[pyfunction]
pub fn energy_difference(
    py: Python,
    x: &Bound<PyAny>,
    other: &Bound<PyAny>,
    y: &Bound<PyAny>,
) -> PyResult<(f64, f64, String)> {
    let [x, other] = alike(["x", "other"], [x, other], 2)?;
    let y = sample("y", y, 2)?;
    if y.ncols() != x.ncols() {
        let must = format!("{}, as many as x has", x.ncols());
        return Err(value("the number of columns of y", y.ncols(), must));
    }
    job::run(py, move |_| {
        let found = metrics::energy_difference(x.view(), other.view(), y.view());
        Ok((found.value, found.se, found.ranking().to_string()))
    })
}

/// Two arrays of one shape, of at least so many rows.
fn alike(names: [&str; 2], both: [&Bound<PyAny>; 2], least: usize) -> PyResult<[Array2<f64>; 2]> {
    let [a, b] = samples(names, both, least)?;
    if a.nrows() == b.nrows() {
        return Ok([a, b]);
    }
    let must = format!("{}, a row for each row of {}", a.nrows(), names[0]);
    Err(value(&format!("the number of rows of {}", names[1]), b.nrows(), must))
}

/// Root mean variance of the samples per dimension, about their own mean. It is √(tr Cov/d) of samples (n, d), with its standard
/// error.
#[pyfunction]
pub fn spread(x: &Bound<PyAny>) -> PyResult<(f64, f64)> {
    Ok(metrics::spread_with_se(sample("x", x, 2)?.view()))
}

/// Kozachenko–Leonenko estimate of the differential entropy, with k neighbours. The samples are (n, d); it is in nats, with its
/// standard error.
#[pyfunction]
#[pyo3(signature = (x, k=4))]
pub fn entropy(py: Python, x: &Bound<PyAny>, k: usize) -> PyResult<(f64, f64)> {
    let x = sample("x", x, 2)?;
    let k = neighbours(k, x.nrows() - 1)?;
    job::run(py, move |_| {
        let found = metrics::entropy(x.view(), k);
        Ok((found.nats, found.se))
    })
}

/// A number of neighbours that there are.
fn neighbours(k: usize, most: usize) -> PyResult<usize> {
    match (1..=most).contains(&k) {
        true => Ok(k),
        false => Err(value("k, the number of neighbours,", k, format!("1 to {most}"))),
    }
}

/// The squared Fréchet distance (FD) between the Gaussians fitted to two sets of points. They are (n, d) and (m, d), usually
/// features of images; the standard error is beside it.
#[pyfunction]
#[pyo3(signature = (x, y, *, blocks=10))]
pub fn frechet_distance(
    py: Python,
    x: &Bound<PyAny>,
    y: &Bound<PyAny>,
    blocks: usize,
) -> PyResult<(f64, f64)> {
    let [x, y] = samples(["x", "y"], [x, y], 2)?;
    let most = x.nrows().min(y.nrows()) / 2;
    if !(3..=most).contains(&blocks) {
        let must = format!("3 to {most}, with two rows of x and of y in each");
        return Err(value("blocks", blocks, must));
    }
    job::run(py, move |_| Ok(metrics::frechet_with_se(x.view(), y.view(), blocks)))
}

/// How a set of samples and a set of reference points cover each other; each number with its standard error. Pairs are (value,
/// standard error).
#[pyclass(frozen, get_all, module = "scorelab")]
pub struct Prdc {
    /// The share of the samples that lie in some reference point's ball: are they real?
    precision: (f64, f64),
    /// The share of the reference points that lie in some sample's ball: could the sampler have made them?
    recall: (f64, f64),
    /// The mean number of reference balls that a sample lies in, over k: 1 for equal laws, more where samples crowd.
    density: (f64, f64),
    /// The share of the reference points whose own ball holds a sample: which of them were visited?
    coverage: (f64, f64),
}

/// Precision, recall, density and coverage of samples against a reference, by balls that reach to the k-th neighbour. They are
/// (n, d) and (m, d).
#[pyfunction]
#[pyo3(signature = (x, reference, k=5))]
pub fn prdc(py: Python, x: &Bound<PyAny>, reference: &Bound<PyAny>, k: usize) -> PyResult<Prdc> {
    let [x, reference] = samples(["x", "reference"], [x, reference], 2)?;
    let k = neighbours(k, x.nrows().min(reference.nrows()) - 1)?;
    job::run(py, move |_| {
        let found = metrics::prdc(x.view(), reference.view(), k);
        let metrics::Prdc { precision, recall, density, coverage } = found;
        Ok(Prdc { precision, recall, density, coverage })
    })
}

/// The k nearest points of a set to every row of `x` (m, d), by their indices (m, k), the nearest first. The set is `data` (n,
/// d).
#[pyfunction]
pub fn nearest<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    data: &Bound<'py, PyAny>,
    k: usize,
) -> PyResult<Bound<'py, PyArray2<u64>>> {
    let [x, data] = samples(["x", "data"], [x, data], 1)?;
    let k = neighbours(k, data.nrows())?;
    let found = job::run(py, move |_| Ok(metrics::nearest(x.view(), data.view(), k)))?;
    Ok(found.mapv(|i| i as u64).into_pyarray(py))
}

/// The class of every row of `x` (m, d) by its k nearest neighbours among labelled points: (m,). They are `data` (n, d), with
/// their classes `labels` (n,).
#[pyfunction]
#[pyo3(signature = (x, data, labels, k=5))]
pub fn knn_classify<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    data: &Bound<'py, PyAny>,
    labels: Vec<usize>,
    k: usize,
) -> PyResult<Bound<'py, PyArray1<u64>>> {
    let [x, data] = samples(["x", "data"], [x, data], 1)?;
    if labels.len() != data.nrows() {
        let must = format!("{}, one for each row of data", data.nrows());
        return Err(value("the number of labels", labels.len(), must));
    }
    let k = neighbours(k, data.nrows())?;
    let data = Labelled { x: data, y: labels };
    let found = job::run(py, move |_| Ok(metrics::knn_classify(&data, x.view(), k)))?;
    Ok(found.into_iter().map(|y| y as u64).collect::<Array1<u64>>().into_pyarray(py))
}

/// How many samples came from each mode, where the mode of each is drawn from what its place says. The samples are (n, d), the
/// counts (K,), and the draws those of `seed`.
#[pyfunction]
#[pyo3(signature = (x, mixture, *, seed=0))]
pub fn mode_counts(x: &Bound<PyAny>, mixture: &Bound<Mixture>, seed: u64) -> PyResult<Vec<usize>> {
    let inner = &mixture.get().inner;
    let x = points("x", x, inner.means().ncols())?;
    Ok(metrics::drawn_mode_counts(x.view(), &Modes::of(inner), seed))
}

/// Pearson's χ² test of counts against weights. Both are (K,); the answer is the statistic, its degrees of freedom and the
/// p-value.
#[pyfunction]
pub fn chi_square(counts: Vec<usize>, weights: &Bound<PyAny>) -> PyResult<(f64, usize, f64)> {
    let weights = vector("weights", weights)?.to_vec();
    if weights.len() != counts.len() {
        let must = format!("{}, one for each count", counts.len());
        return Err(value("the number of weights", weights.len(), must));
    }
    if let Some(w) = weights.iter().find(|w| !(w.is_finite() && **w >= 0.0)) {
        return Err(value("a weight", w, "a finite number, at least 0"));
    }
    if counts.iter().sum::<usize>() == 0 || weights.iter().sum::<f64>() == 0.0 {
        return Err(value("the counts or the weights", "all 0", "above 0 somewhere"));
    }
    let found = metrics::chi_square(&counts, &weights);
    Ok((found.statistic, found.dof, found.p_value))
}

/// Error of a learned score relative to the exact one. It is √(Σ|learned − exact|²/Σ|exact|²) of two fields (n, d), with its
/// standard error.
#[pyfunction]
pub fn score_error(learned: &Bound<PyAny>, exact: &Bound<PyAny>) -> PyResult<(f64, f64)> {
    let [a, b] = alike(["learned", "exact"], [learned, exact], 1)?;
    Ok(metrics::score_error_with_se(a.view(), b.view()))
}

/// Mean cosine of the angle between corresponding rows. The fields are (n, d); the standard error is beside it.
#[pyfunction]
pub fn cosine(a: &Bound<PyAny>, b: &Bound<PyAny>) -> PyResult<(f64, f64)> {
    let [a, b] = alike(["a", "b"], [a, b], 1)?;
    Ok(metrics::cosine_with_se(a.view(), b.view()))
}

/// Mean of independent values and its standard error. They are (n,).
#[pyfunction]
pub fn mean(values: &Bound<PyAny>) -> PyResult<(f64, f64)> {
    let values = vector("values", values)?.to_vec();
    if values.is_empty() {
        return Err(value("the number of values", 0, "at least 1"));
    }
    Ok(metrics::mean_with_se(&values))
}
