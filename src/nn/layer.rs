//! The products of one layer on one block of rows, forward beside backward.

use super::kernel::{Left, Size, product};
use super::shape::Layer;
use crate::arch::wide;
use ndarray::Array2;

/// Answers up to this width are taken as a few dot products.
pub(super) const NARROW: usize = 4;

/// out ← h·W, with the first `depth` columns of h (rows, …) and rows of W (…, columns of out).
pub(super) fn times(h: &Array2<f32>, weights: &[f32], out: &mut Array2<f32>, depth: usize) {
    let columns = out.ncols();
    let left = Left { data: slice(h), row: h.ncols(), column: 1 };
    let size = Size { rows: h.nrows(), depth, columns };
    product::<false>(left, (weights, columns), (slice_mut(out), columns), size);
}

/// Leaves, or adds, d_W = hᵀ·d_z and d_b = Σ_rows d_z.
pub(super) fn add_gradient<const ADD: bool>(
    layer: &Layer,
    h: &Array2<f32>,
    d_z: &Array2<f32>,
    narrow: &mut [f32],
    grads: &mut [f32],
) {
    let (inputs, outputs) = (layer.inputs, layer.outputs);
    let d_w = &mut grads[layer.weights.clone()];
    if outputs <= NARROW {
        // d_Wᵀ = d_zᵀ·h fills whole vectors
        let left = Left { data: slice(d_z), row: 1, column: outputs };
        let size = Size { rows: outputs, depth: h.nrows(), columns: inputs };
        product::<false>(left, (slice(h), inputs), (narrow, inputs), size);
        for (i, d) in d_w.iter_mut().enumerate() {
            let before = if ADD { *d } else { 0.0 };
            *d = before + narrow[i % outputs * inputs + i / outputs];
        }
    } else {
        let left = Left { data: slice(h), row: 1, column: inputs };
        let size = Size { rows: inputs, depth: h.nrows(), columns: outputs };
        product::<ADD>(left, (slice(d_z), outputs), (d_w, outputs), size);
    }
    let d_b = &mut grads[layer.bias.clone()];
    if !ADD {
        d_b.fill(0.0);
    }
    wide(
        #[inline(always)]
        || {
            for row in slice(d_z).chunks_exact(outputs) {
                for (b, d) in d_b.iter_mut().zip(row) {
                    *b += d;
                }
            }
        },
    );
}

/// out = a·b, element by element.
pub(super) fn multiply(a: &[f32], b: &[f32], out: &mut [f32]) {
    wide(
        #[inline(always)]
        || {
            for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
                *o = a * b;
            }
        },
    );
}

/// The elements of a buffer, row by row.
pub(super) fn slice(a: &Array2<f32>) -> &[f32] {
    a.as_slice().expect("buffers are contiguous")
}

/// As [`slice`], to write.
pub(super) fn slice_mut(a: &mut Array2<f32>) -> &mut [f32] {
    a.as_slice_mut().expect("buffers are contiguous")
}
