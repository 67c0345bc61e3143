//! A configuration file: the flags of the subcommands, by their long names.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use scorelab::data::did_you_mean;
use scorelab::{Error, Result};
use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use toml::{Table, Value};

/// Larger files are refused.
const MOST_BYTES: u64 = 1 << 20;

/// The words that a file adds to the command line of one subcommand: those that the user has not given there.
///
/// ```toml
/// seed = 7                # a flag of every subcommand that has it
/// [sample]                # flags of one subcommand, which take precedence over those above
/// steps = 128
/// gamma = [1, 2]
/// ```
///
/// # Errors
/// If a key is not a flag, or a value is of a type that no flag takes.
pub fn words(
    all: &Table,
    program: &Command,
    name: &str,
    given: &ArgMatches,
) -> std::result::Result<Vec<OsString>, String> {
    check(all, program)?;
    let sub = program.find_subcommand(name).expect("the subcommand that was asked for");
    let own = all.get(name).and_then(Value::as_table);
    let mut words = Vec::new();
    for arg in sub.get_arguments() {
        let Some(flag) = arg.get_long() else { continue };
        let named = |table: &'_ Table| names(arg).find_map(|name| table.get(name).cloned());
        let value = own.and_then(named).or_else(|| named(all));
        let typed = given.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
        if let Some(value) = value.filter(|_| !typed) {
            let text = text(&value).ok_or_else(|| {
                let kind = value.type_str();
                format!("{flag} is a {kind}, but it must be a text, a number, true, false or a list of these")
            })?;
            words.push(format!("--{flag}={text}").into());
        }
    }
    Ok(words)
}

/// The flags in a subcommand's own table.
pub fn own(all: &Table, name: &str) -> impl Iterator<Item = String> {
    all.get(name).and_then(Value::as_table).into_iter().flat_map(|own| own.keys().cloned())
}

/// The table of a file.
pub fn read(path: &Path) -> Result<Table> {
    let io = |e| Error::io("read", path, e);
    let wrong = |why: String| Error::File { path: path.into(), why };
    let mut text = String::new();
    if path.is_dir() {
        return Err(wrong("it is a folder, but a TOML file must be here".into()));
    }
    let file = std::fs::File::open(path).map_err(io)?;
    file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(io)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(wrong(format!(
            "it is larger than {MOST_BYTES} bytes; a configuration has only a few lines"
        )));
    }
    parse(&text).map_err(wrong)
}

/// The table of a text.
pub fn parse(text: &str) -> std::result::Result<Table, String> {
    text.parse().map_err(|e: toml::de::Error| {
        let line =
            e.span().map_or(0, |s| text[..s.start.min(text.len())].matches('\n').count() + 1);
        format!("line {line}: {}", e.message().lines().next().unwrap_or("this is not TOML"))
    })
}

/// The long names of a flag, the usual one first.
fn names(arg: &Arg) -> impl Iterator<Item = &str> {
    arg.get_long().into_iter().chain(arg.get_all_aliases().into_iter().flatten())
}

/// Whether a key, or one of its table, is another configuration.
fn names_another((key, value): (&String, &Value)) -> bool {
    key == "config" || value.as_table().is_some_and(|own| own.contains_key("config"))
}

/// Refuses unknown keys.
pub fn check(all: &Table, program: &Command) -> std::result::Result<(), String> {
    let flags = |sub: &Command| -> Vec<String> {
        sub.get_arguments().flat_map(names).map(String::from).collect()
    };
    let subs: Vec<&Command> = program.get_subcommands().collect();
    let known: Vec<String> = subs.iter().flat_map(|s| flags(s)).collect();
    if all.iter().any(names_another) {
        return Err("config is given, but one file cannot name another; give --config where the program is called".into());
    }
    for (key, value) in all {
        match (value, subs.iter().find(|s| s.get_name() == key)) {
            (Value::Table(own), Some(sub)) => {
                let known = flags(sub);
                if let Some(key) = own.keys().find(|k| !known.contains(k)) {
                    let hint = did_you_mean(key, known.iter().map(String::as_str));
                    let sub = sub.get_name();
                    return Err(format!(
                        "{key:?} in [{sub}] is not a flag of scorelab {sub}{hint}"
                    ));
                }
            }
            (_, None) if known.contains(key) => {}
            (_, Some(sub)) => {
                return Err(format!(
                    "{key} is a subcommand: write its flags under [{}]",
                    sub.get_name()
                ));
            }
            _ => {
                let names =
                    known.iter().map(String::as_str).chain(subs.iter().map(|s| s.get_name()));
                let hint = did_you_mean(key, names);
                return Err(format!("{key:?} is not a flag of any subcommand{hint}"));
            }
        }
    }
    Ok(())
}

/// A value as the command line spells it.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Integer(i) => Some(i.to_string()),
        Value::Float(x) => Some(x.to_string()),
        Value::Boolean(b) => Some(b.to_string()),
        Value::Array(values) => {
            let parts: Option<Vec<String>> = values.iter().map(text).collect();
            parts.map(|p| p.join(","))
        }
        Value::Datetime(_) | Value::Table(_) => None,
    }
}
