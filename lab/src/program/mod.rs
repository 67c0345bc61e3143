//! The program `scorelab`: train, sample, evaluate and look without writing Rust.
//!
//! | subcommand | what it does |
//! |---|---|
//! | `train` | learns a score network or a classifier, in a folder from which it can go on |
//! | `sample` | draws samples of a score, exact or learned, steered or not |
//! | `eval` | measures a score and its samples against the exact answers |
//! | `field` | writes a score on a grid or at given points |
//! | `plot` | draws figures of the lecture, of any score and scene |
//! | `data` | writes a data set |
//! | `sweep` | trains and evaluates every combination of a grid, in as many processes as one likes |
//! | `info` | describes a checkpoint |
//! | `check` | marks the answer to an exercise of the course |
//! | `completions` | writes the completions of a shell |
//!
//! Every flag can also stand in a TOML file, given with `--config`.

mod answer;
mod check;
mod compose;
mod config;
mod data;
mod domain;
mod eval;
mod exit;
mod field;
mod figures;
mod grid;
mod images;
mod info;
mod networks;
mod numbers;
mod plot;
mod points;
mod sample;
mod source;
mod sweep;
#[cfg(test)]
mod tests;
mod train;
mod walk;

use crate::interrupt::INTERRUPTED;
use crate::memory;
use answer::{Form, say, tell};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use scorelab::arch::check_kernel_variable;
use scorelab::{Error, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// See, steer and check guided diffusion on a laptop.
#[derive(Debug, Parser)]
#[command(name = "scorelab", version, arg_required_else_help = false, after_help = exit::CODES)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Learn a score network or a classifier
    #[command(
        after_help = "Example:\n  scorelab train --model joint --scene animals --out out/joint\n  scorelab train --resume out/joint"
    )]
    Train(train::Train),
    /// Draw samples of a score, exact or learned, steered or not
    #[command(
        after_help = "Example:\n  scorelab sample --score out/joint --class dog --gamma 2 --samples 500 --out dogs.csv --format csv"
    )]
    Sample(sample::Sample),
    /// Measure a score and its samples against the exact answers
    #[command(
        after_help = "Example:\n  scorelab eval --score out/joint --class dog --gamma 0,1,2,5,10"
    )]
    Eval(eval::Eval),
    /// Write a score on a grid or at given points
    #[command(
        after_help = "Example:\n  scorelab field --scene animals --class dog --gamma 2 --sigma 0.5,1 --grid=-4,4,21 --format json"
    )]
    Field(field::Field),
    /// Draw figures of the lecture, of any score and scene
    #[command(
        after_help = "Example:\n  scorelab plot field sweep --score out/joint --class dog --lang vi --out out/plot"
    )]
    Plot(plot::Plot),
    /// Write a data set: points of a scene, or images
    #[command(after_help = "Example:\n  scorelab data --scene three --points 5000 --out three.npz")]
    Data(data::Data),
    /// Train and evaluate every combination of a grid
    #[command(
        after_help = "Example:\n  scorelab sweep grid.toml --shard 2/6 --out out/widths\n  scorelab sweep grid.toml --merge --out out/widths"
    )]
    Sweep(sweep::Sweep),
    /// Describe a checkpoint
    #[command(after_help = "Example:\n  scorelab info out/joint")]
    Info(info::Info),
    /// Mark the answer to an exercise of the course
    #[command(
        after_help = "Example:\n  scorelab check 8 2.5\n  scorelab check 1 answer.csv --lang vi"
    )]
    Check(check::Check),
    /// Write the completions of a shell
    #[command(
        after_help = "Example:\n  scorelab completions bash > ~/.local/share/bash-completion/completions/scorelab"
    )]
    Completions(Completions),
}

/// What all subcommands share.
#[derive(Debug, Clone, Args)]
struct Common {
    /// Flags from a TOML file; those on the command line go before them
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    /// Threads; the results do not depend on it [default: all]
    #[arg(long)]
    threads: Option<usize>,
    /// The most memory to take, in GiB; what would need more is refused
    #[arg(long, default_value_t = 4.0, value_name = "GIB")]
    memory: f64,
}

#[derive(Debug, Clone, Args)]
struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Runs the program and says how it ended; `scorelab --help` lists the exit codes.
pub fn main() -> ExitCode {
    match run(std::env::args_os().collect()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tell(format!("error: {error}"));
            ExitCode::from(exit::code(&error))
        }
    }
}

