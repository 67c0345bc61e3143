//! Pseudoinverse guidance: what is observed, with a doubt that depends on the noise level alone.

use super::measured::{GAMMA, Place, cost, steered};
use super::{About, Cost, Ends, Knobs, Method, Need, Parts, Plan, Walks};
use crate::Result;
use crate::linalg::{cholesky, solve};
use ndarray::Array2;

/// Pseudoinverse-guided diffusion (ΠGDM).
///
/// ```text
/// s + (∂D/∂x)ᵀ·Aᵀ(r²AAᵀ + τ²/γ·I)⁻¹(y − A·D(x)),   r² = σ²/(α² + σ²)
/// ```
///
/// It takes p(x₀ | x_t) to be N(D(x), r²I), which is so where the data are N(m, I): there it is exact. Of data N(m, v) the true
/// r² is vσ²/(α²v + σ²), which makes it wrong by a computable amount. γ = 0 is the prior, τ = 0 nothing special. Source: Song et
/// al. 2023, "Pseudoinverse-guided diffusion models for inverse problems", section 3.
pub struct PiGdm;

impl Method for PiGdm {
    fn about(&self) -> &'static About {
        &About {
            name: "pigdm",
            title: "pseudoinverse guidance (ΠGDM)",
            formula: "s_u + (∂D_u/∂x)ᵀAᵀ(r²AAᵀ + τ²/γ·I)⁻¹(y − A·D_u), r² = σ²/(α² + σ²)",
            source: "Song et al. 2023 (ΠGDM, ICLR), section 3",
            needs: &[Need::Unconditional, Need::Observation],
            knobs: &[GAMMA],
            walks: Walks::Any,
            ends: Ends { zero: true, one: false, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        cost(knobs)
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        steered((self.about(), parts, knobs), |place: &Place, gamma| {
            let noise = place.observation.tolerance().powi(2) / gamma;
            let (a, s2) = (place.observation.map(), place.level.ratio().powi(2));
            let doubt = a.dot(&a.t()) * (s2 / (1.0 + s2)) + Array2::<f64>::eye(a.nrows()) * noise;
            let lower = cholesky(&doubt);
            let mut miss = place.miss();
            for mut row in miss.outer_iter_mut() {
                let solved = solve(&lower, row.to_owned());
                row.assign(&solved);
            }
            place.pulled_back(miss.dot(&a).view())
        })
    }
}
