//! γ as a function of the noise level.

use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::guidance::Scheduled;
use crate::{Error, Result};
use std::f64::consts::PI;
use std::sync::Arc;

/// A schedule of γ, [`Scheduled`].
///
/// ```text
/// γ(σ/α) = 1 + (γ − 1)·w(u)^power,   u = ln((σ/α)/first) / ln(last/first), from 0 to 1
/// ```
///
/// u is 0 at the level `first` and below it, where the data are, and 1 at `last` and above it. A power of 0 is
/// [`ClassifierFree`](super::ClassifierFree). Source: Wang et al. 2024 (2404.13040), section 3, with their time put into
/// log σ/α, so that a schedule means the same under every process; the β-shape is that of Malarz et al. 2025 (2502.10574).
pub struct Schedule {
    about: &'static About,
    /// w, from u in [0, 1] to [0, 1].
    shape: fn(f64) -> f64,
}

const fn knob(name: &'static str, meaning: &'static str, default: f64, neutral: f64) -> Knob {
    Knob { name, meaning, default, range: Range::Above(0.0), neutral: Some(neutral) }
}

const KNOBS: [Knob; 4] = [
    Knob::GAMMA,
    Knob {
        name: "power",
        meaning: "how steep the schedule is",
        default: 1.0,
        range: Range::Between(0.0, 100.0),
        neutral: Some(0.0),
    },
    knob("first", "σ/α at the end towards the data", 0.01, 0.01),
    knob("last", "σ/α at the end towards noise", 10.0, 10.0),
];

const fn about(name: &'static str, title: &'static str, formula: &'static str) -> About {
    About {
        name,
        title,
        formula,
        source: "Wang et al. 2024 (2404.13040)",
        needs: &[Need::Unconditional, Need::Conditional],
        knobs: &KNOBS,
        walks: Walks::Any,
        ends: Ends { zero: false, one: true, neutral: true },
    }
}

const LINEAR_ABOUT: About =
    about("linear", "a linear schedule", "s_u + γ(u)·(s_c − s_u), w = 1 − u");
const COSINE_ABOUT: About =
    about("cosine", "a cosine schedule", "s_u + γ(u)·(s_c − s_u), w = (1 + cos πu)/2");
const BETA_ABOUT: About = About {
    source: "Malarz et al. 2025 (2502.10574)",
    ..about("beta", "a β-schedule", "s_u + γ(u)·(s_c − s_u), w = 4u(1 − u)")
};

/// More guidance towards the data: w = 1 − u.
pub const LINEAR: Schedule = Schedule { about: &LINEAR_ABOUT, shape: |u| 1.0 - u };
/// More guidance towards the data, level at both ends: w = (1 + cos πu)/2.
pub const COSINE: Schedule =
    Schedule { about: &COSINE_ABOUT, shape: |u| 0.5 * (1.0 + (PI * u).cos()) };
/// More guidance in the middle: w = 4u(1 − u), a power of which is a β-density up to a factor.
pub const BETA: Schedule = Schedule { about: &BETA_ABOUT, shape: |u| 4.0 * u * (1.0 - u) };

impl Method for Schedule {
    fn about(&self) -> &'static About {
        self.about
    }

    fn cost(&self, knobs: &Knobs) -> Cost {
        match (knobs.get("gamma"), knobs.get("power")) {
            (1.0, _) => Cost::always(1),
            (gamma, 0.0) => Cost::guided(gamma),
            _ => Cost { least: 1, most: 2 },
        }
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let [first, last] = ["first", "last"].map(|end| knobs.get(end));
        if first >= last {
            let what = format!("first, of the method {},", self.about.name);
            return Err(Error::value(what, first, format!("below last, which is {last}")));
        }
        let [first, last] = [first, last].map(f64::ln);
        let (gamma, power, shape) = (knobs.get("gamma"), knobs.get("power"), self.shape);
        let gamma = move |ratio: f64| {
            let u = ((ratio.ln() - first) / (last - first)).clamp(0.0, 1.0);
            1.0 + (gamma - 1.0) * shape(u).max(0.0).powf(power)
        };
        let (main, guiding) = (parts.conditional(), parts.unconditional());
        Ok(Plan::of(Arc::new(Scheduled { main, guiding, gamma })))
    }
}
