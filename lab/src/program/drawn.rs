//! The figures of `scorelab plot` for whoever calls the lab from another program.

use super::command::{Command, Understood, understand};
use super::config;
use scorelab::{Error, Result};
use scorelab_figures::plot::Figure;
use std::ffi::OsString;

/// The figures of `scorelab plot` followed by these words, which are not written; of an animation, its frames.
///
/// # Errors
/// As `scorelab plot` with these words.
pub fn drawn(words: &[String]) -> Result<Vec<Figure>> {
    let command = ["scorelab", "plot"].into_iter().chain(words.iter().map(String::as_str));
    let words: Vec<OsString> = command.map(OsString::from).collect();
    let asked = understand(&words, &|path| config::read(path))?;
    let help = || Error::Usage { why: "help is told by `scorelab plot --help`".into() };
    let Understood::Command(command) = asked else { return Err(help()) };
    let Command::Plot(plot) = *command else { return Err(help()) };
    let mut all = Vec::new();
    plot.each(|_, _, figures| {
        all.extend(figures);
        Ok(())
    })?;
    Ok(all)
}
