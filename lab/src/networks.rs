//! The networks that a subcommand is given: what a checkpoint holds, and whether it fits.

use super::answer::tell;
use super::domain::Domain;
use scorelab::checkpoint::{self, Checkpoint, Model};
use scorelab::classifier::{CleanClassifier, NoisyClassifier};
use scorelab::nn::ScoreNet;
use scorelab::null_label::JointNet;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};
use std::path::Path;
use std::sync::Arc;

/// A score of one kind.
pub enum Held {
    /// The scene's own.
    Exact,
    /// A network that knows no labels.
    Score(Arc<ScoreNet>),
    /// A network with every label and with none.
    Joint(JointNet),
}

/// A classifier of one kind.
pub enum Classifier {
    /// The scene's own.
    Exact,
    /// Trained with noise.
    Noisy(NoisyClassifier),
    /// Trained without.
    Clean(CleanClassifier),
}

impl Held {
    /// The score of this class, or the unconditional one if none is given or known.
    pub fn score(&self, space: &Domain, class: Option<usize>) -> Arc<dyn ScoreFn> {
        match (self, class) {
            (Held::Exact, Some(class)) => Arc::new(space.exact().given(class)),
            (Held::Exact, None) => Arc::new(space.exact().clone()),
            (Held::Score(net), _) => net.clone(),
            (Held::Joint(net), Some(class)) => Arc::new(net.given(class)),
            (Held::Joint(net), None) => Arc::new(net.unconditional()),
        }
    }
}

impl Classifier {
    /// p(y | x_t) of this class.
    pub fn given(&self, space: &Domain, class: usize) -> Arc<dyn Likelihood> {
        match self {
            Classifier::Exact => Arc::new(space.exact().posterior(class)),
            Classifier::Noisy(net) => Arc::new(net.given(class)),
            Classifier::Clean(net) => Arc::new(net.given(class)),
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
    let must = format!("of {dim} and {classes}, as the data; name its own scene with --scene");
    Err(Error::value(flag, value, must))
}

/// The checkpoint of this name, or the best of a run.
///
/// # Errors
/// As [`checkpoint::find`].
pub fn load(path: &str) -> Result<Checkpoint> {
    let found = checkpoint::find(Path::new(path))?;
    found
        .passed
        .iter()
        .for_each(|e| tell(format!("warning: {e}; taking {}", found.path.display())));
    Ok(found.checkpoint)
}

/// A score network, which sees the points of this space.
///
/// # Errors
/// If the checkpoint holds something else.
pub fn held(path: &str, model: Model, space: &Domain) -> Result<Held> {
    let widths = space.widths();
    let fits = |dim: usize| widths.is_empty() || widths.len() == dim; // the others are refused later
    match model {
        Model::Score(net) if fits(net.dim()) => Ok(Held::Score(net.with_spread(widths).into())),
        Model::Joint(net) if fits(net.mlp().config.inputs) => {
            Ok(Held::Joint(net.with_spread(widths)))
        }
        Model::Score(net) => Ok(Held::Score(net.into())),
        Model::Joint(net) => Ok(Held::Joint(net)),
        other => Err(wrong_kind(path, &other, "a score network")),
    }
}

/// A classifier.
///
/// # Errors
/// If the checkpoint holds something else.
pub fn classifier(path: &str, model: Model) -> Result<Classifier> {
    match model {
        Model::Noisy(net) => Ok(Classifier::Noisy(net)),
        Model::Clean(net) => Ok(Classifier::Clean(net)),
        other => Err(wrong_kind(path, &other, "a classifier")),
    }
}

/// A checkpoint that holds something else.
pub fn wrong_kind(path: &str, model: &Model, wanted: &str) -> Error {
    let why = format!("it holds a {}, but {wanted} is needed here", model.name());
    Error::File { path: path.into(), why }
}
