//! What is drawn, and what is measured of images.

use super::{Folder, SMALL, answer, drawn_files, json, run};
use ndarray::Array2;
use scorelab::checkpoint::find;
use scorelab::data::View;

#[test]
fn figures_are_drawn_of_exact_and_of_learned_scores() {
    let folder = Folder::new("figures");
    let out = folder.path("out");
    for model in ["joint", "score", "noisy"] {
        let run = folder.path(model);
        answer(&format!("train --model {model} {SMALL} --scene three --out {run}"));
    }
    let [joint, score, noisy] = ["joint", "score", "noisy"].map(|name| folder.path(name));
    let out = format!("--formats csv --out {out}");
    let small = format!("--samples 50 --steps 8 {out}");
    for (words, files) in [
        ("uncontrolled field bayes-sum --scene three".to_string(), 3),
        (format!("field sweep away overshoot --score {joint} --class 1"), 4),
        (format!("steering hybrid trajectories --score {score} --class 1 --classifier {noisy}"), 3),
    ] {
        let drawn = drawn_files(&format!("plot {words} {small}"));
        assert_eq!(drawn.len(), files, "{words}");
        for path in drawn {
            assert!(std::fs::metadata(&path).unwrap().len() > 100, "{}", path.display());
        }
    }
    let [worse, clean] = [("joint", "worse"), ("clean", "clean")].map(|(model, name)| {
        let run = folder.path(name);
        let drop = if model == "joint" { "--p-drop 0.5" } else { "" };
        answer(&format!("train --model {model} {SMALL} {drop} --scene three --out {run}"));
        run
    });
    let both = format!("--score {joint} --class 1 --classifier {noisy} --clean {clean}");
    for (words, files) in [
        (format!("implicit clean-classifier fidelity tilt {both} --gamma 1,2"), 7),
        (format!("autoguidance --score {joint} --class 1 --guiding {worse} --gamma 2"), 1),
        ("clean-classifier fidelity tilt --scene three --gamma 0,2".to_string(), 6),
    ] {
        let drawn = drawn_files(&format!("plot {words} {small}"));
        assert_eq!(drawn.len(), files, "{words}");
        for path in drawn {
            assert!(std::fs::metadata(&path).unwrap().len() > 100, "{}", path.display());
        }
    }
    let walking_nowhere = format!("p-drop null-label --scene three --runs {worse},{joint} {out}");
    assert_eq!(drawn_files(&format!("plot {walking_nowhere}")).len(), 2);
    let moving = "bayes-through-time particles bending-field regions";
    let words = format!("plot {moving} {both} --frames 2 --steps 8 --out {}", folder.path("out"));
    assert_eq!(drawn_files(&words).len(), 4);
    // F16 sorts the runs by the p_drop that they were trained with
    let swept = |runs: String| {
        answer(&format!("plot p-drop --scene three --runs {runs} --samples 50 {out}"));
        std::fs::read_to_string(folder.0.join("out/16_p_drop.csv")).unwrap()
    };
    let (up, down) = (swept(format!("{joint},{worse}")), swept(format!("{worse},{joint}")));
    assert_eq!((up.matches(",curve,").count(), &up), (8, &down));
    assert_ne!(up, swept(joint.clone()));
    // a worse network that guides is drawn
    let led = |words: &str| {
        answer(&format!("plot sweep --score {joint} --class 1 {words} --steps 8 {out}"));
        std::fs::read(folder.0.join("out/09_gamma_sweep.csv")).unwrap()
    };
    assert_ne!(led(""), led(&format!("--guiding {worse}")));
    // a learned score is not drawn as the exact one
    let field = |words: &str| {
        answer(&format!("plot field {words} {out}"));
        std::fs::read(folder.0.join("out/03_field_over_noise.csv")).unwrap()
    };
    assert_ne!(field("--scene three"), field(&format!("--score {joint}")));
    for (words, sentence) in [
        (format!("steering --score {joint} --class 1"), "--classifier is required: this figure"),
        (format!("sweep --score {score}"), "--class is required: this figure shows samples"),
        (format!("tilt --score {joint}"), "--class is required"),
        (format!("sweep --score {score} --class 1"), "a --score that has seen labels"),
        (
            format!("steering --score {joint} --class 1 --guiding {worse}"),
            "--guiding cannot be given",
        ),
        (
            format!("implicit --score {joint} --class 1 --classifier {clean}"),
            "must be a noisy classifier",
        ),
        (format!("regions --scene three --clean {noisy}"), "must be a clean classifier"),
        (format!("p-drop --scene three --runs {joint},{joint}"), "nothing else"),
        ("steering --scene two-1d".to_string(), "two-dimensional"),
        (format!("implicit --score {joint} --class 1"), "--classifier must be"),
        (
            format!("implicit --score {score} --classifier {noisy} --class 1"),
            "must be a joint network",
        ),
        (format!("autoguidance --score {joint} --class 1"), "--guiding is required"),
        ("p-drop".to_string(), "--runs is required"),
        (format!("p-drop --scene three --runs {score}"), "a joint network is needed"),
        (format!("p-drop --scene animals --runs {joint}"), "not trained on the scene animals"),
        (format!("regions --scene animals --clean {clean}"), "on the scene animals"),
        ("sheets".to_string(), "must be a checkpoint trained on images"),
        ("particles --frames 1".to_string(), "--frames is 1"),
    ] {
        let ended = run(&format!("plot {words} {out}"));
        assert!(matches!(ended.code, Some(2 | 4)), "{words}: {ended:?}");
        assert!(ended.err.contains(sentence), "{words}: {ended:?}");
    }
}

