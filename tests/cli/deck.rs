//! The deck of the lecture.

use super::{Folder, run_experiment};
use std::collections::BTreeSet;

/// The files that a page shows.
fn shown(page: &str) -> Vec<String> {
    let sources = page.split("<img src=\"").skip(1);
    sources.map(|rest| rest.split('"').next().unwrap().to_string()).collect()
}

#[test]
fn every_slide_shows_a_picture_that_is_there_and_none_comes_twice() {
    let folder = Folder::new("deck");
    let out = folder.0.join("out");
    let small = ["--quick", "--samples", "60", "--steps", "8"];
    let all = [&small[..], &["--format", "png", "--out", out.to_str().unwrap()]].concat();
    let ended = run_experiment("lecture_figures", &all);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    let shown = shown(&page);
    let once: BTreeSet<&String> = shown.iter().collect();
    assert!(shown.len() > 25 && once.len() == shown.len(), "{shown:?}");
    for file in &shown {
        assert!(out.join(file).is_file() && !file.ends_with(".svg"), "{file}");
    }
    assert!(std::fs::read(out.join("deck.pptx")).unwrap().starts_with(b"PK"));
    // no deck of panels
    let panel = [&all[..], &["--panel", "1"]].concat();
    std::fs::remove_file(out.join("index.html")).unwrap();
    let ended = run_experiment("lecture_figures", &panel);
    assert!(ended.out.contains("no deck"));
    assert!(!out.join("index.html").exists());
}
