//! Samples of anybody, measured against a scene or against another file.

use super::{Folder, answer, json, run};
use serde_json::Value;
use std::fmt::Write;

/// The value of a metric and its standard error.
fn metric(rows: &[Value], name: &str) -> (f64, f64) {
    let row = rows.iter().find(|row| row["metric"] == name);
    let row = row.unwrap_or_else(|| panic!("{name} of {rows:?}"));
    (row["value"].as_f64().unwrap(), row["se"].as_f64().unwrap_or(0.0))
}

/// The points of a scene in the files of four programs.
fn written(folder: &Folder, scene: &str, points: usize, seed: u64) -> Vec<String> {
    let file = |ending: &str| {
        let path = folder.path(&format!("{scene}-{points}-{seed}.{ending}"));
        answer(&format!("data --scene {scene} --points {points} --seed {seed} --out {path}"));
        path
    };
    ["csv", "npz", "npy", "json"].map(file).into()
}

#[test]
fn exact_draws_of_any_file_agree_with_their_scene_and_moved_ones_do_not() {
    let folder = Folder::new("exact-draws");
    let files = written(&folder, "three", 2000, 3);
    let said: Vec<String> = files
        .iter()
        .map(|file| answer(&format!("eval --samples {file} --scene three --format csv")))
        .collect();
    assert!(said.iter().all(|rows| *rows == said[0]), "{said:?}");
    let off = |rows: &[Value], name: &str, exact: f64| {
        let (value, se) = metric(rows, name);
        (value - exact).abs() / se
    };
    let exact = json(&format!("eval --samples {} --scene three", files[0]));
    assert_eq!(metric(&exact, "samples").0, 2000.0);
    let agrees = |rows: &[Value]| {
        let mean =
            |j| off(rows, &format!("mean_x{j}"), metric(rows, &format!("exact_mean_x{j}")).0);
        off(rows, "energy", 0.0) < 3.5 && [1, 2].map(mean).iter().all(|off| *off < 4.0)
    };
    assert!(agrees(&exact), "{exact:?}");
    assert!(off(&exact, "off_support_share", 0.001) < 4.0, "{exact:?}");
    // the wrong twin: the first coordinate a quarter of a standard deviation too large
    let text = answer("data --scene three --points 2000 --seed 3 --format csv");
    let moved = text.lines().enumerate().map(|(i, line)| match line.split_once(',') {
        Some((x, rest)) if i > 0 => format!("{},{rest}\n", x.parse::<f64>().unwrap() + 0.25),
        _ => format!("{line}\n"),
    });
    let moved = folder.file("moved.csv", &moved.collect::<String>());
    assert!(!agrees(&json(&format!("eval --samples {moved} --scene three"))));
}

#[test]
fn a_file_is_measured_as_the_samples_that_were_written_to_it() {
    let folder = Folder::new("as-drawn");
    let file = folder.path("dogs.npz");
    let way = "--scene animals --class dog --gamma 5 --steps 8 --seed 2";
    answer(&format!("sample {way} --samples 300 --out {file}"));
    let drawn = json(&format!("eval {way} --samples 300"));
    let read = json(&format!("eval --scene animals --class dog --samples {file}"));
    for name in ["target_share", "other_share", "hybrid_share", "overshoot_share"] {
        assert_eq!(metric(&drawn, name), metric(&read, name), "{name}");
    }
    for name in ["posterior", "spread"] {
        let (own, its) = (metric(&drawn, name).0, metric(&read, name).0); // summed in another order
        assert!((own - its).abs() < 1e-12, "{name}: {own} {its}");
    }
    let cats = json(&format!("eval --scene animals --class cat --samples {file}"));
    assert_ne!(metric(&cats, "target_share"), metric(&read, "target_share"), "the wrong twin");
}

