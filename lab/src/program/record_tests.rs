//! Records tell every flag: two runs that differ in one differ in their records.

use super::command::{Command, Program, Understood, understand};
use super::{config, effect_tests};
use crate::experiment::{Experiment, ImageExperiment, untrained_joint};
use crate::flags::Defaults;
use crate::setup::Typed;
use crate::view::Domain;
use clap::{Arg, CommandFactory};
use scorelab::checkpoint::{Checkpoint, Kind, Model, Place, Recipe, Trained};
use scorelab::classifier::{CrossEntropy, NoisyClassifier};
use scorelab::data::{Glyphs, Part, Scene};
use scorelab::noise::Process;
use scorelab::rng::Purpose;
use scorelab_figures::plot::{Figure, Format, Output, Panel};
use serde_json::Value;
use std::ffi::OsString;
use std::path::PathBuf;

/// A folder that is removed when it goes out of sight.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("scorelab-{}-r-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    /// A checkpoint of a network that has learned nothing of the scene `three`.
    fn network(&self, name: &str, model: Kind, seed: u64) -> String {
        let mixture = Scene::named("three").unwrap().mixture;
        let mut recipe = Recipe { model, data: Place::Scene("three".into()), ..Recipe::default() };
        recipe.train.seed = seed;
        let network = match model {
            Kind::Noisy => {
                let points = mixture.sample(50, seed, Purpose::Data);
                let objective = CrossEntropy::new(&points, Some(recipe.levels)).unwrap();
                let net = objective.untrained(&recipe.classifier()).unwrap();
                Model::Noisy(NoisyClassifier::of(net, objective.scaling))
            }
            _ => Model::Joint(untrained_joint(&mixture, seed).unwrap()),
        };
        let trained = Trained::here("three".into(), Some(recipe));
        let path = self.path(name);
        Checkpoint::new(network, trained).save(&path).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Two scenes that differ in a number alone.
fn scenes(folder: &Folder) -> [String; 2] {
    ["2.0", "3.0"].map(|x| {
        let part = |label: &str| {
            format!("[[component]]\nweight = 1\nmean = [{x}, 0.0]\nsd = 0.5\nlabel = {label:?}\n")
        };
        folder.file(&format!("{x}.toml"), &format!("name = \"two\"\n{}{}", part("a"), part("b")))
    })
}

/// A flag with the records of two runs that differ in it alone.
type Pair = (String, Value, Value);

/// The fields of a record, one level deep within `options` and `output`.
fn fields(record: &Value) -> Vec<(String, &Value)> {
    let within = |name: &String| ["options", "output"].contains(&name.as_str());
    let mut found = Vec::new();
    for (name, value) in record.as_object().unwrap() {
        match value.as_object().filter(|_| within(name)) {
            None => found.push((name.clone(), value)),
            Some(own) => found.extend(own.iter().map(|(k, v)| (format!("{name}.{k}"), v))),
        }
    }
    found
}

/// The fields in which two records differ.
fn differing(a: &Value, b: &Value) -> Vec<String> {
    let (a, b) = (fields(a), fields(b));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).filter(|(a, b)| a != b).map(|(a, _)| a.0.clone()).collect()
}

/// The flags whose two records are alike but for the fields that are skipped.
fn untold<'a>(pairs: &'a [Pair], skipped: &[String]) -> Vec<&'a str> {
    let told = |(_, a, b): &&Pair| differing(a, b).iter().any(|field| !skipped.contains(field));
    pairs.iter().filter(|pair| !told(pair)).map(|(flag, ..)| flag.as_str()).collect()
}

/// Every flag is told; the wrong twin, a record that skips what tells a flag, does not tell it.
fn check(pairs: &[Pair]) {
    assert_eq!(untold(pairs, &[]), [] as [&str; 0], "no record tells these flags");
    for (flag, a, b) in pairs {
        let fields = differing(a, b);
        assert!(untold(pairs, &fields).contains(&flag.as_str()), "{flag} without {fields:?}");
        // a configuration is told with what stands in it, --quick with the size of its pictures, and how a file of points is
        // read with the points
        let two = ["config", "quick", "sd", "columns", "header"];
        let more = usize::from(two.contains(&flag.as_str()));
        assert_eq!(fields.len(), 1 + more, "{flag}: {fields:?}");
    }
}

