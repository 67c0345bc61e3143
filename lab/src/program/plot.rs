//! `scorelab plot`: figures of the lecture, of any score and scene.

use super::Common;
use super::answer::Answer;
use super::source::{ScoreArgs, Source};
use super::walk::{WalkArgs, finite as gammas};
use crate::Look;
use clap::{Args, ValueEnum};
use scorelab::{Error, Result};
use scorelab_figures::lecture::Setting;
use scorelab_figures::plot::{self, Animation, Figure, Output};
use serde_json::json;
use std::path::PathBuf;

/// The most frames of an animation.
const MOST_FRAMES: usize = 1000;

/// The menu of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
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

/// The arguments of `plot`.
#[derive(Debug, Clone, Args)]
pub struct Plot {
    /// The figures
    #[arg(value_enum, required = true, value_name = "FIGURE")]
    pub figures: Vec<FigureName>,
    #[command(flatten)]
    pub score: ScoreArgs,
    /// Guidance scales, for the figures that do not have their own
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true, default_value = "0,1,2,5")]
    pub gamma: Vec<f64>,
    #[command(flatten)]
    pub walk: WalkArgs,
    /// For clean-classifier and regions: a classifier trained without noise [default: the exact one, blind to noise]
    #[arg(long, value_name = "FILE|FOLDER")]
    pub clean: Option<String>,
    /// For p-drop: joint networks that differ in their p_drop
    #[arg(long, value_name = "FILE|FOLDER", value_delimiter = ',')]
    pub runs: Vec<String>,
    /// Of images: the classifier that judges them, a checkpoint or the folder of a run with --model clean
    #[arg(long, value_name = "FILE|FOLDER")]
    pub judge: Option<String>,
    /// Frames of an animation
    #[arg(long, default_value_t = 72)]
    pub frames: usize,
    #[command(flatten)]
    pub look: Look,
    /// The folder of the figures
    #[arg(long, value_name = "FOLDER", default_value = "out/plot")]
    pub out: PathBuf,
    #[command(flatten)]
    pub common: Common,
}

impl Plot {
    /// Draws the figures and lists their files.
    ///
    /// # Errors
    /// If an argument cannot be, a figure cannot be drawn of this scene or score, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let source = Source::new(&self.with_class())?;
        if !self.walk.interval.is_empty() {
            let must = "left out: the figures have their own";
            return Err(Error::value("--interval", "given", must));
        }
        if !(2..=MOST_FRAMES).contains(&self.frames) {
            return Err(Error::value("--frames", self.frames, format!("2 to {MOST_FRAMES}")));
        }
        let gammas = gammas(&self.gamma)?;
        let (process, grid) = self.walk.check(source.dim(), self.common.memory)?;
        let (class, method) = (source.class.unwrap_or(0), self.walk.sampler.method());
        self.walk.warn(&source);
        let scene = source.scene().cloned();
        let mut answer = Answer::new(["figure", "file"]);
        for name in &self.figures {
            let drawn = match &scene {
                Some(scene) => {
                    let (seed, sampler, grid) = (self.walk.seed, &method, &grid);
                    let s = Setting { scene, class, process, grid, sampler, seed };
                    self.draw(*name, &source, &s, &gammas)?
                }
                None => self.draw_images(*name, &source, &gammas)?,
            };
            for (stem, file) in self.write(drawn)? {
                answer.row([stem.into(), file.display().to_string().into()]);
            }
        }
        answer.write(self.common.form(None)?, None)
    }

    /// Writes what was drawn: (stem, file).
    fn write(&self, drawn: Drawn) -> Result<Vec<(String, PathBuf)>> {
        let mut written = Vec::new();
        match drawn {
            Drawn::Still(figures) => {
                for figure in figures {
                    let files = plot::write(&figure, &self.output())?;
                    written.extend(files.into_iter().map(|file| (figure.stem.clone(), file)));
                }
            }
            Drawn::Moving(stem, frames) => {
                let (dir, theme, lang) = (self.out.clone(), self.look.theme, self.look.lang);
                let how = Animation { dir, stem: stem.into(), theme, lang, ..Animation::default() };
                let files = plot::write_gif(frames, &how)?;
                written.extend(files.into_iter().map(|file| (stem.to_string(), file)));
            }
        }
        Ok(written)
    }

    /// The score's arguments, in which the first class stands where none is wanted but something steers.
    fn with_class(&self) -> ScoreArgs {
        let mut args = self.score.clone();
        let free = args.score != "exact" && args.classifier.is_none();
        if args.class.is_none() && !free {
            args.class = Some("0".into());
        }
        args
    }

    fn output(&self) -> Output {
        let meta = json!({
            "scene": self.score.scene,
            "score": self.score.score,
            "class": self.score.class,
            "classifier": self.score.classifier,
            "gradient_scale": self.score.gradient_scale,
            "guiding": self.score.guiding,
            "clean": self.clean,
            "runs": self.runs,
            "judge": self.judge,
            "gamma": self.gamma,
            "seed": self.walk.seed,
            "steps": self.walk.steps,
            "samples": self.walk.samples,
        });
        Output {
            dir: self.out.clone(),
            formats: self.look.formats.clone(),
            theme: self.look.theme,
            lang: self.look.lang,
            meta,
            ..Output::default()
        }
    }
}
