//! A sweep in shards, some of them killed, gives the table of a sweep without shards.

use super::{Folder, answer, program, run};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// Two widths and two γ, some of them repeated: 4·repeats runs.
fn grid(repeats: usize) -> String {
    format!(
        "repeats = {repeats}\n[train]\nmodel = \"joint\"\nscene = \"three\"\nsteps = 60\npoints = 500\nbatch = 64\ndepth = 1\n\
         [eval]\nclass = 0\nsamples = 100\nsteps = 8\nsigma = 1\n[grid.train]\nwidth = [8, 12]\n[grid.eval]\ngamma = [1, [1, 2.5]]\n"
    )
}

fn results(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("results.csv")).unwrap()
}

/// The usual sweep has 12 runs; set `SCORELAB_RUNS` to 60 for a longer one.
#[test]
fn shards_that_are_killed_and_started_again_merge_to_the_same_table() {
    let runs: usize = std::env::var("SCORELAB_RUNS").map_or(12, |n| n.parse().expect("a number"));
    let folder = Folder::new("sweep");
    let file = folder.file("grid.toml", &grid(runs / 4));
    let (whole, parts) = (folder.0.join("whole"), folder.0.join("parts"));
    answer(&format!("sweep {file} --out {}", whole.display()));
    let shard =
        |i: usize| format!("sweep {file} --shard {i}/6 --every 5 --out {}", parts.display());
    let mut killed = 0;
    for i in [2, 5] {
        let mut child =
            program(&shard(i)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // until it trains its first run
        let busy =
            || std::fs::read_dir(&parts).is_ok_and(|mut d| d.any(|e| e.unwrap().path().is_dir()));
        while !busy() {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
    }
    let merge = format!("sweep {file} --merge --out {}", parts.display());
    let early = run(&merge);
    assert_eq!(early.code, Some(4), "{early:?}");
    assert!(early.err.contains(&format!("of {runs} runs are not done")), "{early:?}");
    for i in 1..=6 {
        answer(&shard(i));
    }
    assert!(killed > 0, "no shard was killed in the middle");
    let table = results(&parts);
    assert_eq!(table, results(&whole));
    // each training has a seed of its own, on which every γ is measured; and what varies has an effect
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let headers = reader.headers().unwrap().clone();
    assert_eq!(
        &headers.iter().take(5).collect::<Vec<_>>(),
        &["id", "seed", "eval.gamma", "train.width", "repeat"]
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let distinct = |column: usize| {
        rows.iter().map(|r| &r[column]).collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!((distinct(0), distinct(1)), (runs, runs / 2));
    let folders =
        std::fs::read_dir(&whole).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), runs / 2, "one training for all γ");
    let at_one: Vec<Vec<&str>> = rows
        .iter()
        .filter(|r| &r[5] == "1" && &r[7] == "target_share")
        .map(|r| r.iter().skip(1).collect())
        .collect();
    let told = |row: &[&str]| (row[0].to_string(), row[2..].join(","));
    let first: std::collections::BTreeSet<_> = at_one.iter().map(|r| told(r)).collect();
    assert_eq!(
        (at_one.len(), first.len()),
        (runs, runs / 2),
        "paired: γ = 1 is the same whatever stands beside it"
    );
    let errors: Vec<&str> = rows.iter().filter(|r| &r[7] == "score_error").map(|r| &r[8]).collect();
    assert_eq!(errors.len(), runs / 2 * 3, "one γ in half of the runs, two in the others");
    // a third time there is nothing left to do, and the table can be made again
    std::fs::remove_file(parts.join("results.csv")).unwrap();
    let told = answer(&format!("{} --format csv", shard(2)));
    assert!(
        told.lines().nth(1).unwrap().starts_with(&format!("{runs},{},0,0,", runs / 6)),
        "{told}"
    );
    assert_eq!(results(&parts), table);
    std::fs::remove_file(parts.join("results.csv")).unwrap();
    answer(&merge);
    assert_eq!(results(&parts), table);
}

#[test]
fn a_run_that_fails_is_a_row_with_its_reason() {
    let folder = Folder::new("failing");
    let text = "[train]\nscene = \"three\"\nsteps = 60\npoints = 200\nbatch = 64\ndepth = 1\nwidth = 8\nclip = 1e12\nwarmup = 1\ntarget = \"x0\"\n\
                [eval]\nsamples = 100\nsteps = 4\nsigma = 1\n[grid.train]\nlearning-rate = [0.001, 1e13]\n";
    let file = folder.file("grid.toml", text);
    let out = folder.0.join("out");
    let told = answer(&format!("sweep {file} --format csv --out {}", out.display()));
    assert!(told.lines().nth(1).unwrap().starts_with("2,0,1,1,"), "{told}");
    let table = results(&out);
    assert!(
        table.lines().any(|l| l.contains("score_error"))
            && table.contains("training stopped at step"),
        "{table}"
    );
}

#[test]
fn a_sweep_of_which_nothing_comes_has_a_code_of_its_own_and_memory_is_asked_again() {
    let folder = Folder::new("nothing");
    let all_fail = "[train]\nscene = \"three\"\nsteps = 60\npoints = 200\nbatch = 64\ndepth = 1\nwidth = 8\nclip = 1e12\nwarmup = 1\ntarget = \"x0\"\n\
                    [eval]\nsamples = 100\nsteps = 4\n[grid.train]\nlearning-rate = [1e13, 1e14]\n";
    let file = folder.file("fail.toml", all_fail);
    let ended = run(&format!("sweep {file} --out {}", folder.path("fail")));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.lines().last().unwrap().starts_with("error: 2 of 2"), "{ended:?}");
    let file = folder.file("big.toml", "[train]\nscene = \"three\"\nsteps = 5\npoints = 300\ndepth = 1\nwidth = 8\n[eval]\nsamples = 100\nsteps = 4\n[grid.train]\nseed = [1]\n");
    let sweep = |gib: &str| {
        run(&format!("sweep {file} --memory {gib} --format csv --out {}", folder.path("big")))
    };
    let refused = sweep("0.0001");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("it is tried again the next time"), "{refused:?}");
    let done = sweep("4");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.out.lines().nth(1).unwrap().starts_with("1,0,1,0,"), "{done:?}");
}