/// Two values of a flag: of a menu the first two, of a number the default and the next.
fn two_values(arg: &Arg) -> [String; 2] {
    let menu = arg.get_possible_values();
    if let [a, b, ..] = &menu[..] {
        return [a.get_name().to_string(), b.get_name().to_string()];
    }
    let usual = arg.get_default_values().first().and_then(|word| word.to_str()).unwrap_or("1");
    let number: f64 = usual.parse().unwrap_or_else(|_| {
        panic!("--{} is a new flag: give its values here", arg.get_id().as_str())
    });
    [number.to_string(), (number + 1.0).to_string()]
}

fn plotted(words: &str) -> Value {
    let words = ["scorelab", "plot"].into_iter().chain(words.split_whitespace());
    let words: Vec<OsString> = words.map(OsString::from).collect();
    let Ok(Understood::Command(command)) = understand(&words, &|path| config::read(path)) else {
        panic!("{words:?}")
    };
    let Command::Plot(plot) = *command else { panic!("asked for plot") };
    plot.meant().unwrap().0.output.meta.clone()
}

#[test]
fn two_runs_of_plot_that_differ_in_any_one_flag_differ_in_the_record() {
    let folder = Folder::new("plot");
    let [joint, other] = [1, 2].map(|seed| folder.network(&format!("j{seed}"), Kind::Joint, seed));
    let [noisy, second] = [1, 2].map(|seed| folder.network(&format!("n{seed}"), Kind::Noisy, seed));
    let [one, two] = [1, 2].map(|k| folder.file(&format!("{k}.toml"), &format!("seed = {k}\n")));
    let points = folder.file("points.csv", "0,1\n1,0\n2,3\n0,0\n");
    let learned = effect_tests::Folder::new("record");
    let captions = learned.of_captions("captions", 1);
    let own = |flags: [&str; 2]| flags.map(|words| format!("field --scene {points} {words}"));
    let observed =
        |flags: [&str; 2]| flags.map(|words| format!("mask-and-point --scene three {words}"));
    let program = Program::command();
    let plot = program.find_subcommand("plot").unwrap();
    let mut pairs = Vec::new();
    for arg in plot.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help") {
        let flag = arg.get_long().unwrap_or("");
        let words = |a: &str, b: &str| [a, b].map(|v| format!("field --scene three --{flag} {v}"));
        let [a, b] = match flag {
            "" => ["field --scene three".into(), "sweep --scene three".into()],
            "scene" => scenes(&folder).map(|scene| format!("field --scene {scene}")),
            "class" => words("0", "1"),
            "score" => words(&joint, &other).map(|words| format!("{words} --class 1")),
            "guiding" => words(&joint, &other).map(|words| format!("{words} --score {joint}")),
            "classifier" => words(&noisy, &second),
            "caption" => ["three", "four"]
                .map(|text| format!("word-attention --score {captions} --caption {text}")),
            "mask" => observed(["--mask x1=0.1", "--mask x1=0.2"]),
            "point" => observed(["--point 0.1,0 --tolerance 1", "--point 0.2,0 --tolerance 1"]),
            "tolerance" => observed(["--mask x1=0 --tolerance 1", "--mask x1=0 --tolerance 2"]),
            "gradient-scale" => words("1", "2").map(|words| format!("{words} --classifier exact")),
            "gamma" => words("1,2", "1,3"),
            "method" => words("apg", "tag"),
            "set" => words("eta=0", "eta=0.5").map(|words| format!("{words} --method apg")),
            "format" => words("svg,png", "svg"),
            "clean" | "runs" | "judge" | "out" => words("a", "b"),
            "config" => words(&one, &two),
            "sd" => own(["--sd 0.1", "--sd 0.2"]),
            "columns" => own(["--columns 1,2", "--columns 2,1"]),
            "header" => own(["", "--header"]),
            "no-header" => own(["", "--no-header"]),
            _ => {
                let [a, b] = two_values(arg);
                words(&a, &b)
            }
        };
        pairs.push((flag.to_string(), plotted(&a), plotted(&b)));
    }
    assert!(pairs.len() > 20, "{}", pairs.len());
    check(&pairs);
}

