//! Every command of the documents is understood, and `scorelab` runs those that are not marked as too long.

use super::markdown::{Block, blocks, documents, words};
use super::{examples, read};
use crate::common::repository;
use scorelab_lab::{Defaults, program};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// What begins a command that is neither `scorelab` nor an experiment, and what runs it.
const ELSEWHERE: [(&str, &str); 25] = [
    (".ci/", "it is the continuous integration"),
    ("EVCXR_TMPDIR=", "notebooks/run_all"),
    ("LESSONS=", "the continuous integration"),
    ("SCORELAB_", "the continuous integration"),
    ("benches/peers/run", "whoever measures"),
    ("cargo bench", "whoever measures"),
    ("cargo build", "the continuous integration"),
    ("cargo run --release -p scorelab-benches", "whoever measures"),
    ("cargo doc", "the continuous integration"),
    ("cargo install", "the release, which builds the same program, or notebooks/run_all"),
    ("cargo run -p scorelab-notebooks", "the tests of the course"),
    ("cargo test", "the continuous integration"),
    ("cargo tree", "nothing: it lists what is linked"),
    ("jupyter notebook", "notebooks/run_all"),
    ("lab/page/test/run", "the continuous integration"),
    ("notebooks/run_all", "the continuous integration"),
    ("pip install", "python/run_tests"),
    ("python tests/interop/", "the continuous integration"),
    ("python/run_tests", "the continuous integration"),
    ("python3 -m pip install", "python/run_tests"),
    ("python3 -m venv", "python/run_tests"),
    ("target/python/bin/python", "python/run_tests"),
    ("tests/cluster/run", "whoever has Slurm"),
    ("tests/golden/run", "the continuous integration"),
    ("cargo clippy", "the continuous integration"),
];

/// The program's own words of a command, if it is one of the program.
fn own(command: &str) -> Option<Vec<String>> {
    let rest = command.strip_prefix("scorelab ").or(command.strip_prefix("cargo run -- "))?;
    Some(words(rest))
}

/// The experiment of a command, and its words.
fn experiment(command: &str) -> Option<(String, Vec<String>)> {
    let rest = words(command.strip_prefix("cargo run --example ")?);
    let flags = rest.iter().skip_while(|word| *word != "--").skip(1).cloned().collect();
    Some((rest[0].clone(), flags))
}

/// Why nothing understands this command, if so.
fn unknown(command: &str) -> Option<String> {
    let os = |first: &str, rest: Vec<String>| -> Vec<OsString> {
        [first.to_string()].into_iter().chain(rest).map(OsString::from).collect()
    };
    if let Some(own) = own(command) {
        return program::check(&os("scorelab", own), "").err().map(|why| why.to_string());
    }
    if let Some((name, flags)) = experiment(command) {
        if !examples().contains(&name) {
            return Some(format!("there is no experiment {name}"));
        }
        let all = [Defaults::LECTURE, Defaults::IMAGES, Defaults::CAPTIONS];
        let all = all.map(|defaults| Defaults { methods: true, ..defaults });
        let parsed = all.map(|defaults| {
            let program = defaults.command("experiment", "");
            let parsed = defaults.parse(&program, os("experiment", flags.clone()));
            parsed.err().filter(|why| why.use_stderr()) // help is no error
        });
        return parsed.into_iter().min_by_key(Option::is_some)?.map(|why| why.to_string());
    }
    let known = ELSEWHERE.iter().any(|(begin, _)| command.starts_with(begin));
    (!known).then(|| "it is neither `scorelab` nor an experiment, nor known otherwise".into())
}

