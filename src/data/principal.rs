//! Principal components: the axes along which a data set is spread most, and how much along each.

use crate::linalg::{orthonormalise, symmetric_eigen};
use crate::rng::{Purpose, stream};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use ndarray_rand::RandomExt;
use rand_distr::StandardNormal;

/// The mean of a data set and its first k principal components: a frame in which its coordinates are uncorrelated.
///
/// ```text
/// z = (x − mean)·V,   x ≈ z·Vᵀ + mean,   Σ·V = V·diag(spread²)
/// ```
///
/// V is orthonormal, so white noise stays white, and distances shrink by nothing but what lies off the k axes. With k = d
/// nothing is lost. Source: Hotelling, "Analysis of a complex of statistical variables into principal components",
/// J. Educ. Psychol. 24 (1933).
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    /// The mean (d).
    pub mean: Array1<f64>,
    /// V, a component in each column (d, k).
    pub axes: Array2<f64>,
    /// The standard deviation along each, falling (k).
    pub spread: Vec<f64>,
}

/// Rounds of the subspace iteration: the last of many components is known to a few per cent of its neighbours' difference,
/// and what the subspace misses is far less than what it leaves out on purpose.
const ROUNDS: usize = 8;

impl Principal {
    /// The first k components of the rows of `x` (n, d), or all d if there are no more.
    ///
    /// By subspace iteration, then exactly within the subspace. Source: Golub & Van Loan, Matrix Computations, section
    /// 8.2.4.
    ///
    /// # Panics
    /// If there are no rows or k is 0.
    pub fn of(x: ArrayView2<f64>, k: usize) -> Self {
        assert!(k > 0, "at least one component");
        let mean = x.mean_axis(Axis(0)).expect("at least one row");
        let off = &x - &mean;
        let cov = off.t().dot(&off) / x.nrows() as f64;
        let (d, mut rng) = (x.ncols(), stream(0, Purpose::Weights, 1, 0));
        let mut axes: Array2<f64> = Array2::random_using((d, k.min(d)), StandardNormal, &mut rng);
        for _ in 0..ROUNDS {
            axes = cov.dot(&axes);
            orthonormalise(&mut axes);
        }
        let (variances, turn) = symmetric_eigen(&axes.t().dot(&cov).dot(&axes));
        let mut order: Vec<usize> = (0..variances.len()).collect();
        order.sort_by(|a, b| variances[*b].total_cmp(&variances[*a]));
        let spread = order.iter().map(|i| variances[*i].max(0.0).sqrt()).collect();
        Principal { mean, axes: axes.dot(&turn).select(Axis(1), &order), spread }
    }

    /// Points of the data's space in the frame of the components: (n, d) → (n, k).
    pub fn coordinates(&self, x: ArrayView2<f64>) -> Array2<f64> {
        (&x - &self.mean).dot(&self.axes)
    }

    /// Points of the frame in the data's space: (n, k) → (n, d).
    pub fn points(&self, z: ArrayView2<f64>) -> Array2<f64> {
        z.dot(&self.axes.t()) + &self.mean
    }

    /// The spread along each component for a network; one with hardly any, as in images that are all alike, counts as narrow.
    pub fn widths(&self) -> Vec<f64> {
        let least = 1e-3 * self.sigma_data().max(1e-3);
        self.spread.iter().map(|s| s.max(least)).collect()
    }

    /// The frame as rows of numbers with a name each, to be kept beside a network.
    pub fn rows(&self) -> [(String, Array1<f64>); 3] {
        let (spread, axes) = (self.spread.clone().into(), self.axes.iter().copied().collect());
        [("mean".into(), self.mean.clone()), ("spread".into(), spread), ("axes".into(), axes)]
    }

    /// The frame of such rows, if they are all there and of lengths that fit.
    pub fn of_rows<'a>(row: impl Fn(&str) -> Option<&'a Array1<f64>>) -> Option<Principal> {
        let (mean, spread) = (row("mean")?.clone(), row("spread")?.to_vec());
        let shape = (mean.len(), spread.len());
        let axes = row("axes")?.clone().into_shape_with_order(shape).ok()?;
        Some(Principal { mean, axes, spread })
    }

    /// σ_data, the root mean square of a coordinate in the frame.
    pub fn sigma_data(&self) -> f64 {
        let square: f64 = self.spread.iter().map(|s| s * s).sum();
        (square / self.spread.len() as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, s};

    /// 500 points of five coordinates, three of them mixed, the last one constant.
    fn points() -> Array2<f64> {
        let mut rng = stream(3, Purpose::Data, 0, 0);
        let z: Array2<f64> = Array2::random_using((500, 5), StandardNormal, &mut rng);
        let mix = array![
            [3.0, 1.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.5, 0.0, 0.0],
            [0.0, 0.0, 0.2, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.7, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0]
        ];
        z.dot(&mix) + &array![1.0, -2.0, 0.0, 5.0, 0.25]
    }

    fn largest(a: &Array2<f64>) -> f64 {
        a.fold(0.0f64, |m, v| m.max(v.abs()))
    }

    #[test]
    fn with_all_components_points_come_back_and_coordinates_are_uncorrelated() {
        let x = points();
        let frame = Principal::of(x.view(), 5);
        let z = frame.coordinates(x.view());
        assert!(largest(&(frame.points(z.view()) - &x)) < 1e-12);
        let cov = z.t().dot(&z) / 500.0;
        let expected =
            Array2::from_diag(&frame.spread.iter().map(|s| s * s).collect::<Array1<f64>>());
        assert!(largest(&(&cov - &expected)) < 1e-10, "{cov}");
        assert!(largest(&(&cov - &(expected * 1.001))) > 1e-4, "the wrong twin passes");
        assert!(frame.spread.windows(2).all(|w| w[0] >= w[1]), "{:?}", frame.spread);
    }

    #[test]
    fn fewer_components_keep_the_widest_directions() {
        let x = points();
        let (two, all) = (Principal::of(x.view(), 2), Principal::of(x.view(), 9));
        assert_eq!((two.axes.dim(), all.axes.dim()), ((5, 2), (5, 5)));
        let kept = two.points(two.coordinates(x.view()).view());
        let lost = (&kept - &x).mapv(|v| v * v).sum() / 500.0;
        let rest: f64 = all.spread[2..].iter().map(|s| s * s).sum();
        assert!((lost / rest - 1.0).abs() < 1e-2, "{lost} {rest}");
        let narrow = all.axes.select(Axis(1), &[0, 3]);
        let wrong = Principal { axes: narrow, ..two.clone() };
        let kept_wrong = wrong.points(wrong.coordinates(x.view()).view());
        let lost_wrong = (&kept_wrong - &x).mapv(|v| v * v).sum() / 500.0;
        assert!(lost_wrong > 1.1 * rest, "the twin, another direction: {lost_wrong} {rest}");
        // white noise stays white: the axes are orthonormal
        let gram = two.axes.t().dot(&two.axes) - Array2::<f64>::eye(2);
        assert!(largest(&gram) < 1e-12);
        assert!(two.sigma_data() > all.sigma_data());
        assert!(kept.slice(s![.., 4]).iter().all(|v| (v - 0.25).abs() < 1e-9));
    }
}
