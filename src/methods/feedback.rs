//! A guidance scale that each point finds for itself.

use super::denoiser::Denoiser;
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::Result;
use crate::noise::NoiseLevel;
use ndarray::{ArrayView2, Axis, Zip};
use std::sync::Arc;

/// Feedback guidance.
///
/// ```text
/// s = s_u + γ(x)·(s_c − s_u),   γ(x) = p_t(x|y)/(p_t(x|y) − π·p_t(x)),   at most γ_max
/// ```
///
/// If what the model has learned of the condition is (1 − π)·p(x|y) + π·p(x), this undoes it: the score is that of the true
/// p_t(x|y) wherever p_t(x|y) − π·p_t(x) is above rounding, that is where γ(x) is far below 10¹⁶. π = 0 is conditional. γ(x)
/// is γ_max where that difference is not above p_t(x|y)/γ_max. Source: Koulischer et al. 2025 (2506.06085), whose π is 1 − π,
/// the weight of the conditional, and whose densities are estimated along the walk.
pub struct Feedback;

impl Method for Feedback {
    fn about(&self) -> &'static About {
        &About {
            name: "feedback",
            title: "feedback guidance",
            formula: "s_u + γ(x)·(s_c − s_u), γ(x) = p(x|y)/(p(x|y) − π·p(x))",
            source: "Koulischer et al. 2025 (2506.06085)",
            needs: &[Need::Unconditional, Need::Conditional, Need::Densities],
            knobs: &[
                Knob {
                    name: "pi",
                    meaning: "π, how much of the unconditional is in the conditional",
                    default: 0.5,
                    range: Range::Between(0.0, 1.0),
                    neutral: None,
                },
                Knob {
                    name: "most",
                    meaning: "γ_max, the most that γ(x) may be",
                    default: 10.0,
                    range: Range::Above(1.0),
                    neutral: None,
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: false, one: false, neutral: false },
        }
    }

    fn cost(&self, _: &Knobs) -> Cost {
        Cost::always(4) // two scores and two densities
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let (main, guiding) = (parts.conditional(), parts.unconditional());
        let [p, given] = parts.densities.clone().expect("densities, which were checked");
        let (pi, most) = (knobs.get("pi"), knobs.get("most"));
        let dim = main.dim();
        let denoised = move |x: ArrayView2<f64>, level: NoiseLevel| {
            let ratio = p.log_density(x, level) - given.log_density(x, level);
            // 1/γ(x) = 1 − π·p/p(·|y), and never below 1/γ_max; without π there is nothing to take off, however large p/p(·|y)
            let share = |log: f64| if pi == 0.0 { 0.0 } else { pi * log.exp() };
            let gamma = ratio.mapv(|log| (1.0 - share(log)).max(1.0 / most).recip());
            let mut d = guiding.denoised(x, level);
            let gamma = gamma.insert_axis(Axis(1));
            Zip::from(&mut d)
                .and(&main.denoised(x, level))
                .and_broadcast(&gamma)
                .for_each(|u, c, gamma| *u += gamma * (c - *u));
            d
        };
        Ok(Plan::of(Arc::new(Denoiser { dim, denoised })))
    }
}
