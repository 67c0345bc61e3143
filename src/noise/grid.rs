//! Grids of times along a process.

use super::Process;
use crate::{Error, Result};
use std::cmp::Ordering;

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

/// More steps than anyone can want: this catches typing errors.
const MOST_STEPS: usize = 1_000_000;

impl Grid {
    /// `steps` steps of which the last goes from t_min to 0, so that a walk ends in x₀: `steps` times, then 0.
    ///
    /// # Errors
    /// As [`Grid::between`].
    pub fn to_data(process: &Process, spacing: Spacing, steps: usize) -> Result<Self> {
        check_steps(steps)?;
        let (from, to) = (process.t_max(), process.t_min());
        let mut times = match steps {
            1 => {
                check_spacing(process, spacing)?;
                vec![from]
            }
            _ => Self::between(process, spacing, from, to, steps - 1)?.times,
        };
        times.push(0.0);
        Ok(Grid { times })
    }

    /// `steps` steps from time `from` down to time `to`, both within [t_min, t_max].
    ///
    /// # Errors
    /// If `steps` is 0 or absurd, the process is not [valid](Process::validated), the times are outside it or do not fall,
    /// or ρ is not a number above 0 that spaces them.
    pub fn between(
        process: &Process,
        spacing: Spacing,
        from: f64,
        to: f64,
        steps: usize,
    ) -> Result<Self> {
        check_steps(steps)?;
        check_spacing(process, spacing)?;
        let (low, high) = range(process);
        if !(from > to && from <= high && to >= low) {
            let must =
                format!("a falling range within {low:.4e} … {high:.4} for {}", process.name());
            return Err(Error::value("the range of times", format!("{from} … {to}"), must));
        }
        let mut times: Vec<f64> = (0..=steps)
            .map(|i| place(process, spacing, from, to, i as f64 / steps as f64))
            .collect();
        (times[0], times[steps]) = (from, to); // the ends exactly, not through the map and back
        if let Some(i) = not_falling(&times) {
            let must = "one whose times fall; use a ρ nearer to 7, or fewer steps";
            let value = format!("{spacing:?} with {} after {}", times[i], times[i - 1]);
            return Err(Error::value("the spacing of the times", value, must));
        }
        Ok(Grid { times })
    }

