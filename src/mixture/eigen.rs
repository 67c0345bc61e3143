//! Eigenvalues of a small symmetric matrix, so that α²Σ + σ²I is inverted once for every noise level.

use ndarray::Array2;

/// Σ = Q·diag(λ)·Qᵀ by cyclic Jacobi rotations: eigenvalues λ (d) and eigenvectors, the columns of Q (d, d).
///
/// A diagonal matrix comes back unrotated. Source: Golub & Van Loan, Matrix Computations, algorithm 8.5.3.
pub fn symmetric_eigen(matrix: &Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    let d = matrix.nrows();
    let (mut a, mut q) = (matrix.clone(), Array2::eye(d));
    for _sweep in 0..60 {
        let off: f64 = a.indexed_iter().filter(|((i, j), _)| i != j).map(|(_, v)| v * v).sum();
        if off <= f64::EPSILON * f64::EPSILON * a.iter().map(|v| v * v).sum::<f64>() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_eigenvectors_rebuild_the_matrix() {
        let m = array![[2.0, 0.7, -0.3], [0.7, 1.0, 0.2], [-0.3, 0.2, 0.5]];
        let (values, q) = symmetric_eigen(&m);
        let rebuild = |values: &[f64]| {
            q.dot(&Array2::from_diag(&ndarray::Array1::from(values.to_vec()))).dot(&q.t())
        };
        let off = |m2: &Array2<f64>| (m2 - &m).iter().fold(0.0f64, |a, v| a.max(v.abs()));
        assert!(off(&rebuild(&values)) < 1e-14);
        let wrong: Vec<f64> = values.iter().map(|v| v * 1.001).collect();
        assert!(off(&rebuild(&wrong)) > 1e-4);
        let unit = q.t().dot(&q) - Array2::<f64>::eye(3);
        assert!(unit.iter().all(|v| v.abs() < 1e-14));
    }

    #[test]
    fn a_diagonal_matrix_is_left_alone() {
        let (values, q) = symmetric_eigen(&array![[3.0, 0.0], [0.0, 0.1]]);
        assert_eq!((values, q), (vec![3.0, 0.1], Array2::eye(2)));
    }
}
