//! Tweedie moment projection: what is observed, with the doubt that the denoiser's Jacobian tells.

use super::measured::{GAMMA, Place, cost, steered};
use super::{About, Cost, Ends, Knobs, Method, Need, Parts, Plan, Walks};
use crate::Result;
use crate::linalg::symmetric_eigen;
use ndarray::{Array1, Array2, ArrayView1};

/// Tweedie moment projected diffusion (TMPD).
///
/// ```text
/// s + (∂D/∂x)ᵀ·Aᵀ(A·C·Aᵀ + τ²/γ·I)⁻¹(y − A·D(x)),   C = (σ²/α)·∂D/∂x
/// ```
///
/// Of an exact score C is Cov[x₀ | x_t], the second moment by Tweedie's formula, and p(x₀ | x_t) is taken to be N(D(x), C), C held
/// where the gradient is taken: exact for every Gaussian prior, wrong where p(x₀ | x_t) has two modes. A learned score's C need be
/// no covariance: A·C·Aᵀ is taken symmetric, and nothing is pulled along a direction q in which it is not above 0, as a covariance with
/// qᵀ·A·C·Aᵀ·q = 0 has C·Aᵀ·q = 0. The m numbers of y cost m passes back, where the table of the methods counts one. γ = 0 is the
/// prior. Source: Boys et al. 2023 (2310.06721), section 3.
pub struct Tmpd;

impl Method for Tmpd {
    fn about(&self) -> &'static About {
        &About {
            name: "tmpd",
            title: "Tweedie moment projection",
            formula: "s_u + (∂D_u/∂x)ᵀAᵀ(A·C·Aᵀ + τ²/γ·I)⁻¹(y − A·D_u), C = σ²/α·∂D_u/∂x",
            source: "Boys et al. 2023 (2310.06721), section 3",
            needs: &[Need::Unconditional, Need::Observation],
            knobs: &[GAMMA],
            walks: Walks::Any,
            ends: Ends { zero: true, one: false, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        cost(knobs) // of one number observed
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        steered((self.about(), parts, knobs), |place, gamma| {
            push(place, place.observation.tolerance().powi(2) / gamma)
        })
    }
}

/// (∂D/∂x)ᵀ·Aᵀ(A·C·Aᵀ + noise·I)⁻¹(y − A·D) of every point (n, d).
fn push(place: &Place, noise: f64) -> Array2<f64> {
    let (a, (n, d)) = (place.observation.map(), place.x.dim());
    let row_of_a = |row: ArrayView1<f64>| {
        place.pulled_back(row.broadcast((n, d)).expect("a row of A for each point"))
    };
    let jacobian: Vec<Array2<f64>> = a.outer_iter().map(row_of_a).collect(); // m × (n, d): A·∂D/∂x
    let covariance = place.level.sigma.powi(2) / place.level.alpha;
    let (miss, mut push) = (place.miss(), Array2::zeros((n, d)));
    for (i, mut push) in push.outer_iter_mut().enumerate() {
        let mut doubt = Array2::zeros((a.nrows(), a.nrows()));
        for (mut doubt, j) in doubt.outer_iter_mut().zip(&jacobian) {
            doubt.assign(&(a.dot(&j.row(i)) * covariance));
        }
        let pull = solved(&doubt, noise, miss.row(i));
        pull.iter().zip(&jacobian).for_each(|(u, j)| push.scaled_add(*u, &j.row(i)));
    }
    push
}

/// (C + noise·I)⁻¹·b, C being taken symmetric; where that is not above 0 there is no doubt, and nothing to pull.
fn solved(c: &Array2<f64>, noise: f64, b: ArrayView1<f64>) -> Array1<f64> {
    let (lambda, q) = symmetric_eigen(&((c + &c.t()) * 0.5));
    let mut z = b.dot(&q);
    for (z, lambda) in z.iter_mut().zip(lambda) {
        *z = if lambda > 0.0 { *z / (lambda + noise) } else { 0.0 };
    }
    q.dot(&z)
}
