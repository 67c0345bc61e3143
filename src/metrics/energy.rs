//! Energy distance between two sets of samples, and the permutation test that gives it a scale.

use super::distances::{Columns, sums};
use crate::parallel::each;
use ndarray::{ArrayView2, Axis, concatenate};
use rand::Rng;

/// Rows in one block of work; fixed, so that the order of the sums does not depend on the number of threads.
pub(super) const BLOCK: usize = 64;

/// Two permuted distances closer than this, relative to the mean distance, are the same number with other rounding.
const TIE: f64 = 1e-12;

/// The energy distance between the laws of two sets of samples.
///
/// ```text
/// E = 2·E|X − Y| − E|X − X′| − E|Y − Y′|
///   = 2/(nm) Σᵢⱼ |xᵢ − yⱼ| − 1/(n(n−1)) Σ_{i≠j} |xᵢ − xⱼ| − 1/(m(m−1)) Σ_{i≠j} |yᵢ − yⱼ|
/// ```
///
/// Shapes: `x` (n, d), `y` (m, d) → a length in the units of `x`; time O((n + m)²·d), memory O((n + m)·d). The means
/// within a set leave out i = j (U-statistic): the estimate is unbiased, so for equal laws it scatters about 0 and is
/// negative about as often as not. A row that is not finite makes it NaN.
///
/// # Panics
/// If the sets differ in d or one has fewer than two rows.
///
/// Székely & Rizzo, "Energy statistics: a class of statistics based on distances", J. Stat. Plan. Inference 143 (2013).
pub fn energy_distance(x: ArrayView2<f64>, y: ArrayView2<f64>) -> f64 {
    let (n, m) = checked_shapes(x, y);
    let across = sum_of_distances(x, y) / (n * m) as f64;
    let within = |x: ArrayView2<f64>, n: usize| sum_of_distances(x, x) / (n * (n - 1)) as f64;
    2.0 * across - within(x, n) - within(y, m)
}

/// (n, m) of two sets that can be compared.
pub(super) fn checked_shapes(x: ArrayView2<f64>, y: ArrayView2<f64>) -> (usize, usize) {
    let ((n, d), (m, e)) = (x.dim(), y.dim());
    assert_eq!(d, e, "the two sets differ in dimension");
    assert!(d > 0, "samples need a dimension");
    assert!(n > 1 && m > 1, "energy distance needs two rows in each set, not {n} and {m}");
    (n, m)
}

/// Σᵢⱼ |xᵢ − yⱼ|; the blocks' sums are added in the order of the blocks.
fn sum_of_distances(x: ArrayView2<f64>, y: ArrayView2<f64>) -> f64 {
    let columns = Columns::of(y);
    let of_block = |block: ArrayView2<f64>| {
        let mut line = vec![0.0; y.nrows()];
        let mut from_row = |a| {
            columns.distances(a, &mut line);
            sums(&line).0
        };
        block.outer_iter().map(&mut from_row).sum::<f64>()
    };
    each(x.axis_chunks_iter(Axis(0), BLOCK), of_block).iter().sum()
}

/// An energy distance with its permutation p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyTest {
    /// [`energy_distance`] of the two sets.
    pub distance: f64,
    /// Probability of a distance at least this large if the two sets have one law; at least 1/(1 + permutations).
    pub p_value: f64,
}

/// Permutation test of "the two sets have one law".
///
/// ```text
/// p = (1 + #{b : E_b ≥ E}) / (1 + B),   E_b the energy distance after the b-th random relabelling of the pooled rows
/// ```
///
/// Shapes: `x` (n, d), `y` (m, d). For independent rows of one law P(p ≤ a) ≤ a at every size, however few the rows;
/// the rows must not share noise. Equal distances count as larger. No permutations give p = 1. A row that is not finite
/// makes both numbers NaN.
///
/// The distances of all pairs are held at once, 8·(n + m)² bytes (32 MB for 2,000 rows); a permutation then costs
/// O(min(n, m)²). The relabellings are drawn from `rng` before the work is shared out: the number of threads changes
/// neither the result nor the state of `rng` afterwards.
///
/// # Panics
/// As [`energy_distance`].
///
/// Székely & Rizzo 2013; the 1 + in p: Phipson & Smyth, "Permutation p-values should never be zero", Stat. Appl. Genet.
/// Mol. Biol. 9 (2010).
pub fn energy_test(
    x: ArrayView2<f64>,
    y: ArrayView2<f64>,
    permutations: usize,
    rng: &mut impl Rng,
) -> EnergyTest {
    // the smaller set first: a relabelling costs the square of the first set
    let (x, y) = if x.nrows() <= y.nrows() { (x, y) } else { (y, x) };
    let pool = Pool::new(x, y);
    let size = pool.n + pool.m;
    let relabellings: Vec<Vec<usize>> = (0..permutations)
        .map(|_| {
            let mut first = rand::seq::index::sample(rng, size, pool.n).into_vec();
            first.sort_unstable(); // equal sets then give equal bits, and memory is read in order
            first
        })
        .collect();
    let observed: Vec<usize> = (0..pool.n).collect();
    let distance = pool.energy_distance(&observed);
    if distance.is_nan() {
        return EnergyTest { distance, p_value: f64::NAN };
    }
    let threshold = distance - TIE * pool.total / (size * size) as f64;
    let far = each(&relabellings, |first| pool.energy_distance(first) >= threshold);
    let as_far = far.into_iter().filter(|far| *far).count();
    EnergyTest { distance, p_value: (1 + as_far) as f64 / (1 + permutations) as f64 }
}

