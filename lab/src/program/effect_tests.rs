//! What a figure is said to depend on is what it depends on: drawn twice, with and without each flag of `plot`.

use super::command::{Command, Program, Understood, understand};
use super::config;
use clap::CommandFactory;
use rayon::prelude::*;
use scorelab::checkpoint::{Checkpoint, Kind, Model, Place, Recipe, Trained};
use scorelab::classifier::{CleanClassifier, CrossEntropy, NoisyClassifier};
use scorelab::data::Scene;
use scorelab::file::fingerprint;
use scorelab::nn::Mlp;
use scorelab::null_label::JointNet;
use scorelab::rng::{Purpose, normals};
use scorelab_figures::lecture::{FIGURES, Need, Spec};
use scorelab_figures::plot::{Lang, Theme, csv, svg};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Flags of which the record tells how an output was made and no picture does, and how a file of points is read, which the
/// scene tells.
const NOT_DRAWN: [&str; 11] = [
    "config", "format", "svg-text", "memory", "out", "threads", "theme", "lang", "sd", "columns",
    "header",
];

/// What steers a sheet of every class: which class is named changes nothing, but without one nothing is steered.
const NEEDED_ALL_THE_SAME: [(&str, &str); 1] = [("digits_samples", "class")];

/// A training of a network for captions that takes a moment.
pub(super) const CAPTION_TRAINING: &str = "--points 300 --batch 64 --width 16 --depth 1 --features 8 --steps 4 --learning-rate 0.02 --warmup 0 --ema 0.1";

pub(super) struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    pub(super) fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("scorelab-{}-e-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }

    /// A scene of three classes that no symmetry leaves alike.
    pub(super) fn scene(&self, name: &str, x: f64) -> String {
        let part = |label: &str, x: f64, y: f64, sd: f64| {
            format!(
                "[[component]]\nweight = 1\nmean = [{x:?}, {y:?}]\nsd = {sd:?}\nlabel = {label:?}\n"
            )
        };
        let [first, last] = if x > 2.2 { ["e", "d"] } else { ["a", "c"] };
        let parts =
            [part(first, x, 0.3, 0.5), part("b", -2.0, 1.5, 0.4), part(last, 0.5, -2.5, 0.6)];
        self.file(name, &format!("name = \"odd\"\n{}", parts.concat()))
    }

    pub(super) fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    /// A network of drawn digits, trained for three steps.
    pub(super) fn of_images(&self, name: &str, model: &str, seed: u64) -> String {
        let out = self.path(&format!("images-{name}{seed}"));
        let view = if model == "clean" { "" } else { "--components 6" };
        let small = "--points 300 --batch 128 --width 16 --depth 1 --steps 3";
        let train = command(&format!(
            "train --data digits --model {model} --seed {seed} --out {out} {small} {view}"
        ));
        let Command::Train(train) = train else { panic!() };
        assert!(!train.run().unwrap());
        out
    }

    /// A network of captioned digits, trained for two steps.
    pub(super) fn of_captions(&self, name: &str, seed: u64) -> String {
        let out = self.path(&format!("{name}{seed}"));
        let words = format!("train --model caption --seed {seed} --out {out} {CAPTION_TRAINING}");
        let Command::Train(train) = command(&words) else { panic!() };
        assert!(!train.run().unwrap());
        out
    }

    /// A checkpoint of a network with random weights, so that each differs from the others everywhere.
    pub(super) fn network(
        &self,
        name: &str,
        scene: &str,
        model: Kind,
        (seed, p_drop): (u64, f64),
    ) -> String {
        let found = Scene::find(scene).unwrap();
        let data = Place::Scene(scene.into());
        let mut recipe = Recipe { model, data, p_drop, ..Recipe::default() };
        recipe.train.seed = seed;
        let points = found.mixture.sample(50, seed, Purpose::Data);
        let objective = |levels| {
            let objective = CrossEntropy::new(&points, levels).unwrap();
            let untrained = objective.untrained(&recipe.classifier()).unwrap();
            (random(untrained, seed), objective.scaling)
        };
        let network = match model {
            Kind::Noisy => {
                let (net, scaling) = objective(Some(recipe.levels));
                Model::Noisy(NoisyClassifier::of(net, scaling))
            }
            Kind::Clean => {
                let (net, scaling) = objective(None);
                Model::Clean(CleanClassifier::of(net, scaling))
            }
            _ => {
                let (mixture, shape) = (&found.mixture, recipe.shape(2, 0));
                let (classes, radius) = (mixture.classes(), mixture.radius());
                let net = JointNet::new(shape, classes, recipe.target, radius, seed).unwrap();
                let network = random(net.network().clone(), seed);
                Model::Joint(JointNet::of(network, recipe.target, radius))
            }
        };
        let trained = Trained::here(found.name.as_str().into(), Some(recipe));
        Checkpoint::new(network, trained).save(self.path(name)).unwrap();
        self.path(name)
    }
}

