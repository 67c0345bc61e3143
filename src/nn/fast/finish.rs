//! What is done to a panel of a product before the next one, while it is in the nearest caches.
//!
//! Not after each tile: a chain of steps such as SiLU's waits for itself at every beginning, and a panel has one where tiles
//! would have twenty.

use super::silu::{silu, silu_bend};
use pulp::Simd;

/// The last step of a product: `rows` are those of a panel, V vectors each, `panel` is its number, and `at` its place in
/// matrices of the result's shape.
pub(in crate::nn) trait Finish {
    fn finish<S: Simd, const V: usize>(
        &mut self,
        simd: S,
        panel: usize,
        at: usize,
        rows: &mut [S::f32s],
    );
}

/// Nothing.
pub(in crate::nn) struct Nothing;

impl Finish for Nothing {
    #[inline(always)]
    fn finish<S: Simd, const V: usize>(&mut self, _: S, _: usize, _: usize, _: &mut [S::f32s]) {}
}

/// z + b. The bias is filled up with zeros to whole panels.
pub(in crate::nn) struct Biased<'a>(pub &'a [f32]);

impl Finish for Biased<'_> {
    #[inline(always)]
    fn finish<S: Simd, const V: usize>(
        &mut self,
        simd: S,
        panel: usize,
        _: usize,
        rows: &mut [S::f32s],
    ) {
        let bias = part::<S>(self.0, panel * V * S::F32_LANES, V);
        for row in rows.chunks_exact_mut(V) {
            for v in 0..V {
                row[v] = simd.add_f32s(row[v], bias[v]);
            }
        }
    }
}

/// silu(z + b), plus what stands in `passing` (a residual layer's input) unless it is empty; the derivative of silu goes
/// to `slopes` unless it is empty.
pub(in crate::nn) struct Activated<'a> {
    pub bias: &'a [f32],
    pub passing: &'a [f32],
    pub slopes: &'a mut [f32],
}

impl Finish for Activated<'_> {
    #[inline(always)]
    fn finish<S: Simd, const V: usize>(
        &mut self,
        simd: S,
        panel: usize,
        at: usize,
        rows: &mut [S::f32s],
    ) {
        let n = rows.len();
        let bias = part::<S>(self.bias, panel * V * S::F32_LANES, V);
        if self.slopes.is_empty() {
            for (i, z) in rows.as_chunks_mut().0.iter_mut().enumerate() {
                *z = silu(simd, plus::<S, V>(simd, z, bias, i)).0;
            }
        } else {
            let slopes = part_mut::<S>(self.slopes, at, n).as_chunks_mut().0;
            for (i, (z, slopes)) in rows.as_chunks_mut().0.iter_mut().zip(slopes).enumerate() {
                (*z, *slopes) = silu(simd, plus::<S, V>(simd, z, bias, i));
            }
        }
        if !self.passing.is_empty() {
            let passing = part::<S>(self.passing, at, n);
            for (row, passing) in rows.chunks_exact_mut(V).zip(passing.chunks_exact(V)) {
                for v in 0..V {
                    row[v] = simd.add_f32s(row[v], passing[v]);
                }
            }
        }
    }
}

/// ∂L/∂h·silu'(z), which is ∂L/∂z.
pub(in crate::nn) struct Sloped<'a> {
    pub slopes: &'a [f32],
    pub passing: Passing<'a>,
}

/// What becomes of ∂L/∂h itself, which in a residual network also passes by the layer.
pub(in crate::nn) enum Passing<'a> {
    /// It is not needed.
    No,
    /// It is kept for the layer before.
    Kept(&'a mut [f32]),
    /// It is added to what came from the layer above, and kept.
    Added(&'a mut [f32]),
}

impl Finish for Sloped<'_> {
    #[inline(always)]
    fn finish<S: Simd, const V: usize>(
        &mut self,
        simd: S,
        _: usize,
        at: usize,
        rows: &mut [S::f32s],
    ) {
        let n = rows.len();
        match &mut self.passing {
            Passing::No => (),
            Passing::Kept(d_h) => {
                let d_h = part_mut::<S>(d_h, at, n);
                for (row, d_h) in rows.chunks_exact(V).zip(d_h.chunks_exact_mut(V)) {
                    d_h.copy_from_slice(row);
                }
            }
            Passing::Added(d_h) => {
                let d_h = part_mut::<S>(d_h, at, n);
                for (row, d_h) in rows.chunks_exact_mut(V).zip(d_h.chunks_exact_mut(V)) {
                    for v in 0..V {
                        row[v] = simd.add_f32s(row[v], d_h[v]);
                        d_h[v] = row[v];
                    }
                }
            }
        }
        let slopes = part::<S>(self.slopes, at, n);
        for (row, slopes) in rows.chunks_exact_mut(V).zip(slopes.chunks_exact(V)) {
            for v in 0..V {
                row[v] = simd.mul_f32s(row[v], slopes[v]);
            }
        }
    }
}

