//! The frame of the experiments on images.

use super::experiment::{Experiment, run_on};
use super::{Defaults, Settings};
use crate::Result;
use crate::data::Images;
use crate::plot::Text;
use std::ops::{Deref, DerefMut};
use std::process::ExitCode;

/// An experiment on labelled images.
pub struct ImageLab {
    experiment: Experiment,
    /// The images to learn from.
    pub train: Images,
    /// Images that no network sees, to compare with.
    pub held_out: Images,
    /// The wanted class.
    pub class: usize,
}

impl Deref for ImageLab {
    type Target = Experiment;

    fn deref(&self) -> &Experiment {
        &self.experiment
    }
}

impl DerefMut for ImageLab {
    fn deref_mut(&mut self) -> &mut Experiment {
        &mut self.experiment
    }
}

/// Runs an experiment on images as a program; as [`run`](super::run) does one on a scene.
///
/// `source` gives the images to learn from and those to compare with.
pub fn run_images(
    name: &'static str,
    question: &'static str,
    next: &str,
    defaults: Defaults,
    source: impl FnOnce(&Settings) -> Result<[Images; 2]>,
    body: impl FnOnce(&mut ImageLab) -> Result<()>,
) -> ExitCode {
    let open = |settings: Settings| {
        let [train, held_out] = source(&settings)?;
        let class = train.class(&settings.class)?;
        let experiment = Experiment::new(name, settings, defaults)?;
        Ok(ImageLab { experiment, train, held_out, class })
    };
    run_on((name, question, next), defaults, open, body)
}

impl ImageLab {
    /// What a class is called.
    pub fn class_name(&self, class: usize) -> Text {
        let name = &self.train.class_names[class];
        (name.en.clone(), name.vi.clone()).into()
    }
}
