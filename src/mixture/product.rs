//! Mixtures of independent blocks of coordinates.

use super::Mixture;
use crate::Result;
use ndarray::{Array1, Array2, s};

impl Mixture {
    /// p(a, b) = p(a)·q(b): this mixture and another on further coordinates, independent of each other.
    ///
    /// ```text
    /// Σⱼₖ πⱼρₖ N((a, b); (μⱼ, νₖ), diag(Σⱼ, Tₖ))
    /// ```
    ///
    /// Component j·K' + k is made of j and of k, of K' components; so is the label, of y and of y'. The score of each block is that
    /// of its own mixture.
    ///
    /// # Errors
    /// None that the two mixtures do not have themselves.
    pub fn product(&self, other: &Mixture) -> Result<Mixture> {
        let (d, e) = (self.means.ncols(), other.means.ncols());
        let pairs: Vec<(usize, usize)> = (0..self.weights.len())
            .flat_map(|j| (0..other.weights.len()).map(move |k| (j, k)))
            .collect();
        let mean = |(j, k): &(usize, usize)| {
            let (a, b) = (self.means.row(*j), other.means.row(*k));
            a.iter().chain(b).copied().collect::<Array1<f64>>()
        };
        let cov = |(j, k): &(usize, usize)| {
            let mut cov = Array2::zeros((d + e, d + e));
            cov.slice_mut(s![..d, ..d]).assign(&self.covs[*j]);
            cov.slice_mut(s![d.., d..]).assign(&other.covs[*k]);
            cov
        };
        let mut means = Array2::zeros((pairs.len(), d + e));
        means.outer_iter_mut().zip(&pairs).for_each(|(mut row, pair)| row.assign(&mean(pair)));
        Mixture::new(
            pairs.iter().map(|(j, k)| self.weights[*j] * other.weights[*k]).collect(),
            means,
            pairs.iter().map(cov).collect(),
            pairs.iter().map(|(j, k)| self.labels[*j] * other.classes + other.labels[*k]).collect(),
        )
    }
}