#[test]
fn images_are_judged_and_drawn() {
    let folder = Folder::new("judged");
    let path = |name: &str| folder.path(name);
    for (model, seed) in [("joint", 0), ("noisy", 0), ("clean", 1)] {
        let few = "--steps 150 --points 2000 --batch 128 --width 64 --depth 2";
        let out = path(model);
        answer(&format!("train --model {model} --data digits {few} --seed {seed} --out {out}"));
    }
    let [joint, noisy, clean] = ["joint", "noisy", "clean"].map(path);
    let small = "--steps 5 --points 3000 --batch 64 --width 8 --depth 2";
    let [knows, pixels] = ["knows", "pixels"].map(path);
    answer(&format!("train --model clean --data digits {small} --seed 0 --out {knows}"));
    let small = small.replace("3000", "2000");
    answer(&format!(
        "train --model score --data digits {small} --components 0 --seed 1 --out {pixels}"
    ));
    let few = "--samples 100 --steps 6";
    let value = |rows: &[serde_json::Value], gamma: Option<f64>, metric: &str| -> f64 {
        let is = |row: &&serde_json::Value| {
            row["gamma"].as_f64() == gamma && row["metric"].as_str() == Some(metric)
        };
        rows.iter().find(is).and_then(|row| row["value"].as_f64()).unwrap_or(f64::NAN)
    };
    let measured = |words: &str| json(&format!("eval --score {joint} {words} {few}"));
    let rows = measured(&format!("--class all --gamma 0,3 --judge {clean}"));
    // the judge knows true images, and they are nearer to each other than samples of a hasty network
    assert!(value(&rows, None, "held_out_accuracy") > 0.6, "{rows:?}");
    assert!(value(&rows, Some(0.0), "fd") > 2.0 * value(&rows, None, "held_out_fd"), "{rows:?}");
    // unguided samples are of the class wanted by chance alone
    assert!(value(&rows, Some(0.0), "accuracy") < 0.3, "{rows:?}");
    assert!(value(&rows, Some(3.0), "accuracy") > 0.6, "{rows:?}");
    // a folder without files to test by is measured by what its training left
    let idx = path("idx");
    answer(&format!("data --data digits --points 400 --idx {idx}"));
    let few_images = "--points 100 --steps 30 --width 8 --depth 2 --components 4";
    answer(&format!("train --model noisy --data {idx} {few_images} --out {idx}-noisy"));
    assert_eq!(json(&format!("eval --classifier {idx}-noisy --sigma 1 --samples 150")).len(), 2);
    let ended = run(&format!("eval --classifier {idx}-noisy --sigma 1 --samples 151"));
    assert!(ended.err.contains("at most 150"), "{ended:?}");
    // samples of every class in turn say which they are of
    let rows = json(&format!("sample --score {joint} --class all --samples 12 --steps 4"));
    assert_eq!((rows[3]["class"].as_u64(), rows[11]["class"].as_u64()), (Some(3), Some(1)));
    // and each is the sample of its number of that class alone, also by a sampler with noise
    let walked = |class: &str| {
        let walk = "--samples 13 --steps 4 --sampler ancestral --format csv";
        answer(&format!("sample --score {joint} --class {class} {walk}"))
    };
    let (in_turn, alone) = (walked("all"), walked("1"));
    let rows = in_turn.lines().zip(alone.lines()).skip(1).enumerate();
    let same: Vec<usize> = rows.filter(|(_, (a, b))| a.starts_with(*b)).map(|(i, _)| i).collect();
    assert_eq!(same, [1, 11]);
    // the network sees principal components, and its samples are sums of them
    let seen = find(&joint).unwrap().checkpoint;
    assert_eq!(seen.model.network().config.inputs, 128);
    assert!(matches!(seen.view, View::Principal(_)));
    let csv =
        answer(&format!("sample --score {joint} --class 3 --samples 2 --steps 6 --format csv"));
    let rows_of: Vec<f64> =
        csv.lines().skip(1).flat_map(|l| l.split(',').map(|v| v.parse().unwrap())).collect();
    let x = Array2::from_shape_vec((2, 784), rows_of).unwrap();
    let there_and_back = seen.view.points(seen.view.coordinates(x.view()).view());
    assert!((&x - &there_and_back).iter().all(|gap: &f64| gap.abs() < 1e-9));
    // without a class there is nothing to be right about
    let rows = measured(&format!("--judge {clean}"));
    assert!(value(&rows, None, "accuracy").is_nan() && value(&rows, None, "fd") > 0.0);
    // a classifier alone: worse as the noise grows
    let rows = json(&format!("eval --classifier {noisy} --sigma 0.1,5 --samples 300"));
    let right: Vec<f64> = rows
        .iter()
        .filter(|row| row["metric"] == "accuracy")
        .map(|row| row["value"].as_f64().unwrap())
        .collect();
    assert!(right[0] > right[1] + 0.2, "{right:?}");

    let out = format!("--format csv --out {}", path("out"));
    let judged = format!("--gamma 0,1,3 --judge {clean} {few} {out}");
    let all = format!("plot sheets fidelity --score {joint} --class all {judged}");
    assert_eq!(drawn_files(&all).len(), 2);
    let strip = format!("plot denoising --score {joint} --class 3 --gamma 3 --steps 6 {out}");
    assert_eq!(drawn_files(&strip).len(), 1);
    let hybrid = format!("plot hybrid --score {joint} --class 3 --classifier {noisy} {judged}");
    assert_eq!(drawn_files(&hybrid).len(), 1);
    for (words, sentence) in [
        (format!("eval --score {joint} --class 3"), "--judge is required"),
        (format!("eval --score {joint} --class 3 --judge {noisy}"), "a clean classifier is needed"),
        (format!("eval --scene three --judge {clean}"), "a scene has exact answers"),
        (format!("eval --classifier {noisy} --gamma 2"), "--gamma is 2"),
        (format!("sample --classifier {noisy} --class 3"), "only a scene has an exact score"),
        (format!("plot denoising --score {joint} --class all"), "must name one class"),
        (format!("eval --score {joint} --class 3 --gamma 1e300 --judge {clean}"), "not finite"),
        (format!("eval --score {joint} --class 3 --judge {knows}"), "another --seed"),
        (
            format!("eval --score {pixels} --class 3 --classifier {clean} --judge {clean}"),
            "that steers",
        ),
        (format!("plot sheets --score {joint}"), "--class is required"),
        (format!("plot field --score {joint} --class 3"), "does not show images"),
        (format!("plot hybrid --score {joint} --class all --judge {clean}"), "must name one class"),
    ] {
        let few = if words.starts_with("plot") { "" } else { "--samples 100" };
        let ended = run(&format!("{words} {few}"));
        assert!(matches!(ended.code, Some(2 | 4)), "{words}: {ended:?}");
        assert!(ended.err.contains(sentence), "{words}: {ended:?}");
    }
}

