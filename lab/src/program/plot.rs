//! `scorelab plot`: figures of the lecture, of any score and scene.

use super::Common;
use super::answer::Answer;
use super::source::{ScoreArgs, Source};
use super::walk::{WalkArgs, finite as gammas};
use crate::Look;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use scorelab::{Error, Result};
use scorelab_figures::lecture::{FIGURES, Need, Spec};
use scorelab_figures::plot::{self, Animation, Figure, Output};
use serde_json::json;
use std::path::PathBuf;

/// The most frames of an animation.
const MOST_FRAMES: usize = 1000;

/// The names of the figures, each with what is said of it; a name may be that of a scene's figure and of one of images.
fn names() -> PossibleValuesParser {
    let mut values: Vec<(&str, String)> = Vec::new();
    for spec in FIGURES {
        match values.iter_mut().find(|(name, _)| *name == spec.name) {
            Some((_, help)) => *help += &format!("; {}", spec.summary()),
            None => values.push((spec.name, spec.summary())),
        }
    }
    PossibleValuesParser::new(
        values.into_iter().map(|(name, help)| PossibleValue::new(name).help(help)),
    )
}

/// The arguments of `plot`.
#[derive(Debug, Clone, Args)]
pub struct Plot {
    /// The figures
    #[arg(value_parser = names(), required = true, value_name = "FIGURE")]
    pub figures: Vec<String>,
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
    /// For images: the classifier that judges them, a checkpoint or the folder of a run with --model clean
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
            let why = "--interval cannot be given here: a figure has its own".into();
            return Err(Error::Usage { why });
        }
        if !(2..=MOST_FRAMES).contains(&self.frames) {
            return Err(Error::value("--frames", self.frames, format!("2 to {MOST_FRAMES}")));
        }
        let gammas = gammas(&self.gamma)?;
        let (process, grid) = self.walk.check(source.dim(), self.common.memory)?;
        self.walk.warn(&source);
        let (method, specs) = (self.walk.sampler.method(), self.specs(source.scene().is_none()));
        let inputs = self.inputs(&source, &specs, gammas, (process, &grid, &method))?;
        specs.iter().try_for_each(|spec| spec.check(&inputs))?;
        let mut answer = Answer::new(["figure", "file"]);
        for spec in specs {
            for (stem, file) in self.write(spec, spec.figures(&inputs)?)? {
                answer.row([stem.into(), file.display().to_string().into()]);
            }
        }
        answer.write(self.common.format, None)
    }

    /// The figures of these names; where two share one, that of images or that of a scene.
    fn specs(&self, images: bool) -> Vec<&'static Spec> {
        let of = |name: &String| {
            let all = || FIGURES.iter().filter(move |spec| spec.name == name);
            let fits = all().find(|spec| spec.needs.contains(&Need::Images) == images);
            *fits.or(all().next()).expect("clap knows the names")
        };
        self.figures.iter().map(of).collect()
    }

    /// Writes what was drawn, each figure in every format or all as the frames of a GIF: (stem, file).
    fn write(&self, spec: &Spec, figures: Vec<Figure>) -> Result<Vec<(String, PathBuf)>> {
        if spec.moves() {
            let (dir, theme, lang) = (self.out.clone(), self.look.theme, self.look.lang);
            let how =
                Animation { dir, stem: spec.stem.into(), theme, lang, ..Animation::default() };
            let files = plot::write_gif(figures, &how)?.into_iter();
            return Ok(files.map(|file| (spec.stem.to_string(), file)).collect());
        }
        let mut written = Vec::new();
        for figure in figures {
            let files = plot::write(&figure, &self.output())?;
            written.extend(files.into_iter().map(|file| (figure.stem.clone(), file)));
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
