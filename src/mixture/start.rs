//! Whether walks from N(0, σ²I) start where the data end.

use super::Mixture;
use crate::noise::Process;
use crate::score::ScoreFn;

impl Mixture {
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
        let length = |class: usize| {
            let mean = self.given(class).mean();
            mean.dot(&mean).sqrt()
        };
        let shift = (0..self.classes()).map(length).fold(0.0, f64::max) / ratio;
        let mean = self.mean();
        let variance = |j: usize| -> f64 {
            let each = self.weights().iter().zip(self.covs()).zip(self.means().column(j).to_vec());
            each.map(|((w, cov), m)| w * (cov[[j, j]] + (m - mean[j]).powi(2))).sum()
        };
        let widest = (0..self.dim()).map(variance).fold(0.0, f64::max);
        let widening = (1.0 + widest / (ratio * ratio)).sqrt() - 1.0;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Scene;
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
