//! Attention in f32, an image and a head at a time, forward beside backward; [`super::formulas`] has the formulas.
//!
//! Vectors run along what lies in one piece: the queries where scores are formed and turned into weights, the columns of a head
//! where rows are mixed. So a row's sums run in one order, whatever else is in the block.

use crate::arch::arch;
use crate::nn::fast::panels::{copied, transpose};
use crate::nn::fast::silu::exp2;
use pulp::{Simd, WithSimd};
use std::f32::consts::LOG2_E;
use std::ops::Range;

/// Rows of numbers that begin `stride` apart.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub values: &'a [f32],
    pub stride: usize,
}

impl<'a> Rows<'a> {
    #[inline(always)]
    fn row(self, i: usize, columns: &Range<usize>) -> &'a [f32] {
        &self.values[i * self.stride..][columns.clone()]
    }
}

/// The sizes of an attention.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// m.
    pub queries: usize,
    /// n.
    pub keys: usize,
    pub heads: usize,
    /// w.
    pub width: usize,
}

impl Size {
    fn columns(self, head: usize) -> Range<usize> {
        let each = self.width / self.heads;
        head * each..(head + 1) * each
    }

    /// What the weights of all heads take: for each key a row, a number for each query, filled up to whole vectors.
    pub fn weights(self) -> usize {
        self.heads * self.keys * padded(self.queries)
    }
}

/// A length filled up to whole vectors of this machine.
pub fn padded(n: usize) -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::F32_LANES
        }
    }
    n.next_multiple_of(arch().dispatch(Lanes))
}

/// Room for the matrices of one head.
#[derive(Debug, Clone)]
pub struct Scratch([Vec<f32>; 4]);

impl Scratch {
    /// For attention of at most so many queries and keys.
    pub fn new(most: Size) -> Self {
        let (m, each) = (padded(most.queries.max(most.keys)), padded(most.width / most.heads));
        let matrix = || vec![0.0; m * each.max(m)];
        Scratch([matrix(), matrix(), matrix(), matrix()])
    }
}

/// out (m, w) ← softmax(q·kᵀ/√c)·v, the weights kept.
pub fn attend(
    size: Size,
    [q, k, v]: [Rows; 3],
    weights: &mut [f32],
    out: &mut [f32],
    scratch: &mut Scratch,
) {
    arch().dispatch(Attend { size, q, k, v, weights, out, scratch });
}

struct Attend<'a> {
    size: Size,
    q: Rows<'a>,
    k: Rows<'a>,
    v: Rows<'a>,
    weights: &'a mut [f32],
    out: &'a mut [f32],
    scratch: &'a mut Scratch,
}

impl WithSimd for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Size { queries: m, keys: n, heads, width } = self.size;
        let (each, lanes) = (width / heads, S::F32_LANES);
        let (across, deep) = (m.next_multiple_of(lanes), each.next_multiple_of(lanes));
        let scale = LOG2_E / (each as f32).sqrt();
        let [q_t, v, out, _] = &mut self.scratch.0;
        for (head, weights) in
            self.weights[..heads * n * across].chunks_exact_mut(n * across).enumerate()
        {
            let columns = self.size.columns(head);
            turn(self.q, m, &columns, (q_t, across));
            copy(self.v, n, &columns, (v, deep));
            let keys = (&self.k.values[columns.start..], self.k.stride);
            multiply::<S, false>(simd, keys, q_t, weights, (n, each, across));
            softmax(simd, weights, (across, scale));
            multiply::<S, true>(simd, (weights, across), v, out, (m, n, deep));
            put(out, deep, m, &columns, (self.out, width));
        }
    }
}

/// ∂L/∂q (m, w), ∂L/∂k and ∂L/∂v (n, w) from ∂L/∂out (m, w).
pub fn attend_back(
    size: Size,
    [q, k, v]: [Rows; 3],
    weights: &[f32],
    d_out: &[f32],
    d: &mut [Vec<f32>; 3],
    scratch: &mut Scratch,
) {
    let d_out = Rows { values: d_out, stride: size.width };
    arch().dispatch(AttendBack { size, q, k, v, weights, d_out, d, scratch });
}

struct AttendBack<'a> {
    size: Size,
    q: Rows<'a>,
    k: Rows<'a>,
    v: Rows<'a>,
    weights: &'a [f32],
    d_out: Rows<'a>,
    d: &'a mut [Vec<f32>; 3],
    scratch: &'a mut Scratch,
}

impl WithSimd for AttendBack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Size { queries: m, keys: n, heads, width } = self.size;
        let (each, lanes) = (width / heads, S::F32_LANES);
        let (across, deep) = (m.next_multiple_of(lanes), each.next_multiple_of(lanes));
        let scale = 1.0 / (each as f32).sqrt();
        let [turned, rows, d_s, out] = &mut self.scratch.0;
        let [d_q, d_k, d_v] = self.d;
        for (head, weights) in
            self.weights[..heads * n * across].chunks_exact(n * across).enumerate()
        {
            let columns = self.size.columns(head);
            copy(self.d_out, m, &columns, (rows, deep));
            multiply::<S, false>(simd, (weights, across), rows, out, (n, m, deep));
            put(out, deep, n, &columns, (d_v, width));
            turn(self.d_out, m, &columns, (turned, across));
            let values = (&self.v.values[columns.start..], self.v.stride);
            multiply::<S, false>(simd, values, turned, d_s, (n, each, across));
            softmax_back(simd, weights, &mut d_s[..n * across], (across, scale));
            copy(self.k, n, &columns, (rows, deep));
            multiply::<S, true>(simd, (d_s, across), rows, out, (m, n, deep));
            put(out, deep, m, &columns, (d_q, width));
            copy(self.q, m, &columns, (rows, deep));
            multiply::<S, false>(simd, (d_s, across), rows, out, (n, m, deep));
            put(out, deep, n, &columns, (d_k, width));
        }
    }
}