/// All pairwise distances of the pooled rows, with their sums.
struct Pool {
    n: usize,
    m: usize,
    distances: Vec<f64>, // (n + m, n + m), row by row
    row_sums: Vec<f64>,  // (n + m,)
    total: f64,
}

impl Pool {
    fn new(x: ArrayView2<f64>, y: ArrayView2<f64>) -> Self {
        let (n, m) = checked_shapes(x, y);
        let all = concatenate![Axis(0), x, y]; // (n + m, d)
        let columns = Columns::of(all.view());
        let mut distances = vec![0.0; (n + m) * (n + m)];
        let row_sums = each(distances.chunks_mut(n + m).zip(all.outer_iter()), |(line, a)| {
            columns.distances(a, line);
            sums(line).0
        });
        let total = row_sums.iter().sum();
        Pool { n, m, distances, row_sums, total }
    }

    /// Energy distance of the rows `first` (n of them, ascending) from the other m.
    ///
    /// Only the pairs within `first` are summed; the row sums and the total give the rest.
    fn energy_distance(&self, first: &[usize]) -> f64 {
        let size = self.n + self.m;
        let pairs_from = |(a, &i): (usize, &usize)| {
            let line = &self.distances[i * size..(i + 1) * size];
            first[a + 1..].iter().map(|&j| line[j]).sum::<f64>()
        };
        let within_x = 2.0 * first.iter().enumerate().map(pairs_from).sum::<f64>();
        let across = first.iter().map(|&i| self.row_sums[i]).sum::<f64>() - within_x;
        let within_y = self.total - within_x - 2.0 * across;
        let (n, m) = (self.n as f64, self.m as f64);
        2.0 * across / (n * m) - within_x / (n * (n - 1.0)) - within_y / (m * (m - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{in_pools, normals, rng};
    use super::super::{mean_with_se, summary::spread};
    use super::*;
    use ndarray::{Array2, Axis, Slice, array};
    use std::f64::consts::PI;

    /// E|N(m, s²)|, the folded normal.
    fn folded(m: f64, s: f64) -> f64 {
        s * (2.0 / PI).sqrt() * (-0.5 * (m / s).powi(2)).exp()
            + m * libm::erf(m / (s * 2f64.sqrt()))
    }

    /// Energy distance of N(0, 1) from N(m, 1): X − Y is N(−m, 2).
    fn exact(m: f64) -> f64 {
        let s = 2f64.sqrt();
        2.0 * folded(m, s) - 2.0 * folded(0.0, s)
    }

    /// The n mid-quantiles of N(0, 1), by bisection: a sample without noise.
    fn quantiles(n: usize) -> Array2<f64> {
        Array2::from_shape_fn((n, 1), |(i, _)| {
            let (mut low, mut high) = (-9.0, 9.0);
            for _ in 0..60 {
                let mid = 0.5 * (low + high);
                let below = 0.5 * libm::erfc(-mid / 2f64.sqrt()) < (i as f64 + 0.5) / n as f64;
                *(if below { &mut low } else { &mut high }) = mid;
            }
            low
        })
    }

    #[test]
    fn four_points_by_hand() {
        let x = array![[0.0, 0.0], [3.0, 4.0]];
        let y = array![[0.0, 4.0], [3.0, 0.0], [0.0, 0.0]];
        // across: 4 + 3 + 0 and 3 + 4 + 5; within x: 5; within y: 5, 4, 3
        let by_hand = 2.0 * 19.0 / 6.0 - 5.0 - 12.0 / 3.0;
        let near = |a: f64, b: f64| (a - b).abs() < 1e-14;
        assert!(near(energy_distance(x.view(), y.view()), by_hand));
        assert!(near(energy_distance(y.view(), x.view()), by_hand));
        // wrong twin: i = j counted within (V-statistic)
        assert!(!near(energy_distance(x.view(), y.view()), 2.0 * 19.0 / 6.0 - 2.5 - 24.0 / 9.0));
    }

    #[test]
    fn two_normals_have_the_closed_form() {
        let n = 2_000;
        let x = quantiles(n);
        // a sample without noise is only wrong by the n equal pairs it leaves out: twice E|X − X′|/n
        let bound = 2.0 * 2.0 * folded(0.0, 2f64.sqrt()) / n as f64;
        for m in [1.0, 2.0, 3.0] {
            let agrees = |ours: f64| (ours - exact(m)).abs() < bound;
            let ours = energy_distance(x.view(), (&x + m).view());
            assert!(agrees(ours), "{m}: {ours} {}", exact(m));
            assert!(!agrees(ours * 1.01), "the wrong twin passed");
        }
    }

    #[test]
    fn equal_laws_have_mean_zero_because_the_statistic_is_unbiased() {
        let (draws, n, m) = (400, 20, 30);
        let mut rng = rng(7);
        let (mut unbiased, mut biased) = (vec![], vec![]);
        for _ in 0..draws {
            let (x, y) = (normals(n, 2, &mut rng), normals(m, 2, &mut rng));
            let distance = energy_distance(x.view(), y.view());
            unbiased.push(distance);
            // what i = j within a set would add; E|X − X′| = √π in 2-D
            biased.push(distance + PI.sqrt() * (1.0 / n as f64 + 1.0 / m as f64));
        }
        let is_zero = |values: &[f64]| {
            let (mean, se) = mean_with_se(values);
            mean.abs() < 5.0 * se
        };
        assert!(is_zero(&unbiased));
        assert!(!is_zero(&biased), "the wrong twin passed");
    }

    #[test]
    fn the_test_reports_the_energy_distance_whichever_set_is_smaller() {
        let mut rng = rng(8);
        let (x, y) = (normals(70, 3, &mut rng), normals(45, 3, &mut rng) * 1.3);
        let direct = energy_distance(x.view(), y.view());
        for test in [
            energy_test(x.view(), y.view(), 0, &mut rng),
            energy_test(y.view(), x.view(), 0, &mut rng),
        ] {
            assert!((test.distance - direct).abs() < 1e-12 * spread(x.view()));
            assert!(
                (test.distance * 1.01 - direct).abs() > 1e-12 * spread(x.view()),
                "the wrong twin passed"
            );
            assert_eq!(test.p_value, 1.0);
        }
    }

    #[test]
    fn p_values_are_uniform_under_one_law_and_small_under_a_shift() {
        let (draws, permutations) = (300, 99);
        let mut rng = rng(9);
        let mut mean_p = |shift: f64| {
            let draw = |_| {
                let (x, y) = (normals(15, 2, &mut rng), normals(20, 2, &mut rng) + shift);
                energy_test(x.view(), y.view(), permutations, &mut rng).p_value
            };
            (0..draws).map(draw).sum::<f64>() / draws as f64
        };
        // p is uniform on 1/100, 2/100, …, 1
        let (mean, bound) = (0.505, 5.0 * (1.0 / 12.0 / draws as f64).sqrt());
        assert!((mean_p(0.0) - mean).abs() < bound);
        assert!((mean_p(0.3) - mean).abs() > bound, "the wrong twin passed");
        let (x, y) = (normals(200, 2, &mut rng), normals(200, 2, &mut rng) + 0.5);
        assert!(energy_test(x.view(), y.view(), 199, &mut rng).p_value <= 0.01);
    }

    #[test]
    fn ties_count_as_larger() {
        // of the six ways to split two pairs of points, two are the observed one and its mirror
        let (x, y) = (array![[0.1], [0.2]], array![[1.1], [1.7]]);
        let draws = 3_000;
        let p = energy_test(x.view(), y.view(), draws, &mut rng(10)).p_value;
        let agrees =
            |truth: f64| (p - truth).abs() < 5.0 * (truth * (1.0 - truth) / draws as f64).sqrt();
        assert!(agrees(1.0 / 3.0), "{p}");
        assert!(!agrees(1.0 / 6.0), "the wrong twin passed");
    }

    #[test]
    fn a_row_that_is_not_finite_is_not_a_small_p_value() {
        let x = array![[0.0], [f64::NAN]];
        let y = array![[0.0], [f64::INFINITY]];
        for bad in [&x, &y] {
            assert!(energy_distance(bad.view(), array![[0.0], [1.0]].view()).is_nan());
            let test = energy_test(bad.view(), array![[0.0], [1.0]].view(), 9, &mut rng(11));
            assert!(test.distance.is_nan() && test.p_value.is_nan());
        }
    }

    #[test]
    fn a_view_of_any_layout_is_the_same_sample() {
        let (wide, y) = (normals(60, 4, &mut rng(20)), normals(30, 2, &mut rng(21)));
        let mut view = wide.view();
        view.slice_axis_inplace(Axis(0), Slice::new(0, None, 2));
        view.slice_axis_inplace(Axis(1), Slice::new(1, None, 2)); // strided in both axes
        let (copy, turned) = (view.to_owned(), view.t().as_standard_layout().into_owned());
        let both = |x: ArrayView2<f64>| {
            (energy_distance(x, y.view()), energy_test(x, y.view(), 19, &mut rng(22)))
        };
        assert_eq!(both(view), both(copy.view()));
        assert_eq!(both(turned.t()), both(copy.view()));
        assert_ne!(both((&copy * 1.01).view()), both(copy.view()), "the wrong twin passed");
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let (x, y) = (normals(301, 2, &mut rng(12)), normals(203, 2, &mut rng(13)) * 1.1);
        let [one, two, four] = in_pools(|| {
            let mut rng = rng(14);
            let test = energy_test(x.view(), y.view(), 99, &mut rng);
            let distance = energy_distance(x.view(), y.view());
            [distance.to_bits(), test.distance.to_bits(), test.p_value.to_bits(), rng.random()]
        });
        assert!(one == two && two == four);
    }
}
