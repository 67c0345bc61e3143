//! The deck of the lecture.

use super::{Ended, Folder, files, run_experiment};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The files that a page shows.
fn shown(page: &str) -> Vec<String> {
    let sources = page.split("<img src=\"").skip(1);
    sources.map(|rest| rest.split('"').next().unwrap().to_string()).collect()
}

const SMALL: [&str; 5] = ["--quick", "--samples", "60", "--steps", "8"];

/// Runs the experiment with these flags, in this folder.
fn experiment(out: &Path, more: &[&str]) -> Ended {
    run_experiment(
        "lecture_figures",
        &[&SMALL[..], &["--out", out.to_str().unwrap()], more].concat(),
    )
}

/// A network of this kind that has learned for a moment, in this folder.
fn learned(folder: &Path, kind: &str) -> String {
    let out = folder.join(kind).display().to_string();
    let words = format!(
        "train --model {kind} --points 300 --batch 64 --width 16 --depth 1 --features 8 --steps 3 --out {out}"
    );
    let words = words.split(' ').filter(|word| !word.is_empty());
    let ended = Command::new(env!("CARGO_BIN_EXE_scorelab")).args(words).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    out
}

#[test]
fn every_slide_shows_a_picture_that_is_there_and_none_comes_twice() {
    let folder = Folder::new("deck");
    let out = folder.0.join("out");
    let captions = learned(&folder.0, "caption");
    let ended = experiment(&out, &["--format", "png", "--score", &captions]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    let shown = shown(&page);
    let once: BTreeSet<&String> = shown.iter().collect();
    assert!(shown.len() > 25 && once.len() == shown.len(), "{shown:?}");
    for file in &shown {
        assert!(out.join(file).is_file() && !file.ends_with(".svg"), "{file}");
    }
    for stem in ["19_word_attention", "20a_composition", "20b_one_z", "20c_worn"] {
        assert!(shown.contains(&format!("{stem}.png")), "{stem} of the network for captions");
    }
    assert!(std::fs::read(out.join("deck.pptx")).unwrap().starts_with(b"PK"));
    assert!(page.contains("<iframe src=\"guidance.html\""));
    let live = std::fs::read_to_string(out.join("guidance.html")).unwrap();
    assert!(live.contains("\"scenes\":[{") && live.contains("Content-Security-Policy"));
    // no deck of panels
    std::fs::remove_file(out.join("index.html")).unwrap();
    let ended = experiment(&out, &["--format", "png", "--panel", "1"]);
    assert!(ended.out.contains("no deck"));
    assert!(!out.join("index.html").exists());
    // a network without captions is refused before anything is drawn
    let ended = experiment(&out, &["--score", &learned(&folder.0, "joint")]);
    assert_ne!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.err.contains("a network without captions, but one that knows them is needed"));
    assert!(!out.join("index.html").exists());
}

#[test]
fn the_command_lecture_draws_what_the_experiment_does() {
    let folder = Folder::new("lecture");
    let [own, out] = ["experiment", "command"].map(|name| folder.0.join(name));
    let numbers = ["--format", "csv", "--scene", "three", "--class", "1"];
    assert_eq!(experiment(&own, &numbers).code, Some(0));
    let lecture = |out: &Path, more: &[&str]| {
        let words = [&["lecture", "--out", out.to_str().unwrap()], &SMALL[..], more].concat();
        let ended = Command::new(env!("CARGO_BIN_EXE_scorelab")).args(words).output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
        String::from_utf8(ended.stdout).unwrap()
    };
    let told = lecture(&out, &numbers);
    let [own, alike] = [own, out.clone()].map(|folder| files(&folder));
    assert!(own.len() > 25 && own == alike, "{} files and {}", own.len(), alike.len());
    assert!(
        told.contains(
            "not checked: settings differ from the defaults (--scene --class --steps --samples)"
        ),
        "{told}"
    );
    lecture(&out, &[&numbers[..], &["--seed", "1"]].concat());
    assert!(files(&out) != own, "another seed draws another lecture");
}
