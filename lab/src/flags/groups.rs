//! The groups of flags that several commands share.
//!
//! A flag that becomes a field of [`Setup`](crate::setup::Setup) is skipped where flags are serialised: the record has it there.

use crate::file_ending::{Ending, Kind, ending, folder};
use crate::given::Given;
use crate::memory::MOST_GIB;
use crate::menu::{Menu, SamplerName, menu, method_names};
use crate::report::{Form, Wording};
use crate::tables::PointFlags;
use clap::Args;
use scorelab::checkpoint::Place;
use scorelab::data::PointFile;
use scorelab::noise::Process;
use scorelab::{Error, Result};
use scorelab_figures::plot::{Format, Lang, Output, SvgText, Theme};
use serde::Serialize;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The walk from noise to data.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct WalkFlags {
    /// The noise process
    #[arg(long, value_parser = menu::<Process>(), default_value = Process::VP_LINEAR.name())]
    pub process: Process,
    /// The sampler
    #[arg(long, value_parser = menu::<SamplerName>(), default_value = SamplerName::Dpm2m.name())]
    pub sampler: SamplerName,
    /// Sampling steps
    #[arg(long, default_value_t = 64)]
    pub steps: usize,
    /// The seed of every random number
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
}

/// The walk from noise to as many samples as are asked for.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct SamplingFlags {
    #[command(flatten)]
    pub walk: WalkFlags,
    /// How many samples; in an experiment, for each row of a table
    #[arg(long, default_value_t = SAMPLES)]
    pub samples: usize,
}

/// How many samples are drawn where nothing is said.
const SAMPLES: usize = 1000;

impl Deref for SamplingFlags {
    type Target = WalkFlags;

    fn deref(&self) -> &WalkFlags {
        &self.walk
    }
}

/// The samples that are measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measure {
    /// So many of a score.
    Drawn(usize),
    /// Those of a file.
    File(PathBuf),
}

impl Default for Measure {
    fn default() -> Measure {
        Measure::Drawn(SAMPLES)
    }
}

impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Measure::Drawn(n) => n.fmt(f),
            Measure::File(path) => path.display().fmt(f),
        }
    }
}

impl FromStr for Measure {
    type Err = String;

    /// A number, or the name of a file of points.
    fn from_str(text: &str) -> std::result::Result<Measure, String> {
        match PointFile::is(text) {
            true => Ok(Measure::File(text.into())),
            false => text.parse().map(Measure::Drawn).map_err(|e| {
                format!("{e}; give a number, or a file of points (.csv, .txt, .json, .npy, .npz)")
            }),
        }
    }
}

impl Measure {
    /// Whether the samples are drawn, and their number is in the record of the run.
    pub fn drawn(&self) -> bool {
        matches!(self, Measure::Drawn(_))
    }
}

/// Threads and memory.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct MachineFlags {
    /// How many threads; the results do not depend on it [default: all]
    #[arg(long)]
    pub threads: Option<usize>,
    /// The most memory to use, in GiB; work that would need more is refused
    #[arg(long, default_value_t = MOST_GIB, value_name = "GIB")]
    pub memory: f64,
}

/// What all subcommands share.
#[derive(Debug, Clone, Args, Serialize)]
pub struct CommonFlags {
    /// Flags from a TOML file; those on the command line take precedence
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The language of tables for people, their notes and figures; names in CSV and JSON, warnings and errors are English
    #[arg(long, value_parser = menu::<Lang>(), default_value = Lang::default().name())]
    #[serde(skip)]
    pub lang: Lang,
    #[command(flatten)]
    #[serde(skip)]
    pub machine: MachineFlags,
    /// What was given, on the command line or in a table of a configuration.
    #[arg(skip)]
    #[serde(skip)]
    pub given: Given,
}

/// What all subcommands share whose answer is a table.
#[derive(Debug, Clone, Args, Serialize)]
pub struct AnswerFlags {
    #[command(flatten)]
    #[serde(flatten)]
    pub shared: CommonFlags,
    /// How the answer is written [default: by the ending of --out, else table]
    #[arg(long, value_enum)]
    pub format: Option<Form>,
}

impl Deref for AnswerFlags {
    type Target = CommonFlags;

    fn deref(&self) -> &CommonFlags {
        &self.shared
    }
}

impl DerefMut for AnswerFlags {
    fn deref_mut(&mut self) -> &mut CommonFlags {
        &mut self.shared
    }
}

impl AnswerFlags {
    /// How a table is worded, to a file or to standard output.
    ///
    /// # Errors
    /// As [`ending`].
    pub fn form(&self, out: Option<&Path>) -> Result<Wording> {
        match ending(Kind::Table, self.format, out)? {
            Ending::Text(form) => Ok(Wording { form, lang: self.lang }),
            _ => unreachable!("a table is text"),
        }
    }
}