/// silu(z + b); its first and second derivatives go to `slopes` and `bends`.
pub(in crate::nn) struct Curved<'a> {
    pub bias: &'a [f32],
    pub slopes: &'a mut [f32],
    pub bends: &'a mut [f32],
}

impl Finish for Curved<'_> {
    #[inline(always)]
    fn finish<S: Simd, const V: usize>(
        &mut self,
        simd: S,
        panel: usize,
        at: usize,
        rows: &mut [S::f32s],
    ) {
        let n = rows.len();
        let bias = part::<S>(self.bias, panel * V * S::F32_LANES, V);
        let slopes = part_mut::<S>(self.slopes, at, n).as_chunks_mut().0;
        let bends = part_mut::<S>(self.bends, at, n).as_chunks_mut().0;
        let all = rows.as_chunks_mut().0.iter_mut().zip(slopes.iter_mut().zip(bends));
        for (i, (z, (slopes, bends))) in all.enumerate() {
            [*z, *slopes, *bends] = silu_bend(simd, plus::<S, V>(simd, z, bias, i));
        }
    }
}

/// G·silu'(z), G being what is there; `bends` is multiplied by G.
pub(in crate::nn) struct Turned<'a> {
    pub slopes: &'a [f32],
    pub bends: &'a mut [f32],
}

impl Finish for Turned<'_> {
    #[inline(always)]
    fn finish<S: Simd, const V: usize>(
        &mut self,
        simd: S,
        _: usize,
        at: usize,
        rows: &mut [S::f32s],
    ) {
        let n = rows.len();
        let slopes = part::<S>(self.slopes, at, n);
        let bends = part_mut::<S>(self.bends, at, n);
        for (g, (slope, bend)) in rows.iter_mut().zip(slopes.iter().zip(bends)) {
            *bend = simd.mul_f32s(*bend, *g);
            *g = simd.mul_f32s(*g, *slope);
        }
    }
}

/// ż·silu'(z), ż being what is there; ż·bends goes to `owed`.
pub(in crate::nn) struct Moved<'a> {
    pub slopes: &'a [f32],
    pub bends: &'a [f32],
    pub owed: &'a mut [f32],
}

impl Finish for Moved<'_> {
    #[inline(always)]
    fn finish<S: Simd, const V: usize>(
        &mut self,
        simd: S,
        _: usize,
        at: usize,
        rows: &mut [S::f32s],
    ) {
        let n = rows.len();
        let known = part::<S>(self.slopes, at, n).iter().zip(part::<S>(self.bends, at, n));
        let owed = part_mut::<S>(self.owed, at, n);
        for (z, (owed, (slope, bend))) in rows.iter_mut().zip(owed.iter_mut().zip(known)) {
            *owed = simd.mul_f32s(*bend, *z);
            *z = simd.mul_f32s(*z, *slope);
        }
    }
}

/// Q·silu'(z) + owed, Q being what is there.
pub(in crate::nn) struct Bent<'a> {
    pub slopes: &'a [f32],
    pub owed: &'a [f32],
}

impl Finish for Bent<'_> {
    #[inline(always)]
    fn finish<S: Simd, const V: usize>(
        &mut self,
        simd: S,
        _: usize,
        at: usize,
        rows: &mut [S::f32s],
    ) {
        let n = rows.len();
        let known = part::<S>(self.slopes, at, n).iter().zip(part::<S>(self.owed, at, n));
        for (q, (slope, owed)) in rows.iter_mut().zip(known) {
            *q = simd.mul_add_e_f32s(*q, *slope, *owed);
        }
    }
}

/// Vectors whose activations are taken together. Rows come in fours, so that any panel holds a multiple.
pub(super) const TOGETHER: usize = 4;

/// z + b, z being the vectors number i·[`TOGETHER`] and on of a panel whose rows are V vectors each.
#[inline(always)]
pub(super) fn plus<S: Simd, const V: usize>(
    simd: S,
    z: &[S::f32s; TOGETHER],
    bias: &[S::f32s],
    i: usize,
) -> [S::f32s; TOGETHER] {
    let mut sum = *z;
    for (k, z) in sum.iter_mut().enumerate() {
        *z = simd.add_f32s(*z, bias[(i * TOGETHER + k) % V]);
    }
    sum
}

/// n vectors from a place on.
#[inline(always)]
pub(super) fn part<S: Simd>(all: &[f32], at: usize, n: usize) -> &[S::f32s] {
    S::as_simd_f32s(&all[at..][..n * S::F32_LANES]).0
}

/// As [`part`], to write.
#[inline(always)]
pub(super) fn part_mut<S: Simd>(all: &mut [f32], at: usize, n: usize) -> &mut [S::f32s] {
    S::as_mut_simd_f32s(&mut all[at..][..n * S::F32_LANES]).0
}
