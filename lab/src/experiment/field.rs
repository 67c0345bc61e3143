//! Every method of the catalogue beside ordinary guidance, from the same noise.

use super::standing::Against;
use ndarray::{Array2, ArrayView2, Axis, concatenate, s};
use rayon::prelude::*;
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::methods::{
    Cost, Effective, Knobs, METHODS, Method, Parts, Plan, Rule, Run, Score, Walks, Window, build,
    effective, window,
};
use scorelab::metrics::{energy_distance, mean_with_se};
use scorelab::mixture::Tilt;
use scorelab::noise::{Grid, NoiseLevel, Spacing};
use scorelab::rng::Purpose;
use scorelab::sampler::{AnySampler, Ddim, start};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab_figures::lecture::Setting;
use std::sync::Arc;

/// The scales at which ordinary guidance is walked to find its best.
pub const SCALES: [f64; 12] = [0.0, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 8.0];

/// Blocks of samples, each with starting points and noise of its own; the least p-value of their paired differences is 2⁻¹⁵.
pub const BLOCKS: usize = 16;

/// What samples are held to.
pub const TARGETS: [&str; 2] = ["p(x|c)", "the tilt"];

/// A difference below this share of the distance of unconditional samples counts as none.
pub const MARGIN: f64 = 0.01;

/// Walks along which the effective scale is measured.
const MOST_EFFECTIVE: usize = 400;

/// One thing for p(x|c) and one for the tilt.
pub type Both<T> = [T; 2];

/// Starting points in blocks, with as many true samples beside them, of the tilt only if there is one.
struct Draws {
    blocks: usize,
    seed: u64,
    start: Array2<f64>,
    truths: Both<Option<Array2<f64>>>,
}

impl Draws {
    /// The rows of a block.
    fn rows(&self, block: usize) -> std::ops::Range<usize> {
        let each = self.start.nrows() / self.blocks;
        block * each..(block + 1) * each
    }

    /// Where a plan leads; particles interact within their block alone.
    fn ends(&self, plan: &Plan, sampler: &AnySampler, run: Run) -> Array2<f64> {
        if !matches!(plan.rule, Rule::Population(_)) {
            return plan.walk(sampler, run);
        }
        let of = |block| plan.walk_rows(sampler, run, &self.rows(block).collect::<Vec<_>>());
        let ends: Vec<Array2<f64>> = (0..self.blocks).into_par_iter().map(of).collect();
        let views: Vec<_> = ends.iter().map(|x| x.view()).collect();
        concatenate(Axis(0), &views).expect("points of one dimension")
    }

    /// The energy distances of ends (n, d) from true samples, block by block.
    fn distances(&self, x: ArrayView2<f64>, truth: &Option<Array2<f64>>) -> Vec<f64> {
        let of = |block| {
            let rows = self.rows(block);
            truth.as_ref().map_or(f64::NAN, |truth| {
                energy_distance(x.slice(s![rows.clone(), ..]), truth.slice(s![rows, ..]))
            })
        };
        (0..self.blocks).into_par_iter().map(of).collect()
    }
}

/// Where a way to guide ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Energy distances, one for each block; not numbers where there is no such target.
    pub distances: Both<Vec<f64>>,
    /// The mean of log p(c|x₀).
    pub confidence: f64,
}

impl Ended {
    /// The mean distance over the blocks, with its standard error.
    pub fn distance(&self, target: usize) -> (f64, f64) {
        mean_with_se(&self.distances[target])
    }
}

/// What was found of a method.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its name.
    pub name: &'static str,
    /// Its cost.
    pub cost: Cost,
    /// Its effective scale.
    pub effective: Effective,
    /// The γ at which ordinary guidance is as sure of the class on average, if it is between the [`SCALES`].
    pub as_sure: Option<f64>,
    /// Where it ended.
    pub ended: Ended,
    /// Where it ended with twice the steps.
    pub twice: Ended,
    /// Beside ordinary guidance at its effective scale; none where it has none, or there is no such target.
    pub at_effective: Both<Option<Against>>,
    /// Beside ordinary guidance at its own best scale; none where there is no such target.
    pub at_best: Both<Option<Against>>,
}

/// Ordinary guidance by one sampler: its curve, and the best γ of it.
pub struct Ordinary {
    sampler: AnySampler,
    /// For each of the [`SCALES`], on blocks of their own.
    pub curve: Vec<Ended>,
    /// The best of the [`SCALES`] for each target.
    pub best: Both<f64>,
    at_best: Both<Ended>, // on the blocks on which methods are compared
}

impl Ordinary {
    /// What counts as no difference.
    fn margin(&self, target: usize) -> f64 {
        MARGIN * self.curve[0].distance(target).0
    }
}

/// A scene and a class, on which all methods walk from the same noise.
pub struct Field<'a> {
    setting: Setting<'a>,
    finer: Grid,
    gamma: f64,
    draws: Draws,
    tuning: Draws,
    effective_start: Array2<f64>,
    window: Option<Window>,
}

