//! The loop of every training by a recipe: its network and objective, its steps, and those who watch them.

use crate::checkpoint::{Architecture, Kind, Model, Recipe};
use crate::classifier::{CleanClassifier, CrossEntropy, NoisyClassifier};
use crate::condition::Condition;
use crate::data::Caption;
use crate::mixture::Labelled;
use crate::nn::{Mlp, Net, ScoreNet, Transformer};
use crate::null_label::JointNet;
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
mod tests {
    use super::*;
    use crate::data::{Glyphs, Scene};
    use crate::null_label::train_joint;
    use crate::rng::Purpose;
    use crate::score::ScoreFn;
    use crate::train::{TrainConfig, train_score};

    /// Writes down every call, and stops after so many steps.
    #[derive(Default)]
    struct Notes {
        stop: Option<usize>,
        steps: Vec<(usize, bool)>,
        ends: Vec<usize>,
        state: Option<State>,
    }

    impl Watcher for Notes {
        fn step(&mut self, now: &Now) -> Result<ControlFlow<()>> {
            self.steps.push((now.step, now.loss.is_some()));
            let stop = self.stop == Some(now.step);
            Ok(if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        }

        fn end(&mut self, now: &Now) -> Result<()> {
            self.ends.push(now.step);
            self.state = Some(now.state());
            Ok(())
        }
    }

    fn recipe(model: Kind) -> Recipe {
        let train = TrainConfig { steps: 6, batch: 64, seed: 3, ..TrainConfig::default() };
        Recipe { model, width: 8, depth: 2, train, ..Recipe::default() }
    }

    /// What `f` says of examples of the scene `three`.
    fn of_three<T>(f: impl FnOnce(Examples) -> T) -> T {
        let mixture = Scene::named("three").unwrap().mixture;
        let points = mixture.sample(300, 3, Purpose::Data);
        let (classes, sigma_data) = (mixture.classes(), mixture.radius());
        assert_eq!(mixture.dim(), 2);
        f(Examples { points: &points, classes, sigma_data, spread: &[] })
    }

    #[test]
    fn the_loop_learns_what_the_trainings_of_the_library_learn() {
        of_three(|examples| {
            let Examples { points, classes, sigma_data, .. } = examples;
            for model in [Kind::Score, Kind::Joint, Kind::Noisy, Kind::Clean] {
                let recipe = recipe(model);
                let Recipe { target, levels, p_drop, .. } = recipe;
                let (shape, train) = (recipe.shape(2, 0), recipe.train.clone());
                let seed = train.seed;
                let twin = match model {
                    Kind::Score => {
                        let net = ScoreNet::new(shape, target, sigma_data, seed).unwrap();
                        train_score(net, points, levels, train, &mut |_| ()).map(Model::Score)
                    }
                    Kind::Joint => {
                        let net = JointNet::new(shape, classes, target, sigma_data, seed).unwrap();
                        train_joint(net, points, levels, p_drop, train, &mut |_| ())
                            .map(Model::Joint)
                    }
                    Kind::Noisy => {
                        NoisyClassifier::train(points, &recipe.classifier(), &mut |_| ())
                            .map(Model::Noisy)
                    }
                    Kind::Clean => {
                        CleanClassifier::train(points, &recipe.classifier(), &mut |_| ())
                            .map(Model::Clean)
                    }
                    Kind::Caption => unreachable!("not one of these"),
                };
                let learned = learn(&recipe, examples, None, &mut []).unwrap().model;
                let twin = twin.unwrap();
                assert_eq!(
                    (learned.kind(), &learned.network().params),
                    (model, &twin.network().params)
                );
                let mut other = recipe.clone();
                other.train.seed += 1;
                let other = learn(&other, examples, None, &mut []).unwrap().model;
                assert_ne!(other.network().params, twin.network().params, "the wrong twin passed");
            }
        });
    }

    #[test]
    fn every_step_is_watched_and_one_that_stops_and_goes_on_is_one_that_never_stopped() {
        of_three(|examples| {
            let recipe = recipe(Kind::Joint);
            let mut whole = Notes::default();
            let ended = learn(&recipe, examples, None, &mut [&mut whole]).unwrap();
            let all: Vec<(usize, bool)> = (0..=6).map(|step| (step, step > 0)).collect();
            assert_eq!((&whole.steps, &whole.ends, ended.step), (&all, &vec![6], 6));
            for stop in [0, 1, 4] {
                // a watcher that stops does not keep the others from seeing the step
                let (mut first, mut beside) =
                    (Notes { stop: Some(stop), ..Notes::default() }, Notes::default());
                let ended = learn(&recipe, examples, None, &mut [&mut first, &mut beside]).unwrap();
                assert_eq!((ended.step, &beside.steps[..]), (stop, &all[..=stop]));
                assert_eq!((first.ends, beside.ends), (vec![stop], vec![stop]));
                let mut second = Notes::default();
                learn(&recipe, examples, beside.state, &mut [&mut second]).unwrap();
                assert_eq!(second.state, whole.state);
                let steps: Vec<usize> = second.steps.iter().map(|(step, _)| *step).collect();
                assert_eq!(steps, (stop..=6).collect::<Vec<_>>());
            }
        });
    }

    /// Watches a Transformer: where it stood after so many steps.
    struct Stop(usize, Option<State>);

    impl Watcher<Transformer> for Stop {
        fn step(&mut self, now: &Now<Transformer>) -> Result<ControlFlow<()>> {
            if now.step != self.0 {
                return Ok(ControlFlow::Continue(()));
            }
            self.1 = Some(now.state());
            Ok(ControlFlow::Break(()))
        }
    }

    #[test]
    fn captions_are_learned_by_the_same_loop_under_each_row_s_own_caption() {
        let images = Glyphs { seed: 1 }.captioned_images(0..64);
        let points = images.labelled();
        let train = TrainConfig { steps: 4, batch: 32, seed: 2, ..TrainConfig::default() };
        let recipe = Recipe { width: 8, depth: 1, features: 4, train, ..Recipe::of(Kind::Caption) };
        let examples = |points| Examples { points, classes: 220, sigma_data: 0.5, spread: &[] };
        let learned = |points, from, watch: &mut Stop| {
            Transformer::learn(&recipe, examples(points), from, &mut [watch]).unwrap()
        };
        let whole = learned(&points, None, &mut Stop(9, None));
        assert_eq!((whole.step, whole.model.kind()), (4, Kind::Joint));
        let mut stop = Stop(2, None);
        assert_eq!(learned(&points, None, &mut stop).step, 2);
        let resumed = learned(&points, stop.1, &mut Stop(9, None));
        assert_eq!(resumed.model.network().params, whole.model.network().params);
        // the wrong twin: the same images under the captions of others
        let mut y = points.y.clone();
        y.rotate_left(1);
        let others = Labelled { x: points.x.clone(), y };
        let twin = learned(&others, None, &mut Stop(9, None));
        assert_ne!(twin.model.network().params, whole.model.network().params);
        // each architecture refuses the other's recipe
        let other = Recipe { model: Kind::Joint, ..recipe.clone() };
        assert!(Transformer::learn(&other, examples(&points), None, &mut []).is_err());
        assert!(learn(&recipe, examples(&points), None, &mut []).is_err());
    }
}
