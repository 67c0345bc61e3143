//! Parses a command line: one subcommand and its flags, with those of `--config`.

use super::config;
use super::plot::Plot;
use crate::exit;
use crate::file_ending::{Ending, Kind, ending, folder, page};
use crate::flags::{self, CommonFlags};
use crate::given::Given;
use crate::report::Form;
use crate::words::joined;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use scorelab::methods::{Walks, method_named};
use scorelab::text::printable;
use scorelab::{Error, Result, file};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// See, steer and check guided diffusion on a laptop.
#[derive(Debug, Parser)]
#[command(name = "scorelab", version, arg_required_else_help = false, after_help = exit::CODES)]
pub struct Program {
    #[command(subcommand)]
    pub command: Command,
}

/// A subcommand and its flags.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Learn a score network or a classifier
    #[command(
        after_help = "Example:\n  scorelab train --model joint --scene animals --out out/joint\n  scorelab train --resume out/joint"
    )]
    Train(flags::Train),
    /// Draw samples from a score, exact or learned, steered or not
    #[command(
        after_help = "Example:\n  scorelab sample --score out/joint --class dog --gamma 2 --samples 500 --out dogs.csv --format csv"
    )]
    Sample(flags::Sample),
    /// Measure a score and its samples against the exact answers
    #[command(
        after_help = "Example:\n  scorelab eval --score out/joint --class dog --gamma 0,1,2,5,10"
    )]
    Eval(flags::Eval),
    /// Write the values of a score on a grid or at given points
    #[command(
        after_help = "Example:\n  scorelab field --scene animals --class dog --gamma 2 --sigma 0.5,1 --grid=-4,4,21 --format json"
    )]
    Field(flags::Field),
    /// Draw figures of the lecture, for any score and scene
    #[command(
        after_help = "Example:\n  scorelab plot field sweep --score out/joint --class dog --lang vi --out out/plot"
    )]
    Plot(Plot),
    /// Draw the whole lecture as a deck to present from: index.html, deck.pptx and its pictures
    #[command(
        after_help = "Example:\n  scorelab lecture --scene three --lang vi --theme dark --out out/tonight"
    )]
    Lecture(flags::Lecture),
    /// List the methods of guidance with their knobs, or describe one
    #[command(
        after_help = "Example:\n  scorelab methods\n  scorelab methods apg --format json\n  scorelab sample --class 0 --method apg --set gamma=5,eta=0.5"
    )]
    Methods(flags::Methods),
    /// Write a page on which γ bends the field: one file that opens in any browser, without a network
    #[command(after_help = "Example:\n  scorelab page --scene three --lang vi --out guidance.html")]
    Page(flags::Page),
    /// Write a data set: points of a scene, or images
    #[command(after_help = "Example:\n  scorelab data --scene three --points 5000 --out three.npz")]
    Data(flags::Data),
    /// Train and evaluate every combination of a grid
    #[command(
        after_help = "Example:\n  scorelab sweep grid.toml --shard 2/6 --out out/widths\n  scorelab sweep grid.toml --merge --out out/widths"
    )]
    Sweep(flags::Sweep),
    /// Describe a checkpoint
    #[command(after_help = "Example:\n  scorelab info out/joint")]
    Info(flags::Info),
    /// Check the answer to an exercise of the course
    #[command(
        after_help = "Example:\n  scorelab check 8 2.5\n  scorelab check 1 answer.csv --lang vi"
    )]
    Check(flags::Check),
    /// Write the completions for a shell
    #[command(
        after_help = "Example:\n  scorelab completions bash > ~/.local/share/bash-completion/completions/scorelab"
    )]
    Completions(flags::Completions),
}

/// Whether the words of a command line, the program's name first, make a command, with a configuration of this text in place
/// of whatever file they name. Nothing is run.
///
/// # Errors
/// If they do not.
pub fn check(words: &[OsString], configuration: &str) -> Result<()> {
    let read = |path: &Path| {
        config::parse(configuration).map_err(|why| Error::File { path: path.into(), why })
    };
    understand(words, &read).map(|_| ())
}

/// The result of parsing.
pub enum Understood {
    /// A command to run.
    Command(Box<Command>),
    /// A text to print.
    Help(String),
}

