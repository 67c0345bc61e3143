//! Products of matrices in panels, a tile at a time.

use super::finish::{Activated, Finish, part_mut};
use super::panels::Panels;
use super::tile::{
    Products, ProductsDown, REST, Tiled, in_large_tiles, on, products_down, put_whole,
};
use crate::arch::arch;
use pulp::{Arch, Simd};
use std::ops::Range;

/// out ← finish(a·b), for the panels of `b` and of `out` with the given numbers, from the first `depth` columns of `a` and
/// rows of `b`.
///
/// The sum over the depth runs in order for every element, so a row of the result does not depend on how many rows there
/// are, nor on the tile that it falls in.
///
/// # Panics
/// If the shapes do not fit, or the rows are not a multiple of four.
pub(in crate::nn) fn product(
    a: &Panels,
    b: &Panels,
    depth: usize,
    out: (&mut Panels, Range<usize>),
    finish: impl Finish,
) {
    product_on(arch(), a, b, depth, out, finish);
}

pub(super) fn product_on<F: Finish>(
    arch: Arch,
    a: &Panels,
    b: &Panels,
    depth: usize,
    (out, panels): (&mut Panels, Range<usize>),
    finish: F,
) {
    assert!(depth <= a.columns && depth <= b.rows && a.rows == out.rows, "shapes that fit");
    assert!(a.rows.is_multiple_of(REST), "whole tiles");
    on(arch, Product { a, b, depth, out, panels, finish });
}

/// Terms of a sum that are added before the next tile has its turn, so that their part of a panel of b stays in the
/// nearest cache for all rows.
const DEEP: usize = 256;

struct Product<'a, F> {
    a: &'a Panels,
    b: &'a Panels,
    depth: usize,
    out: &'a mut Panels,
    panels: Range<usize>,
    finish: F,
}

impl<F: Finish> Tiled for Product<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const R: usize, const REST: usize, const V: usize>(mut self, simd: S) {
        let (rows, depth) = (self.a.rows, self.depth);
        let large = in_large_tiles::<R>(rows);
        for j in self.panels.clone() {
            let mut from = 0;
            loop {
                let to = depth.min(from + DEEP);
                for r in (0..large).step_by(R) {
                    self.tile::<S, R, V>(simd, r, j, from..to);
                }
                for r in (large..rows).step_by(REST) {
                    self.tile::<S, REST, V>(simd, r, j, from..to);
                }
                from = to;
                if from == depth {
                    break;
                }
            }
            let at = j * rows * V * S::F32_LANES;
            let out = part_mut::<S>(self.out.data_mut(), at, rows * V);
            self.finish.finish::<S, V>(simd, j, at, out);
        }
    }
}

impl<F: Finish> Product<'_, F> {
    /// Adds the terms of `depth` to the tile at row r of panel j.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        r: usize,
        j: usize,
        depth: Range<usize>,
    ) {
        let width = V * S::F32_LANES;
        let at = (j * self.out.rows + r) * width;
        let next = self.a.rows * width;
        let n = R * width;
        simd.vectorize(Products::<R, V> {
            add: depth.start > 0,
            a: &self.a.data()[depth.start / width * next + r * width..],
            next,
            b: &self.b.panel(j)[depth.start * width..depth.end * width],
            out: &mut self.out.data_mut()[at..][..n],
        });
    }
}

/// Leaves, or with `ADD` adds, d_W = hᵀ·d_z in `out`, which lies row by row.
///
/// # Panics
/// If the shapes do not fit.
pub(in crate::nn) fn weight_gradient<const ADD: bool>(h: &Panels, d_z: &Panels, out: &mut [f32]) {
    weight_gradient_on::<ADD>(arch(), h, d_z, out);
}

pub(super) fn weight_gradient_on<const ADD: bool>(
    arch: Arch,
    h: &Panels,
    d_z: &Panels,
    out: &mut [f32],
) {
    assert!(h.rows == d_z.rows && out.len() == h.columns * d_z.columns, "shapes that fit");
    on(arch, WeightGradient::<ADD> { h, d_z, out });
}

struct WeightGradient<'a, const ADD: bool> {
    h: &'a Panels,
    d_z: &'a Panels,
    out: &'a mut [f32],
}

impl<const ADD: bool> Tiled for WeightGradient<'_, ADD> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const R: usize, const REST: usize, const V: usize>(mut self, simd: S) {
        let width = V * S::F32_LANES;
        let large = in_large_tiles::<R>(width);
        // the rows of the result that a panel of h gives are written from left to right
        for panel in 0..self.h.count() {
            let rows = width.min(self.h.columns - panel * width);
            for j in 0..self.d_z.count() {
                for i in (0..large.min(rows)).step_by(R) {
                    self.tile::<S, R, V>(simd, (panel, i), j, rows);
                }
                for i in (large..rows).step_by(REST) {
                    self.tile::<S, REST, V>(simd, (panel, i), j, rows);
                }
            }
        }
    }
}

