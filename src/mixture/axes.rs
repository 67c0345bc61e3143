//! A covariance and its axes, checked once.

use crate::linalg::symmetric_eigen;
use crate::{Error, Result};
use ndarray::{Array2, ArrayView1};

/// Σₖ = Q·diag(λ)·Qᵀ, so that Cₖ = Q·diag(α²λ + σ²)·Qᵀ and its inverse cost nothing at every level.
#[derive(Debug, Clone)]
pub struct Axes {
    pub lambda: Vec<f64>,
    pub q: Array2<f64>,
}

impl Axes {
    /// The axes of covariance number i, (d, d).
    pub fn new(i: usize, cov: &Array2<f64>, d: usize) -> Result<Self> {
        if cov.dim() != (d, d) {
            let (rows, cols) = cov.dim();
            return Err(Error::value(
                format!("covariances[{i}]"),
                format!("{rows} × {cols}"),
                format!("{d} × {d}"),
            ));
        }
        let size = cov.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let symmetric = cov
            .indexed_iter()
            .all(|((r, c), v)| v.is_finite() && (v - cov[[c, r]]).abs() <= 1e-12 * size);
        let (lambda, q) =
            if symmetric { symmetric_eigen(cov) } else { (vec![], Array2::zeros((0, 0))) };
        // an eigenvalue this far below the largest is rounding, not shape
        if !symmetric || lambda.iter().any(|l| *l <= 1e-14 * size) {
            let shown = cov.outer_iter().map(|r| format!("{r}")).collect::<Vec<_>>().join(", ");
            return Err(Error::value(
                format!("covariances[{i}]"),
                shown,
                "symmetric, finite and positive definite",
            ));
        }
        Ok(Axes { lambda, q })
    }

    /// The axes of a covariance that may be flat, (d, d): what is below `floor` along an axis is 0.
    pub fn flat(cov: &Array2<f64>, floor: f64) -> Self {
        let (lambda, q) = symmetric_eigen(cov);
        let lambda = lambda.into_iter().map(|l| if l <= floor { 0.0 } else { l }).collect();
        Axes { lambda, q }
    }

    /// Q·diag(λ)·Qᵀ (d, d).
    pub fn covariance(&self) -> Array2<f64> {
        (&self.q * &ArrayView1::from(&self.lambda)).dot(&self.q.t())
    }

    /// Those of α²Σ + σ²I, from α² and σ².
    pub fn noised(&self, a2: f64, s2: f64) -> Self {
        Axes { lambda: self.lambda.iter().map(|l| a2 * l + s2).collect(), q: self.q.clone() }
    }
}
