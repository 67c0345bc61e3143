//! Equations in the roles' colours.

use crate::plot::{Role, Text};

/// A term of an equation, in the colour of its role.
pub(crate) type Term = (Role, Text);

/// left = first + second, with signs in the colour of the text.
pub(crate) fn sum(left: Term, terms: [Term; 2]) -> Vec<Term> {
    let [first, second] = terms;
    let sign = |s: &'static str| (Role::Neutral, Text::new(s, s));
    vec![left, sign("  =  "), first, sign("  +  "), second]
}

/// ∇log p_t(x ∣ y) = ∇log p_t(x) + ∇log p(y ∣ x_t); at another γ than 1 the guided score on the left.
pub(crate) fn bayes_rule(gamma: f64) -> Vec<Term> {
    let (left, push) = match gamma {
        1.0 => ("∇log p_t(x ∣ y)", "∇log p(y ∣ x_t)".to_string()),
        g => ("s_γ", format!("{g} ∇log p(y ∣ x_t)")),
    };
    let score = (Role::Unconditional, "∇log p_t(x)".into());
    sum((Role::Guided, left.into()), [score, (Role::Likelihood, push.into())])
}

/// s_γ = ∇log p_t(x) + γ∇log p(y ∣ x_t), and what is said after it.
pub(crate) fn guided_sum(after: impl Into<Text>) -> Vec<Term> {
    let score = (Role::Unconditional, "∇log p_t(x)".into());
    let push = (Role::Likelihood, "γ ∇log p(y ∣ x_t)".into());
    let mut terms = sum((Role::Guided, "s_γ".into()), [score, push]);
    terms.push((Role::Neutral, after.into()));
    terms
}
