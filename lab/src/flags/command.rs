//! The flags of each subcommand; those of `plot` are in its own file.

use super::experiment::{Defaults, sized};
use super::groups::{
    AlsoFlags, AnswerFlags, CaptionFlags, CommonFlags, ConditionFlags, Look, Measure,
    SamplingFlags, ScoreFlags, WalkFlags,
};
use super::recipe::RecipeFlags;
use crate::menu::{Menu, menu, method_names};
use crate::tables::{HeaderFlags, PointFlags};
use clap::Args;
use scorelab::noise::Process;
use scorelab_figures::plot::{Lang, Theme};
use serde::Serialize;
use std::path::PathBuf;

/// The flags of `train`.
#[derive(Debug, Clone, Args)]
pub struct Train {
    #[command(flatten)]
    pub recipe: RecipeFlags,
    /// Steps from one checkpoint to the next
    #[arg(long, default_value_t = 500)]
    pub every: usize,
    /// Draw samples of the network into samples_so_far.png every so many seconds and at the end; a checkpoint is saved
    /// first
    #[arg(long, value_name = "SECONDS")]
    pub show: Option<f64>,
    /// The folder of the run [default: out/MODEL-DATA]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Resume the run in this folder, with the same bits as if it had never stopped
    #[arg(long, value_name = "FOLDER")]
    pub resume: Option<PathBuf>,
    #[command(flatten)]
    pub common: AnswerFlags,
}

impl Train {
    /// The flags that may be given together with `--resume`.
    pub const BESIDE_RESUME: [&'static str; 8] =
        ["resume", "every", "show", "config", "lang", "threads", "memory", "format"];
}

/// The flags of `sample`.
#[derive(Debug, Clone, Args, Serialize)]
pub struct Sample {
    #[command(flatten)]
    #[serde(flatten)]
    pub score: ScoreFlags,
    #[command(flatten)]
    #[serde(flatten)]
    pub caption: CaptionFlags,
    #[command(flatten)]
    #[serde(flatten)]
    pub condition: ConditionFlags,
    /// The image of which --mask is known, of a score of images: a PNG file, or the number of one that the score has not seen, after its class
    #[arg(long, value_name = "FILE|CLASS:NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[command(flatten)]
    #[serde(flatten)]
    pub also: AlsoFlags,
    /// The guidance scale: 0 unconditional, 1 conditional, more oversteers [default: 1 with a class]
    #[arg(long, allow_negative_numbers = true)]
    pub gamma: Option<f64>,
    #[command(flatten)]
    #[serde(skip)]
    pub walk: SamplingFlags,
    /// Guide only where σ/α lies between these two; γ = 1 elsewhere
    #[arg(long, value_name = "LOW,HIGH", value_delimiter = ',')]
    pub interval: Vec<f64>,
    /// Start the walks at the points of this file instead of at noise drawn by --seed: x_T, one row for each sample, images as
    /// the network sees them
    #[arg(long, value_name = "FILE")]
    pub start: Option<PathBuf>,
    /// Write the whole way of every sample: a row for each time and sample or, in .npz, arrays x (times, n, d) and t (times)
    #[arg(long)]
    pub trajectory: bool,
    /// Write to this file: .csv, .json, .npz (arrays x and y), .npy (x alone) or .png (a sheet of images); pixels run
    /// from −1, black, to 1, white
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub common: AnswerFlags,
}

/// The flags of `eval`.
#[derive(Debug, Clone, Args, Serialize)]
pub struct Eval {
    #[command(flatten)]
    #[serde(flatten)]
    pub score: ScoreFlags,
    #[command(flatten)]
    #[serde(flatten)]
    pub caption: CaptionFlags,
    #[command(flatten)]
    #[serde(flatten)]
    pub condition: ConditionFlags,
    /// Guidance scales: 0 unconditional, 1 conditional, more oversteers [default: 1 with a class]
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    pub gamma: Vec<f64>,
    /// How many samples to draw, or a file of samples to measure instead
    #[arg(long, value_name = "N|FILE", default_value_t)]
    #[serde(skip_serializing_if = "Measure::drawn")]
    pub samples: Measure,
    #[command(flatten)]
    #[serde(skip)]
    pub walk: WalkFlags,
    /// Guide only where σ/α lies between these two; γ = 1 elsewhere
    #[arg(long, value_name = "LOW,HIGH", value_delimiter = ',')]
    pub interval: Vec<f64>,
    /// For images: the classifier that judges them, a checkpoint or the folder of a run with --model clean
    #[arg(long, value_name = "FILE|FOLDER")]
    pub judge: Option<String>,
    /// Noise levels at which a learned score is compared with the exact one, as σ at α = 1
    #[arg(long, value_delimiter = ',', default_value = "0.1,0.2,0.5,1,2,5")]
    pub sigma: Vec<f64>,
    /// Write the table to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub common: AnswerFlags,
}

impl Eval {
    /// Whether a class or a caption is wanted.
    pub fn asks(&self) -> bool {
        self.score.class.is_some() || self.caption.caption.is_some()
    }
}

/// The flags of `field`.
#[derive(Debug, Clone, Args, Serialize)]
pub struct Field {
    #[command(flatten)]
    #[serde(flatten)]
    pub score: ScoreFlags,
    #[command(flatten)]
    #[serde(flatten)]
    pub caption: CaptionFlags,
    #[command(flatten)]
    #[serde(flatten)]
    pub condition: ConditionFlags,
    #[command(flatten)]
    #[serde(flatten)]
    pub also: AlsoFlags,
    /// The guidance scale: 0 unconditional, 1 conditional, more oversteers [default: 1 with a class]
    #[arg(long, allow_negative_numbers = true)]
    pub gamma: Option<f64>,
    /// The noise levels, as σ at α = 1
    #[arg(long, value_delimiter = ',', default_value = "0.5")]
    pub sigma: Vec<f64>,
    /// The noise levels as times of the process, instead of --sigma
    #[arg(long, value_delimiter = ',')]
    pub t: Vec<f64>,
    /// The noise process that --t refers to
    #[arg(long, value_parser = menu::<Process>(), default_value = Process::VP_LINEAR.name())]
    #[serde(skip)]
    pub process: Process,
    /// A grid of N points per side from LOW to HIGH, in one or two dimensions
    #[arg(
        long,
        value_name = "LOW,HIGH,N",
        value_delimiter = ',',
        allow_negative_numbers = true,
        default_value = "-4,4,9"
    )]
    pub grid: Vec<f64>,
    /// A file of points, instead of the grid: text with one row per point, .npy or .npz; images as the network sees
    /// them
    #[arg(long, value_name = "FILE")]
    pub points: Option<PathBuf>,
    /// Write the field to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub common: AnswerFlags,
}

