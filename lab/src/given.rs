//! Which flags were given, so that one that would change nothing is refused and not passed over.

use clap::ArgMatches;
use clap::parser::ValueSource;
use scorelab::{Error, Result};
use std::collections::BTreeSet;

/// The flags that were given, by their names without dashes: those typed, and those of the subcommand's own table in a
/// configuration. Keys above the tables of a configuration apply to every subcommand that uses them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given(BTreeSet<String>);

impl Given {
    /// The flags typed on a command line.
    pub fn typed(command: &clap::Command, matches: &ArgMatches) -> Given {
        let typed = |arg: &&clap::Arg| {
            matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
        };
        let flags = command.get_arguments().filter(typed).filter_map(|arg| arg.get_long());
        Given(flags.map(String::from).collect())
    }

    /// These and some more.
    pub fn and(mut self, more: impl IntoIterator<Item = String>) -> Given {
        self.0.extend(more);
        self
    }

    /// Whether this flag was given.
    pub fn has(&self, flag: &str) -> bool {
        self.0.contains(flag)
    }

    /// The flags that were given.
    pub fn flags(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Refuses what was given and would change nothing.
    ///
    /// # Errors
    /// If one of these flags was given, with why it would change nothing.
    pub fn refuse(&self, idle: &[Idle]) -> Result<()> {
        match idle.iter().find(|(flag, _)| self.has(flag)) {
            Some((flag, why)) => Err(without_effect(flag, why)),
            None => Ok(()),
        }
    }
}

/// A flag that changes nothing, and why, as the end of a sentence.
pub type Idle = (&'static str, &'static str);

/// The one sentence that refuses a flag without effect.
pub fn without_effect(flag: &str, why: impl std::fmt::Display) -> Error {
    Error::value(format!("--{flag}"), "given", format!("left out, since it changes nothing: {why}"))
}

/// The flags of this list for which the condition holds.
pub fn idle<const N: usize>(
    rules: [(bool, &'static [&'static str], &'static str); N],
) -> Vec<Idle> {
    let of = |(holds, flags, why): (bool, &'static [&'static str], &'static str)| {
        flags.iter().filter(move |_| holds).map(move |flag| (*flag, why))
    };
    rules.into_iter().flat_map(of).collect()
}
