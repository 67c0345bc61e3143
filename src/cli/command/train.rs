//! `scorelab train`: learns a network, in a folder from which it can go on after any interruption.

use super::Common;
use super::answer::{Answer, tell};
use super::frame::RECIPE_NOTE;
use super::recipe::Recipe;
use super::show::interval;
use super::work::{Ended, Pace, learn};
use crate::arch::kernel_name;
use crate::checkpoint::{self, Checkpoint, Provenance, Run};
use crate::cli::interrupt::listen;
use crate::{Error, Result};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// The arguments of `train`.
#[derive(Debug, Clone, Args)]
pub struct Train {
    #[command(flatten)]
    pub recipe: Recipe,
    /// Steps from one checkpoint to the next
    #[arg(long, default_value_t = 500)]
    pub every: usize,
    /// Draw samples of the network into samples_so_far.png every so many seconds, and at the end; saved first
    #[arg(long, value_name = "SECONDS")]
    pub show: Option<f64>,
    /// The folder of the run [default: out/ and what is learned]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Go on with the run of this folder: same bits as if it had never stopped
    #[arg(long, value_name = "FOLDER")]
    pub resume: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// The arguments that may stand beside `--resume`.
pub const BESIDE_RESUME: [&str; 7] =
    ["resume", "every", "show", "config", "threads", "memory", "format"];

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
        let pace = self.pace(&self.recipe)?;
        let data = self.recipe.dataset(self.common.memory)?;
        let folder = self.out.clone().unwrap_or_else(|| {
            let kind = self.recipe.model.to_possible_value();
            let kind = kind.map_or(String::new(), |v| v.get_name().into());
            PathBuf::from("out").join(format!("{kind}-{}", data.name))
        });
        let run = Run::open(folder)?;
        if checkpoint::find(run.folder()).is_ok() {
            let folder = quoted(run.folder());
            let why = format!(
                "a run is there already; go on with `scorelab train --resume {folder}`, or choose another --out"
            );
            return Err(Error::File { path: run.folder().into(), why });
        }
        let ended = learn(&self.recipe, &data, &run, &pace, None)?;
        self.report(&self.recipe, &run, &ended)
    }

    fn go_on(&self, folder: &Path) -> Result<bool> {
        if !folder.is_dir() {
            let why = "it is no folder; --resume takes the folder of a run".into();
            return Err(Error::File { path: folder.into(), why });
        }
        let run = Run::open(folder)?;
        let (recipe, from) = begun(folder)?;
        let pace = self.pace(&recipe)?;
        let data = recipe.dataset(self.common.memory)?;
        let ended = learn(&recipe, &data, &run, &pace, Some(from))?;
        self.report(&recipe, &run, &ended)
    }

    fn pace(&self, recipe: &Recipe) -> Result<Pace> {
        Ok(Pace { every: self.every, show: interval(self.show, recipe)?, quiet: false })
    }

    /// Says how the training ended; true if by Ctrl-C.
    fn report(&self, recipe: &Recipe, run: &Run, ended: &Ended) -> Result<bool> {
        let (path, step) = (ended.path.display(), ended.step);
        if ended.interrupted {
            tell(format!(
                "stopped after step {step} of {}, saved as {path}; to go on:\nscorelab train --resume {}",
                recipe.steps,
                quoted(run.folder())
            ));
            return Ok(true);
        }
        let mut answer = Answer::new(["checkpoint", "steps", "loss"]);
        answer.row([path.to_string().into(), step.into(), ended.loss.into()]);
        answer.notes = vec!["loss: that of the last batch, before its update".into()];
        answer.write(self.common.format, None).map(|()| false)
    }
}

/// The recipe of the run in a folder, and where it stands.
///
/// # Errors
/// If there is no good checkpoint, or it is not one that can go on.
pub fn begun(folder: &Path) -> Result<(Recipe, Checkpoint)> {
    let wrong = |why: String| Error::File { path: folder.into(), why };
    let found = checkpoint::find(folder)?;
    found.passed.iter().for_each(|e| tell(format!("warning: {e}")));
    let Provenance { version, kernel, notes, .. } = &found.checkpoint.provenance;
    let Some(text) = notes.get(RECIPE_NOTE).filter(|_| found.checkpoint.training.is_some()) else {
        let why = "its checkpoint is not one of `scorelab train`, so it cannot go on";
        return Err(wrong(why.into()));
    };
    let recipe = serde_json::from_str(text).map_err(|e| wrong(format!("its recipe: {e}")))?;
    let now = (env!("CARGO_PKG_VERSION"), kernel_name());
    if (version.as_str(), kernel.as_str()) != now {
        tell(format!(
            "warning: this run began with scorelab {version} and the kernel {kernel}; the bits will be those of {} and {}",
            now.0, now.1
        ));
    }
    Ok((recipe, found.checkpoint))
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:@%\\".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