impl<'a> Field<'a> {
    /// So many samples in [`BLOCKS`] for comparing, and half as many others for finding the best γ; the tilt is that of
    /// `gamma`.
    ///
    /// # Errors
    /// If twice the steps are too many for a grid.
    pub fn new(setting: Setting<'a>, gamma: f64, samples: usize) -> Result<Self> {
        let Setting { process, grid, seed, class, .. } = setting;
        let tilt = Tilt::guided(setting.exact(), class, gamma).ok();
        let (given, each) = (setting.exact().given(class), (samples / BLOCKS).max(2));
        let draws = |blocks: usize, seed: u64| {
            let n = each * blocks;
            let truth = given.sample(n, seed, Purpose::Reference).x;
            let start = start(n, given.dim(), &process, grid, seed);
            let truths = [Some(truth), tilt.as_ref().map(|tilt| tilt.sample(n, seed))];
            Draws { blocks, seed, start, truths }
        };
        let tuning = draws(BLOCKS / 2, seed.wrapping_add(1));
        let effective_start = setting.start(samples.min(MOST_EFFECTIVE));
        let window = window_of(&setting, effective_start.view());
        let finer = Grid::to_data(&process, Spacing::KARRAS, 2 * grid.steps())?;
        let draws = draws(BLOCKS, seed);
        Ok(Field { setting, finer, gamma, draws, tuning, effective_start, window })
    }

    /// Whether the tilt is a distribution.
    pub fn has_tilt(&self) -> bool {
        self.draws.truths[1].is_some()
    }

    /// Ordinary guidance by DDIM with this η, on blocks of its own.
    ///
    /// # Panics
    /// If the parts lack one of the two scores.
    pub fn ordinary(&self, parts: &Parts, eta: f64) -> Ordinary {
        let sampler = AnySampler::new(Ddim { eta });
        let walked = |gamma: f64, draws: &Draws| {
            self.walked(&guided(parts, gamma), &sampler, self.setting.grid, draws)
        };
        let curve: Vec<Ended> = SCALES.iter().map(|g| walked(*g, &self.tuning)).collect();
        let best = [0, 1].map(|target| {
            let means = curve.iter().map(|ended| ended.distance(target).0);
            let least = means.zip(SCALES).min_by(|a, b| a.0.total_cmp(&b.0));
            least.map_or(f64::NAN, |(_, gamma)| gamma)
        });
        let at_best = best.map(|gamma| walked(gamma, &self.draws));
        Ordinary { sampler, curve, best, at_best }
    }

    /// Each method that can be built of these parts and is not ordinary guidance by its own name, with its defaults but for γ,
    /// beside ordinary guidance by the ODE and, for particles, by the SDE.
    ///
    /// # Errors
    /// If a γ is out of the range of a method.
    pub fn methods(&self, parts: &Parts, [ode, sde]: [&Ordinary; 2]) -> Result<Vec<Found>> {
        let here = |method: &&&dyn Method| {
            let about = method.about();
            about.name != "classifier-free" && parts.lacking(about).is_empty()
        };
        let found = |method: &&dyn Method| match method.about().walks {
            Walks::Particles => self.method(*method, parts, sde),
            Walks::Any | Walks::Ddim => self.method(*method, parts, ode),
        };
        METHODS.iter().filter(here).map(found).collect()
    }

    fn method(&self, method: &dyn Method, parts: &Parts, ordinary: &Ordinary) -> Result<Found> {
        let about = method.about();
        let mut knobs = Knobs::defaults(about);
        if knobs.find("gamma").is_some() {
            knobs = knobs.with("gamma", self.gamma)?;
        }
        let (plan, sampler) = (build(method, parts, &knobs)?, &ordinary.sampler);
        let ended = self.walked(&plan, sampler, self.setting.grid, &self.draws);
        let effective = self.effective(&plan, parts, sampler);
        let rival = match effective {
            Effective::Scale { gamma, .. } if gamma.is_finite() => {
                let plan = guided(parts, gamma);
                Some((gamma, self.walked(&plan, sampler, self.setting.grid, &self.draws)))
            }
            _ => None,
        };
        let against = |target: usize, (gamma, rival): (f64, &Ended)| {
            let there = target == 0 || self.has_tilt();
            let rival = (gamma, &rival.distances[target][..]);
            there.then(|| Against::new(&ended.distances[target], rival, ordinary.margin(target)))
        };
        let at_effective =
            [0, 1].map(|t| rival.as_ref().and_then(|(gamma, r)| against(t, (*gamma, r))));
        let at_best = [0, 1].map(|t| against(t, (ordinary.best[t], &ordinary.at_best[t])));
        let twice = self.walked(&plan, sampler, &self.finer, &self.draws);
        let as_sure = crossing(&ordinary.curve, ended.confidence);
        let (name, cost) = (about.name, method.cost(&knobs));
        Ok(Found { name, cost, effective, as_sure, ended, twice, at_effective, at_best })
    }

