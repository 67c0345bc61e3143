//! The networks of the experiments: one recipe, so that every experiment and every test means the same ones.

use super::{Lab, Progress};
use crate::classifier_free::{JointNet, train_joint};
use crate::classifier_guidance::{ClassifierConfig, CleanClassifier, NoisyClassifier, OneVsRest};
use crate::mixture::{Labelled, Mixture};
use crate::nn::{MlpConfig, ScoreNet, Target};
use crate::plot::Figure;
use crate::rng::Purpose;
use crate::score::ScoreFn;
use crate::train::{Denoising, Levels, TrainConfig, TrainStep, loss_floor, train_score};
use crate::{Error, Result, lecture};

/// Points of a training set.
pub const TRAINING_POINTS: usize = 50_000;

/// Updates of the score network, at full size and at `--quick`.
pub const SCORE_STEPS: (usize, usize) = (3000, 500);

/// Updates of the joint network, at full size and at `--quick`.
pub const JOINT_STEPS: (usize, usize) = (4000, 600);

/// Updates of the noisy classifier, at full size and at `--quick`.
pub const CLASSIFIER_STEPS: (usize, usize) = (1500, 250);

/// The probability with which the joint network's training drops a label.
pub const P_DROP: f64 = 0.1;

/// The shape of the experiments' score networks.
fn shape(mixture: &Mixture) -> MlpConfig {
    let d = mixture.dim();
    MlpConfig { inputs: d, outputs: d, width: 64, depth: 3, ..MlpConfig::default() }
}

/// The score network of the experiments before its first step.
///
/// # Errors
/// As [`ScoreNet::new`].
pub fn untrained_score(mixture: &Mixture, seed: u64) -> Result<ScoreNet> {
    ScoreNet::new(shape(mixture), Target::Edm, mixture.radius(), seed)
}

/// The joint network of the experiments before its first step.
///
/// # Errors
/// As [`JointNet::new`].
pub fn untrained_joint(mixture: &Mixture, seed: u64) -> Result<JointNet> {
    JointNet::new(shape(mixture), mixture.classes(), Target::Edm, mixture.radius(), seed)
}

/// The two networks that classifier guidance needs, trained apart on the same data.
pub struct Learned {
    /// The unconditional score.
    pub score: ScoreNet,
    /// The noisy classifier.
    pub classifier: NoisyClassifier,
}

impl Lab {
    /// A training set drawn from the scene.
    ///
    /// # Errors
    /// If a class is so rare that the set does not meet it.
    pub fn training_set(&self) -> Result<Labelled> {
        let mixture = &self.scene.mixture;
        let data = mixture.sample(TRAINING_POINTS, self.settings.seed, Purpose::Data);
        let weights = mixture.class_weights();
        match (0..weights.len()).find(|c| !data.y.contains(c)) {
            None => Ok(data),
            Some(c) => Err(Error::value(
                format!("the share of class {}", self.scene.class_names[c].en),
                format!("{:.1e}", weights[c]),
                format!("large enough to be met in {TRAINING_POINTS} points; raise its weight"),
            )),
        }
    }

    /// The length and seed of a training of `full` or, at `--quick`, `quick` steps.
    fn train_config(&self, (full, quick): (usize, usize)) -> TrainConfig {
        TrainConfig {
            steps: self.size(full, quick),
            seed: self.settings.seed,
            ..TrainConfig::default()
        }
    }

    /// Trains the unconditional score network of the experiments, with a progress bar.
    ///
    /// # Errors
    /// If training diverges.
    pub fn train_score(&self, data: &Labelled) -> Result<ScoreNet> {
        Ok(self.train_score_with_losses(data)?.0)
    }

