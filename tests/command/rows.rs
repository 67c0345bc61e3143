//! The rows of a file as a training set, without a scene.

use super::{Folder, SMALL, answer, json, run};
use scorelab::checkpoint::{self, Model};
use scorelab::mixture::Labelled;
use scorelab::nn::{Params, ScoreNet};
use scorelab::train::train_score;
use std::path::Path;

/// Rows of two classes, sorted by class as files often are.
fn text(rows: usize) -> String {
    let row = |i: usize| {
        let (side, label) = if 2 * i < rows { (-1.0, "trái") } else { (1.0, "phải") };
        let x = side * (1.5 + 0.01 * (i % 50) as f64);
        format!("{x},{},{label}\n", 0.05 * (i % 7) as f64)
    };
    std::iter::once("a,b,label\n".into()).chain((0..rows).map(row)).collect()
}

/// The same rows, as a network sees them.
fn points(text: &str) -> Labelled {
    let cells = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let rows: Vec<([f64; 2], usize)> = cells
        .map(|c| ([c[0], c[1]].map(|x| x.parse().unwrap()), usize::from(c[2] == "phải")))
        .collect();
    let x: Vec<[f64; 2]> = rows.iter().map(|(x, _)| *x).collect();
    Labelled { x: x.into(), y: rows.iter().map(|(_, y)| *y).collect() }
}

/// The weights at the end of a run.
fn weights(folder: &str) -> Params {
    checkpoint::find(Path::new(folder)).unwrap().checkpoint.model.network().params.clone()
}

#[test]
fn what_is_learned_is_what_the_library_learns_from_these_rows() {
    let folder = Folder::new("rows-bits");
    let rows = text(160);
    let (file, out) = (folder.file("p.csv", &rows), folder.path("run"));
    answer(&format!("train {SMALL} --data {file} --seed 3 --out {out}"));
    let found = checkpoint::find(Path::new(&out)).unwrap().checkpoint;
    let recipe = found.trained.recipe.clone().unwrap();
    let data = points(&rows);
    let twin = |data: &Labelled| {
        let sigma_data = (data.x.mapv(|x| x * x).mean().unwrap()).sqrt();
        let net = ScoreNet::new(recipe.shape(2, 0), recipe.target, sigma_data, 3).unwrap();
        train_score(net, data, recipe.levels, recipe.train.clone(), &mut |_| ())
            .unwrap()
            .network
            .params
    };
    let Model::Score(net) = &found.model else { panic!("a score network") };
    assert_eq!(twin(&data), net.network.params);
    assert_eq!(found.trained.data.points, 160);
    let mut moved = data.clone();
    moved.x[[7, 0]] += 0.01;
    assert_ne!(twin(&moved), net.network.params, "the wrong twin: one row is another");
    // the scene of the same file is another training set: Gaussians about the rows
    let scene = folder.path("scene");
    answer(&format!("train {SMALL} --scene {file} --seed 3 --out {scene}"));
    assert_ne!(weights(&scene), weights(&out));
}

#[test]
fn a_run_on_rows_is_resumed_sampled_and_measured_and_knows_its_file() {
    let folder = Folder::new("rows-run");
    let file = folder.file("mine.csv", &text(300));
    let out = folder.path("run");
    answer(&format!("train {SMALL} --model joint --data {file} --out {out}"));
    assert!(answer(&format!("info {out}")).contains("recipe.data.rows.path"));
    let words = format!("sample --score {out} --class phải --gamma 1 --samples 50 --format csv");
    let drawn = answer(&words);
    assert_eq!(drawn, answer(&words.replace("--class phải", "--class 1")), "labels are names");
    assert_ne!(drawn, answer(&words.replace("--class phải", "--class trái")));
    let each = json(&format!("sample --score {out} --class all --samples 4"));
    assert_eq!((&each[0]["name"], &each[1]["name"]), (&"trái".into(), &"phải".into()));
    assert_eq!(run(&format!("train --resume {out}")).code, Some(0));
    // nothing is known exactly, until a scene is named; the file itself is one
    for words in [format!("eval --score {out}"), format!("plot field --score {out}")] {
        let ended = run(&words);
        let must = "--scene is left out, but it must be given: the network was trained on the rows of mine alone";
        assert!(ended.code == Some(2) && ended.err.contains(must), "{words}: {ended:?}");
    }
    let rows = json(&format!("eval --score {out} --scene {file} --samples 60 --steps 8"));
    assert!(rows.iter().any(|row| row["metric"] == "score_error"), "{rows:?}");
    let field = format!("field --score {out} --class 0 --grid -1,1,3");
    assert_eq!(answer(&field), answer(&format!("{field} --scene {file}")));
    // what the file holds counts, not how it is written
    std::fs::write(&file, text(300).replace(',', ";")).unwrap();
    assert_eq!(answer(&words), drawn);
    std::fs::write(&file, text(301)).unwrap();
    for words in [words.clone(), format!("train --resume {out}")] {
        let ended = run(&words);
        assert_eq!(ended.code, Some(4), "{words}: {ended:?}");
        assert!(ended.err.contains("mine.csv: the file has changed since"), "{ended:?}");
    }
    std::fs::remove_file(&file).unwrap();
    let ended = run(&words);
    assert!(ended.code == Some(4) && ended.err.contains("but it is gone; restore it"), "{ended:?}");
}

