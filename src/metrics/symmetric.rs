//! What the metrics need of symmetric matrices: a factor, and eigenvalues without eigenvectors.

use ndarray::{Array1, Array2, s};

/// Lower triangular L with L·Lᵀ = `cov`, which is positive semidefinite; reads the lower triangle only.
///
/// Where what is left of the diagonal is no more than rounding, as for a coordinate that never varies, the column of L is 0.
pub fn cholesky(cov: &Array2<f64>) -> Array2<f64> {
    const ROUNDING: f64 = 1e-15;
    let d = cov.nrows();
    let mut lower = Array2::<f64>::zeros((d, d));
    for i in 0..d {
        for j in 0..=i {
            let known = lower.slice(s![i, ..j]).dot(&lower.slice(s![j, ..j]));
            let rest = cov[[i, j]] - known;
            lower[[i, j]] = if i == j {
                if rest > ROUNDING * cov[[i, i]] { rest.sqrt() } else { 0.0 }
            } else if lower[[j, j]] > 0.0 {
                rest / lower[[j, j]]
            } else {
                0.0
            };
        }
    }
    lower
}

/// The eigenvalues of a symmetric matrix (d), in no order, by tridiagonal QR steps: (4/3)·d³ multiplications.
///
/// Their error is that of rounding relative to the largest.
///
/// Source: Golub & Van Loan, Matrix Computations, algorithms 8.3.1 to 8.3.3, without the eigenvectors.
pub fn eigenvalues(matrix: &Array2<f64>) -> Vec<f64> {
    let size = matrix.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    assert!(size.is_finite(), "a finite matrix");
    let (mut diag, mut off) = tridiagonal(matrix / size.max(f64::MIN_POSITIVE));
    let mut high = diag.len().saturating_sub(1);
    while high > 0 {
        let small = |k: usize| off[k].abs() <= f64::EPSILON;
        if small(high - 1) {
            high -= 1; // diag[high] is an eigenvalue
            continue;
        }
        let low = (0..high).rev().find(|k| small(*k)).map_or(0, |k| k + 1);
        qr_step(&mut diag[low..=high], &mut off[low..high]);
    }
    diag.iter().map(|l| size * l).collect()
}

/// A tridiagonal matrix with the same eigenvalues, by Householder reflections: its diagonal and what is beside it.
fn tridiagonal(mut a: Array2<f64>) -> (Vec<f64>, Vec<f64>) {
    let d = a.nrows();
    let mut off = Vec::new();
    for k in 1..d {
        let mut v: Array1<f64> = a.slice(s![k.., k - 1]).to_owned();
        let length = v.dot(&v).sqrt();
        off.push(-length.copysign(v[0]));
        v[0] += length.copysign(v[0]); // the reflection I − 2·v·vᵀ/|v|² takes the column to (off, 0, …, 0)
        let square = v.dot(&v);
        if square == 0.0 {
            continue;
        }
        let p = a.slice(s![k.., k..]).dot(&v) * (2.0 / square);
        let w = &p - &(&v * (p.dot(&v) / square));
        for (i, mut row) in a.slice_mut(s![k.., k..]).outer_iter_mut().enumerate() {
            row.scaled_add(-v[i], &w);
            row.scaled_add(-w[i], &v);
        }
    }
    (a.diag().to_vec(), off)
}