    /// As [`Lab::train_score`], with the loss of every step.
    ///
    /// # Errors
    /// If training diverges.
    pub fn train_score_with_losses(&self, data: &Labelled) -> Result<(ScoreNet, Vec<f64>)> {
        let net = untrained_score(&self.scene.mixture, self.settings.seed)?;
        let config = self.train_config(SCORE_STEPS);
        let mut progress = Progress::new("training the score network", config.steps);
        let mut losses = Vec::with_capacity(config.steps);
        let net = train_score(net, data, Levels::default(), config, |step| {
            losses.push(step.loss);
            progress.step(step);
        })?;
        progress.finish();
        Ok((net, losses))
    }

    /// The losses of [`Lab::train_score_with_losses`] above the least that any network could have.
    pub fn training_curve(&self, data: &Labelled, score: &ScoreNet, losses: &[f64]) -> Figure {
        let (target, sigma_data, levels) = (score.target, score.sigma_data, Levels::default());
        let objective = Denoising { data, target, sigma_data, spread: &[], levels };
        let draws = self.size(20_000, 5_000);
        let floor = loss_floor(&self.scene.mixture, &objective, draws, self.settings.seed);
        lecture::training_curve(losses, floor)
    }

    /// Trains the joint network of the experiments, with a progress bar.
    ///
    /// # Errors
    /// If `p_drop` is not between 0 and 1, or training diverges.
    pub fn train_joint(&self, data: &Labelled, p_drop: f64) -> Result<JointNet> {
        let net = untrained_joint(&self.scene.mixture, self.settings.seed)?;
        let config = self.train_config(JOINT_STEPS);
        let mut progress = Progress::new("training the joint network", config.steps);
        let net = train_joint(net, data, Levels::default(), p_drop, config, |s| progress.step(s))?;
        progress.finish();
        Ok(net)
    }

    /// The settings of the experiments' classifiers.
    fn classifier_config(&self) -> ClassifierConfig {
        ClassifierConfig {
            train: self.train_config(CLASSIFIER_STEPS),
            ..ClassifierConfig::default()
        }
    }

    /// Trains the noisy classifier of the experiments, with a progress bar.
    ///
    /// # Errors
    /// If the scene has one class only, or training diverges.
    pub fn train_classifier(&self, data: &Labelled) -> Result<NoisyClassifier> {
        let config = self.classifier_config();
        let mut progress = Progress::new("training the noisy classifier", config.train.steps);
        let net = NoisyClassifier::train(data, &config, |s| progress.step(s))?;
        progress.finish();
        Ok(net)
    }

    /// Trains one noisy classifier for each label, each as long as [`Lab::train_classifier`]'s.
    ///
    /// # Errors
    /// As [`Lab::train_classifier`].
    pub fn train_one_vs_rest(&self, data: &Labelled) -> Result<OneVsRest> {
        let config = self.classifier_config();
        let all = config.train.steps * self.scene.mixture.classes();
        let mut progress = Progress::new("training a classifier for each label", all);
        let mut done = 0..;
        let net = OneVsRest::train(data, &config, |s| {
            let step = done.next().unwrap_or(s.step);
            progress.step(TrainStep { step, ..s });
        })?;
        progress.finish();
        Ok(net)
    }

    /// Trains the clean classifier of the experiments: as many examples as the noisy one, in four times as many steps.
    ///
    /// # Errors
    /// As [`Lab::train_classifier`].
    pub fn train_clean_classifier(&self, data: &Labelled) -> Result<CleanClassifier> {
        let mut config = self.classifier_config();
        (config.train.steps, config.train.batch) = (4 * config.train.steps, config.train.batch / 4);
        let mut progress = Progress::new("training the clean classifier", config.train.steps);
        let net = CleanClassifier::train(data, &config, |s| progress.step(s))?;
        progress.finish();
        Ok(net)
    }

    /// Refuses a scene in which there is nothing to steer between, before anything is trained.
    ///
    /// # Errors
    /// If the scene has one class only.
    pub fn needs_two_classes(&self) -> Result<()> {
        match self.scene.mixture.classes() {
            1 => Err(Error::value(
                "the number of classes",
                1,
                "at least 2: there is nothing to steer between",
            )),
            _ => Ok(()),
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
