//! Averages: a mean with its standard error, the spread of samples, the error of a learned score.

use ndarray::{ArrayView2, Axis, Zip};

/// Mean of independent values and its standard error.
///
/// ```text
/// mean = Σ vᵢ/n,   se = s/√n,   s² = Σ (vᵢ − mean)²/(n − 1)
/// ```
///
/// A single value has no standard error: `se` is NaN. Equal values have `se` 0.
///
/// # Panics
/// If there are no values.
pub fn mean_with_se(values: &[f64]) -> (f64, f64) {
    assert!(!values.is_empty(), "mean of no values");
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// Root mean variance of the samples per dimension, about their own mean.
///
/// ```text
/// spread = √(tr Cov / d),   Cov = Σ (xᵢ − x̄)(xᵢ − x̄)ᵀ/(n − 1)
/// ```
///
/// Shapes: `x` (n, d); in the units of `x`. An isotropic Gaussian has its standard deviation, equal rows have 0.
///
/// # Panics
/// With fewer than two rows, or no columns.
pub fn spread(x: ArrayView2<f64>) -> f64 {
    let (n, d) = x.dim();
    assert!(n > 1 && d > 0, "spread needs two rows and a column, not ({n}, {d})");
    let mean = x.mean_axis(Axis(0)).expect("there are rows"); // (d,)
    let squares: f64 = (&x - &mean).iter().map(|v| v * v).sum();
    (squares / ((n - 1) * d) as f64).sqrt()
}

/// [`spread`] with its standard error by the delta method over the rows.
///
/// ```text
/// se = s(uᵢ)/(2·spread·√n),   uᵢ = |xᵢ − x̄|²/d
/// ```
///
/// It is that of the samples' own law, whatever its modes: of a Gaussian with d equal widths about spread/√(2·n·d), of modes
/// far apart much less, for every sample is then about as far from the mean as any other. Equal rows have 0.
///
/// # Panics
/// As [`spread`].
pub fn spread_with_se(x: ArrayView2<f64>) -> (f64, f64) {
    let (value, d) = (spread(x), x.ncols() as f64);
    let mean = x.mean_axis(Axis(0)).expect("there are rows"); // (d,)
    let squares: Vec<f64> = (&x - &mean).rows().into_iter().map(|r| r.dot(&r) / d).collect();
    (value, if value == 0.0 { 0.0 } else { mean_with_se(&squares).1 / (2.0 * value) })
}

/// The standard error of a statistic of the whole sample, from its scatter over [`BATCHES`] equal parts of the rows.
///
/// ```text
/// se = s(T₁ … T_B)/√B
/// ```
///
/// For statistics whose variance falls as 1/n and whose terms are not independent, as those of nearest neighbours are: what
/// neighbours have in common is common within a part too. `of` takes the number of a part; rows must be in no order.
pub(super) fn batch_error(of: impl Fn(usize) -> f64) -> f64 {
    mean_with_se(&(0..BATCHES).map(of).collect::<Vec<_>>()).1
}

/// The parts of [`batch_error`].
pub(super) const BATCHES: usize = 10;

/// Error of a learned score relative to the exact one.
///
/// ```text
/// √( Σᵢ |learnedᵢ − exactᵢ|² / Σᵢ |exactᵢ|² )
/// ```
///
/// Shapes: both (n, d). A perfect score has 0, the zero score 1, c·exact has |c − 1|. If the exact score is 0
/// everywhere the answer is ∞, or NaN for 0 against 0.
///
/// # Panics
/// If shapes differ.
pub fn score_error(learned: ArrayView2<f64>, exact: ArrayView2<f64>) -> f64 {
    assert_eq!(learned.dim(), exact.dim(), "learned and exact score differ in shape");
    let (mut wrong, mut size) = (0.0, 0.0);
    Zip::from(learned).and(exact).for_each(|a, b| {
        wrong += (a - b).powi(2);
        size += b * b;
    });
    (wrong / size).sqrt()
}

/// The root of a ratio of two means, and its standard error by the delta method.
///
/// ```text
/// r = √(ā/b̄),   se = s(aᵢ − r²·bᵢ)/(2·r·b̄·√n),   s the standard deviation over the pairs i
/// ```
///
/// `a` and `b` (n) belong together in pairs, as the squares |learnedᵢ − exactᵢ|² and |exactᵢ|² of [`score_error`] do.
/// For a = c²·b it is c with `se` 0, and 0 for a = 0.
///
/// # Panics
/// If there are no pairs, or the lengths differ.
pub fn root_ratio(a: &[f64], b: &[f64]) -> (f64, f64) {
    assert_eq!(a.len(), b.len(), "values in pairs");
    let (over, under) = (mean_with_se(a).0, mean_with_se(b).0);
    let ratio = over / under;
    let parts: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - ratio * b) / under).collect();
    let root = ratio.sqrt();
    (root, if root > 0.0 { mean_with_se(&parts).1 / (2.0 * root) } else { 0.0 })
}

/// [`score_error`] with its standard error over the rows.
///
/// # Panics
/// If shapes differ or there are no rows.
pub fn score_error_with_se(learned: ArrayView2<f64>, exact: ArrayView2<f64>) -> (f64, f64) {
    assert_eq!(learned.dim(), exact.dim(), "learned and exact score differ in shape");
    let squares = |v: ArrayView2<f64>| v.rows().into_iter().map(|r| r.dot(&r)).collect::<Vec<_>>();
    root_ratio(&squares((&learned - &exact).view()), &squares(exact))
}

