//! The noise axis: levels, the four noise processes, and grids of times along them.

use crate::{Error, Result};
use std::f64::consts::{FRAC_PI_2, PI};

/// Where on the noise axis we are: x_t = α·x₀ + σ·ε.
///
/// The degenerate level α = 1, σ = 0 is the data itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseLevel {
    /// What is left of the data, α > 0.
    pub alpha: f64,
    /// How much noise there is, σ ≥ 0.
    pub sigma: f64,
}

impl NoiseLevel {
    /// The variance-exploding level α = 1 with the given σ.
    pub fn ve(sigma: f64) -> Self {
        NoiseLevel { alpha: 1.0, sigma }
    }

    /// The log signal-to-noise ratio 2·ln(α/σ); +∞ at σ = 0.
    pub fn log_snr(self) -> f64 {
        2.0 * (self.alpha / self.sigma).ln()
    }

    /// σ/α, the level of the equivalent variance-exploding process for x/α.
    pub fn ratio(self) -> f64 {
        self.sigma / self.alpha
    }
}

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
    /// If 0 < β_min ≤ β_max or 0 < σ_min < σ_max does not hold, or a number is not finite.
    pub fn validated(self) -> Result<Self> {
        match self {
            Process::VpLinear { beta_min, beta_max }
                if !(beta_min > 0.0 && beta_max >= beta_min && beta_max.is_finite()) =>
            {
                Err(Error::value(
                    "β",
                    format!("{beta_min}…{beta_max}"),
                    "a finite rising range above 0",
                ))
            }
            Process::Ve { sigma_min, sigma_max }
                if !(sigma_min > 0.0 && sigma_max > sigma_min && sigma_max.is_finite()) =>
            {
                Err(Error::value(
                    "σ",
                    format!("{sigma_min}…{sigma_max}"),
                    "a finite rising range above 0",
                ))
            }
            _ => Ok(self),
        }
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

    /// The time at which the log signal-to-noise ratio 2·ln(α/σ) is `log_snr`: the inverse of `level(t).log_snr()`.
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

    /// Why a walk from N(0, σ²I) would start in the wrong place, if it would: the process still carries the data's mean.
    ///
    /// The start ignores α·x₀; what is left of it is α·`data_radius`/σ standard deviations, with `data_radius` the root
    /// mean square distance of the data from the origin per coordinate. Above 0.1 this is a visible error.
    pub fn terminal_warning(&self, data_radius: f64) -> Option<String> {
        let level = self.level(self.t_max());
        let shift = data_radius / level.ratio();
        (shift > 0.1).then(|| {
            format!(
                "the process {} still carries the data at its end: a start from N(0, σ²I) is off by {shift:.2} standard \
                 deviations (log-SNR {:.1}); add more noise",
                self.name(),
                level.log_snr()
            )
        })
    }
}

/// How a grid spaces its times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spacing {
    /// Even steps in t.
    Uniform,
    /// Even steps in (σ/α)^(1/ρ). Source: Karras et al. 2022, eq. 5.
    Karras {
        /// 7 in the paper; 1 is even in σ/α.
        rho: f64,
    },
    /// Even steps in the log-SNR.
    LogSnr,
}

impl Spacing {
    /// Karras spacing with ρ = 7.
    pub const KARRAS: Spacing = Spacing::Karras { rho: 7.0 };
}

/// A falling grid of times, from noise towards data.
///
/// ```text
/// t₀ > t₁ > … > t_N,   t_i = t_max … t_min by the spacing
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    times: Vec<f64>,
}

/// More steps than anyone means; a typing error is told from a wish.
const MOST_STEPS: usize = 1_000_000;

impl Grid {
    /// `steps` steps of which the last goes from t_min to 0, so that a walk ends in x₀: `steps` times, then 0.
    ///
    /// # Errors
    /// If `steps` is 0 or absurd, or the spacing's ρ is not positive.
    pub fn to_data(process: &Process, spacing: Spacing, steps: usize) -> Result<Self> {
        check_steps(steps)?;
        if steps == 1 {
            return Ok(Grid { times: vec![process.t_max(), 0.0] });
        }
        let mut times =
            Self::between(process, spacing, process.t_max(), process.t_min(), steps - 1)?.times;
        times.push(0.0);
        Ok(Grid { times })
    }

    /// `steps` steps from time `from` down to time `to`, both within [t_min, t_max].
    ///
    /// # Errors
    /// If `steps` is 0 or absurd, the times are outside the process or do not fall, or ρ is not positive.
    pub fn between(
        process: &Process,
        spacing: Spacing,
        from: f64,
        to: f64,
        steps: usize,
    ) -> Result<Self> {
        check_steps(steps)?;
        let (low, high) = (process.t_min() * (1.0 - 1e-9), process.t_max() * (1.0 + 1e-9));
        if !(from > to && from <= high && to >= low) {
            let must =
                format!("a falling range within {low:.4e} … {high:.4} for {}", process.name());
            return Err(Error::value("the range of times", format!("{from} … {to}"), must));
        }
        if let Spacing::Karras { rho } = spacing
            && !(rho > 0.0 && rho.is_finite())
        {
            return Err(Error::value("ρ", rho, "a finite number above 0"));
        }
        let mut times: Vec<f64> = (0..=steps)
            .map(|i| place(process, spacing, from, to, i as f64 / steps as f64))
            .collect();
        (times[0], times[steps]) = (from, to); // the ends exactly, not through the map and back
        Ok(Grid { times })
    }