    /// These times, chosen by hand: within [t_min, t_max] of the process, but for the last, which may be 0 for a walk that
    /// ends in x₀.
    ///
    /// # Errors
    /// If there are fewer than two or absurdly many, they do not fall, one is not a number or outside the process, or the
    /// process is not [valid](Process::validated).
    pub fn of(process: &Process, times: &[f64]) -> Result<Self> {
        process.validated()?;
        if times.len() < 2 {
            return Err(Error::value("the number of times", times.len(), "at least 2"));
        }
        check_steps(times.len() - 1)?;
        let (low, high) = range(process);
        for (i, t) in times.iter().enumerate() {
            let at_data = i + 1 == times.len() && *t == 0.0;
            if !(at_data || (low..=high).contains(t)) {
                let must = format!(
                    "within {low:.4e} … {high:.4} for {}, or 0 if it is the last",
                    process.name()
                );
                return Err(Error::value(format!("times[{i}]"), t, must));
            }
        }
        if let Some(i) = not_falling(times) {
            let must =
                format!("below times[{}], {}: times fall from noise to data", i - 1, times[i - 1]);
            return Err(Error::value(format!("times[{i}]"), times[i], must));
        }
        Ok(Grid { times: times.to_vec() })
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

/// Refuses a process or a spacing that no grid can follow.
fn check_spacing(process: &Process, spacing: Spacing) -> Result<()> {
    process.validated()?;
    match spacing {
        Spacing::Karras { rho } if !(rho > 0.0 && rho.is_finite()) => {
            Err(Error::value("ρ", rho, "a finite number above 0"))
        }
        _ => Ok(()),
    }
}

/// t_min and t_max, with room for rounding.
fn range(process: &Process) -> (f64, f64) {
    (process.t_min() * (1.0 - 1e-9), process.t_max() * (1.0 + 1e-9))
}

/// The first time that is not below the one before it, which a NaN never is.
fn not_falling(times: &[f64]) -> Option<usize> {
    (1..times.len()).find(|i| !matches!(times[*i].partial_cmp(&times[i - 1]), Some(Ordering::Less)))
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
        assert!(Grid::between(&p, Spacing::Uniform, 1.0, 0.5, 4).is_err(), "α = 0 is outside");
        assert!(Grid::between(&p, Spacing::Uniform, 0.3, 0.5, 4).is_err());
        for (from, to) in [(f64::NAN, 0.5), (0.5, f64::NAN), (f64::INFINITY, 0.5)] {
            assert!(Grid::between(&p, Spacing::Uniform, from, to, 4).is_err(), "{from} … {to}");
        }
    }

    #[test]
    fn a_schedule_that_is_not_a_number_is_refused_at_every_door() {
        let doors = |process: Process, spacing: Spacing| {
            [
                Grid::to_data(&process, spacing, 1),
                Grid::to_data(&process, spacing, 4),
                Grid::between(&process, spacing, 0.9, 0.5, 4),
            ]
        };
        for spacing in [Spacing::Uniform, Spacing::KARRAS, Spacing::LogSnr] {
            assert!(ALL.iter().all(|p| doors(*p, spacing).iter().all(Result::is_ok)));
            for v in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
                for process in [
                    Process::VpLinear { beta_min: v, beta_max: 20.0 },
                    Process::VpLinear { beta_min: 0.1, beta_max: v },
                    Process::Ve { sigma_min: v, sigma_max: 80.0 },
                    Process::Ve { sigma_min: 0.002, sigma_max: v },
                ] {
                    let refused = doors(process, spacing).iter().all(Result::is_err);
                    assert!(refused, "{process:?} {spacing:?}");
                    assert!(Grid::of(&process, &[0.9, 0.5]).is_err(), "{process:?}");
                }
            }
        }
        for rho in [f64::NAN, f64::INFINITY, 0.0, -7.0] {
            let refused = doors(Process::VE, Spacing::Karras { rho });
            assert!(refused.iter().all(Result::is_err), "ρ = {rho}");
        }
        // finite, and the times are not: 80^1000
        let refused = Grid::to_data(&Process::VE, Spacing::Karras { rho: 1e-3 }, 4).unwrap_err();
        assert!(refused.to_string().contains("NaN"), "{refused}");
    }

    #[test]
    fn times_of_ones_own_are_taken_as_they_are_or_refused_in_words() {
        let p = Process::VP_LINEAR;
        let own = [p.t_max(), 0.5, 0.25, p.t_min(), 0.0];
        assert_eq!(Grid::of(&p, &own).unwrap().times(), own);
        assert_eq!(Grid::of(&p, &[0.5, 0.25]).unwrap().steps(), 1);
        let by_spacing = Grid::to_data(&p, Spacing::KARRAS, 9).unwrap();
        assert_eq!(Grid::of(&p, by_spacing.times()).unwrap(), by_spacing);
        for (times, words) in [
            (&[][..], "the number of times is 0"),
            (&[0.5], "at least 2"),
            (&[0.5, 0.5], "times[1] is 0.5, but it must be below times[0], 0.5"),
            (&[0.5, 0.2, 0.3], "times[2] is 0.3, but it must be below times[1], 0.2"),
            (&[0.5, f64::NAN, 0.1], "times[1] is NaN"),
            (&[f64::INFINITY, 0.5], "times[0] is inf"),
            (&[1.5, 0.5], "times[0] is 1.5, but it must be within"),
            (&[0.5, 1e-9], "times[1] is 0.000000001, but it must be within"),
            (&[0.5, 0.0, 0.0], "times[1] is 0, but it must be within"),
            (&[0.5, -0.1], "times[1] is -0.1"),
        ] {
            let refused = Grid::of(&p, times).unwrap_err().to_string();
            assert!(refused.contains(words), "{times:?}: {refused}");
        }
    }
}
