//! What is done to tokens between the products, in f32, row by row: each step beside its derivative.
//!
//! The rows of a token lie one after the other, w numbers each, and those of an image together; what products read and write
//! lies in panels, of which a row is taken at a time.

use super::formulas::LEAST_VARIANCE;
use crate::arch::wide;
use crate::nn::fast::panels::Panels;

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
    pub fn enter(&mut self, h: &[f32], m: Modulation, tokens: usize, a: &mut Panels) {
        let w = m.width;
        let rows = h.chunks_exact(w).zip(self.normal.chunks_exact_mut(w)).zip(&mut self.slopes);
        let mut line = vec![0.0; w];
        wide(
            #[inline(always)]
            || {
                for (r, ((h, normal), slope)) in rows.enumerate() {
                    let mean = sum(h, |v, _| v, h) / w as f32;
                    normal.iter_mut().zip(h).for_each(|(n, h)| *n = h - mean);
                    let variance = sum(normal, |v, _| v * v, normal) / w as f32;
                    *slope = 1.0 / (variance + LEAST_VARIANCE as f32).sqrt();
                    normal.iter_mut().for_each(|n| *n *= *slope);
                    let (shift, scale) = (m.part(r / tokens, 0), m.part(r / tokens, 1));
                    let told = normal.iter().zip(scale).zip(shift);
                    line.iter_mut()
                        .zip(told)
                        .for_each(|(a, ((n, scale), shift))| *a = n * (1.0 + scale) + shift);
                    a.set(r, 0, &line);
                }
            },
        );
    }

    /// Adds ∂L/∂h by way of a to `d_h`, and leaves d_shift and d_scale.
    pub fn enter_back(
        &self,
        m: Modulation,
        tokens: usize,
        d_a: &Panels,
        d_h: &mut [f32],
        mut d_m: DModulation,
    ) {
        let w = m.width;
        let rows = d_h.chunks_exact_mut(w).zip(self.normal.chunks_exact(w)).zip(&self.slopes);
        let mut line = vec![0.0; w];
        wide(
            #[inline(always)]
            || {
                for (r, ((d_h, normal), slope)) in rows.enumerate() {
                    let (image, d) = (r / tokens, &mut line[..]);
                    d_a.get(r, d);
                    add(d_m.part(image, 0), d);
                    let told = d_m.part(image, 1).iter_mut().zip(&*d).zip(normal);
                    told.for_each(|((d_scale, d), n)| *d_scale += d * n);
                    let scale = m.part(image, 1);
                    d.iter_mut().zip(scale).for_each(|(d, scale)| *d *= 1.0 + scale); // ∂L/∂normal from here on
                    let mean = sum(d, |d, _| d, d) / w as f32;
                    let along = sum(d, |d, n| d * n, normal) / w as f32;
                    let to = d_h.iter_mut().zip(&*d).zip(normal);
                    to.for_each(|((d_h, d), n)| *d_h += slope * (d - mean - n * along));
                }
            },
        );
    }
}

/// h ← h + gate ⊙ F, where so many rows of h share a row of F.
pub fn leave(h: &mut [f32], m: Modulation, tokens: usize, (result, share): (&Panels, usize)) {
    let mut line = vec![0.0; m.width];
    wide(
        #[inline(always)]
        || {
            for (r, h) in h.chunks_exact_mut(m.width).enumerate() {
                result.get(r / share, &mut line);
                let gated = line.iter().zip(m.part(r / tokens, 2));
                h.iter_mut().zip(gated).for_each(|(h, (f, gate))| *h += gate * f);
            }
        },
    );
}

/// d_F ← gate ⊙ d_h, and d_gate.
pub fn leave_back(
    d_h: &[f32],
    m: Modulation,
    tokens: usize,
    result: &Panels,
    d_result: &mut Panels,
    mut d_m: DModulation,
) {
    let mut line = vec![0.0; m.width];
    wide(
        #[inline(always)]
        || {
            for (r, d_h) in d_h.chunks_exact(m.width).enumerate() {
                result.get(r, &mut line);
                let d_gate = d_m.part(r / tokens, 2).iter_mut().zip(d_h).zip(&line);
                d_gate.for_each(|((d_gate, d_h), f)| *d_gate += d_h * f);
                let gate = m.part(r / tokens, 2).iter().zip(d_h);
                line.iter_mut().zip(gate).for_each(|(d_f, (gate, d_h))| *d_f = gate * d_h);
                d_result.set(r, 0, &line);
            }
        },
    );
}

/// The rows of a table that each word adds up.
pub fn gather(table: &[f32], rows: &[[Option<usize>; 2]], width: usize, out: &mut [f32]) {
    for (out, rows) in out.chunks_exact_mut(width).zip(rows) {
        out.fill(0.0);
        for row in rows.iter().flatten() {
            add(out, &table[row * width..]);
        }
    }
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
