//! Tests of the loop of every training.

use super::*;
use crate::condition::Observation;
use crate::data::{Glyphs, Scene};
use crate::null_label::train_joint;
use crate::rng::Purpose;
use crate::score::ScoreFn;
use crate::train::{TrainConfig, train_score};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

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
                    train_joint(net, points, levels, p_drop, train, &mut |_| ()).map(Model::Joint)
                }
                Kind::Noisy => NoisyClassifier::train(points, &recipe.classifier(), &mut |_| ())
                    .map(Model::Noisy),
                Kind::Clean => CleanClassifier::train(points, &recipe.classifier(), &mut |_| ())
                    .map(Model::Clean),
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

/// Watches a network that is told what is observed: at which steps.
#[derive(Default)]
struct Steps(Vec<usize>);

impl Watcher<Observing> for Steps {
    fn step(&mut self, now: &Now<Observing>) -> Result<ControlFlow<()>> {
        self.0.push(now.step);
        Ok(if now.step == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

#[test]
fn what_is_observed_is_learned_by_the_same_loop_from_each_row_s_own_observation() {
    of_three(|examples| {
        let Examples { points, sigma_data, .. } = examples;
        let recipe = recipe(Kind::Joint);
        // one coordinate of the point itself, either
        let own = |i: usize, rng: &mut ChaCha8Rng| -> Condition {
            let k = rng.random_range(0..2);
            Observation::mask(&[(k, points.x[[i, k]])], 2, 0.0).unwrap().into()
        };
        let learned = |of: &ConditionOf| learn_observed(&recipe, examples, of, &mut []).unwrap();
        let params = |ended: Ended<Observing>| ended.model.network().params().to_vec();
        let whole = learned(&own);
        assert_eq!((whole.step, whole.model.kind()), (6, Kind::Joint));
        let whole = params(whole);
        // as the objective and the steps by themselves
        let config = ObservingConfig::new(2, sigma_data, &recipe.shape(2, 0));
        let net = JointNet::of(Observing::new(config, 3).unwrap(), recipe.target, sigma_data);
        let objective = net.objective_by(points, own, recipe.levels, recipe.p_drop).unwrap();
        let mut steps =
            Training::new(net.network().clone(), &objective, recipe.train.clone()).unwrap();
        assert!(steps.by_ref().all(|step| step.is_ok()));
        assert_eq!(whole, steps.finish().params());
        // the wrong twin: what is observed of another point
        let n = points.y.len();
        let others = |i: usize, rng: &mut ChaCha8Rng| own((i + 1) % n, rng);
        assert_ne!(whole, params(learned(&others)));
        // it is watched, and stops where it is told to
        let mut watched = Steps::default();
        let ended = learn_observed(&recipe, examples, &own, &mut [&mut watched]).unwrap();
        assert_eq!((ended.step, watched.0), (4, vec![0, 1, 2, 3, 4]));
        // an observation of points of another dimension is refused
        let wide = |_: usize, _: &mut ChaCha8Rng| -> Condition {
            Observation::mask(&[(0, 1.0)], 3, 0.0).unwrap().into()
        };
        assert!(learn_observed(&recipe, examples, &wide, &mut []).is_err());
    });
}
