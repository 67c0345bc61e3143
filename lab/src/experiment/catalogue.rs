//! Every method of the catalogue beside ordinary guidance, from the same noise.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use scorelab::Result;
use scorelab::methods::{
    Cost, Effective, Knobs, METHODS, Method, Parts, Plan, Run, Score, Walks, Window, build,
    effective, window,
};
use scorelab::metrics::{energy_distance, mean_with_se, sign_flip_p};
use scorelab::mixture::Tilt;
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::sampler::{AnySampler, Ddim, start};
use scorelab::score::Likelihood;
use scorelab_figures::lecture::Setting;
use std::sync::Arc;

/// The scales at which ordinary guidance is walked to find its best.
pub const SCALES: [f64; 12] = [0.0, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 8.0];

/// Walks along which the effective scale is measured.
const MOST_EFFECTIVE: usize = 400;

/// What samples can be held to.
pub const TARGETS: [&str; 2] = ["p(x|c)", "the tilt"];

/// One number for p(x|c) and one for the tilt; the latter is not a number where there is no tilt.
pub type Both<T> = [T; 2];

/// Some starting points with the truth beside them.
struct Block {
    seed: u64,
    start: Array2<f64>,
    truths: Both<Option<Array2<f64>>>,
}

/// Where a way to guide ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Energy distances, one for each block.
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

/// A comparison of a method with ordinary guidance.
#[derive(Debug, Clone, Copy)]
pub struct Against {
    /// Which of the [`TARGETS`] they are held to.
    pub target: usize,
    /// Whether ordinary guidance has its own best γ, and not the method's effective one.
    pub best: bool,
    /// Its γ.
    pub gamma: f64,
    /// How much farther from the target the method is, with its standard error over the blocks.
    pub by: (f64, f64),
    /// The p-value of no difference, [`sign_flip_p`].
    pub p: f64,
}

/// What all comparisons of a table together may tell apart by mistake.
pub const LEVEL: f64 = 0.05;
/// Standard errors beyond which a normal variable is in one of a hundred cases.
const SURE: f64 = 2.58;

/// What a comparison says of the method, among all of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is nearer to the target, at the [`LEVEL`] of the whole table.
    Better,
    /// The difference is within the margin, by 2.58 standard errors.
    Equal,
    /// Neither.
    NotToldApart,
    /// It is farther away.
    Worse,
}

impl Verdict {
    /// All of them, from the best.
    pub const ALL: [Verdict; 4] =
        [Verdict::Better, Verdict::Equal, Verdict::NotToldApart, Verdict::Worse];

    /// Of a comparison whose p-value is this, adjusted for all others, with a difference below `margin` counting as none.
    pub fn of(against: &Against, adjusted: f64, margin: f64) -> Verdict {
        let (by, se) = against.by;
        match adjusted <= LEVEL {
            _ if by.abs() + SURE * se <= margin => Verdict::Equal,
            true if by < 0.0 => Verdict::Better,
            true => Verdict::Worse,
            false => Verdict::NotToldApart,
        }
    }

    /// In a word or three.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Equal => "equal",
            Verdict::NotToldApart => "not told apart",
            Verdict::Worse => "worse",
        }
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
    /// Beside ordinary guidance.
    pub against: Vec<Against>,
}

/// Ordinary guidance by one sampler: its curve, and the best γ of it.
pub struct Ordinary {
    sampler: AnySampler,
    /// For each of the [`SCALES`], on blocks of their own.
    pub curve: Vec<Ended>,
    /// The best γ for each target.
    pub best: Both<f64>,
    /// Where it ends at these, on the blocks on which methods are compared.
    at_best: Both<Ended>,
}

/// A scene, a class and what guides to it, on which all methods walk from the same noise.
pub struct Field<'a> {
    setting: Setting<'a>,
    parts: Parts,
    gamma: f64,
    blocks: Vec<Block>,
    tuning: Vec<Block>,
    effective_start: Array2<f64>,
    window: Option<Window>,
}