/// One implicit QR step with Wilkinson's shift on a tridiagonal matrix none of whose side elements is 0.
fn qr_step(diag: &mut [f64], off: &mut [f64]) {
    let n = diag.len();
    let (half, last) = (0.5 * (diag[n - 2] - diag[n - 1]), off[n - 2]);
    let shift = diag[n - 1] - last * last / (half + half.hypot(last).copysign(half));
    let (mut x, mut bulge) = (diag[0] - shift, off[0]);
    for k in 0..n - 1 {
        let length = x.hypot(bulge);
        let (c, s) = (x / length, bulge / length); // the rotation of k and k + 1 that takes the bulge to 0
        if k > 0 {
            off[k - 1] = length;
        }
        let (a, b, beside) = (diag[k], diag[k + 1], off[k]);
        diag[k] = c * c * a + 2.0 * c * s * beside + s * s * b;
        diag[k + 1] = s * s * a - 2.0 * c * s * beside + c * c * b;
        off[k] = c * s * (b - a) + (c * c - s * s) * beside;
        if k + 2 < n {
            (x, bulge) = (off[k], s * off[k + 1]);
            off[k + 1] *= c;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{normals, rng};
    use super::*;
    use ndarray::array;
    use std::f64::consts::PI;

    #[test]
    fn cholesky_factor_gives_the_covariance_back() {
        let cov = array![[4.0, 2.0, -1.0], [2.0, 3.0, 0.5], [-1.0, 0.5, 2.0]];
        let lower = cholesky(&cov);
        assert!((lower.dot(&lower.t()) - &cov).iter().all(|e| e.abs() < 1e-14));
        assert!(lower[[0, 1]] == 0.0 && lower[[0, 2]] == 0.0 && lower[[1, 2]] == 0.0);
    }

    #[test]
    fn a_covariance_of_few_points_has_a_factor_too() {
        let x = normals(5, 12, &mut rng(1)); // rank 5
        let mut cov = x.t().dot(&x);
        cov.row_mut(3).fill(0.0);
        cov.column_mut(3).fill(0.0); // a coordinate that never varies
        let lower = cholesky(&cov);
        assert!((lower.dot(&lower.t()) - &cov).iter().all(|e| e.abs() < 1e-6));
        assert!(lower.row(3).iter().all(|l| *l == 0.0) && lower.iter().all(|l| l.is_finite()));
    }

    #[test]
    fn the_eigenvalues_of_a_chain_are_cosines() {
        // 2 on the diagonal, −1 beside it: 2 − 2·cos(πk/(d + 1)); the same turned by any reflection
        let d = 50;
        let chain = Array2::from_shape_fn((d, d), |(i, j)| match i.abs_diff(j) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        });
        let v = normals(d, 1, &mut rng(2));
        let turn = Array2::eye(d) - v.dot(&v.t()) * (2.0 / v.iter().map(|v| v * v).sum::<f64>());
        let exact = |k: usize| 2.0 - 2.0 * (PI * k as f64 / (d + 1) as f64).cos();
        for matrix in [turn.dot(&chain).dot(&turn), chain] {
            let mut found = eigenvalues(&matrix);
            found.sort_by(f64::total_cmp);
            let off = |scale: f64| {
                let each = found.iter().enumerate().map(|(i, l)| (scale * l - exact(i + 1)).abs());
                each.fold(0.0, f64::max)
            };
            assert!(off(1.0) < 1e-13, "{}", off(1.0));
            assert!(off(1.001) > 1e-4, "the wrong twin passed");
        }
    }

    #[test]
    fn eigenvalues_that_are_equal_zero_or_alone_are_found() {
        assert_eq!(eigenvalues(&Array2::zeros((4, 4))), [0.0; 4]);
        assert_eq!(eigenvalues(&array![[-3.0]]), [-3.0]);
        assert!(eigenvalues(&Array2::zeros((0, 0))).is_empty());
        let mut found = eigenvalues(&Array2::<f64>::ones((6, 6))); // 6 and five times 0
        found.sort_by(f64::total_cmp);
        assert!((found[5] - 6.0).abs() < 1e-14 && found[..5].iter().all(|l| l.abs() < 1e-14));
        let mut signs = eigenvalues(&array![[0.0, 1.0], [1.0, 0.0]]);
        signs.sort_by(f64::total_cmp);
        assert!((signs[0] + 1.0).abs() < 1e-15 && (signs[1] - 1.0).abs() < 1e-15);
    }
}
