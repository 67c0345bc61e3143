//! Whether walks from N(0, σ²I) start where the data end, and end where they begin.

use super::{Labelled, Mixture};
use crate::noise::Process;
use crate::number::significant;
use crate::score::ScoreFn;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

/// From this share of a standard deviation on a fault is reported: a few thousand samples show it.
const VISIBLE: f64 = 0.05;

/// How far out data lie, and how close together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// The largest |E[x₀ ∣ y]| of a class y.
    pub mean: f64,
    /// The largest variance of a coordinate.
    pub variance: f64,
    /// The largest variance of a coordinate within the class in which that is smallest but not 0; ∞ if all classes are points.
    pub narrowest: f64,
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
        let widest = |x: ArrayView2<f64>| {
            x.axis_iter(Axis(1)).map(|column| column.var(0.0)).fold(0.0, f64::max)
        };
        let within = |class: usize| {
            let rows: Vec<usize> =
                (0..points.y.len()).filter(|row| points.y[*row] == class).collect();
            if rows.is_empty() { 0.0 } else { widest(points.x.select(Axis(0), &rows).view()) }
        };
        let narrowest = least((0..count).map(within));
        Reach { mean, variance: widest(points.x.view()), narrowest }
    }

    /// What walks under this process get wrong at their start or at their end.
    pub fn warnings(&self, process: &Process) -> Vec<String> {
        [self.start_warning(process), self.end_warning(process)].into_iter().flatten().collect()
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

    /// Why a walk would end too close together, if it would: the process stops while there is more noise than data.
    ///
    /// ```text
    /// r = σ/α of the last time above 0:   narrowing = 1 − 1/√(1 + (r/s)²)
    /// ```
    ///
    /// with s the standard deviation of a class along its widest coordinate, in the narrowest class. From that time the last step goes to
    /// E\[x₀ ∣ x_t\], whose standard deviation is s/√(1 + (r/s)²) for a Gaussian. It is reported above a twentieth. That some of the
    /// coordinates are narrower than r is no fault: samples then lie where the data do, to r.
    pub fn end_warning(&self, process: &Process) -> Option<String> {
        let ratio = process.level(process.t_min()).ratio();
        let narrowing = 1.0 - 1.0 / (1.0 + ratio * ratio / self.narrowest).sqrt();
        (narrowing > VISIBLE).then(|| {
            format!(
                "the process {} ends at σ/α = {}, and a class is no wider than {}: its samples are {:.0} % too narrow; multiply the \
                 data by a constant that makes them wider",
                process.name(),
                significant(ratio, 2),
                significant(self.narrowest.sqrt(), 2),
                100.0 * narrowing
            )
        })
    }
}

/// The smallest that is above 0, else ∞.
fn least(variances: impl Iterator<Item = f64>) -> f64 {
    variances.filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min)
}

impl Mixture {
    /// How far out it lies.
    pub fn reach(&self) -> Reach {
        let length = |class: usize| {
            let mean = self.given(class).mean();
            mean.dot(&mean).sqrt()
        };
        let longest = (0..self.classes()).map(length).fold(0.0, f64::max);
        let narrowest = least((0..self.classes()).map(|class| self.given(class).widest()));
        Reach { mean: longest, variance: self.widest(), narrowest }
    }

    /// The largest variance of a coordinate.
    fn widest(&self) -> f64 {
        let mean = self.mean();
        let variance = |j: usize| -> f64 {
            let each = self.weights().iter().zip(self.covs()).zip(self.means().column(j).to_vec());
            each.map(|((w, cov), m)| w * (cov[[j, j]] + (m - mean[j]).powi(2))).sum()
        };
        (0..self.dim()).map(variance).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Scene;
    use crate::metrics::spread;
    use crate::noise::{Grid, Spacing};
    use crate::rng::Purpose;
    use crate::sampler::{Heun, sample, start};
    use ndarray::array;

    fn warning(mean: f64, sd: f64, process: Process) -> Option<String> {
        let one = Mixture::isotropic(vec![1.0], array![[mean, 0.0]], &[sd], vec![0]).unwrap();
        one.reach().start_warning(&process)
    }

    #[test]
    fn a_class_below_the_last_level_is_named_and_is_as_narrow_as_is_said() {
        let narrowing = |text: String| -> f64 {
            let share = text.split(" % too narrow").next().unwrap().rsplit(' ').next().unwrap();
            share.parse::<f64>().unwrap() / 100.0
        };
        let (process, sd) = (Process::VP_LINEAR, 0.004);
        let means = array![[2.0, 0.0], [-2.0, 0.0]];
        let two = Mixture::isotropic(vec![1.0; 2], means, &[sd, 0.5], vec![0, 1]).unwrap();
        let said = narrowing(two.reach().end_warning(&process).unwrap());
        let grid = Grid::to_data(&process, Spacing::KARRAS, 64).unwrap();
        let (n, narrow) = (4_000, two.given(0));
        let x = sample(&Heun, &narrow, &process, &grid, start(n, 2, &process, &grid, 3).view(), 3);
        let seen = 1.0 - spread(x.view()) / sd;
        let se = 1.0 / (4.0 * n as f64).sqrt() + 0.005; // of a spread in two dimensions, and what is printed
        assert!((seen - said).abs() < 4.0 * se, "{seen} {said}");
        assert!(said > 8.0 * se, "the twin without a warning passes: {said}");
        // in the same units, and of one class alone
        for (sds, named) in [([0.02, 0.5], false), ([0.5, 1e-6], true), ([1e-6, 1e-6], true)] {
            let two = Mixture::isotropic(vec![1.0; 2], array![[1.0], [-1.0]], &sds, vec![0, 1]);
            let (two, drawn) =
                (two.as_ref().unwrap(), two.as_ref().unwrap().sample(2_000, 1, Purpose::Data));
            for reach in [two.reach(), Reach::of(&drawn)] {
                assert_eq!(reach.end_warning(&process).is_some(), named, "{sds:?}");
            }
        }
        // narrow components along a curve are a wide class, and points are where they are
        let curve = Mixture::isotropic(vec![1.0; 2], array![[1.0], [-1.0]], &[1e-6; 2], vec![0; 2]);
        assert_eq!(curve.unwrap().reach().end_warning(&process), None);
        let points = Labelled { x: array![[1.0], [2.0]], y: vec![0, 1] };
        assert_eq!(Reach::of(&points).end_warning(&process), None);
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
                assert!(scene.mixture.reach().warnings(&process).is_empty(), "{name}");
            }
        }
    }
}
