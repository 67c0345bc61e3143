//! `scorelab completions`: the completions of a shell.

use super::command::Program;
use crate::flags::Completions;
use crate::report::say;
use clap::CommandFactory;
use scorelab::Result;
use scorelab_figures::plot::Text;

impl Completions {
    /// Writes them.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn run(&self) -> Result<()> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Program::command(), "scorelab", &mut text);
        let hint = Text::new(
            "the script goes where the shell looks for completions; `scorelab completions --help` has an example",
            "đặt tập lệnh này ở nơi shell tìm phần tự hoàn thành; `scorelab completions --help` có ví dụ",
        );
        text.extend(format!("# {}\n", hint.get(self.lang)).bytes()); // a comment in all of the shells
        say(&text)
    }
}