    fn walked(&self, plan: &Plan, sampler: &AnySampler, grid: &Grid, draws: &Draws) -> Ended {
        let Setting { process, class, .. } = &self.setting;
        let run = Run { process, grid, start: draws.start.view(), seed: draws.seed };
        let x = draws.ends(plan, sampler, run);
        let distances = draws.truths.each_ref().map(|truth| draws.distances(x.view(), truth));
        let posterior = self.setting.exact().posterior(*class);
        let sure = posterior.log_likelihood(x.view(), NoiseLevel::ve(0.0));
        Ended { distances, confidence: sure.mean().unwrap_or(f64::NAN) }
    }

    fn effective(&self, plan: &Plan, parts: &Parts, sampler: &AnySampler) -> Effective {
        let Some(window) = self.window else { return Effective::NotDefined };
        let Setting { process, grid, seed, .. } = &self.setting;
        let run = Run { process, grid, start: self.effective_start.view(), seed: *seed };
        effective(plan, sampler, [&parts.conditional(), &parts.unconditional()], window, run)
    }
}

fn guided(parts: &Parts, gamma: f64) -> Plan {
    Plan::of(parts.guided(Gamma::new(gamma).expect("a finite number")))
}

/// Where the exact scores have anything to say.
fn window_of(setting: &Setting, start: ArrayView2<f64>) -> Option<Window> {
    let Setting { process, grid, seed, class, .. } = *setting;
    let (exact, given) = (setting.exact(), setting.exact().given(class));
    let x0 = given.sample(start.nrows(), seed, Purpose::Reference).x;
    let [c, u]: [Score; 2] = [Arc::new(given), Arc::new(exact.clone())];
    window(&c, &u, x0.view(), Run { process: &process, grid, start, seed })
}

/// The γ between two neighbours of the [`SCALES`] at which the confidence of a curve is this, by linear interpolation.
fn crossing(curve: &[Ended], confidence: f64) -> Option<f64> {
    curve.windows(2).zip(SCALES.windows(2)).find_map(|(ended, gammas)| {
        let [low, high] = [ended[0].confidence, ended[1].confidence];
        let share = (confidence - low) / (high - low);
        (0.0..=1.0).contains(&share).then(|| gammas[0] + share * (gammas[1] - gammas[0]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::rival::CountedParts;
    use scorelab::data::Scene;
    use scorelab::noise::Process;

    fn found() -> Vec<Found> {
        let (scene, process) = (Scene::named("three").unwrap(), Process::VP_LINEAR);
        let grid = Grid::to_data(&process, Spacing::KARRAS, 12).unwrap();
        let sampler = AnySampler::new(Ddim { eta: 0.0 });
        let setting =
            Setting { scene: &scene, class: 0, process, grid: &grid, sampler: &sampler, seed: 3 };
        let parts = CountedParts::new(&scene.mixture, 0).parts();
        let field = Field::new(setting, 3.0, 40 * BLOCKS).unwrap();
        let [ode, sde] = [0.0, 1.0].map(|eta| field.ordinary(&parts, eta));
        field.methods(&parts, [&ode, &sde]).unwrap()
    }

    #[test]
    fn ordinary_guidance_by_another_name_is_itself_at_its_scale_and_the_class_alone_is_nearer_to_the_class()
     {
        let all = found();
        let of = |name: &str| all.iter().find(|found| found.name == name).unwrap();
        assert!(all.len() > 12 && all.iter().all(|found| found.name != "classifier-free"));
        let by = |name: &str| of(name).at_effective[0].unwrap().by.0.abs();
        for name in ["and", "classifier"] {
            let found = of(name);
            let Effective::Scale { gamma, .. } = found.effective else { panic!("{name}") };
            assert!((gamma - 3.0).abs() < 1e-8, "{name}: {gamma}");
            assert!((found.as_sure.unwrap() - 3.0).abs() < 0.2, "{name}: {:?}", found.as_sure);
            assert!(by(name) < 1e-9, "{name}: {}", by(name));
        }
        assert!(by("interval") > 1e-6, "the twin: another method is not the same");
        let nearer = |name: &str| of(name).ended.distance(0).0;
        assert!(nearer("conditional") < nearer("and") && nearer("and") < nearer("unconditional"));
        let particles = of("feynman-kac");
        assert!(particles.at_effective == [None; 2] && particles.at_best[1].is_some());
    }

    #[test]
    fn the_scale_that_is_as_sure_is_between_those_that_are_less_and_more() {
        let ended = |confidence| Ended { distances: [vec![], vec![]], confidence };
        let curve: Vec<Ended> = SCALES.iter().map(|gamma| ended(-1.0 / (1.0 + gamma))).collect();
        let found = crossing(&curve, -1.0 / 3.5).unwrap();
        // −1/3 at 2, −1/4 at 3
        assert!((found - (2.0 + 4.0 / 7.0)).abs() < 1e-12, "{found}");
        assert_eq!(crossing(&curve, 0.1), None);
        assert_eq!(crossing(&curve, f64::NAN), None);
    }
}
