//! Standard errors of energy distances: of one distance, and of the difference of two with common noise.

use super::distances::{Columns, sums};
use super::energy::{BLOCK, checked_shapes};
use super::mean_with_se;
use crate::parallel::each;
use ndarray::ArrayView2;

/// [`energy_distance`](super::energy_distance) of the whole sample with its standard error.
///
/// ```text
/// se² = J + Var₂,   J = s²(g)/n + s²(h)/m
/// gᵢ = 2·(meanⱼ |xᵢ − yⱼ| − mean_{j≠i} |xᵢ − xⱼ|),   hⱼ the same from y
/// Var₂ = 2V_x/(n(n − 1)) + 2V_y/(m(m − 1)) + 4V_xy/(nm),   V = E of the squared, doubly centred distance
/// ```
///
/// J is the jackknife, Var₂ the second-order part of Hoeffding's decomposition. For two laws that differ, Var₂ is
/// negligible, and value and error are as for a mean. For equal laws the value scatters about 0 with the variance Var₂
/// alone, which J contains twice, so the error is then √3 too large on average. It has to be: J goes with the value,
/// and without Var₂ a value that is too small by chance would come with too small an error. Even for equal laws fewer
/// than one value in a hundred lies beyond three errors. What decides whether they are is
/// [`energy_test`](super::energy_test).
///
/// Shapes: `x` (n, d), `y` (m, d); time O((n + m)²·d), memory O((n + m)·d). Fewer than four rows have no standard error (NaN).
///
/// # Panics
/// As [`energy_distance`](super::energy_distance).
///
/// Sources: Efron & Stein, "The jackknife estimate of variance", Ann. Statist. 9 (1981); V without bias as in Székely & Rizzo,
/// "Partial distance correlation", Ann. Statist. 42 (2014), eq. 3.1.
pub fn energy_with_se(x: ArrayView2<f64>, y: ArrayView2<f64>) -> (f64, f64) {
    let (n, m) = checked_shapes(x, y);
    let (to_x, to_y) = (Columns::of(x), Columns::of(y));
    let from = |x: ArrayView2<f64>, to: &Columns, many| {
        Sums::of(x.nrows(), many, |i, line, _| to.distances(x.row(i), line))
    };
    let parts = Parts {
        across: from(x, &to_y, m),
        back: from(y, &to_x, n),
        first: from(x, &to_x, n),
        second: Some(from(y, &to_y, m)),
    };
    parts.with_se()
}

/// By how much one sample is nearer to another than a second one is, with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// E(x, y) − E(other, y).
    pub value: f64,
    /// Its standard error.
    pub se: f64,
}

/// What a difference says of the first of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranking {
    /// It is nearer.
    Better,
    /// It is farther away.
    Worse,
    /// The difference is no larger than chance makes it.
    NotToldApart,
}

/// Where the two are equal, at most this share of comparisons tells them apart.
pub const RANKING_LEVEL: f64 = 0.01;
/// The standard errors that a normal variable is beyond in [`RANKING_LEVEL`] of all cases.
const RANKING_SE: f64 = 2.575_829_303_548_901;

impl Difference {
    /// Better or worse at the 1 % level, or not to be told apart.
    pub fn ranking(&self) -> Ranking {
        let bound = RANKING_SE * self.se;
        match self.value {
            v if v < -bound => Ranking::Better,
            v if v > bound => Ranking::Worse,
            _ => Ranking::NotToldApart,
        }
    }
}

impl std::fmt::Display for Ranking {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Ranking::Better => "better",
            Ranking::Worse => "worse",
            Ranking::NotToldApart => "not told apart",
        })
    }
}