/// Rows of a head into its columns.
#[inline(always)]
fn put(
    from: &[f32],
    row: usize,
    n: usize,
    columns: &Range<usize>,
    (to, width): (&mut [f32], usize),
) {
    for (from, to) in from.chunks_exact(row).zip(to.chunks_exact_mut(width)).take(n) {
        copied(&from[..columns.len()], &mut to[columns.clone()]);
    }
}

/// Some columns of rows, each filled up with zeros.
#[inline(always)]
fn copy(rows: Rows, n: usize, columns: &Range<usize>, (to, row): (&mut [f32], usize)) {
    for (i, to) in to.chunks_exact_mut(row).take(n).enumerate() {
        let (whole, rest) = to.split_at_mut(columns.len());
        copied(rows.row(i, columns), whole);
        rest.fill(0.0);
    }
}

/// Their transpose, each row filled up with zeros.
#[inline(always)]
fn turn(rows: Rows, n: usize, columns: &Range<usize>, (to, row): (&mut [f32], usize)) {
    if row > n {
        to[..columns.len() * row].fill(0.0);
    }
    transpose((&rows.values[columns.start..], rows.stride), (to, row), n, columns.len());
}

/// c ← a·b for c (m, across), b (k, across) and a (m, k) whose rows begin so far apart, across in whole vectors; with `TURNED`
/// the transpose of a stands there.
#[inline(always)]
fn multiply<S: Simd, const TURNED: bool>(
    simd: S,
    a: (&[f32], usize),
    b: &[f32],
    c: &mut [f32],
    (m, k, across): (usize, usize, usize),
) {
    let b = &b[..k * across];
    let mut i = 0;
    while i < m {
        i += match m - i {
            8.. => rows::<S, 8, TURNED>(simd, a, b, c, (i, k, across)),
            4.. => rows::<S, 4, TURNED>(simd, a, b, c, (i, k, across)),
            _ => rows::<S, 1, TURNED>(simd, a, b, c, (i, k, across)),
        }
    }
}

/// R rows of a product from row i on; returns R.
#[inline(always)]
fn rows<S: Simd, const R: usize, const TURNED: bool>(
    simd: S,
    (a, apart): (&[f32], usize),
    b: &[f32],
    c: &mut [f32],
    (i, k, across): (usize, usize, usize),
) -> usize {
    let (b, _) = S::as_simd_f32s(b);
    let (c, _) = S::as_mut_simd_f32s(c);
    let vectors = across / S::F32_LANES;
    // bounds are looked at once for each row, or each column
    let row = |r: usize| if TURNED { &[] } else { &a[(i + r) * apart..][..k] };
    let rows: [&[f32]; R] = std::array::from_fn(row);
    for v in 0..vectors {
        let mut sums = [simd.splat_f32s(0.0); R];
        for p in 0..k {
            let b = b[p * vectors + v];
            let column = if TURNED { &a[p * apart + i..][..R] } else { &[] };
            for (r, sum) in sums.iter_mut().enumerate() {
                let a = if TURNED { column[r] } else { rows[r][p] };
                *sum = simd.mul_add_e_f32s(simd.splat_f32s(a), b, *sum);
            }
        }
        for (r, sum) in sums.iter().enumerate() {
            c[(i + r) * vectors + v] = *sum;
        }
    }
    R
}

/// 2^(scale·s)/Σ 2^(scale·s) down each column.
#[inline(always)]
fn softmax<S: Simd>(simd: S, scores: &mut [f32], (across, scale): (usize, f32)) {
    let (scores, _) = S::as_mut_simd_f32s(scores);
    let (vectors, scale) = (across / S::F32_LANES, simd.splat_f32s(scale));
    for v in 0..vectors {
        let column = || (v..).step_by(vectors);
        let n = scores.len() / vectors;
        let mut top = scores[v];
        for at in column().take(n) {
            top = simd.max_f32s(top, scores[at]);
        }
        let mut sum = simd.splat_f32s(0.0);
        for at in column().take(n) {
            [scores[at]] = exp2(simd, [simd.mul_f32s(scale, simd.sub_f32s(scores[at], top))]);
            sum = simd.add_f32s(sum, scores[at]);
        }
        let part = simd.div_f32s(simd.splat_f32s(1.0), sum);
        for at in column().take(n) {
            scores[at] = simd.mul_f32s(scores[at], part);
        }
    }
}

/// d_s ← scale·a ⊙ (d_a − Σ a ⊙ d_a), the sum down each column; d_a stands in `d_s`.
#[inline(always)]
fn softmax_back<S: Simd>(simd: S, a: &[f32], d_s: &mut [f32], (across, scale): (usize, f32)) {
    let (a, _) = S::as_simd_f32s(a);
    let (d_s, _) = S::as_mut_simd_f32s(d_s);
    let (vectors, scale) = (across / S::F32_LANES, simd.splat_f32s(scale));
    let n = a.len() / vectors;
    for v in 0..vectors {
        let column = || (v..).step_by(vectors).take(n);
        let mut mean = simd.splat_f32s(0.0);
        for at in column() {
            mean = simd.mul_add_e_f32s(a[at], d_s[at], mean);
        }
        for at in column() {
            let d = simd.mul_f32s(a[at], simd.sub_f32s(d_s[at], mean));
            d_s[at] = simd.mul_f32s(d, scale);
        }
    }
}
