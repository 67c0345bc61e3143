//! Scores and classifiers of each kind, exact or from a checkpoint, and whether they fit the data.

use crate::tell::tell;
use scorelab::checkpoint::{self, Architecture, Checkpoint, Model, Trained, architecture_of};
use scorelab::classifier::{CleanClassifier, NoisyClassifier};
use scorelab::condition::Condition;
use scorelab::data::{Caption, Scene, View};
use scorelab::mixture::Mixture;
use scorelab::nn::{Mlp, ScoreNet, Shape, Transformer};
use scorelab::null_label::JointNet;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};
use std::path::Path;
use std::sync::Arc;

/// A score of one kind.
pub enum ScoreModel {
    /// The scene's own.
    Exact(Arc<Mixture>),
    /// A network that knows no labels.
    Score(Arc<ScoreNet>),
    /// A network with every label and with none.
    Joint(JointNet),
    /// A network with every caption and with none; class k is the caption with the label k.
    Captions(JointNet<Transformer>),
}

/// A classifier of one kind.
pub enum ClassifierModel {
    /// The scene's own.
    Exact(Arc<Mixture>),
    /// Trained with noise.
    Noisy(NoisyClassifier),
    /// Trained without noise.
    Clean(CleanClassifier),
}

impl ScoreModel {
    /// The score under a condition; that of a network without conditions is the unconditional one.
    pub fn given(&self, condition: impl Into<Condition>) -> Arc<dyn ScoreFn> {
        match self {
            ScoreModel::Exact(mixture) => Arc::new(mixture.given(condition)),
            ScoreModel::Score(net) => net.clone(),
            ScoreModel::Joint(net) => Arc::new(net.given(condition)),
            ScoreModel::Captions(net) => Arc::new(net.given(in_words(condition.into()))),
        }
    }

    /// Whether it has seen labels.
    pub fn labelled(&self) -> bool {
        !matches!(self, ScoreModel::Score(_))
    }

    /// Its dimensions and its classes, of which a score without labels has as many as the data.
    pub fn shape(&self, classes: usize) -> (usize, usize) {
        match self {
            ScoreModel::Exact(mixture) => (mixture.dim(), mixture.classes()),
            ScoreModel::Score(net) => (net.dim(), classes),
            ScoreModel::Joint(net) => (net.network().config.inputs, net.classes()),
            ScoreModel::Captions(net) => (net.network().config.inputs(), Caption::short().count()),
        }
    }
}

/// A condition as a network for captions takes it.
///
/// # Panics
/// If there is no caption with that label.
pub fn in_words(condition: Condition) -> Condition {
    match condition {
        Condition::Class(label) => Caption::of_label(label).expect("a caption's label").into(),
        other => other,
    }
}

impl ClassifierModel {
    /// p(y | x_t) of a class.
    ///
    /// # Panics
    /// If there is no such class, or the condition is none.
    pub fn given(&self, condition: impl Into<Condition>) -> Arc<dyn Likelihood> {
        match self {
            ClassifierModel::Exact(mixture) => Arc::new(mixture.posterior(condition)),
            ClassifierModel::Noisy(net) => Arc::new(net.given(condition)),
            ClassifierModel::Clean(net) => Arc::new(net.given(condition)),
        }
    }

    /// Its network, if it is learned.
    pub fn network(&self) -> Option<&Mlp> {
        match self {
            ClassifierModel::Exact(_) => None,
            ClassifierModel::Noisy(net) => Some(net.network()),
            ClassifierModel::Clean(net) => Some(net.network()),
        }
    }
}

/// Refuses a network that does not fit the scene.
///
/// # Errors
/// If it has other dimensions or another number of classes.
pub fn fits(flag: &str, (d, k): (usize, usize), (dim, classes): (usize, usize)) -> Result<()> {
    if (d, k) == (dim, classes) {
        return Ok(());
    }
    let value = format!("a network of {d} dimensions and {k} classes");
    let must =
        format!("one of {dim} and {classes}, like the data; name its own scene with --scene");
    Err(Error::value(flag, value, must))
}

/// A checkpoint of either architecture.
pub enum Loaded {
    /// Of a perceptron.
    Perceptron(Checkpoint),
    /// Of a Transformer.
    Transformer(Checkpoint<Transformer>),
}

impl Loaded {
    /// The checkpoint of this name, or the best of a run, of whichever architecture it is.
    ///
    /// # Errors
    /// As [`checkpoint::find`].
    pub fn of(path: &str) -> Result<Loaded> {
        match is_transformer(Path::new(path)) {
            true => load_as(path).map(Loaded::Transformer),
            false => load(path).map(Loaded::Perceptron),
        }
    }

