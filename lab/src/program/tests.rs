use super::combinations::Combinations;
use super::command::{Command, Program, Understood, understand, usage};
use super::config;
use crate::words::joined;
#[path = "../../../tests/common/damage.rs"]
mod damage;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use damage::damaged;
use rand::Rng;
use rayon::prelude::*;
use scorelab::rng::{Purpose, stream};
use scorelab_figures::plot::{Format, Lang};
use std::ffi::OsString;

const MANY: u64 = 100_000;

#[test]
fn no_damage_to_a_configuration_or_a_grid_is_a_panic() {
    let whole = "seed = 5\nclass = \"dog\"\ngamma = [0, 1.5]\n[sample]\nsamples = 30\nsteps = 8\n[train]\nresidual = true\n\
                 learning-rate = 3e-3\n[grid.train]\nwidth = [8, 16]\nrepeats = 2\n[grid.eval]\ngamma = [[1, 2], 3]\n";
    let words = [
        "[",
        "]",
        "=",
        "\"",
        "1e999",
        "nan",
        "-",
        "9999999999999999999999",
        "[[",
        "grid",
        "train",
        "repeats = 7",
        "\n",
    ];
    let program = Program::command();
    let refused = |i: u64| {
        let bytes = damaged(whole.as_bytes(), &words, &mut stream(9, Purpose::Reference, 1, i));
        let text = String::from_utf8_lossy(&bytes);
        let table = match config::parse(&text) {
            Ok(table) => table,
            Err(why) => return Some(why),
        };
        // of what is left of a grid every run is looked at; one in eight, for a run takes a while
        let grid = i.is_multiple_of(8).then(|| Combinations::of(&table).err()).flatten();
        grid.or_else(|| config::check(&table, &program).err())
    };
    let told: Vec<Option<String>> = (0..MANY).into_par_iter().map(refused).collect();
    let said: Vec<&String> = told.iter().flatten().collect();
    assert!(said.iter().all(|why| why.lines().count() == 1), "each is one sentence");
    assert!(
        said.len() > 50_000 && said.iter().any(|s| s.contains("did you mean")),
        "{}",
        said.len()
    );
}

#[test]
fn no_damage_to_a_command_line_is_a_panic() {
    let lines = [
        "train --model joint --scene three --steps 40 --learning-rate 1e-3 --residual --p-drop 0.2 --out x",
        "train --resume out/x --threads 2 --memory 3",
        "sample --score exact --class dog --gamma 2 --interval 0.1,1 --sampler heun --process ve --format json",
        "eval --class 1 --gamma=-1,0,2.5 --classifier exact --gradient-scale 0.5 --sigma 1,2",
        "field --grid=-1,1,3 --t 0.5 --points p.csv",
        "sweep grid.toml --shard 1/6 --merge",
        "data --scene ring8 --points 10 --out x.npz",
        "info x",
        "check 3 0.5 --lang vi",
        "check 1 --points --out p.csv",
    ];
    let words = [
        "--",
        "-",
        "=",
        "nan",
        "-inf",
        "1e999",
        "99999999999999999999",
        ",",
        "\u{0}",
        "é",
        "--steps",
        "--help",
    ];
    let told: Vec<(usize, usize)> = (0..rayon::current_num_threads() as u64)
        .into_par_iter()
        .map(|thread| {
            let mut program = Program::command();
            let (mut refused, mut understood) = (0, 0);
            for i in (thread..MANY).step_by(rayon::current_num_threads()) {
                let mut rng = stream(9, Purpose::Reference, 2, i);
                let bytes = damaged(lines[i as usize % lines.len()].as_bytes(), &words, &mut rng);
                let mut all: Vec<OsString> = vec!["scorelab".into()];
                all.extend(String::from_utf8_lossy(&bytes).split(' ').map(OsString::from));
                if rng.random_range(0..4) == 0 {
                    let (a, b) = (rng.random_range(1..all.len()), rng.random_range(1..all.len()));
                    all.swap(a, b);
                }
                let parsed = program.try_get_matches_from_mut(all);
                match parsed.and_then(|m| Program::from_arg_matches(&m)) {
                    Ok(_) => understood += 1,
                    Err(e) if e.use_stderr() => {
                        assert_eq!(usage(&e).to_string().lines().count(), 1, "{e}");
                        refused += 1;
                    }
                    Err(_) => {} // help was asked for
                }
            }
            (refused, understood)
        })
        .collect();
    let (refused, understood) = told.iter().fold((0, 0), |(a, b), (r, u)| (a + r, b + u));
    assert!(refused > 30_000 && understood > 5_000, "{refused} refused, {understood} understood");
}

