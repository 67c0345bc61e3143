//! Populations of weighted particles on a line, run several times over.

use ndarray::{Array1, Array2, ArrayView2};
use scorelab::Result;
use scorelab::condition::Observation;
use scorelab::guidance::{Gamma, Guided};
use scorelab::methods::{FeynmanKac, Score, Twisted};
use scorelab::metrics::mean_with_se;
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::rng::{Noise, Purpose};
use scorelab::sampler::{Population, Step, start};
use scorelab::score::{Likelihood, ScoreFn};
use std::sync::Arc;

/// p(x|c), p(x) and γ, on a line, and the σ where γ is half-way, if it rises.
#[derive(Clone)]
pub struct Fixture {
    pub name: &'static str,
    pub main: Mixture,
    pub guiding: Mixture,
    pub gamma: f64,
    pub rise: Option<f64>,
}

/// How many steps and particles, how often, and the effective share below which they are resampled.
#[derive(Clone, Copy)]
pub struct Size {
    pub steps: usize,
    pub particles: usize,
    pub runs: usize,
    pub threshold: f64,
}

/// p(x|c)/p(x) as a likelihood, but for a constant.
struct Ratio(Fixture);

impl Likelihood for Ratio {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        self.0.main.log_density(x, level) - self.0.guiding.log_density(x, level)
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.0.main.score(x, level) - self.0.guiding.score(x, level)
    }
}

/// The most runs of a size, so that small populations take no longer than large ones.
const MOST_RUNS: usize = 64;

impl Size {
    /// As often as a larger population of `most` particles would allow, and at least twice.
    pub fn of(steps: usize, particles: usize, most: usize) -> Size {
        let particles = particles.max(2);
        let runs = (most / particles).clamp(2, MOST_RUNS);
        Size { steps: steps.max(2), particles, runs, threshold: 0.5 }
    }
}

/// What came of all runs.
#[derive(Clone)]
pub struct Came {
    /// Mean and sd, averaged over the runs, with their standard errors.
    pub moments: [(f64, f64); 2],
    pub log_z: (f64, f64),
    /// The least effective share of particles, and how often they were resampled in the first run.
    pub least_share: f64,
    pub resampled: usize,
}

/// What a population tells of itself.
trait Told {
    fn told(&self) -> (f64, f64, usize);
}

impl Told for FeynmanKac {
    fn told(&self) -> (f64, f64, usize) {
        (self.effective_share(), self.log_z(), self.resampled())
    }
}

impl Told for Twisted {
    fn told(&self) -> (f64, f64, usize) {
        (self.effective_share(), self.log_z(), self.resampled())
    }
}

/// The Feynman–Kac corrector on a fixture.
pub fn corrected(fixture: &Fixture, size: Size, seed: u64) -> Result<Came> {
    let (main, guiding): (Score, Score) =
        (Arc::new(fixture.main.clone()), Arc::new(fixture.guiding.clone()));
    let pair = Guided { main: main.clone(), guiding, gamma: Gamma::new(fixture.gamma)? };
    let mut particles = FeynmanKac::new(pair, size.threshold);
    if let Some(half) = fixture.rise {
        particles = particles.rising(Arc::new(Ratio(fixture.clone())), half);
    }
    runs(&main, &particles, size, seed)
}

/// Twisted SMC of a prior and an observation.
pub fn twisted(
    prior: &Mixture,
    seen: &Observation,
    gamma: f64,
    size: Size,
    seed: u64,
) -> Result<Came> {
    let (score, seen): (Score, _) = (Arc::new(prior.clone()), Arc::new(seen.clone()));
    let particles = Twisted::new(score.clone(), seen, [gamma, 0.01, size.threshold]);
    runs(&score, &particles, size, seed)
}

fn runs<P: Population + Told + Clone>(
    leading: &Score,
    fresh: &P,
    size: Size,
    seed: u64,
) -> Result<Came> {
    let grid = Grid::to_data(&Process::VE, Spacing::KARRAS, size.steps)?;
    let (mut means, mut sds, mut log_zs) = (Vec::new(), Vec::new(), Vec::new());
    let (mut least_share, mut resampled) = (1.0f64, 0);
    for number in 0..size.runs {
        let seed = seed.wrapping_mul(1_000).wrapping_add(number as u64);
        let (x, share, (_, log_z, times)) =
            one(leading, fresh.clone(), &grid, size.particles, seed);
        let (mean, sd) = (x.mean().unwrap_or(f64::NAN), x.std(0.0));
        means.push(mean);
        sds.push(sd);
        log_zs.push(log_z);
        if number == 0 {
            (least_share, resampled) = (share, times);
        }
    }
    let moments = [mean_with_se(&means), mean_with_se(&sds)];
    Ok(Came { moments, log_z: mean_with_se(&log_zs), least_share, resampled })
}

/// Where a population ends, the least effective share on its way, and what it tells at the end.
fn one<P: Population + Told>(
    leading: &Score,
    mut particles: P,
    grid: &Grid,
    n: usize,
    seed: u64,
) -> (Array2<f64>, f64, (f64, f64, usize)) {
    let mut x = start(n, 1, &Process::VE, grid, seed);
    let rows: Vec<usize> = (0..n).collect();
    let mut least = 1.0f64;
    for (number, t) in grid.times().windows(2).enumerate() {
        let noise = Noise::new(seed, Purpose::Walk, number, &rows);
        let step = Step { process: &Process::VE, from: t[0], to: t[1], noise };
        particles.step_all(leading, &mut x, step);
        least = least.min(particles.told().0);
    }
    (x, least, particles.told())
}