#[test]
fn a_scene_of_other_contents_is_another_run() {
    let folder = Folder::new("contents");
    let points = folder.file("p.csv", "x,y,label\n-1,0,a\n-1.2,0.1,a\n1,0,b\n1.1,0.2,b\n");
    let text = format!(
        "[eval]\nscene = \"{points}\"\nsamples = 100\nsteps = 4\n[grid.eval]\nclass = [0]\n"
    );
    let file = folder.file("grid.toml", &text);
    let told = || answer(&format!("sweep {file} --format csv --out {}", folder.path("out")));
    let counts =
        |told: &str| told.lines().nth(1).unwrap().split(',').take(3).collect::<Vec<_>>().join(",");
    assert_eq!(counts(&told()), "1,0,1");
    assert_eq!(counts(&told()), "1,1,0", "the good twin: nothing has changed");
    std::fs::write(&points, "x,y,label\n-1,0,a\n-1.2,0.1,a\n1,0,b\n5.1,0.2,b\n").unwrap();
    assert_eq!(counts(&told()), "1,0,1");
}

#[test]
fn a_classifier_is_measured_alone_and_with_a_class_as_what_steers() {
    let folder = Folder::new("classifiers");
    let train = "[train]\nscene = \"three\"\nsteps = 60\npoints = 500\nbatch = 64\ndepth = 1\n\
                 [grid.train]\nmodel = [\"noisy\", \"clean\"]\n[eval]\nsamples = 100\n";
    for (name, more, words, metrics) in [
        ("alone", "sigma = 1\n", "", ["accuracy", "gradient_cosine"]),
        // the scene is the classifier's, which a person has to say
        (
            "steering",
            "class = 1\nsteps = 8\n",
            "--scene three --class 1 --steps 8",
            ["target_share", "energy"],
        ),
    ] {
        let file = folder.file(&format!("{name}.toml"), &format!("{train}{more}"));
        let out = folder.0.join(name);
        answer(&format!("sweep {file} --out {}", out.display()));
        let table = results(&out);
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        for model in ["noisy", "clean"] {
            // id, seed, model, then the columns of `eval`, then the error
            let own: Vec<&csv::StringRecord> = rows.iter().filter(|r| &r[2] == model).collect();
            let of_run = std::fs::read(out.join(format!("{}.json", &own[0][0]))).unwrap();
            let of_run: serde_json::Value = serde_json::from_slice(&of_run).unwrap();
            let run = out.join(of_run["training"].as_str().unwrap());
            let sigma = if name == "alone" { "--sigma 1" } else { "" };
            let asked = answer(&format!(
                "eval --classifier {} {words} --samples 100 {sigma} --seed {} --format csv",
                run.display(),
                &own[0][1]
            ));
            let swept = own.iter().map(|r| r.iter().skip(3).take(7).collect::<Vec<_>>().join(","));
            assert_eq!(swept.collect::<Vec<_>>(), asked.lines().skip(1).collect::<Vec<_>>());
            assert!(metrics.iter().all(|m| asked.contains(&format!(",{m},"))), "{asked}");
        }
        let of = |model: &str| -> Vec<&str> {
            rows.iter().filter(|r| &r[2] == model).map(|r| &r[6]).collect()
        };
        assert_ne!(of("noisy"), of("clean"), "the two kinds are told apart: {table}");
    }
}