/// The score and its guidance.
#[derive(Debug, Clone, Args, Serialize)]
pub struct ScoreFlags {
    /// The score: `exact` for that of the scene, a checkpoint, or the folder of a run
    #[arg(long, default_value = "exact", value_name = "exact|FILE|FOLDER")]
    pub score: String,
    /// The scene with the exact answers: a name, a TOML file, or a file of points [default: the one the score was trained on, else animals]
    #[arg(long, value_name = "NAME|FILE")]
    #[serde(skip)]
    pub scene: Option<String>,
    #[command(flatten)]
    #[serde(flatten)]
    pub own: PointFlags,
    /// The wanted class, by name or number, or for images `all`, one after the other; without it nothing is steered
    #[arg(long, value_name = "NAME|NUMBER")]
    #[serde(skip)]
    pub class: Option<String>,
    /// Steer by this classifier: `exact`, a checkpoint, or the folder of a run
    #[arg(long, value_name = "exact|FILE|FOLDER")]
    pub classifier: Option<String>,
    /// c, by which the classifier's gradient is multiplied
    #[arg(long, default_value_t = 1.0)]
    pub gradient_scale: f64,
    /// Steer away from this worse score (autoguidance): a checkpoint, or the folder of a run
    #[arg(long, value_name = "FILE|FOLDER")]
    pub guiding: Option<String>,
    #[command(flatten)]
    #[serde(flatten)]
    pub guidance: MethodFlags,
}

impl Default for ScoreFlags {
    fn default() -> Self {
        ScoreFlags {
            score: "exact".into(),
            scene: None,
            own: PointFlags::default(),
            class: None,
            classifier: None,
            gradient_scale: 1.0,
            guiding: None,
            guidance: MethodFlags::default(),
        }
    }
}

impl ScoreFlags {
    /// The scene that is asked for, if one is.
    ///
    /// # Errors
    /// As [`PointFlags::place`].
    pub fn place(&self) -> Result<Option<Place>> {
        match self.scene.as_deref() {
            Some(scene) => self.own.place(scene).map(Some),
            None => self
                .own
                .refuse("left out, or given together with --scene and a file of points")
                .map(|()| None),
        }
    }
}

/// The method of guidance.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize)]
pub struct MethodFlags {
    /// The method of guidance; `scorelab methods` lists all with their knobs [default: the one that the other flags
    /// describe]
    #[arg(long, value_name = "NAME", value_parser = method_names())]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A knob of the method; repeat the flag for several, or separate them by commas
    #[arg(long, value_name = "KNOB=VALUE", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
}

impl MethodFlags {
    /// Whether `--set` sets this knob.
    pub fn sets(&self, knob: &str) -> bool {
        self.set.iter().any(|text| text.split('=').next().map(str::trim) == Some(knob))
    }
}

/// Conditions besides the class: AND with positive weights, NOT with negative ones.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct AlsoFlags {
    /// Further conditions with a weight each: AND above 0, NOT below; γ is the weight of --class
    #[arg(long, value_name = "CLASS:WEIGHT", value_delimiter = ',')]
    pub also: Vec<String>,
}

/// What an image of a network for captions is to be.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize)]
pub struct CaptionFlags {
    /// What is wanted of a score that knows captions, in English or Vietnamese: a digit, and at most two things that it wears; without it nothing is steered
    #[arg(long, value_name = "TEXT")]
    #[serde(skip)]
    pub caption: Option<String>,
}

/// What is observed of the data: y = A·x₀ + τ·n, instead of a class or beside one.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize)]
pub struct ConditionFlags {
    /// Coordinates of the data that are known, in a scene, or with sample --image the lower, upper, left or right half; with --tolerance, nearly
    #[arg(long, value_name = "x1=VALUE|HALF", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mask: Vec<String>,
    /// A point near which the data lie, in a scene; --tolerance says how near
    #[arg(long, value_name = "X1,X2", value_delimiter = ',', allow_negative_numbers = true)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub point: Vec<f64>,
    /// τ, the standard deviation of what --mask and --point say [default: 0 for a mask]
    #[arg(long, allow_negative_numbers = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
}

impl ConditionFlags {
    /// The flag that says what is observed, if anything is.
    pub fn given(&self) -> Option<&'static str> {
        match (self.mask.is_empty(), self.point.is_empty()) {
            (false, _) => Some("--mask"),
            (true, false) => Some("--point"),
            (true, true) => None,
        }
    }
}

/// How figures look, and in which formats they are written.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Look {
    /// The look of the figures
    #[arg(long, value_parser = menu::<Theme>(), default_value = Theme::default().name())]
    pub theme: Theme,
    /// File formats of the figures: svg, png, csv (the data), json (settings and numbers), pdf (cargo feature `pdf`); also --formats
    #[arg(long, alias = "formats", value_delimiter = ',', value_parser = parse_format, default_value = "svg,png")]
    pub format: Vec<Format>,
    /// How the words of an SVG are written
    #[arg(long, value_parser = menu::<SvgText>(), default_value = SvgText::default().name())]
    pub svg_text: SvgText,
}

/// The format of this name, with the error in clap's form.
fn parse_format(name: &str) -> std::result::Result<Format, String> {
    name.parse().map_err(|e: Error| e.to_string())
}

impl Look {
    /// What is written into this folder, in this language.
    ///
    /// # Errors
    /// If the folder is named as a file, or PDF is asked for and this program was built without it.
    pub fn output(&self, dir: PathBuf, lang: Lang) -> Result<Output> {
        folder(&dir, "choose how figures are written with --format")?;
        if self.format.contains(&Format::Pdf) && !cfg!(feature = "pdf") {
            let must = "svg, png, csv or json; for pdf, build with `--features pdf`";
            return Err(Error::value("--format", "pdf", must));
        }
        let Look { theme, ref format, svg_text } = *self;
        Ok(Output { dir, formats: format.clone(), svg_text, theme, lang, ..Output::default() })
    }
}
