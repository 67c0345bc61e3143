//! What the subcommands answer is what the library says.

use super::{Folder, SMALL, answer, json, run};
use ndarray::Array2;
use scorelab::checkpoint::{Checkpoint, Model, find};
use scorelab::classifier::ClassifierConfig;
use scorelab::classifier::NoisyClassifier;
use scorelab::data::{Glyphs, Images, Part, Scene, View, digit_names};
use scorelab::guidance::{ClassifierGuided, Gamma, Guided};
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::rng::Purpose;
use scorelab::sampler::{DpmSolver2M, sample, start};
use scorelab::score::ScoreFn;
use scorelab::train::TrainConfig;

fn column(rows: &[serde_json::Value], name: &str) -> Vec<f64> {
    rows.iter().map(|row| row[name].as_f64().unwrap()).collect()
}

#[test]
fn samples_are_those_of_the_library_bit_for_bit() {
    let scene = Scene::named("animals").unwrap();
    let dog = scene.mixture.given(0);
    let (process, gamma) = (Process::VP_LINEAR, Gamma::new(2.0).unwrap());
    let grid = Grid::to_data(&process, Spacing::KARRAS, 8).unwrap();
    let guided = Guided { main: &dog, guiding: &scene.mixture, gamma };
    let z = start(30, 2, &process, &grid, 5);
    let x = sample(&DpmSolver2M::default(), &guided, &process, &grid, z.view(), 5);
    let words = "sample --class dog --gamma 2 --samples 30 --steps 8 --seed 5";
    let rows = json(words);
    assert_eq!(column(&rows, "x1"), x.column(0).to_vec());
    assert_eq!(column(&rows, "x2"), x.column(1).to_vec());
    let csv = answer(&format!("{words} --format csv"));
    let first: Vec<f64> =
        csv.lines().nth(1).unwrap().split(',').map(|c| c.parse().unwrap()).collect();
    assert_eq!(first, x.row(0).to_vec());
    // γ is not without effect, and neither is guidance in an interval
    assert_ne!(json(&words.replace("--gamma 2", "--gamma 3")), rows);
    let within = |interval: &str| json(&format!("{words} --interval {interval}"));
    assert_ne!(within("0.1,1"), rows);
    assert_eq!(within("0,1e9"), rows, "an interval that holds the whole way changes nothing");
}

#[test]
fn a_field_is_the_score_at_its_points() {
    let folder = Folder::new("field");
    let points = folder.file("points.csv", "x,y\n0.5,-1\n2,2.25\n");
    let rows = json(&format!("field --class cat --gamma 3 --sigma 0.5,2 --points {points}"));
    assert_eq!(rows.len(), 4);
    let scene = Scene::named("animals").unwrap();
    let cat = scene.class("cat").unwrap();
    let likelihood = scene.mixture.posterior(cat);
    let gamma = Gamma::new(3.0).unwrap();
    let exact = ClassifierGuided { score: &scene.mixture, likelihood: &likelihood, gamma };
    let x = ndarray::array![[0.5, -1.0], [2.0, 2.25]];
    let s = exact.score(x.view(), NoiseLevel::ve(0.5));
    for (row, s) in rows.iter().zip(s.outer_iter()) {
        for (name, s) in ["score1", "score2"].iter().zip(s) {
            let told = row[name].as_f64().unwrap();
            assert!((told - s).abs() < 1e-9 * (1.0 + s.abs()), "{told} {s}");
        }
    }
    let grid = json("field --grid=-1,1,3 --t 0.5");
    assert_eq!(column(&grid, "x1"), [-1., 0., 1., -1., 0., 1., -1., 0., 1.]);
    assert_eq!(column(&grid, "x2"), [-1., -1., -1., 0., 0., 0., 1., 1., 1.]);
    assert_eq!(grid[0]["alpha"].as_f64().unwrap(), Process::VP_LINEAR.level(0.5).alpha);
}