#[test]
fn every_command_of_the_documents_is_understood() {
    let mut seen = 0;
    for document in documents() {
        for block in blocks(&read(&document)) {
            for command in &block.commands {
                let why = unknown(command);
                assert_eq!(why, None, "{document}:{}: {command}", block.line);
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen} commands");
    // the twins
    for wrong in [
        "scorelab sample --gama 2",
        "cargo run -- plot no-such-figure",
        "cargo run --example classifier_guidance -- --gama 2",
        "cargo run --example no_such_experiment",
        "make all",
    ] {
        assert!(unknown(wrong).is_some(), "{wrong}");
    }
}

/// A folder that is removed when it goes out of sight.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Flags that make a command a matter of a moment, for each subcommand.
fn small(words: &[String]) -> &'static [(&'static str, &'static str)] {
    match words[0].as_str() {
        "train" => &[
            ("--points", "1000"),
            ("--steps", "40"),
            ("--batch", "64"),
            ("--width", "16"),
            ("--depth", "2"),
        ],
        "sample" | "eval" => &[("--samples", "60"), ("--steps", "8")],
        "plot" if words[1] == "composition" => &[("--samples", "70"), ("--steps", "3")],
        "plot" => &[("--frames", "2")],
        _ => &[],
    }
}

/// The words with these flags in place of what they say, or added.
fn with(mut words: Vec<String>, flags: &[(&str, &str)]) -> Vec<String> {
    let file = words.windows(2).any(|two| two[0] == "--samples" && two[1].parse::<u32>().is_err());
    if file || words.iter().any(|word| word == "--start") {
        return words; // samples of a file are measured or walked from, and their number is that of its rows
    }
    for (flag, value) in flags {
        let at = words.iter().position(|word| word == flag);
        match at {
            Some(at) => words[at + 1] = (*value).into(),
            None if *flag == "--frames" => {} // most figures have none
            None => words.extend([flag.to_string(), value.to_string()]),
        }
    }
    words
}

/// Runs a command of the program in a folder; what it prints.
fn run(folder: &Path, words: &[String], told: &str) -> String {
    let began = Instant::now();
    let ended =
        Command::new(env!("CARGO_BIN_EXE_scorelab")).args(words).current_dir(folder).output();
    let ended = ended.expect("the program");
    println!("{:.2} s {told}", began.elapsed().as_secs_f64());
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    // 1: an answer to an exercise that is wrong on purpose
    let well = ended.status.success() || words[0] == "check" && ended.status.code() == Some(1);
    assert!(well, "{told}: {said}");
    String::from_utf8(ended.stdout).expect("text")
}

/// Two classes of points, as a table.
fn points() -> String {
    let row = |i: usize| {
        let (side, label) = if i.is_multiple_of(2) { (-1.0, "left") } else { (1.0, "right") };
        format!("{},{},{label}\n", side * (1.5 + 0.01 * i as f64), 0.05 * (i % 9) as f64)
    };
    std::iter::once("x,y,label\n".into()).chain((0..80).map(row)).collect()
}

/// A grid of two runs, without training.
const GRID: &str =
    "[eval]\nscene = \"three\"\nclass = 0\nsamples = 60\nsteps = 8\n[grid.eval]\ngamma = [1, 2]\n";

/// Runs a command of a block in a folder, made small unless the document shows what it prints.
fn run_shown(folder: &Path, command: &str, words: Vec<String>, shown: Option<&String>) {
    let Some(shown) = shown else {
        let flags = small(&words);
        run(folder, &with(words, flags), command);
        return;
    };
    let said = run(folder, &words, command);
    let said: Vec<&str> = said.lines().map(str::trim_end).collect();
    assert_eq!(said.join("\n").trim(), shown.trim(), "{command}");
}

#[test]
fn the_commands_of_the_documents_run_one_after_the_other() {
    let path = std::env::temp_dir().join(format!("scorelab-{}-d-commands", std::process::id()));
    std::fs::create_dir_all(&path).expect("a folder");
    let folder = Folder(path);
    for (name, text) in [("points.csv", points()), ("grid.toml", GRID.into())] {
        std::fs::write(folder.0.join(name), text).expect("a file");
    }
    let scene = repository("experiments/scenes/cross.toml");
    std::fs::copy(scene, folder.0.join("mine.toml")).expect("a scene");
    // what two documents say runs once; the tests of the deck run `lecture`
    let mut ran = BTreeSet::new();
    for document in documents().iter() {
        // those in Vietnamese say the same, and what is printed in Vietnamese
        let runs = |block: &&Block| block.output.is_some() || !document.ends_with(".vi.md");
        let blocks = blocks(&read(document));
        for block in blocks.iter().filter(|block| block.not_run.is_none()).filter(runs) {
            for (i, command) in block.commands.iter().enumerate() {
                let here = |words: &Vec<String>| words[0] != "lecture" && ran.insert(words.clone());
                let Some(words) = own(command).filter(here) else { continue };
                let last = i + 1 == block.commands.len();
                let shown = block.output.as_ref().filter(|_| last);
                run_shown(&folder.0, &format!("{document}: {command}"), words, shown);
            }
        }
    }
    assert!(ran.len() > 50, "{} commands", ran.len());
}
