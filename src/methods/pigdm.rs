//! Pseudoinverse guidance: what is observed, with a doubt that depends on the noise level alone.

use super::measured::{GAMMA, Place, cost, steered};
use super::{About, Cost, Ends, Knobs, Method, Need, Parts, Plan, Walks};
use crate::Result;
use crate::linalg::symmetric_eigen;
use ndarray::{Array1, Array2};

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
        let observation = parts.observation();
        let a = observation.map();
        // Aᵀ(r²AAᵀ + τ²I)⁻¹ = (r²AᵀA + τ²I)⁻¹Aᵀ, the smaller of the two: with more rows than coordinates AAᵀ is singular
        let many = a.nrows() > a.ncols();
        let (lambda, q) = symmetric_eigen(&if many { a.t().dot(&a) } else { a.dot(&a.t()) });
        let lambda: Array1<f64> = lambda.into_iter().map(|l| l.max(0.0)).collect();
        steered((self.about(), parts, knobs), move |place: &Place, gamma| {
            let noise = place.observation.tolerance().powi(2) / gamma;
            let (a, s2) = (place.observation.map(), place.level.ratio().powi(2));
            let doubt = lambda.mapv(|lambda| s2 / (1.0 + s2) * lambda + noise);
            let solved = |b: Array2<f64>| (b.dot(&q) / &doubt).dot(&q.t());
            let pull = match many {
                true => solved(place.miss().dot(&a)),
                false => solved(place.miss()).dot(&a),
            };
            place.pulled_back(pull.view())
        })
    }
}
