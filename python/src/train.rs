//! Training, as `scorelab train` does it.

use crate::array::sample;
use crate::checkpoint::object;
use crate::error::{refused, value};
use crate::job::{self, errand};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use scorelab::checkpoint::{Kind, Recipe};
use scorelab::data::did_you_mean;
use scorelab::mixture::Labelled;
use scorelab::nn::Target;
use scorelab_lab::{MOST_GIB, Menu, place_named, taught, taught_points};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The settings of a recipe, by name.
const SETTINGS: [&str; 18] = [
    "points",
    "components",
    "width",
    "depth",
    "features",
    "embedding",
    "residual",
    "target",
    "p_drop",
    "level_location",
    "level_width",
    "steps",
    "batch",
    "learning_rate",
    "warmup",
    "clip",
    "ema",
    "seed",
];

/// Sets one of them.
fn set(recipe: &mut Recipe, name: &str, v: &Bound<PyAny>) -> PyResult<()> {
    match name {
        "points" => recipe.points = v.extract()?,
        "components" => recipe.components = v.extract()?,
        "width" => recipe.width = v.extract()?,
        "depth" => recipe.depth = v.extract()?,
        "features" => recipe.features = v.extract()?,
        "embedding" => recipe.embedding = v.extract()?,
        "residual" => recipe.residual = v.extract()?,
        "target" => {
            let name: String = v.extract()?;
            recipe.target = Target::named("the target", &name).map_err(refused)?;
        }
        "p_drop" => recipe.p_drop = v.extract()?,
        "level_location" => recipe.levels.location = v.extract()?,
        "level_width" => recipe.levels.width = v.extract()?,
        "steps" => recipe.train.steps = v.extract()?,
        "batch" => recipe.train.batch = v.extract()?,
        "learning_rate" => recipe.train.learning_rate = v.extract()?,
        "warmup" => recipe.train.warmup = v.extract()?,
        "clip" => recipe.train.clip = v.extract()?,
        "ema" => recipe.train.ema = v.extract()?,
        "seed" => recipe.train.seed = v.extract()?,
        _ => {
            let hint = did_you_mean(name, SETTINGS.into_iter());
            let must = format!("one of {}{hint}", SETTINGS.join(", "));
            return Err(value("a setting of the training", name, must));
        }
    }
    Ok(())
}

/// Data to learn from: the name of a scene, of the lab's digits or of a folder of images; or points (n, d) with their classes.
#[derive(FromPyObject)]
pub enum DataLike<'py> {
    /// A name.
    Name(String),
    /// Points and classes.
    Points((Bound<'py, PyAny>, Vec<usize>)),
}

/// Between two calls of `progress`.
const PAUSE: Duration = Duration::from_millis(200);

/// A network that is learned: `model` is score, joint, noisy or clean.
///
/// `data` is the name of a scene, "digits", a folder of images, or a pair of points (n, d) and classes (n,). Of a name the network
/// is that of `scorelab train` with the same settings, bit for bit. `progress(step, steps, loss)` is called a few times a second;
/// where it answers False the training stops there and the network is kept.
#[pyfunction]
#[pyo3(signature = (model, data=None, *, progress=None, memory=None, **settings))]
pub fn train(
    py: Python,
    model: &str,
    data: Option<DataLike>,
    progress: Option<Py<PyAny>>,
    memory: Option<f64>,
    settings: Option<&Bound<PyDict>>,
) -> PyResult<Py<PyAny>> {
    let kind = Kind::named("the model", model).map_err(refused)?;
    let mut recipe = Recipe { model: kind, ..Recipe::default() };
    for (name, v) in settings.into_iter().flat_map(|settings| settings.iter()) {
        set(&mut recipe, &name.extract::<String>()?, &v)?;
    }
    let own = match data {
        None => None,
        Some(DataLike::Name(name)) => {
            recipe.data = place_named(&name);
            None
        }
        Some(DataLike::Points((x, y))) => Some(labelled(&x, y)?),
    };
    let progress = progress.map(Arc::new);
    let checkpoint = job::run(py, move |stop| {
        let mut last: Option<Instant> = None;
        let mut told = |step: usize, steps: usize, loss: Option<f64>| {
            stop.check();
            let due = step == steps || last.is_none_or(|last| last.elapsed() >= PAUSE);
            match progress.as_ref().filter(|_| due) {
                Some(progress) => {
                    last = Some(Instant::now());
                    tell(progress, (step, steps, loss))
                }
                None => ControlFlow::Continue(()),
            }
        };
        match &own {
            Some(points) => taught_points(&recipe, points, &mut told),
            None => taught(&recipe, memory.unwrap_or(MOST_GIB), &mut told),
        }
    })?;
    object(py, checkpoint)
}

/// Points with a class each.
fn labelled(x: &Bound<PyAny>, y: Vec<usize>) -> PyResult<Labelled> {
    let x = sample("the points", x, 1)?;
    if y.len() == x.nrows() {
        return Ok(Labelled { x, y });
    }
    Err(value("the number of classes given", y.len(), format!("{}, one for each point", x.nrows())))
}

/// Tells where a training stands; False stops it.
fn tell(progress: &Arc<Py<PyAny>>, now: (usize, usize, Option<f64>)) -> ControlFlow<()> {
    let progress = progress.clone();
    let go_on = errand(move |py| {
        let answer = progress.call1(py, now)?;
        Ok(answer.bind(py).is_none() || answer.bind(py).is_truthy()?)
    });
    if go_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}
