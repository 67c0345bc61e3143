//! Samples and densities over a line.

use super::window::CLEAN;
use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate};
use scorelab::mixture::Mixture;

/// The histogram of numbers as a curve of (x, density), over `range` in `bins` cells.
///
/// The density is that of all numbers, those outside the range included. Its points are the corners of the steps.
pub(crate) fn histogram(x: ArrayView1<f64>, range: (f64, f64), bins: usize) -> Array2<f64> {
    let cell = (range.1 - range.0) / bins as f64;
    let mut counts = vec![0usize; bins];
    for v in x.iter().filter(|v| (range.0..range.1).contains(v)) {
        counts[(((v - range.0) / cell) as usize).min(bins - 1)] += 1;
    }
    let height = |bin: usize| counts[bin] as f64 / (x.len() as f64 * cell);
    Array2::from_shape_fn((2 * bins, 2), |(i, j)| match j {
        0 => range.0 + cell * (i / 2 + i % 2) as f64,
        _ => height(i / 2),
    })
}

/// The density of a one-dimensional mixture as a curve of (x, density).
pub(crate) fn density_curve(mixture: &Mixture, range: (f64, f64)) -> Array2<f64> {
    let x = Array1::linspace(range.0, range.1, 400).insert_axis(Axis(1));
    let p = mixture.log_density(x.view(), CLEAN).mapv(f64::exp);
    concatenate(Axis(1), &[x.view(), p.view().insert_axis(Axis(1))]).expect("two columns")
}

/// The largest value of a curve, at least 0.
pub(crate) fn height(curve: &Array2<f64>) -> f64 {
    curve.column(1).fold(0.0, |a: f64, b| a.max(*b))
}