#[test]
fn two_runs_of_an_experiment_that_differ_in_any_one_flag_differ_in_the_record() {
    let folder = Folder::new("experiment");
    let defaults = Defaults { unused: &["data", "train-steps"], ..Defaults::default() };
    let images = Defaults { samples: (20, 20), ..Defaults::IMAGES };
    let (out, data) = (folder.path("out"), ["a", "b"].map(|name| folder.path(name)));
    for (seed, path) in data.iter().enumerate() {
        let glyphs = Glyphs { seed: seed as u64 };
        glyphs.images(0..150).write_idx(path, Part::Train).unwrap();
    }
    let recorded = |defaults: Defaults, words: &str| {
        let command = defaults.command("experiment", "");
        let words = ["experiment"].into_iter().chain(words.split_whitespace());
        let flags = defaults.parse(&command, words.map(OsString::from)).unwrap();
        match flags.data {
            None => {
                Experiment::on_scene("experiment", flags, defaults).unwrap().output.meta.clone()
            }
            _ => ImageExperiment::open("experiment", flags).unwrap().output.meta.clone(),
        }
    };
    let command = defaults.command("experiment", "");
    let mut pairs = Vec::new();
    for arg in command.get_arguments().filter(|arg| arg.get_id() != "help") {
        let flag = arg.get_long().expect("experiments have flags only");
        let words = |a: &str, b: &str| [a, b].map(|value| format!("--{flag} {value}"));
        let out_too = |words: [String; 2]| words.map(|words| format!("{words} --out {out}"));
        let (defaults, [a, b]) = match flag {
            "scene" => (defaults, out_too(scenes(&folder).map(|path| format!("--scene {path}")))),
            "data" => (images, out_too(words(&data[0], &data[1]))),
            "class" => (defaults, out_too(words("0", "1"))),
            "gamma" => (defaults, out_too(words("1,2", "1,3"))),
            "method" => (Defaults { methods: true, ..defaults }, out_too(words("apg", "tag"))),
            "set" => {
                let set = words("eta=0", "eta=0.5").map(|words| format!("{words} --method apg"));
                (Defaults { methods: true, ..defaults }, out_too(set))
            }
            "score" => {
                (Defaults { network: Some("a network"), ..defaults }, out_too(words("a", "b")))
            }
            "train-steps" => {
                let more = |words| format!("{words} --data {} --out {out}", data[0]);
                (images, words("1", "2").map(more))
            }
            "quick" => {
                // sizes apart, which --quick changes too
                let same = format!("--samples 20 --steps 4 --out {out}");
                (defaults, [same.clone(), format!("{same} --quick")])
            }
            "all" => (defaults, out_too([String::new(), "--all".into()])),
            "format" => (defaults, out_too(words("svg,png", "svg"))),
            "out" => (defaults, words(&out, &folder.path("other"))),
            "threads" => (defaults, out_too(["".into(), "--threads 1".into()])),
            _ => {
                let [a, b] = two_values(arg);
                (defaults, out_too(words(&a, &b)))
            }
        };
        pairs.push((flag.to_string(), recorded(defaults, &a), recorded(defaults, &b)));
    }
    assert!(pairs.len() > 15, "{}", pairs.len());
    check(&pairs);
}

#[test]
fn an_animation_has_the_record_beside_it_where_figures_have() {
    let folder = Folder::new("animation");
    let words = ["scorelab", "plot", "particles", "--scene", "three"].map(OsString::from);
    let Ok(Understood::Command(command)) = understand(&words, &|path| config::read(path)) else {
        panic!()
    };
    let Command::Plot(plot) = *command else { panic!() };
    let dir = folder.0.clone();
    for (formats, files) in [(vec![Format::Json], 2), (vec![Format::Svg], 1)] {
        let output = Output { dir: dir.clone(), formats, ..Output::default() };
        let typed = Typed::new("plot", (&plot.walk, &plot.common.machine), &plot);
        let data = Domain::of_scene("three").unwrap();
        let setup = Typed { output, ..typed }.setup(data, None).unwrap();
        let frame = Figure { panels: vec![Panel::default()], ..Figure::default() };
        let written = setup.animate(&setup.animation("moving"), [frame.clone(), frame]).unwrap();
        assert_eq!((written.len(), &written[0]), (files, &dir.join("moving.gif")));
        if files == 2 {
            let text = std::fs::read_to_string(dir.join("moving.json")).unwrap();
            let told: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(told["meta"], setup.record());
            assert_eq!(told["meta"]["sampler"], "dpm2m");
        }
    }
}

#[test]
fn what_an_experiment_changes_is_recorded() {
    let folder = Folder::new("changed");
    let defaults = Defaults::default();
    let words = ["experiment", "--out", &folder.path("out")].map(OsString::from);
    let flags = defaults.parse(&defaults.command("experiment", ""), words).unwrap();
    let mut experiment = Experiment::on_scene("experiment", flags, defaults).unwrap();
    assert_eq!(experiment.output.meta["process"], "vp-linear");
    experiment.change(|setup| setup.process = Process::Flow);
    experiment.change_scene("tree").unwrap();
    let meta = &experiment.output.meta;
    assert_eq!((&meta["process"], &meta["data"]["scene"]), (&"flow".into(), &"tree".into()));
}