#[test]
fn every_kind_of_network_is_trained_described_and_used() {
    let folder = Folder::new("kinds");
    for (model, kind) in [
        ("score", "score network"),
        ("joint", "joint score network"),
        ("noisy", "noisy classifier"),
        ("clean", "clean classifier"),
    ] {
        let out = folder.path(model);
        answer(&format!("train --model {model} {SMALL} --scene three --out {out}"));
        let told = json(&format!("info {out}"));
        let value =
            |name: &str| told.iter().find(|r| r["property"] == name).unwrap()["value"].clone();
        assert_eq!((value("kind"), value("step")), (kind.into(), 40.into()));
        assert_eq!(value("recipe.data.scene"), "three");
    }
    let at = |name: &str| folder.path(name);
    // a classifier trained by the program is the one that the library trains
    let found = find(at("noisy")).unwrap().checkpoint;
    let scene = Scene::named("three").unwrap();
    let data = scene.mixture.sample(2000, 0, Purpose::Data);
    let train = TrainConfig { steps: 40, batch: 128, ..TrainConfig::default() };
    let config = ClassifierConfig { width: 16, depth: 2, train, ..ClassifierConfig::default() };
    let twin = NoisyClassifier::train(&data, &config, &mut |_| ()).unwrap();
    let (x, level) = (data.x.slice(ndarray::s![..50, ..]), NoiseLevel::ve(0.7));
    let Model::Noisy(net) = found.model else { panic!("a noisy classifier") };
    assert_eq!(net.probabilities(x, level), twin.probabilities(x, level));
    // each way to steer gives samples of its own
    let (score, joint) = (at("score"), at("joint"));
    let mut seen: Vec<Vec<serde_json::Value>> = Vec::new();
    for words in [
        format!("--score {score}"),
        format!("--score {joint}"),
        format!("--score {joint} --class 1 --gamma 2"),
        format!("--score {score} --class 1 --gamma 2 --classifier {}", at("noisy")),
        format!("--score {score} --class 1 --gamma 2 --classifier {}", at("clean")),
        format!("--score {score} --class 1 --gamma 2 --classifier exact"),
        format!("--score {score} --class 1 --gamma 2 --classifier exact --gradient-scale 0.5"),
        format!("--score exact --scene three --class 1 --gamma 2 --guiding {joint}"),
    ] {
        let rows = json(&format!("sample {words} --samples 5 --steps 4"));
        assert!(!seen.contains(&rows), "{words}");
        seen.push(rows);
    }
    // a gradient half as strong is undone by γ twice as large
    let weak = json(&format!(
        "sample --score {score} --class 1 --gamma 4 --classifier exact --gradient-scale 0.5 --samples 5 --steps 4"
    ));
    for (a, b) in column(&weak, "x1").iter().zip(column(&seen[5], "x1")) {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
    // a classifier alone is held to the exact one, which it does not beat
    let rows = json(&format!("eval --classifier {} --samples 2000 --sigma 0.5,2", at("noisy")));
    let at_half = |name: &str| {
        let row = rows.iter().find(|r| r["metric"] == name && r["sigma"] == 0.5).unwrap();
        (row["value"].as_f64().unwrap(), row["se"].as_f64().unwrap())
    };
    let ((accuracy, se), (exact, _)) = (at_half("accuracy"), at_half("exact_accuracy"));
    assert!(accuracy < exact + 2.0 * se && accuracy > 0.5, "{accuracy} {exact}");
    assert!(at_half("kl").0 > 0.0 && at_half("gradient_error").0 > 0.0);
    // with a class it steers the exact score of its own scene, as when that is named
    let few = "--class 1 --samples 100 --steps 4";
    let own = json(&format!("eval --classifier {} {few}", at("noisy")));
    assert_eq!(own, json(&format!("eval --classifier {} --scene three {few}", at("noisy"))));
    let rows = json(&format!(
        "eval --score {joint} --class 1 --gamma 1 --samples 200 --steps 8 --sigma 1"
    ));
    let metric =
        |name: &str| rows.iter().find(|r| r["metric"] == name).unwrap()["value"].as_f64().unwrap();
    assert!(metric("score_error") > 0.0 && metric("cosine") <= 1.0);
    let shares = ["target_share", "other_share", "hybrid_share", "overshoot_share"].map(metric);
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shares:?}");
}