/// The command of these words and of the configuration that they name, if they do.
///
/// # Errors
/// If there is none, or the configuration cannot be read.
pub fn understand(
    words: &[OsString],
    read: &dyn Fn(&Path) -> Result<toml::Table>,
) -> Result<Understood> {
    let program = Program::command();
    let words = &joined(words.iter().cloned(), &program)[..];
    let first = match program.clone().try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(e) if e.use_stderr() => return Err(usage(&e)),
        Err(e) => return Ok(Understood::Help(e.render().to_string())),
    };
    let (name, given) = first.subcommand().expect("clap requires one");
    let file = given.try_get_one::<PathBuf>("config").ok().flatten();
    let sub = program.find_subcommand(name).expect("clap has found it");
    let mut flags = Given::typed(sub, given);
    let matches = match file {
        None => first,
        Some(path) => {
            let wrong = |why: String| Error::File { path: path.clone(), why };
            let all = read(path)?;
            let found = config::words(&all, &program, name, given).map_err(wrong)?;
            flags = flags.and(config::own(&all, name));
            let (start, rest) = words.split_at(2);
            let all = start.iter().cloned().chain(found).chain(rest.iter().cloned());
            let both = program.clone().try_get_matches_from(all);
            both.map_err(|e| wrong(usage(&e).to_string()))?
        }
    };
    beside_resume(&matches)?;
    beside_method(&matches)?;
    let mut command = Program::from_arg_matches(&matches).map_err(|e| usage(&e))?.command;
    if let Some(common) = command.common_mut() {
        common.given = flags;
    }
    Ok(Understood::Command(Box::new(command)))
}

/// The subcommand of these words.
///
/// # Errors
/// If there is none.
pub fn understood(words: impl IntoIterator<Item = String>) -> Result<Command> {
    let program = Program::try_parse_from(words).map_err(|e| usage(&e))?;
    Ok(program.command)
}

/// What clap says, in one sentence.
pub fn usage(e: &clap::Error) -> Error {
    let text = e.render().to_string();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or("").trim_start_matches("error: ").to_string();
    let more =
        lines.map(str::trim).take_while(|l| !l.starts_with("Usage:") && !l.starts_with("For more"));
    let more: Vec<&str> = more.filter(|l| !l.is_empty()).collect();
    let why = if more.is_empty() {
        first
    } else {
        format!("{} ({})", first.trim_end_matches(':'), more.join("; "))
    };
    // what was typed is repeated, but not ten million letters of it
    let why: Vec<String> = why.replace(['\n', '\r'], " ").split(' ').map(printable).collect();
    let why = why.join(" ");
    let why = why.replace("invalid float literal", "it is not a number");
    Error::Usage { why: why.replace("invalid digit found in string", "it is not a whole number") }
}

/// Refuses settings given together with `--resume`, which takes all of them from the run.
fn beside_resume(matches: &ArgMatches) -> Result<()> {
    let Some(("train", given)) = matches.subcommand() else { return Ok(()) };
    if !given.contains_id("resume") {
        return Ok(());
    }
    let typed = |id: &str| given.value_source(id) == Some(ValueSource::CommandLine);
    let program = Program::command();
    let train = program.find_subcommand("train").expect("it was asked for");
    let mut ids = train.get_arguments().map(|arg| arg.get_id().as_str());
    match ids.find(|id| typed(id) && !flags::Train::BESIDE_RESUME.contains(id)) {
        Some(id) => {
            let flag = format!("--{}", id.replace('_', "-"));
            Err(Error::value(flag, "given", "left out: --resume uses the settings of the run"))
        }
        None => Ok(()),
    }
}

/// Refuses a sampler beside a method that walks with steps of its own.
fn beside_method(matches: &ArgMatches) -> Result<()> {
    let Some((_, given)) = matches.subcommand() else { return Ok(()) };
    let name = given.try_get_one::<String>("method").ok().flatten();
    let Some(name) = name else { return Ok(()) };
    let walks = method_named(name)?.about().walks;
    let typed = given.try_contains_id("sampler").unwrap_or(false) // field has none
        && given.value_source("sampler") == Some(ValueSource::CommandLine);
    if walks == Walks::Any || !typed {
        return Ok(());
    }
    let must = format!("left out: the method {name} walks {}", walks.words());
    Err(Error::value("--sampler", "given", must))
}