#[test]
fn the_lecture_s_gammas_are_drawn_unless_others_are_asked_for_and_one_alone_is_not_left_alone() {
    let folder = Folder::new("gammas");
    let told = |words: &str| {
        let out = folder.path("out");
        let samples = if words.contains("sweep") { "" } else { "--samples 300" };
        answer(&format!("plot {words} {samples} --format json --out {out}"));
        let name = if words.contains("sweep") { "09_gamma_sweep" } else { "11_overshoot" };
        std::fs::read_to_string(folder.0.join(format!("out/{name}.json"))).unwrap()
    };
    let has = |told: &str, gamma: &str| {
        told.contains(&format!("\"γ = {gamma}{}", if told.contains("of six") { ":" } else { "," }))
    };
    let all = |told: String| -> Vec<&str> {
        ["0", "1", "2", "3", "5", "10", "20"].into_iter().filter(|g| has(&told, g)).collect()
    };
    assert_eq!(all(told("sweep")), ["0", "1", "2", "3", "5", "10", "20"]);
    assert_eq!(all(told("overshoot")), ["1", "2", "3", "5", "10"]);
    assert_eq!(all(told("sweep --gamma 10")), ["0", "1", "10"]);
    assert_eq!(all(told("overshoot --gamma 10")), ["1", "10"]);
    assert_eq!(all(told("sweep --gamma 2,5")), ["2", "5"], "several are what is asked for");
    // the caption's promise: at the last of its own γ samples leave the class
    let record: serde_json::Value = serde_json::from_str(&told("overshoot")).unwrap();
    let off =
        |gamma: &str| record["numbers"][format!("γ = {gamma}, 64 steps: off the support")].as_f64();
    assert!(off("1").unwrap() < 0.05 && off("10").unwrap() > 0.3, "{record}");
    let refused = run(&format!("plot overshoot --gamma 1 --out {}", folder.path("out")));
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("--gamma must have a number above 1"), "{refused:?}");
}