fn run(words: Vec<OsString>) -> Result<u8> {
    check_kernel_variable()?;
    match understand(&words, &|path| config::read(path))? {
        Understood::Command(command) => command.run(),
        Understood::Help(text) => say(text.as_bytes()).map(|()| 0),
    }
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

/// What words come to.
enum Understood {
    Command(Box<Command>),
    Help(String),
}

/// The command of these words and of the configuration that they name, if they do.
fn understand(
    words: &[OsString],
    read: &dyn Fn(&Path) -> Result<toml::Table>,
) -> Result<Understood> {
    let program = Program::command();
    let first = match program.clone().try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(e) if e.use_stderr() => return Err(usage(&e)),
        Err(e) => return Ok(Understood::Help(e.render().to_string())),
    };
    let (name, given) = first.subcommand().expect("clap requires one");
    let file = given.try_get_one::<PathBuf>("config").ok().flatten();
    let matches = match file {
        None => first,
        Some(path) => {
            let wrong = |why: String| Error::File { path: path.clone(), why };
            let found = config::words(&read(path)?, &program, name, given).map_err(wrong)?;
            let (start, rest) = words.split_at(2);
            let all = start.iter().cloned().chain(found).chain(rest.iter().cloned());
            let both = program.clone().try_get_matches_from(all);
            both.map_err(|e| wrong(usage(&e).to_string()))?
        }
    };
    beside_resume(&matches)?;
    let program = Program::from_arg_matches(&matches).map_err(|e| usage(&e))?;
    Ok(Understood::Command(Box::new(program.command)))
}

/// The subcommand of these words.
fn understood(words: impl IntoIterator<Item = String>) -> Result<Command> {
    let program = Program::try_parse_from(words).map_err(|e| usage(&e))?;
    Ok(program.command)
}

/// What clap says, in one sentence.
fn usage(e: &clap::Error) -> Error {
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
    Error::Usage { why: why.replace(['\n', '\r'], " ") }
}

/// Refuses a setting beside `--resume`, which takes them all from the run.
fn beside_resume(matches: &ArgMatches) -> Result<()> {
    let Some(("train", given)) = matches.subcommand() else { return Ok(()) };
    if !given.contains_id("resume") {
        return Ok(());
    }
    let typed = |id: &str| given.value_source(id) == Some(ValueSource::CommandLine);
    let program = Program::command();
    let train = program.find_subcommand("train").expect("it was asked for");
    let mut ids = train.get_arguments().map(|arg| arg.get_id().as_str());
    match ids.find(|id| typed(id) && !train::BESIDE_RESUME.contains(id)) {
        Some(id) => {
            let flag = format!("--{}", id.replace('_', "-"));
            Err(Error::value(
                flag,
                "given",
                "left out: --resume goes on with the settings of the run",
            ))
        }
        None => Ok(()),
    }
}

impl Command {
    fn run(self) -> Result<u8> {
        let common = match &self {
            Command::Train(c) => Some(&c.common),
            Command::Sample(c) => Some(&c.common),
            Command::Eval(c) => Some(&c.common),
            Command::Field(c) => Some(&c.common),
            Command::Plot(c) => Some(&c.common),
            Command::Data(c) => Some(&c.common),
            Command::Sweep(c) => Some(&c.common),
            Command::Info(c) => Some(&c.common),
            Command::Check(c) => Some(&c.common),
            Command::Completions(_) => None,
        };
        crate::experiment::set_threads(common.and_then(|c| c.threads))?;
        let done = |()| 0;
        let stopped = |stopped| if stopped { INTERRUPTED } else { 0 };
        match self {
            Command::Train(c) => c.run().map(stopped),
            Command::Sweep(c) => c.run().map(stopped),
            Command::Sample(c) => c.run().map(done),
            Command::Eval(c) => c.run().map(done),
            Command::Field(c) => c.run().map(done),
            Command::Plot(c) => c.run().map(done),
            Command::Data(c) => c.run().map(done),
            Command::Info(c) => c.run().map(done),
            Command::Check(c) => c.run().map(|right| if right { 0 } else { exit::WRONG }),
            Command::Completions(c) => c.run().map(done),
        }
    }
}

impl Completions {
    fn run(&self) -> Result<()> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Program::command(), "scorelab", &mut text);
        say(&text)
    }
}
