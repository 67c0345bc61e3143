//! The networks of the experiments: one recipe, so that every experiment and every test means the same ones.

use crate::setup::Setup;
use crate::watch::Progress;
use scorelab::checkpoint::{Kind, Model, Recipe};
use scorelab::classifier::{CleanClassifier, NoisyClassifier, OneVsRest};
use scorelab::guided_training::{Distilled, Rule, train_guided};
use scorelab::mixture::{Labelled, Mixture};
use scorelab::nn::{MlpConfig, Potential, PotentialConfig, ScoreNet};
use scorelab::null_label::JointNet;
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;
use scorelab::train::{Denoising, Explicit, TrainConfig, TrainStep, loss_floor, train_potential};
use scorelab::training_loop::{Examples, Now, Watcher, learn};
use scorelab::{Error, Result};
use scorelab_figures::lecture;
use scorelab_figures::plot::Figure;
use std::ops::ControlFlow;

pub use scorelab::checkpoint::{P_DROP, TRAINING_POINTS};

/// Updates of the score network, at full size and at `--quick`.
pub const SCORE_STEPS: (usize, usize) = (3000, 500);

/// Updates of the joint network, at full size and at `--quick`.
pub const JOINT_STEPS: (usize, usize) = (4000, 600);

/// Updates of the noisy classifier, at full size and at `--quick`.
pub const CLASSIFIER_STEPS: (usize, usize) = (1500, 250);

/// The score network of the experiments before its first step.
///
/// # Errors
/// As [`ScoreNet::new`].
pub fn untrained_score(mixture: &Mixture, seed: u64) -> Result<ScoreNet> {
    let recipe = Recipe::default();
    let shape = recipe.shape(mixture.dim(), 0);
    ScoreNet::new(shape, recipe.target, mixture.radius(), seed)
}

/// The joint network of the experiments before its first step.
///
/// # Errors
/// As [`JointNet::new`].
pub fn untrained_joint(mixture: &Mixture, seed: u64) -> Result<JointNet> {
    let recipe = Recipe::default();
    let shape = recipe.shape(mixture.dim(), 0);
    JointNet::new(shape, mixture.classes(), recipe.target, mixture.radius(), seed)
}

/// The two networks that classifier guidance needs, trained apart on the same data.
pub struct Learned {
    /// The unconditional score.
    pub score: ScoreNet,
    /// The noisy classifier.
    pub classifier: NoisyClassifier,
}

impl Setup {
    /// A training set drawn from the scene.
    ///
    /// # Errors
    /// If a class is so rare that the set has no example of it.
    pub fn training_set(&self) -> Result<Labelled> {
        let mixture = &self.scene().mixture;
        let data = mixture.sample(TRAINING_POINTS, self.seed, Purpose::Data);
        let weights = mixture.class_weights();
        match (0..weights.len()).find(|c| !data.y.contains(c)) {
            None => Ok(data),
            Some(c) => Err(Error::value(
                format!("the share of class {}", self.scene().class_names[c].en),
                format!("{:.1e}", weights[c]),
                format!(
                    "large enough for the class to occur among {TRAINING_POINTS} points; raise its weight"
                ),
            )),
        }
    }

    /// The recipe of the experiments for a network, trained for `full` or, at `--quick`, `quick` steps.
    pub fn recipe(&self, model: Kind, (full, quick): (usize, usize)) -> Recipe {
        let (steps, seed) = (self.size(full, quick), self.seed);
        let train = TrainConfig { steps, seed, ..TrainConfig::default() };
        Recipe { model, train, ..Recipe::default() }
    }

    /// Trains a network by a recipe, with a progress bar called `what`.
    ///
    /// # Errors
    /// If a setting is out of range, a classifier has only one class to learn, or training diverges.
    pub fn train(&self, what: &'static str, recipe: &Recipe, data: &Labelled) -> Result<Model> {
        self.train_watched(what, recipe, data, &mut Losses::default())
    }

