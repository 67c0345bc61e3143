//! The matrix products of the networks, in the machine's widest registers.
//!
//! Written once over [`pulp`]'s vectors, of whatever width the machine has, and without `unsafe`: `pulp` compiles the same
//! code for AVX-512, AVX2, NEON and for no vectors at all, and chooses when the program runs. A tile of the result stays in
//! registers while the depth runs by. A general library packs its operands before it multiplies; for these networks that pays
//! only where the rows of a matrix lie far apart, so only such matrices are copied close together first.

use crate::arch::arch;
use pulp::{Arch, Simd, WithSimd};
use std::cell::RefCell;

/// A matrix inside a slice, to be read: element (r, p) is `data[r·row + p·column]`.
#[derive(Clone, Copy)]
pub struct Left<'a> {
    /// The elements.
    pub data: &'a [f32],
    /// The way from one row to the next.
    pub row: usize,
    /// The way from one column to the next; with `row` = 1 the matrix is read transposed. One of the two must be 1.
    pub column: usize,
}

/// The sizes of a product: (rows, depth)·(depth, columns) → (rows, columns).
#[derive(Clone, Copy)]
pub struct Size {
    /// Rows of the result.
    pub rows: usize,
    /// Terms of each sum.
    pub depth: usize,
    /// Columns of the result.
    pub columns: usize,
}

/// out ← a·b, or with `ADD` out ← out + a·b. `b` and `out` are (slice, way from one row to the next).
///
/// The sum over the depth runs in order for every element, so a row of the result does not depend on how many rows
/// there are.
///
/// # Panics
/// If a slice is too short.
pub fn product<const ADD: bool>(
    a: Left,
    (b, b_row): (&[f32], usize),
    (out, out_row): (&mut [f32], usize),
    size: Size,
) {
    product_on::<ADD>(arch(), a, (b, b_row), (out, out_row), size);
}

fn product_on<const ADD: bool>(
    arch: Arch,
    a: Left,
    (b, b_row): (&[f32], usize),
    (out, out_row): (&mut [f32], usize),
    size: Size,
) {
    assert!(a.row == 1 || a.column == 1, "rows or columns without gaps");
    thread_local! {
        static COPIES: RefCell<[Vec<f32>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
    }
    if size.rows > 0 && size.columns > 0 {
        COPIES.with_borrow_mut(|[tiles, panel]| {
            arch.dispatch(Product::<ADD> { a, b, b_row, out, out_row, size, tiles, panel });
        });
    }
}

/// From this way between two rows on, what a tile reads is copied close together first: rows that lie a power of two apart
/// push each other out of the cache.
const FAR: usize = 256;

struct Product<'a, 'b, const ADD: bool> {
    a: Left<'a>,
    b: &'a [f32],
    b_row: usize,
    out: &'b mut [f32],
    out_row: usize,
    size: Size,
    tiles: &'b mut Vec<f32>, // a, tile by tile
    panel: &'b mut Vec<f32>, // some columns of b
}

impl<const ADD: bool> WithSimd for Product<'_, '_, ADD> {
    type Output = ();

    /// The largest tile that the registers hold beside a row of b and an element of a.
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if S::F32_LANES == 1 {
            self.run::<S, 4, 8>(simd);
        } else if S::REGISTER_COUNT >= 32 {
            self.run::<S, 8, 2>(simd);
        } else {
            self.run::<S, 4, 2>(simd);
        }
    }
}

impl<const ADD: bool> Product<'_, '_, ADD> {
    /// Tiles of R rows and V vectors, then what is left of the columns by single vectors, the last one not full.
    #[inline(always)]
    fn run<S: Simd, const R: usize, const V: usize>(&mut self, simd: S) {
        let (wide, columns) = (V * S::F32_LANES, self.size.columns);
        if self.a.column >= FAR {
            self.copy_tiles::<R>();
        }
        let mut c = 0;
        while c + wide <= columns {
            self.strip::<S, R, V, true>(simd, c, wide);
            c += wide;
        }
        while c < columns {
            let n = S::F32_LANES.min(columns - c);
            if n == S::F32_LANES {
                self.strip::<S, R, 1, true>(simd, c, n);
            } else {
                self.strip::<S, R, 1, false>(simd, c, n);
            }
            c += n;
        }
    }