    /// The same walk in pieces that meet at the times `edges`, for [`sample_parts`](crate::sampler::sample_parts).
    ///
    /// An edge between two times becomes one more time; an edge that is not inside the grid cuts nothing. Without edges
    /// it is the grid itself.
    pub fn cut(&self, edges: &[f64]) -> Vec<Grid> {
        let mut rest = self.times.clone();
        let mut pieces = Vec::new();
        let mut falling = edges.to_vec();
        falling.sort_by(|a, b| b.total_cmp(a));
        for edge in falling {
            let before = rest.partition_point(|t| *t > edge);
            if before > 0 && edge > *rest.last().expect("a grid has times") {
                let mut piece: Vec<f64> = rest.drain(..before).collect();
                piece.push(edge);
                rest.insert(0, edge);
                rest.dedup();
                pieces.push(Grid { times: piece });
            }
        }
        pieces.push(Grid { times: rest });
        pieces
    }

    /// The times t₀ > t₁ > … > t_N.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The number of steps, one less than the number of times.
    pub fn steps(&self) -> usize {
        self.times.len() - 1
    }
}

/// Refuses a number of steps that no one means.
fn check_steps(steps: usize) -> Result<()> {
    if (1..=MOST_STEPS).contains(&steps) {
        return Ok(());
    }
    Err(Error::value("the number of steps", steps, format!("1 to {MOST_STEPS}")))
}

/// The time a fraction `u` of the way from `from` to `to`.
fn place(process: &Process, spacing: Spacing, from: f64, to: f64, u: f64) -> f64 {
    let mix = |a: f64, b: f64| a + u * (b - a);
    match spacing {
        Spacing::Uniform => mix(from, to),
        Spacing::LogSnr => {
            process.t_of_log_snr(mix(process.level(from).log_snr(), process.level(to).log_snr()))
        }
        Spacing::Karras { rho } => {
            let root = |t: f64| process.level(t).ratio().powf(1.0 / rho);
            process.t_of_log_snr(-2.0 * rho * mix(root(from), root(to)).ln())
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
    fn grids_fall_from_noise_to_data() {
        for p in ALL {
            for spacing in [Spacing::Uniform, Spacing::KARRAS, Spacing::LogSnr] {
                let grid = Grid::to_data(&p, spacing, 20).unwrap();
                assert_eq!(grid.steps(), 20);
                assert_eq!((grid.times()[0], grid.times()[20]), (p.t_max(), 0.0));
                assert!(grid.times().windows(2).all(|w| w[1] < w[0]), "{p:?} {spacing:?}");
            }
        }
        let karras = Grid::to_data(&Process::VE, Spacing::KARRAS, 11).unwrap();
        let middle = (0.5 * (80f64.powf(1.0 / 7.0) + 0.002f64.powf(1.0 / 7.0))).powi(7); // i = 5 of 10
        assert!((80.0 * karras.times()[5] - middle).abs() < 1e-12);
    }

    #[test]
    fn the_pieces_of_a_cut_grid_are_the_grid() {
        let grid = Grid::to_data(&Process::VE, Spacing::KARRAS, 6).unwrap();
        let t = grid.times();
        let times = |edges: &[f64]| -> Vec<Vec<f64>> {
            grid.cut(edges).iter().map(|g| g.times().to_vec()).collect()
        };
        assert_eq!(times(&[]), [t]);
        assert_eq!(times(&[t[2]]), [&t[..=2], &t[2..]]);
        assert_eq!(times(&[t[4], t[1]]), [&t[..=1], &t[1..=4], &t[4..]]);
        let between = 0.5 * (t[2] + t[3]);
        let two = times(&[between]);
        assert_eq!(two[0], [&t[..=2], &[between]].concat());
        assert_eq!(two[1], [&[between], &t[3..]].concat());
        for outside in [t[0], 2.0, 0.0, -1.0, f64::NAN] {
            assert_eq!(times(&[outside]), [t], "{outside}");
        }
        assert_eq!(times(&[t[2], t[2]]).len(), 2, "an edge given twice cuts once");
    }

    #[test]
    fn a_grid_refuses_what_it_cannot_walk() {
        let p = Process::Flow;
        assert!(Grid::to_data(&p, Spacing::Uniform, 0).is_err());
        let many = Grid::to_data(&p, Spacing::Uniform, 99_999_999_999).unwrap_err().to_string();
        assert!(many.contains("steps is 99999999999,"), "the number that was asked for: {many}");
        assert!(Grid::to_data(&p, Spacing::Karras { rho: 0.0 }, 4).is_err());
        assert!(Grid::between(&p, Spacing::Uniform, 1.0, 0.5, 4).is_err(), "α = 0 is outside");
        assert!(Grid::between(&p, Spacing::Uniform, 0.3, 0.5, 4).is_err());
        assert!(Process::Ve { sigma_min: 1.0, sigma_max: f64::NAN }.validated().is_err());
    }

    #[test]
    fn a_process_that_keeps_the_data_is_named() {
        assert!(ALL.iter().all(|p| p.terminal_warning(2.0).is_none()));
        let weak = Process::VpLinear { beta_min: 0.1, beta_max: 4.0 };
        assert!(weak.terminal_warning(2.0).unwrap().contains("vp-linear"));
    }
}