/// What clap says to these words, if anything.
fn kind(words: &[&str]) -> Option<ErrorKind> {
    let program = Program::command();
    let words = words.iter().map(OsString::from);
    program.clone().try_get_matches_from(joined(words, &program)).err().map(|e| e.kind())
}

/// The flags with a value of every subcommand.
fn flags() -> Vec<(String, clap::Arg)> {
    let program = Program::command();
    let of = |sub: &clap::Command| {
        let name = sub.get_name().to_string();
        let valued = |arg: &&clap::Arg| arg.get_long().is_some() && arg.get_action().takes_values();
        let args: Vec<clap::Arg> = sub.get_arguments().filter(valued).cloned().collect();
        args.into_iter().map(move |arg| (name.clone(), arg)).collect::<Vec<_>>()
    };
    program.get_subcommands().flat_map(of).collect()
}

#[test]
fn every_number_of_every_flag_may_be_below_zero() {
    let (mut numbers, mut lists, mut apart) = (0, 0, 0);
    for (sub, arg) in flags() {
        let flag = format!("--{}", arg.get_long().unwrap());
        let wrong = [ErrorKind::ValueValidation, ErrorKind::InvalidValue];
        let asked = |value: &str| match arg.is_require_equals_set() {
            true => kind(&["scorelab", &sub, &format!("{flag}={value}")]),
            false => kind(&["scorelab", &sub, &flag, value]),
        };
        let taken = |value: &str| {
            asked(value).is_none_or(|k| !wrong.contains(&k) && k != ErrorKind::UnknownArgument)
        };
        if !taken("1") || taken("word") {
            continue; // it takes no number
        }
        numbers += 1;
        let real = taken("0.5");
        for value in ["-1", "−1", "-.5", "-1e-1", "−1e−1", "-inf"] {
            // a count below zero is no count, and is told to be none
            assert_ne!(asked(value), Some(ErrorKind::UnknownArgument), "{sub} {flag} {value}");
            assert_eq!(taken(value), real, "{sub} {flag} {value}");
        }
        if real && arg.get_value_delimiter().is_some() {
            lists += 1;
            assert!(taken("-1,0,1") && taken("−.5,-1e-1,2"), "{sub} {flag}");
        }
        let plain = Program::command().try_get_matches_from(["scorelab", &sub, &flag, "-1,0,1"]);
        apart += usize::from(plain.is_err_and(|e| e.kind() == ErrorKind::UnknownArgument));
    }
    assert!(numbers > 40 && lists > 5, "{numbers} flags take numbers, {lists} lists of them");
    assert!(apart > 20, "the wrong twin: words that are not joined are flags");
    assert_eq!(kind(&["scorelab", "check", "10", "-1,2,3", "--lang", "vi"]), None);
    assert_eq!(kind(&["scorelab", "check", "10", "−1,2,3"]), None);
    assert_eq!(kind(&["scorelab", "check", "--lang", "vi", "--points", "1"]), None);
    assert_eq!(
        kind(&["scorelab", "sample", "--gamma", "--steps", "5"]),
        Some(ErrorKind::InvalidValue)
    );
}

