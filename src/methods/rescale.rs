//! Guided predictions brought back to the size of what they were made of.

use super::denoiser::{Denoiser, Point, row_by_row};
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::Result;
use ndarray::{Array1, ArrayView1, ArrayView2, ArrayViewMut1};
use std::sync::Arc;

/// Rescaled guidance: the predicted noise gets the spread of the conditional one back.
///
/// ```text
/// ε = φ·ε_γ·std(ε_c)/std(ε_γ) + (1 − φ)·ε_γ,   std over the coordinates of a point, ε = (x − α·D)/σ
/// ```
///
/// φ = 0 is ordinary guidance, γ = 1 is conditional. A spread of coordinates needs two of them; where that of ε_γ is 0, ε_γ
/// stays. A shift and a scaling of the data go through it, a rotation does not.
/// Source: Lin et al. 2023 (2305.08891), eq. 15 and 16.
pub struct Rescale;

/// The standard deviation of the coordinates of a point.
fn spread(point: &Array1<f64>) -> f64 {
    point.std(0.0)
}

impl Method for Rescale {
    fn about(&self) -> &'static About {
        &About {
            name: "rescale",
            title: "rescaled guidance",
            formula: "ε = φ·ε_γ·std(ε_c)/std(ε_γ) + (1 − φ)·ε_γ",
            source: "Lin et al. 2023 (2305.08891), eq. 15 and 16",
            needs: &[Need::Unconditional, Need::Conditional, Need::Coordinates],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "phi",
                    meaning: "φ, how much is rescaled",
                    default: 0.7,
                    range: Range::Between(0.0, 1.0),
                    neutral: Some(0.0),
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
        let (gamma, phi) = (knobs.get("gamma"), knobs.get("phi"));
        let formula = move |point: Point, mut d: ArrayViewMut1<f64>| {
            let Point { x, unconditional, level } = point;
            let eps = |d: ArrayView1<f64>| (&x - &(&d * level.alpha)) / level.sigma;
            let (c, u) = (eps(d.view()), eps(unconditional));
            let guided = &u + &((&c - &u) * gamma);
            let (wanted, found) = (spread(&c), spread(&guided));
            let factor = if found > 0.0 { wanted / found } else { 1.0 };
            let eps = guided * (phi * factor + 1.0 - phi);
            d.assign(&((&x - &(eps * level.sigma)) / level.alpha));
        };
        Ok(Plan::of(row_by_row(parts.pair(knobs.gamma()), formula)))
    }
}

/// Dynamic thresholding: denoised points are brought back into the range of the data.
///
/// ```text
/// D ← clip(D_γ, −s, s)·b/s,   s = max(b, the p-quantile of |D_γ| over the coordinates of a point)
/// ```
///
/// Where no coordinate's quantile is outside ±b it is ordinary guidance, as it is for b = ∞. It knows the data's range and
/// axes: neither a shift nor a rotation goes through. Source: Saharia et al. 2022 (2205.11487), section 2.3, where b is 1.
pub struct DynamicThreshold;

/// The p-quantile of |v|, linear between the sorted values.
fn quantile(point: ArrayView1<f64>, p: f64) -> f64 {
    let mut sizes: Vec<f64> = point.iter().map(|v| v.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let at = p * (sizes.len() - 1) as f64;
    let (below, above) = (sizes[at.floor() as usize], sizes[at.ceil() as usize]);
    below + at.fract() * (above - below)
}

impl Method for DynamicThreshold {
    fn about(&self) -> &'static About {
        &About {
            name: "dynamic-threshold",
            title: "dynamic thresholding",
            formula: "clip(D_γ, −s, s)·b/s, s = max(b, p-quantile of |D_γ|)",
            source: "Saharia et al. 2022 (2205.11487), section 2.3",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "bound",
                    meaning: "b, the largest coordinate of the data",
                    default: 1.0,
                    range: Range::Above(0.0),
                    neutral: Some(f64::INFINITY),
                },
                Knob {
                    name: "percentile",
                    meaning: "p, from 0 to 1",
                    default: 0.995,
                    range: Range::Between(0.0, 1.0),
                    neutral: Some(0.995),
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
        let (bound, p) = (knobs.get("bound"), knobs.get("percentile"));
        let guided = parts.guided(knobs.gamma());
        let dim = guided.dim();
        let denoised = move |x: ArrayView2<f64>, level| {
            let mut d = guided.denoised(x, level);
            for mut row in d.outer_iter_mut() {
                let s = quantile(row.view(), p).max(bound);
                if s > bound {
                    row.mapv_inplace(|v| v.clamp(-s, s) * (bound / s));
                } else {
                    row.mapv_inplace(|v| v.clamp(-s, s));
                }
            }
            d
        };
        Ok(Plan::of(Arc::new(Denoiser { dim, denoised })))
    }
}
