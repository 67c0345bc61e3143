//! The networks of the experiments, trained once for all tests.

use crate::common::cases;
use scorelab::checkpoint::{Kind, Model, Recipe};
use scorelab::classifier::NoisyClassifier;
use scorelab::mixture::Labelled;
use scorelab::nn::ScoreNet;
use scorelab::null_label::JointNet;
use scorelab::rng::Purpose;
use scorelab::train::TrainConfig;
use scorelab::training_loop::{Examples, learn};
use scorelab_lab::{CLASSIFIER_STEPS, P_DROP, SCORE_STEPS, TRAINING_POINTS, untrained_score};
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
    match learned(Kind::Score, steps, P_DROP) {
        Model::Score(net) => net,
        _ => unreachable!("a score network was asked for"),
    }
}

fn classifier(steps: usize) -> NoisyClassifier {
    match learned(Kind::Noisy, steps, P_DROP) {
        Model::Noisy(net) => net,
        _ => unreachable!("a noisy classifier was asked for"),
    }
}

/// A joint network of the experiments, trained for so many steps.
pub fn joint(steps: usize, p_drop: f64) -> JointNet {
    match learned(Kind::Joint, steps, p_drop) {
        Model::Joint(net) => net,
        _ => unreachable!("a joint network was asked for"),
    }
}

/// What the experiments train, for so many steps.
fn learned(model: Kind, steps: usize, p_drop: f64) -> Model {
    let train = TrainConfig { steps, seed: 0, ..TrainConfig::default() };
    let recipe = Recipe { model, p_drop, train, ..Recipe::default() };
    let (animals, points) = (cases::animals(), &*DATA);
    let (classes, sigma_data) = (animals.classes(), animals.radius());
    let examples = Examples { points, classes, sigma_data, spread: &[] };
    learn(&recipe, examples, None, &mut []).unwrap().model
}