#[test]
fn what_the_help_prints_can_be_typed() {
    let mut typed = 0;
    for (sub, arg) in flags() {
        let flag = format!("--{}", arg.get_long().unwrap());
        let given: Vec<&str> = arg.get_default_values().iter().filter_map(|v| v.to_str()).collect();
        if given.is_empty() || arg.is_require_equals_set() {
            continue;
        }
        typed += 1;
        let wrong =
            [ErrorKind::ValueValidation, ErrorKind::InvalidValue, ErrorKind::UnknownArgument];
        let said = kind(&["scorelab", &sub, &flag, &given.join(",")]);
        assert!(said.is_none_or(|k| !wrong.contains(&k)), "{sub} {flag} {given:?}: {said:?}");
    }
    assert!(typed > 60, "{typed}");
}

#[test]
fn every_subcommand_takes_a_language() {
    for sub in Program::command().get_subcommands() {
        let lang = sub.get_arguments().find(|arg| arg.get_long() == Some("lang"));
        assert!(lang.is_some(), "{}", sub.get_name());
    }
}

#[test]
fn format_and_formats_are_one_notion() {
    let read = |flag: &str, configuration: &str| {
        let folder = std::env::temp_dir();
        let path = folder.join(format!("scorelab-{}-formats.toml", std::process::id()));
        let words = format!("scorelab plot field {flag} --config {}", path.display());
        let words: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
        let table = config::parse(configuration);
        let found = understand(&words, &|_| Ok(table.clone().unwrap()));
        let Ok(Understood::Command(command)) = found else { panic!("{flag} {configuration}") };
        let Command::Plot(plot) = *command else { panic!() };
        plot.look.format
    };
    let both = [Format::Csv, Format::Json];
    assert_eq!(read("--format csv,json", ""), both);
    assert_eq!(read("--formats csv,json", ""), both);
    for key in ["format", "formats"] {
        assert_eq!(read("", &format!("[plot]\n{key} = [\"csv\", \"json\"]")), both);
        assert_eq!(read("--format png", &format!("[plot]\n{key} = \"csv\"")), [Format::Png]);
    }
    assert_ne!(read("", ""), both);
}

#[test]
fn a_folder_of_answers_is_not_named_as_a_file() {
    let mut folders = Vec::new();
    for (sub, arg) in flags() {
        let folder =
            arg.get_value_names().is_some_and(|names| names.iter().any(|n| n.as_str() == "FOLDER"));
        if arg.get_long() != Some("out") || !folder {
            continue;
        }
        folders.push(sub.clone());
        for (name, right) in [
            ("new.png", false),
            ("new.SVG", false),
            ("new.csv", false),
            ("new.safetensors", false),
            ("new", true),
            ("v0.1", true),
        ] {
            let words = format!("scorelab {sub} --out {name} field");
            let words = words.split_whitespace().map(String::from);
            let words = words.filter(|word| sub == "plot" || sub == "sweep" || word != "field");
            let well = match super::command::understood(words).unwrap() {
                Command::Plot(plot) => plot.look.output(plot.out, Lang::En).is_ok(),
                Command::Lecture(c) => c.look.output(c.out, Lang::En).is_ok(),
                other => other.ending().is_ok(),
            };
            assert_eq!(well, right, "{sub} {name}");
        }
    }
    assert_eq!(folders, ["train", "plot", "lecture", "sweep"]);
}

#[test]
fn no_subcommand_writes_a_file_whose_name_promises_another_format() {
    let mut files = Vec::new();
    for (sub, arg) in flags() {
        let file =
            arg.get_value_names().is_some_and(|names| names.iter().any(|n| n.as_str() == "FILE"));
        if arg.get_long() != Some("out") || !file {
            continue;
        }
        files.push(sub.clone());
        for (name, right) in [
            ("x.parquet", false),
            ("x.xlsx", false),
            ("x.csv", true),
            ("x.JSON", true),
            ("x.txt", true),
        ] {
            let words = ["scorelab", &sub, "--out", name].map(String::from);
            let command = super::command::understood(words).unwrap();
            assert_eq!(command.ending().is_ok(), right, "{sub} {name}");
        }
    }
    assert_eq!(files, ["sample", "eval", "field", "data", "check"]);
}
