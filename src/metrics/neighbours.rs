//! Nearest neighbours by brute force, and what they say: a class, and how two sets of points cover each other.

use super::summary::{BATCHES, batch_error};
use super::{Interval, mean_with_se};
use crate::mixture::Labelled;
use crate::parallel::each;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice};

/// Rows that one thread asks for at a time; fixed, so that no sum depends on the number of threads.
const ROWS: usize = 64;

/// The k nearest points of a set to every row of `x` (m, d), by their indices (m, k), the nearest first.
///
/// Shapes: `points` (n, d). The distance is Euclidean, in f64; of equal distances the lower index is nearer. All products are formed in f32 first, and
/// every point which their rounding leaves in doubt is measured again, so that the answer is that of f64. A distance that is
/// not a number is infinite.
///
/// # Panics
/// If the sets differ in d, or k is 0 or above n.
pub fn nearest(x: ArrayView2<f64>, points: ArrayView2<f64>, k: usize) -> Array2<usize> {
    let found = Cloud::new(points).ask(x, |seen| seen.nearest(k, None));
    let index = found.into_iter().flatten().map(|(_, j)| j).collect();
    Array2::from_shape_vec((x.nrows(), k), index).expect("k for each row")
}

/// The class of every row of `x` (m, d) by its k nearest neighbours among labelled points: (m,).
///
/// The class that most of them have; of classes with equally many, the one whose nearest member is nearest. k = 1 is the
/// class of the nearest point. Source: Cover & Hart, "Nearest neighbor pattern classification", IEEE Trans. Inf. Theory 13
/// (1967).
///
/// # Panics
/// As [`nearest`], and if there is not one class for each point.
pub fn knn_classify(data: &Labelled, x: ArrayView2<f64>, k: usize) -> Vec<usize> {
    assert_eq!(data.x.nrows(), data.y.len(), "a class for each point");
    let vote = |row: ArrayView1<usize>| {
        let classes: Vec<usize> = row.iter().map(|j| data.y[*j]).collect();
        let votes = |y: usize| classes.iter().filter(|c| **c == y).count();
        let most = classes.iter().map(|y| votes(*y)).max();
        *classes.iter().find(|y| Some(votes(**y)) == most).expect("k is at least 1")
    };
    nearest(x, data.x.view(), k).outer_iter().map(vote).collect()
}

/// How a set of samples and a set of reference points cover each other; each number with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prdc {
    /// The share of the samples that lie in some reference point's ball: are they real?
    pub precision: (f64, f64),
    /// The share of the reference points that lie in some sample's ball: could the sampler have made them?
    pub recall: (f64, f64),
    /// The mean number of reference balls that a sample lies in, over k: 1 for equal laws, more where samples crowd.
    pub density: (f64, f64),
    /// The share of the reference points whose own ball holds a sample: which of them were visited?
    pub coverage: (f64, f64),
}

