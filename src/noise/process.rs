//! The four noise processes.

use super::NoiseLevel;
use crate::{Error, Result};
use std::f64::consts::{FRAC_PI_2, PI};

/// A noise process dx = f(t)·x dt + g(t) dw on t ∈ [0, 1], from data (t = 0) to noise (t = 1).
///
/// ```text
/// x_t = α(t)·x₀ + σ(t)·ε,   f = d ln α/dt,   g² = dσ²/dt − 2f·σ²
/// ```
///
/// Source: Song et al. 2021 (arXiv 2011.13456), eq. 29 and appendix B; Kingma et al. 2021 (2107.00630) for f and g².
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Process {
    /// Variance preserving, β(t) = β_min + t·(β_max − β_min); α² + σ² = 1. Source: Ho et al. 2020 (2006.11239).
    VpLinear {
        /// β at t = 0.
        beta_min: f64,
        /// β at t = 1.
        beta_max: f64,
    },
    /// Variance preserving, α = cos(πt/2), σ = sin(πt/2). Source: Nichol & Dhariwal 2021 (2102.09672), eq. 17, with s = 0.
    VpCosine,
    /// Variance exploding, α = 1, σ = σ_max·t. Source: Karras et al. 2022 (2206.00364), table 1.
    Ve {
        /// The smallest level that a grid stops at before 0.
        sigma_min: f64,
        /// The level at t = 1.
        sigma_max: f64,
    },
    /// Straight-line flow, α = 1 − t, σ = t. Source: Lipman et al. 2023 (2210.02747); Liu et al. 2023 (2209.03003).
    Flow,
}

/// ±log-SNR at which a process other than VE stops: towards the data, and towards noise if its α reaches 0 there. e⁻⁶ =
/// .0025 is left.
const LOG_SNR_END: f64 = 12.0;

impl Process {
    /// The usual variance-preserving process: β from 0.1 to 20 (Song et al. 2021, appendix C).
    pub const VP_LINEAR: Process = Process::VpLinear { beta_min: 0.1, beta_max: 20.0 };
    /// The variance-exploding process of Karras et al. 2022: σ from 0.002 to 80.
    pub const VE: Process = Process::Ve { sigma_min: 0.002, sigma_max: 80.0 };

    /// The short name, as the command line spells it.
    pub fn name(&self) -> &'static str {
        match self {
            Process::VpLinear { .. } => "vp-linear",
            Process::VpCosine => "vp-cosine",
            Process::Ve { .. } => "ve",
            Process::Flow => "flow",
        }
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// If 0 < β_min ≤ β_max or 0 < σ_min < σ_max does not hold, a number is not finite, or t_min < t_max does not hold, or
    /// (σ/α)² is 0 or ∞ at one of them in double precision.
    pub fn validated(self) -> Result<Self> {
        let (what, low, high, rises) = match self {
            Process::VpLinear { beta_min: a, beta_max: b } => ("β", a, b, a <= b),
            Process::Ve { sigma_min: a, sigma_max: b } => ("σ", a, b, a < b),
            Process::VpCosine | Process::Flow => return Ok(self),
        };
        let refused = |must: &str| Err(Error::value(what, format!("{low}…{high}"), must));
        if !(low > 0.0 && rises && high.is_finite()) {
            return refused("a finite rising range above 0");
        }
        let (first, last) = (self.t_min(), self.t_max());
        let seen = |t: f64| {
            let r = self.level(t).ratio();
            r * r > 0.0 && (r * r).is_finite()
        };
        if !(first < last && seen(first) && seen(last)) {
            return refused(
                "a range from little noise to much: (σ/α)² has to rise from above 0 to a finite number",
            );
        }
        Ok(self)
    }

    /// (α, σ) at time t ∈ [0, 1].
    pub fn level(&self, t: f64) -> NoiseLevel {
        match *self {
            Process::VpLinear { beta_min, beta_max } => {
                let b = beta_min * t + 0.5 * (beta_max - beta_min) * t * t; // ∫β
                NoiseLevel { alpha: (-0.5 * b).exp(), sigma: (-(-b).exp_m1()).sqrt() }
            }
            Process::VpCosine => {
                NoiseLevel { alpha: (FRAC_PI_2 * t).cos(), sigma: (FRAC_PI_2 * t).sin() }
            }
            Process::Ve { sigma_max, .. } => NoiseLevel::ve(sigma_max * t),
            Process::Flow => NoiseLevel { alpha: 1.0 - t, sigma: t },
        }
    }

    /// f(t) = d ln α/dt, so that the forward drift is f(t)·x. Zero for VE.
    pub fn drift(&self, t: f64) -> f64 {
        match *self {
            Process::VpLinear { .. } => -0.5 * self.beta(t),
            Process::VpCosine => -FRAC_PI_2 * (FRAC_PI_2 * t).tan(),
            Process::Ve { .. } => 0.0,
            Process::Flow => -1.0 / (1.0 - t),
        }
    }

    /// g²(t) = dσ²/dt − 2f·σ², the variance that the forward noise adds per unit of t.
    pub fn g2(&self, t: f64) -> f64 {
        match *self {
            Process::VpLinear { .. } => self.beta(t),
            Process::VpCosine => PI * (FRAC_PI_2 * t).tan(),
            Process::Ve { sigma_max, .. } => 2.0 * sigma_max * sigma_max * t,
            Process::Flow => 2.0 * t / (1.0 - t),
        }
    }

    fn beta(&self, t: f64) -> f64 {
        match *self {
            Process::VpLinear { beta_min, beta_max } => beta_min + t * (beta_max - beta_min),
            _ => -2.0 * self.drift(t),
        }
    }

