//! What the crate needs of symmetric matrices: a factor, eigenvalues with and without eigenvectors, orthonormal columns.
//!
//! | routine | answers | cost |
//! |---|---|---|
//! | [`cholesky`] | A = L·Lᵀ; then [`solve_lower`], [`solve`], [`log_det`] | d³/3 |
//! | [`symmetric_eigen`] | A = Q·diag(λ)·Qᵀ | about 60·d³ |
//! | [`eigenvalues`] | λ alone | 4·d³/3 |
//! | [`orthonormalise`] | columns that span the same space | 4·d·k² |
//!
//! Written out rather than taken from a library: those in pure Rust bring a matrix type of their own and more code than the
//! rest of this crate's arithmetic, and those for `ndarray` want a system's LAPACK.

use ndarray::{Array1, Array2, s};

/// Lower triangular L with L·Lᵀ = A, which is positive semidefinite: (d, d) → (d, d); reads the lower triangle only.
///
/// Where what is left of the diagonal is no more than rounding, as for a coordinate that never varies, the column of L is 0.
/// The diagonal of L is positive only if A is positive definite. Source: Golub & Van Loan, Matrix Computations, section 4.2.
pub fn cholesky(matrix: &Array2<f64>) -> Array2<f64> {
    const ROUNDING: f64 = 1e-15;
    let d = matrix.nrows();
    let mut lower = Array2::<f64>::zeros((d, d));
    for i in 0..d {
        for j in 0..=i {
            let known = lower.slice(s![i, ..j]).dot(&lower.slice(s![j, ..j]));
            let rest = matrix[[i, j]] - known;
            lower[[i, j]] = if i == j {
                if rest > ROUNDING * matrix[[i, i]] { rest.sqrt() } else { 0.0 }
            } else if lower[[j, j]] > 0.0 {
                rest / lower[[j, j]]
            } else {
                0.0
            };
        }
    }
    lower
}

/// z with L·z = b, by forward substitution: L (d, d) with a positive diagonal, `b` (d) → (d).
///
/// |z|² is then bᵀ·(L·Lᵀ)⁻¹·b, the square of a Mahalanobis distance.
pub fn solve_lower(lower: &Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
    for i in 0..b.len() {
        let known: f64 = (0..i).map(|j| lower[[i, j]] * b[j]).sum();
        b[i] = (b[i] - known) / lower[[i, i]];
    }
    b
}

/// x with L·Lᵀ·x = b, by forward and then backward substitution: L (d, d) with a positive diagonal, `b` (d) → (d).
pub fn solve(lower: &Array2<f64>, b: Array1<f64>) -> Array1<f64> {
    let mut x = solve_lower(lower, b);
    for i in (0..x.len()).rev() {
        x[i] /= lower[[i, i]];
        for j in 0..i {
            x[j] -= lower[[i, j]] * x[i];
        }
    }
    x
}

/// log det(L·Lᵀ) = 2·Σᵢ ln Lᵢᵢ; a sum of logarithms, so it neither overflows nor underflows in any dimension.
pub fn log_det(lower: &Array2<f64>) -> f64 {
    2.0 * lower.diag().iter().map(|l| l.ln()).sum::<f64>()
}

/// A = Q·diag(λ)·Qᵀ by cyclic Jacobi rotations: eigenvalues λ (d) and eigenvectors, the columns of Q (d, d).
///
/// A diagonal matrix comes back unrotated, and so does one with a NaN. Source: Golub & Van Loan, Matrix Computations, algorithm 8.5.3.
pub fn symmetric_eigen(matrix: &Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    let d = matrix.nrows();
    let (mut a, mut q) = (matrix.clone(), Array2::eye(d));
    const EPS2: f64 = f64::EPSILON * f64::EPSILON;
    for _sweep in 0..60 {
        let squares = |keep: fn(usize, usize) -> bool| -> f64 {
            a.indexed_iter().filter(|((i, j), _)| keep(*i, *j)).map(|(_, v)| v * v).sum()
        };
        let all = squares(|_, _| true);
        // rotations see the upper triangle only, and what they round in the lower one may stay
        if all.is_nan()
            || squares(|i, j| i != j) <= EPS2 * all
            || squares(|i, j| i < j) <= EPS2 * EPS2 * all
        {
            break;
        }
        for i in 0..d {
            for j in i + 1..d {
                rotate(&mut a, &mut q, i, j);
            }
        }
    }
    (a.diag().to_vec(), q)
}

/// One rotation in the plane (i, j) that makes a[i, j] zero.
fn rotate(a: &mut Array2<f64>, q: &mut Array2<f64>, i: usize, j: usize) {
    if a[[i, j]] == 0.0 {
        return;
    }
    let theta = (a[[j, j]] - a[[i, i]]) / (2.0 * a[[i, j]]);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    let turn = |x: f64, y: f64| (c * x - s * y, s * x + c * y);
    for k in 0..a.nrows() {
        (a[[k, i]], a[[k, j]]) = turn(a[[k, i]], a[[k, j]]);
        (q[[k, i]], q[[k, j]]) = turn(q[[k, i]], q[[k, j]]);
    }
    for k in 0..a.nrows() {
        (a[[i, k]], a[[j, k]]) = turn(a[[i, k]], a[[j, k]]);
    }
}

