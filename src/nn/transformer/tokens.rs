//! What is done to tokens between the products, in f32, row by row: each step beside its derivative.
//!
//! The rows of a token lie one after the other, w numbers each, and those of an image together.

use super::formulas::LEAST_VARIANCE;
use crate::arch::wide;

/// Shift, scale and gate of a branch for every image of a block, as the noise level has them.
#[derive(Clone, Copy)]
pub struct Modulation<'a> {
    /// A row for each image.
    pub values: &'a [f32],
    /// Numbers in such a row.
    pub columns: usize,
    /// Where the branch's shift stands in it; scale and gate follow.
    pub at: usize,
    /// w.
    pub width: usize,
}

impl<'a> Modulation<'a> {
    fn part(self, image: usize, k: usize) -> &'a [f32] {
        &self.values[image * self.columns + self.at + k * self.width..][..self.width]
    }
}

/// ∂L/∂(shift, scale, gate), in a matrix like that of a [`Modulation`].
pub struct DModulation<'a> {
    pub values: &'a mut [f32],
    pub columns: usize,
    pub at: usize,
    pub width: usize,
}

impl DModulation<'_> {
    fn part(&mut self, image: usize, k: usize) -> &mut [f32] {
        &mut self.values[image * self.columns + self.at + k * self.width..][..self.width]
    }
}

/// What a branch sees, and what its derivative needs.
#[derive(Debug, Clone)]
pub struct Seen {
    /// (h − mean h)/s (rows, w).
    pub normal: Vec<f32>,
    /// 1/s of each row.
    pub slopes: Vec<f32>,
}

impl Seen {
    pub fn zeros(rows: usize, width: usize) -> Self {
        Seen { normal: vec![0.0; rows * width], slopes: vec![0.0; rows] }
    }

    /// a ← normalise(h) ⊙ (1 + scale) + shift.
    pub fn enter(&mut self, h: &[f32], m: Modulation, tokens: usize, a: &mut [f32]) {
        let w = m.width;
        let rows =
            h.chunks_exact(w).zip(self.normal.chunks_exact_mut(w)).zip(a.chunks_exact_mut(w));
        wide(
            #[inline(always)]
            || {
                for (r, ((h, normal), a)) in rows.enumerate() {
                    let (shift, scale) = (m.part(r / tokens, 0), m.part(r / tokens, 1));
                    let mean = sum(h, |v, _| v, h) / w as f32;
                    for i in 0..w {
                        normal[i] = h[i] - mean;
                    }
                    let variance = sum(normal, |v, _| v * v, normal) / w as f32;
                    let slope = 1.0 / (variance + LEAST_VARIANCE as f32).sqrt();
                    self.slopes[r] = slope;
                    for i in 0..w {
                        normal[i] *= slope;
                        a[i] = normal[i] * (1.0 + scale[i]) + shift[i];
                    }
                }
            },
        );
    }

    /// Adds ∂L/∂h by way of a to `d_h`, and leaves d_shift and d_scale; `d_a` is used up.
    pub fn enter_back(
        &self,
        m: Modulation,
        tokens: usize,
        d_a: &mut [f32],
        d_h: &mut [f32],
        mut d_m: DModulation,
    ) {
        let w = m.width;
        wide(
            #[inline(always)]
            || {
                for (r, (d_a, d_h)) in
                    d_a.chunks_exact_mut(w).zip(d_h.chunks_exact_mut(w)).enumerate()
                {
                    let (image, normal) = (r / tokens, &self.normal[r * w..][..w]);
                    add(d_m.part(image, 0), d_a);
                    let d_scale = d_m.part(image, 1);
                    for i in 0..w {
                        d_scale[i] += d_a[i] * normal[i];
                    }
                    let scale = m.part(image, 1);
                    for i in 0..w {
                        d_a[i] *= 1.0 + scale[i]; // ∂L/∂normal from here on
                    }
                    let mean = sum(d_a, |d, _| d, d_a) / w as f32;
                    let along = sum(d_a, |d, n| d * n, normal) / w as f32;
                    for i in 0..w {
                        d_h[i] += self.slopes[r] * (d_a[i] - mean - normal[i] * along);
                    }
                }
            },
        );
    }
}

/// h ← h + gate ⊙ F.
pub fn leave(h: &mut [f32], m: Modulation, tokens: usize, result: &[f32]) {
    let w = m.width;
    wide(
        #[inline(always)]
        || {
            for (r, (h, f)) in h.chunks_exact_mut(w).zip(result.chunks_exact(w)).enumerate() {
                let gate = m.part(r / tokens, 2);
                for i in 0..w {
                    h[i] += gate[i] * f[i];
                }
            }
        },
    );
}

/// d_F ← gate ⊙ d_h, and d_gate.
pub fn leave_back(
    d_h: &[f32],
    m: Modulation,
    tokens: usize,
    result: &[f32],
    d_result: &mut [f32],
    mut d_m: DModulation,
) {
    let w = m.width;
    let rows = d_h.chunks_exact(w).zip(result.chunks_exact(w)).zip(d_result.chunks_exact_mut(w));
    wide(
        #[inline(always)]
        || {
            for (r, ((d_h, f), d_f)) in rows.enumerate() {
                let (gate, d_gate) = (m.part(r / tokens, 2), d_m.part(r / tokens, 2));
                for i in 0..w {
                    d_gate[i] += d_h[i] * f[i];
                    d_f[i] = gate[i] * d_h[i];
                }
            }
        },
    );
}

/// to ← to + from, as far as both go.
#[inline(always)]
pub fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

/// Σᵢ f(aᵢ, bᵢ), in eight sums side by side, so that the additions need not wait for each other.
#[inline(always)]
fn sum(a: &[f32], f: impl Fn(f32, f32) -> f32, b: &[f32]) -> f32 {
    const SIDE: usize = 8;
    let (a8, b8) = (a.chunks_exact(SIDE), b.chunks_exact(SIDE));
    let rest: f32 = a8.remainder().iter().zip(b8.remainder()).map(|(a, b)| f(*a, *b)).sum();
    let mut sums = [0.0; SIDE];
    for (a, b) in a8.zip(b8) {
        for i in 0..SIDE {
            sums[i] += f(a[i], b[i]);
        }
    }
    sums.iter().sum::<f32>() + rest
}