    fn train_watched(
        &self,
        what: &'static str,
        recipe: &Recipe,
        points: &Labelled,
        watcher: &mut dyn Watcher,
    ) -> Result<Model> {
        let mixture = &self.scene().mixture;
        let (classes, sigma_data) = (mixture.classes(), mixture.radius());
        let examples = Examples { points, classes, sigma_data, spread: &[] };
        let mut progress = Progress::new(what, 0, recipe.train.steps).speaking(self.output.lang);
        learn(recipe, examples, None, &mut [&mut progress, watcher]).map(|ended| ended.model)
    }

    /// Trains the unconditional score network of the experiments, with a progress bar.
    ///
    /// # Errors
    /// If training diverges.
    pub fn train_score(&self, data: &Labelled) -> Result<ScoreNet> {
        Ok(self.train_score_with_losses(data)?.0)
    }

    /// As [`Setup::train_score`], with the loss of every step.
    ///
    /// # Errors
    /// If training diverges.
    pub fn train_score_with_losses(&self, data: &Labelled) -> Result<(ScoreNet, Vec<f64>)> {
        let (recipe, mut losses) = (self.recipe(Kind::Score, SCORE_STEPS), Losses::default());
        let net = self.train_watched("training the score network", &recipe, data, &mut losses)?;
        let Model::Score(net) = net else { unreachable!("a score was asked for") };
        Ok((net, losses.0))
    }

    /// The losses of [`Setup::train_score_with_losses`] above the least that any network could have.
    pub fn training_curve(&self, data: &Labelled, score: &ScoreNet, losses: &[f64]) -> Figure {
        lecture::training_curve(losses, self.loss_floor(data, score))
    }

    /// The least loss that any network could have where this one was trained.
    pub fn loss_floor(&self, data: &Labelled, score: &ScoreNet) -> f64 {
        let (target, sigma_data, levels) =
            (score.target, score.sigma_data, Recipe::default().levels);
        let objective = Denoising { data, target, sigma_data, spread: &[], levels };
        let draws = self.size(20_000, 5_000);
        loss_floor(&self.scene().mixture, &objective, draws, self.seed)
    }

    /// Trains the joint network of the experiments, with a progress bar.
    ///
    /// # Errors
    /// If `p_drop` is not between 0 and 1, or training diverges.
    pub fn train_joint(&self, data: &Labelled, p_drop: f64) -> Result<JointNet> {
        let recipe = Recipe { p_drop, ..self.recipe(Kind::Joint, JOINT_STEPS) };
        self.train_joint_by("training the joint network", &recipe, data)
    }

    /// Trains a joint network by a recipe of its own, with a progress bar called `what`.
    ///
    /// # Errors
    /// As [`Setup::train`].
    ///
    /// # Panics
    /// If the recipe is for another kind of network.
    pub fn train_joint_by(
        &self,
        what: &'static str,
        recipe: &Recipe,
        data: &Labelled,
    ) -> Result<JointNet> {
        match self.train(what, recipe, data)? {
            Model::Joint(net) => Ok(net),
            other => panic!("the recipe is that of a {}", other.name()),
        }
    }

    /// Trains a joint network to answer with the guided score, as long as [`Setup::train_joint`]'s.
    ///
    /// # Errors
    /// As [`train_guided`].
    pub fn train_guided(&self, rule: Rule, data: &Labelled) -> Result<JointNet> {
        let Recipe { train, levels, p_drop, .. } = self.recipe(Kind::Joint, JOINT_STEPS);
        let net = untrained_joint(&self.scene().mixture, self.seed)?;
        let mut progress =
            Progress::new("training guidance itself", 0, train.steps).speaking(self.output.lang);
        let show = &mut |s: TrainStep| progress.at(s.step + 1, s.loss);
        let net = train_guided(net, data, (rule, levels, p_drop), train, show)?;
        progress.finish();
        Ok(net)
    }