/// E(x, y) − E(other, y), where row i of `x` and of `other` come from the same noise.
///
/// ```text
/// 2/(nm) Σᵢⱼ (|xᵢ − yⱼ| − |x′ᵢ − yⱼ|) − 1/(n(n − 1)) Σ_{i≠j} (|xᵢ − xⱼ| − |x′ᵢ − x′ⱼ|)
/// ```
///
/// The distances within `y` cancel, and so does what the noise does to both; the error is that of [`energy_with_se`]
/// for these differences of distances. The same rows twice differ by 0 ± 0. Shapes: `x` and `other` (n, d), `y` (m, d).
///
/// # Panics
/// As [`energy_with_se`], and if `x` and `other` differ in shape.
pub fn energy_difference(
    x: ArrayView2<f64>,
    other: ArrayView2<f64>,
    y: ArrayView2<f64>,
) -> Difference {
    let (n, m) = checked_shapes(x, y);
    assert_eq!(x.dim(), other.dim(), "a row of the other sample for each row");
    let [to_x, to_other, to_y] = [x, other, y].map(Columns::of);
    // |a − bⱼ| − |a′ − b′ⱼ| for all j
    let apart = |rows: [ArrayView2<f64>; 2], to: [&Columns; 2], many| {
        Sums::of(rows[0].nrows(), many, |i, line, second| {
            to[0].distances(rows[0].row(i), line);
            to[1].distances(rows[1].row(i), second);
            line.iter_mut().zip(second).for_each(|(a, b)| *a -= *b);
        })
    };
    let parts = Parts {
        across: apart([x, other], [&to_y, &to_y], m),
        back: apart([y, y], [&to_x, &to_other], n),
        first: apart([x, other], [&to_x, &to_other], n),
        second: None,
    };
    let (value, se) = parts.with_se();
    Difference { value, se }
}

/// The sums of a kernel over pairs (i, j).
struct Sums {
    rows: Vec<f64>, // over j, for each i
    total: f64,
    squares: f64,
}

impl Sums {
    /// Of n rows of m numbers; `kernel` fills the row i, with a line to work in. The order does not depend on the number of threads.
    fn of(n: usize, m: usize, kernel: impl Fn(usize, &mut [f64], &mut [f64]) + Sync) -> Self {
        let block = |from: usize| {
            let (mut line, mut room) = (vec![0.0; m], vec![0.0; m]);
            let mut row = |i: usize| {
                kernel(i, &mut line, &mut room);
                sums(&line)
            };
            (from..n.min(from + BLOCK)).map(&mut row).collect::<Vec<_>>()
        };
        let blocks = each((0..n).step_by(BLOCK), block);
        let (rows, squares): (Vec<f64>, Vec<f64>) = blocks.into_iter().flatten().unzip();
        let total = rows.chunks(BLOCK).map(|block| block.iter().sum::<f64>()).sum();
        Sums { rows, total, squares: squares.iter().sum() }
    }

    fn sum_of_squared_rows(&self) -> f64 {
        self.rows.iter().map(|r| r * r).sum()
    }

    /// E of the squared kernel between different rows of one sample, doubly centred, without bias.
    fn centred(&self) -> f64 {
        let n = self.rows.len() as f64;
        if n < 4.0 {
            return f64::NAN;
        }
        let margins = 2.0 * self.sum_of_squared_rows() / (n - 2.0)
            - self.total * self.total / ((n - 1.0) * (n - 2.0));
        at_least_zero((self.squares - margins) / (n * (n - 3.0)))
    }

    /// The same between two samples; `back` are the sums over i.
    fn centred_across(&self, back: &Sums) -> f64 {
        let (n, m) = (self.rows.len() as f64, back.rows.len() as f64);
        let margins = self.sum_of_squared_rows() / m + back.sum_of_squared_rows() / n
            - self.total * self.total / (n * m);
        at_least_zero((self.squares - margins) / ((n - 1.0) * (m - 1.0)))
    }
}

/// As `max(0)`, but what is not a number stays so.
fn at_least_zero(v: f64) -> f64 {
    if v < 0.0 { 0.0 } else { v }
}

/// The kernels of 2·across − first − second.
struct Parts {
    across: Sums,
    back: Sums,
    first: Sums,
    second: Option<Sums>,
}

impl Parts {
    fn with_se(&self) -> (f64, f64) {
        let (n, m) = (self.across.rows.len(), self.back.rows.len());
        let pairs = |n: usize| (n * (n - 1)) as f64;
        let mut value = 2.0 * (self.across.total / (n * m) as f64) - self.first.total / pairs(n);
        let mut second_order = 2.0 * self.first.centred() / pairs(n)
            + 4.0 * self.across.centred_across(&self.back) / (n * m) as f64;
        if let Some(second) = &self.second {
            value -= second.total / pairs(m);
            second_order += 2.0 * second.centred() / pairs(m);
        }
        let jackknife = scatter(&self.across, m, Some(&self.first))
            + scatter(&self.back, n, self.second.as_ref());
        (value, (second_order + jackknife).sqrt())
    }
}

