//! Matrices cut into panels of columns, each as wide as a tile of a product.

use super::tile::panel_width;
use crate::arch::arch;
use pulp::Arch;
use std::ops::Range;

/// A matrix (rows, columns) panel by panel: columns 0 … P, then P … 2P, each (rows, P) row by row.
///
/// What a tile reads and writes thus lies in one piece, whichever of the two factors or the result the matrix is. The last
/// panel is filled up with zeros, and the first starts where a line of the cache does.
#[derive(Debug)]
pub struct Panels {
    pub rows: usize,
    pub columns: usize,
    /// P.
    pub width: usize,
    data: Vec<f32>,
    start: usize,
    len: usize, // kept, for a tile takes no longer than a few divisions
}

/// Numbers in a line of the cache.
const LINE: usize = 16;

impl Panels {
    /// Zeros, in panels for the kernel in use.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Panels::zeros_for(arch(), rows, columns)
    }

    pub fn zeros_for(arch: Arch, rows: usize, columns: usize) -> Self {
        let width = panel_width(arch);
        let len = rows * columns.next_multiple_of(width);
        let data = vec![0.0; len + LINE];
        let start = data.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        Panels { rows, columns, width, data, start, len }
    }

    /// The number of panels.
    #[inline]
    pub fn count(&self) -> usize {
        self.columns.div_ceil(self.width)
    }

    /// All elements, panel by panel.
    #[inline]
    pub fn data(&self) -> &[f32] {
        &self.data[self.start..][..self.len]
    }

    /// As [`Panels::data`], to write.
    #[inline]
    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data[self.start..][..self.len]
    }

    /// The matrix and the numbers of all its panels, for a product that fills it.
    pub fn whole(&mut self) -> (&mut Self, Range<usize>) {
        let panels = 0..self.count();
        (self, panels)
    }

    /// Panel j: (rows, P).
    #[inline(always)]
    pub fn panel(&self, j: usize) -> &[f32] {
        let size = self.rows * self.width;
        &self.data()[j * size..][..size]
    }

    /// As [`Panels::panel`], to write.
    #[inline(always)]
    pub fn panel_mut(&mut self, j: usize) -> &mut [f32] {
        let size = self.rows * self.width;
        &mut self.data_mut()[j * size..][..size]
    }

    /// Puts numbers into a row, from a column on.
    #[inline(always)]
    pub fn set(&mut self, row: usize, mut column: usize, mut values: &[f32]) {
        while !values.is_empty() {
            let (j, c) = (column / self.width, column % self.width);
            let n = values.len().min(self.width - c);
            let to = row * self.width + c;
            copied(&values[..n], &mut self.panel_mut(j)[to..][..n]);
            (column, values) = (column + n, &values[n..]);
        }
    }

    /// Reads a row, or as many of its columns as `values` holds.
    #[inline(always)]
    pub fn get(&self, row: usize, values: &mut [f32]) {
        for (j, values) in values.chunks_mut(self.width).enumerate() {
            copied(&self.panel(j)[row * self.width..][..values.len()], values);
        }
    }

    /// Reads the matrix from rows that lie one after the other, `row` apart.
    pub fn pack(&mut self, from: &[f32], row: usize) {
        let (width, columns) = (self.width, self.columns);
        for j in 0..self.count() {
            let (c, n) = (j * width, width.min(columns - j * width));
            let rows = from.chunks(row).zip(self.panel_mut(j).chunks_exact_mut(width));
            rows.for_each(|(from, to)| copied(&from[c..][..n], &mut to[..n]));
        }
    }

    /// Reads the matrix from its transpose (columns, rows), row by row.
    pub fn pack_transposed(&mut self, from: &[f32]) {
        let (width, columns, rows) = (self.width, self.columns, self.rows);
        for j in 0..self.count() {
            let n = width.min(columns - j * width);
            let from = &from[j * width * rows..][..n * rows];
            transpose((from, rows), (self.panel_mut(j), width), n, rows);
        }
    }

    /// Writes the matrix into rows that lie one after the other, `row` apart, or as many of its columns as they hold.
    pub fn unpack(&self, to: &mut [f32], row: usize) {
        let width = self.width;
        for (j, c) in (0..self.columns.min(row)).step_by(width).enumerate() {
            let n = width.min(self.columns.min(row) - c);
            for (to, from) in to.chunks_mut(row).zip(self.panel(j).chunks_exact(width)) {
                copied(&from[..n], &mut to[c..][..n]);
            }
        }
    }
}

impl Clone for Panels {
    fn clone(&self) -> Self {
        let mut copy = Panels { data: vec![0.0; self.data.len()], ..*self };
        copy.start = copy.data.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        copy.data_mut().copy_from_slice(self.data());
        copy
    }
}

/// Copies a short row, eight numbers at a time: it is not worth a call.
#[inline(always)]
pub(in crate::nn) fn copied(from: &[f32], to: &mut [f32]) {
    let (from, rest) = from.as_chunks::<8>();
    let (to, to_rest) = to.as_chunks_mut();
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    to_rest.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
}

/// bᵀ (columns, rows) of b (rows, columns), both in slices with a given way from one row to the next.
///
/// # Panics
/// If a slice is too short.
#[inline(always)]
pub(in crate::nn) fn transpose(
    (b, b_row): (&[f32], usize),
    (out, out_row): (&mut [f32], usize),
    rows: usize,
    columns: usize,
) {
    const SIDE: usize = 8; // squares that registers hold
    let (whole_rows, whole_columns) = (rows - rows % SIDE, columns - columns % SIDE);
    for r in (0..whole_rows).step_by(SIDE) {
        for c in (0..whole_columns).step_by(SIDE) {
            let square: [&[f32; SIDE]; SIDE] = std::array::from_fn(|i| {
                b[(r + i) * b_row + c..][..SIDE].try_into().expect("SIDE elements")
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
            out[j * out_row + i] = b[i * b_row + j];
        }
    }
}
