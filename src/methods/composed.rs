//! Several conditions at once.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Walks};
use crate::Result;
use crate::guidance::AnyOf;
use std::sync::Arc;

/// AND and NOT, [`Composed`](crate::guidance::Composed): the wanted class and the further conditions of the parts.
///
/// ```text
/// s = s_u + γ·(s_c − s_u) + Σᵢ wᵢ·(sᵢ − s_u)
/// ```
///
/// Without further conditions it is [`ClassifierFree`](super::ClassifierFree). A negative weight is NOT. Source: Liu et al.
/// 2022 (2206.01714), eq. 11 and 13.
pub struct AllOf;

impl Method for AllOf {
    fn about(&self) -> &'static About {
        &About {
            name: "and",
            title: "composition: AND, NOT",
            formula: "s_u + γ·(s_c − s_u) + Σ wᵢ·(sᵢ − s_u)",
            source: "Liu et al. 2022 (2206.01714), eq. 11 and 13",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[Knob::GAMMA],
            walks: Walks::Any,
            ends: Ends { zero: true, one: true, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::guided(knobs.get("gamma"))
    }

    fn takes_also(&self) -> bool {
        true
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        Ok(Plan::of(parts.composed(knobs.gamma())))
    }
}

/// OR, [`AnyOf`] the wanted class and everything, by their exact densities.
///
/// ```text
/// s = ∇ₓ log((1 − w)·p(x) + w·p(x | y))
/// ```
///
/// w = 0 is unconditional and w = 1 conditional. Unlike guidance it commutes with the noise, so that samples are of the
/// mixture. Source: Du et al. 2023 (2302.11552), mixtures.
pub struct OrElse;

impl Method for OrElse {
    fn about(&self) -> &'static About {
        &About {
            name: "or",
            title: "composition: OR",
            formula: "∇ log((1 − w)·p(x) + w·p(x|y))",
            source: "Du et al. 2023 (2302.11552), mixtures",
            needs: &[Need::Densities],
            knobs: &[Knob {
                name: "weight",
                meaning: "w, the weight of the wanted class",
                default: 0.5,
                range: super::Range::Between(0.0, 1.0),
                neutral: None,
            }],
            walks: Walks::Any,
            ends: Ends { zero: false, one: false, neutral: false },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        let alone = matches!(knobs.get("weight"), 0.0 | 1.0);
        Cost::always(if alone { 2 } else { 4 }) // of each term its score and its density
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let [p, given] = parts.densities.clone().expect("densities, which were checked");
        let w = knobs.get("weight");
        let terms = [(1.0 - w, p), (w, given)].into_iter().filter(|(w, _)| *w > 0.0).collect();
        Ok(Plan::of(Arc::new(AnyOf { terms })))
    }
}
