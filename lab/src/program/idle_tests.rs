//! Every flag of every subcommand changes the answer, or is refused; and what is refused for want of an effect has none.

use super::command::{Command, Program};
use super::effect_tests::{CAPTION_TRAINING, Folder, command};
use crate::given::{Given, without_effect};
use crate::vietnamese::vietnamese;
use clap::CommandFactory;
use rayon::prelude::*;
use scorelab::Result;
use scorelab::checkpoint::{self, Architecture, Kind};
use scorelab::nn::{Mlp, Transformer};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where an answer goes, what is said in which language, what is taken of the machine, and when a training is saved or shown.
const NO_ANSWER: [&str; 15] = [
    "config",
    "every",
    "format",
    "help",
    "idx",
    "lang",
    "memory",
    "out",
    "resume",
    "show",
    "threads",
    "no-header", // the other of two flags, of which one is tried
    "batch",
    "ema",
    "warmup", // alike in the first steps of a small training
];

/// The files that the ways name.
struct Files {
    folder: Folder,
    scenes: [String; 2],
    joint: [String; 2],
    noisy: [String; 2],
    images: [String; 2],
    judge: [String; 2],
    captions: [String; 2],
    idx: String,
    points: [String; 2],
    pixels: [String; 2],
    own: [String; 2],
}

impl Files {
    fn new(name: &str) -> Files {
        let folder = Folder::new(name);
        let scenes = [("one.toml", 2.0), ("two.toml", 2.4)].map(|(n, x)| folder.scene(n, x));
        let of = |name: &str, model, seed| {
            folder.network(&format!("{name}{seed}"), &scenes[0], model, (seed, 0.1))
        };
        let points = [("p1.csv", "0,1\n1,0\n2,3\n0,0\n"), ("p2.csv", "0,1\n1,0\n2,3\n1,1\n")];
        let points = points.map(|(name, text)| folder.file(name, text));
        let pixels = [("x1.csv", 0.02), ("x2.csv", 0.03)].map(|(name, step)| {
            let row: Vec<String> =
                (0..784).map(|i| f64::sin(step * i as f64).to_string()).collect();
            folder.file(name, &format!("{}\n", row.join(",")))
        });
        let own = [("o1.csv", 1.3), ("o2.csv", 1.7)].map(|(name, step)| {
            let row = |i| format!("{},{}\n", f64::sin(step * i as f64), 0.1 * i as f64);
            folder.file(name, &(0..30).map(row).collect::<String>())
        });
        let idx = folder.path("idx");
        let Command::Data(data) =
            command(&format!("data --data digits --points 300 --seed 5 --idx {idx}"))
        else {
            panic!()
        };
        data.run().unwrap();
        Files {
            joint: [1, 2].map(|seed| of("j", Kind::Joint, seed)),
            noisy: [1, 2].map(|seed| of("n", Kind::Noisy, seed)),
            images: [1, 2].map(|seed| folder.of_images("i", "joint", seed)),
            judge: [3, 4].map(|seed| folder.of_images("g", "clean", seed)),
            captions: [1, 2].map(|seed| folder.of_captions("captions", seed)),
            folder,
            scenes,
            idx,
            points,
            pixels,
            own,
        }
    }