#[test]
fn the_exact_score_passes_its_evaluation_and_a_wrong_one_does_not() {
    let rows = json("eval --samples 4000 --seed 3");
    let of = |rows: &[serde_json::Value], name: &str, what: &str| {
        rows.iter().find(|r| r["metric"] == name).unwrap()[what].as_f64().unwrap()
    };
    assert!(of(&rows, "chi_square_p", "value") > 1e-3);
    assert!(of(&rows, "energy", "value").abs() < 4.0 * of(&rows, "energy", "se"));
    let coarse = json("eval --samples 4000 --seed 3 --steps 3 --sampler ddim");
    assert!(of(&coarse, "energy", "value") > 10.0 * of(&coarse, "energy", "se"), "{coarse:?}");
}

#[test]
fn a_configuration_is_overridden_by_flags_and_its_tables_go_first() {
    let folder = Folder::new("config");
    let file = folder.file(
        "lab.toml",
        "seed = 5\nsamples = 7\nclass = \"dog\"\n[sample]\nsamples = 30\ngamma = 2\nsteps = 8\n[train]\nresidual = true\n[eval]\ngamma = [0, 1.5]\n",
    );
    let plain = json("sample --class dog --gamma 2 --samples 30 --steps 8 --seed 5");
    assert_eq!(json(&format!("sample --config {file}")), plain);
    assert_eq!(json(&format!("sample --config {file} --samples 2")), plain[..2]);
    let evaluated = json(&format!("eval --config {file} --samples 100 --steps 4"));
    let mut gammas: Vec<f64> = column(&evaluated, "gamma");
    gammas.dedup();
    assert_eq!(gammas, [0.0, 1.5]);
    let trained = folder.path("run");
    answer(&format!("train {SMALL} --config {file} --out {trained}"));
    let Checkpoint { model, trained: told, .. } = find(&trained).unwrap().checkpoint;
    assert!(model.network().config.residual);
    assert_eq!(told.recipe.unwrap().train.seed, 5);
    let off = folder.path("off");
    answer(&format!("train {SMALL} --config {file} --residual=false --out {off}"));
    assert!(!find(&off).unwrap().checkpoint.model.network().config.residual);
}

#[test]
fn help_shows_an_example_for_every_subcommand_and_each_example_is_understood() {
    let help = answer("--help");
    let listed: Vec<&str> = help
        .lines()
        .skip_while(|l| !l.starts_with("Commands:"))
        .skip(1)
        .take_while(|l| !l.is_empty())
        .map(|l| l.split_whitespace().next().unwrap())
        .filter(|name| *name != "help")
        .collect();
    assert!(listed.len() >= 6, "{listed:?}");
    for name in listed {
        let help = answer(&format!("{name} --help"));
        let examples: Vec<&str> = help
            .lines()
            .map(str::trim)
            .filter(|l| l.starts_with("scorelab ") && !l.contains('>'))
            .collect();
        assert!(!examples.is_empty() || name == "completions", "{name} has no example");
        for example in examples {
            answer(&format!("{} --help", example.trim_start_matches("scorelab ")));
        }
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(answer(&format!("completions {shell}")).contains("learning-rate"), "{shell}");
    }
}

/// Forty images of 4 × 5 pixels, class c bright in column c of 5, twice over.
fn images(folder: &Folder) -> Images {
    let pixels =
        Array2::from_shape_fn(
            (40, 20),
            |(i, p)| if p % 5 == i % 5 { 200 + i as u8 } else { 3 * p as u8 },
        );
    let labels = (0..40).map(|i| i % 10).collect();
    let name = "stripes".into();
    let images = Images { name, height: 4, width: 5, pixels, labels, class_names: digit_names() };
    images.write_idx(folder.0.join("stripes"), Part::Train).unwrap();
    images
}

