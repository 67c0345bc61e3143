//! Trainings that keep their network in memory, for whoever calls the lab from another program.

use crate::data::TrainingSet;
use crate::drawings::Drawn;
use crate::recipe::check;
use scorelab::checkpoint::{Checkpoint, Place, Recipe, Trained, TrainingData};
use scorelab::mixture::Labelled;
use scorelab::training_loop::{Examples, Now, Watcher, learn};
use scorelab::{Error, Result};
use std::ops::ControlFlow;
use std::path::Path;

/// What is told before the first step and after every one: steps done, steps in all, and the loss of the last batch, none
/// before the first. [`ControlFlow::Break`] stops the training there.
pub type Told<'a> = &'a mut dyn FnMut(usize, usize, Option<f64>) -> ControlFlow<()>;

struct Teller<'a>(Told<'a>);

impl Watcher for Teller<'_> {
    fn step(&mut self, now: &Now) -> Result<ControlFlow<()>> {
        Ok((self.0)(now.step, now.steps, now.loss))
    }
}

/// The place of data that are called so: a scene, or the images of a folder or of the lab.
pub fn place_named(name: &str) -> Place {
    let images = Place::Images(name.into());
    match Drawn::at(&images).is_some() || Path::new(name).is_dir() {
        true => images,
        false => Place::Scene(name.into()),
    }
}

/// The network that `scorelab train` learns by this recipe, and how it came to be.
///
/// # Errors
/// If a setting cannot be, the data cannot be found or do not fit into `gib` GiB, or training diverges.
pub fn taught(recipe: &Recipe, gib: f64, told: Told) -> Result<Checkpoint> {
    let set = TrainingSet::of(recipe, gib)?;
    let ended = learn(recipe, set.examples(), None, &mut [&mut Teller(told)])?;
    let trained = Trained::here(set.header, Some(recipe.clone()));
    Ok(Checkpoint { view: set.view, ..Checkpoint::new(ended.model, trained) })
}

/// The network that is learned by this recipe from points of one's own, instead of its data.
///
/// # Errors
/// If a setting cannot be, there are no points, a class has none, or training diverges.
pub fn taught_points(recipe: &Recipe, points: &Labelled, told: Told) -> Result<Checkpoint> {
    check(recipe)?;
    if points.x.is_empty() {
        return Err(Error::value("the training set", "empty", "at least one point"));
    }
    let classes = points.y.iter().max().map_or(0, |y| y + 1);
    if let Some(c) = (0..classes).find(|c| !points.y.contains(c)) {
        let must = "the class of at least one, or the classes numbered without a gap";
        return Err(Error::value(format!("class {c}"), "without a point", must));
    }
    let square = points.x.mapv(|x| x * x).mean().unwrap_or(0.0);
    let sigma_data = square.sqrt().max(f64::MIN_POSITIVE);
    let examples = Examples { points, classes, sigma_data, spread: &[] };
    let ended = learn(recipe, examples, None, &mut [&mut Teller(told)])?;
    let data = TrainingData { points: points.x.nrows(), ..TrainingData::from("points") };
    Ok(Checkpoint::new(ended.model, Trained::here(data, None)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorelab::checkpoint::Kind;
    use scorelab::data::Scene;
    use scorelab::rng::Purpose;
    use scorelab::train::TrainConfig;

    fn recipe() -> Recipe {
        let train = TrainConfig { steps: 4, batch: 64, ..TrainConfig::default() };
        Recipe { model: Kind::Joint, width: 8, depth: 2, points: 200, train, ..Recipe::default() }
    }

    #[test]
    fn every_step_is_told_and_break_stops_there() {
        let mut told = Vec::new();
        let whole = taught(&recipe(), 4.0, &mut |step, steps, loss| {
            told.push((step, steps, loss.is_some()));
            ControlFlow::Continue(())
        });
        let all: Vec<_> = (0..=4).map(|step| (step, 4, step > 0)).collect();
        assert_eq!(told, all);
        let stopped = taught(&recipe(), 4.0, &mut |step, _, _| match step {
            2 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
        let params = |c: Result<Checkpoint>| c.unwrap().model.network().params.clone();
        assert_ne!(params(whole), params(stopped));
    }

    #[test]
    fn points_that_leave_a_class_out_are_refused() {
        let go = &mut |_, _, _| ControlFlow::Continue(());
        let mut points = Scene::named("three").unwrap().mixture.sample(60, 1, Purpose::Data);
        assert!(taught_points(&recipe(), &points, go).is_ok());
        points.y.iter_mut().for_each(|y| *y += 1);
        let refused = taught_points(&recipe(), &points, go).unwrap_err().to_string();
        assert!(refused.contains("class 0 is without a point"), "{refused}");
    }
}
