//! The course and the page.

use crate::data::SceneLike;
use crate::error::refused;
use ndarray::ArrayD;
use numpy::{IntoPyArray, PyArray2, PyArrayDyn, PyArrayMethods};
use pyo3::prelude::*;
use scorelab_figures::plot::{Lang, Theme};
use scorelab_lab::course::{self, mark};
use scorelab_lab::{Menu, Page};

/// Marks the answer to exercise `n`, counted from 1: whether it is right, and what is said of it.
///
/// An answer is a number, or an array of any shape.
#[pyfunction]
#[pyo3(name = "_mark", signature = (n, answer, lang="en"))]
pub fn marked(n: usize, answer: &Bound<PyAny>, lang: &str) -> PyResult<(bool, String)> {
    let lang = Lang::named("the language", lang).map_err(refused)?;
    let numpy = answer.py().import("numpy")?;
    let answer = numpy.call_method1("array", (answer, "float64"))?;
    let answer = answer.cast_into::<PyArrayDyn<f64>>()?;
    let answer: ArrayD<f64> = answer.try_readonly()?.as_array().to_owned();
    let marked = mark(n, answer).map_err(refused)?;
    Ok((marked.right, marked.said.get(lang).to_string()))
}

/// The points (n, d) and the noise level of exercise `n`, as x, alpha, sigma; None if it is about no points.
#[pyfunction]
#[pyo3(name = "_points")]
pub fn points_of(py: Python, n: usize) -> Option<(Bound<PyArray2<f64>>, f64, f64)> {
    let (level, x) = course::points(n)?;
    Some((x.into_pyarray(py), level.alpha, level.sigma))
}

/// The name of the scene and the class of the exercises.
#[pyfunction]
#[pyo3(name = "_problem")]
pub fn problem_of() -> (String, usize) {
    let course::Problem { scene, class, .. } = course::problem();
    (scene.name, class)
}

/// The page on which γ bends the field, as HTML in one file.
#[pyfunction]
#[pyo3(name = "_page", signature = (scene, lang, theme))]
pub fn page_of(scene: SceneLike, lang: &str, theme: Option<&str>) -> PyResult<String> {
    let lang = Lang::named("the language", lang).map_err(refused)?;
    let theme = theme.map(|name| Theme::named("the theme", name).map_err(refused)).transpose()?;
    let scene = scene.taken()?;
    Page { scene: &scene, networks: Default::default(), lang, theme }.html().map_err(refused)
}
