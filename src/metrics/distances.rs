//! The distances from a point to all rows of a set, side by side.

use crate::arch::wide;
use ndarray::{ArrayView1, ArrayView2};

/// A set of rows, one coordinate after the other.
pub(super) struct Columns {
    rows: usize,
    values: Vec<f64>, // (d, rows)
}

impl Columns {
    pub fn of(x: ArrayView2<f64>) -> Self {
        Columns { rows: x.nrows(), values: x.t().iter().copied().collect() }
    }

    /// |a − xⱼ| of every row.
    pub fn distances(&self, a: ArrayView1<f64>, out: &mut [f64]) {
        wide(
            #[inline(always)]
            || {
                out.fill(0.0);
                for (a, column) in a.iter().zip(self.values.chunks_exact(self.rows)) {
                    out.iter_mut().zip(column).for_each(|(o, x)| *o += (a - x) * (a - x));
                }
                out.iter_mut().for_each(|o| *o = o.sqrt());
            },
        );
    }
}

/// Σ v and Σ v², in eight sums side by side, so that the additions need not wait for each other. Every kernel adds in the same
/// order.
pub(super) fn sums(values: &[f64]) -> (f64, f64) {
    wide(
        #[inline(always)]
        || {
            let (eights, rest) = values.as_chunks::<8>();
            let (mut sums, mut squares) = ([0.0; 8], [0.0; 8]);
            for eight in eights {
                for (i, v) in eight.iter().enumerate() {
                    sums[i] += v;
                    squares[i] += v * v;
                }
            }
            let rest_of_squares: f64 = rest.iter().map(|v| v * v).sum();
            (sums.iter().chain(rest).sum::<f64>(), squares.iter().sum::<f64>() + rest_of_squares)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn the_distances_are_those_of_one_pair_at_a_time() {
        for d in [1, 2, 5] {
            let x = Array2::from_shape_fn((19, d), |(i, k)| ((i * 7 + k * 3) % 11) as f64 - 4.5);
            let a = x.row(6).mapv(|v| v + 0.25);
            let mut all = [7.0; 19];
            Columns::of(x.view()).distances(a.view(), &mut all);
            for (x, found) in x.outer_iter().zip(all) {
                let alone = (&a - &x).mapv(|v| v * v).sum().sqrt();
                assert!((found - alone).abs() <= 1e-14, "{found} for {alone}");
            }
        }
    }

    #[test]
    fn sums_are_those_of_all_values_however_many_are_left_over() {
        for n in [0, 1, 7, 8, 9, 40, 43] {
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            let n = f64::from(n);
            let squares = n * (n - 1.0) * (2.0 * n - 1.0) / 6.0;
            assert_eq!(sums(&values), (n * (n - 1.0) / 2.0, squares), "{n}");
        }
        let spread = array![1e16, 1.0, -1e16];
        assert_eq!(sums(spread.as_slice().unwrap()).0, 0.0);
    }
}