/// The flags of `lecture`: those of the experiment `lecture_figures` that a lecturer needs, with its defaults.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("steps", |arg| sized(arg, Defaults::LECTURE.steps)))]
#[command(mut_arg("samples", |arg| sized(arg, Defaults::LECTURE.samples)))]
pub struct Lecture {
    /// The scene, which must be in the plane and have two classes at least: a name, a TOML file, or a file of points
    #[arg(long, default_value = Defaults::LECTURE.scene, value_name = "NAME|FILE")]
    pub scene: String,
    /// The wanted class, by name or number
    #[arg(long, default_value = Defaults::LECTURE.class, value_name = "NAME|NUMBER")]
    pub class: String,
    /// Guidance scales γ: 0 unconditional, 1 conditional, more oversteers
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true, default_value = Defaults::LECTURE.gamma)]
    pub gamma: Vec<f64>,
    /// c, by which the gradient of the weak classifier of F8 is multiplied
    #[arg(long, default_value_t = 0.2)]
    pub gradient_scale: f64,
    /// A network for captions, a checkpoint or the folder of a run: the deck then shows what it draws too
    #[arg(long, value_name = "FILE|FOLDER")]
    pub score: Option<PathBuf>,
    #[command(flatten)]
    pub walk: SamplingFlags,
    /// Small and fast: fewer samples, steps and training steps, and smaller pictures
    #[arg(long)]
    pub quick: bool,
    #[command(flatten)]
    pub look: Look,
    /// Draw this figure alone, just as the deck of these flags has it, and make no deck
    #[arg(long, value_name = "NAME")]
    pub figure: Option<String>,
    /// The folder of the deck
    #[arg(long, value_name = "FOLDER", default_value = "out/lecture")]
    pub out: PathBuf,
    #[command(flatten)]
    pub common: CommonFlags,
}