    /// The ways in which each subcommand is used.
    fn ways(&self) -> Vec<String> {
        let Files { scenes: [scene, _], joint: [joint, worse], noisy: [noisy, _], .. } = self;
        let (images, judge, idx, points) =
            (&self.images[0], &self.judge[0], &self.idx, &self.points[0]);
        let captions = format!("--score {} --caption three --gamma 2", self.captions[0]);
        let own = &self.own[0];
        let few = "--samples 60 --steps 4";
        let train = "--steps 2 --batch 128 --points 400 --width 16 --depth 2";
        let mut ways = vec![
            format!("data --scene {scene} --points 20"),
            format!("data --scene {points} --points 20"),
            "data --data digits --points 20".into(),
            format!("data --data {idx} --points 20"),
            format!("data --data {own} --points 20"),
            format!("field --scene {scene} --class 0 --gamma 2 --grid -1,1,3"),
            format!("field --scene {scene} --class 0 --t 0.5 --grid -1,1,3"),
            format!("field --scene {scene} --points {points} --columns 1,2"),
            format!("field --score {joint} --class 1 --grid -1,1,3"),
            format!("field --scene {scene} --mask x1=0.5 --gamma 2 --grid -1,1,3"),
            format!("eval --samples {own} --scene {scene} --point 1,0 --tolerance 0.5"),
            format!("field --scene {scene} --class 0 --gamma 2 --classifier exact --grid -1,1,3"),
            format!("field --scene {points} --sd 0.5 --columns 1,2 --grid -1,1,3"),
            format!("eval --judge {judge} --score {images} --class 1 {few}"),
            format!("eval --judge {judge} {captions} {few}"),
            format!("sample {captions} --samples 2 --steps 2"),
            format!("sample --score {images} --image 3:0 --mask lower --samples 2 --steps 2"),
            format!("field {captions} --points {} --sigma 1.5", self.pixels[0]),
            "data --data captions --points 20".into(),
            format!("train --model caption {CAPTION_TRAINING}"),
            format!("eval --classifier {noisy} --scene {scene} --samples 60"),
            format!("eval --samples {own} --scene {scene} --columns 1,2"),
            format!("eval --samples {own} --scene {scene} --class 0"),
            format!("eval --samples {own} --scene {points} --sd 0.5"),
        ];
        for sub in ["sample", "eval"] {
            let score = format!("{sub} --scene {scene} {few}");
            ways.push(format!("{sub} --scene {points} --sd 0.5 --columns 1,2 {few}"));
            if sub == "sample" {
                let start = format!("{sub} --scene {scene} --steps 4 --start {own}");
                ways.push(format!("{start} --columns 1,2"));
                ways.push(format!("{start} --class 0 --gamma 2 --sampler sde --trajectory"));
            }
            ways.extend([
                score.clone(),
                format!("{score} --class 0 --gamma 2"),
                format!("{score} --class 0 --gamma 2 --classifier exact"),
                format!("{score} --mask x2=0.5 --gamma 2"),
                format!("{score} --class 0 --mask x1=1 --point 1,0 --tolerance 0.5 --gamma 2"),
                format!("{score} --score {joint} --point 1,0 --tolerance 0.5 --classifier exact"),
                format!("{score} --score {joint}"),
                format!("{score} --score {joint} --class 1 --gamma 2"),
                format!("{score} --score {joint} --class 1 --gamma 2 --guiding {worse}"),
            ]);
        }
        for model in ["score", "joint", "noisy", "clean"] {
            ways.push(format!("train --model {model} --scene {scene} {train}"));
            ways.push(format!("train --model {model} --data digits {train}"));
        }
        ways.push(format!("train --model score --scene {points} --sd 0.5 {train}"));
        let some = train.replace("400", "25");
        ways.push(format!("train --model score --data {own} {some}"));
        ways
    }

    /// Another value of a flag.
    fn other(&self, flag: &str, way: &str) -> String {
        let images = way.contains("images") || way.contains("--data");
        let value = match flag {
            "scene" if way.contains(&self.points[0]) => &self.points[1],
            "scene" => &self.scenes[1],
            "score" if way.contains(&self.captions[0]) => &self.captions[1],
            "score" if images => &self.images[1],
            "score" => &self.joint[1],
            "classifier" => &self.noisy[1],
            "guiding" => &self.joint[0],
            "judge" => &self.judge[1],
            "points" if way.contains(&self.pixels[0]) => &self.pixels[1],
            "points" if way.starts_with("field") => &self.points[1],
            "samples" if way.contains(&self.own[0]) => &self.own[1],
            "data" if way.contains(&self.own[0]) => &self.own[1],
            "data" if way.contains(&self.idx) => "digits",
            "data" => &self.idx,
            "class" => "2",
            "caption" => "four",
            "image" => "4:1",
            "mask" if way.contains("--image") => "left",
            "mask" => "x1=0.4",
            "point" if !way.contains("--tolerance") => "0.8,0.1 --tolerance 0.4",
            "point" => "0.8,0.1",
            "tolerance" => "0.3",
            "columns" => "2,1",
            "gamma" => "1.5",
            "gradient-scale" => "2",
            "interval" => "0.3,3",
            "method" => "apg",
            "set" if way.contains("--classifier") => "gradient-scale=2",
            "set" => "gamma=1.5",
            "also" => "2:0.5",
            "process" => "ve",
            "sampler" if way.contains("sde") => "heun",
            "sampler" => "sde",
            "grid" => "-1,1,4",
            "sigma" => "0.7",
            "t" => "0.4",
            "sd" => "0.3",
            "model" if way.contains("--model joint") => "score",
            "model" => "joint",
            "target" => "eps",
            "start" if way.contains("--start") => &self.own[1],
            "start" => &self.own[0],
            "header" | "residual" | "trajectory" => "",
            "steps" | "samples" | "seed" | "components" | "width" | "features" | "embedding"
            | "depth" => "70",
            "points" => "410",
            "learning-rate" | "clip" => "0.01",
            "patch" => "4",
            "p-drop" | "ema" => "0.5",
            "level-location" | "level-width" => "0.3",
            new => panic!("--{new} is a new flag: give another value of it here"),
        };
        let value = match flag {
            "depth" => "3",
            "steps" | "seed" | "components" => "6",
            _ => value,
        };
        let mut words: Vec<&str> = way.split_whitespace().collect();
        match words.iter().position(|word| *word == format!("--{flag}")) {
            Some(at) if !value.is_empty() => words[at + 1] = value,
            _ => return format!("{way} --{flag} {value}"),
        }
        words.join(" ")
    }

