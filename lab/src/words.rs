//! The words of a command line as clap understands them: a value below zero is a value.

use clap::Command;
use scorelab::number;
use std::ffi::OsString;

/// The words, in which a flag and the numbers behind it that begin with a minus are one word.
///
/// ```text
/// --gamma -1,0,1 → --gamma=-1,0,1      --gamma −.5 (U+2212) → --gamma=-.5      --gamma "-1, 2" → --gamma=-1,2
/// ```
///
/// Without it clap takes what begins with a minus for a flag.
pub fn joined(words: impl IntoIterator<Item = OsString>, program: &Command) -> Vec<OsString> {
    let mut all: Vec<OsString> = Vec::new();
    let (mut command, mut flag_before, mut ended) = (program, false, false);
    for word in words {
        let text = word.to_str().unwrap_or("");
        if flag_before
            && !ended
            && let Some(value) = below_zero(text)
        {
            let flag = all.pop().expect("a flag came before");
            let flag = flag.to_string_lossy().into_owned(); // a flag that is known is text
            all.push(format!("{flag}={value}").into());
            flag_before = false;
            continue;
        }
        ended |= text == "--";
        flag_before = text.strip_prefix("--").is_some_and(|flag| takes_value(command, flag));
        if !text.starts_with('-')
            && let Some(sub) = command.find_subcommand(text)
        {
            command = sub;
        }
        let within = text.split_once('=').filter(|(flag, _)| flag.starts_with("--"));
        let value = within.and_then(|(flag, value)| Some(format!("{flag}={}", numbers(value)?)));
        all.push(
            value
                .map_or_else(|| numbers(text).map_or(word.clone(), OsString::from), OsString::from),
        );
    }
    all
}

/// A value that begins with a minus: numbers, or what begins with a digit, for no flag does.
fn below_zero(text: &str) -> Option<String> {
    let digit = |c: char| c.is_ascii_digit() || c == '.';
    let own = || text.strip_prefix('-')?.starts_with(digit).then(|| text.into());
    numbers(text).filter(|n| n.starts_with('-')).or_else(own)
}

/// Numbers separated by commas, with a plain minus and no spaces; `None` if there is anything else, or no need.
fn numbers(text: &str) -> Option<String> {
    let odd = text.contains(['−', ' ']) || text.starts_with('-');
    let all = odd && text.split(',').all(|part| number::parse(part).is_some());
    all.then(|| text.split(',').map(str::trim).collect::<Vec<_>>().join(",").replace('−', "-"))
}

/// A word as a shell reads it.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:@%,\\".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Whether a flag of this name stands before a value.
fn takes_value(command: &Command, flag: &str) -> bool {
    let found = command.get_arguments().find(|arg| arg.get_long() == Some(flag));
    found.is_some_and(|arg| arg.get_action().takes_values() && !arg.is_require_equals_set())
}
