//! `scorelab train`: learns a network, in a folder from which it can go on after any interruption.

use crate::called::program;
use crate::data::{Data, TrainingSet};
use crate::flags::Train;
use crate::interrupt::{CtrlC, listen};
use crate::menu::Menu;
use crate::networks::is_transformer;
use crate::read::{TableOptions, scene_of_points};
use crate::recipe;
use crate::report::Report;
use crate::tell::tell;
use crate::watch::{Canvas, Checkpoints, Progress, SamplesSoFar, Schedule, interval};
use crate::words::shell_word;
use scorelab::arch::kernel_name;
use scorelab::checkpoint::{
    self, Architecture, Checkpoint, Found, Kind, Place, Recipe, Run, TrainingData,
};
use scorelab::file;
use scorelab::nn::{Mlp, Transformer};
use scorelab::train::State;
use scorelab::training_loop::Learned;
use scorelab::{Error, Result};
use scorelab_figures::plot::{Lang, Output, Text};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

impl Train {
    /// Trains; true if Ctrl-C ended it.
    ///
    /// # Errors
    /// If a setting cannot be, a file cannot be read or written, or training diverges.
    pub fn run(&self) -> Result<bool> {
        if self.every == 0 {
            return Err(Error::value("--every", 0, "at least 1"));
        }
        listen()?;
        match &self.resume {
            Some(folder) => self.go_on(folder),
            None => self.begin(),
        }
    }

    fn begin(&self) -> Result<bool> {
        let recipe = self.recipe.recipe(&self.common.given)?;
        self.common.given.refuse(&recipe::idle_flags(&recipe))?;
        let show = self.show(&recipe)?;
        let set = TrainingSet::of(&recipe, self.common.machine.memory)?;
        let folder = self.out.clone().unwrap_or_else(|| {
            let name = file::plain_name(&set.header.name);
            PathBuf::from("out").join(format!("{}-{name}", recipe.model.name()))
        });
        let run = Run::open(folder)?;
        refuse_begun(run.folder())?;
        let job = Job {
            recipe: &recipe,
            set: &set,
            run: &run,
            every: self.every,
            progress: Some(self.common.lang),
        };
        self.report(&job, &job.run(show, None)?)
    }

    fn go_on(&self, folder: &Path) -> Result<bool> {
        if !folder.is_dir() {
            let why = "it is not a folder; --resume takes the folder of a run".into();
            return Err(Error::File { path: folder.into(), why });
        }
        if !checkpoint::holds_checkpoints(folder)? {
            checkpoint::find(folder)?; // which tells so
        }
        let run = Run::open(folder)?;
        let begun = Begun::find(folder)?;
        let show = self.show(&begun.recipe)?;
        let set = begun.training_set(folder, self.common.machine.memory)?;
        let recipe = &begun.recipe;
        let job = Job {
            recipe,
            set: &set,
            run: &run,
            every: self.every,
            progress: Some(self.common.lang),
        };
        self.report(&job, &job.run(show, Some(begun.state))?)
    }

    /// How often samples are to be drawn, if they are.
    fn show(&self, recipe: &Recipe) -> Result<Option<Duration>> {
        let Some(seconds) = self.show else { return Ok(None) };
        if recipe.model.classifies() {
            let must = "left out: a classifier has no samples";
            return Err(Error::value("--show", "given", must));
        }
        interval("--show", seconds).map(Some)
    }

    /// Says how the training ended; true if by Ctrl-C.
    fn report(&self, job: &Job, ended: &Ended) -> Result<bool> {
        let (path, step) = (ended.path.display(), ended.step);
        if ended.interrupted {
            let all = job.recipe.train.steps;
            let folder = shell_word(&job.run.folder().display().to_string());
            let stopped = Text::from((
                format!("stopped after step {step} of {all}, saved as {path}; to go on:"),
                format!("đã dừng sau bước {step} trên {all}, lưu ở {path}; để tiếp tục:"),
            ));
            let again = format!("\n{} train --resume {folder}", program());
            tell(stopped.then(again).get(self.common.lang));
            return Ok(true);
        }
        let mut report = Report::new(["checkpoint", "steps", "loss"]);
        report.row([path.to_string().into(), step.into(), ended.loss.into()]);
        report.notes = vec![Text::new(
            "loss: of the last batch, before its update",
            "loss: của lô cuối, trước khi cập nhật",
        )];
        report.write(self.common.form(None)?, None).map(|()| false)
    }
}

/// Refuses to begin where a run is, be its checkpoints good or not.
fn refuse_begun(folder: &Path) -> Result<()> {
    if !checkpoint::holds_checkpoints(folder)? {
        return Ok(());
    }
    let why = match checkpoint::architecture_of(folder) {
        Ok(_) => format!(
            "it already holds a run; go on with `scorelab train --resume {}`, or choose another --out",
            shell_word(&folder.display().to_string())
        ),
        Err(e) => format!(
            "it holds a run whose checkpoints cannot be read ({e}); move them away, or choose another --out"
        ),
    };
    Err(Error::File { path: folder.into(), why })
}

/// A run that has begun: its recipe, and where it stands.
pub struct Begun {
    /// What decides what it learns.
    pub recipe: Recipe,
    /// Where it stood at its last good checkpoint.
    pub state: State,
    /// What it learned from.
    data: TrainingData,
}

