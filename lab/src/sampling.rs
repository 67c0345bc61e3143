//! From noise to samples, as the flags say.

use super::answer::tell;
use super::memory;
use super::source::Source;
use crate::{ProcessName, SamplerName};
use clap::Args;
use ndarray::Array2;
use scorelab::guidance::Gamma;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{sample_classes, sample_parts, start};
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};
use std::sync::Arc;

/// The walk.
#[derive(Debug, Clone, Args)]
pub struct WalkArgs {
    /// The noise process
    #[arg(long, value_enum, default_value_t = ProcessName::VpLinear)]
    pub process: ProcessName,
    /// The sampler
    #[arg(long, value_enum, default_value_t = SamplerName::Dpm2m)]
    pub sampler: SamplerName,
    /// Sampling steps
    #[arg(long, default_value_t = 64)]
    pub steps: usize,
    /// How many samples
    #[arg(long, default_value_t = 1000)]
    pub samples: usize,
    /// The seed of the starting noise and of the noise along the way
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Guide only where σ/α lies between these two, and take γ = 1 elsewhere
    #[arg(long, value_name = "LOW,HIGH", value_delimiter = ',')]
    pub interval: Vec<f64>,
}

impl WalkArgs {
    /// The process and its grid of times.
    ///
    /// # Errors
    /// If a number is out of range or the samples need more than `gib` GiB.
    pub fn check(&self, dim: usize, gib: f64) -> Result<(Process, Grid)> {
        if self.samples == 0 || self.samples > 100_000_000 {
            return Err(Error::value("--samples", self.samples, "1 to 100000000"));
        }
        memory::refuse("the samples", self.samples as f64 * dim as f64 * 100.0, gib)?;
        match self.interval[..] {
            [] => {}
            [low, high] if 0.0 <= low && low < high && high.is_finite() => {}
            _ => {
                let given: Vec<String> = self.interval.iter().map(f64::to_string).collect();
                return Err(Error::value(
                    "--interval",
                    given.join(","),
                    "two rising numbers from 0",
                ));
            }
        }
        let process = self.process.process().validated()?;
        let grid = Grid::to_data(&process, Spacing::KARRAS, self.steps)
            .map_err(|_| Error::value("--steps", self.steps, "1 to 1000000"))?;
        Ok((process, grid))
    }

    /// Says on standard error where the walks' start does not fit the scene, as experiments do.
    pub fn warn(&self, source: &Source) {
        let process = self.process.process();
        if let Some(why) = source.scene().and_then(|s| s.mixture.start_warning(&process)) {
            tell(format!("warning: {why}"));
        }
    }

    /// The samples (n, d) at this γ and under further conditions (wᵢ, yᵢ), of the classes that are wanted.
    ///
    /// # Errors
    /// As [`WalkArgs::check`].
    pub fn walk(
        &self,
        source: &Source,
        gamma: Gamma,
        also: &[(Gamma, usize)],
        gib: f64,
    ) -> Result<Array2<f64>> {
        self.walk_for(source, gamma, also, source.wanted(self.samples), gib)
    }

    /// A sample (n, d) for each of these classes, or as many as the flags say without any.
    ///
    /// # Errors
    /// As [`WalkArgs::check`], and if a sample is not finite.
    pub fn walk_for(
        &self,
        source: &Source,
        gamma: Gamma,
        also: &[(Gamma, usize)],
        wanted: Option<Vec<usize>>,
        gib: f64,
    ) -> Result<Array2<f64>> {
        let dim = source.dim();
        let (process, grid) = self.check(dim, gib)?;
        let n = wanted.as_ref().map_or(self.samples, Vec::len);
        let x = start(n, dim, &process, &grid, self.seed);
        let (legs, method) = (self.legs(&process, &grid), self.sampler.method());
        let one = Gamma::new(1.0)?;
        let parts = |class| -> Vec<(Arc<dyn ScoreFn>, &Grid)> {
            let guided = source.guided(class, gamma, also);
            if self.interval.is_empty() {
                return vec![(guided, &grid)];
            }
            let plain = source.guided(class, one, &[]);
            let score = |inside: bool| if inside { guided.clone() } else { plain.clone() };
            legs.iter().map(|(leg, inside)| (score(*inside), leg)).collect()
        };
        finite_rows(match wanted {
            None => sample_parts(&method, &parts(None), &process, x.view(), self.seed),
            Some(wanted) => {
                let of_class = |class| parts(Some(class));
                sample_classes(&method, of_class, &process, x.view(), &wanted, self.seed)
            }
        })
    }

    /// The grid cut at the edges of the interval, and whether γ applies on each part.
    fn legs(&self, process: &Process, grid: &Grid) -> Vec<(Grid, bool)> {
        let [low, high] = self.interval[..] else { return Vec::new() };
        let edges: Vec<f64> = [low, high]
            .iter()
            .filter(|r| **r > 0.0)
            .map(|r| process.t_of_log_snr(-2.0 * r.ln()))
            .collect();
        let inside = |leg: &Grid| {
            let times = leg.times();
            let middle = 0.5 * (times[0] + times[times.len() - 1]);
            (low..high).contains(&process.level(middle).ratio())
        };
        grid.cut(&edges)
            .into_iter()
            .map(|leg| {
                let inside = inside(&leg);
                (leg, inside)
            })
            .collect()
    }
}

/// The samples, if all are finite.
fn finite_rows(x: Array2<f64>) -> Result<Array2<f64>> {
    let gone = x.outer_iter().filter(|row| row.iter().any(|v| !v.is_finite())).count();
    if gone == 0 {
        return Ok(x);
    }
    let value = format!("not finite in {gone} of {} rows", x.nrows());
    Err(Error::value(
        "the array of samples",
        value,
        "finite; take more --steps or a smaller --gamma",
    ))
}

/// The guidance scale of the flags.
///
/// # Errors
/// If a scale is not finite, or there is nothing that it could steer.
pub fn gammas(given: &[f64], source: &Source) -> Result<Vec<Gamma>> {
    if !source.steered() {
        return match given {
            [] => Ok(vec![Gamma::new(0.0)?]),
            _ => {
                Err(Error::value("--gamma", given[0], "left out, or with the --class to steer to"))
            }
        };
    }
    if given.is_empty() { Ok(vec![Gamma::new(1.0)?]) } else { finite(given) }
}

/// The guidance scales of the flags, where something is steered.
///
/// # Errors
/// If there are none or more than 100, or one is not finite.
pub fn finite(given: &[f64]) -> Result<Vec<Gamma>> {
    if given.is_empty() || given.len() > 100 {
        let value = format!("{} numbers", given.len());
        return Err(Error::value("--gamma", value, "1 to 100 numbers"));
    }
    let gamma = |g: &f64| Gamma::new(*g).map_err(|_| Error::value("--gamma", g, "a finite number"));
    given.iter().map(gamma).collect()
}
