//! The program: its words are understood, its subcommand runs, and how that ended is its exit code.

use super::command::{Command, Understood, understand};
use super::config;
use crate::exit;
use crate::report::say;
use crate::tell::tell_error;
use scorelab::Result;
use scorelab::arch::check_kernel_variable;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program and says how it ended; `scorelab --help` lists the exit codes.
pub fn main() -> ExitCode {
    match run(std::env::args_os().collect()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tell_error(&error);
            ExitCode::from(exit::code(&error))
        }
    }
}

fn run(words: Vec<OsString>) -> Result<u8> {
    check_kernel_variable()?;
    match understand(&words, &|path| config::read(path))? {
        Understood::Command(command) => dispatch(&command),
        Understood::Help(text) => say(text.as_bytes()).map(|()| 0),
    }
}

fn dispatch(command: &Command) -> Result<u8> {
    command.common().map_or(Ok(()), |common| common.machine.take())?;
    command.ending()?; // refused before any work is done
    command.try_output()?;
    match command {
        Command::Train(flags) => flags.run().map(exit::if_stopped),
        Command::Sweep(flags) => flags.run().map(exit::if_stopped),
        Command::Check(flags) => flags.run().map(exit::if_right),
        Command::Sample(flags) => flags.run().map(exit::well),
        Command::Eval(flags) => flags.run().map(exit::well),
        Command::Field(flags) => flags.run().map(exit::well),
        Command::Plot(flags) => flags.run().map(exit::well),
        Command::Lecture(flags) => flags.run().map(exit::well),
        Command::Page(flags) => flags.run().map(exit::well),
        Command::Data(flags) => flags.run().map(exit::well),
        Command::Info(flags) => flags.run().map(exit::well),
        Command::Methods(flags) => flags.run().map(exit::well),
        Command::Completions(flags) => flags.run().map(exit::well),
    }
}
