//! Samples of a network in training, drawn on request, change nothing of what is learned.

use super::{Folder, NEVER, answer, checkpoints, run, started};
use std::path::Path;

const PICTURE: &str = "samples_so_far.png";

/// Width and height of a PNG, from its header.
fn size(picture: &Path) -> (u32, u32) {
    let bytes = std::fs::read(picture).unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let at = |i: usize| u32::from_be_bytes(bytes[i..i + 4].try_into().unwrap());
    (at(16), at(20))
}

/// A training of this many steps, with more flags, into a folder.
fn train(steps: usize, more: &str, out: &Path) -> String {
    let data = "--scene three --points 500 --batch 64 --width 16 --depth 2";
    format!("train --model joint {data} --steps {steps} {more} --out {}", out.display())
}

#[test]
fn samples_are_drawn_while_training_and_the_bits_stay_though_it_is_killed() {
    let folder = Folder::new("shown");
    let (plain, shown) = (folder.0.join("plain"), folder.0.join("shown"));
    let steps = 4000;
    let (picture, began) = (shown.join(PICTURE), std::time::Instant::now());
    let mut child = started(&train(steps, "--every 1000000 --show 0.02", &shown));
    while !picture.exists() {
        assert!(began.elapsed().as_secs() < NEVER, "no picture");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it was killed in the middle");
    // what was learned was saved before it was drawn
    let saved = checkpoints(&shown).pop().unwrap();
    assert!(!saved.ends_with("step-00000000.safetensors"), "{saved:?}");
    assert_eq!(size(&picture), (1280, 720));
    let early = std::fs::read(&picture).unwrap();
    answer(&format!("train --resume {} --show 0.2", shown.display()));
    answer(&train(steps, "", &plain));
    let last = |folder: &Path| std::fs::read(checkpoints(folder).pop().unwrap()).unwrap();
    assert!(
        last(&plain) == last(&shown),
        "the weights are not those of a training without pictures"
    );
    assert!(std::fs::read(&picture).unwrap() != early, "the last picture is of the last network");
    assert!(!plain.join(PICTURE).exists());
}

#[test]
fn a_picture_that_cannot_be_written_is_a_warning() {
    let folder = Folder::new("not-shown");
    let (plain, shown) = (folder.0.join("plain"), folder.0.join("shown"));
    std::fs::create_dir_all(shown.join(PICTURE)).unwrap(); // a folder where the picture should be
    let ended = run(&train(30, "--show 0.000001", &shown));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.err.contains("warning: cannot write") && ended.err.contains(PICTURE),
        "{ended:?}"
    );
    answer(&train(30, "", &plain));
    let last = |folder: &Path| std::fs::read(checkpoints(folder).pop().unwrap()).unwrap();
    assert!(last(&plain) == last(&shown));
}

#[test]
fn images_are_shown_as_a_sheet_and_lines_as_histograms() {
    let folder = Folder::new("shown-data");
    for (name, data) in [
        ("images", "--data digits --points 100"),
        ("joint-images", "--data digits --points 100 --model joint"),
        ("line", "--scene two-1d --points 500"),
        ("joint-line", "--scene two-1d --points 500 --model joint"),
    ] {
        let out = folder.0.join(name);
        answer(&format!(
            "train {data} --steps 20 --batch 64 --width 16 --depth 1 --show 3600 --out {}",
            out.display()
        ));
        assert_eq!(size(&out.join(PICTURE)), (1280, 720), "{name}");
    }
}
