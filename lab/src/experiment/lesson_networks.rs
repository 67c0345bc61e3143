//! The networks of the lecture, each trained when a figure first asks for it.

use super::networks::P_DROP;
use crate::setup::Setup;
use scorelab::Result;
use scorelab::classifier::{CleanClassifier, NoisyClassifier};
use scorelab::mixture::Labelled;
use scorelab::nn::ScoreNet;
use scorelab::null_label::JointNet;
use std::cell::OnceCell;

/// Networks of one setup, all of one training set. None depends on which others were trained before it.
pub struct LessonNetworks {
    setup: Setup,
    data: Labelled,
    score: OnceCell<(ScoreNet, Vec<f64>)>,
    noisy: OnceCell<NoisyClassifier>,
    clean: OnceCell<CleanClassifier>,
    joint: OnceCell<JointNet>,
}

impl LessonNetworks {
    /// None of them trained yet.
    ///
    /// # Errors
    /// As [`Setup::training_set`].
    pub fn new(setup: &Setup) -> Result<Self> {
        Ok(LessonNetworks {
            setup: setup.clone(),
            data: setup.training_set()?,
            score: OnceCell::new(),
            noisy: OnceCell::new(),
            clean: OnceCell::new(),
            joint: OnceCell::new(),
        })
    }

    /// What they learn from.
    pub fn data(&self) -> &Labelled {
        &self.data
    }

    /// The unconditional score.
    ///
    /// # Errors
    /// As [`Setup::train_score`].
    pub fn score(&self) -> Result<&ScoreNet> {
        Ok(&once(&self.score, || self.setup.train_score_with_losses(&self.data))?.0)
    }

    /// The loss of every step of its training.
    ///
    /// # Errors
    /// As [`Setup::train_score`].
    pub fn losses(&self) -> Result<&[f64]> {
        Ok(&once(&self.score, || self.setup.train_score_with_losses(&self.data))?.1)
    }

    /// The classifier on noisy data.
    ///
    /// # Errors
    /// As [`Setup::train_classifier`].
    pub fn noisy(&self) -> Result<&NoisyClassifier> {
        once(&self.noisy, || self.setup.train_classifier(&self.data))
    }

    /// The classifier on clean data.
    ///
    /// # Errors
    /// As [`Setup::train_clean_classifier`].
    pub fn clean(&self) -> Result<&CleanClassifier> {
        once(&self.clean, || self.setup.train_clean_classifier(&self.data))
    }

    /// The joint network.
    ///
    /// # Errors
    /// As [`Setup::train_joint`].
    pub fn joint(&self) -> Result<&JointNet> {
        once(&self.joint, || self.setup.train_joint(&self.data, P_DROP))
    }
}

/// What a cell holds; made if it holds nothing yet.
fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(made) = cell.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(cell.get_or_init(|| made))
}
