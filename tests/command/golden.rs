//! The list of commands by which two commits are compared (`tests/golden/run`) is one of commands that there are.

use scorelab_lab::program::check;
use std::ffi::OsString;

/// The words of each command; `{}` is its name.
fn listed(text: &str) -> Vec<(String, Vec<OsString>)> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or("").trim());
    lines
        .filter_map(|line| line.split_once(char::is_whitespace))
        .map(|(name, words)| {
            let words = words.split_whitespace().map(|word| word.replace("{}", name).into());
            (name.to_string(), std::iter::once("scorelab".into()).chain(words).collect())
        })
        .collect()
}

#[test]
fn every_command_of_the_golden_comparison_is_understood() {
    let folder = crate::common::repository("tests/golden");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (commands, flags) = (listed(&read("commands.txt")), read("inputs/flags.toml"));
    for (name, words) in &commands {
        check(words, &flags).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let subcommands =
        ["data", "train", "info", "sample", "field", "eval", "plot", "sweep", "check"];
    for name in subcommands {
        assert!(commands.iter().any(|(_, words)| words[1] == *name), "none is of {name}");
    }
    // the wrong twin
    let wrong = listed("x  sample --gama 2\ny  plot tilts");
    assert!(wrong.iter().all(|(_, words)| check(words, "").is_err()) && wrong.len() == 2);
}
