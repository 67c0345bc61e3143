//! The loop of every training by a recipe: its network and objective, its steps, and those who watch them.

use crate::checkpoint::{Architecture, Kind, Model, Recipe};
use crate::classifier::{CleanClassifier, CrossEntropy, NoisyClassifier};
use crate::condition::Condition;
use crate::data::Caption;
use crate::mixture::Labelled;
use crate::nn::{Mlp, Net, Observing, ObservingConfig, ScoreNet, Transformer};
use crate::null_label::{ConditionOf, JointNet};
use crate::train::{Denoising, Objective, State, Training};
use crate::{Error, Result};
use std::ops::ControlFlow;

/// What a network learns from.
#[derive(Clone, Copy)]
pub struct Examples<'a> {
    /// The points and their classes, as the network sees them.
    pub points: &'a Labelled,
    /// How many classes there are, present or not; only a joint perceptron asks.
    pub classes: usize,
    /// The root mean square of a coordinate; a classifier does not ask.
    pub sigma_data: f64,
    /// The spread of each coordinate, as in [`ScoreNet`]; empty: σ_data for all. Classifiers and Transformers do not ask.
    pub spread: &'a [f64],
}

/// An observer of a training. It does not change what is learned, except by where it stops.
pub trait Watcher<N: Net = Mlp> {
    /// Called before the first step and after every one; [`ControlFlow::Break`] stops the training there.
    ///
    /// # Errors
    /// Those of the watcher, which end the training.
    fn step(&mut self, now: &Now<N>) -> Result<ControlFlow<()>>;

    /// Called once, after the last step or the one that a watcher stopped at; not after an error.
    ///
    /// # Errors
    /// Those of the watcher.
    fn end(&mut self, _: &Now<N>) -> Result<()> {
        Ok(())
    }
}

/// Where a training stands.
pub struct Now<'a, N: Net = Mlp> {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// The loss of the last batch, before its update; none before the first.
    pub loss: Option<f64>,
    state: &'a dyn Fn() -> State,
    model: &'a dyn Fn() -> Model<N>,
}

impl<N: Net> Now<'_, N> {
    /// All that the training needs to go on.
    pub fn state(&self) -> State {
        (self.state)()
    }

    /// The network, with its averaged weights.
    pub fn model(&self) -> Model<N> {
        (self.model)()
    }
}

/// How a training ended.
pub struct Ended<N: Net = Mlp> {
    /// The network, with its averaged weights.
    pub model: Model<N>,
    /// Steps done; fewer than those of the recipe if a watcher stopped it.
    pub step: usize,
    /// The loss of the last batch, if there was one.
    pub loss: Option<f64>,
}

/// A network that is learned by a recipe.
pub trait Learned: Architecture {
    /// Trains by a recipe, from the start or from the state of an earlier training by the same recipe.
    ///
    /// # Errors
    /// If the recipe is for another architecture, a setting is invalid, the state does not belong to such a training, a watcher
    /// fails, or training diverges.
    fn learn(
        recipe: &Recipe,
        examples: Examples,
        from: Option<State>,
        watchers: &mut [&mut dyn Watcher<Self>],
    ) -> Result<Ended<Self>>;
}

impl Learned for Transformer {
    /// Learns captioned digits, whose classes are captions by their [`label`](Caption::label).
    fn learn(
        recipe: &Recipe,
        examples: Examples,
        from: Option<State>,
        watchers: &mut [&mut dyn Watcher<Self>],
    ) -> Result<Ended<Self>> {
        if recipe.model != Kind::Caption {
            return Err(other_architecture(recipe));
        }
        let Examples { points, sigma_data, .. } = examples;
        let (target, side) = (recipe.target, points.x.ncols().isqrt());
        if side * side != points.x.ncols() {
            let must = "a square, the pixels of an image as wide as high";
            return Err(Error::value("the number of coordinates", points.x.ncols(), must));
        }
        let wrap = |network| Model::Joint(JointNet::of(network, target, sigma_data));
        let network = Transformer::new(recipe.transformer(side), recipe.train.seed)?;
        let net = JointNet::of(network.clone(), target, sigma_data);
        let captions: Vec<Condition> = Caption::short().map(Condition::from).collect();
        let objective = net.objective_under(points, &captions, recipe.levels, recipe.p_drop)?;
        Run { recipe, from, watchers }.on(network, &objective, &wrap)
    }
}

impl Learned for Mlp {
    fn learn(
        recipe: &Recipe,
        examples: Examples,
        from: Option<State>,
        watchers: &mut [&mut dyn Watcher],
    ) -> Result<Ended> {
        learn(recipe, examples, from, watchers)
    }
}

