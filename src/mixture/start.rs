//! Whether walks from N(0, σ²I) start where the data end.

use super::{Labelled, Mixture};
use crate::noise::Process;
use crate::score::ScoreFn;
use ndarray::{Array2, ArrayView1, Axis};

/// How far out data lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// The largest |E[x₀ ∣ y]| of a class y.
    pub mean: f64,
    /// The largest variance of a coordinate.
    pub variance: f64,
}

impl Reach {
    /// That of points (n, d) of these classes.
    ///
    /// # Panics
    /// If there is not one class for each point.
    pub fn of(points: &Labelled) -> Reach {
        assert_eq!(points.x.nrows(), points.y.len(), "a class for each point");
        let count = points.y.iter().max().map_or(0, |y| y + 1);
        let (mut sums, mut sizes) = (Array2::zeros((count, points.x.ncols())), vec![0.0; count]);
        for (row, y) in points.x.outer_iter().zip(&points.y) {
            sums.row_mut(*y).scaled_add(1.0, &row);
            sizes[*y] += 1.0;
        }
        let length = |(sum, n): (ArrayView1<f64>, &f64)| sum.dot(&sum).sqrt() / f64::max(*n, 1.0);
        let mean = sums.outer_iter().zip(&sizes).map(length).fold(0.0, f64::max);
        let variance = points.x.axis_iter(Axis(1)).map(|column| column.var(0.0));
        Reach { mean, variance: variance.fold(0.0, f64::max) }
    }

    /// Why a walk from N(0, σ²I) would start in the wrong place, if it would: the process still carries the data.
    ///
    /// ```text
    /// x_T = α·x₀ + σ·ε:   shift = |α·E[x₀ ∣ y]|/σ, the largest over y,   widening = √(1 + (α·s/σ)²) − 1
    /// ```
    ///
    /// with s the largest standard deviation of a coordinate. A walk keeps both: for one Gaussian the samples are off by as
    /// many standard deviations of the data as the start is of the noise. Above a twentieth, which a few thousand
    /// samples show, they are reported. A network does not know the data's mean, and of a guided score no start is
    /// exact, so the start stays N(0, σ²I) and whoever walks says this.
    pub fn start_warning(&self, process: &Process) -> Option<String> {
        const VISIBLE: f64 = 0.05;
        let ratio = process.level(process.t_max()).ratio();
        let shift = self.mean / ratio;
        let widening = (1.0 + self.variance / (ratio * ratio)).sqrt() - 1.0;
        let off = if shift > VISIBLE {
            format!("{shift:.2} standard deviations off")
        } else if widening > VISIBLE {
            format!("{:.0} % too narrow", 100.0 * widening / (1.0 + widening))
        } else {
            return None;
        };
        Some(format!(
            "the process {} still carries the data where walks start: a start from N(0, σ²I) is {off}, and so are the \
             samples; use --process flow or vp-cosine, which end with more noise, or move the data nearer to 0",
            process.name()
        ))
    }
}

impl Mixture {
    /// How far out it lies.
    pub fn reach(&self) -> Reach {
        let length = |class: usize| {
            let mean = self.given(class).mean();
            mean.dot(&mean).sqrt()
        };
        let longest = (0..self.classes()).map(length).fold(0.0, f64::max);
        let mean = self.mean();
        let variance = |j: usize| -> f64 {
            let each = self.weights().iter().zip(self.covs()).zip(self.means().column(j).to_vec());
            each.map(|((w, cov), m)| w * (cov[[j, j]] + (m - mean[j]).powi(2))).sum()
        };
        let widest = (0..self.dim()).map(variance).fold(0.0, f64::max);
        Reach { mean: longest, variance: widest }
    }

    /// As [`Reach::start_warning`].
    pub fn start_warning(&self, process: &Process) -> Option<String> {
        self.reach().start_warning(process)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Scene;
    use crate::rng::Purpose;
    use ndarray::array;

    fn warning(mean: f64, sd: f64, process: Process) -> Option<String> {
        let one = Mixture::isotropic(vec![1.0], array![[mean, 0.0]], &[sd], vec![0]).unwrap();
        one.start_warning(&process)
    }

    #[test]
    fn a_start_that_does_not_fit_is_named_and_one_that_does_is_not() {
        assert!(warning(20.0, 0.5, Process::VE).unwrap().contains("0.25 standard deviations"));
        assert!(warning(7.0, 0.5, Process::VE).is_some());
        assert!(warning(0.0, 40.0, Process::VE).unwrap().contains("11 % too narrow"));
        assert_eq!(warning(2.0, 0.5, Process::VE), None);
        assert_eq!(warning(15.0, 0.5, Process::Flow), None);
        let far = Mixture::isotropic(
            vec![1.0; 2],
            array![[9.0, 1.0], [-3.0, 2.0]],
            &[0.5; 2],
            vec![0, 1],
        );
        let far = far.unwrap();
        let drawn = Reach::of(&far.sample(20_000, 1, Purpose::Data));
        let agrees = |a: f64, b: f64| (a / b - 1.0).abs() < 0.02;
        assert!(agrees(drawn.mean, far.reach().mean), "{drawn:?}");
        assert!(agrees(drawn.variance, far.reach().variance), "{drawn:?}");
        assert!(!agrees(drawn.variance, 0.25), "the wrong twin: the variance within a class");
        let weak = Process::VpLinear { beta_min: 0.1, beta_max: 4.0 };
        assert!(warning(1.0, 0.5, weak).unwrap().contains("vp-linear"));
        for name in Scene::names() {
            let scene = Scene::named(name).unwrap();
            for process in [Process::VP_LINEAR, Process::VpCosine, Process::VE, Process::Flow] {
                assert_eq!(scene.mixture.start_warning(&process), None, "{name}");
            }
        }
    }
}