impl Begun {
    /// The run of a folder.
    ///
    /// # Errors
    /// If there is no good checkpoint, or it is not one that can go on.
    pub fn find(folder: &Path) -> Result<Begun> {
        match is_transformer(folder) {
            true => Begun::of(folder, checkpoint::find_as::<Transformer>(folder)?),
            false => Begun::of(folder, checkpoint::find(folder)?),
        }
    }

    fn of<N: Architecture>(folder: &Path, found: Found<N>) -> Result<Begun> {
        found.passed.iter().for_each(|e| tell(format!("warning: {e}")));
        let Checkpoint { trained, training, .. } = found.checkpoint;
        let (Some(recipe), Some(state)) = (trained.recipe, training) else {
            let why =
                "its checkpoint was not written by `scorelab train`, so the run cannot be resumed"
                    .into();
            return Err(Error::File { path: folder.into(), why });
        };
        let (version, kernel) = (&trained.version, &trained.kernel);
        let now = (env!("CARGO_PKG_VERSION"), kernel_name());
        if (version.as_str(), kernel.as_str()) != now {
            tell(format!(
                "warning: this run began with scorelab {version} and the kernel {kernel}; from here on its bits will be those of {} and {}",
                now.0, now.1
            ));
        }
        Ok(Begun { recipe, state, data: trained.data })
    }

    /// The training set of the run.
    ///
    /// # Errors
    /// As [`TrainingSet::of`], and if the data have changed since it began.
    pub fn training_set(&self, folder: &Path, gib: f64) -> Result<TrainingSet> {
        recipe::check(&self.recipe)?;
        let data = Data::find_again(&self.recipe.data, "begin anew with the data of today", gib)?;
        let before = &self.data;
        let remedy = "the run began, so its data are not the ones it began with; restore it";
        data.same(&self.recipe.data, before, remedy)?;
        let set = TrainingSet::from(data, &self.recipe, gib)?;
        if set.is(before) {
            return Ok(set);
        }
        let name = &set.header.name;
        let why =
            format!("the data, {name}, are not the ones that the run began with; restore them");
        Err(Error::File { path: folder.into(), why })
    }
}

/// One training in its folder.
pub struct Job<'a> {
    /// What decides what is learned.
    pub recipe: &'a Recipe,
    /// What it is learned from.
    pub set: &'a TrainingSet,
    /// The folder.
    pub run: &'a Run,
    /// Steps from one checkpoint to the next.
    pub every: usize,
    /// The language in which progress is told, if it is.
    pub progress: Option<Lang>,
}

/// How far a training got.
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

impl Job<'_> {
    /// Trains to the end, or until Ctrl-C, saving on the way, from the start or from where a checkpoint stands; draws samples
    /// every so often, if it is to.
    ///
    /// # Errors
    /// If a file cannot be written, or training diverges.
    pub fn run(&self, show: Option<Duration>, from: Option<State>) -> Result<Ended> {
        match self.recipe.model {
            Kind::Caption => self.learn::<Transformer>(show, from),
            _ => self.learn::<Mlp>(show, from),
        }
    }

    /// As [`Job::run`], of this architecture.
    fn learn<N: Learned>(&self, show: Option<Duration>, from: Option<State>) -> Result<Ended> {
        let (recipe, set) = (self.recipe, self.set);
        let begun = from.as_ref().map_or(0, |state| state.step);
        let so_far = show.map(|every| self.so_far(every)).transpose()?;
        let mut progress = self
            .progress
            .map(|lang| Progress::new("training", begun, recipe.train.steps).speaking(lang));
        let mut saver = Checkpoints::new(self.run, self.every, recipe, set, so_far);
        let ended = match &mut progress {
            None => N::learn(recipe, set.examples(), from, &mut [&mut saver, &mut CtrlC]),
            Some(bar) => N::learn(recipe, set.examples(), from, &mut [bar, &mut saver, &mut CtrlC]),
        };
        if let (Err(Error::Diverged { .. }), Some(path)) = (&ended, saver.last()) {
            tell(format!("the last good checkpoint is {}", path.display()));
        }
        let (ended, path) = (ended?, saver.last().expect("saved at the start").clone());
        let interrupted = ended.step < recipe.train.steps;
        Ok(Ended { path, step: ended.step, loss: ended.loss, interrupted })
    }

    /// What draws samples into the folder.
    fn so_far(&self, every: Duration) -> Result<SamplesSoFar<'_>> {
        let canvas = match (&self.set.scene, self.set.header.image) {
            (Some(scene), _) => Canvas::Scene(Cow::Borrowed(scene)),
            (None, Some(size)) if self.recipe.model == Kind::Caption => {
                Canvas::of_captions(size, &self.set.view)
            }
            (None, Some(size)) => {
                Canvas::of_classes(size, &self.set.view, self.set.header.image_classes())
            }
            // rows are drawn as the scene that their file is
            (None, None) => match &self.recipe.data {
                Place::Rows(file) => {
                    Canvas::Scene(Cow::Owned(scene_of_points(file, TableOptions::default())?.0))
                }
                _ => unreachable!("what is neither a scene nor images is rows"),
            },
        };
        let output = Output { dir: self.run.folder().into(), ..Output::default() };
        Ok(SamplesSoFar::new(every, canvas, Schedule::quick(self.recipe.train.seed)?, output))
    }
}