    /// The earliest time a grid may hold before 0: log-SNR = 12, or σ_min for VE.
    pub fn t_min(&self) -> f64 {
        match *self {
            Process::Ve { sigma_min, sigma_max } => sigma_min / sigma_max,
            _ => self.t_of_log_snr(LOG_SNR_END),
        }
    }

    /// The latest time, where a walk starts: 1, or log-SNR = −12 for the processes whose α reaches 0 there.
    pub fn t_max(&self) -> f64 {
        match self {
            Process::VpLinear { .. } | Process::Ve { .. } => 1.0,
            Process::VpCosine | Process::Flow => self.t_of_log_snr(-LOG_SNR_END),
        }
    }

    /// The time at which the log signal-to-noise ratio 2·ln(α/σ) is `log_snr`. It is the inverse of `level(t).log_snr()`.
    pub fn t_of_log_snr(&self, log_snr: f64) -> f64 {
        match *self {
            Process::VpLinear { beta_min, beta_max } => {
                let b = (-log_snr).exp().ln_1p(); // ∫β = ln(1 + e^−λ)
                let slope = beta_max - beta_min;
                // the root of ½·slope·t² + β_min·t − b, in the form that stays exact as slope → 0
                2.0 * b / (beta_min + (beta_min * beta_min + 2.0 * slope * b).sqrt())
            }
            Process::VpCosine => (-0.5 * log_snr).exp().atan() / FRAC_PI_2,
            Process::Ve { sigma_max, .. } => (-0.5 * log_snr).exp() / sigma_max,
            Process::Flow => 1.0 / (1.0 + (0.5 * log_snr).exp()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Process; 4] = [Process::VP_LINEAR, Process::VpCosine, Process::VE, Process::Flow];

    fn inner_times(p: &Process) -> impl Iterator<Item = f64> {
        let (a, b) = (p.t_min(), p.t_max());
        (0..=200).map(move |i| a + (b - a) * i as f64 / 200.0)
    }

    #[test]
    fn levels_are_positive_and_the_snr_falls() {
        for p in ALL {
            let snr: Vec<f64> = inner_times(&p)
                .map(|t| {
                    let level = p.level(t);
                    assert!(level.alpha > 0.0 && level.sigma > 0.0, "{p:?} at {t}");
                    level.log_snr()
                })
                .collect();
            assert!(snr.windows(2).all(|w| w[1] < w[0]), "{p:?}");
        }
    }

    #[test]
    fn variance_preserving_processes_preserve_the_variance() {
        let off = |p: &Process| {
            inner_times(p)
                .map(|t| p.level(t))
                .map(|l| (l.alpha.powi(2) + l.sigma.powi(2) - 1.0).abs())
                .fold(0.0, f64::max)
        };
        assert!(off(&Process::VP_LINEAR) < 1e-14 && off(&Process::VpCosine) < 1e-14);
        assert!(off(&Process::Flow) > 0.4, "the flow is the wrong twin");
    }

    #[test]
    fn drift_and_g2_are_the_derivatives_of_the_level() {
        for p in ALL {
            for t in [0.05, 0.3, 0.6, 0.9] {
                let h = 1e-5;
                let (a, b, here) = (p.level(t - h), p.level(t + h), p.level(t));
                let f = (b.alpha.ln() - a.alpha.ln()) / (2.0 * h);
                let g2 =
                    (b.sigma.powi(2) - a.sigma.powi(2)) / (2.0 * h) - 2.0 * f * here.sigma.powi(2);
                let close = |x: f64, y: f64| (x - y).abs() <= 1e-6 * y.abs().max(1.0);
                assert!(close(p.drift(t), f) && close(p.g2(t), g2), "{p:?} at {t}: {f} {g2}");
                assert!(!close(p.g2(t) * 1.001, g2), "the wrong twin passes for {p:?} at {t}");
            }
        }
    }

    #[test]
    fn the_inverse_of_the_log_snr_is_its_inverse() {
        for p in ALL {
            for t in inner_times(&p) {
                let back = p.t_of_log_snr(p.level(t).log_snr());
                assert!(
                    (back - t).abs() < 1e-9 * (1.0 + 1.0 / (1.0 - t).max(1e-3)),
                    "{p:?}: {t} → {back}"
                );
            }
        }
        let constant = Process::VpLinear { beta_min: 3.0, beta_max: 3.0 };
        assert!((constant.t_of_log_snr(constant.level(0.5).log_snr()) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_process_that_no_walk_can_follow_is_refused() {
        let vp = |beta_min, beta_max| Process::VpLinear { beta_min, beta_max }.validated();
        let ve = |sigma_min, sigma_max| Process::Ve { sigma_min, sigma_max }.validated();
        assert!(ALL.iter().all(|p| p.validated().is_ok()) && vp(3.0, 3.0).is_ok());
        for v in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0] {
            assert!(vp(v, 20.0).is_err() && vp(0.1, v).is_err(), "β {v}");
            assert!(ve(v, 80.0).is_err() && ve(0.002, v).is_err(), "σ {v}");
        }
        assert!(vp(20.0, 0.1).is_err() && ve(80.0, 0.002).is_err() && ve(1.0, 1.0).is_err());
        // finite, but α is 0 at the end, σ² overflows, σ_min/σ_max vanishes, and no noise is ever added
        for extreme in [vp(0.1, 1e6), ve(1.0, 1e200), ve(1e-200, 1e200), vp(1e-9, 1e-9)] {
            let words = extreme.unwrap_err().to_string();
            assert!(words.contains("from little noise to much"), "{words}");
        }
    }
}
