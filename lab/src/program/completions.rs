//! `scorelab completions`: the completions of a shell.

use super::command::Program;
use crate::flags::Completions;
use crate::report::say;
use clap::CommandFactory;
use scorelab::Result;

impl Completions {
    /// Writes them.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn run(&self) -> Result<()> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Program::command(), "scorelab", &mut text);
        say(&text)
    }
}
