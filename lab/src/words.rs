//! The words of a command line as clap understands them: a value below zero is a value.

use clap::Command;
use scorelab::number;
use std::ffi::OsString;

/// The words, in which a flag and the numbers behind it that begin with a minus are one word.
///
/// ```text
/// --gamma -1,0,1 → --gamma=-1,0,1      --gamma −.5 (U+2212) → --gamma=-.5
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
            && let Some(numbers) = numbers(text).filter(|n| n.starts_with('-'))
        {
            let flag = all.pop().expect("a flag came before");
            let flag = flag.to_string_lossy().into_owned(); // a flag that is known is text
            all.push(format!("{flag}={numbers}").into());
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

/// Numbers separated by commas, with a plain minus; `None` if there is anything else, or no minus sign.
fn numbers(text: &str) -> Option<String> {
    let signed = text.contains('−') || text.starts_with('-');
    let all = signed && text.split(',').all(|part| number::parse(part).is_some());
    all.then(|| text.replace('−', "-"))
}

/// Whether a flag of this name stands before a value.
fn takes_value(command: &Command, flag: &str) -> bool {
    let found = command.get_arguments().find(|arg| arg.get_long() == Some(flag));
    found.is_some_and(|arg| arg.get_action().takes_values() && !arg.is_require_equals_set())
}