    /// Copies the transposed a so that what whole tiles of R rows read lies in one piece each: (rows/R, depth, R).
    #[inline(always)]
    fn copy_tiles<const R: usize>(&mut self) {
        let Size { rows, depth, .. } = self.size;
        self.tiles.resize(rows / R * depth * R, 0.0);
        for (p, column) in self.a.data.chunks(self.a.column).take(depth).enumerate() {
            for (tile, values) in column[..rows].chunks_exact(R).enumerate() {
                self.tiles[(tile * depth + p) * R..][..R].copy_from_slice(values);
            }
        }
    }

    /// All rows of the columns c … c + n.
    #[inline(always)]
    fn strip<S: Simd, const R: usize, const V: usize, const FULL: bool>(
        &mut self,
        simd: S,
        c: usize,
        n: usize,
    ) {
        let wide = V * S::F32_LANES;
        if self.b_row >= FAR {
            self.panel.resize(self.size.depth * wide, 0.0);
            let from = self.b[c.min(self.b.len())..].chunks(self.b_row);
            for (to, from) in self.panel.chunks_exact_mut(wide).zip(from) {
                to[..n].copy_from_slice(&from[..n]);
            }
        }
        let mut r = 0;
        while r + R <= self.size.rows {
            self.tile::<S, R, V, FULL>(simd, r, c, n);
            r += R;
        }
        while r < self.size.rows {
            self.tile::<S, 1, V, FULL>(simd, r, c, n);
            r += 1;
        }
    }

    /// One tile, held in registers while the depth runs by.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const V: usize, const FULL: bool>(
        &mut self,
        simd: S,
        r: usize,
        c: usize,
        n: usize,
    ) {
        let depth = self.size.depth;
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        let b = if self.b_row >= FAR {
            self.panel.chunks(V * S::F32_LANES)
        } else {
            self.b[c.min(self.b.len())..].chunks(self.b_row)
        };
        if self.a.column == 1 {
            let rows: [&[f32]; R] =
                std::array::from_fn(|i| &self.a.data[(r + i) * self.a.row..][..depth]);
            for (p, b) in (0..depth).zip(b) {
                let b = load::<S, V, FULL>(simd, b, n);
                for i in 0..R {
                    add_scaled(simd, &mut sums[i], rows[i][p], &b);
                }
            }
        } else {
            let columns = if self.a.column >= FAR && R > 1 {
                self.tiles[r * depth..].chunks(R)
            } else {
                self.a.data.get(r..).unwrap_or_default().chunks(self.a.column)
            };
            for (a, b) in columns.zip(b).take(depth) {
                let b = load::<S, V, FULL>(simd, b, n);
                let a: &[f32; R] = a[..R].try_into().expect("R elements");
                for i in 0..R {
                    add_scaled(simd, &mut sums[i], a[i], &b);
                }
            }
        }
        for (i, mut sums) in sums.into_iter().enumerate() {
            let out = &mut self.out[(r + i) * self.out_row + c..][..n];
            if ADD {
                let before = load::<S, V, FULL>(simd, out, n);
                for v in 0..V {
                    sums[v] = simd.add_f32s(before[v], sums[v]);
                }
            }
            if FULL {
                S::as_mut_simd_f32s(out).0.copy_from_slice(&sums);
            } else {
                simd.partial_store_f32s(out, sums[0]);
            }
        }
    }
}

/// The first n = V·lanes elements of a row, or with `FULL` = false the first n < lanes and zeros.
#[inline(always)]
fn load<S: Simd, const V: usize, const FULL: bool>(simd: S, row: &[f32], n: usize) -> [S::f32s; V] {
    if FULL {
        let (vectors, _) = S::as_simd_f32s(&row[..V * S::F32_LANES]);
        let mut all = [simd.splat_f32s(0.0); V];
        all.copy_from_slice(vectors);
        all
    } else {
        [simd.partial_load_f32s(&row[..n]); V]
    }
}

/// sums ← sums + s·b.
#[inline(always)]
fn add_scaled<S: Simd, const V: usize>(simd: S, sums: &mut [S::f32s; V], s: f32, b: &[S::f32s; V]) {
    let s = simd.splat_f32s(s);
    for v in 0..V {
        sums[v] = simd.mul_add_e_f32s(s, b[v], sums[v]);
    }
}

