//! Gaussians fitted to a data set, as samples.

use super::Labelled;
use crate::rng::{Purpose, stream};
use ndarray::{Array2, Axis};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

/// Rows that one thread draws at a time.
const ROWS: usize = 64;

/// Draws one point for each of `labels` from the full-covariance Gaussian fitted to that class of the data: (n, d).
///
/// ```text
/// x = μ + Σᵢ wᵢ·(xᵢ − μ)/√(N − 1),   wᵢ ~ N(0, 1),   has mean μ and covariance Σᵢ (xᵢ − μ)(xᵢ − μ)ᵀ/(N − 1)
/// ```
///
/// over the N points xᵢ of the class. No matrix is factored, so the covariance may be singular: a coordinate that never varies
/// keeps its value, and a class of one point returns it. What a model of the data must beat that knows only moments.
///
/// # Panics
/// If a label has no point in the data.
pub fn sample_fitted(data: &Labelled, labels: &[usize], seed: u64) -> Array2<f64> {
    let mut out = Array2::zeros((labels.len(), data.x.ncols()));
    let classes = labels.iter().max().map_or(0, |y| y + 1);
    for class in 0..classes {
        let of =
            |all: &[usize]| -> Vec<usize> { (0..all.len()).filter(|i| all[*i] == class).collect() };
        let (points, rows) = (of(&data.y), of(labels));
        if rows.is_empty() {
            continue;
        }
        assert!(!points.is_empty(), "class {class} has no point to fit a Gaussian to");
        let points = data.x.select(Axis(0), &points);
        let mean = points.mean_axis(Axis(0)).expect("there are points");
        let scale = 1.0 / (points.nrows().max(2) as f64 - 1.0).sqrt();
        let off = (points - &mean) * scale; // (N, d)
        let draw = |rows: &[usize]| {
            let mut w = Array2::zeros((rows.len(), off.nrows()));
            for (row, mut w) in rows.iter().zip(w.outer_iter_mut()) {
                let mut rng = stream(seed, Purpose::Reference, 3, *row as u64);
                w.mapv_inplace(|_: f64| StandardNormal.sample(&mut rng));
            }
            w.dot(&off) + &mean
        };
        let drawn: Vec<Array2<f64>> = rows.par_chunks(ROWS).map(draw).collect();
        for (row, x) in rows.iter().zip(drawn.iter().flat_map(|block| block.outer_iter())) {
            out.row_mut(*row).assign(&x);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, array};

    #[test]
    fn each_class_keeps_its_mean_and_its_covariance() {
        let x = array![[0.0, 1.0, 5.0], [2.0, 1.0, 6.0], [4.0, 1.0, 1.0], [9.0, -3.0, 2.0]];
        let data = Labelled { x, y: vec![0, 0, 0, 1] };
        let n = 20_000;
        let labels: Vec<usize> = (0..n + 2).map(|i| usize::from(i >= n)).collect();
        let drawn = sample_fitted(&data, &labels, 1);
        assert_eq!(drawn.row(n), data.x.row(3), "one point is returned");
        let drawn = drawn.select(Axis(0), &(0..n).collect::<Vec<_>>());
        assert!(drawn.column(1).iter().all(|v| *v == 1.0), "what never varies stays");
        let mean = drawn.mean_axis(Axis(0)).unwrap();
        let off = &drawn - &mean;
        let cov = off.t().dot(&off) / (n - 1) as f64;
        let agrees = |scale: f64| {
            let sums = array![[4.0, 0.0, -4.0], [0.0, 0.0, 0.0], [-4.0, 0.0, 7.0]] * scale; // by hand
            let se = |i: usize, j: usize| {
                ((sums[[i, i]] * sums[[j, j]] + sums[[i, j]].powi(2)) / n as f64).sqrt()
            };
            cov.indexed_iter().all(|((i, j), c)| (c - sums[[i, j]]).abs() <= 5.0 * se(i, j) + 1e-12)
        };
        assert!(agrees(1.0), "{cov}");
        assert!(!agrees(2.0 / 3.0), "the wrong twin passed: N for N − 1");
        let exact: Array1<f64> = array![2.0, 1.0, 4.0];
        assert!((mean - exact).iter().all(|m| m.abs() < 5.0 * (7.0 / n as f64).sqrt()));
    }

    #[test]
    fn a_row_depends_on_its_number_and_its_class_alone() {
        let x = Array2::from_shape_fn((30, 4), |(i, j)| ((7 * i + 3 * j) % 11) as f64);
        let data = Labelled { x, y: (0..30).map(|i| i % 3).collect() };
        let labels: Vec<usize> = (0..200).map(|i| (i / 5) % 3).collect();
        let all = sample_fitted(&data, &labels, 4);
        let first = sample_fitted(&data, &labels[..70], 4);
        // the product's sums run in one order whatever the number of rows
        assert_eq!(all.slice(ndarray::s![..70, ..]), first);
        assert_ne!(all, sample_fitted(&data, &labels, 5));
    }
}