/// Precision, recall, density and coverage of samples against a reference, by balls that reach to the k-th neighbour.
///
/// ```text
/// B(Xᵢ) = {x : |x − Xᵢ| ≤ the distance from Xᵢ to its k-th nearest neighbour among the other X}
/// precision = 1/M Σⱼ 1[Yⱼ ∈ ∪ᵢ B(Xᵢ)]        recall   = 1/N Σᵢ 1[Xᵢ ∈ ∪ⱼ B(Yⱼ)]
/// density   = 1/kM Σⱼ Σᵢ 1[Yⱼ ∈ B(Xᵢ)]       coverage = 1/N Σᵢ 1[∃j : Yⱼ ∈ B(Xᵢ)]
/// ```
///
/// Shapes: `samples` Y (M, d), `reference` X (N, d), usually features of images. Sets that lie far apart have 0 four times. A set
/// against itself has precision, recall and coverage 1 and, the bounds of a ball included, density 1 + 1/k; two sets of one
/// continuous law have E density = 1 and E coverage = 1 − (N − 1)…(N − k)/(M + N − 1)…(M + N − k). A row that is not finite
/// is in no ball. The standard errors are those of ten parts of both sets, whose rows must be in no order, and no less than that
/// of a share, or of a mean, of independent points.
///
/// # Panics
/// If the sets differ in d, k is 0, or a set has k rows or fewer.
///
/// Sources: precision and recall, Kynkäänniemi et al. 2019 (1904.06991), eq. 1 and 2; density and coverage, Naeem et al.
/// 2020 (2002.09797), section 3.
pub fn prdc(samples: ArrayView2<f64>, reference: ArrayView2<f64>, k: usize) -> Prdc {
    let parts = (samples.nrows() / BATCHES).min(reference.nrows() / BATCHES) > k;
    let part = |x: ArrayView2<'_, f64>, b: usize| {
        let rows = x.nrows() / BATCHES;
        x.slice_axis(Axis(0), Slice::from(b * rows..(b + 1) * rows)).to_owned()
    };
    let each: Vec<[Vec<f64>; 4]> = if parts {
        (0..BATCHES).map(|b| cover(part(samples, b).view(), part(reference, b).view(), k)).collect()
    } else {
        vec![]
    };
    let whole = cover(samples, reference, k);
    let with_se = |what: usize| {
        let (mean, se) = mean_with_se(&whole[what]);
        let of_part = |b: usize| mean_with_se(&each[b][what]).0;
        let batch = if parts { batch_error(of_part) } else { 0.0 };
        let alone = match what {
            DENSITY => se,
            _ => Interval::share(mean, whole[what].len()).half(),
        };
        (mean, alone.max(batch))
    };
    Prdc {
        precision: with_se(PRECISION),
        recall: with_se(RECALL),
        density: with_se(DENSITY),
        coverage: with_se(COVERAGE),
    }
}

/// The places of the four numbers.
const PRECISION: usize = 0;
const RECALL: usize = 1;
const DENSITY: usize = 2;
const COVERAGE: usize = 3;

/// What the four numbers are means of, point by point.
fn cover(samples: ArrayView2<f64>, reference: ArrayView2<f64>, k: usize) -> [Vec<f64>; 4] {
    let (real, made) = (Cloud::new(reference), Cloud::new(samples));
    let (real_reach, made_reach) = (real.reach(k), made.reach(k));
    let balls = real.ask(samples, |seen| seen.balls(&real_reach) as f64); // of each sample
    let found = made.ask(reference, |seen| {
        let visited = seen.holds(real_reach[seen.row]);
        (f64::from(seen.balls(&made_reach) > 0), f64::from(visited))
    });
    let (recalled, covered): (Vec<f64>, Vec<f64>) = found.into_iter().unzip();
    let inside: Vec<f64> = balls.iter().map(|n| n.min(1.0)).collect();
    let shares: Vec<f64> = balls.iter().map(|n| n / k as f64).collect();
    [inside, recalled, shares, covered]
}

/// Points to look among, prepared for many questions.
struct Cloud<'a> {
    points: ArrayView2<'a, f64>,
    centre: Array1<f64>, // distances do not change, and rounding is least about the mean
    centred: Array2<f32>, // the points less the centre (n, d)
    squares: Vec<f64>,   // |pⱼ − centre|² (n)
}

/// One asking row with all points as it sees them.
struct Seen<'a, 'b> {
    cloud: &'a Cloud<'b>,
    row: usize, // its number among those who ask
    x: ArrayView1<'a, f64>,
    square: f64,                   // |x − centre|²
    products: ArrayView1<'a, f32>, // (x − centre)·(pⱼ − centre), rounded (n)
}

impl<'a> Cloud<'a> {
    fn new(points: ArrayView2<'a, f64>) -> Self {
        let centre = points.mean_axis(Axis(0)).expect("at least one point");
        let centre = centre.mapv(|c| if c.is_finite() { c } else { 0.0 });
        let centred = (&points - &centre).mapv(|p| p as f32);
        let squares = points.outer_iter().map(|p| square_distance(p, centre.view()));
        Cloud { points, centred, squares: squares.collect(), centre }
    }