    /// Distils the guidance of a joint network for γ of this range, as long as [`Setup::train_joint`]'s training.
    ///
    /// # Errors
    /// As [`Distilled::train`].
    pub fn distil(
        &self,
        teacher: &JointNet,
        scales: (f64, f64),
        data: &Labelled,
    ) -> Result<Distilled> {
        let Recipe { train, levels, .. } = self.recipe(Kind::Joint, JOINT_STEPS);
        let mut progress =
            Progress::new("distilling guidance", 0, train.steps).speaking(self.output.lang);
        let show = &mut |s: TrainStep| progress.at(s.step + 1, s.loss);
        let student = Distilled::train(teacher, data, (scales, levels), train, show)?;
        progress.finish();
        Ok(student)
    }

    /// Trains a network that is a gradient on the exact score of a mixture in the plane, with a progress bar called `what`.
    ///
    /// # Errors
    /// If the shape or a setting is out of range, or training diverges.
    pub fn train_potential(
        &self,
        what: &'static str,
        exact: &Explicit,
        shape: &MlpConfig,
        train: TrainConfig,
    ) -> Result<ScoreNet<Potential>> {
        let net = Potential::new(PotentialConfig::new(2, shape), train.seed)?;
        let mut progress = Progress::new(what, 0, train.steps);
        let show = &mut |s: TrainStep| progress.at(s.step + 1, s.loss);
        let net = train_potential(net, exact, train, show)?;
        progress.finish();
        Ok(net)
    }

    /// Trains the noisy classifier of the experiments, with a progress bar.
    ///
    /// # Errors
    /// If the scene has one class only, or training diverges.
    pub fn train_classifier(&self, data: &Labelled) -> Result<NoisyClassifier> {
        let recipe = self.recipe(Kind::Noisy, CLASSIFIER_STEPS);
        match self.train("training the noisy classifier", &recipe, data)? {
            Model::Noisy(net) => Ok(net),
            _ => unreachable!("a noisy classifier was asked for"),
        }
    }

    /// Trains one noisy classifier for each label, each as long as [`Setup::train_classifier`]'s.
    ///
    /// # Errors
    /// As [`Setup::train_classifier`].
    pub fn train_one_vs_rest(&self, data: &Labelled) -> Result<OneVsRest> {
        let config = self.recipe(Kind::Noisy, CLASSIFIER_STEPS).classifier();
        let all = config.train.steps * self.scene().mixture.classes();
        let mut progress = Progress::new("training a classifier for each label", 0, all)
            .speaking(self.output.lang);
        let mut done = 1..;
        let net = OneVsRest::train(data, &config, &mut |s| {
            progress.at(done.next().unwrap_or(all), s.loss);
        })?;
        progress.finish();
        Ok(net)
    }

    /// Trains the clean classifier of the experiments: as many examples as the noisy one, in four times as many steps.
    ///
    /// # Errors
    /// As [`Setup::train_classifier`].
    pub fn train_clean_classifier(&self, data: &Labelled) -> Result<CleanClassifier> {
        let mut recipe = self.recipe(Kind::Clean, CLASSIFIER_STEPS);
        (recipe.train.steps, recipe.train.batch) = (4 * recipe.train.steps, recipe.train.batch / 4);
        match self.train("training the clean classifier", &recipe, data)? {
            Model::Clean(net) => Ok(net),
            _ => unreachable!("a clean classifier was asked for"),
        }
    }

    /// Trains both networks on one training set.
    ///
    /// # Errors
    /// As the two trainings.
    pub fn learn(&self) -> Result<Learned> {
        self.needs_two_classes()?;
        let data = self.training_set()?;
        Ok(Learned { score: self.train_score(&data)?, classifier: self.train_classifier(&data)? })
    }
}

/// The loss of every step.
#[derive(Default)]
struct Losses(Vec<f64>);

impl Watcher for Losses {
    fn step(&mut self, now: &Now) -> Result<ControlFlow<()>> {
        self.0.extend(now.loss);
        Ok(ControlFlow::Continue(()))
    }
}