/// bᵀ (columns, rows) of b (rows, columns), into a slice with a given way from one row to the next.
///
/// # Panics
/// If a slice is too short.
pub fn transpose(b: &[f32], (out, out_row): (&mut [f32], usize), rows: usize, columns: usize) {
    const SIDE: usize = 8; // squares that registers hold
    let (whole_rows, whole_columns) = (rows - rows % SIDE, columns - columns % SIDE);
    for r in (0..whole_rows).step_by(SIDE) {
        for c in (0..whole_columns).step_by(SIDE) {
            let square: [&[f32; SIDE]; SIDE] = std::array::from_fn(|i| {
                b[(r + i) * columns + c..][..SIDE].try_into().expect("SIDE elements")
            });
            for j in 0..SIDE {
                let to = &mut out[(c + j) * out_row + r..][..SIDE];
                to.copy_from_slice(&std::array::from_fn::<f32, SIDE, _>(|i| square[i][j]));
            }
        }
    }
    for i in 0..rows {
        let from = if i < whole_rows { whole_columns } else { 0 };
        for j in from..columns {
            out[j * out_row + i] = b[i * columns + j];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919 + seed * 104_729) % 1013) as f32 / 506.5 - 1.0).collect()
    }

    /// Every instruction set that this machine has.
    fn every_arch() -> Vec<Arch> {
        let mut all = vec![Arch::Scalar, Arch::new()];
        #[cfg(target_arch = "x86_64")]
        all.extend(pulp::x86::V3::try_new().map(Arch::V3));
        all
    }

    const SIZES: [(usize, usize, usize); 9] = [
        (1, 1, 1),
        (4, 3, 16),
        (5, 7, 17),
        (64, 34, 64),
        (34, 64, 2),
        (3, 0, 5),
        (13, 9, 50),
        (8, 5, 95),
        (270, 7, 300),
    ];

    #[test]
    fn the_product_is_the_sum_of_products_for_any_size_on_every_kernel() {
        for arch in every_arch() {
            for (rows, depth, columns) in SIZES {
                let (a, b) = (numbers(rows * depth, 1), numbers(depth * (columns + 3), 2));
                for left in [
                    Left { data: &a, row: depth, column: 1 },
                    Left { data: &a, row: 1, column: rows },
                ] {
                    let before = numbers(rows * (columns + 1), 3);
                    let (mut added, mut set) = (before.clone(), before.clone());
                    let size = Size { rows, depth, columns };
                    let b_at = (&b[..], columns + 3);
                    product_on::<true>(arch, left, b_at, (&mut added, columns + 1), size);
                    product_on::<false>(arch, left, b_at, (&mut set, columns + 1), size);
                    for (i, was) in before.iter().enumerate() {
                        let (r, c) = (i / (columns + 1), i % (columns + 1));
                        if c == columns {
                            assert_eq!((added[i], set[i]), (*was, *was), "beside the result");
                            continue;
                        }
                        let term = |p: usize| {
                            f64::from(a[r * left.row + p * left.column])
                                * f64::from(b[p * (columns + 3) + c])
                        };
                        let exact = (0..depth).map(term).sum::<f64>();
                        let place = format!("{rows} × {depth} × {columns} at ({r}, {c})");
                        assert!((f64::from(set[i]) - exact).abs() < 1e-5, "{place}");
                        assert!(
                            (f64::from(added[i]) - f64::from(*was) - exact).abs() < 1e-5,
                            "{place}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_transpose_swaps_rows_and_columns_and_leaves_the_gaps() {
        for (rows, columns) in [(1, 1), (8, 16), (5, 19), (34, 9)] {
            let b = numbers(rows * columns, 1);
            let mut out = vec![7.0; columns * (rows + 2)];
            transpose(&b, (&mut out, rows + 2), rows, columns);
            for (i, value) in out.iter().enumerate() {
                let (c, r) = (i / (rows + 2), i % (rows + 2));
                assert_eq!(*value, if r < rows { b[r * columns + c] } else { 7.0 });
            }
        }
    }

    #[test]
    fn a_row_of_the_product_has_the_same_bits_in_any_number_of_rows() {
        let (depth, columns) = (37, 21);
        let (a, b) = (numbers(19 * depth, 4), numbers(depth * columns, 5));
        let product_of = |rows: usize| {
            let mut out = vec![0.0; rows * columns];
            let left = Left { data: &a, row: depth, column: 1 };
            let size = Size { rows, depth, columns };
            product::<true>(left, (&b, columns), (&mut out, columns), size);
            out
        };
        assert_eq!(product_of(19)[..columns * 5], product_of(5)[..]);
    }
}
