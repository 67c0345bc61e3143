//! `scorelab plot`: figures of the lecture, of any score and scene.

use crate::flags::{CommonFlags, Look, ScoreFlags, WalkFlags};
use crate::report::Report;
use crate::setup::{Setup, Typed, gammas};
use crate::steering::Steering;
use clap::{Args, ValueEnum};
use scorelab::guidance::Gamma;
use scorelab::{Error, Result};
use scorelab_figures::plot::{self, Figure};
use serde::Serialize;
use std::path::PathBuf;

/// The most frames of an animation.
const MOST_FRAMES: usize = 1000;

/// The menu of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureName {
    /// The loss of a training above its floor; trains a score network
    TrainingCurve,
    /// F1: noise chooses the class
    Uncontrolled,
    /// F2: the same noise, led to the target by a classifier
    Steering,
    /// F3: the score field as the noise falls
    Field,
    /// F4: the score of all classes and of one
    TwoScores,
    /// F5: Bayes' rule at a point
    BayesSum,
    /// F6: Bayes' rule over the plane
    BayesPlane,
    /// F7: one noise, two paths, and a classifier's push between them
    Trajectories,
    /// F8: where samples end at each γ, by a classifier; of images with --judge
    Hybrid,
    /// F9: six starting points, γ from 0 up
    Sweep,
    /// F10: what γ wins and loses; of images with --judge
    Fidelity,
    /// F11: the drift past the target at large γ
    Overshoot,
    /// F12: the samples beside the tilted distribution, at the last γ
    Tilt,
    /// F12: s_c − s_∅ of a joint --score beside a --classifier
    Implicit,
    /// F13: a --classifier that knows noise, and a --clean one that does not
    CleanClassifier,
    /// F14: one classifier for each label or one joint network; trains all of them
    Bill,
    /// F15: the null label in a batch of training
    NullLabel,
    /// F16: joint networks, --runs, that differ in their p_drop
    PDrop,
    /// F17: steered away at γ below 0
    Away,
    /// F21: γ = 3 by every sampler, on the scene two-1d
    Samplers,
    /// F22: γ = 4 in an interval of σ, on the scene far-mode-1d
    Interval,
    /// F23: a joint --score guided by a worse one, --guiding, at the last γ
    Autoguidance,
    /// A1, animated: Bayes' rule at a point through time
    BayesThroughTime,
    /// A2, animated: the field that bends as γ grows
    BendingField,
    /// A3, animated: particles led to the target
    Particles,
    /// A4, animated: a classifier's regions as the noise falls
    Regions,
    /// Images: samples of each class, a sheet for each γ
    Sheets,
    /// Images: from one noise to an image, free and steered by the last γ
    Denoising,
}

/// What was drawn.
pub enum Drawn {
    /// Figures, each a file of every format.
    Still(Vec<Figure>),
    /// The frames of an animation, and its stem.
    Moving(&'static str, Vec<Figure>),
}

impl From<Figure> for Drawn {
    fn from(figure: Figure) -> Drawn {
        Drawn::Still(vec![figure])
    }
}

impl From<Vec<Figure>> for Drawn {
    fn from(figures: Vec<Figure>) -> Drawn {
        Drawn::Still(figures)
    }
}

/// The flags of `plot`.
#[derive(Debug, Clone, Args, Serialize)]
pub struct Plot {
    /// The figures
    #[arg(value_enum, required = true, value_name = "FIGURE")]
    pub figures: Vec<FigureName>,
    #[command(flatten)]
    #[serde(flatten)]
    pub score: ScoreFlags,
    /// Guidance scales, for the figures that do not have their own
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true, default_value = "0,1,2,5")]
    pub gamma: Vec<f64>,
    #[command(flatten)]
    #[serde(skip)]
    pub walk: WalkFlags,
    /// For clean-classifier and regions: a classifier trained without noise [default: the exact one, blind to noise]
    #[arg(long, value_name = "FILE|FOLDER")]
    pub clean: Option<String>,
    /// For p-drop: joint networks that differ in their p_drop
    #[arg(long, value_name = "FILE|FOLDER", value_delimiter = ',')]
    pub runs: Vec<String>,
    /// For images: the classifier that judges them, a checkpoint or the folder of a run with --model clean
    #[arg(long, value_name = "FILE|FOLDER")]
    pub judge: Option<String>,
    /// Frames of an animation
    #[arg(long, default_value_t = 72)]
    pub frames: usize,
    #[command(flatten)]
    #[serde(skip)]
    pub look: Look,
    /// The folder of the figures
    #[arg(long, value_name = "FOLDER", default_value = "out/plot")]
    #[serde(skip)]
    pub out: PathBuf,
    #[command(flatten)]
    #[serde(flatten)]
    pub common: CommonFlags,
}

impl Plot {
    /// Draws the figures and lists their files.
    ///
    /// # Errors
    /// If a flag cannot be, a figure cannot be drawn of this scene or score, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let (steering, gammas) = self.meant()?;
        let mut report = Report::new(["figure", "file"]);
        for name in &self.figures {
            let drawn = match steering.data.scene() {
                Some(_) => self.draw(*name, &steering, &steering.setting(), &gammas)?,
                None => self.draw_images(*name, &steering, &gammas)?,
            };
            for (stem, file) in write(&steering, drawn)? {
                report.row([stem.into(), file.display().to_string().into()]);
            }
        }
        report.write(self.common.form(None)?, None)
    }

    /// What the flags mean; the first class stands where none is wanted but something steers.
    ///
    /// # Errors
    /// If a flag cannot be.
    pub(super) fn meant(&self) -> Result<(Steering, Vec<Gamma>)> {
        if !(2..=MOST_FRAMES).contains(&self.frames) {
            return Err(Error::value("--frames", self.frames, format!("2 to {MOST_FRAMES}")));
        }
        let mut score = self.score.clone();
        if score.class.is_none() && (score.score == "exact" || score.classifier.is_some()) {
            score.class = Some("0".into());
        }
        let typed = Typed::new("plot", (&self.walk, &self.common.machine), self);
        let output = self.look.output(self.out.clone())?;
        let steering = Steering::new(&score, Typed { output, ..typed })?;
        Ok((steering, gammas(&self.gamma)?))
    }
}

/// Writes what was drawn: (stem, file).
fn write(setup: &Setup, drawn: Drawn) -> Result<Vec<(String, PathBuf)>> {
    let mut written = Vec::new();
    match drawn {
        Drawn::Still(figures) => {
            for figure in figures {
                let files = plot::write(&figure, &setup.output)?;
                written.extend(files.into_iter().map(|file| (figure.stem.clone(), file)));
            }
        }
        Drawn::Moving(stem, frames) => {
            let files = setup.animate(stem, frames, false)?;
            written.extend(files.into_iter().map(|file| (stem.to_string(), file)));
        }
    }
    Ok(written)
}
