//! `scorelab plot`: figures of the lecture, of any score and scene.

use crate::flags::{CaptionFlags, CommonFlags, ConditionFlags, Look, SamplingFlags, ScoreFlags};
use crate::given::without_effect;
use crate::memory;
use crate::report::{Form, Report, Wording};
use crate::setup::{Setup, Typed, gammas};
use crate::steering::{Spelled, Steering};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use scorelab::guidance::Gamma;
use scorelab::{Error, Result};
use scorelab_figures::lecture::{FIGURES, Need, Spec};
use scorelab_figures::plot::{self, Animation, Figure, Format};
use serde::Serialize;
use std::path::PathBuf;

/// Flags that mean something for every figure.
const OF_ALL: [&str; 8] =
    ["config", "format", "lang", "memory", "out", "svg-text", "theme", "threads"];

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

/// The flags of `plot`.
#[derive(Debug, Clone, Args, Serialize)]
pub struct Plot {
    /// The figures
    #[arg(value_parser = names(), required = true, value_name = "FIGURE")]
    pub figures: Vec<String>,
    #[command(flatten)]
    #[serde(flatten)]
    pub score: ScoreFlags,
    #[command(flatten)]
    #[serde(flatten)]
    pub caption: CaptionFlags,
    #[command(flatten)]
    #[serde(flatten)]
    pub condition: ConditionFlags,
    /// Guidance scales [default: those that each figure has in the lecture]
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    pub gamma: Vec<f64>,
    #[command(flatten)]
    #[serde(skip)]
    pub walk: SamplingFlags,
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
        let mut report = Report::new(["figure", "file"]);
        self.each(|setup, spec, figures| {
            for (stem, file) in write(setup, spec, figures)? {
                report.row([stem.into(), file.display().to_string().into()]);
            }
            Ok(())
        })?;
        report.write(Wording { form: Form::Table, lang: self.common.lang }, None)
    }

    /// Draws the figures, and does something with those of each name.
    pub(super) fn each(
        &self,
        mut with: impl FnMut(&Setup, &Spec, Vec<Figure>) -> Result<()>,
    ) -> Result<()> {
        let (steering, gammas) = self.meant()?;
        steering.data.measurable()?;
        let specs = self.specs(steering.data.scene().is_none());
        refuse_captions(&steering, &specs)?;
        if specs.iter().any(|spec| spec.moves()) {
            let bytes = Animation::default().bytes(self.frames);
            memory::refuse("the frames", bytes, steering.memory)?;
        }
        let inputs = self.inputs(&steering, &specs, gammas)?;
        specs.iter().try_for_each(|spec| spec.check(&inputs))?;
        self.refuse_idle(&specs)?;
        specs.into_iter().try_for_each(|spec| with(&steering, spec, spec.figures(&inputs)?))
    }

    /// Refuses a flag that changes none of these figures.
    fn refuse_idle(&self, specs: &[&Spec]) -> Result<()> {
        let given = &self.common.given;
        let formats = &self.look.format;
        if given.has("format")
            && specs.iter().all(|s| s.moves())
            && !formats.contains(&Format::Json)
        {
            let why = "an animation is a GIF, beside which json writes its record";
            return Err(without_effect("format", why));
        }
        if given.has("svg-text")
            && (specs.iter().all(|s| s.moves()) || !formats.contains(&Format::Svg))
        {
            return Err(without_effect("svg-text", "no SVG is written"));
        }
        let means = |flag: &str| OF_ALL.contains(&flag) || specs.iter().any(|s| s.takes(flag));
        let Some(flag) = given.flags().find(|flag| !means(flag)) else { return Ok(()) };
        let names = |specs: &[&Spec]| -> String {
            let mut names: Vec<&str> = Vec::new();
            for spec in specs {
                if !names.contains(&spec.name) {
                    names.push(spec.name);
                }
            }
            names.join(", ")
        };
        let others: Vec<&Spec> = FIGURES.iter().copied().filter(|s| s.takes(flag)).collect();
        let (these, others) = (names(specs), names(&others));
        Err(without_effect(
            flag,
            format!("{these} does not depend on it; these figures do: {others}"),
        ))
    }

    /// The figures of these names; where two share one, that of images or that of a scene.
    pub(super) fn specs(&self, images: bool) -> Vec<&'static Spec> {
        let of = |name: &String| {
            let all = || FIGURES.iter().filter(move |spec| spec.name == name);
            let fits = all().find(|spec| spec.needs.contains(&Need::Images) == images);
            *fits.or(all().next()).expect("clap knows the names")
        };
        self.figures.iter().map(of).collect()
    }

    /// Refuses an observation for figures that show none: they would walk to it unasked.
    fn refuse_observed(&self) -> Result<()> {
        let Some(flag) = self.condition.given() else { return Ok(()) };
        let flag = flag.trim_start_matches('-');
        let shows = |name: &&String| FIGURES.iter().any(|s| s.name == **name && s.takes(flag));
        match self.figures.iter().find(|name| !shows(name)) {
            None => Ok(()),
            Some(name) => {
                let all = FIGURES.iter().filter(|s| s.takes(flag)).map(|s| s.name);
                let others = all.collect::<Vec<_>>().join(", ");
                let why = format!("{name} does not depend on it; these figures do: {others}");
                Err(without_effect(flag, why))
            }
        }
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
        self.refuse_observed()?;
        let caption = self.caption.caption.as_deref();
        let asked = score.class.is_some() || caption.is_some() || self.condition.given().is_some();
        if !asked && (score.score == "exact" || score.classifier.is_some()) {
            score.class = Some("0".into());
        }
        let typed = Typed::new("plot", (&self.walk, &self.common.machine), self);
        let output = self.look.output(self.out.clone(), self.common.lang)?;
        let condition = Some(&self.condition);
        let spelled = Spelled { condition, caption, ..Spelled::default() };
        let steering = Steering::new(&score, spelled, Typed { output, ..typed })?;
        steering.guidance.over_gamma(&score.guidance)?;
        let asked = if self.gamma.is_empty() { Vec::new() } else { gammas(&self.gamma)? };
        Ok((steering, asked))
    }
}

/// Refuses a network for captions where a figure knows of none: it would be asked for classes.
fn refuse_captions(steering: &Steering, specs: &[&Spec]) -> Result<()> {
    let knows = |spec: &&Spec| spec.needs.contains(&Need::Captions);
    let Some(spec) = specs.iter().find(|spec| steering.data.captioned() && !knows(spec)) else {
        return Ok(());
    };
    let all: Vec<&str> = FIGURES.iter().copied().filter(knows).map(|s| s.name).collect();
    let must =
        format!("without captions for the figure {}; with them: {}", spec.name, all.join(", "));
    Err(Error::value("--score", "a network for captions", must))
}

/// Writes what was drawn, each figure in every format or all as the frames of a GIF: (stem, file).
fn write(setup: &Setup, spec: &Spec, figures: Vec<Figure>) -> Result<Vec<(String, PathBuf)>> {
    if spec.moves() {
        let files = setup.animate(&setup.animation(spec.stem), figures)?.into_iter();
        return Ok(files.map(|file| (spec.stem.to_string(), file)).collect());
    }
    let mut written = Vec::new();
    for figure in figures {
        let files = plot::write(&figure, &setup.output)?;
        written.extend(files.into_iter().map(|file| (figure.stem.clone(), file)));
    }
    Ok(written)
}
