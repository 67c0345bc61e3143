//! The flags of the experiments, and what each experiment takes where they are left out.

use super::groups::{Look, MachineFlags, MethodFlags, SamplingFlags, WalkFlags};
use crate::menu::{Menu, menu};
use crate::words::{joined, shell_word};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser};
use scorelab_figures::plot::Lang;
use serde::Serialize;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The defaults of an experiment; pairs are (at full size, at `--quick`).
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
    /// Flags that the experiment does not use: they are not offered, and refused.
    pub unused: &'static [&'static str],
    /// Whether it takes a method of the catalogue.
    pub methods: bool,
    /// The network that it takes, in the words of the help.
    pub network: Option<&'static str>,
}

/// The flags of an experiment that takes a method.
const OF_METHODS: [&str; 2] = ["method", "set"];
/// The flag of an experiment that takes a network.
const OF_NETWORK: &str = "score";

impl Defaults {
    /// The defaults of an experiment on a scene.
    const SCENE: Defaults = Defaults {
        samples: (4000, 800),
        steps: (64, 32),
        scene: "animals",
        class: "0",
        gamma: "0,1,2,5,10",
        unused: &["data", "train-steps"],
        methods: false,
        network: None,
    };

    /// The defaults of the lecture.
    pub const LECTURE: Defaults = Defaults {
        samples: (4000, 500),
        network: Some(
            "A network for captions that is trained already: a checkpoint, or the folder of a run [default: none, and nothing of captions is drawn]",
        ),
        ..Defaults::SCENE
    };

    /// The defaults of an experiment on images.
    pub const IMAGES: Defaults = Defaults {
        samples: (5000, 300),
        steps: (50, 20),
        scene: "animals",
        class: "0",
        gamma: "0,1,1.25,2,5,10",
        unused: &["scene", "gradient-scale", "all"],
        methods: false,
        network: None,
    };

    /// The defaults of an experiment on captioned digits.
    pub const CAPTIONS: Defaults = Defaults {
        samples: (1000, 20),
        steps: (20, 8),
        class: "three",
        gamma: "1,1.5,2,3,5",
        unused: &["scene", "data", "class", "gradient-scale", "all"],
        network: Some(
            "A network for captions that is trained already: a checkpoint, or the folder of a run [default: one is trained]",
        ),
        ..Defaults::IMAGES
    };
}

impl Default for Defaults {
    fn default() -> Self {
        Defaults::SCENE
    }
}

/// The flags of the experiments, except those in the [`Defaults::unused`] of each.
#[derive(Debug, Clone, PartialEq, Parser, Serialize)]
#[command(disable_version_flag = true, allow_negative_numbers = true)]
pub struct ExperimentFlags {
    /// The data: animals, three, ring8, wide, moons, … or a TOML file with components
    #[arg(long, required = false, value_name = "NAME|FILE")]
    #[serde(skip)]
    pub scene: String,
    /// A folder with MNIST's files, or others in the same format [default: digits drawn by the lab]
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip)]
    pub data: Option<PathBuf>,
    /// A network that is trained already: a checkpoint, or the folder of a run
    #[arg(long, value_name = "FILE|FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<PathBuf>,
    /// The wanted class y, by name or number; counted from 0
    #[arg(long, required = false, value_name = "NAME|NUMBER")]
    #[serde(skip)]
    pub class: String,
    /// Guidance scales γ: 0 unconditional, 1 conditional, more oversteers
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    pub gamma: Vec<f64>,
    /// c, by which the gradient of the weak classifier is multiplied
    #[arg(long, default_value_t = 0.2)]
    pub gradient_scale: f64,
    /// A method of the catalogue, to compare with.
    #[command(flatten)]
    #[serde(flatten)]
    pub guidance: MethodFlags,
    /// The walk from noise to samples.
    #[command(flatten)]
    #[serde(skip)]
    pub walk: SamplingFlags,
    /// Updates of the weights of the score network [default: the experiment's own]
    #[arg(long)]
    pub train_steps: Option<usize>,
    /// Small and fast: fewer samples, steps and training steps, with looser checks
    #[arg(long)]
    #[serde(skip)]
    pub quick: bool,
    /// Also the figures and animations that take longer
    #[arg(long)]
    pub all: bool,
    /// How figures look, and as which files they are written.
    #[command(flatten)]
    #[serde(skip)]
    pub look: Look,
    /// The language of the figures
    #[arg(long, value_parser = menu::<Lang>(), default_value = Lang::default().name())]
    #[serde(skip)]
    pub lang: Lang,
    /// Export only this panel, counted from 1, of the figures that have it
    #[arg(long)]
    #[serde(skip)]
    pub panel: Option<usize>,
    /// The output folder [default: out/ and the name of the experiment]
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip)]
    pub out: Option<PathBuf>,
    /// Threads and memory.
    #[command(flatten)]
    #[serde(skip)]
    pub machine: MachineFlags,
    /// The flags that change a number and differ from their defaults, with their values: `--scene ring8`.
    #[arg(skip)]
    #[serde(skip)]
    pub changed: Vec<String>,
}

