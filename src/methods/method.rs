//! What a method of guidance is.

use super::{Knob, Knobs, Need, Parts, Plan};
use crate::Result;
use serde::Serialize;
use std::fmt;

/// Which sampler a method walks with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Walks {
    /// With any: it is a formula in (x, noise level), or a wrapper.
    Any,
    /// With a step of its own, DDIM with η = 0 where its knobs are neutral.
    Ddim,
    /// As particles that interact, DDIM with η = 1 where its knobs are neutral.
    Particles,
}

impl Walks {
    /// Which sampler it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Walks::Any => "with any sampler",
            Walks::Ddim => "with a step of its own, whatever the sampler",
            Walks::Particles => "as particles that interact, whatever the sampler",
        }
    }
}

/// Where a method is a known score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ends {
    /// Unconditional at γ = 0, with its default knobs.
    pub zero: bool,
    /// Conditional at γ = 1, with its default knobs.
    pub one: bool,
    /// Ordinary guidance at every γ, with its neutral knobs.
    pub neutral: bool,
}

/// The description of a method; tables, help and the checks of knobs and parts are made from it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct About {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// What it is called in its paper.
    pub title: &'static str,
    /// Its formula.
    pub formula: &'static str,
    /// Its paper.
    pub source: &'static str,
    /// What it cannot do without.
    pub needs: &'static [Need],
    /// What can be set.
    pub knobs: &'static [Knob],
    /// The sampler.
    pub walks: Walks,
    /// Where it is a known score.
    pub ends: Ends,
}

/// Evaluations of scores, classifiers' gradients and densities that one point takes in one step of a sampler that asks once:
/// the least and the most over all steps of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// In the cheapest step.
    pub least: usize,
    /// In the most expensive step.
    pub most: usize,
}

impl Cost {
    /// The same in every step.
    pub const fn always(n: usize) -> Cost {
        Cost { least: n, most: n }
    }

    /// Of s_u + γ·(s_c − s_u), which asks for one score where γ is 0 or 1.
    pub fn guided(gamma: f64) -> Cost {
        Cost::always(if gamma == 0.0 || gamma == 1.0 { 1 } else { 2 })
    }
}

impl fmt::Display for Cost {
    /// `2`, or `1–2` where steps differ.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.least == self.most {
            true => write!(f, "{}", self.most),
            false => write!(f, "{}–{}", self.least, self.most),
        }
    }
}

/// A method of guidance: an entry of [`METHODS`](super::METHODS).
pub trait Method: Send + Sync {
    /// Its description.
    fn about(&self) -> &'static About;

    /// What it costs with these knobs.
    fn cost(&self, knobs: &Knobs) -> Cost;

    /// Whether the further conditions of [`Parts::also`] make a difference.
    fn takes_also(&self) -> bool {
        false
    }

    /// The plan of a walk, of parts in which nothing is missing.
    ///
    /// # Errors
    /// If knobs contradict each other.
    ///
    /// # Panics
    /// If a part is missing; call [`build`] instead.
    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan>;
}

/// The plan of a walk by this method.
///
/// # Errors
/// If a part is missing that it needs, or knobs contradict each other.
pub fn build(method: &dyn Method, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
    parts.check(method.about())?;
    method.plan(parts, knobs)
}
