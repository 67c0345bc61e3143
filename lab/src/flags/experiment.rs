//! What a user can set.

use super::menu::{Menu, menu};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Args, CommandFactory, FromArgMatches, Parser, ValueEnum};
use scorelab::noise::Process;
use scorelab::sampler::{Ddim, DpmSolver2M, EulerMaruyama, Heun, Method};
use scorelab_figures::plot::{Format, Lang, Theme};
use std::ffi::OsString;
use std::path::PathBuf;

/// What an experiment takes when the user does not say; of two sizes (at full size, at `--quick`).
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// Samples for each row of a table.
    pub samples: (usize, usize),
    /// Sampling steps.
    pub steps: (usize, usize),
    /// The scene.
    pub scene: &'static str,
    /// The wanted class, as on the command line.
    pub class: &'static str,
    /// The guidance scales, as on the command line.
    pub gamma: &'static str,
    /// Flags that the experiment has no use for: they are not offered, and refused.
    pub unused: &'static [&'static str],
}

impl Defaults {
    /// Of an experiment on images.
    pub const IMAGES: Defaults = Defaults {
        samples: (5000, 300),
        steps: (50, 20),
        scene: "animals",
        class: "0",
        gamma: "0,1,1.25,2,5,10",
        unused: &["scene", "gradient-scale", "all"],
    };
}

impl Default for Defaults {
    fn default() -> Self {
        Defaults {
            samples: (4000, 800),
            steps: (64, 32),
            scene: "animals",
            class: "0",
            gamma: "0,1,2,5,10",
            unused: &["data", "train-steps"],
        }
    }
}

impl Defaults {
    /// The settings that these words of a command line make, the program's name first; ends the program if they are wrong.
    pub(super) fn settings(
        self,
        name: &'static str,
        question: &'static str,
        words: impl IntoIterator<Item = OsString>,
    ) -> Settings {
        let command = Settings::command().name(name).about(question);
        let mut command = command
            .mut_arg("scene", |arg| arg.default_value(self.scene))
            .mut_arg("class", |arg| arg.default_value(self.class))
            .mut_arg("gamma", |arg| arg.default_value(self.gamma))
            .mut_args(|arg| {
                let unused = arg.get_long().is_some_and(|flag| self.unused.contains(&flag));
                arg.hide(unused)
            });
        let matches = command.try_get_matches_from_mut(words).unwrap_or_else(|e| e.exit());
        for arg in command.get_arguments().filter(|arg| arg.is_hide_set()) {
            if matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine) {
                let flag = arg.get_long().unwrap_or_default();
                let why = format!("unexpected argument '--{flag}' found: {name} has no use for it");
                command.clone().error(ErrorKind::UnknownArgument, why).exit();
            }
        }
        Settings::from_arg_matches(&matches).unwrap_or_else(|e| e.exit())
    }
}

/// The settings of the experiments; [`Defaults::unused`] says which of them one does not have.
#[derive(Debug, Clone, PartialEq, Parser)]
#[command(disable_version_flag = true, allow_negative_numbers = true)]
pub struct Settings {
    /// The data: animals, three, ring8, wide, moons, … or a TOML file with components
    #[arg(long, required = false, value_name = "NAME|FILE")]
    pub scene: String,
    /// A folder with MNIST's files, or others in their format [default: digits drawn by the lab]
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// The wanted class y, by name or number; counted from 0
    #[arg(long, required = false, value_name = "NAME|NUMBER")]
    pub class: String,
    /// Guidance scales γ: 0 unconditional, 1 conditional, more over-steers
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    pub gamma: Vec<f64>,
    /// c of the weak classifier: its gradient is multiplied by c
    #[arg(long, default_value_t = 0.2)]
    pub gradient_scale: f64,
    /// The noise process
    #[arg(long, value_enum, default_value_t = ProcessName::VpLinear)]
    pub process: ProcessName,
    /// The sampler
    #[arg(long, value_enum, default_value_t = SamplerName::Dpm2m)]
    pub sampler: SamplerName,
    /// Sampling steps [default: the experiment's own]
    #[arg(long)]
    pub steps: Option<usize>,
    /// Updates of the weights of the score network [default: the experiment's own]
    #[arg(long)]
    pub train_steps: Option<usize>,
    /// Samples for each row of a table [default: the experiment's own]
    #[arg(long)]
    pub samples: Option<usize>,
    /// The seed of every random number
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Small and fast: fewer samples, steps and training steps, with looser checks
    #[arg(long)]
    pub quick: bool,
    /// Also the figures and animations that take longer
    #[arg(long)]
    pub all: bool,
    /// How figures look, and as which files they are written.
    #[command(flatten)]
    pub look: Look,
    /// Export only this panel, counted from 1, of the figures that have it
    #[arg(long)]
    pub panel: Option<usize>,
    /// The output folder [default: out/ and the name of the experiment]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Threads; the results do not depend on it [default: all]
    #[arg(long)]
    pub threads: Option<usize>,
}

