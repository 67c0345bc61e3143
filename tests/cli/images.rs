//! Experiments on images: their flags, their networks kept and found again, files of one's own, and Ctrl-C.

use super::{Ended, Folder, files, run_experiment};
use scorelab::data::{Glyphs, Part};
use std::path::Path;

/// The strip, with networks of a few steps.
fn strip(out: &Path, more: &[&str]) -> Ended {
    let few = ["--quick", "--train-steps", "20", "--steps", "8", "--formats", "svg,csv,json"];
    run_experiment("digits_denoise", &[&few[..], &["--out", out.to_str().unwrap()], more].concat())
}

#[test]
fn what_an_experiment_on_images_cannot_use_is_refused_by_name() {
    let folder = Folder::new("images-refused");
    let missing = folder.0.join("missing");
    let missing = missing.to_str().unwrap();
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("digits", &["--scene", "animals"], &["--scene", "digits does not use it"]),
        ("digits", &["--class", "3"], &["--class", "digits does not use it"]),
        ("digits_denoise", &["--class", "ten"], &["class", "\"ten\"", "three (ba)", "from 0 to 9"]),
        ("digits_denoise", &["--gamma", "1,2"], &["--gamma", "2 numbers"]),
        ("digits_denoise", &["--train-steps", "0"], &["training steps", "0"]),
        ("digits_tradeoff", &["--samples", "1"], &["--samples", "is 1"]),
        ("inpainting", &["--samples", "10"], &["--samples", "is 10", "cannot be judged"]),
        ("digits_hybrid", &["--data", missing], &["cannot read", missing]),
        ("digits_hybrid", &["--data", folder.0.to_str().unwrap()], &["train-images", "idx3-ubyte"]),
    ];
    let out = folder.0.join("out");
    for (name, arguments, names) in cases {
        let all = [&["--quick", "--out", out.to_str().unwrap()], *arguments].concat();
        let ended = run_experiment(name, &all);
        let place = format!("{name} {arguments:?}\n{}{}", ended.out, ended.err);
        assert!(matches!(ended.code, Some(2 | 3 | 4 | 9)), "{place}");
        let errors: Vec<&str> = ended.err.lines().filter(|l| l.starts_with("error:")).collect();
        assert_eq!(errors.len(), 1, "{place}");
        assert!(names.iter().all(|n| errors[0].contains(n)), "{names:?} not named: {place}");
        assert!(!place.contains("panicked") && files(&out).is_empty(), "{place}");
    }
}

#[test]
fn networks_are_kept_and_found_again_and_files_do_not_depend_on_the_threads() {
    let [one, two] = ["1", "2"].map(|threads| {
        let folder = Folder::new(&format!("images-{threads}"));
        let ended = strip(&folder.0, &["--threads", threads]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        assert!(ended.out.contains("training them"), "{}", ended.out);
        let found = files(&folder.0);
        (folder, found)
    });
    let named = |end: &str| one.1.iter().any(|(path, _)| path.to_str().unwrap().ends_with(end));
    assert!(["joint-quick.safetensors", ".svg", ".csv", ".json"].iter().all(|end| named(end)));
    assert!(one.1 == two.1, "the files depend on the number of threads");

    let again = strip(&one.0.0, &[]);
    assert!(again.out.contains("networks: loaded from"), "{}", again.out);
    assert!(files(&one.0.0) == one.1, "found networks give the same files as trained ones");

    // a user's own files, which hold other digits: another training, and no numbers to check
    let own = Folder::new("images-own");
    Glyphs { seed: 9 }.images(0..700).write_idx(&own.0, Part::Train).unwrap();
    let read = strip(&one.0.0, &["--data", own.0.to_str().unwrap(), "--lang", "vi"]);
    assert_eq!(read.code, Some(0), "{}{}", read.out, read.err);
    let said = ["đang huấn luyện", "không kiểm tra"];
    assert!(said.iter().all(|words| read.out.contains(words)), "{}", read.out);
    assert!(files(&one.0.0) != one.1);
}

/// A test that sends a signal runs where there is a `kill` to send it with.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_training_early_and_the_figures_are_made_all_the_same() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};
    let folder = Folder::new("images-stopped");
    let out = folder.0.to_str().unwrap();
    let arguments = ["--quick", "--train-steps", "1000000", "--formats", "svg", "--out", out];
    let mut child = Command::new(super::program("digits_denoise"))
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("Ctrl-C") {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it ended by itself");
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
    assert!(rest.contains("not checked: the training was stopped early"), "{rest}");
    let found: Vec<String> =
        files(&folder.0).iter().map(|(p, _)| p.display().to_string()).collect();
    assert_eq!(found, ["02_denoising_digits.svg"], "a figure, and no half-trained network is kept");
}