/// The network with other weights, the last layer's too.
fn random(mut network: Mlp, seed: u64) -> Mlp {
    let noise = normals(seed, Purpose::Weights, 1, (1, network.params.len()));
    network.params.iter_mut().zip(noise).for_each(|(w, z)| *w += 0.1 * z as f32);
    network
}

/// What these words come to, if they are understood.
pub(super) fn understood(words: &str) -> Option<Command> {
    let words: Vec<OsString> =
        ["scorelab"].into_iter().chain(words.split_whitespace()).map(OsString::from).collect();
    match understand(&words, &|path| config::read(path)) {
        Ok(Understood::Command(command)) => Some(*command),
        _ => None,
    }
}

/// The command of these words.
pub(super) fn command(words: &str) -> Command {
    understood(words).unwrap_or_else(|| panic!("{words}"))
}

/// What was drawn of a figure, by its words: each drawing is beside many flags.
struct Drawings {
    spec: &'static Spec,
    known: HashMap<String, Option<String>>,
}

impl Drawings {
    /// A fingerprint of what is drawn; nothing if it is refused.
    fn of(&mut self, words: &str) -> Option<String> {
        if !self.known.contains_key(words) {
            self.known.insert(words.into(), drawn(self.spec, words));
        }
        self.known[words].clone()
    }
}

fn drawn(spec: &Spec, words: &str) -> Option<String> {
    let Command::Plot(plot) = command(&format!("plot {} {words}", spec.name)) else { panic!() };
    let (steering, gammas) = plot.meant().ok()?;
    let specs = plot.specs(steering.data.scene().is_none());
    let inputs = plot.inputs(&steering, &specs, gammas).ok()?;
    let figures = specs[0].figures(&inputs).ok()?;
    let whole =
        |f| svg(f, Theme::Light, Lang::En, None).unwrap() + &csv(f, Lang::En, None).unwrap();
    Some(fingerprint(figures.iter().map(whole).collect::<String>().as_bytes()))
}

/// The files of the test.
struct Files {
    scenes: [String; 2],
    joint: [String; 2],
    elsewhere: String,
    noisy: [String; 2],
    clean: [String; 2],
    runs: String,
    images: [String; 2],
    judge: [String; 2],
    captions: [String; 2],
}

impl Files {
    fn new(folder: &Folder) -> Files {
        let scenes = [("one.toml", 2.0), ("two.toml", 2.4)].map(|(n, x)| folder.scene(n, x));
        let of = |name: &str, model, seed, p| {
            folder.network(&format!("{name}{seed}"), &scenes[0], model, (seed, p))
        };
        Files {
            joint: [1, 2].map(|seed| of("j", Kind::Joint, seed, 0.1)),
            elsewhere: folder.network("e", &scenes[1], Kind::Joint, (3, 0.1)),
            noisy: [1, 2].map(|seed| of("n", Kind::Noisy, seed, 0.1)),
            clean: [1, 2].map(|seed| of("c", Kind::Clean, seed, 0.1)),
            runs: [(3, 0.1), (4, 0.5), (5, 0.9)].map(|(s, p)| of("r", Kind::Joint, s, p)).join(","),
            images: [1, 2].map(|seed| folder.of_images("i", "joint", seed)),
            judge: [3, 4].map(|seed| folder.of_images("g", "clean", seed)),
            captions: [1, 2].map(|seed| folder.of_captions("captions", seed)),
            scenes,
        }
    }

    /// What the figure is drawn from: each way that gives it what it needs.
    fn ways(&self, spec: &Spec) -> Vec<String> {
        let needs = |need| spec.needs.contains(&need);
        let walk = "--steps 4 --samples 60 --frames 3 --gamma 0,1,2";
        if needs(Need::Captions) {
            return vec![
                format!("--score {} {walk}", self.captions[0])
                    .replace("--samples 60", "--samples 70"),
            ];
        }
        if needs(Need::Images) {
            let judge = if needs(Need::Judge) { &format!("--judge {}", self.judge[0]) } else { "" };
            return vec![format!("--score {} --class 1 {judge} {walk}", self.images[0])];
        }
        let (scene, joint) = (&self.scenes[0], &self.joint[0]);
        let mut words = format!("--scene {scene} {walk}");
        let mut more = |need, text: String| {
            if needs(need) {
                words += &text;
            }
        };
        more(Need::Joint, format!(" --score {joint} --class 0"));
        more(Need::Noisy, format!(" --classifier {}", self.noisy[0]));
        more(Need::Guiding, format!(" --guiding {}", self.joint[1]));
        more(Need::Runs, format!(" --runs {}", self.runs));
        let own = words.contains("--score") || words.contains("--classifier");
        let learned = format!("{words} --score {joint} --class 0 --classifier {}", self.noisy[0]);
        if own { vec![words] } else { vec![words.clone(), learned, format!("{words} --class 0")] }
    }