#[test]
fn fewer_rows_than_all_are_drawn_by_the_seed_and_not_the_first_ones() {
    let folder = Folder::new("rows-some");
    let file = folder.file("p.csv", &text(400));
    let some = |seed: u64| {
        let out = folder.path(&format!("run{seed}"));
        let words = format!("train {SMALL} --model joint --points 80 --data {file}");
        let words = words.replace("--points 2000", "");
        let ended = run(&format!("{words} --seed {seed} --out {out}"));
        // the second class stands in the second half of the file
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.err.contains("80 of the 400 rows of p are for training"), "{ended:?}");
        weights(&out)
    };
    assert_ne!(some(1), some(2));
    let drawn = answer(&format!("data --data {file} --points 400 --format csv"));
    let own: Vec<String> = drawn.lines().skip(1).map(|l| l.split(',').take(2).collect()).collect();
    let rows: Vec<String> =
        text(400).lines().skip(1).map(|l| l.split(',').take(2).collect()).collect();
    assert_eq!(own, rows, "all rows are written as they are");
    assert!(run(&format!("data --data {file} --seed 2")).err.contains("all rows are written"));
    let few = |seed| answer(&format!("data --data {file} --points 9 --seed {seed} --format csv"));
    assert_ne!(few(1), few(2));
    assert!(few(1).lines().skip(1).all(|line| drawn.contains(line)));
}

#[test]
fn more_numbers_than_a_scene_can_have_are_learned() {
    let folder = Folder::new("rows-wide");
    let row = |i: usize| {
        let cells = (0..40).map(|j| format!("{:.3}", ((i * 7 + j * 11) % 97) as f64 / 50.0 - 1.0));
        cells.collect::<Vec<_>>().join("\t") + "\n"
    };
    let file = folder.file("wide.tsv", &(0..7000).map(row).collect::<String>());
    let out = folder.path("run");
    let few = "--steps 3 --batch 128 --width 16 --depth 1";
    answer(&format!("train {few} --data {file} --out {out}"));
    let drawn = answer(&format!("sample --score {out} --samples 5 --steps 4 --format csv"));
    assert_eq!(drawn.lines().next().unwrap().split(',').count(), 40);
    let ended = run(&format!("train {few} --scene {file} --out {out}2"));
    assert!(ended.err.contains("but a scene has at most"), "{ended:?}");
}

#[test]
fn rows_of_which_nothing_can_be_learned_are_refused_in_words() {
    let folder = Folder::new("no-rows");
    let good = folder.file("good.csv", &text(60));
    let of = |name: &str, text: &str| folder.file(name, text);
    for (words, piece) in [
        (of("one.csv", "1,2\n"), "at least 2: nothing can be learned from a single row"),
        (of("equal.csv", &"1,2\n".repeat(9)), "its 9 rows are all alike"),
        (of("nan.csv", "1,2\n3,nan\n"), "row 2, column 2: NaN is not a number"),
        (of("ragged.csv", "1,2\n3\n"), "row 2 has 1 cells"),
        (of("empty.csv", ""), "it holds no numbers"),
        (of("wide.csv", &vec!["1"; 1_000_000].join(",")), "more than 10000 columns"),
        (format!("{good} --sd 0.3"), "--sd is given, but it must be left out"),
        (format!("{good} --scene three"), "--scene is given, but it must be left out"),
        (format!("{good} --components 3"), "only networks for images"),
        (format!("{good} --columns a,c"), "no column \"c\""),
        (format!("{} --model noisy", of("all.csv", "1,2\n3,4\n5,6\n")), "at least 2"),
        (folder.path("nosuch.csv"), "nosuch.csv"),
    ] {
        let ended =
            run(&format!("train --steps 1 --out {}/run --data {words}", folder.0.display()));
        assert!(matches!(ended.code, Some(2..=4)), "{words}: {ended:?}");
        assert!(ended.err.contains(piece) && ended.err.lines().count() == 1, "{words}: {ended:?}");
    }
    assert!(!folder.0.join("run").exists(), "nothing was made");
    let long = of("long.csv", &"1,2\n3,4\n".repeat(50_000));
    for words in [
        format!("train --data {long}"),
        format!("sample --scene {long} --sd 1"),
        format!("eval --scene three --samples {long}"),
    ] {
        let ended = run(&format!("{words} --memory 0.005"));
        assert!(
            matches!(ended.code, Some(2 | 4)) && ended.err.contains("--memory"),
            "{words}: {ended:?}"
        );
        assert!(ended.err.contains("numbers; raise --memory, or use fewer"), "{words}: {ended:?}");
    }
    let grid = |eval: &str| {
        folder.file(
            "g.toml",
            &format!("[train]\ndata = {good:?}\nsteps = 1\n[eval]\nsamples = 20\n{eval}"),
        )
    };
    let ended = run(&format!("sweep {} --out {}", grid(""), folder.path("sweep")));
    assert!(
        ended.code == Some(4) && ended.err.contains("scene in [eval] is required"),
        "{ended:?}"
    );
    let named = grid(&format!("scene = {good:?}\n"));
    assert_eq!(run(&format!("sweep {named} --out {}", folder.path("sweep"))).code, Some(0));
}

#[test]
fn rows_far_from_zero_are_told_as_those_of_a_scene_are() {
    let folder = Folder::new("rows-far");
    let far: String = (0..50).map(|i| format!("{},{}\n", 10 + i % 5, 0.1 * i as f64)).collect();
    let (file, out) = (folder.file("far.csv", &far), folder.path("run"));
    answer(&format!("train {SMALL} --data {file} --out {out}"));
    let words = format!("sample --score {out} --samples 5 --steps 3 --process ve");
    let [own, scene] =
        [words.clone(), format!("{words} --scene {file}")].map(|words| run(&words).err);
    let said = |text: &str| text.split(" standard deviations off").next().unwrap().to_string();
    assert!(own.contains("still carries the data where walks start"), "{own}");
    assert_eq!(said(&own), said(&scene));
    assert_eq!(run(&words.replace("--process ve", "--process flow")).err, "");
}
