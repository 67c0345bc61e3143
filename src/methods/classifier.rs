//! Guidance by a classifier.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::Result;
use crate::guidance::{ClassifierGuided, GradientScaled};
use std::sync::Arc;

/// Classifier guidance, [`ClassifierGuided`].
///
/// ```text
/// s = s_u + γ·c·∇ₓ log p(y | x_t)
/// ```
///
/// c = 1 with an exact classifier is [`ClassifierFree`](super::ClassifierFree), and conditional at γ = 1. γ = 0 asks no
/// classifier. Source: Dhariwal &
/// Nichol 2021 (2105.05233), algorithm 2.
pub struct ByClassifier;

impl Method for ByClassifier {
    fn about(&self) -> &'static About {
        &About {
            name: "classifier",
            title: "classifier guidance",
            formula: "s_u + γ·c·∇ log p(y|x)",
            source: "Dhariwal & Nichol 2021 (2105.05233), algorithm 2",
            needs: &[Need::Unconditional, Need::Classifier],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "gradient-scale",
                    meaning: "c, which multiplies the classifier's gradient",
                    default: 1.0,
                    range: Range::Any,
                    neutral: Some(1.0),
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: true, one: true, neutral: true },
        }
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        Cost::always(if knobs.get("gamma") == 0.0 { 1 } else { 2 })
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let likelihood = parts.classifier.clone().expect("a classifier, which was checked");
        let likelihood = GradientScaled { likelihood, scale: knobs.get("gradient-scale") };
        let (score, gamma) = (parts.unconditional(), knobs.gamma());
        Ok(Plan::of(Arc::new(ClassifierGuided { score, likelihood, gamma })))
    }
}
