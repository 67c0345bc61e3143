//! The networks of the experiments, trained once for all tests.
//!
//! `cli::Lab` keeps its settings to itself, so they are repeated here, and nowhere else.

use crate::common::cases;
use scorelab::classifier_guidance::{ClassifierConfig, NoisyClassifier};
use scorelab::mixture::Labelled;
use scorelab::nn::{MlpConfig, ScoreNet, Target};
use scorelab::rng::Purpose;
use scorelab::train::{Levels, TrainConfig, train_score};
use std::sync::LazyLock;

/// Updates of the score network at the experiments' full size.
const SCORE_STEPS: usize = 3000;

/// Updates of the classifier at the experiments' full size.
const CLASSIFIER_STEPS: usize = 1500;

/// Updates of the wrong twins.
const TWIN_STEPS: usize = 100;

/// 50,000 points of `animals`.
pub static DATA: LazyLock<Labelled> =
    LazyLock::new(|| cases::animals().sample(50_000, 0, Purpose::Data));

/// The score network of the experiments.
pub static SCORE: LazyLock<ScoreNet> = LazyLock::new(|| score(SCORE_STEPS));

/// The classifier of the experiments.
pub static CLASSIFIER: LazyLock<NoisyClassifier> = LazyLock::new(|| classifier(CLASSIFIER_STEPS));

/// The wrong twin: the same score network after a hundred steps.
pub static HASTY_SCORE: LazyLock<ScoreNet> = LazyLock::new(|| score(TWIN_STEPS));

/// The wrong twin: the same classifier after a hundred steps.
pub static HASTY_CLASSIFIER: LazyLock<NoisyClassifier> = LazyLock::new(|| classifier(TWIN_STEPS));

/// The score network of the experiments before its first step.
pub fn untrained() -> ScoreNet {
    let shape = MlpConfig { width: 64, depth: 3, ..MlpConfig::default() };
    ScoreNet::new(shape, Target::Edm, cases::animals().radius(), 0).unwrap()
}

fn score(steps: usize) -> ScoreNet {
    let config = TrainConfig { steps, seed: 0, ..TrainConfig::default() };
    train_score(untrained(), &DATA, Levels::default(), config, |_| ()).unwrap()
}

fn classifier(steps: usize) -> NoisyClassifier {
    let train = TrainConfig { steps, seed: 0, ..TrainConfig::default() };
    let config = ClassifierConfig { train, ..ClassifierConfig::default() };
    NoisyClassifier::train(&DATA, &config, |_| ()).unwrap()
}
