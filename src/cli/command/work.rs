//! One training in its folder, from the start or from where a checkpoint stands.

use super::answer::tell;
use super::frame::DATA_NOTE;
use super::progress::Lines;
use super::recipe::{Dataset, Kind, Recipe};
use super::show::Show;
use crate::checkpoint::{Checkpoint, Model, Provenance, Run};
use crate::classifier_free::{JointDenoising, JointNet};
use crate::classifier_guidance::{CleanClassifier, CrossEntropy, NoisyClassifier};
use crate::cli::interrupt::interrupted;
use crate::nn::{Mlp, ScoreNet};
use crate::train::{Denoising, Objective, State, Training};
use crate::{Error, Result};
use std::path::PathBuf;
use std::time::Duration;

/// How a training saves and tells of itself; the bits of what is learned do not depend on it.
pub struct Pace {
    /// Steps from one checkpoint to the next.
    pub every: usize,
    /// How often samples of the network are drawn, if they are.
    pub show: Option<Duration>,
    /// Whether nothing is said of how far it is.
    pub quiet: bool,
}

/// How far a training came.
pub struct Ended {
    /// Its last checkpoint.
    pub path: PathBuf,
    /// Steps done.
    pub step: usize,
    /// The loss of the last batch, if there was one.
    pub loss: Option<f64>,
    /// Whether Ctrl-C ended it.
    pub interrupted: bool,
}

/// Learns by a recipe, from the start or from where a checkpoint stands.
///
/// # Errors
/// If the checkpoint's data were others, a file cannot be written, or training diverges.
pub fn learn(
    recipe: &Recipe,
    data: &Dataset,
    run: &Run,
    pace: &Pace,
    from: Option<Checkpoint>,
) -> Result<Ended> {
    let provenance = recipe.provenance(data);
    if let Some(from) = &from
        && from.provenance.notes.get(DATA_NOTE) != provenance.notes.get(DATA_NOTE)
    {
        let why =
            format!("the data, {}, are not those that the run began with; restore them", data.name);
        return Err(Error::File { path: run.folder().into(), why });
    }
    let state = from.and_then(|c| c.training);
    let work = Work { pace, recipe, run, provenance: &provenance, data };
    let (points, classes, sigma_data) = (&data.points, data.classes, data.sigma_data);
    let (dim, seed, target) = (points.x.ncols(), recipe.seed, recipe.target.into());
    let spread = data.image.as_ref().map_or(Vec::new(), |(_, frame)| frame.widths());
    let denoising =
        Denoising { data: points, target, sigma_data, spread: &spread, levels: recipe.levels() };
    match recipe.model {
        Kind::Score => {
            let wrap = |mlp| {
                Model::Score(ScoreNet::of(mlp, target, sigma_data).with_spread(spread.clone()))
            };
            work.go(Mlp::new(recipe.shape(dim, 0), seed)?, &denoising, state, wrap)
        }
        Kind::Joint => {
            let net = JointNet::new(recipe.shape(dim, 0), classes, target, sigma_data, seed)?;
            let objective = JointDenoising::new(denoising, recipe.p_drop)?;
            let wrap = |mlp| {
                Model::Joint(JointNet::of(mlp, target, sigma_data).with_spread(spread.clone()))
            };
            work.go(net.mlp().clone(), &objective, state, wrap)
        }
        Kind::Noisy => {
            let objective = CrossEntropy::new(points, Some(recipe.levels()))?;
            let wrap = |mlp| Model::Noisy(NoisyClassifier::of(mlp, objective.scaling));
            work.go(objective.untrained(&recipe.classifier())?, &objective, state, wrap)
        }
        Kind::Clean => {
            let objective = CrossEntropy::new(points, None)?;
            let wrap = |mlp| Model::Clean(CleanClassifier::of(mlp, objective.scaling));
            work.go(objective.untrained(&recipe.classifier())?, &objective, state, wrap)
        }
    }
}

/// One training in its folder.
struct Work<'a> {
    pace: &'a Pace,
    recipe: &'a Recipe,
    run: &'a Run,
    provenance: &'a Provenance,
    data: &'a Dataset,
}

impl Work<'_> {
    /// Trains to the end, or until Ctrl-C, saving on the way.
    fn go<O: Objective>(
        &self,
        mlp: Mlp,
        objective: &O,
        from: Option<State>,
        wrap: impl Fn(Mlp) -> Model,
    ) -> Result<Ended> {
        let (shape, config) = (mlp.config.clone(), self.recipe.config());
        let begun = from.as_ref().map(|state| state.step);
        let mut training = match from {
            Some(state) => Training::resume(mlp, objective, config, state)?,
            None => Training::new(mlp, objective, config)?,
        };
        let save = |state: State| {
            let mlp = Mlp::of(shape.clone(), state.adam.ema.clone())?;
            let (step, mut all) = (state.step, Checkpoint::new(wrap(mlp), self.provenance.clone()));
            all.training = Some(state);
            if let Some((_, frame)) = &self.data.image {
                all.extra.extend(frame.rows());
            }
            self.run.save(&all, step)
        };
        let mut path = save(training.state())?; // the folder is tried before any work is done
        let (mut step, mut loss) = (begun.unwrap_or(0), None);
        let show = |every| Show::new(every, self.recipe, self.data, self.run.folder());
        let mut show = self.pace.show.map(show).transpose()?;
        let mut progress = (!self.pace.quiet).then(|| Lines::new(step, self.recipe.steps));
        while !interrupted() {
            match training.next() {
                None => break,
                Some(Ok(done)) => (step, loss) = (done.step + 1, Some(done.loss)),
                Some(Err(error)) => {
                    tell(format!("the last good checkpoint is {}", path.display()));
                    return Err(error);
                }
            }
            if let Some(progress) = &mut progress {
                progress.at(step, loss);
            }
            let due = show.as_mut().filter(|show| show.due() && step < self.recipe.steps);
            if due.is_some() || (step % self.pace.every == 0 && step < self.recipe.steps) {
                path = save(training.state())?;
            }
            if let Some(show) = due {
                show.draw(step, &wrap(training.averaged()));
            }
        }
        if Some(step) != begun {
            path = save(training.state())?;
        }
        if let Some(mut show) = show {
            show.draw(step, &wrap(training.averaged()));
        }
        Ok(Ended { path, step, loss, interrupted: step < self.recipe.steps })
    }
}