    /// What `answer` says to every row of `x`, in the order of the rows.
    fn ask<T: Send>(&self, x: ArrayView2<f64>, answer: impl Fn(&Seen) -> T + Sync) -> Vec<T> {
        assert_eq!(x.ncols(), self.points.ncols(), "the two sets differ in dimension");
        let block = |(b, x): (usize, ArrayView2<f64>)| -> Vec<T> {
            let products = (&x - &self.centre).mapv(|x| x as f32).dot(&self.centred.t());
            let one = |(i, products): (usize, ArrayView1<f32>)| {
                let x = x.row(i);
                let square = square_distance(x, self.centre.view());
                answer(&Seen { cloud: self, row: b * ROWS + i, x, square, products })
            };
            products.outer_iter().enumerate().map(one).collect()
        };
        let blocks = x.axis_chunks_iter(Axis(0), ROWS).enumerate();
        each(blocks, block).into_iter().flatten().collect()
    }

    /// The squared distance from each point to its k-th nearest neighbour among the others (n).
    fn reach(&self, k: usize) -> Vec<f64> {
        self.ask(self.points, |seen| seen.nearest(k, Some(seen.row))[k - 1].0)
    }
}

impl Seen<'_, '_> {
    /// The squared distance to point j, as the products have it, and a bound of its error: d products, their sum and the
    /// numbers in them are rounded to f32.
    #[inline(always)]
    fn rounded(&self, j: usize) -> (f64, f64) {
        let size = self.square + self.cloud.squares[j];
        let rounding = f64::from(f32::EPSILON) * size + f64::from(f32::MIN_POSITIVE);
        match f64::from(self.products[j]) {
            product if product.is_finite() => {
                (size - 2.0 * product, (self.x.len() + 4) as f64 * rounding)
            }
            _ => (0.0, f64::INFINITY),
        }
    }

    /// The squared distance to point j; infinite where it is not a number.
    fn exact(&self, j: usize) -> f64 {
        let square = square_distance(self.x, self.cloud.points.row(j));
        if square.is_nan() { f64::INFINITY } else { square }
    }

    /// The squared distances and indices of the k nearest points but `but`, the nearest first.
    fn nearest(&self, k: usize, but: Option<usize>) -> Vec<(f64, usize)> {
        let n = self.products.len();
        assert!(k > 0 && k + but.iter().len() <= n, "{k} neighbours among {n} points");
        let mut bounds = vec![f64::INFINITY; k]; // the k least upper bounds, in order
        for j in (0..n).filter(|j| Some(*j) != but) {
            let (square, error) = self.rounded(j);
            if square + error < bounds[k - 1] {
                let at = bounds.partition_point(|b| *b <= square + error);
                bounds[at..].rotate_right(1);
                bounds[at] = square + error;
            }
        }
        // what is certainly farther than k others is out; what is not a number is in
        let certainly_out = |j: usize| {
            let (square, error) = self.rounded(j);
            square - error > bounds[k - 1]
        };
        let left = (0..n).filter(|j| Some(*j) != but && !certainly_out(*j));
        let mut left: Vec<(f64, usize)> = left.map(|j| (self.exact(j), j)).collect();
        left.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        left.truncate(k);
        left
    }

    /// Whether point j is at most √reach away.
    fn within(&self, j: usize, reach: f64) -> bool {
        let (square, error) = self.rounded(j);
        if (square - reach).abs() > error {
            square < reach
        } else {
            let exact = self.exact(j);
            exact <= reach && exact.is_finite()
        }
    }

    /// In how many balls about the points this row is.
    fn balls(&self, reach: &[f64]) -> usize {
        reach.iter().enumerate().filter(|(j, r)| self.within(*j, **r)).count()
    }

    /// Whether a ball of that reach about this row holds a point.
    fn holds(&self, reach: f64) -> bool {
        (0..self.products.len()).any(|j| self.within(j, reach))
    }
}

/// |a − b|², the same bits as |b − a|².
fn square_distance(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

#[cfg(test)]
mod tests;
