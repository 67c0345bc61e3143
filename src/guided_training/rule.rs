//! How a conditional answer is taught to be a guided one.

use crate::guidance::Gamma;
use crate::{Error, Result};

/// What stands in the loss in place of a conditional answer, so that the best conditional answer is a guided one.
///
/// ```text
/// guidance-free     |β·F(x, y) + (1 − β)·sg F(x, ∅) − target|²            best: γ = 1/β
/// model guidance    |F(x, y) − target − w·sg(F(x, y) − F(x, ∅))|²         fixed point: γ = 1/(1 − w)
/// ```
///
/// F is what the network answers, sg is what no gradient flows through, and F(x, ∅) learns as it always does. Both make F(x, y)
/// ordinary guidance F(x, ∅) + γ·(F* − F(x, ∅)) of the conditional answer F* that plain training would find. β = 1 and w = 0
/// are plain training. Source: Chen et al. 2025 (2501.15420), where β is an input of the network and here a number; Tang et al. 2025
/// (2502.12154), whose w may be chosen by the noise level and is one number here too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Guidance-free training, with its β.
    GuidanceFree {
        /// Above 0.
        beta: f64,
    },
    /// Model guidance, with its w.
    ModelGuidance {
        /// Below 1.
        w: f64,
    },
}

impl Rule {
    /// Checks the number.
    ///
    /// # Errors
    /// If β is not above 0, or w not below 1, or one is not finite.
    pub fn validated(self) -> Result<Rule> {
        match self {
            Rule::GuidanceFree { beta } if !(beta.is_finite() && beta > 0.0) => {
                Err(Error::value("β of guidance-free training", beta, "a finite number above 0"))
            }
            Rule::ModelGuidance { w } if !(w.is_finite() && w < 1.0) => {
                Err(Error::value("w of model guidance", w, "a finite number below 1"))
            }
            rule => Ok(rule),
        }
    }

    /// γ of the ordinary guidance that is taught.
    ///
    /// # Errors
    /// As [`Rule::validated`].
    pub fn gamma(self) -> Result<Gamma> {
        match self.validated()? {
            Rule::GuidanceFree { beta } => Gamma::new(1.0 / beta),
            Rule::ModelGuidance { w } => Gamma::new(1.0 / (1.0 - w)),
        }
    }

    /// What of an answer is squared in the loss, and its derivative by the answer.
    pub(super) fn miss(self, answer: f64, null: f64, target: f64) -> (f64, f64) {
        match self {
            Rule::GuidanceFree { beta } => (beta * answer + (1.0 - beta) * null - target, beta),
            Rule::ModelGuidance { w } => (answer - target - w * (answer - null), 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where an answer comes to rest that follows minus the mean gradient of the loss, the target being one of two numbers.
    fn rest(rule: Rule, null: f64, targets: [f64; 2]) -> f64 {
        let mut answer = 0.0;
        for _ in 0..4_000 {
            let pull = targets.map(|target| {
                let (miss, slope) = rule.miss(answer, null, target);
                2.0 * miss * slope
            });
            answer -= 0.05 * 0.5 * (pull[0] + pull[1]);
        }
        answer
    }

    #[test]
    fn the_answer_comes_to_rest_at_ordinary_guidance_of_the_mean_target() {
        let (null, targets) = (-0.3, [0.2, 1.4]);
        for rule in [Rule::GuidanceFree { beta: 0.4 }, Rule::ModelGuidance { w: 0.6 }] {
            let gamma = rule.gamma().unwrap().value();
            assert!((gamma - 2.5).abs() < 1e-12, "{gamma}");
            let guided = |gamma: f64| null + gamma * (0.8 - null);
            let found = rest(rule, null, targets);
            assert!((found - guided(gamma)).abs() < 1e-9, "{rule:?}: {found}");
            // the twins: γ a little larger, and w = γ − 1 as in Ho & Salimans' convention
            assert!((found - guided(1.001 * gamma)).abs() > 1e-4);
            assert!((found - guided(1.0 + gamma)).abs() > 0.1);
        }
        for plain in [Rule::GuidanceFree { beta: 1.0 }, Rule::ModelGuidance { w: 0.0 }] {
            assert!((rest(plain, null, targets) - 0.8).abs() < 1e-9, "plain training");
        }
    }

    #[test]
    fn rules_without_a_scale_are_refused() {
        for rule in [
            Rule::GuidanceFree { beta: 0.0 },
            Rule::GuidanceFree { beta: f64::NAN },
            Rule::ModelGuidance { w: 1.0 },
            Rule::ModelGuidance { w: f64::NEG_INFINITY },
        ] {
            assert!(rule.gamma().is_err(), "{rule:?}");
        }
        assert!(Rule::ModelGuidance { w: -1.0 }.gamma().unwrap().value() == 0.5);
    }
}