    /// How it came to be.
    pub fn trained(&self) -> &Trained {
        match self {
            Loaded::Perceptron(checkpoint) => &checkpoint.trained,
            Loaded::Transformer(checkpoint) => &checkpoint.trained,
        }
    }

    /// How it sees its data.
    pub fn view(&self) -> &View {
        match self {
            Loaded::Perceptron(checkpoint) => &checkpoint.view,
            Loaded::Transformer(checkpoint) => &checkpoint.view,
        }
    }

    /// Whether it knows captions.
    pub fn captioned(&self) -> bool {
        matches!(self, Loaded::Transformer(_))
    }
}

/// Whether the checkpoint of this name, or the last good one of a run, holds a Transformer.
pub fn is_transformer(path: &Path) -> bool {
    architecture_of(path).is_ok_and(|name| name == Transformer::NAME)
}

/// The checkpoint of this name, or the best of a run.
///
/// # Errors
/// As [`checkpoint::find`].
pub fn load(path: &str) -> Result<Checkpoint> {
    load_as(path)
}

/// As [`load`], of another architecture.
///
/// # Errors
/// As [`load`].
fn load_as<N: Architecture>(path: &str) -> Result<Checkpoint<N>> {
    let found = checkpoint::find_as(Path::new(path))?;
    found
        .passed
        .iter()
        .for_each(|e| tell(format!("warning: {e}; taking {}", found.path.display())));
    Ok(found.checkpoint)
}

/// The joint network of a checkpoint that was trained on this scene.
///
/// # Errors
/// As [`load`], and if it holds something else or was trained on another scene.
pub fn joint_of_scene(flag: &str, path: &str, scene: &Scene) -> Result<JointNet> {
    let checkpoint = load(path)?;
    let Model::Joint(net) = checkpoint.model else {
        return Err(wrong_kind(path, checkpoint.model.name(), "a joint network"));
    };
    of_scene(flag, path, &checkpoint.trained.data.name, scene)?;
    let own = (net.network().config.inputs, net.classes());
    fits(flag, own, (scene.mixture.dim(), scene.mixture.classes()))?;
    Ok(net)
}

/// Refuses a network that was trained on a scene of another name.
///
/// # Errors
/// If it was.
pub fn of_scene(flag: &str, path: &str, own: &str, scene: &Scene) -> Result<()> {
    if own == scene.name {
        return Ok(());
    }
    let name = &scene.name;
    let why = format!(
        "{flag} {path} was not trained on the scene {name}; name its own scene with --scene"
    );
    Err(Error::Usage { why })
}

/// The score network of a checkpoint, whose coordinates have these spreads if they do not all have the same.
///
/// # Errors
/// If the checkpoint holds something else, or a network for captions of another kind than the lab's.
pub fn score(path: &str, loaded: Loaded, spread: Vec<f64>) -> Result<ScoreModel> {
    let model = match loaded {
        Loaded::Perceptron(checkpoint) => checkpoint.model,
        Loaded::Transformer(checkpoint) => return captions(path, checkpoint.model),
    };
    let fits = |dim: usize| spread.is_empty() || spread.len() == dim; // the others are refused later
    match model {
        Model::Score(net) if fits(net.dim()) => {
            Ok(ScoreModel::Score(net.with_spread(spread).into()))
        }
        Model::Joint(net) if fits(net.network().config.inputs) => {
            Ok(ScoreModel::Joint(net.with_spread(spread)))
        }
        Model::Score(net) => Ok(ScoreModel::Score(net.into())),
        Model::Joint(net) => Ok(ScoreModel::Joint(net)),
        other => Err(wrong_kind(path, other.name(), "a score network")),
    }
}

/// A network for the captions of drawn digits.
fn captions(path: &str, model: Model<Transformer>) -> Result<ScoreModel> {
    let Model::Joint(net) = model else {
        return Err(wrong_kind(path, model.name(), "a network for captions"));
    };
    if let Some(why) = Caption::short().find_map(|c| net.network().config.takes(&c.into()).err()) {
        let why = format!("it was not made for the captions of this lab ({why})");
        return Err(Error::File { path: path.into(), why });
    }
    Ok(ScoreModel::Captions(net))
}

/// A classifier.
///
/// # Errors
/// If the checkpoint holds something else.
pub fn classifier(path: &str, model: Model) -> Result<ClassifierModel> {
    match model {
        Model::Noisy(net) => Ok(ClassifierModel::Noisy(net)),
        Model::Clean(net) => Ok(ClassifierModel::Clean(net)),
        other => Err(wrong_kind(path, other.name(), "a classifier")),
    }
}

/// A checkpoint that holds something else.
pub fn wrong_kind(path: &str, held: &str, wanted: &str) -> Error {
    let why = format!("it holds a {held}, but {wanted} is needed here");
    Error::File { path: path.into(), why }
}
