//! The frame of the experiments on a scene.

use super::experiment::{Experiment, run_on};
use super::{Defaults, Settings};
use ndarray::{Array2, ArrayView2};
use scorelab::data::Scene;
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::mixture::Labelled;
use scorelab::noise::{Grid, Spacing};
use scorelab::null_label::JointNet;
use scorelab::rng::Purpose;
use scorelab::sampler::{self, sample};
use scorelab::score::{Counted, Likelihood, ScoreFn};
use scorelab::{Error, Result};
use scorelab_figures::lecture::Setting;
use std::ops::{Deref, DerefMut};
use std::process::ExitCode;

/// An experiment on a scene.
pub struct Lab {
    experiment: Experiment,
    /// The data.
    pub scene: Scene,
    /// The wanted class.
    pub class: usize,
}

impl Deref for Lab {
    type Target = Experiment;

    fn deref(&self) -> &Experiment {
        &self.experiment
    }
}

impl DerefMut for Lab {
    fn deref_mut(&mut self) -> &mut Experiment {
        &mut self.experiment
    }
}

/// Runs an experiment on a scene as a program: reads the command line, runs `body`, reports, and says how it ended.
///
/// `name` is the example's name, `question` what it asks, `next` the experiment to try afterwards. Exit codes: 0 all well
/// (or not checked), 1 a check failed, 2 bad input or a file that cannot be written.
pub fn run(
    name: &'static str,
    question: &'static str,
    next: &str,
    defaults: Defaults,
    body: impl FnOnce(&mut Lab) -> Result<()>,
) -> ExitCode {
    run_on((name, question, next), defaults, |settings| Lab::new(name, settings, defaults), body)
}

impl Lab {
    /// Finds the scene and opens the experiment.
    pub(super) fn new(name: &'static str, settings: Settings, defaults: Defaults) -> Result<Self> {
        let scene = Scene::find(&settings.scene)?;
        let (dim, own) = (scene.mixture.dim(), Scene::named(defaults.scene)?.mixture.dim());
        if dim != own {
            let what = format!("the number of dimensions of scene {}", scene.name);
            let must =
                format!("{own}, as that of {}: this experiment draws no other", defaults.scene);
            return Err(Error::value(what, dim, must));
        }
        let class = scene.class(&settings.class)?;
        let experiment = Experiment::new(name, settings, defaults)?;
        if let Some(warning) = scene.mixture.start_warning(&experiment.process) {
            eprintln!("warning: {warning}");
        }
        Ok(Lab { experiment, scene, class })
    }

    /// The class y as text, in English.
    pub fn class_name(&self) -> &str {
        &self.scene.class_names[self.class].en
    }

    /// n points of the true p(x | y), for comparison.
    pub fn truth(&self, n: usize) -> Labelled {
        self.scene.mixture.given(self.class).sample(n, self.settings.seed, Purpose::Reference)
    }

    /// Walks the points `start` along a score, guided or not: the ends (n, d), and how often each of them asked the score.
    pub fn walk(&self, score: &dyn ScoreFn, start: ArrayView2<f64>) -> (Array2<f64>, f64) {
        let score = Counted::new(score);
        let seed = self.settings.seed;
        let ends = sample(&self.method, &score, &self.process, &self.grid, start, seed);
        (ends, score.points() as f64 / start.nrows() as f64)
    }

    /// Steers the points `start` by a classifier: the ends (n, d), and the evaluations that each of them took.
    pub fn steer(
        &self,
        score: &dyn ScoreFn,
        likelihood: &dyn Likelihood,
        gamma: Gamma,
        start: ArrayView2<f64>,
    ) -> (Array2<f64>, f64) {
        let (score, likelihood) = (Counted::new(score), Counted::new(likelihood));
        let guided = ClassifierGuided { score: &score, likelihood: &likelihood, gamma };
        let (ends, _) = self.walk(&guided, start);
        (ends, (score.points() + likelihood.points()) as f64 / start.nrows() as f64)
    }

    /// Steers the points `start` without a classifier: the ends (n, d), and the evaluations that each of them took.
    pub fn steer_free(
        &self,
        net: &JointNet,
        gamma: Gamma,
        start: ArrayView2<f64>,
    ) -> (Array2<f64>, f64) {
        let guided = net.guided(self.class, gamma);
        let (ends, asked) = self.walk(&guided, start);
        (ends, asked * guided.evaluations() as f64)
    }

    /// Runs `body` as the settings say and again with twice the solver's steps: what differs is the solver's error.
    ///
    /// # Errors
    /// If twice the steps are too many for a grid; nothing has run then.
    pub fn twice<T>(&mut self, mut body: impl FnMut(&Lab) -> T) -> Result<[T; 2]> {
        let finer = Grid::to_data(&self.process, Spacing::KARRAS, 2 * self.grid.steps())?;
        let once = body(self);
        let grid = std::mem::replace(&mut self.grid, finer);
        let twice = body(self);
        self.grid = grid;
        Ok([once, twice])
    }

    /// The starting noise x_T of `samples` walks.
    pub fn start(&self) -> Array2<f64> {
        sampler::start(
            self.samples,
            self.scene.mixture.dim(),
            &self.process,
            &self.grid,
            self.settings.seed,
        )
    }

    /// Where the first n starting points of the present grid end under a score (n, d).
    pub fn ends(&self, score: &dyn ScoreFn, n: usize) -> Array2<f64> {
        let (dim, seed) = (self.scene.mixture.dim(), self.settings.seed);
        let start = sampler::start(n, dim, &self.process, &self.grid, seed);
        sample(&self.method, score, &self.process, &self.grid, start.view(), seed)
    }

    /// What the lecture's figures need to know.
    pub fn setting(&self) -> Setting<'_> {
        Setting {
            scene: &self.scene,
            class: self.class,
            process: self.process,
            grid: &self.grid,
            sampler: &self.method,
            seed: self.settings.seed,
        }
    }
}
