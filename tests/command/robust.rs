//! What the system refuses is said in a sentence, with an exit code of its own.

use super::{Folder, checkpoints, program, run, started, wait_for_checkpoint};
use std::process::Stdio;
use std::time::{Duration, Instant};

const SMALL: &str = "--points 300 --batch 64 --width 8 --depth 1 --features 2";

/// Runs, and holds the end to a code and a part of the one sentence.
fn ends(words: &str, code: i32, sentence: &str) {
    let ended = run(words);
    let last = ended.err.lines().last().unwrap_or("");
    assert_eq!(ended.code, Some(code), "{words}: {ended:?}");
    assert!(last.starts_with("error: ") && last.contains(sentence), "{words}: {ended:?}");
    assert!(!ended.err.contains("panicked") && !ended.err.contains("RUST_BACKTRACE"), "{ended:?}");
}

#[test]
fn files_that_are_not_what_they_should_be() {
    let folder = Folder::new("files");
    let file = folder.file("file", "some text");
    let missing = folder.path("missing");
    ends(&format!("info {missing}"), 3, "cannot read");
    ends(&format!("info {file}"), 4, "not a scorelab checkpoint");
    ends(&format!("info {}", folder.path("")), 4, "holds no checkpoint");
    ends(&format!("sample --scene {missing}.toml"), 3, "cannot read");
    ends(&format!("train {SMALL} --out {file}"), 9, "cannot create the folder");
    ends(&format!("train {SMALL} --out {file}/run"), 9, "cannot create the folder");
    ends(&format!("sample --samples 2 --steps 2 --out {}", folder.path("")), 9, "cannot write");
    ends(&format!("sample --samples 2 --steps 2 --out {missing}/x.csv"), 3, "cannot write");
    ends(&format!("field --points {file}"), 4, "holds no numbers");
    ends(&format!("field --points {missing}"), 3, "cannot read");
    ends(&format!("train --resume {missing}"), 4, "not a folder");
}

/// Commands that would work for minutes, each with a folder or a file to write to as its last word.
const LONG: [&str; 9] = [
    "sample --samples 100000 --steps 100000 --out",
    "sample --trajectory --samples 100 --steps 100000 --out",
    "eval --samples 100000 --steps 100000 --out",
    "field --grid=-4,4,1000 --out",
    "data --data captions --points 1000000 --out",
    "data --data captions --points 1000000 --idx",
    "train --model caption --out",
    "plot training-curve --out",
    "lecture --out",
];

/// Long enough for a refusal on a machine that is busy with all other tests, and too short for the work.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn an_output_that_cannot_be_is_refused_before_the_work_is_done() {
    let folder = Folder::new("impossible");
    let file = folder.file("file", "some text");
    for words in LONG {
        let folders = ["--idx", "train", "plot", "lecture"].iter().any(|of| words.contains(of));
        let ends_of = match folders {
            true => [(format!("{file}/in"), 9), (format!("{file}/in/it"), 9)],
            false => [(folder.path("missing/x.csv"), 3), (folder.path(""), 9)],
        };
        for (out, code) in ends_of {
            let began = Instant::now();
            ends(&format!("{words} {out}"), code, "cannot ");
            assert!(began.elapsed() < SOON, "{words} {out}: {:?}", began.elapsed());
        }
    }
    for words in ["page --out", "check --out", "check 1 --points --out"] {
        let html = if words.starts_with("page") { "html" } else { "csv" };
        ends(&format!("{words} {}", folder.path(&format!("missing/x.{html}"))), 3, "cannot write");
    }
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1, "nothing was made");
    // the wrong twin: what can be written is worked for
    let mut child = started(&format!("{} {}", LONG[0], folder.path("x.csv")));
    std::thread::sleep(Duration::from_secs(1));
    assert!(child.try_wait().unwrap().is_none(), "it is still at work");
    child.kill().and_then(|()| child.wait()).unwrap();
}

#[cfg(unix)]
#[test]
fn standard_output_can_be_named_as_a_file() {
    let words = "sample --samples 3 --steps 2 --format csv";
    let named = run(&format!("{words} --out /dev/stdout"));
    assert_eq!((named.code, named.out), (Some(0), run(words).out), "{}", named.err);
}

