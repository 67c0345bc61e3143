//! Fréchet distance between Gaussians fitted to two sets of features.

use crate::linalg::{cholesky, eigenvalues};
use crate::parallel::each;
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};

/// The squared Fréchet distance (FD) between the Gaussians fitted to two sets of points.
///
/// ```text
/// FD = |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^{1/2}),   tr (Σ₁Σ₂)^{1/2} = Σᵢ √λᵢ(L₁ᵀ·Σ₂·L₁),   Σ₁ = L₁·L₁ᵀ
/// ```
///
/// Shapes: `x` (n, d), `y` (m, d) → the square of a length in the units of `x`. μ and Σ are the sample mean and covariance
/// (n − 1 in the denominator), which may be singular. Equal sets have 0, and a set and itself shifted by v have |v|². Of two
/// samples of one law it is not 0 but about c/n + c′/m with constants of the law: compare only distances of equal n and m, and
/// state what two samples of the data have. Features of a network trained for another task make this the FID, up to the
/// network. A row that is not finite makes it NaN.
///
/// # Panics
/// If the sets differ in d or one has fewer than two rows.
///
/// Sources: Dowson & Landau, "The Fréchet distance between multivariate normal distributions", J. Multivariate Anal. 12
/// (1982), eq. 4; for images Heusel et al. 2017 (1706.08500), eq. 6.
pub fn frechet_distance(x: ArrayView2<f64>, y: ArrayView2<f64>) -> f64 {
    between(&Moments::of(x).gaussian(), &Moments::of(y).gaussian())
}

/// [`frechet_distance`] with its standard error by the jackknife over `blocks` blocks of rows.
///
/// ```text
/// se² = (B − 1)/B Σ_b (FD₋b − mean)²,   FD₋b without the b-th block of both sets
/// ```
///
/// The blocks are consecutive rows, so the rows must be in no order. It says how FD scatters from sample to sample, not how
/// far it is above that of endless samples.
///
/// # Panics
/// As [`frechet_distance`], and with fewer than 3 blocks or more blocks than rows.
///
/// Source: Efron & Stein, "The jackknife estimate of variance", Ann. Statist. 9 (1981).
pub fn frechet_with_se(x: ArrayView2<f64>, y: ArrayView2<f64>, blocks: usize) -> (f64, f64) {
    let (x, y) = (Moments::of_blocks(x, blocks), Moments::of_blocks(y, blocks));
    let without = |b: usize| {
        let rest = |parts: &[Moments]| {
            let others = parts.iter().enumerate().filter(|(i, _)| *i != b);
            Moments::sum(others.map(|(_, part)| part)).gaussian()
        };
        between(&rest(&x), &rest(&y))
    };
    let left: Vec<f64> = each(0..blocks, without);
    let n = blocks as f64;
    let mean = left.iter().sum::<f64>() / n;
    let squares: f64 = left.iter().map(|v| (v - mean).powi(2)).sum();
    let whole = between(&Moments::sum(&x).gaussian(), &Moments::sum(&y).gaussian());
    (whole, ((n - 1.0) / n * squares).sqrt())
}

/// A mean (d) and a covariance (d, d).
struct Gaussian {
    mean: Array1<f64>,
    cov: Array2<f64>,
}

/// The squared Fréchet distance between two Gaussians.
fn between(a: &Gaussian, b: &Gaussian) -> f64 {
    assert_eq!(a.mean.len(), b.mean.len(), "the two sets differ in dimension");
    let apart = &a.mean - &b.mean;
    let widths = a.cov.diag().sum() + b.cov.diag().sum();
    let lower = cholesky(&a.cov);
    let product = lower.t().dot(&b.cov).dot(&lower);
    if !(widths.is_finite() && product.iter().all(|p| p.is_finite())) {
        return f64::NAN;
    }
    let root: f64 = eigenvalues(&product).iter().map(|l| l.max(0.0).sqrt()).sum();
    (apart.dot(&apart) + widths - 2.0 * root).max(0.0)
}

/// What a Gaussian is fitted from, so that sets can be joined.
#[derive(Clone)]
struct Moments {
    n: f64,
    mean: Array1<f64>,
    scatter: Array2<f64>, // Σᵢ (xᵢ − mean)(xᵢ − mean)ᵀ
}