impl<'a> Field<'a> {
    /// So many blocks of so many walks each, for comparing, and half as many others for finding the best γ; the tilt is that
    /// of `gamma`.
    ///
    /// # Panics
    /// If the parts lack one of the two scores.
    pub fn new(
        setting: Setting<'a>,
        parts: Parts,
        gamma: f64,
        (blocks, samples): (usize, usize),
    ) -> Self {
        let tilt = Tilt::guided(setting.exact(), setting.class, gamma).ok();
        let given = setting.exact().given(setting.class);
        let block = |number: usize| {
            let seed = setting.seed.wrapping_mul(1_000).wrapping_add(1 + number as u64);
            let (dim, truth) =
                (given.means().ncols(), given.sample(samples, seed, Purpose::Reference).x);
            let start = start(samples, dim, &setting.process, setting.grid, seed);
            let truths = [Some(truth), tilt.as_ref().map(|tilt| tilt.sample(samples, seed))];
            Block { seed, start, truths }
        };
        let (own, other) = (0..blocks, blocks..blocks + blocks.div_ceil(2));
        let (blocks, tuning) = (own.map(block).collect(), other.map(block).collect());
        let n = MOST_EFFECTIVE.min(4 * samples);
        let dim = setting.exact().means().ncols();
        let effective_start = start(n, dim, &setting.process, setting.grid, setting.seed);
        let window = window_of(&setting, effective_start.view());
        Field { setting, parts, gamma, blocks, tuning, effective_start, window }
    }

    /// Ordinary guidance by DDIM with this η, on blocks of its own.
    pub fn ordinary(&self, eta: f64) -> Ordinary {
        let sampler = AnySampler::new(Ddim { eta });
        let walk = |gamma: &f64| self.walked(&self.guided(*gamma), &sampler, &self.tuning);
        let curve: Vec<Ended> = SCALES.iter().map(walk).collect();
        let best = |target: usize| {
            let means = curve.iter().map(|ended| ended.distance(target).0);
            let least = means.zip(SCALES).min_by(|a, b| a.0.total_cmp(&b.0));
            least.map_or(f64::NAN, |(_, gamma)| gamma)
        };
        let best = [best(0), best(1)];
        let at_best = best.map(|gamma| self.walked(&self.guided(gamma), &sampler, &self.blocks));
        Ordinary { sampler, curve, best, at_best }
    }

    /// Each method that can be built here and is not ordinary guidance itself, with its defaults but for γ.
    ///
    /// # Errors
    /// If a γ is out of the range of a method.
    pub fn methods(&self) -> Result<Vec<Found>> {
        let [ode, sde] = [0.0, 1.0].map(|eta| self.ordinary(eta));
        let here = |method: &&&dyn Method| {
            let about = method.about();
            about.name != "classifier-free" && self.parts.lacking(about).is_empty()
        };
        let found = |method: &&dyn Method| match method.about().walks {
            Walks::Particles => self.method(*method, &sde),
            Walks::Any | Walks::Ddim => self.method(*method, &ode),
        };
        METHODS.iter().filter(here).map(found).collect()
    }

    fn method(&self, method: &dyn Method, ordinary: &Ordinary) -> Result<Found> {
        let about = method.about();
        let mut knobs = Knobs::defaults(about);
        if knobs.find("gamma").is_some() {
            knobs = knobs.with("gamma", self.gamma)?;
        }
        let plan = build(method, &self.parts, &knobs)?;
        let ended = self.walked(&plan, &ordinary.sampler, &self.blocks);
        let effective = self.effective(&plan, &ordinary.sampler);
        let mut against = Vec::new();
        let mut compare = |target: usize, best: bool, (gamma, rival): (f64, &Ended)| {
            if self.blocks[0].truths[target].is_none() {
                return;
            }
            let pairs = ended.distances[target].iter().zip(&rival.distances[target]);
            let by: Vec<f64> = pairs.map(|(own, rival)| own - rival).collect();
            let p = sign_flip_p(&by);
            against.push(Against { target, best, gamma, by: mean_with_se(&by), p });
        };
        if let Effective::Scale { gamma, .. } = effective {
            let rival = self.walked(&self.guided(gamma), &ordinary.sampler, &self.blocks);
            [0, 1].into_iter().for_each(|target| compare(target, false, (gamma, &rival)));
        }
        for target in [0, 1] {
            compare(target, true, (ordinary.best[target], &ordinary.at_best[target]));
        }
        let as_sure = crossing(&ordinary.curve, ended.confidence);
        Ok(Found {
            name: about.name,
            cost: method.cost(&knobs),
            effective,
            as_sure,
            ended,
            against,
        })
    }

    fn guided(&self, gamma: f64) -> Plan {
        let gamma = scorelab::guidance::Gamma::new(gamma).expect("a finite number");
        Plan::of(self.parts.guided(gamma))
    }

    fn run<'b>(&'b self, start: ArrayView2<'b, f64>, seed: u64) -> Run<'b> {
        Run { process: &self.setting.process, grid: self.setting.grid, start, seed }
    }