/// How figures look, and as which files they are written.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Look {
    /// The look of the figures
    #[arg(long, value_parser = menu::<Theme>(), default_value = Theme::default().name())]
    pub theme: Theme,
    /// The language of the figures
    #[arg(long, value_parser = menu::<Lang>(), default_value = Lang::default().name())]
    pub lang: Lang,
    /// File formats of the figures: svg, png, csv (the data), json (settings and numbers), pdf (cargo feature `pdf`)
    #[arg(long, value_delimiter = ',', value_parser = parse_format, default_value = "svg,png")]
    pub formats: Vec<Format>,
}

/// The format of a name, with the error as clap wants it.
fn parse_format(name: &str) -> Result<Format, String> {
    name.parse().map_err(|e: scorelab::Error| e.to_string())
}

impl Settings {
    /// The flags that change a number and are not as in `default`, with their values: ["--scene ring8"].
    pub fn differences(&self, default: &Settings) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |flag: &str, differs: bool, value: String| {
            if differs {
                found.push(format!("--{flag} {value}"));
            }
        };
        let gammas = self.gamma.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        compare("scene", self.scene != default.scene, self.scene.clone());
        let data =
            |s: &Settings| s.data.as_ref().map_or(String::new(), |d| d.display().to_string());
        compare("data", self.data != default.data, data(self));
        compare("class", self.class != default.class, self.class.clone());
        compare("gamma", self.gamma != default.gamma, gammas);
        let scale = self.gradient_scale;
        compare("gradient-scale", scale != default.gradient_scale, scale.to_string());
        compare("process", self.process != default.process, name_of(&self.process));
        compare("sampler", self.sampler != default.sampler, name_of(&self.sampler));
        compare("steps", self.steps.is_some(), self.steps.unwrap_or(0).to_string());
        let train_steps = self.train_steps.unwrap_or(0).to_string();
        compare("train-steps", self.train_steps.is_some(), train_steps);
        compare("samples", self.samples.is_some(), self.samples.unwrap_or(0).to_string());
        compare("seed", self.seed != default.seed, self.seed.to_string());
        found
    }
}

/// The name of a value as the command line spells it.
fn name_of(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |v| v.get_name().to_string())
}

/// The menu of noise processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProcessName {
    /// Variance preserving, linear β
    VpLinear,
    /// Variance preserving, cosine
    VpCosine,
    /// Variance exploding
    Ve,
    /// Straight-line flow
    Flow,
}

impl ProcessName {
    /// The process with its usual parameters.
    pub fn process(self) -> Process {
        match self {
            ProcessName::VpLinear => Process::VP_LINEAR,
            ProcessName::VpCosine => Process::VpCosine,
            ProcessName::Ve => Process::VE,
            ProcessName::Flow => Process::Flow,
        }
    }
}

/// The menu of samplers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SamplerName {
    /// DDIM, Euler on the probability-flow ODE
    Ddim,
    /// Heun, second order, two evaluations a step
    Heun,
    /// DPM-Solver++(2M), second order, one evaluation a step
    Dpm2m,
    /// DDPM's ancestral sampling
    Ancestral,
    /// Euler–Maruyama on the reverse SDE
    Sde,
}

impl SamplerName {
    /// The sampler with its usual parameters.
    pub fn method(self) -> Method {
        match self {
            SamplerName::Ddim => Method::Ddim(Ddim { eta: 0.0 }),
            SamplerName::Heun => Method::Heun(Heun),
            SamplerName::Dpm2m => Method::DpmSolver2M(DpmSolver2M::default()),
            SamplerName::Ancestral => Method::Ddim(Ddim { eta: 1.0 }),
            SamplerName::Sde => Method::EulerMaruyama(EulerMaruyama::default()),
        }
    }
}