#[test]
fn a_network_of_any_width_is_trained_and_asked() {
    let folder = Folder::new("narrow");
    for width in [1, 2, 3, 4, 5, 7, 17] {
        for (model, asked) in [
            ("score --features 4", "sample --steps 4 --score"),
            ("joint --features 4 --embedding 3", "sample --steps 4 --class 1 --gamma 2 --score"),
            ("noisy", "sample --steps 4 --class 1 --gamma 2 --classifier"),
            ("clean", "eval --samples 100 --classifier"),
        ] {
            let out = folder.path(&format!("{}-{width}", &model[..5]));
            let few = "--steps 3 --points 300 --batch 64 --depth 2";
            let words =
                format!("train --model {model} --scene three --width {width} {few} --out {out}");
            assert_eq!(run(&words).code, Some(0), "{words}: {:?}", run(&words));
            let words = format!("{asked} {out}");
            let ended = run(&words);
            assert_eq!(ended.code, Some(0), "{words}: {ended:?}");
            assert!(ended.out.lines().count() > 3, "{ended:?}");
        }
    }
}

#[test]
fn a_training_that_explodes_keeps_its_last_good_checkpoint() {
    let folder = Folder::new("explodes");
    let out = folder.path("out");
    let wild = "--learning-rate 1e12 --clip 1e12 --warmup 20 --every 1 --target x0";
    let ended = run(&format!("train {SMALL} {wild} --steps 200 --out {out}"));
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.err.contains("error: training stopped at step "), "{ended:?}");
    let kept =
        ended.err.split("the last good checkpoint is ").nth(1).unwrap().lines().next().unwrap();
    assert_eq!(run(&format!("info {kept}")).code, Some(0));
    assert_eq!(run(&format!("sample --score {out} --samples 3 --steps 3")).code, Some(0));
}

#[test]
fn a_folder_that_goes_away_in_the_middle_is_told() {
    let folder = Folder::new("gone");
    let out = folder.0.join("out");
    let words = format!("train {SMALL} --steps 1000000 --every 50 --out {}", out.display());
    let child = started(&words);
    wait_for_checkpoint(&out);
    std::fs::remove_dir_all(&out).or_else(|_| std::fs::remove_dir_all(&out)).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(3), "{ended:?}");
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.lines().last().unwrap().starts_with("error: cannot "), "{said}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = started("sample --samples 20000 --steps 2 --format csv");
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), &ended.stderr[..]), (Some(0), &b""[..]), "{ended:?}");
    // nor is one of standard error, where a training says how far it is
    let folder = Folder::new("deaf");
    let mut child = started(&format!("train {SMALL} --steps 200 --out {}", folder.path("out")));
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_has_a_code_of_its_own() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ended = program("sample --samples 9 --steps 2").stdout(full).output().unwrap();
    assert_eq!(ended.status.code(), Some(7), "{ended:?}");
    ends("sample --samples 9 --steps 2 --out /dev/full", 7, "cannot write /dev/full");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_has_a_code_of_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("read-only");
    let closed = folder.0.join("closed");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o555)).unwrap();
    if std::fs::write(closed.join("probe"), b"").is_ok() {
        return; // root may do anything
    }
    ends(&format!("train {SMALL} --out {}", closed.display()), 8, "cannot write");
    ends(&format!("sample --samples 2 --steps 2 --out {}/x", closed.display()), 8, "cannot write");
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new("bytes");
    let out = folder.0.join(std::ffi::OsStr::from_bytes(b"r\xffn"));
    let train =
        program(&format!("train {SMALL} --steps 20")).arg("--out").arg(&out).output().unwrap();
    assert_eq!(train.status.code(), Some(0), "{train:?}");
    assert_eq!(checkpoints(&out).len(), 2);
    let info = program("info").arg(&out).output().unwrap();
    assert_eq!(info.status.code(), Some(0), "{info:?}");
    // where only text can be, the refusal says so
    let scene = program("sample --scene").arg(&out).output().unwrap();
    assert_eq!(scene.status.code(), Some(2), "{scene:?}");
    assert!(String::from_utf8_lossy(&scene.stderr).contains("UTF-8"), "{scene:?}");
}

#[test]
fn without_a_terminal_nothing_is_coloured() {
    let ended = program("sample --nosuch").stderr(Stdio::piped()).output().unwrap();
    assert!(!ended.stderr.contains(&0x1b) && !ended.stdout.contains(&0x1b), "{ended:?}");
}