impl Command {
    /// How the answer is written.
    ///
    /// # Errors
    /// As [`ending`].
    pub fn ending(&self) -> Result<Ending> {
        let (kind, common, out) = match self {
            Command::Sample(c) => (Kind::Points, &c.common, &c.out),
            Command::Data(c) => (Kind::Points, &c.common, &c.out),
            Command::Eval(c) => (Kind::Table, &c.common, &c.out),
            Command::Field(c) => (Kind::Table, &c.common, &c.out),
            Command::Check(c) => (Kind::Table, &c.common, &c.out),
            Command::Page(c) => return page(&c.out).map(|()| Ending::Text(Form::Table)),
            Command::Train(c) => return self.in_folder(c.out.as_deref()),
            Command::Sweep(c) => return self.in_folder(c.out.as_deref()),
            // the folder of figures is refused by `Look::output`, as that of an experiment; others have none
            _ => return Ok(Ending::Text(Form::Table)),
        };
        ending(kind, common.format, out.as_deref())
    }

    /// That the name of an output folder promises no file.
    fn in_folder(&self, out: Option<&Path>) -> Result<Ending> {
        let remedy = "its files have names of their own";
        out.map_or(Ok(()), |out| folder(out, remedy)).map(|()| Ending::Text(Form::Table))
    }

    /// Tries whether the output can be written, before any work is done. Nothing is left of the trial.
    ///
    /// # Errors
    /// If it cannot.
    pub fn try_output(&self) -> Result<()> {
        let answer = |out: &Option<PathBuf>| out.as_deref().map_or(Ok(()), file::try_file);
        // without --out a folder is made in `out`
        let own =
            |out: &Option<PathBuf>| file::try_folder(out.as_deref().unwrap_or(Path::new("out")));
        match self {
            Command::Sample(c) => answer(&c.out),
            Command::Data(c) => c.idx.as_deref().map_or_else(|| answer(&c.out), file::try_folder),
            Command::Eval(c) => answer(&c.out),
            Command::Field(c) => answer(&c.out),
            Command::Check(c) => answer(&c.out),
            Command::Page(c) => file::try_file(&c.out),
            Command::Train(c) if c.resume.is_some() => Ok(()), // its folder is locked first
            Command::Train(c) => own(&c.out),
            Command::Sweep(c) => own(&c.out),
            Command::Plot(c) => file::try_folder(&c.out),
            Command::Lecture(c) => file::try_folder(&c.out),
            Command::Info(_) | Command::Methods(_) | Command::Completions(_) => Ok(()),
        }
    }

    /// What all subcommands except `completions` share.
    pub fn common(&self) -> Option<&CommonFlags> {
        match self {
            Command::Train(flags) => Some(&flags.common),
            Command::Sample(flags) => Some(&flags.common),
            Command::Eval(flags) => Some(&flags.common),
            Command::Field(flags) => Some(&flags.common),
            Command::Plot(flags) => Some(&flags.common),
            Command::Lecture(flags) => Some(&flags.common),
            Command::Page(flags) => Some(&flags.common),
            Command::Data(flags) => Some(&flags.common),
            Command::Sweep(flags) => Some(&flags.common),
            Command::Info(flags) => Some(&flags.common),
            Command::Methods(flags) => Some(&flags.common),
            Command::Check(flags) => Some(&flags.common),
            Command::Completions(_) => None,
        }
    }

    /// As [`Command::common`], to be completed.
    pub(super) fn common_mut(&mut self) -> Option<&mut CommonFlags> {
        match self {
            Command::Train(flags) => Some(&mut flags.common),
            Command::Sample(flags) => Some(&mut flags.common),
            Command::Eval(flags) => Some(&mut flags.common),
            Command::Field(flags) => Some(&mut flags.common),
            Command::Plot(flags) => Some(&mut flags.common),
            Command::Lecture(flags) => Some(&mut flags.common),
            Command::Page(flags) => Some(&mut flags.common),
            Command::Data(flags) => Some(&mut flags.common),
            Command::Sweep(flags) => Some(&mut flags.common),
            Command::Info(flags) => Some(&mut flags.common),
            Command::Methods(flags) => Some(&mut flags.common),
            Command::Check(flags) => Some(&mut flags.common),
            Command::Completions(_) => None,
        }
    }
}