/// Refuses a recipe for another architecture than the one that is to be learned.
fn other_architecture(recipe: &Recipe) -> Error {
    let value = format!("one for a network of the kind {:?}", recipe.model).to_lowercase();
    let must = "one for this architecture: a network for captions is a Transformer, any other a perceptron";
    Error::value("the recipe", value, must)
}

/// Trains a perceptron by a recipe, as [`Learned::learn`] trains either architecture.
///
/// # Errors
/// As [`Learned::learn`].
pub fn learn(
    recipe: &Recipe,
    examples: Examples,
    from: Option<State>,
    watchers: &mut [&mut dyn Watcher],
) -> Result<Ended> {
    let Examples { points, classes, sigma_data, spread } = examples;
    let (dim, seed, target, levels) =
        (points.x.ncols(), recipe.train.seed, recipe.target, recipe.levels);
    let run = Run { recipe, from, watchers };
    match recipe.model {
        Kind::Score => {
            let denoising = Denoising { data: points, target, sigma_data, spread, levels };
            let wrap = |mlp| {
                Model::Score(ScoreNet::of(mlp, target, sigma_data).with_spread(spread.to_vec()))
            };
            run.on(Mlp::new(recipe.shape(dim, 0), seed)?, &denoising, &wrap)
        }
        Kind::Joint => {
            let net = JointNet::new(recipe.shape(dim, 0), classes, target, sigma_data, seed)?
                .with_spread(spread.to_vec());
            let objective = net.objective(points, levels, recipe.p_drop)?;
            let wrap = |mlp| Model::Joint(net.with_weights(mlp));
            run.on(net.network().clone(), &objective, &wrap)
        }
        Kind::Noisy => {
            let objective = CrossEntropy::new(points, Some(levels))?;
            let wrap = |mlp| Model::Noisy(NoisyClassifier::of(mlp, objective.scaling));
            run.on(objective.untrained(&recipe.classifier())?, &objective, &wrap)
        }
        Kind::Clean => {
            let objective = CrossEntropy::new(points, None)?;
            let wrap = |mlp| Model::Clean(CleanClassifier::of(mlp, objective.scaling));
            run.on(objective.untrained(&recipe.classifier())?, &objective, &wrap)
        }
        Kind::Caption => Err(other_architecture(recipe)),
    }
}

/// Trains a joint network that is told what is observed of a point, drawn anew for every row by `of`, or with the recipe's
/// probability nothing. The shape is that of the recipe's perceptron; its kind is not asked.
///
/// # Errors
/// If a setting is invalid, `of` observes something of points of another dimension, a watcher fails, or training diverges.
pub fn learn_observed(
    recipe: &Recipe,
    examples: Examples,
    of: &ConditionOf,
    watchers: &mut [&mut dyn Watcher<Observing>],
) -> Result<Ended<Observing>> {
    let Examples { points, sigma_data, spread, .. } = examples;
    let dim = points.x.ncols();
    let config = ObservingConfig::new(dim, sigma_data, &recipe.shape(dim, 0));
    let network = Observing::new(config, recipe.train.seed)?;
    let net = JointNet::of(network, recipe.target, sigma_data).with_spread(spread.to_vec());
    let objective = net.objective_by(points, of, recipe.levels, recipe.p_drop)?;
    let wrap = |network| Model::Joint(net.with_weights(network));
    Run { recipe, from: None, watchers }.on(net.network().clone(), &objective, &wrap)
}

/// One training that is about to begin or to go on.
struct Run<'a, 'w, N: Net> {
    recipe: &'a Recipe,
    from: Option<State>,
    watchers: &'a mut [&'w mut dyn Watcher<N>],
}

impl<N: Net> Run<'_, '_, N> {
    fn on<O: Objective<N>>(
        self,
        network: N,
        objective: &O,
        wrap: &dyn Fn(N) -> Model<N>,
    ) -> Result<Ended<N>> {
        let (config, steps) = (self.recipe.train.clone(), self.recipe.train.steps);
        let (mut step, mut loss) = (self.from.as_ref().map_or(0, |state| state.step), None);
        let mut training = match self.from {
            Some(state) => Training::resume(network, objective, config, state)?,
            None => Training::new(network, objective, config)?,
        };
        loop {
            let (state, model) = (|| training.state(), || wrap(training.averaged()));
            let now = Now { step, steps, loss, state: &state, model: &model };
            let mut stopped = false;
            for watcher in self.watchers.iter_mut() {
                stopped |= watcher.step(&now)?.is_break();
            }
            if stopped || step == steps {
                for watcher in self.watchers.iter_mut() {
                    watcher.end(&now)?;
                }
                break;
            }
            let done = training.next().expect("a step is left")?;
            (step, loss) = (done.step + 1, Some(done.loss));
        }
        Ok(Ended { model: wrap(training.finish()), step, loss })
    }
}

#[cfg(test)]
mod tests;
