//! A guidance scale for each band of frequencies.

use super::denoiser::{Point, row_by_row};
use super::{About, Cost, Ends, Knob, Knobs, Method, Need, Parts, Plan, Range, Walks};
use crate::Result;
use ndarray::{Array1, ArrayView1, ArrayViewMut1};

/// Frequency-decoupled guidance.
///
/// ```text
/// D = D_u + γ_high·Δ + (γ_low − γ_high)·L·Δ,   Δ = D_c − D_u,   γ_high = γ,   γ_low = 1 + low·(γ − 1)
/// ```
///
/// L keeps the low band: of an image the means of blocks of 2 × 2 pixels (Haar's), of a point the first coordinate. It is a
/// projection, so on a Gaussian that it commutes with each band is guided by itself. low = 1 is ordinary guidance, γ = 1 is
/// conditional. In one dimension everything is low. Source: Sadat et al. 2025 (2506.19713), section 4, with a pyramid of one
/// level.
pub struct Bands;

/// L·Δ: the means of blocks of 2 × 2 pixels, smaller at an odd edge; without an image the first coordinate.
fn low(difference: ArrayView1<f64>, image: Option<(usize, usize)>) -> Array1<f64> {
    let mut low = Array1::zeros(difference.len());
    let Some((height, width)) = image else {
        low[0] = difference[0];
        return low;
    };
    for (row, column) in
        (0..height).step_by(2).flat_map(|r| (0..width).step_by(2).map(move |c| (r, c)))
    {
        let rows = row..height.min(row + 2);
        let block: Vec<usize> = rows
            .flat_map(|r| (column..width.min(column + 2)).map(move |c| r * width + c))
            .collect();
        let mean = block.iter().map(|i| difference[*i]).sum::<f64>() / block.len() as f64;
        block.into_iter().for_each(|i| low[i] = mean);
    }
    low
}

impl Method for Bands {
    fn about(&self) -> &'static About {
        &About {
            name: "frequency-decoupled",
            title: "frequency-decoupled guidance",
            formula: "D_u + γ_high·Δ_high + γ_low·Δ_low, Δ = D_c − D_u",
            source: "Sadat et al. 2025 (2506.19713)",
            needs: &[Need::Unconditional, Need::Conditional],
            knobs: &[
                Knob::GAMMA,
                Knob {
                    name: "low",
                    meaning: "the low band's share of γ − 1",
                    default: 0.5,
                    range: Range::Any,
                    neutral: Some(1.0),
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
        let (gamma, share, image) = (knobs.get("gamma"), knobs.get("low"), parts.image);
        let formula = move |point: Point, mut d: ArrayViewMut1<f64>| {
            let difference = &d - &point.unconditional;
            let low = low(difference.view(), image);
            d.assign(&point.unconditional);
            d.scaled_add(gamma, &difference);
            d.scaled_add((1.0 - share) * (1.0 - gamma), &low);
        };
        Ok(Plan::of(row_by_row(parts.pair(knobs.gamma()), formula)))
    }
}
