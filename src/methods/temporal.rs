//! A score rescaled so that what it samples is narrower or wider.

use super::denoiser::Denoiser;
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::Result;
use crate::noise::NoiseLevel;
use ndarray::ArrayView2;
use std::sync::Arc;

/// Temporal score rescaling on top of ordinary guidance.
///
/// ```text
/// s = s_γ·(v/t + 1)/(v/(k·t) + 1),   t = (σ/α)²,   v = width²
/// ```
///
/// Of N(m, v·I) it makes the score of N(m, v/k·I) at every level, whatever the sampler. Of modes that are apart and as wide as
/// that it makes each narrower by √k and leaves their weights. A constant factor does neither: on N(0, 1) the SDE with 2·s ends
/// with the variance ⅓, the ODE with none. k = 1 is ordinary guidance. Source: Xu et al. 2025 (2510.01184).
pub struct TemporalRescaling;

impl Method for TemporalRescaling {
    fn about(&self) -> &'static About {
        &About {
            name: "temporal-rescaling",
            title: "temporal score rescaling",
            formula: "s_γ·(v/t + 1)/(v/(k·t) + 1), t = (σ/α)², v = width²",
            source: "Xu et al. 2025 (2510.01184)",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "k",
                    meaning: "by how much smaller the variance of a mode is to be",
                    default: 2.0,
                    range: Range::Between(1e-3, 1e3),
                    neutral: Some(1.0),
                },
                Knob {
                    name: "width",
                    meaning: "the standard deviation that a mode has",
                    default: 0.5,
                    range: Range::Between(1e-6, 1e6),
                    neutral: Some(0.5),
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: false, one: false, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::guided(knobs.get("gamma"))
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let guided = parts.guided(knobs.gamma());
        let (k, v) = (knobs.get("k"), knobs.get("width").powi(2));
        if k == 1.0 {
            return Ok(Plan::of(guided));
        }
        let dim = guided.dim();
        let denoised = move |x: ArrayView2<f64>, level: NoiseLevel| {
            let t = level.ratio().powi(2);
            let factor = (v + t) / (v / k + t);
            // D = x/α + σ²/α·s
            guided.denoised(x, level) * factor + &x * ((1.0 - factor) / level.alpha)
        };
        Ok(Plan::of(Arc::new(Denoiser { dim, denoised })))
    }
}