/// Mean cosine of the angle between corresponding rows.
///
/// ```text
/// (1/n) Σᵢ aᵢ·bᵢ / (|aᵢ||bᵢ|)
/// ```
///
/// Shapes: both (n, d). It sees direction only: c·a against a is 1 for c > 0, −1 for c < 0. Rows in which either
/// vector is 0 have no angle and are left out; if no row is left the answer is NaN.
///
/// # Panics
/// If shapes differ.
pub fn cosine(a: ArrayView2<f64>, b: ArrayView2<f64>) -> f64 {
    cosine_with_se(a, b).0
}

/// [`cosine`] with its standard error over the rows.
///
/// # Panics
/// If shapes differ.
pub fn cosine_with_se(a: ArrayView2<f64>, b: ArrayView2<f64>) -> (f64, f64) {
    assert_eq!(a.dim(), b.dim(), "the two fields differ in shape");
    let pairs = a.rows().into_iter().zip(b.rows());
    let all = pairs.map(|(a, b)| (a.dot(&b), a.dot(&a).sqrt() * b.dot(&b).sqrt()));
    let cosines: Vec<f64> = all.filter(|(_, n)| *n != 0.0).map(|(dot, n)| dot / n).collect();
    if cosines.is_empty() { (f64::NAN, f64::NAN) } else { mean_with_se(&cosines) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{normals, rng};
    use super::*;
    use ndarray::{Array2, array};

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-14 * b.abs().max(1.0)
    }

    #[test]
    fn mean_and_error_of_a_known_set() {
        let (mean, se) = mean_with_se(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!(near(mean, 3.0) && near(se, 0.5f64.sqrt()));
        assert!(!near(se, (2.0f64 / 5.0).sqrt()), "the biased twin passed");
        let (mean, se) = mean_with_se(&[2.0]);
        assert!(mean == 2.0 && se.is_nan());
    }

    #[test]
    fn spread_is_unbiased_and_per_dimension() {
        let x = array![[0.0, 0.0], [2.0, 0.0], [0.0, 4.0], [2.0, 4.0]];
        let exact = ((4.0 + 16.0) / 3.0 / 2.0f64).sqrt();
        assert!(near(spread(x.view()), exact));
        assert!(
            !near(spread(x.view()), ((4.0 + 16.0) / 4.0 / 2.0f64).sqrt()),
            "the biased twin passed"
        );
        assert_eq!(spread(Array2::from_elem((9, 3), 1e9).view()), 0.0);
    }

    #[test]
    fn spread_of_a_gaussian_is_its_sd_even_far_from_the_origin() {
        // n·d − d degrees of freedom; sd of s is σ/√(2·dof)
        let x = normals(20_000, 2, &mut rng(4)) * 0.25 + 1e6;
        let bound = 5.0 * 0.25 / (2.0f64 * 39_998.0).sqrt();
        assert!((spread(x.view()) - 0.25).abs() < bound);
        assert!((spread(x.view()) - 0.25 * 1.05).abs() > bound, "the wrong twin passed");
    }

    #[test]
    fn a_scaled_score_has_the_error_of_its_scale_and_cosine_one() {
        let exact = normals(100, 3, &mut rng(5));
        for c in [0.0, 0.2, 1.0, 5.0, -1.0] {
            let learned = &exact * c;
            assert!(near(score_error(learned.view(), exact.view()), f64::abs(c - 1.0)));
            let cos = cosine(learned.view(), exact.view());
            assert!(if c == 0.0 { cos.is_nan() } else { near(cos, c.signum()) }, "{c} {cos}");
        }
        assert!(
            !near(score_error((&exact * 0.2).view(), exact.view()), 0.8 * 1.01),
            "the wrong twin passed"
        );
    }

    #[test]
    fn the_error_of_an_error_is_its_scatter() {
        // relative noise of one size on every row: the estimate of each of 200 sets scatters as it says
        let mut rng = rng(7);
        let mut found = vec![];
        for _ in 0..200 {
            let exact = normals(400, 2, &mut rng);
            let learned = &exact + normals(400, 2, &mut rng) * 0.3;
            found.push(score_error_with_se(learned.view(), exact.view()));
            assert!(near(found.last().unwrap().0, score_error(learned.view(), exact.view())));
        }
        let scatter =
            mean_with_se(&found.iter().map(|f| f.0).collect::<Vec<_>>()).1 * 200f64.sqrt();
        let said = found.iter().map(|f| f.1).sum::<f64>() / 200.0;
        let agrees = |said: f64| (said / scatter - 1.0).abs() < 5.0 / 400f64.sqrt(); // sd of an sd: 1/√(2n)
        assert!(agrees(said), "{said} {scatter}");
        assert!(!agrees(2.0 * said), "the twin without the root's derivative passed");
        let exact = normals(50, 2, &mut rng);
        let (error, se) = score_error_with_se((&exact * 1.2).view(), exact.view());
        assert!((error - 0.2).abs() < 1e-12 && se < 1e-12);
        assert_eq!(score_error_with_se(exact.view(), exact.view()), (0.0, 0.0));
    }

    #[test]
    fn a_turned_score_has_the_cosine_of_its_angle() {
        let exact = normals(100, 2, &mut rng(6));
        let (s, c) = 0.4f64.sin_cos();
        let turned = exact.dot(&array![[c, s], [-s, c]]);
        assert!(near(cosine(turned.view(), exact.view()), c));
        assert!(near(score_error(turned.view(), exact.view()), 2.0 * 0.2f64.sin()));
        assert!(!near(cosine(turned.view(), exact.view()), c * 1.01), "the wrong twin passed");
    }
}
