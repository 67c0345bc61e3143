//! Gaussians fitted to a data set: as samples, and as a mixture.

use super::{Labelled, Mixture};
use crate::parallel::each;
use crate::rng::{Purpose, stream};
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2, Axis};
use rand::seq::index;
use rand_distr::{Distribution, StandardNormal};

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
        let drawn: Vec<Array2<f64>> = each(rows.chunks(ROWS), draw);
        for (row, x) in rows.iter().zip(drawn.iter().flat_map(|block| block.outer_iter())) {
            out.row_mut(*row).assign(&x);
        }
    }
    out
}

/// Rounds of the k-means.
const ROUNDS: usize = 20;

impl Mixture {
    /// A mixture fitted to labelled points: `each` Gaussians for every class, those of the clusters into which k-means cuts it.
    ///
    /// ```text
    /// πₖ = Nₖ/N,   μₖ = Σᵢ xᵢ/Nₖ,   Σₖ = Σᵢ (xᵢ − μₖ)(xᵢ − μₖ)ᵀ/Nₖ + floor²·I,   over the Nₖ points xᵢ of cluster k
    /// ```
    ///
    /// The floor keeps clusters with fewer points than coordinates from being flat. A cluster that loses all its points is left out, so
    /// that a class of one point is one Gaussian. It is a model of the data whose every answer is exact, and not the data: what it
    /// calls likely is as round as an ellipsoid. Source: Lloyd 1982 for the k-means.
    ///
    /// # Errors
    /// If there are no points, a class has none, `each` is 0, or the floor is not above 0.
    pub fn fitted(data: &Labelled, each: usize, floor: f64, seed: u64) -> Result<Mixture> {
        if each == 0 {
            return Err(Error::value("the number of Gaussians for each class", 0, "at least 1"));
        }
        if !(floor.is_finite() && floor > 0.0) {
            return Err(Error::value("the floor of the covariances", floor, "a number above 0"));
        }
        let classes = data.y.iter().max().map_or(0, |y| y + 1);
        let (d, all) = (data.x.ncols(), data.y.len() as f64);
        let (mut weights, mut means, mut covs, mut labels) = (vec![], vec![], vec![], vec![]);
        for class in 0..classes {
            let rows: Vec<usize> = (0..data.y.len()).filter(|i| data.y[*i] == class).collect();
            let points = data.x.select(Axis(0), &rows);
            for cluster in clusters(points.view(), each, (seed, class)) {
                let own = points.select(Axis(0), &cluster);
                let mean = own.mean_axis(Axis(0)).expect("no cluster is empty");
                let off = own - &mean;
                let cov = off.t().dot(&off) / cluster.len() as f64;
                covs.push((&cov + &cov.t()) * 0.5 + Array2::<f64>::eye(d) * (floor * floor));
                weights.push(cluster.len() as f64 / all);
                means.extend(mean);
                labels.push(class);
            }
        }
        let means = Array2::from_shape_vec((weights.len(), d), means).expect("means of d numbers");
        Mixture::new(weights, means, covs, labels)
    }
}

/// The rows of each cluster of points (n, d), none of them empty, by Lloyd's rounds from points drawn by the seed.
fn clusters(x: ArrayView2<f64>, many: usize, (seed, class): (u64, usize)) -> Vec<Vec<usize>> {
    let (n, many) = (x.nrows(), many.min(x.nrows()));
    let mut rng = stream(seed, Purpose::Permutation, 2, class as u64);
    let mut centres = x.select(Axis(0), &index::sample(&mut rng, n, many).into_vec());
    let mut found = Vec::new();
    for _ in 0..ROUNDS {
        let squares = (&centres * &centres).sum_axis(Axis(1));
        let distances = x.dot(&centres.t()) * -2.0 + &squares; // |x − c|² − |x|² (n, many)
        let nearest = |row: ndarray::ArrayView1<f64>| {
            (0..row.len()).min_by(|a, b| row[*a].total_cmp(&row[*b])).expect("a centre")
        };
        let own: Vec<usize> = distances.outer_iter().map(nearest).collect();
        let of = |c| (0..n).filter(|i| own[*i] == c).collect::<Vec<usize>>();
        found = (0..centres.nrows()).map(of).filter(|rows| !rows.is_empty()).collect();
        centres = Array2::zeros((found.len(), x.ncols()));
        for (mut centre, rows) in centres.outer_iter_mut().zip(&found) {
            centre.assign(&x.select(Axis(0), rows).mean_axis(Axis(0)).expect("points"));
        }
    }
    found
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

    #[test]
    fn a_fitted_mixture_finds_the_clusters_of_each_class() {
        let centres = array![[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]];
        let wide =
            [[0.5, 0.0], [0.0, 0.5]].map(|at| array![[at[0] + 0.5, 0.2], [0.2, at[1] + 0.5]]);
        let covs = vec![wide[0].clone(), wide[1].clone(), Array2::eye(2)];
        let truth = Mixture::new(vec![0.5, 0.2, 0.3], centres, covs, vec![0, 0, 1]).unwrap();
        const N: usize = 20_000;
        let data = truth.sample(N, 1, Purpose::Data);
        let fitted = Mixture::fitted(&data, 2, 1e-6, 3).unwrap();
        assert_eq!(
            fitted.labels(),
            [0, 0, 1, 1],
            "two of each class, though one was enough for the second"
        );
        for k in 0..2 {
            let found = (0..2).min_by_key(|j| {
                let off = &fitted.means().row(*j) - &truth.means().row(k);
                (1e6 * off.dot(&off)) as u64
            });
            let j = found.unwrap();
            let (n, own) = (N as f64 * truth.weights()[k], &truth.covs()[k]);
            let mean = &fitted.means().row(j) - &truth.means().row(k);
            assert!(mean.iter().all(|m| m.abs() < 5.0 * (1.0 / n).sqrt()), "{mean}");
            let slack = 5.0 * (2.0 / n).sqrt(); // of entries no larger than 1
            let close =
                |other: &Array2<f64>| (&fitted.covs()[j] - other).iter().all(|v| v.abs() < slack);
            assert!(close(own) && !close(&(own * 1.3)), "{}", fitted.covs()[j]);
            assert!(
                (fitted.weights()[j] - truth.weights()[k]).abs() < 5.0 * (0.25 / N as f64).sqrt()
            );
        }
        let lone = Labelled { x: array![[1.0, 2.0], [3.0, 4.0]], y: vec![0, 1] };
        let of = |each, floor| Mixture::fitted(&lone, each, floor, 0);
        let narrow = Array2::<f64>::eye(2) * 0.25;
        assert_eq!(of(3, 0.5).unwrap().covs(), [narrow.clone(), narrow]);
        assert!(of(0, 0.5).is_err() && of(1, 0.0).is_err());
        let gap = Labelled { y: vec![0, 2], ..lone.clone() };
        assert!(Mixture::fitted(&gap, 1, 0.5, 0).unwrap_err().to_string().contains("class 1"));
    }
}