#[test]
fn networks_of_images_are_measured_by_a_judge_and_their_classifiers_by_labels() {
    let folder = Folder::new("sweep-images");
    let small = "--data digits --points 150 --steps 20 --batch 64 --width 16 --depth 1";
    let judge = folder.path("judge");
    answer(&format!("train --model clean {small} --seed 1 --out {judge}"));
    let train =
        "[train]\ndata = \"digits\"\npoints = 150\nsteps = 20\nbatch = 64\nwidth = 16\ndepth = 1\n";
    let eval = "[eval]\nsamples = 100\n";
    for (name, more, metric) in [
        ("joint", format!("{eval}steps = 4\nclass = 3\njudge = \"{judge}\"\n"), ",coverage,"),
        ("noisy", format!("{eval}sigma = 1\n"), ",accuracy,"),
    ] {
        let file =
            folder.file(&format!("{name}.toml"), &format!("{train}model = \"{name}\"\n{more}"));
        let out = folder.0.join(name);
        let told = answer(&format!("sweep {file} --format csv --out {}", out.display()));
        assert!(told.lines().nth(1).unwrap().starts_with("1,0,1,0,"), "{told}");
        assert!(results(&out).contains(metric), "{}", results(&out));
    }
}

#[test]
fn a_sweep_without_training_asks_the_exact_scores() {
    let folder = Folder::new("exact");
    let file = folder.file(
        "grid.toml",
        "[eval]\nsamples = 100\nsteps = 4\n[grid.eval]\nscene = [\"three\", \"ring8\"]\n",
    );
    let out = folder.0.join("out");
    answer(&format!("sweep {file} --out {}", out.display()));
    let table = results(&out);
    assert!(table.contains(",three,") && table.contains(",ring8,"), "{table}");
}

#[test]
fn a_grid_that_cannot_be_is_refused_before_anything_runs() {
    let folder = Folder::new("grids");
    let out = folder.path("out");
    for (text, sentence) in [
        ("[grid.train]\nwdth = [1]", "(did you mean \"width\"?)"),
        ("[gird.train]\nwidth = [1]", "(did you mean \"grid\"?)"),
        ("[grid.trian]\nwidth = [1]", "[grid.train] and [grid.eval]"),
        ("[grid.train]\nwidth = 8", "must be a list"),
        ("[grid.train]\nwidth = [8, 16, 8]", "width in [grid.train] is 8 twice"),
        ("[grid.eval]\ngamma = [1, 2, 1.0]", "gamma in [grid.eval] is 1 twice"),
        ("[grid.train]\nwidth = []", "must be a list"),
        ("[grid.train]\nwidth = [0.5]", "invalid value '0.5'"),
        ("[grid.train]\nsteps = [0]", "training steps is 0"),
        ("[train]\nwidth = 8\n[grid.train]\nwidth = [8]", "given both in"),
        ("[train]\nout = \"x\"", "set by the sweep itself"),
        (
            "[train]\nsteps = 5\n[eval]\nscore = \"exact\"",
            "the sweep trains one and sets it itself",
        ),
        ("[train]\nmodel = \"noisy\"\n[eval]\ngamma = 2", "gamma in [eval] is given"),
        (
            "[train]\nmodel = \"noisy\"\n[eval]\nclassifier = \"exact\"",
            "classifier in [eval] is given",
        ),
        (
            "[train]\nmodel = \"clean\"\n[eval]\nscore = \"x\"",
            "it must be given together with a class",
        ),
        (
            "[train]\nmodel = \"noisy\"\n[eval]\nguiding = \"x\"",
            "the classifier that is trained does the steering",
        ),
        ("[train]\ndata = \"digits\"", "judge in [eval] is required"),
        (
            "[train]\ndata = \"digits\"\nmodel = \"noisy\"\n[eval]\nclass = 3\njudge = \"x\"",
            "images have no exact score to steer",
        ),
        ("repeats = 0", "repeats must be"),
        ("repeats = 90000\n[grid.eval]\nseed = [1, 2]", "over 100000 runs"),
        ("grid = 3", "grid must be a table"),
        ("train = 3", "train must be a table"),
    ] {
        let file = folder.file("grid.toml", text);
        let ended = run(&format!("sweep {file} --out {out}"));
        assert_eq!(ended.code, Some(4), "{text}: {ended:?}");
        assert!(
            ended.err.contains(sentence) && ended.err.lines().count() == 1,
            "{text}: {ended:?}"
        );
        assert!(!Path::new(&out).exists(), "{text}");
    }
    let file = folder.file("grid.toml", &grid(1));
    for shard in ["0/3", "4/3", "1", "a/b", "1/0", "-1/3"] {
        let ended = run(&format!("sweep {file} --shard={shard} --out {out}"));
        assert_eq!(ended.code, Some(2), "{shard}: {ended:?}");
        assert!(ended.err.contains("I/N with I from 1 to N"), "{shard}: {ended:?}");
    }
}
