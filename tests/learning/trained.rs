//! The networks of the experiments, trained once for all tests.

use crate::common::cases;
use scorelab::classifier::{ClassifierConfig, NoisyClassifier};
use scorelab::mixture::Labelled;
use scorelab::nn::ScoreNet;
use scorelab::null_label::{JointNet, train_joint};
use scorelab::rng::Purpose;
use scorelab::train::{Levels, TrainConfig, train_score};
use scorelab_lab::{
    CLASSIFIER_STEPS, SCORE_STEPS, TRAINING_POINTS, untrained_joint, untrained_score,
};
use std::sync::LazyLock;

/// Updates of the wrong twins.
const TWIN_STEPS: usize = 100;

/// The training set.
pub static DATA: LazyLock<Labelled> =
    LazyLock::new(|| cases::animals().sample(TRAINING_POINTS, 0, Purpose::Data));

/// The score network of the experiments.
pub static SCORE: LazyLock<ScoreNet> = LazyLock::new(|| score(SCORE_STEPS.0));

/// The classifier of the experiments.
pub static CLASSIFIER: LazyLock<NoisyClassifier> = LazyLock::new(|| classifier(CLASSIFIER_STEPS.0));

/// The wrong twin: the same score network after a hundred steps.
pub static HASTY_SCORE: LazyLock<ScoreNet> = LazyLock::new(|| score(TWIN_STEPS));

/// The wrong twin: the same classifier after a hundred steps.
pub static HASTY_CLASSIFIER: LazyLock<NoisyClassifier> = LazyLock::new(|| classifier(TWIN_STEPS));

/// The score network of the experiments before its first step.
pub fn untrained() -> ScoreNet {
    untrained_score(&cases::animals(), 0).unwrap()
}

fn score(steps: usize) -> ScoreNet {
    let config = TrainConfig { steps, seed: 0, ..TrainConfig::default() };
    train_score(untrained(), &DATA, Levels::default(), config, &mut |_| ()).unwrap()
}

fn classifier(steps: usize) -> NoisyClassifier {
    let train = TrainConfig { steps, seed: 0, ..TrainConfig::default() };
    let config = ClassifierConfig { train, ..ClassifierConfig::default() };
    NoisyClassifier::train(&DATA, &config, &mut |_| ()).unwrap()
}

/// A joint network of the experiments, trained for so many steps.
pub fn joint(steps: usize, p_drop: f64) -> JointNet {
    let config = TrainConfig { steps, seed: 0, ..TrainConfig::default() };
    let net = untrained_joint(&cases::animals(), 0).unwrap();
    train_joint(net, &DATA, Levels::default(), p_drop, config, &mut |_| ()).unwrap()
}