/// Steps for an eigenvalue, of which two or three are usual: an element that is not small by then is rounding.
const STEPS: usize = 60;

/// The eigenvalues of a symmetric matrix (d), in no order, by tridiagonal QR steps: (4/3)·d³ multiplications.
///
/// Their error is that of rounding relative to the largest.
///
/// Source: Golub & Van Loan, Matrix Computations, algorithms 8.3.1 to 8.3.3, without the eigenvectors.
pub fn eigenvalues(matrix: &Array2<f64>) -> Vec<f64> {
    assert!(matrix.iter().all(|v| v.is_finite()), "a finite matrix");
    let size = matrix.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    let (mut diag, mut off) = tridiagonal(matrix / size.max(f64::MIN_POSITIVE));
    let (mut high, mut steps) = (diag.len().saturating_sub(1), 0);
    while high > 0 {
        let small = |k: usize| off[k].abs() <= f64::EPSILON;
        if small(high - 1) || steps == STEPS {
            (high, steps) = (high - 1, 0); // diag[high] is an eigenvalue
            continue;
        }
        steps += 1;
        let low = (0..high).rev().find(|k| small(*k)).map_or(0, |k| k + 1);
        qr_step(&mut diag[low..=high], &mut off[low..high]);
    }
    diag.iter().map(|l| size * l).collect()
}

/// A tridiagonal matrix with the same eigenvalues, by Householder reflections: its diagonal and the elements beside it.
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
        // the rotation of k and k + 1 that takes the bulge to 0; with neither there is nothing to turn
        let (c, s) = if length > 0.0 { (x / length, bulge / length) } else { (1.0, 0.0) };
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