impl Moments {
    fn of(x: ArrayView2<f64>) -> Self {
        let mean = x.mean_axis(Axis(0)).expect("at least one row");
        let off = &x - &mean;
        Moments { n: x.nrows() as f64, scatter: off.t().dot(&off), mean }
    }

    /// Of consecutive blocks of rows.
    fn of_blocks(x: ArrayView2<f64>, blocks: usize) -> Vec<Self> {
        let n = x.nrows();
        assert!((3..=n).contains(&blocks), "a jackknife over {blocks} blocks of {n} rows");
        let block = |b: usize| {
            let rows = Slice::from(b * n / blocks..(b + 1) * n / blocks);
            Moments::of(x.slice_axis(Axis(0), rows))
        };
        each(0..blocks, block)
    }

    /// Of all together.
    ///
    /// ```text
    /// S = S₁ + S₂ + n₁·n₂/(n₁ + n₂)·(m₁ − m₂)(m₁ − m₂)ᵀ
    /// ```
    fn sum<'a>(parts: impl IntoIterator<Item = &'a Moments>) -> Self {
        let mut parts = parts.into_iter();
        let mut all = parts.next().expect("at least one part").clone();
        for part in parts {
            let n = all.n + part.n;
            let apart = (&part.mean - &all.mean).insert_axis(Axis(1)); // (d, 1)
            all.scatter += &part.scatter;
            all.scatter += &(apart.dot(&apart.t()) * (all.n * part.n / n));
            all.mean.scaled_add(part.n / n, &apart.column(0));
            all.n = n;
        }
        all
    }

    fn gaussian(self) -> Gaussian {
        assert!(self.n > 1.0, "a covariance needs two rows");
        Gaussian { mean: self.mean, cov: self.scatter / (self.n - 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::mean_with_se;
    use super::super::testing::{in_pools, normals, rng};
    use super::*;
    use ndarray::array;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + b.abs())
    }

    #[test]
    fn in_one_dimension_it_is_the_difference_of_means_and_of_widths() {
        let gaussian = |m: f64, sd: f64| Gaussian { mean: array![m], cov: array![[sd * sd]] };
        for (m, s, t) in [(0.0, 1.0, 1.0), (3.0, 1.0, 2.0), (-1.0, 0.0, 0.5), (0.5, 0.2, 0.0)] {
            let exact = m * m + (s - t) * (s - t);
            let found = between(&gaussian(0.0, s), &gaussian(m, t));
            assert!(near(found, exact), "{found} {exact}");
            let wrong = m * m + (s * s - t * t).abs(); // variances for widths
            assert!(s == t || s * t == 0.0 || !near(found, wrong), "the wrong twin passed");
        }
    }

    #[test]
    fn covariances_that_commute_have_the_distance_of_their_roots() {
        let d = 30;
        let v = normals(d, 1, &mut rng(1));
        let turn = Array2::eye(d) - v.dot(&v.t()) * (2.0 / v.iter().map(|v| v * v).sum::<f64>());
        let root = |f: &dyn Fn(usize) -> f64| Array1::from_shape_fn(d, f);
        let (a, b) = (root(&|i| i as f64 / 9.0), root(&|i| 2.0 - (i % 3) as f64)); // some are 0
        let gaussian = |root: &Array1<f64>| Gaussian {
            mean: Array1::zeros(d),
            cov: turn.dot(&Array2::from_diag(&(root * root))).dot(&turn),
        };
        let exact = (&a - &b).mapv(|v| v * v).sum(); // tr (Σ₁^½ − Σ₂^½)²
        let found = between(&gaussian(&a), &gaussian(&b));
        assert!((found - exact).abs() < 1e-5, "{found} {exact}"); // √ of a rounding
        assert!((between(&gaussian(&b), &gaussian(&a)) - exact).abs() < 1e-5);
    }

    #[test]
    fn covariances_that_do_not_commute_have_the_root_of_a_2_by_2_matrix() {
        // tr M^½ = √(tr M + 2√det M) for M = Σ₁Σ₂
        let (a, b) = (array![[2.0, 0.7], [0.7, 1.0]], array![[0.5, -0.4], [-0.4, 3.0]]);
        let m = a.dot(&b);
        let det: f64 = m[[0, 0]] * m[[1, 1]] - m[[0, 1]] * m[[1, 0]];
        let exact =
            a.diag().sum() + b.diag().sum() - 2.0 * (m.diag().sum() + 2.0 * det.sqrt()).sqrt();
        let gaussian = |cov: &Array2<f64>| Gaussian { mean: array![0.0, 0.0], cov: cov.clone() };
        let found = between(&gaussian(&a), &gaussian(&b));
        assert!(near(found, exact), "{found} {exact}");
        let of_roots = |c: &Array2<f64>| {
            let det = (c[[0, 0]] * c[[1, 1]] - c[[0, 1]] * c[[1, 0]]).sqrt();
            (c + &(Array2::<f64>::eye(2) * det)) / (c.diag().sum() + 2.0 * det).sqrt()
        };
        let wrong = (of_roots(&a) - of_roots(&b)).mapv(|v| v * v).sum(); // as if they commuted
        assert!(!near(found, wrong), "the wrong twin passed: {wrong}");
    }

    #[test]
    fn a_set_is_nothing_from_itself_and_a_known_way_from_its_affine_image() {
        let x = normals(500, 20, &mut rng(2));
        let fd = |y: &Array2<f64>| frechet_distance(x.view(), y.view());
        assert!(fd(&x) < 1e-10, "{}", fd(&x));
        assert!(near(fd(&(&x + 0.5)), 20.0 * 0.25));
        // y = 3x + 1: |2μ + 1|² + tr (3 − 1)²Σ
        let mean = x.mean_axis(Axis(0)).unwrap();
        let trace: f64 = x.var_axis(Axis(0), 1.0).sum();
        let exact = mean.mapv(|m| (2.0 * m + 1.0).powi(2)).sum() + 4.0 * trace;
        assert!(near(fd(&(&x * 3.0 + 1.0)), exact));
        assert!(!near(fd(&(&x * 3.003 + 1.0)), exact), "the wrong twin passed");
        let mut broken = x.clone();
        broken[[7, 3]] = f64::NAN;
        assert!(fd(&broken).is_nan() && fd(&(&x * 1e160)).is_nan());
    }

    #[test]
    fn joined_blocks_are_the_whole() {
        let x = normals(103, 4, &mut rng(3)) + 5.0;
        let (whole, joined) =
            (Moments::of(x.view()), Moments::sum(&Moments::of_blocks(x.view(), 7)));
        assert_eq!(whole.n, joined.n);
        assert!((whole.mean - joined.mean).iter().all(|v| v.abs() < 1e-13));
        assert!((whole.scatter - joined.scatter).iter().all(|v| v.abs() < 1e-11));
    }

    #[test]
    fn the_standard_error_is_the_scatter_of_many_samples_and_the_floor_falls_as_one_over_n() {
        let pair = |n: usize, seed: u64| {
            let [x, y] = [0, 1].map(|i| normals(n, 3, &mut rng(100 + 2 * seed + i)));
            frechet_with_se(x.view(), (y * 1.2 + 0.3).view(), 20)
        };
        let many: Vec<(f64, f64)> = (0..60).map(|seed| pair(400, seed)).collect();
        let values: Vec<f64> = many.iter().map(|v| v.0).collect();
        let scatter = mean_with_se(&values).1 * 60f64.sqrt();
        let told = many.iter().map(|v| v.1).sum::<f64>() / 60.0;
        // a standard deviation from 60 values is known to 9 %
        assert!((told / scatter - 1.0).abs() < 0.3, "{told} for {scatter}");

        let floor = |n: usize| {
            let one = |seed: u64| {
                let [x, y] = [0, 1].map(|i| normals(n, 3, &mut rng(1_000 + 2 * seed + i)));
                frechet_distance(x.view(), y.view())
            };
            mean_with_se(&(0..60).map(one).collect::<Vec<_>>())
        };
        let (few, more) = (floor(200), floor(800));
        let ratio = few.0 / more.0;
        let se = ratio * (few.1 / few.0).hypot(more.1 / more.0);
        assert!((ratio - 4.0).abs() < 5.0 * se, "{ratio} ± {se}");
        assert!((ratio - 2.0).abs() > 5.0 * se, "the wrong twin passed: 1/√n");
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let (x, y) = (normals(300, 16, &mut rng(4)), normals(200, 16, &mut rng(5)));
        let [one, two, four] = in_pools(|| frechet_with_se(x.view(), y.view(), 10));
        assert!(one == two && two == four);
    }
}
