//! A Python function as a score.

use crate::array::matrix;
use crate::error::value;
use crate::job::errand;
use ndarray::{Array2, ArrayView2, Axis};
use numpy::IntoPyArray;
use pyo3::prelude::*;
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;
use std::sync::Arc;

/// A Python function f(x, alpha, sigma) → (n, d) as a score.
///
/// It gets all points in one call, or so many rows. An answer in another precision is cast, one of another shape refused.
pub struct Callable {
    /// f.
    pub function: Arc<Py<PyAny>>,
    /// d.
    pub dim: usize,
    /// The most rows of a call.
    pub batch: Option<usize>,
}

impl ScoreFn for Callable {
    fn dim(&self) -> usize {
        self.dim
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut out = Array2::zeros(x.raw_dim());
        let rows = self.batch.unwrap_or(x.nrows()).max(1);
        for (x, mut out) in
            x.axis_chunks_iter(Axis(0), rows).zip(out.axis_chunks_iter_mut(Axis(0), rows))
        {
            let (x, function) = (x.to_owned(), self.function.clone());
            out.assign(&errand(move |py| asked(py, &function, x, level)));
        }
        out
    }
}

/// The answer of a function to these points.
fn asked(
    py: Python,
    function: &Py<PyAny>,
    x: Array2<f64>,
    level: NoiseLevel,
) -> PyResult<Array2<f64>> {
    let (n, d) = x.dim();
    let answer = function.call1(py, (x.into_pyarray(py), level.alpha, level.sigma))?;
    let answer = matrix("the score's answer", answer.bind(py))?;
    if answer.dim() == (n, d) {
        return Ok(answer);
    }
    let must = format!("({n}, {d}): a row for each point it was given");
    Err(value("the shape of the score's answer", format!("{:?}", answer.dim()), must))
}
