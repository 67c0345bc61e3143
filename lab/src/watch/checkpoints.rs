//! The checkpoints of a training in its folder, and the pictures beside them.

use super::samples_so_far::SamplesSoFar;
use crate::data::TrainingSet;
use scorelab::Result;
use scorelab::checkpoint::{Architecture, Checkpoint, Recipe, Run, Trained};
use scorelab::training_loop::{Now, Watcher};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Saves a training: at once, so that the folder is tried before any work is done, then every so many steps, before
/// samples are drawn, and at the end.
pub struct Checkpoints<'a> {
    run: &'a Run,
    every: usize,
    set: &'a TrainingSet,
    trained: Trained,
    so_far: Option<SamplesSoFar<'a>>,
    last: Option<(usize, PathBuf)>,
}

impl<'a> Checkpoints<'a> {
    /// The checkpoints of a training by a recipe on a training set, one every so many steps.
    pub fn new(
        run: &'a Run,
        every: usize,
        recipe: &Recipe,
        set: &'a TrainingSet,
        so_far: Option<SamplesSoFar<'a>>,
    ) -> Self {
        let trained = Trained::here(set.header.clone(), Some(recipe.clone()));
        Checkpoints { run, every, set, trained, so_far, last: None }
    }

    /// The last of them, if there is one.
    pub fn last(&self) -> Option<&PathBuf> {
        self.last.as_ref().map(|(_, path)| path)
    }

    fn save<N: Architecture>(&mut self, now: &Now<N>) -> Result<()> {
        if self.last.as_ref().is_some_and(|(step, _)| *step == now.step) {
            return Ok(());
        }
        let mut all = Checkpoint::new(now.model(), self.trained.clone());
        all.training = Some(now.state());
        all.view = self.set.view.clone();
        self.last = Some((now.step, self.run.save(&all, now.step)?));
        Ok(())
    }
}

impl<N: Architecture> Watcher<N> for Checkpoints<'_> {
    fn step(&mut self, now: &Now<N>) -> Result<ControlFlow<()>> {
        let middle = now.loss.is_some() && now.step < now.steps;
        let shown = middle && self.so_far.as_ref().is_some_and(SamplesSoFar::due);
        if now.loss.is_none() || shown || (middle && now.step.is_multiple_of(self.every)) {
            self.save(now)?;
        }
        if let Some(so_far) = self.so_far.as_mut().filter(|_| shown) {
            so_far.draw(now);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, now: &Now<N>) -> Result<()> {
        self.save(now)?;
        if let Some(so_far) = &mut self.so_far {
            so_far.draw(now);
        }
        Ok(())
    }
}
