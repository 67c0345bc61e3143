//! A training that is stopped, killed or damaged ends with the bits of one that was left alone.

use super::{Folder, checkpoints, program, run, started, wait_for_checkpoint};
use scorelab::checkpoint::Run;
use scorelab::rng::{Purpose, stream};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

const TRAINING: &str = "train --model joint --scene three --steps 150 --points 1000 --batch 128 --width 24 --depth 2 \
                        --every 7 --threads 1";

/// The bytes of the last checkpoint, which hold weights, averages, moments and step.
fn last(folder: &Path) -> Vec<u8> {
    std::fs::read(checkpoints(folder).last().expect("a checkpoint")).unwrap()
}

/// Trains to the end, from the start or, if there is a checkpoint already, from there.
fn to_the_end(folder: &Path) {
    let there = folder.display();
    let words = match checkpoints(folder).is_empty() {
        true => format!("{TRAINING} --out {there}"),
        false => format!("train --resume {there} --threads 1 --memory 3"),
    };
    let ended = run(&words);
    assert_eq!(ended.code, Some(0), "{words}: {ended:?}");
}

/// Kills the program, as `kill -9` does, at random times; set `SCORELAB_KILLS` for more than the usual 20.
#[test]
fn a_killed_training_goes_on_to_the_same_bits() {
    let kills = std::env::var("SCORELAB_KILLS").map_or(20, |n| n.parse().expect("a number"));
    let folder = Folder::new("killed");
    let whole = folder.0.join("whole");
    let began = Instant::now();
    to_the_end(&whole);
    let mut time = began.elapsed();
    let end = last(&whole);
    let (mut during, mut finished) = (0, 0);
    for k in 0..kills {
        let out = folder.0.join(format!("{k}"));
        let share: f64 = rand::Rng::random(&mut stream(1, Purpose::Data, 0, k));
        let mut child = program(&format!("{TRAINING} --out {}", out.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let wait = time.mul_f64(share);
        std::thread::sleep(wait);
        child.kill().unwrap();
        match child.wait().unwrap().success() {
            // a machine that others leave alone again is faster than when it was timed
            true => (finished, time) = (finished + 1, wait),
            false => during += usize::from(!checkpoints(&out).is_empty()),
        }
        to_the_end(&out);
        assert!(last(&out) == end, "killed after {share} of the time");
        assert_eq!(checkpoints(&out).len(), 2, "the last two are kept");
        std::fs::remove_dir_all(out).unwrap();
    }
    println!(
        "{kills} kills: {during} between the first checkpoint and the last, {finished} too late"
    );
    assert!(2 * during > kills as usize, "only {during} of {kills} kills came in the middle");
    // the wrong twin: another seed does not end with these bits
    let other = folder.0.join("other");
    assert_eq!(run(&format!("{TRAINING} --seed 1 --out {}", other.display())).code, Some(0));
    assert!(last(&other) != end);
}

#[test]
fn a_damaged_checkpoint_is_passed_over_for_the_one_before() {
    let folder = Folder::new("passed");
    let (whole, out) = (folder.0.join("whole"), folder.0.join("out"));
    to_the_end(&whole);
    to_the_end(&out);
    let newest = checkpoints(&out).pop().unwrap();
    let mut bytes = std::fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&newest, bytes).unwrap();
    let ended = run(&format!("train --resume {}", out.display()));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("it is damaged"), "{ended:?}");
    assert!(last(&out) == last(&whole));
    // with both damaged there is nothing to go on from
    for path in checkpoints(&out) {
        std::fs::write(path, b"nothing").unwrap();
    }
    assert_eq!(run(&format!("train --resume {}", out.display())).code, Some(4));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_prints_the_command_to_go_on() {
    let folder = Folder::new("ctrl-c");
    let (whole, out) = (folder.0.join("whole"), folder.0.join("out"));
    to_the_end(&whole);
    let mut stopped = false;
    for _ in 0..20 {
        let _ = std::fs::remove_dir_all(&out);
        let child = started(&format!("{TRAINING} --out {}", out.display()));
        wait_for_checkpoint(&out);
        let id = child.id().to_string();
        // two within a moment, as `timeout` sends them, are one
        std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
        std::process::Command::new("kill")
            .args(["-INT", &id])
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        let ended = child.wait_with_output().unwrap();
        if ended.status.code() == Some(0) {
            continue; // it was done before the signal came
        }
        assert_eq!(ended.status.code(), Some(130), "{ended:?}");
        let said = String::from_utf8(ended.stderr).unwrap();
        let go_on = said.lines().last().unwrap();
        let words = go_on.strip_prefix("scorelab ").expect(go_on);
        assert_eq!(run(words).code, Some(0), "{go_on}");
        assert!(last(&out) == last(&whole));
        stopped = true;
        break;
    }
    assert!(stopped, "no training could be stopped in the middle");
}

#[test]
fn a_folder_is_used_by_one_run_at_a_time() {
    let folder = Folder::new("locked");
    let out = folder.0.join("out");
    let words = format!(
        "train --steps 1000000 --points 100 --batch 64 --width 8 --depth 1 --out {}",
        out.display()
    );
    let mut child = started(&words);
    wait_for_checkpoint(&out);
    for words in [words, format!("train --resume {}", out.display())] {
        let ended = run(&words);
        assert_eq!(ended.code, Some(6), "{ended:?}");
        assert!(ended.err.contains("another run is using this folder"), "{ended:?}");
    }
    // whoever only reads may
    assert_eq!(run(&format!("info {}", out.display())).code, Some(0));
    child.kill().unwrap();
    child.wait().unwrap();
    drop(Run::open(&out).expect("the lock goes with the program"));
}

#[test]
fn a_run_goes_on_only_with_its_own_settings_and_data() {
    let folder = Folder::new("settings");
    let scene = |mean: &str| {
        format!(
            "name = \"pair\"\n[[component]]\nweight = 1\nmean = [{mean}, 0.0]\nsd = 0.5\nlabel = \"a\"\n[[component]]\nweight = 1\nmean = [-1.0, 0.0]\nsd = 0.5\nlabel = \"b\"\n"
        )
    };
    let file = folder.file("pair.toml", &scene("1.0"));
    let out = folder.path("out");
    let small = "--steps 20 --points 500 --batch 64 --width 8 --depth 1";
    assert_eq!(run(&format!("train {small} --scene {file} --out {out}")).code, Some(0));
    let resume = format!("train --resume {out}");
    assert_eq!(run(&resume).code, Some(0));
    let ended = run(&format!("{resume} --steps 40"));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("--steps is given, but it must be left out"), "{ended:?}");
    let ended = run(&format!("train {small} --out {out}"));
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.err.contains(&format!("scorelab train --resume {out}")), "{ended:?}");
    folder.file("pair.toml", &scene("1.5"));
    let ended = run(&resume);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.err.contains("its data are not the ones it began with"), "{ended:?}");
    // nothing is drawn to see that: it is told before the memory for the points is asked
    let ended = run(&format!("{resume} --memory 0.0001"));
    assert!(ended.err.contains("the scene's file has changed since"), "{ended:?}");
    // nor is what was learned measured against another truth, unless that is asked for
    let changed = |ended: &super::Ended| {
        ended.code == Some(4) && ended.err.contains("the scene's file has changed since")
    };
    let ended = run(&format!("sample --score {out} --samples 3 --steps 4"));
    assert!(changed(&ended), "{ended:?}");
    let ended = run(&format!("sample --score {out} --scene {file} --samples 3 --steps 4"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // the text is what counts: a comment is a change too
    folder.file("pair.toml", &format!("# of two\n{}", scene("1.0")));
    for words in [resume.clone(), format!("sample --score {out} --samples 3 --steps 4")] {
        let ended = run(&words);
        assert!(changed(&ended), "{words}: {ended:?}");
    }
    folder.file("pair.toml", &scene("1.0"));
    for words in [resume, format!("sample --score {out} --samples 3 --steps 4")] {
        let ended = run(&words);
        assert_eq!(ended.code, Some(0), "{words}: {ended:?}");
    }
}