impl<const ADD: bool> WeightGradient<'_, ADD> {
    /// The tile of rows i … of a panel of h, of which there are `rows`, and of panel j of d_z.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        (panel, i): (usize, usize),
        j: usize,
        rows: usize,
    ) {
        let (width, columns) = (V * S::F32_LANES, self.d_z.columns);
        let (a, b) = (self.h.panel(panel), self.d_z.panel(j));
        let n = width.min(columns - j * width);
        let out = &mut self.out[(panel * width + i) * columns + j * width..];
        if n == width && rows - i >= R {
            simd.vectorize(ProductsDown::<R, V, ADD> { a, from: i, b, out, next: columns });
        } else {
            let sums = products_down::<S, R, V>(simd, a, i, b);
            for (sums, out) in sums.iter().zip(out.chunks_mut(columns)).take(rows - i) {
                put::<S, V, ADD>(simd, sums, &mut out[..n]);
            }
        }
    }
}

/// As [`put_whole`], for a row that may be shorter.
#[inline(always)]
fn put<S: Simd, const V: usize, const ADD: bool>(simd: S, sums: &[S::f32s; V], row: &mut [f32]) {
    if row.len() == V * S::F32_LANES {
        return put_whole::<S, V, ADD>(simd, *sums, row);
    }
    for (sum, out) in sums.iter().zip(row.chunks_mut(S::F32_LANES)) {
        let before = if ADD { simd.partial_load_f32s(out) } else { simd.splat_f32s(0.0) };
        simd.partial_store_f32s(out, simd.add_f32s(before, *sum));
    }
}

/// Leaves, or with `ADD` adds, the sums of the columns, which is d_b from d_z.
///
/// # Panics
/// If `out` has another length than a row.
pub(in crate::nn) fn column_sums<const ADD: bool>(d_z: &Panels, out: &mut [f32]) {
    assert_eq!(out.len(), d_z.columns, "a sum for each column");
    on(arch(), ColumnSums::<ADD> { d_z, out });
}

struct ColumnSums<'a, const ADD: bool> {
    d_z: &'a Panels,
    out: &'a mut [f32],
}

impl<const ADD: bool> Tiled for ColumnSums<'_, ADD> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const R: usize, const REST: usize, const V: usize>(self, simd: S) {
        let width = V * S::F32_LANES;
        for (j, out) in self.out.chunks_mut(width).enumerate() {
            let mut sums = [[simd.splat_f32s(0.0); V]; REST]; // side by side: they need not wait for each other
            let (rows, _) = S::as_simd_f32s(self.d_z.panel(j));
            for rows in rows.chunks_exact(REST * V) {
                for i in 0..REST {
                    for v in 0..V {
                        sums[i][v] = simd.add_f32s(sums[i][v], rows[i * V + v]);
                    }
                }
            }
            let mut all = sums[0];
            for sums in &sums[1..] {
                for v in 0..V {
                    all[v] = simd.add_f32s(all[v], sums[v]);
                }
            }
            put::<S, V, ADD>(simd, &all, out);
        }
    }
}

/// out ← silu(z + bias), and `slopes` ← silu'(z + bias) unless it is empty. The bias is filled up with zeros to whole panels.
///
/// # Panics
/// If the shapes do not fit.
pub(in crate::nn) fn activate(z: &Panels, bias: &[f32], out: &mut Panels, slopes: &mut [f32]) {
    assert_eq!((z.rows, z.columns), (out.rows, out.columns), "shapes that fit");
    on(arch(), Activate { z, bias, out, slopes });
}

struct Activate<'a> {
    z: &'a Panels,
    bias: &'a [f32],
    out: &'a mut Panels,
    slopes: &'a mut [f32],
}

impl Tiled for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const R: usize, const REST: usize, const V: usize>(self, simd: S) {
        for j in 0..self.z.count() {
            let at = j * self.z.rows * V * S::F32_LANES;
            let (z, out) = (self.z.panel(j), self.out.panel_mut(j));
            out.copy_from_slice(z);
            let (bias, slopes) = (self.bias, &mut *self.slopes);
            Activated { bias, passing: &[], slopes }.finish::<S, V>(
                simd,
                j,
                at,
                S::as_mut_simd_f32s(out).0,
            );
        }
    }
}