#[test]
fn of_a_file_with_labels_those_of_the_class_are_measured() {
    let folder = Folder::new("of-the-label");
    let text = answer("data --scene animals --points 400 --seed 5 --format csv");
    let all = folder.file("all.csv", &text);
    let dogs: String = text
        .lines()
        .filter(|line| !line.ends_with('n') || line.contains("dog"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(dogs.lines().count(), 400 + 1, "the names of this test");
    let of = |file: &str, class: &str| {
        json(&format!("eval --samples {file} --scene animals --class {class}"))
    };
    let count = text.lines().filter(|line| line.ends_with(",dog")).count() as f64;
    let found = of(&all, "dog");
    assert_eq!((metric(&found, "samples").0, metric(&found, "other_share").0), (count, 0.0));
    assert_eq!(metric(&of(&all, "chó"), "samples").0, count, "either name");
    // by the number of the class, as arrays have it
    let numbers = written(&folder, "animals", 400, 5)[1].clone();
    assert_eq!(of(&numbers, "dog"), found);
    // without labels every row counts: three of four are other animals
    let plain = text.lines().map(|line| line.split(',').take(2).collect::<Vec<_>>().join(","));
    let plain = folder.file("plain.csv", &plain.collect::<Vec<_>>().join("\n"));
    let found = of(&plain, "dog");
    assert_eq!(metric(&found, "samples").0, 400.0);
    assert!(metric(&found, "other_share").0 > 0.6, "{found:?}");
}

#[test]
fn two_files_are_compared_row_by_row() {
    let folder = Folder::new("two-files");
    let (a, b) = (written(&folder, "moons", 900, 1), written(&folder, "moons", 700, 2));
    let energy = |words: &str| metric(&json(&format!("eval {words}")), "energy");
    let (value, se) = energy(&format!("--samples {} --scene {}", a[0], b[1]));
    assert!(value.abs() < 3.5 * se, "{value} ± {se}");
    // not to the wider Gaussians at the rows: the same whatever their width is
    let sd = |sd: &str| energy(&format!("--samples {} --scene {} --sd {sd}", a[0], b[0]));
    assert_eq!(sd("0.5"), (value, se));
    let other = written(&folder, "ring8", 700, 2);
    let (far, se) = energy(&format!("--samples {} --scene {}", a[0], other[0]));
    assert!(far > 10.0 * se, "the wrong twin: {far} ± {se}");
    let of_class =
        json(&format!("eval --samples {} --scene {} --class upper --sd 0.1", a[0], b[0]));
    assert!(metric(&of_class, "target_share").0 > 0.95, "{of_class:?}");
    // a file whose rows are sorted is measured as one whose rows are not
    let text = answer("data --scene moons --points 6000 --seed 4 --format csv");
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].sort_by_key(|line| line.ends_with("lower"));
    let sorted = folder.file("sorted.csv", &lines.join("\n"));
    let (value, se) = energy(&format!("--samples {sorted} --scene moons"));
    assert!(value.abs() < 3.5 * se, "the first 2,000 are of one class: {value} ± {se}");
}

#[test]
fn samples_that_cannot_be_measured_are_refused_in_words() {
    let folder = Folder::new("no-samples");
    let rows = |n: usize, row: &dyn Fn(usize) -> String| {
        (0..n).fold(String::new(), |mut text, i| {
            writeln!(text, "{}", row(i)).unwrap();
            text
        })
    };
    let file = |name: &str, n, row: &dyn Fn(usize) -> String| folder.file(name, &rows(n, row));
    let good = file("good.csv", 30, &|i| format!("{i},0.5"));
    let three = file("three.csv", 30, &|i| format!("{i},0,0"));
    let nan = file("nan.csv", 30, &|i| if i == 6 { "1,nan".into() } else { "1,2".into() });
    let few = file("few.csv", 7, &|i| format!("{i},0"));
    let named = file("named.csv", 40, &|i| format!("{i},0,{}", if i < 3 { "dog" } else { "owl" }));
    let none = folder.file("none.csv", "");
    for (words, piece) in [
        (
            format!("--samples {three} --scene animals"),
            "it has 3 columns of numbers, but a point here has 2",
        ),
        (format!("--samples {nan} --scene animals"), "row 7, column 2: NaN is not a number"),
        (
            format!("--samples {few} --scene animals"),
            "it has 7 samples, but at least 20 are needed",
        ),
        (format!("--samples {none} --scene animals"), "it holds no numbers"),
        (
            format!("--samples {named} --scene animals --class dog"),
            "it has 3 samples with the label dog, but at least 20",
        ),
        (
            format!("--samples {good}"),
            "--scene is left out, but it must be given: a scene, or another file",
        ),
        (format!("--samples {good} --scene animals --class owl"), "the class of scene animals"),
        (
            format!("--samples {good} --scene animals --sd 1"),
            "the scene animals is not a file of points",
        ),
        (format!("--samples {good} --scene animals --class dog --gamma 2"), "nothing is walked"),
        (format!("--samples {good} --scene animals --steps 5"), "nothing is walked"),
        (format!("--samples {good} --scene animals --score exact"), "nothing is walked"),
        (
            format!("--samples {good} --scene {three}"),
            "it has 2 columns of numbers, but a point here has 3",
        ),
        ("--samples good.png --scene animals".into(), "a file of points (.csv"),
        (format!("--samples {} --scene animals", folder.path("nosuch.csv")), "nosuch.csv"),
    ] {
        let ended = run(&format!("eval {words}"));
        assert!(matches!(ended.code, Some(2..=4)), "{words}: {ended:?}");
        assert!(ended.err.contains(piece) && ended.err.lines().count() == 1, "{words}: {ended:?}");
    }
    assert_eq!(run(&format!("eval --samples {good} --scene animals")).code, Some(0));
    // the columns of the file can be chosen
    let chosen = format!("eval --samples {three} --scene animals --columns 1,3");
    assert_eq!(run(&chosen).code, Some(0));
}

#[test]
fn a_sweep_measures_files_but_not_in_place_of_what_it_trains() {
    let folder = Folder::new("sweep-files");
    let (a, b) = (written(&folder, "three", 60, 1), written(&folder, "three", 60, 2));
    let grid =
        format!("[eval]\nscene = \"three\"\n[grid.eval]\nsamples = [{:?}, {:?}]\n", a[0], b[0]);
    let (grid, out) = (folder.file("grid.toml", &grid), folder.path("out"));
    answer(&format!("sweep {grid} --out {out}"));
    let results = std::fs::read_to_string(format!("{out}/results.csv")).unwrap();
    let energies: Vec<&str> = results.lines().filter(|line| line.contains(",energy,")).collect();
    assert!(energies.len() == 2 && energies[0] != energies[1], "{results}");
    let trains = format!("[train]\nsteps = 1\n[eval]\nsamples = {:?}\n", a[0]);
    let ended = run(&format!("sweep {} --out {out}", folder.file("trains.toml", &trains)));
    assert!(ended.code == Some(4) && ended.err.contains("what the sweep trains"), "{ended:?}");
}

#[test]
fn classes_called_by_numbers_are_read_back_from_arrays_as_from_text() {
    let folder = Folder::new("numbered");
    let scene = |names: [&str; 3]| -> String {
        let row = |(k, i): (usize, usize)| format!("{},{},{}\n", 5 * k, i, names[k]);
        let rows = (0..24).map(|i| row((i % 3, i / 3)));
        folder.file("numbered.csv", &format!("x,y,label\n{}", rows.collect::<String>()))
    };
    let numbered = scene(["1", "2", "3"]);
    for ending in ["csv", "npz", "json"] {
        let out = folder.path(&format!("drawn.{ending}"));
        answer(&format!("data --scene {numbered} --points 300 --out {out}"));
        for (class, right) in [("1", "3"), ("3", "2")] {
            let of = |class: &str| {
                json(&format!("eval --samples {out} --scene {numbered} --class {class}"))
            };
            let (rows, twin) = (of(class), of(right));
            assert!(metric(&rows, "target_share").0 > 0.9, "{ending}, {class}: {rows:?}");
            let [mean, other] = [&rows, &twin].map(|rows| metric(rows, "mean_x1").0);
            assert!((mean - other).abs() > 3.0, "another class is elsewhere: {mean}, {other}");
        }
    }
    let mixed = scene(["2", "b", "c"]);
    let ended = run(&format!("data --scene {mixed} --points 30 --out {}", folder.path("m.npz")));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("a class is called by the number of another"), "{ended:?}");
    let unlike = scene(["9", "b", "c"]);
    answer(&format!("data --scene {unlike} --points 30 --out {}", folder.path("m.npz")));
}