    fn walked(&self, plan: &Plan, sampler: &AnySampler, blocks: &[Block]) -> Ended {
        let posterior = self.setting.exact().posterior(self.setting.class);
        let one = |block: &Block| {
            let x = plan.walk(sampler, self.run(block.start.view(), block.seed));
            let to = |truth: &Option<Array2<f64>>| {
                truth.as_ref().map_or(f64::NAN, |truth| energy_distance(x.view(), truth.view()))
            };
            let sure = posterior.log_likelihood(x.view(), NoiseLevel::ve(0.0));
            (block.truths.each_ref().map(to), sure.mean().unwrap_or(f64::NAN))
        };
        let found: Vec<(Both<f64>, f64)> = blocks.par_iter().map(one).collect();
        let distances = [0, 1].map(|target| found.iter().map(|f| f.0[target]).collect());
        let confidence = found.iter().map(|f| f.1).sum::<f64>() / found.len() as f64;
        Ended { distances, confidence }
    }

    fn effective(&self, plan: &Plan, sampler: &AnySampler) -> Effective {
        let Some(window) = self.window else { return Effective::NotDefined };
        let run = self.run(self.effective_start.view(), self.setting.seed);
        let (c, u) = (self.parts.conditional(), self.parts.unconditional());
        effective(plan, sampler, [&c, &u], window, run)
    }
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
    use scorelab::data::Scene;
    use scorelab::noise::{Grid, Process, Spacing};

    fn found() -> Vec<Found> {
        let (scene, process) = (Scene::named("three").unwrap(), Process::VP_LINEAR);
        let grid = Grid::to_data(&process, Spacing::KARRAS, 12).unwrap();
        let sampler = AnySampler::new(Ddim { eta: 0.0 });
        let setting =
            Setting { scene: &scene, class: 0, process, grid: &grid, sampler: &sampler, seed: 3 };
        let parts = Parts {
            unconditional: Some(Arc::new(scene.mixture.clone())),
            conditional: Some(Arc::new(scene.mixture.given(0))),
            classifier: Some(Arc::new(scene.mixture.posterior(0))),
            ..Parts::default()
        };
        Field::new(setting, parts, 3.0, (10, 40)).methods().unwrap()
    }

    #[test]
    fn ordinary_guidance_by_another_name_is_itself_at_its_scale_and_the_class_alone_is_nearer_to_the_class()
     {
        let all = found();
        let of = |name: &str| all.iter().find(|found| found.name == name).unwrap();
        assert!(all.len() > 12 && all.iter().all(|found| found.name != "classifier-free"));
        for name in ["and", "classifier"] {
            let found = of(name);
            let Effective::Scale { gamma, .. } = found.effective else { panic!("{name}") };
            assert!((gamma - 3.0).abs() < 1e-8, "{name}: {gamma}");
            assert!((found.as_sure.unwrap() - 3.0).abs() < 0.2, "{name}: {:?}", found.as_sure);
            for against in found.against.iter().filter(|a| !a.best) {
                assert!(against.by.0.abs() < 1e-9, "{name}: {against:?}");
            }
        }
        let own = of("interval").against.iter().find(|a| !a.best && a.target == 0).unwrap();
        assert!(own.by.0.abs() > 1e-6, "the twin: another method is not the same");
        let nearer = |name: &str| of(name).ended.distance(0).0;
        assert!(nearer("conditional") < nearer("and") && nearer("and") < nearer("unconditional"));
        assert!(of("feynman-kac").against.iter().all(|a| a.best), "particles have no scale");
    }

    #[test]
    fn a_verdict_needs_a_small_p_and_a_difference_beyond_the_margin() {
        let against =
            |by: f64, se: f64| Against { target: 0, best: true, gamma: 1.0, by: (by, se), p: 0.0 };
        let of = |by, se, p| Verdict::of(&against(by, se), p, 0.1);
        assert_eq!(of(-0.5, 0.05, 0.04), Verdict::Better);
        assert_eq!(of(0.5, 0.05, 0.04), Verdict::Worse);
        assert_eq!(of(0.5, 0.05, 0.06), Verdict::NotToldApart);
        assert_eq!(of(-0.05, 0.01, 0.001), Verdict::Equal, "it is there, and too small to count");
        assert_eq!(of(-0.05, 0.05, 1.0), Verdict::NotToldApart, "it may be larger than the margin");
        assert_eq!(of(f64::NAN, 0.1, f64::NAN), Verdict::NotToldApart);
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