    /// The answer of a command: its file, or the weights that are learned.
    fn answer(&self, command: &mut Command, number: usize) -> Result<Vec<u8>> {
        let path: PathBuf = self.folder.path(&format!("answer-{number}.csv")).into();
        match command {
            Command::Sample(c) => {
                c.out = Some(path.clone());
                c.run()?;
            }
            Command::Eval(c) => {
                c.out = Some(path.clone());
                c.run()?;
            }
            Command::Field(c) => {
                c.out = Some(path.clone());
                c.run()?;
            }
            Command::Data(c) => {
                c.out = Some(path.clone());
                c.run()?;
            }
            Command::Train(c) => {
                let folder = path.with_extension("run");
                let _ = std::fs::remove_dir_all(&folder);
                c.out = Some(folder.clone());
                c.run()?;
                return match c.recipe.model {
                    Kind::Caption => learned::<Transformer>(&folder),
                    _ => learned::<Mlp>(&folder),
                };
            }
            _ => unreachable!("no way of these"),
        }
        Ok(std::fs::read(path).unwrap())
    }
}

/// What a training left: its weights, and what they mean.
fn learned<N: Architecture>(folder: &Path) -> Result<Vec<u8>> {
    let model = checkpoint::find_as::<N>(folder)?.checkpoint.model;
    let target = model.scaling().map(|(target, _)| target);
    Ok(format!("{target:?} {:?}", model.network().params()).into_bytes())
}

#[test]
fn every_column_and_metric_has_vietnamese_words() {
    let files = Files::new("words");
    let coordinate = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()) != name;
    let mut names = BTreeSet::new();
    for way in files.ways().iter().filter(|way| !way.starts_with("train")) {
        let path = files.folder.path("answer.json");
        match command(&format!("{way} --out {path}")) {
            Command::Sample(c) => c.run(),
            Command::Eval(c) => c.run(),
            Command::Field(c) => c.run(),
            Command::Data(c) => c.run(),
            _ => unreachable!("no way of these"),
        }
        .unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let rows: Vec<serde_json::Map<_, _>> = serde_json::from_slice(&bytes).unwrap();
        for row in rows {
            names.extend(row.get("metric").and_then(|name| name.as_str()).map(String::from));
            names.extend(row.into_iter().map(|(key, _)| key));
        }
    }
    let without = |name: &&String| !coordinate(name) && vietnamese(name).is_none();
    let without: Vec<&String> = names.iter().filter(without).collect();
    assert!(without.is_empty(), "{without:?}");
    assert!(names.len() > 20, "{names:?}");
}

/// Whether a flag changed the answer; nothing if it was refused.
fn changed(files: &Files, (way, before): (&str, &[u8]), flag: &str, number: usize) -> Option<bool> {
    let words = files.other(flag, way);
    let mut with = super::effect_tests::understood(&words)?;
    let refusal = without_effect(flag, "").to_string();
    match files.answer(&mut with, number) {
        Ok(after) => {
            assert!(before != &after[..], "without effect, and not refused: {words}");
            Some(true)
        }
        Err(why) if why.to_string().starts_with(&refusal) => {
            with.common_mut().unwrap().given = Given::default();
            let after = files.answer(&mut with, number).unwrap();
            // at γ = 1 a guide changes no more than the rounding, and that a γ is told
            let same = before == &after[..] || flag == "guiding";
            assert!(same, "refused, though it has an effect: {words}: {why}");
            None
        }
        Err(_) => None,
    }
}

#[test]
fn every_flag_changes_the_answer_or_is_refused() {
    let files = Files::new("idle");
    let program = Program::command();
    let mut all: Vec<(String, Vec<&str>)> = Vec::new();
    for way in files.ways() {
        let name = way.split(' ').next().unwrap();
        let sub = program.find_subcommand(name).unwrap();
        let flags = sub.get_arguments().filter_map(|arg| arg.get_long());
        // beside a network the scene only says what the classes are called
        let named = |flag: &str| flag == "scene" && way.contains("--score") && name != "eval";
        let flags = flags.filter(|flag| !NO_ANSWER.contains(flag) && !named(flag)).collect();
        all.push((way, flags));
    }
    let found = all.par_iter().enumerate().flat_map_iter(|(place, (way, flags))| {
        let number = 100 * place;
        let before = files.answer(&mut command(way), number);
        let before = before.unwrap_or_else(|e| panic!("{way}: {e}"));
        let name = way.split(' ').next().unwrap();
        let told = |(i, flag): (usize, &&str)| {
            let changed = changed(&files, (way, &before), flag, number + i + 1);
            (format!("{name} --{flag}"), changed == Some(true))
        };
        flags.iter().enumerate().map(told).collect::<Vec<_>>()
    });
    let mut told: BTreeMap<String, bool> = BTreeMap::new();
    for (name, changed) in found.collect::<Vec<_>>() {
        *told.entry(name).or_default() |= changed;
    }
    let never: BTreeSet<&String> =
        told.iter().filter(|(_, told)| !**told).map(|(name, _)| name).collect();
    assert!(never.is_empty(), "nowhere seen to have an effect: {never:?}");
    assert!(told.len() > 60, "{}", told.len());
}