#[test]
fn images_are_learned_without_their_mean_and_sampled_with_it() {
    let folder = Folder::new("images");
    let images = images(&folder);
    let (data, out) = (folder.path("stripes"), folder.path("out"));
    let small = "--steps 300 --batch 64 --width 32 --depth 2";
    answer(&format!("train --model joint {small} --data {data} --out {out}"));
    answer(&format!("train --model noisy {small} --data {data} --out {out}-noisy"));
    answer(&format!("train --model clean {small} --data {data} --points 30 --out {out}-other"));
    let checkpoint = find(&out).unwrap().checkpoint;
    let mean = images.labelled().x.mean_axis(ndarray::Axis(0)).unwrap();
    let View::Principal(components) = checkpoint.view else { panic!("components are the default") };
    assert_eq!(components.mean, mean);
    let words = format!("sample --score {out} --class three --gamma 1 --steps 16 --samples 40");
    let rows = json(&words);
    // class three is bright in its column: the mean has come back, and the class has been steered to
    let pixel = |p: usize| column(&rows, &format!("x{}", p + 1)).iter().sum::<f64>() / 40.0;
    assert!(
        pixel(3) > 0.4 && pixel(8) > 0.4 && pixel(4) < 0.2,
        "{} {} {}",
        pixel(3),
        pixel(8),
        pixel(4)
    );
    let sheet = folder.path("sheet.png");
    answer(&format!("{words} --out {sheet}"));
    assert!(std::fs::read(&sheet).unwrap().starts_with(b"\x89PNG"));
    let steered = json(&format!("{words} --classifier {out}-noisy"));
    assert_ne!(steered, rows);
    for (words, sentence) in [
        (format!("{words} --classifier {out}-other"), "their mean images or components differ"),
        (format!("{words} --classifier exact"), "only a scene has an exact classifier"),
        (format!("{words} --scene three"), "this score is for images"),
        (format!("eval --score {out}"), "--judge is required"),
        (format!("sample --samples 3 --out {sheet}"), "these points are not images"),
    ] {
        let ended = run(&words);
        assert!(
            ended.err.contains(sentence) && matches!(ended.code, Some(2 | 4)),
            "{words}: {ended:?}"
        );
    }
    // the data themselves, there and back
    answer(&format!("data --data {data} --points 12 --idx {}", folder.path("copy")));
    assert_eq!(
        Images::read(folder.path("copy"), Part::Train).unwrap().pixels,
        images.take(12).pixels
    );
}

#[test]
fn a_data_set_is_written_as_arrays_and_as_text() {
    let folder = Folder::new("data");
    let file = folder.path("three.npz");
    answer(&format!("data --scene three --points 50 --seed 4 --out {file}"));
    let drawn = Scene::named("three").unwrap().mixture.sample(50, 4, Purpose::Data);
    let mut arrays = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let mut array = |name: &str, header: &str| -> Vec<[u8; 8]> {
        let mut bytes = Vec::new();
        std::io::copy(&mut arrays.by_name(name).unwrap(), &mut bytes).unwrap();
        let until = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert!(bytes.starts_with(b"\x93NUMPY\x01\x00") && until % 64 == 0);
        assert_eq!(std::str::from_utf8(&bytes[10..until]).unwrap().trim_end(), header);
        bytes[until..].chunks_exact(8).map(|b| b.try_into().unwrap()).collect()
    };
    let x = array("x.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (50, 2), }");
    let y = array("y.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (50,), }");
    assert!(x.into_iter().map(f64::from_le_bytes).eq(drawn.x.iter().copied()));
    assert!(y.into_iter().map(i64::from_le_bytes).eq(drawn.y.iter().map(|y| *y as i64)));
    answer(&format!("data --data digits --points 6 --seed 3 --idx {}", folder.path("idx")));
    let drawn_digits = Glyphs { seed: 3 }.images(0..6);
    let read = Images::read(folder.path("idx"), Part::Train).unwrap();
    // the digits that occur are the classes
    let names = |images: &Images| -> Vec<_> {
        images.labels.iter().map(|y| images.class_names[*y].clone()).collect()
    };
    assert_eq!((&read.pixels, names(&read)), (&drawn_digits.pixels, names(&drawn_digits)));
    assert!(read.class_names.len() <= 6, "{:?}", read.class_names);
    let rows = json("data --scene three --points 50 --seed 4");
    assert_eq!(column(&rows, "x2"), drawn.x.column(1).to_vec());
    assert_eq!(rows[0]["class"].as_u64().unwrap() as usize, drawn.y[0]);
}