/// Makes the columns of a matrix (d, k) orthonormal without changing what the first of them span, for every number of them.
///
/// Gram–Schmidt, twice, so that rounding leaves no trace; a column that depends on those before it becomes zero. Source:
/// Golub & Van Loan, Matrix Computations, section 5.2.
pub fn orthonormalise(columns: &mut Array2<f64>) {
    let mut rows: Vec<Array1<f64>> = Vec::with_capacity(columns.ncols());
    for mut column in columns.columns_mut() {
        let mut v = column.to_owned();
        let before = v.dot(&v).sqrt();
        for _ in 0..2 {
            for u in &rows {
                let along = u.dot(&v);
                v.scaled_add(-along, u);
            }
        }
        let norm = v.dot(&v).sqrt();
        v *= if norm > 1e-12 * before { 1.0 / norm } else { 0.0 };
        column.assign(&v);
        rows.push(v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, stream};
    use ndarray::array;
    use rand::Rng;
    use rand_distr::StandardNormal;
    use std::f64::consts::PI;

    /// Standard normals (n, d).
    fn normals(n: usize, d: usize, seed: u64) -> Array2<f64> {
        let mut rng = stream(seed, Purpose::Data, 0, 0);
        Array2::from_shape_simple_fn((n, d), || rng.sample(StandardNormal))
    }

    /// A covariance with all axes aslant, its smallest variance a thousandth of its largest.
    fn covariance(d: usize) -> Array2<f64> {
        let mut z = normals(2 * d, d, d as u64);
        z.columns_mut()
            .into_iter()
            .enumerate()
            .for_each(|(i, mut c)| c *= 0.03f64.powf(i as f64 / d as f64));
        let turn = Array2::eye(d) - Array2::from_elem((d, d), 1.0 / d as f64);
        z = z.dot(&turn);
        z.t().dot(&z) + Array2::<f64>::eye(d) * 1e-3
    }

    /// |a − b| relative to |b|, the largest entry of each.
    fn off(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
        let largest = |m: &Array2<f64>| m.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        largest(&(a - b)) / largest(b)
    }

    #[test]
    fn eigenvalues_of_a_covariance_of_fewer_points_than_coordinates_are_found() {
        for seed in 0..40 {
            let (n, d) = (3 + seed as usize, 64);
            let x = normals(n, d, seed).mapv(|v| v.max(0.0)); // many a coordinate never varies
            let mean = x.mean_axis(ndarray::Axis(0)).unwrap();
            let off = &x - &mean;
            let cov = off.t().dot(&off) / (n - 1) as f64;
            let mut found = eigenvalues(&cov);
            found.sort_by(|a, b| b.total_cmp(a));
            let trace = cov.diag().sum();
            let sum: f64 = found.iter().sum();
            assert!((sum - trace).abs() < 1e-12 * trace, "{n} points: {sum} {trace}");
            let rank = found.iter().filter(|l| **l > 1e-10 * found[0]).count();
            assert_eq!(rank, n - 1, "the wrong twin: as many as points");
        }
    }

    #[test]
    fn the_factor_gives_the_matrix_back() {
        for d in [1, 2, 3, 20, 67] {
            let cov = covariance(d);
            let lower = cholesky(&cov);
            assert!(lower.indexed_iter().all(|((i, j), l)| i >= j || *l == 0.0), "triangular");
            assert!(off(&lower.dot(&lower.t()), &cov) < 1e-14, "{d}");
            assert!(off(&(lower.dot(&lower.t()) * 1.001), &cov) > 1e-4, "the wrong twin passed");
        }
    }

    #[test]
    fn what_is_solved_gives_the_right_side_back() {
        for d in [1, 2, 3, 20, 67] {
            let (cov, b) = (covariance(d), normals(1, d, 9));
            let lower = cholesky(&cov);
            let column = |x: Array1<f64>| x.insert_axis(ndarray::Axis(1));
            let (b, right) = (b.row(0).to_owned(), column(b.row(0).to_owned()));
            let z = column(solve_lower(&lower, b.clone()));
            assert!(off(&lower.dot(&z), &right) < 1e-13, "{d}");
            let x = column(solve(&lower, b.clone()));
            assert!(off(&cov.dot(&x), &right) < 1e-11, "{d}: {:e}", off(&cov.dot(&x), &right));
            assert!(off(&cov.dot(&(x * 1.001)), &right) > 1e-4, "the wrong twin passed");
        }
    }

    #[test]
    fn the_determinant_is_the_product_of_the_eigenvalues_even_where_that_overflows() {
        for d in [1, 2, 3, 20, 67] {
            for scale in [1.0, 1e10, 1e-10] {
                let cov = covariance(d) * scale;
                let sum: f64 = eigenvalues(&cov).iter().map(|l| l.ln()).sum();
                let off = |factor: f64| (factor * log_det(&cholesky(&cov)) - sum).abs() / d as f64;
                assert!(off(1.0) < 1e-11, "{d}: {:e}", off(1.0));
                assert!(off(1.001) > 1e-5, "the wrong twin passed");
            }
        }
        let large = |d: usize| log_det(&(Array2::eye(d) * 1e100)) / (800.0 * 1e100f64.ln()) - 1.0;
        assert!(large(400).abs() < 1e-13, "{:e}", large(400));
        assert!(large(399).abs() > 1e-4, "the wrong twin passed");
    }

    #[test]
    fn the_eigenvectors_rebuild_the_matrix() {
        for d in [1, 2, 3, 20, 67] {
            let cov = covariance(d);
            let (values, q) = symmetric_eigen(&cov);
            let rebuild = |scale: f64| (&q * &(Array1::from(values.clone()) * scale)).dot(&q.t());
            assert!(off(&rebuild(1.0), &cov) < 1e-13, "{d}");
            assert!(off(&rebuild(1.001), &cov) > 1e-4, "the wrong twin passed");
            assert!(off(&q.t().dot(&q), &Array2::eye(d)) < 1e-13, "{d}: orthonormal");
            let sorted = |mut l: Vec<f64>| {
                l.sort_by(f64::total_cmp);
                Array2::from_shape_vec((d, 1), l).unwrap()
            };
            let without_vectors = sorted(eigenvalues(&cov));
            assert!(off(&sorted(values), &without_vectors) < 1e-13, "{d}");
        }
    }

    #[test]
    fn a_diagonal_matrix_is_left_alone() {
        let (values, q) = symmetric_eigen(&array![[3.0, 0.0], [0.0, 0.1]]);
        assert_eq!((values, q), (vec![3.0, 0.1], Array2::eye(2)));
        let (_, q) = symmetric_eigen(&array![[1.0, f64::NAN], [f64::NAN, 1.0]]);
        assert_eq!(q, Array2::<f64>::eye(2), "which no rotation mends");
    }

    #[test]
    fn columns_become_orthonormal_and_span_what_they_spanned() {
        let before = normals(20, 6, 3);
        let mut columns = before.clone();
        orthonormalise(&mut columns);
        assert!(off(&columns.t().dot(&columns), &Array2::eye(6)) < 1e-14);
        for k in 1..=6 {
            let (q, x) = (columns.slice(s![.., ..k]), before.slice(s![.., ..k]).to_owned());
            assert!(off(&q.dot(&q.t().dot(&x)), &x) < 1e-14, "the first {k} span the same");
            let twin = before.slice(s![.., 6 - k..]).to_owned();
            assert!(k == 6 || off(&q.dot(&q.t().dot(&twin)), &twin) > 0.1, "a wrong twin passed");
        }
        let mut twice = array![[1.0, 2.0], [1.0, 2.0]];
        orthonormalise(&mut twice);
        assert_eq!(
            twice.column(1),
            array![0.0, 0.0],
            "what depends on those before is no direction"
        );
    }

    #[test]
    fn a_covariance_of_few_points_has_a_factor_too() {
        let x = normals(5, 12, 1); // rank 5
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
        let v = normals(d, 1, 2);
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