/// The variance of the mean of 2·(mean across − mean within) over the rows of one sample.
fn scatter(across: &Sums, others: usize, within: Option<&Sums>) -> f64 {
    let n = across.rows.len();
    let within = |i: usize| within.map_or(0.0, |w| w.rows[i] / (n - 1) as f64);
    let each: Vec<f64> =
        (0..n).map(|i| 2.0 * (across.rows[i] / others as f64 - within(i))).collect();
    mean_with_se(&each).1.powi(2)
}

#[cfg(test)]
mod tests {
    use super::super::energy_distance;
    use super::super::testing::{in_pools, normals, rng};
    use super::*;
    use ndarray::{Array2, s};

    #[test]
    fn the_value_is_the_energy_distance_to_the_bit() {
        let (x, y) = (normals(301, 3, &mut rng(1)), normals(203, 3, &mut rng(2)) * 1.1);
        let wide = normals(301, 6, &mut rng(3));
        assert_eq!(energy_with_se(x.view(), y.view()).0, energy_distance(x.view(), y.view()));
        let strided = wide.slice(s![.., ..;2]);
        assert_eq!(energy_with_se(strided, y.view()).0, energy_distance(strided, y.view()));
        let [one, two, four] = in_pools(|| energy_with_se(x.view(), y.view()));
        assert!(one == two && two == four);
    }

    #[test]
    fn the_error_is_the_jackknife_without_its_second_count_of_pairs() {
        // by hand, with every row left out in turn; the laws differ, so that pairs count for nothing
        let (x, y) = (normals(60, 2, &mut rng(4)), normals(50, 2, &mut rng(5)) + 1.0);
        let without = |x: &Array2<f64>, i: usize| {
            let rows: Vec<usize> = (0..x.nrows()).filter(|j| *j != i).collect();
            x.select(ndarray::Axis(0), &rows)
        };
        let variance = |all: Vec<f64>| {
            let n = all.len() as f64;
            (n - 1.0).powi(2) * mean_with_se(&all).1.powi(2)
        };
        let hand =
            variance((0..60).map(|i| energy_distance(without(&x, i).view(), y.view())).collect())
                + variance(
                    (0..50).map(|j| energy_distance(x.view(), without(&y, j).view())).collect(),
                );
        let (_, se) = energy_with_se(x.view(), y.view());
        assert!((se / hand.sqrt() - 1.0).abs() < 0.03, "{se} {}", hand.sqrt());
        assert!((1.1 * se / hand.sqrt() - 1.0).abs() > 0.03, "the wrong twin passed");
    }

    #[test]
    fn a_difference_is_that_of_the_two_distances_and_of_equal_rows_nothing() {
        let (x, y) = (normals(120, 2, &mut rng(6)), normals(90, 2, &mut rng(7)));
        let other = &x * 1.3 + 0.2;
        let found = energy_difference(x.view(), other.view(), y.view());
        let apart = energy_distance(x.view(), y.view()) - energy_distance(other.view(), y.view());
        assert!((found.value - apart).abs() < 1e-13);
        let unpaired =
            energy_with_se(x.view(), y.view()).1.hypot(energy_with_se(other.view(), y.view()).1);
        assert!(found.se < unpaired, "{} {unpaired}", found.se);
        let near = energy_difference(x.view(), (&x * 1.01).view(), y.view());
        assert!(near.se < 0.1 * unpaired, "the nearer the rows, the less: {} {unpaired}", near.se);
        let none = energy_difference(x.view(), x.view(), y.view());
        assert_eq!((none.value, none.se, none.ranking()), (0.0, 0.0, Ranking::NotToldApart));
        let [better, worse] = [-1.0, 1.0].map(|value| Difference { value, se: 0.3 }.ranking());
        assert_eq!((better, worse), (Ranking::Better, Ranking::Worse));
    }

    #[test]
    fn what_is_not_finite_has_no_error() {
        let mut x = normals(20, 1, &mut rng(8));
        let y = normals(20, 1, &mut rng(9));
        x[[3, 0]] = f64::INFINITY;
        let (value, se) = energy_with_se(x.view(), y.view());
        assert!(value.is_nan() && se.is_nan());
        let few = normals(3, 1, &mut rng(10));
        assert!(energy_with_se(few.view(), y.view()).1.is_nan());
    }
}
