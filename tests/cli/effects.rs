//! A flag of an experiment changes what it writes, or is refused: told from its own help, for those that train nothing.

use super::{Folder, run_experiment};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Experiments that train nothing, with a setting that is small; `one-1d` and `two-1d` are scenes of the test's own.
const CHEAP: [(&str, &str); 4] = [
    ("bayes_decomposition", "--samples 40 --scene animals"),
    ("hybrid", "--samples 40 --steps 4 --gamma 0,1,3 --scene animals"),
    ("interval", "--samples 40 --steps 4 --scene one-1d"),
    ("your_guidance", "--samples 40 --steps 4 --scene animals"),
];

/// A scene on a line, each of whose classes has two modes, one far away.
fn on_a_line(far: f64) -> String {
    let part = |label: &str, mean: f64| {
        format!("[[component]]\nweight = 1\nmean = [{mean:?}]\nsd = 0.5\nlabel = {label:?}\n")
    };
    let parts = [part("A", 0.0), part("A", far), part("B", 2.0), part("B", -far)];
    format!("name = \"line\"\n{}", parts.concat())
}

/// Flags that change no number, or how figures look.
const NO_NUMBER: [&str; 12] = [
    "all", "format", "formats", "help", "lang", "memory", "out", "panel", "quick", "svg-text",
    "theme", "threads",
];

/// The flags that a help lists.
fn listed(help: &str) -> BTreeSet<String> {
    let flags = help.lines().filter_map(|line| line.trim().split("--").nth(1));
    let name = |rest: &str| {
        rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect::<String>()
    };
    flags.map(name).filter(|flag| !flag.is_empty()).collect()
}

/// Every number that an experiment has written, by file; the record tells the flags themselves and is left out.
fn written(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let text = match name.ends_with(".json") {
            false => text,
            true => {
                let mut told: serde_json::Value = serde_json::from_str(&text).unwrap();
                told["meta"] = serde_json::Value::Null;
                told.to_string()
            }
        };
        files.insert(name, text);
    }
    files
}

/// The folder of a joint network of a few steps.
fn joint_network(folder: &Path) -> String {
    let run = folder.join("joint").display().to_string();
    let train = "train --model joint --points 100 --batch 64 --steps 2 --out";
    let words = train.split(' ').chain([run.as_str()]);
    let ended = Command::new(env!("CARGO_BIN_EXE_scorelab")).args(words).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    run
}

#[test]
fn every_flag_of_an_experiment_changes_what_is_written_or_is_refused() {
    let folder = Folder::new("effects");
    let help = |name: &str| listed(&run_experiment(name, &["--help"]).out);
    let all: BTreeSet<String> = help("lecture_figures").union(&help("digits")).cloned().collect();
    assert!(all.len() > 15, "{all:?}");
    let scenes = [("one-1d", 9.0), ("two-1d", 10.0)]
        .map(|(name, far)| folder.write(&format!("{name}.toml"), &on_a_line(far)));
    let [one, two] = scenes.map(|path| path.display().to_string());
    let net = joint_network(&folder.0);
    let tried = |(name, small): &(&str, &str)| {
        let (name, line) = (*name, small.contains("one-1d"));
        let small = &small.replace("one-1d", &one);
        let own = help(name);
        let run = |flag: &str, words: &str| {
            let out = folder.0.join(format!("{name}-{flag}"));
            let words = format!("--quick --format csv,json {words} --out {}", out.display());
            let words: Vec<&str> = words.split_whitespace().collect();
            let ended = run_experiment(name, &words);
            assert!(matches!(ended.code, Some(0..=2)), "{name} {words:?}: {}", ended.err);
            (ended.code != Some(2)).then(|| written(&out))
        };
        let before = run("", small).unwrap();
        let mut effective = 0;
        for flag in all.iter().filter(|flag| !NO_NUMBER.contains(&flag.as_str())) {
            let value = match flag.as_str() {
                "scene" if line => two.as_str(),
                "scene" => "three",
                "data" => ".",
                "score" => net.as_str(),
                "class" | "seed" => "1",
                "gamma" => "2.5",
                "gradient-scale" => "0.5",
                "process" => "ve",
                "sampler" => "sde",
                "steps" => "6",
                "samples" => "60",
                "train-steps" => "5",
                new => panic!("--{new} is a new flag: give another value of it here"),
            };
            let mut words: Vec<&str> = small.split_whitespace().collect();
            let with = format!("--{flag}");
            match words.iter().position(|word| *word == with) {
                Some(at) => words[at + 1] = value,
                None => words.extend([with.as_str(), value]),
            }
            let after = run(flag, &words.join(" "));
            match (own.contains(flag), after) {
                (false, after) => assert!(after.is_none(), "{name} {with} is hidden, and accepted"),
                (true, None) => panic!("{name} {with} is offered, and refused"),
                (true, Some(after)) => {
                    assert_ne!(after, before, "{name} {with} {value} changes nothing");
                    effective += 1;
                }
            }
        }
        effective
    };
    let effective: usize = CHEAP.par_iter().map(tried).sum();
    assert!(effective > 20, "{effective}");
}

#[test]
fn every_gamma_that_is_asked_for_is_drawn() {
    let folder = Folder::new("gammas");
    let out = folder.0.join("out");
    let words = format!(
        "--quick --samples 40 --steps 4 --gamma 0,1,4 --format json --out {}",
        out.display()
    );
    let words: Vec<&str> = words.split_whitespace().collect();
    assert_eq!(run_experiment("hybrid", &words).code, Some(0));
    let told: Vec<String> = written(&out).into_values().collect();
    let figures: Vec<&String> = told.iter().filter(|text| text.contains("\"γ = 4: ")).collect();
    assert_eq!(figures.len(), 2, "F8 of both arms");
    assert!(told.iter().all(|text| !text.contains("γ = 10")));
}