#[test]
fn the_document_says_what_the_program_does() {
    let path = crate::common::repository("docs/command.md");
    let text = std::fs::read_to_string(path).unwrap();
    // the exit codes
    let help = answer("--help");
    let codes = help.lines().skip_while(|l| !l.starts_with("Exit codes:")).skip(1);
    let mut count = 0;
    for (code, meaning) in codes.filter_map(|l| l.trim().split_once("  ")) {
        assert!(text.contains(&format!("| {code} | {meaning} |")), "{code} {meaning}");
        count += 1;
    }
    let numbered = |l: &&str| l.starts_with("| ") && l.as_bytes()[2].is_ascii_digit();
    assert_eq!(count, text.lines().filter(numbered).count());
    // the subcommands
    let listed = help.lines().skip_while(|l| !l.starts_with("Commands:")).skip(1);
    let listed = listed.take_while(|l| !l.is_empty()).map(|l| l.split_whitespace().next().unwrap());
    for name in listed.filter(|n| *n != "help") {
        assert!(text.contains(&format!("| `{name}` |")), "{name}");
    }
    // the two files
    let folder = Folder::new("document");
    let blocks = text.split("```toml\n").skip(1).map(|b| b.split("```").next().unwrap());
    let [configuration, grid] = blocks.collect::<Vec<_>>()[..] else { panic!("two files") };
    let configuration = folder.file("lab.toml", configuration);
    answer(&format!("eval --config {configuration} --samples 100 --steps 4 --gamma 1"));
    let (grid, out) = (folder.file("grid.toml", grid), folder.path("out"));
    let ended = run(&format!("sweep {grid} --merge --out {out}"));
    assert!(ended.err.contains("36 of 36 runs are not done"), "{ended:?}");
}

#[test]
fn conditions_are_composed_by_exact_scores_by_classifiers_and_by_one_network() {
    let folder = Folder::new("also");
    let joint = folder.path("joint");
    answer(&format!("train --model joint {SMALL} --scene three --out {joint}"));
    let field = |words: &str| -> Vec<f64> {
        let rows = json(&format!("field --scene three --grid=-3,3,5 --sigma 0.7 {words}"));
        [column(&rows, "score1"), column(&rows, "score2")].concat()
    };
    // a network counts in 32 bits
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
    for own in [String::new(), "--classifier exact".to_string(), format!("--score {joint}")] {
        // s_u + 2·(s₀ − s_u) − .5·(s₁ − s_u), of fields with one condition each
        let one = |class: usize| field(&format!("{own} --class {class}"));
        let [free, first, second] = [field(&format!("{own} --class 0 --gamma 0")), one(0), one(1)];
        let sum: Vec<f64> = (0..free.len())
            .map(|i| free[i] + 2.0 * (first[i] - free[i]) - 0.5 * (second[i] - free[i]))
            .collect();
        let composed = field(&format!("{own} --class 0 --gamma 2 --also 1:-0.5"));
        assert!(near(&composed, &sum), "{own}");
        assert!(!near(&composed, &field(&format!("{own} --class 0 --gamma 2"))), "{own}");
        assert!(!near(&composed, &field(&format!("{own} --class 0 --gamma 2 --also 1:0.5"))));
    }
    let words = "sample --scene three --class 0 --samples 4 --steps 4";
    assert_ne!(json(words), json(&format!("{words} --also 1:1")));
    for (words, sentence) in [
        ("sample --scene three --also 1:1".to_string(), "together with one --class"),
        (format!("{words} --also 1"), "a class and a weight"),
        (format!("{words} --also 1:nan"), "a class and a weight"),
        (format!("{words} --also 7:1"), "a number from 0 to 2"),
        (format!("{words} --guiding {joint} --also 1:1"), "without --guiding"),
    ] {
        let ended = run(&words);
        assert!(ended.code == Some(2) && ended.err.contains(sentence), "{words}: {ended:?}");
    }
    // away from what is narrower than the rest there is nothing to sample, and that is said
    let ended = run("sample --scene wide --class slanted --also narrow:-2 --samples 2 --steps 4");
    assert!(ended.code == Some(0) && ended.err.contains("is not a distribution"), "{ended:?}");
}
