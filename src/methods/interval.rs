//! Guidance in an interval of the noise level.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Rule, Walks};
use crate::sampler::Leg;
use crate::{Error, Result};

/// Guidance in an interval.
///
/// ```text
/// γ for low ≤ σ/α < high, 1 elsewhere
/// ```
///
/// Three legs, so that no step of a solver sees both scores. Further conditions count within the interval. All levels are [`ClassifierFree`](super::ClassifierFree).
/// Source: Kynkäänniemi et al. 2024 (2404.07724), eq. 5.
pub struct Interval;

impl Method for Interval {
    fn about(&self) -> &'static About {
        &About {
            name: "interval",
            title: "guidance in a limited interval",
            formula: "s_u + γ(σ/α)·(s_c − s_u), γ = 1 outside low…high",
            source: "Kynkäänniemi et al. 2024 (2404.07724), eq. 5",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "low",
                    meaning: "σ/α below which γ is 1",
                    default: 0.2,
                    range: Range::Between(0.0, f64::INFINITY),
                    neutral: Some(0.0),
                },
                Knob {
                    name: "high",
                    meaning: "σ/α above which γ is 1",
                    default: 2.0,
                    range: Range::Above(0.0),
                    neutral: Some(f64::INFINITY),
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: false, one: true, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        let within = Cost::guided(knobs.get("gamma")).most;
        let everywhere = knobs.get("low") == 0.0 && knobs.get("high") == f64::INFINITY;
        Cost { least: if everywhere { within } else { 1 }, most: within }
    }

    fn takes_also(&self) -> bool {
        true
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let (low, high) = (knobs.get("low"), knobs.get("high"));
        if low >= high {
            let must = format!("below high, which is {high}");
            return Err(Error::value("low, of the method interval,", low, must));
        }
        let outside = parts.guided(crate::guidance::Gamma::new(1.0)?);
        let legs = [
            (high < f64::INFINITY).then(|| Leg { score: outside.clone(), down_to: high }),
            Some(Leg { score: parts.composed(knobs.gamma()), down_to: low }),
            (low > 0.0).then_some(Leg { score: outside, down_to: 0.0 }),
        ];
        Ok(Plan { legs: legs.into_iter().flatten().collect(), rule: Rule::Own })
    }
}