    /// The words of this way with another value of a flag, and those beside which it is told apart.
    fn pair(&self, flag: &str, way: &str, images: bool) -> Option<[String; 2]> {
        let with = |value: &str| {
            let mut words: Vec<&str> = way.split_whitespace().collect();
            match words.iter().position(|word| *word == format!("--{flag}")) {
                Some(at) => words[at + 1] = value,
                None => return format!("{way} --{flag} {value}"),
            }
            words.join(" ")
        };
        let other = match flag {
            "scene" if images => return None,
            "scene" => with(&self.scenes[1]),
            "score" if way.contains(&self.captions[0]) => with(&self.captions[1]),
            "score" if images => with(&self.images[1]),
            // it also tells the scene, where none is named
            "score" => {
                let way = way.replace(&format!("--scene {}", self.scenes[0]), "");
                let of = |score: &str| match way.contains("--score") {
                    true => way.replace(&self.joint[0], score),
                    false => format!("{way} --score {score}"),
                };
                return Some([of(&self.joint[0]), of(&self.elsewhere)]);
            }
            "classifier" if images => return None,
            "classifier" => with(&self.noisy[1]),
            "clean" => with(&self.clean[1]),
            "guiding" if images => with(&self.images[1]),
            "guiding" => match (way.contains("--score"), way.contains("--classifier")) {
                (true, false) => with(&self.joint[0]),
                _ => return None,
            },
            "runs" => {
                let runs: Vec<&str> = self.runs.split(',').take(2).collect();
                with(&runs.join(","))
            }
            "judge" => with(&self.judge[1]),
            "class" => with("2"),
            "caption" if !way.contains(&self.captions[0]) => return None,
            "caption" => with("eight,boxed"),
            "gamma" => with("0,1.5,4"),
            "gradient-scale" => {
                let way = match way.contains("--classifier") {
                    true => way.to_string(),
                    false => format!("{way} --classifier exact"),
                };
                return Some([way.clone(), format!("{way} --gradient-scale 2")]);
            }
            "mask" => with("x1=0.4"),
            "point" => with("0.5,0.2 --tolerance 0.5"),
            "tolerance" => {
                let way = format!("{way} --mask x1=0.4");
                return Some([way.clone(), format!("{way} --tolerance 0.3")]);
            }
            "process" => with("ve"),
            "sampler" => with("sde"),
            "steps" => with("5"),
            "samples" => with("140"),
            "seed" => with("3"),
            "frames" => with("4"),
            "method" => with("apg"),
            "set" => {
                let way = format!("{way} --method apg");
                return Some([way.clone(), format!("{way} --set eta=0.5")]);
            }
            new => panic!("--{new} is a new flag of plot: give another value of it here"),
        };
        Some([way.to_string(), other])
    }
}

/// Whether a flag changes the figure, drawn in any of the ways; nothing if no way can be told.
///
/// With `SCORELAB_EVERY_WAY` set, what is said to change nothing is looked for in every way, not in the first alone.
fn changes(files: &Files, drawings: &mut Drawings, flag: &str) -> Option<bool> {
    let spec = drawings.spec;
    let images = spec.needs.contains(&Need::Images);
    let mut found = None;
    let mut ways = files.ways(spec);
    // what is said to change nothing is otherwise drawn in every way
    if !spec.takes(flag) && std::env::var_os("SCORELAB_EVERY_WAY").is_none() {
        ways.truncate(1);
    }
    for way in ways {
        let Some([a, b]) = files.pair(flag, &way, images) else { continue };
        let Some(before) = drawings.of(&a) else { continue };
        let Some(after) = drawings.of(&b) else { continue };
        found = Some(found == Some(true) || before != after);
        if found == Some(true) {
            break;
        }
    }
    found
}

#[test]
fn a_figure_depends_on_what_it_says_and_on_nothing_else() {
    let folder = Folder::new("effects");
    let files = Files::new(&folder);
    let program = Program::command();
    let plot = program.find_subcommand("plot").unwrap();
    let flags = plot.get_arguments().filter_map(|arg| arg.get_long());
    let flags: Vec<&str> = flags
        .filter(|flag| !NOT_DRAWN.contains(flag) && !["help", "no-header"].contains(flag))
        .collect();
    // what trains networks of its own takes minutes, and the time that it takes is its answer
    let quick = FIGURES.iter().filter(|spec| !spec.needs.contains(&Need::Trains));
    let quick: Vec<&'static Spec> = quick.copied().collect();
    let wrong: Vec<String> = quick
        .par_iter()
        .flat_map_iter(|spec| {
            let mut drawings = Drawings { spec, known: HashMap::new() };
            let wrong = |flag: &&str| {
                let changes = changes(&files, &mut drawings, flag)?;
                let (name, says) = (spec.stem, spec.takes(flag));
                let all_the_same = NEEDED_ALL_THE_SAME.contains(&(name, flag));
                (changes != says && !all_the_same)
                    .then(|| format!("{name} --{flag}: says {says}, changes: {changes}"))
            };
            flags.iter().filter_map(wrong).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(quick.len() * flags.len() > 400, "{} figures", quick.len());
}
