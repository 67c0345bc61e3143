//! Arrays in: numbers of any type, order and strides, copied once; no silent reshape.

use crate::error::value;
use ndarray::{Array, Array1, Array2, Dimension, Ix1, Ix2};
use numpy::{
    Element, PyArray, PyArrayDescrMethods, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use scorelab::noise::NoiseLevel;

/// The dimension of an array, and what it is called where another one is given.
pub trait Shape: Dimension {
    /// What must be given.
    const MUST: &'static str;
}

impl Shape for Ix1 {
    const MUST: &'static str = "(n,)";
}

impl Shape for Ix2 {
    const MUST: &'static str = "(n, d), a point in each row; one point alone is x[None, :]";
}

/// A copy of an array of such a dimension, in double precision.
///
/// # Errors
/// `ValueError` if it has another dimension, `TypeError` if it is not of real numbers.
pub fn numbers<D: Shape>(what: &str, x: &Bound<PyAny>) -> PyResult<Array<f64, D>> {
    refuse_masked(what, x)?;
    if let Ok(x) = x.cast::<PyArray<f64, D>>() {
        return copied(x, |v| v);
    }
    if let Ok(x) = x.cast::<PyArray<f32, D>>() {
        return copied(x, f64::from);
    }
    let numpy = x.py().import("numpy")?;
    let array = numpy.call_method1("asarray", (x,)).map_err(|e| {
        match e.is_instance_of::<PyValueError>(x.py()) {
            true => PyValueError::new_err(format!(
                "{what} cannot be made an array: {}",
                e.value(x.py())
            )),
            false => e,
        }
    })?;
    let untyped = array.cast::<PyUntypedArray>()?;
    if untyped.ndim() != D::NDIM.expect("a fixed dimension") {
        let shape = array.getattr("shape")?.str()?;
        return Err(value(&format!("the shape of {what}"), shape, D::MUST));
    }
    if !b"fiub".contains(&untyped.dtype().kind()) {
        let dtype = untyped.dtype();
        let message = format!("the dtype of {what} is {dtype}, but it must be one of real numbers");
        return Err(PyTypeError::new_err(message));
    }
    let double = array.call_method1("astype", ("float64",))?;
    let double = double.cast_into::<PyArray<f64, D>>()?;
    copied(&double, |v| v)
}

/// Refuses an array of which something is masked: what lies under a mask is no number.
fn refuse_masked(what: &str, x: &Bound<PyAny>) -> PyResult<()> {
    let plain = x.is_exact_instance_of::<PyUntypedArray>() || !x.hasattr("mask")?;
    if plain || !x.py().import("numpy.ma")?.call_method1("is_masked", (x,))?.is_truthy()? {
        return Ok(());
    }
    Err(value(what, "partly masked", "all numbers: fill in what is masked, or leave its rows out"))
}

/// A copy with each number converted; of no numbers, whose strides may be anything, an array of that shape.
fn copied<T: Element + Copy, D: Dimension>(
    x: &Bound<PyArray<T, D>>,
    convert: impl Fn(T) -> f64,
) -> PyResult<Array<f64, D>> {
    let x = x.try_readonly()?;
    let view = x.as_array();
    Ok(if view.is_empty() { Array::zeros(view.raw_dim()) } else { view.mapv(convert) })
}

/// Points (n, d).
///
/// # Errors
/// As [`numbers`].
pub fn matrix(what: &str, x: &Bound<PyAny>) -> PyResult<Array2<f64>> {
    numbers(what, x)
}

/// Points (n, dim).
///
/// # Errors
/// As [`numbers`], and `ValueError` if they have another number of coordinates.
pub fn points(what: &str, x: &Bound<PyAny>, dim: usize) -> PyResult<Array2<f64>> {
    let points = matrix(what, x)?;
    if points.ncols() == dim {
        return Ok(points);
    }
    let must = format!("(n, {dim}): {dim} coordinates in each row");
    Err(value(&format!("the shape of {what}"), format!("{:?}", points.dim()), must))
}

/// At least so many points (n, d), all finite, for a statistic.
///
/// # Errors
/// As [`numbers`], and `ValueError` if there are fewer, or one is not finite.
pub fn sample(what: &str, x: &Bound<PyAny>, least: usize) -> PyResult<Array2<f64>> {
    let points = matrix(what, x)?;
    let (n, d) = points.dim();
    if n < least || d == 0 {
        let must = format!("at least ({least}, 1)");
        return Err(value(&format!("the shape of {what}"), format!("({n}, {d})"), must));
    }
    if let Some(((i, j), v)) = points.indexed_iter().find(|(_, v)| !v.is_finite()) {
        return Err(value(&format!("{what}[{i}, {j}]"), v, "a finite number"));
    }
    Ok(points)
}

/// Two samples of one dimension, at least so many points each.
///
/// # Errors
/// As [`sample`], and `ValueError` if the second has another number of coordinates.
pub fn samples(
    [x, y]: [&str; 2],
    [a, b]: [&Bound<PyAny>; 2],
    least: usize,
) -> PyResult<[Array2<f64>; 2]> {
    let a = sample(x, a, least)?;
    let b = sample(y, b, least)?;
    if a.ncols() == b.ncols() {
        return Ok([a, b]);
    }
    let must = format!("{}, as many as {x} has", a.ncols());
    Err(value(&format!("the number of columns of {y}"), b.ncols(), must))
}

/// Numbers (n,).
///
/// # Errors
/// As [`numbers`].
pub fn vector(what: &str, x: &Bound<PyAny>) -> PyResult<Array1<f64>> {
    numbers(what, x)
}

/// The noise level α, σ.
///
/// # Errors
/// `ValueError` if α is not above 0, σ is below 0, or one of them, σ = 0 aside, has a square that is no ordinary number.
pub fn level(alpha: f64, sigma: f64) -> PyResult<NoiseLevel> {
    let ordinary = 1e-150..=1e150;
    if !ordinary.contains(&alpha) {
        return Err(value("alpha", alpha, "a number from 1e-150 to 1e150"));
    }
    if !(sigma == 0.0 || ordinary.contains(&sigma)) {
        return Err(value("sigma", sigma, "0, or a number from 1e-150 to 1e150"));
    }
    Ok(NoiseLevel { alpha, sigma })
}