/// A flag whose default is another at `--quick`.
pub fn sized(arg: clap::Arg, (full, quick): (usize, usize)) -> clap::Arg {
    let [full, quick] = [full, quick].map(|n| n.to_string());
    arg.default_value(full).default_value_if("quick", "true", quick)
}

/// Flags that change no number.
const NO_NUMBER: [&str; 13] = [
    "quick", "all", "method", "set", "theme", "lang", "format", "svg_text", "panel", "out",
    "threads", "memory", "help",
];
/// Flags whose default depends on the experiment: giving one always counts as a change.
const SIZES: [&str; 3] = ["steps", "train_steps", "samples"];

impl ExperimentFlags {
    /// The command that draws again what the lecture of these flags draws, into a folder of its own: `scorelab lecture` with all
    /// that is not as usual.
    pub fn lecture_command(&self) -> String {
        let quick = self.quick.then_some("--quick");
        let words = ["lecture"].into_iter().chain(quick).map(OsString::from);
        let program = Defaults::LECTURE.command("lecture", "");
        let usual = Defaults::LECTURE.parse(&program, words).expect("no words but known ones");
        let mut all = vec!["scorelab lecture".to_string()];
        all.extend(quick.map(String::from));
        for ((flag, own), (_, usual)) in self.looks().into_iter().zip(usual.looks()) {
            all.extend((own != usual).then(|| format!("{flag} {}", shell_word(&own))));
        }
        all.push("--out out/slide".into());
        all.join(" ")
    }

    /// Every flag that changes a picture of the lecture, with its value.
    fn looks(&self) -> [(&'static str, String); 14] {
        let WalkFlags { process, sampler, steps, seed } = self.walk.walk;
        let score = self.score.as_ref();
        let formats: Vec<&str> = self.look.format.iter().map(|format| format.ending()).collect();
        let gamma: Vec<String> = self.gamma.iter().map(f64::to_string).collect();
        [
            ("--scene", self.scene.clone()),
            ("--class", self.class.clone()),
            ("--gamma", gamma.join(",")),
            ("--gradient-scale", self.gradient_scale.to_string()),
            ("--score", score.map(|path| path.display().to_string()).unwrap_or_default()),
            ("--process", process.name().into()),
            ("--sampler", sampler.name().into()),
            ("--steps", steps.to_string()),
            ("--samples", self.walk.samples.to_string()),
            ("--seed", seed.to_string()),
            ("--theme", self.look.theme.name().into()),
            ("--format", formats.join(",")),
            ("--svg-text", self.look.svg_text.name().into()),
            ("--lang", self.lang.name().into()),
        ]
    }

    /// Whether this flag changes a number and differs from its default.
    pub fn changed(&self, flag: &str) -> bool {
        self.changed.iter().any(|text| text.split(' ').next() == Some(flag))
    }
}

impl Defaults {
    /// Parses the words of a command line, the program's name first; ends the program if they are wrong.
    pub fn flags(
        self,
        name: &'static str,
        question: &'static str,
        words: impl IntoIterator<Item = OsString>,
    ) -> ExperimentFlags {
        let command = self.command(name, question);
        self.parse(&command, words).unwrap_or_else(|e| e.exit())
    }

