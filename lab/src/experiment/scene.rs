//! The experiments on a scene.

use super::run::{Experiment, run_on};
use crate::flags::{Defaults, ExperimentFlags};
use crate::view::Domain;
use scorelab::data::Scene;
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};
use std::process::ExitCode;

/// Runs an experiment on a scene as a program: reads the command line, runs `body`, reports, and says how it ended.
///
/// `name` is the example's name, `question` what it asks, `next` the experiment to try afterwards. Exit codes: 0
/// success (or not checked), 1 a check failed, else those of the program `scorelab`.
pub fn run(
    name: &'static str,
    question: &'static str,
    next: &str,
    defaults: Defaults,
    body: impl FnOnce(&mut Experiment) -> Result<()>,
) -> ExitCode {
    run_on(
        (name, question, next),
        defaults,
        |flags| Experiment::on_scene(name, flags, defaults),
        body,
    )
}

impl Experiment {
    /// Finds the scene, which must have as many dimensions as that of the defaults, and opens the experiment.
    ///
    /// # Errors
    /// As [`Scene::find`] and [`Experiment::new`], and if the dimensions differ.
    pub fn on_scene(
        name: &'static str,
        flags: ExperimentFlags,
        defaults: Defaults,
    ) -> Result<Experiment> {
        let data = Domain::of_scene(&flags.scene)?;
        let (dim, own) = (data.dim(), Scene::named(defaults.scene)?.mixture.dim());
        if dim != own {
            let what = format!("the number of dimensions of scene {}", flags.scene);
            let must =
                format!("{own}, as for {}: this experiment draws nothing else", defaults.scene);
            return Err(Error::value(what, dim, must));
        }
        Experiment::new(name, flags, data)
    }
}
