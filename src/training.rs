//! The loop of every training by a recipe: its network and objective, its steps, and those who watch them.

use crate::Result;
use crate::checkpoint::{Kind, Model, Recipe};
use crate::classifier::{CleanClassifier, CrossEntropy, NoisyClassifier};
use crate::mixture::Labelled;
use crate::nn::{Mlp, ScoreNet};
use crate::null_label::{JointDenoising, JointNet};
use crate::train::{Denoising, Objective, State, Training};
use std::ops::ControlFlow;

/// What a network learns from.
#[derive(Clone, Copy)]
pub struct Examples<'a> {
    /// The points and their classes, as the network sees them.
    pub points: &'a Labelled,
    /// How many classes there are, present or not.
    pub classes: usize,
    /// The root mean square of a coordinate.
    pub sigma_data: f64,
    /// The spread of each coordinate, as in [`ScoreNet`]; empty: σ_data for all.
    pub spread: &'a [f64],
}

/// An observer of a training. It does not change what is learned, except by where it stops.
pub trait Watcher {
    /// Called before the first step and after every one; [`ControlFlow::Break`] stops the training there.
    ///
    /// # Errors
    /// Those of the watcher, which end the training.
    fn step(&mut self, now: &Now) -> Result<ControlFlow<()>>;

    /// Called once, after the last step or the one that a watcher stopped at; not after an error.
    ///
    /// # Errors
    /// Those of the watcher.
    fn end(&mut self, _: &Now) -> Result<()> {
        Ok(())
    }
}

/// Where a training stands.
pub struct Now<'a> {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// The loss of the last batch, before its update; none before the first.
    pub loss: Option<f64>,
    state: &'a dyn Fn() -> State,
    model: &'a dyn Fn() -> Model,
}

impl Now<'_> {
    /// All that the training needs to go on.
    pub fn state(&self) -> State {
        (self.state)()
    }

    /// The network, with its averaged weights.
    pub fn model(&self) -> Model {
        (self.model)()
    }
}

/// How a training ended.
pub struct Ended {
    /// The network, with its averaged weights.
    pub model: Model,
    /// Steps done; fewer than those of the recipe if a watcher stopped it.
    pub step: usize,
    /// The loss of the last batch, if there was one.
    pub loss: Option<f64>,
}

/// Trains by a recipe, from the start or from the state of an earlier training by the same recipe.
///
/// # Errors
/// If a setting is invalid, the state does not belong to such a training, a watcher fails, or training diverges.
pub fn learn(
    recipe: &Recipe,
    examples: Examples,
    from: Option<State>,
    watchers: &mut [&mut dyn Watcher],
) -> Result<Ended> {
    let Examples { points, classes, sigma_data, spread } = examples;
    let (dim, seed, target, levels) =
        (points.x.ncols(), recipe.train.seed, recipe.target, recipe.levels);
    let denoising = Denoising { data: points, target, sigma_data, spread, levels };
    let run = Run { recipe, from, watchers };
    match recipe.model {
        Kind::Score => {
            let wrap = |mlp| {
                Model::Score(ScoreNet::of(mlp, target, sigma_data).with_spread(spread.to_vec()))
            };
            run.on(Mlp::new(recipe.shape(dim, 0), seed)?, &denoising, &wrap)
        }
        Kind::Joint => {
            let net = JointNet::new(recipe.shape(dim, 0), classes, target, sigma_data, seed)?;
            let objective = JointDenoising::new(denoising, recipe.p_drop)?;
            let wrap = |mlp| {
                Model::Joint(JointNet::of(mlp, target, sigma_data).with_spread(spread.to_vec()))
            };
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
    }
}

/// One training that is about to begin or to go on.
struct Run<'a, 'w> {
    recipe: &'a Recipe,
    from: Option<State>,
    watchers: &'a mut [&'w mut dyn Watcher],
}

impl Run<'_, '_> {
    fn on<O: Objective<Mlp>>(
        self,
        mlp: Mlp,
        objective: &O,
        wrap: &dyn Fn(Mlp) -> Model,
    ) -> Result<Ended> {
        let (config, steps) = (self.recipe.train.clone(), self.recipe.train.steps);
        let (mut step, mut loss) = (self.from.as_ref().map_or(0, |state| state.step), None);
        let mut training = match self.from {
            Some(state) => Training::resume(mlp, objective, config, state)?,
            None => Training::new(mlp, objective, config)?,
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
    use crate::data::Scene;
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
}