    /// The parser of the command line of an experiment.
    pub fn command(self, name: &'static str, question: &'static str) -> clap::Command {
        let command = ExperimentFlags::command().name(name).about(question);
        command
            .mut_arg("scene", |arg| arg.default_value(self.scene))
            .mut_arg("class", |arg| arg.default_value(self.class))
            .mut_arg("gamma", |arg| arg.default_value(self.gamma))
            .mut_arg("steps", |arg| sized(arg, self.steps))
            .mut_arg("samples", |arg| sized(arg, self.samples))
            .mut_arg(OF_NETWORK, |arg| arg.help(self.network.unwrap_or_default()))
            .mut_args(|arg| {
                let unused = arg.get_long().is_some_and(|flag| {
                    self.unused.contains(&flag)
                        || !self.methods && OF_METHODS.contains(&flag)
                        || self.network.is_none() && flag == OF_NETWORK
                });
                arg.hide(unused)
            })
    }

    /// The flags of these words, and which of them differ from their defaults.
    ///
    /// # Errors
    /// If they are wrong, or name a flag that the experiment has no use for.
    pub fn parse(
        self,
        command: &clap::Command,
        words: impl IntoIterator<Item = OsString>,
    ) -> clap::error::Result<ExperimentFlags> {
        let name = command.get_name().to_string();
        let words = joined(words, command);
        let matches = command.clone().try_get_matches_from(words)?;
        let typed = |arg: &&clap::Arg| {
            matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
        };
        let typed: Vec<&clap::Arg> = command.get_arguments().filter(typed).collect();
        if let Some(arg) = typed.iter().find(|arg| arg.is_hide_set()) {
            let flag = arg.get_long().unwrap_or_default();
            let why = format!("unexpected argument '--{flag}' found: {name} does not use it");
            return Err(command.clone().error(ErrorKind::UnknownArgument, why));
        }
        let mut flags = ExperimentFlags::from_arg_matches(&matches)?;
        for arg in typed.iter().filter(|arg| !NO_NUMBER.contains(&arg.get_id().as_str())) {
            let (id, flag) = (arg.get_id().as_str(), arg.get_long().unwrap_or_default());
            let [own, usual]: [Vec<&OsStr>; 2] = [
                matches.get_raw(id).into_iter().flatten().collect(),
                arg.get_default_values().iter().map(|word| word.as_os_str()).collect(),
            ];
            let own = own.join(OsStr::new(","));
            if SIZES.contains(&id) || own != usual.join(OsStr::new(",")) {
                flags.changed.push(format!("--{flag} {}", own.to_string_lossy()));
            }
        }
        Ok(flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(words: &str) -> ExperimentFlags {
        let program = Defaults::LECTURE.command("lecture", "");
        let words = words.split(' ').filter(|word| !word.is_empty()).map(OsString::from);
        Defaults::LECTURE.parse(&program, std::iter::once("lecture".into()).chain(words)).unwrap()
    }

    #[test]
    fn the_command_of_a_lecture_gives_its_own_flags_back_and_says_nothing_that_is_as_usual() {
        assert_eq!(flags("").lecture_command(), "scorelab lecture --out out/slide");
        for words in [
            "--theme dark --lang vi",
            "--quick --gamma -1,0,10 --seed 3 --scene three --class 1",
            "--process ve --sampler heun --steps 20 --samples 60 --gradient-scale 0.5",
            "--format png,svg --svg-text text",
        ] {
            let own = flags(words);
            let command = own.lecture_command();
            let again = flags(command.strip_prefix("scorelab lecture").unwrap());
            assert_eq!((again.looks(), again.quick), (own.looks(), own.quick), "{command}");
            assert_ne!(own.looks(), flags("").looks(), "the twin: {words} changes something");
        }
    }
}
