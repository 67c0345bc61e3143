//! Guidance with the unconditional velocity scaled to fit the conditional one.

use super::denoiser::{Point, along, row_by_row};
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::Result;
use ndarray::ArrayViewMut1;

/// CFG-Zero*.
///
/// ```text
/// v = s*·v_u + γ·(v_c − s*·v_u),   s* = ⟨v_c, v_u⟩/|v_u|²,   v = (x − (α + σ)·D)/σ
/// ```
///
/// v is the velocity ε − x₀ of the straight-line flow through the same point, whatever the process. The scale counts by the
/// share p, 1 + p·(s* − 1), and v is 0 where σ/α is above `zero-above`: the paper's zero-init. p = 0 and ∞ are ordinary
/// guidance. In one dimension s*·v_u is v_c, and so is v for every γ. v has x₀ in it: a shift of the data does not go through.
/// Source: Fan et al. 2025 (2503.18886), section 4.
pub struct ZeroStar;

impl Method for ZeroStar {
    fn about(&self) -> &'static About {
        &About {
            name: "zero-star",
            title: "CFG-Zero*",
            formula: "v = s*·v_u + γ·(v_c − s*·v_u), s* = ⟨v_c, v_u⟩/|v_u|²",
            source: "Fan et al. 2025 (2503.18886)",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "share",
                    meaning: "p, by which s* counts, 1 + p·(s* − 1)",
                    default: 1.0,
                    range: Range::Between(0.0, 1.0),
                    neutral: Some(0.0),
                },
                Knob {
                    name: "zero-above",
                    meaning: "σ/α above which the velocity is 0",
                    default: f64::INFINITY,
                    range: Range::Above(0.0),
                    neutral: Some(f64::INFINITY),
                },
            ],
            walks: Walks::Any,
            ends: Ends { zero: false, one: true, neutral: true },
        }
    }

    fn cost(&self, _: &Knobs) -> Cost {
        Cost::always(2)
    }

    fn plan(&self, parts: &Parts, knobs: &Knobs) -> Result<Plan> {
        let [gamma, share, above] = ["gamma", "share", "zero-above"].map(|knob| knobs.get(knob));
        let formula = move |point: Point, mut d: ArrayViewMut1<f64>| {
            let Point { x, unconditional, level } = point;
            let sum = level.alpha + level.sigma;
            if level.ratio() > above {
                d.assign(&(&x / sum));
                return;
            }
            let v_c = (&x - &(&d * sum)) / level.sigma;
            let v_u = (&x - &(&unconditional * sum)) / level.sigma;
            let u = &v_u * (1.0 + share * (along(v_c.view(), v_u.view()) - 1.0));
            let v = &u + &((v_c - &u) * gamma);
            d.assign(&((&x - &(v * level.sigma)) / sum));
        };
        Ok(Plan::of(row_by_row(parts.pair(knobs.gamma()), formula)))
    }
}
