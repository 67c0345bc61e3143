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

#[cfg(feature = "pdf")]
#[test]
fn a_deck_on_paper_needs_no_pictures_beside_it() {
    let folder = Folder::new("paper");
    let out = folder.0.join("out");
    let words = [&["lecture", "--format", "pdf", "--out", out.to_str().unwrap()], &SMALL[..]];
    let ended = Command::new(env!("CARGO_BIN_EXE_scorelab")).args(words.concat()).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let (pdf, told) = (std::fs::read(out.join("deck.pdf")).unwrap(), ended.stdout);
    assert!(pdf.starts_with(b"%PDF") && told.ends_with(b"deck.pdf\n"), "{pdf:.8?} {told:?}");
    let names: Vec<String> =
        files(&out).iter().map(|(name, _)| name.display().to_string()).collect();
    let pages = |bytes: &[u8]| bytes.windows(10).filter(|w| *w == b"/MediaBox ").count();
    let own = names.iter().filter(|name| name.ends_with(".pdf") && *name != "deck.pdf").count();
    assert!(
        own > 25 && pages(&pdf) == own + 1,
        "{own} figures and what moves: {} pages",
        pages(&pdf)
    );
    for ending in [".svg", ".png", ".html", ".pptx"] {
        assert!(!names.iter().any(|name| name.ends_with(ending)), "{names:?}");
    }
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
    let vietnamese = lecture(&out, &[&numbers[..], &["--lang", "vi"]].concat());
    for line in vietnamese.lines().filter(|line| !line.contains('/')) {
        for english in ["written", "checked", "open ", "settings", "must be", "no deck"] {
            assert!(!line.contains(english), "{line}");
        }
    }
    assert!(vietnamese.contains("đã ghi, sau"), "{vietnamese}");
    lecture(&out, &[&numbers[..], &["--seed", "1"]].concat());
    assert!(files(&out) != own, "another seed draws another lecture");
}

/// The commands of a deck's notes, one for each slide that has one.
fn commands(page: &str) -> BTreeSet<String> {
    let codes = page.split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap());
    codes.filter(|code| code.starts_with("scorelab ")).map(String::from).collect()
}

/// Runs a command of the notes with another folder; the files of it.
fn redrawn(command: &str, out: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let words = command.replace("out/slide", out.to_str().unwrap());
    let words = words.split(' ').skip(1);
    let ended = Command::new(env!("CARGO_BIN_EXE_scorelab")).args(words).output().unwrap();
    assert!(ended.status.success(), "{command}: {ended:?}");
    files(out)
}

#[test]
fn the_notes_name_the_command_that_draws_just_this_picture() {
    let folder = Folder::new("notes");
    let out = folder.0.join("deck");
    let words = ["--theme", "dark", "--lang", "vi", "--gamma", "0,1,10", "--format", "svg"];
    assert_eq!(experiment(&out, &[&words[..], &["--seed", "3"]].concat()).code, Some(0));
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    let all = commands(&page);
    assert!(all.len() > 18, "{all:?}");
    for command in &all {
        let words: Vec<_> = command.split(' ').map(std::ffi::OsString::from).collect();
        scorelab_lab::program::check(&words, "").unwrap_or_else(|why| panic!("{command}: {why}"));
        for part in ["--theme dark", "--lang vi", "--gamma 0,1,10", "--seed 3", "--quick"] {
            assert!(command.contains(part), "{command} lacks {part}");
        }
    }
    let deck = files(&out);
    let same = |command: &str, name: &str| {
        let drawn = redrawn(command, &folder.0.join(name));
        assert!(!drawn.is_empty(), "{command} draws nothing");
        drawn.iter().all(|file| deck.contains(file))
    };
    for name in ["two-scores", "bayes-sum", "exact-attention", "sweep", "hybrid", "one-each"] {
        let command = all.iter().find(|command| command.ends_with(&format!(" {name}"))).unwrap();
        assert!(same(command, name), "{command} draws another picture than the deck has");
    }
    // the twins: a command without one of the deck's settings
    let sweep = all.iter().find(|command| command.ends_with(" sweep")).unwrap();
    for (k, setting) in
        [" --theme dark", " --lang vi", " --gamma 0,1,10", " --seed 3"].iter().enumerate()
    {
        assert!(!same(&sweep.replace(setting, ""), &format!("twin-{k}")), "without{setting}");
    }
}