/// The flags of `page`.
#[derive(Debug, Clone, Args)]
pub struct Page {
    /// The scene that is shown first, which must be in the plane: a name, a TOML file, or a file of points
    #[arg(long, default_value = "animals", value_name = "NAME|FILE")]
    pub scene: String,
    #[command(flatten)]
    pub own: PointFlags,
    /// A learned score to show beside the exact one, joint or without labels: a checkpoint, or the folder of a run
    #[arg(long, value_name = "FILE|FOLDER")]
    pub score: Option<String>,
    /// A learned classifier to show beside the exact one, noisy or clean: a checkpoint, or the folder of a run; can be given for each
    #[arg(long, value_name = "FILE|FOLDER")]
    pub classifier: Vec<String>,
    /// The look of the page [default: light or dark, as the reader's system has it]
    #[arg(long, value_parser = menu::<Theme>())]
    pub theme: Option<Theme>,
    /// Write the page to this file
    #[arg(long, value_name = "FILE.html", default_value = "guidance.html")]
    pub out: PathBuf,
    #[command(flatten)]
    pub common: CommonFlags,
}

/// The flags of `data`.
#[derive(Debug, Clone, Args)]
pub struct Data {
    /// The scene to draw from: a name, a TOML file, or a file of points
    #[arg(long, default_value = "animals", value_name = "NAME|FILE")]
    pub scene: String,
    #[command(flatten)]
    pub own: PointFlags,
    /// Data instead of a scene: the rows of a file of points as they are, or images: `digits` or `captions`, digits with hats and more, drawn by the lab, or a folder of IDX files such as MNIST's or of PNG files CLASS/NAME.png
    #[arg(long, value_name = "digits|captions|FOLDER|FILE")]
    pub data: Option<String>,
    /// How many points to draw from the scene, or images or rows of a file at most
    #[arg(long, default_value_t = 1000)]
    pub points: usize,
    /// The seed of the points
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Write to this file: .csv, .json, .npz (arrays x and y), .npy (x alone) or .png (a sheet of images); pixels run
    /// from −1, black, to 1, white
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the images as IDX files into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "out")]
    pub idx: Option<PathBuf>,
    #[command(flatten)]
    pub common: AnswerFlags,
}

/// The flags of `sweep`.
#[derive(Debug, Clone, Args)]
pub struct Sweep {
    /// The grid
    #[arg(value_name = "GRID.toml")]
    pub grid: PathBuf,
    /// Do only the I-th of N equal shares of the runs, counted from 1
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
    /// Run nothing; only merge the results, which must all be there
    #[arg(long)]
    pub merge: bool,
    /// The folder of the results [default: out/ and the name of the grid]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Training steps from one checkpoint to the next
    #[arg(long, default_value_t = 500)]
    pub every: usize,
    #[command(flatten)]
    pub common: AnswerFlags,
}

/// The flags of `info`.
#[derive(Debug, Clone, Args)]
pub struct Info {
    /// A checkpoint, or the folder of a run
    #[arg(value_name = "FILE|FOLDER")]
    pub checkpoint: PathBuf,
    #[command(flatten)]
    pub common: AnswerFlags,
}

/// The flags of `methods`.
#[derive(Debug, Clone, Args)]
pub struct Methods {
    /// The method to describe; without it, all methods are listed
    #[arg(value_name = "NAME", value_parser = method_names())]
    pub name: Option<String>,
    #[command(flatten)]
    pub common: AnswerFlags,
}

/// The flags of `check`.
#[derive(Debug, Clone, Args)]
pub struct Check {
    /// The exercise, counted from 1; without it, all exercises are listed
    #[arg(value_name = "N")]
    pub exercise: Option<usize>,
    /// The answer: a number, several numbers separated by commas, a CSV file with one row per line, or - for standard
    /// input; without it, the question is shown
    #[arg(value_name = "NUMBERS|FILE|-", allow_hyphen_values = true)]
    pub answer: Option<String>,
    /// Write the points x_t that the exercise is about, with their noise level, as CSV
    #[arg(long, requires = "exercise", conflicts_with = "answer")]
    pub points: bool,
    /// Write the Gaussians of the scene that the exercise is about, as CSV
    #[arg(long, requires = "exercise", conflicts_with_all = ["answer", "points"])]
    pub components: bool,
    /// Write the list to this file instead of standard output
    #[arg(long, value_name = "FILE", conflicts_with = "answer")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub table: HeaderFlags,
    #[command(flatten)]
    pub common: AnswerFlags,
}

/// The flags of `completions`.
#[derive(Debug, Clone, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
    /// The language of the line that says where the script goes
    #[arg(long, value_parser = menu::<Lang>(), default_value = Lang::default().name())]
    pub lang: Lang,
}
