//! The matrix product of the networks, and how it finds the machine's widest registers.
//!
//! Plain loops over slices, written so that the compiler keeps a tile of the result in registers; `pulp` compiles them a
//! second time for AVX2 with fused multiply-add and chooses at run time. A general library packs its operands before it
//! multiplies; at the sizes of these networks (64 rows, 64 columns) that costs more than the product itself.

use pulp::Arch;
use std::sync::OnceLock;

/// Columns of a tile.
const COLUMNS: usize = 16;
/// Rows of a tile.
const ROWS: usize = 4;

/// The machine's instruction set, asked once.
pub fn arch() -> Arch {
    static ARCH: OnceLock<Arch> = OnceLock::new();
    *ARCH.get_or_init(Arch::new)
}

/// A matrix of `rows` × `depth` inside a slice: element (r, p) is `data[r·row + p·column]`.
#[derive(Clone, Copy)]
pub struct Left<'a> {
    /// The elements.
    pub data: &'a [f32],
    /// The way from one row to the next.
    pub row: usize,
    /// The way from one column to the next; with `row` = 1 the matrix is read transposed. One of the two must be 1.
    pub column: usize,
}

/// out ← out + a·b, with a (rows, depth), b (depth, columns) and out (rows, columns), the latter two row by row.
///
/// The sum over the depth runs in order for every element, so a row of the result does not depend on how many rows
/// there are.
///
/// # Panics
/// If a slice is too short.
pub fn add_product(a: Left, b: &[f32], out: &mut [f32], rows: usize, depth: usize, columns: usize) {
    assert!(
        b.len() >= depth * columns && out.len() >= rows * columns,
        "matrices of the stated sizes"
    );
    assert!(a.row == 1 || a.column == 1, "rows or columns without gaps");
    match arch() {
        Arch::Scalar => blocks::<false>(a, b, out, rows, depth, columns),
        wide => wide.dispatch(
            #[inline(always)]
            || blocks::<true>(a, b, out, rows, depth, columns),
        ),
    }
}

/// s·x + y, fused where the machine has the instruction: as a library call it would be very slow.
#[inline(always)]
fn multiply_add<const FUSED: bool>(s: f32, x: f32, y: f32) -> f32 {
    if FUSED { s.mul_add(x, y) } else { s * x + y }
}

#[inline(always)]
fn blocks<const FUSED: bool>(
    a: Left,
    b: &[f32],
    out: &mut [f32],
    rows: usize,
    depth: usize,
    columns: usize,
) {
    let mut r = 0;
    while r < rows {
        let high = rows - r >= ROWS;
        let mut c = 0;
        while c < columns {
            let wide = columns - c >= COLUMNS;
            let at = Tile { row: r, column: c, depth, columns };
            match (high, wide) {
                (true, true) => tile::<FUSED, ROWS, COLUMNS>(a, b, out, at),
                (false, true) => tile::<FUSED, 1, COLUMNS>(a, b, out, at),
                (true, false) => tile::<FUSED, ROWS, 1>(a, b, out, at),
                (false, false) => tile::<FUSED, 1, 1>(a, b, out, at),
            }
            c += if wide { COLUMNS } else { 1 };
        }
        r += if high { ROWS } else { 1 };
    }
}

/// Where a tile of the result lies.
#[derive(Clone, Copy)]
struct Tile {
    row: usize,
    column: usize,
    depth: usize,
    columns: usize,
}

/// One tile of R × C elements, held in registers while the depth runs by.
#[inline(always)]
fn tile<const FUSED: bool, const R: usize, const C: usize>(
    a: Left,
    b: &[f32],
    out: &mut [f32],
    at: Tile,
) {
    let mut sums = [[0.0f32; C]; R];
    let b = b[..at.depth * at.columns].chunks_exact(at.columns).map(|b| {
        let b: &[f32; C] = b[at.column..at.column + C].try_into().expect("C elements");
        b
    });
    if a.column == 1 {
        let rows: [&[f32]; R] =
            std::array::from_fn(|r| &a.data[(at.row + r) * a.row..][..at.depth]);
        for (p, b) in b.enumerate() {
            add_outer::<FUSED, R, C>(&mut sums, std::array::from_fn(|r| rows[r][p]), b);
        }
    } else {
        for (p, b) in b.enumerate() {
            let column = &a.data[at.row + p * a.column..][..R];
            add_outer::<FUSED, R, C>(&mut sums, std::array::from_fn(|r| column[r]), b);
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        let out = &mut out[(at.row + r) * at.columns + at.column..][..C];
        out.iter_mut().zip(sums).for_each(|(o, s)| *o += s);
    }
}

/// sums ← sums + s·bᵀ.
#[inline(always)]
fn add_outer<const FUSED: bool, const R: usize, const C: usize>(
    sums: &mut [[f32; C]; R],
    s: [f32; R],
    b: &[f32; C],
) {
    for r in 0..R {
        for c in 0..C {
            sums[r][c] = multiply_add::<FUSED>(s[r], b[c], sums[r][c]);
        }
    }
}

/// bᵀ (columns, rows) of b (rows, columns), into `out`.
pub fn transpose(b: &[f32], out: &mut [f32], rows: usize, columns: usize) {
    for (r, row) in b.chunks_exact(columns).enumerate() {
        for (c, v) in row.iter().enumerate() {
            out[c * rows + r] = *v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919 + seed * 104_729) % 1013) as f32 / 506.5 - 1.0).collect()
    }

    #[test]
    fn the_product_is_the_sum_of_products_for_any_size_and_both_ways_of_reading() {
        for (rows, depth, columns) in
            [(1, 1, 1), (4, 3, 16), (5, 7, 17), (64, 34, 64), (34, 64, 2), (3, 0, 5)]
        {
            let (a, b) = (numbers(rows * depth, 1), numbers(depth * columns, 2));
            for left in
                [Left { data: &a, row: depth, column: 1 }, Left { data: &a, row: 1, column: rows }]
            {
                let mut out = numbers(rows * columns, 3);
                let before = out.clone();
                add_product(left, &b, &mut out, rows, depth, columns);
                for r in 0..rows {
                    for c in 0..columns {
                        let term = |p: usize| {
                            a[r * left.row + p * left.column] as f64 * b[p * columns + c] as f64
                        };
                        let exact =
                            before[r * columns + c] as f64 + (0..depth).map(term).sum::<f64>();
                        let miss = (out[r * columns + c] as f64 - exact).abs();
                        assert!(miss < 1e-5, "{rows} × {depth} × {columns} at ({r}, {c}): {miss}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_of_the_product_has_the_same_bits_in_any_number_of_rows() {
        let (depth, columns) = (37, 21);
        let (a, b) = (numbers(9 * depth, 4), numbers(depth * columns, 5));
        let product = |rows: usize| {
            let mut out = vec![0.0; rows * columns];
            add_product(
                Left { data: &a, row: depth, column: 1 },
                &b,
                &mut out,
                rows,
                depth,
                columns,
            );
            out
        };
        assert_eq!(product(9)[..columns * 5], product(5)[..]);
    }
}
