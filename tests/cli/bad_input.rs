//! Bad input ends before any work, in one sentence that names the thing, and leaves nothing behind.

use super::{Ended, Folder, files, run, run_with};

/// The input was refused: exit code 2, one error that holds every one of `names`, no panic, and nothing in `out`.
fn assert_refused(arguments: &[&str], names: &[&str], ended: &Ended, out: &std::path::Path) {
    let place = format!("{arguments:?}\n{}{}", ended.out, ended.err);
    // 2 a value, 3 what is not there, 4 what is damaged, 9 a file where a folder should be
    assert!(matches!(ended.code, Some(2 | 3 | 4 | 9)), "{place}");
    let errors: Vec<&str> = ended.err.lines().filter(|l| l.starts_with("error:")).collect();
    assert_eq!(errors.len(), 1, "{place}");
    assert!(names.iter().all(|name| errors[0].contains(name)), "{names:?} not named: {place}");
    assert!(!place.contains("panicked"), "{place}");
    assert_eq!(files(out).len(), 0, "{place}");
}

/// Runs with an output folder of its own and expects a refusal.
fn refuse(folder: &Folder, arguments: &[&str], names: &[&str]) {
    let out = folder.0.join("out");
    let mut all = vec!["--quick", "--out", out.to_str().unwrap()];
    all.extend(arguments);
    assert_refused(arguments, names, &run(&all), &out);
}

#[test]
fn a_setting_out_of_range_is_named_with_its_value() {
    let folder = Folder::new("settings");
    let cases: &[(&[&str], &[&str])] = &[
        (&["--scene", "animal"], &["scene", "\"animal\"", "did you mean \"animals\""]),
        (&["--class", "wolf"], &["class", "\"wolf\"", "dog"]),
        (&["--class", "4"], &["class", "\"4\"", "from 0 to 3"]),
        (&["--gamma", "nan"], &["γ", "NaN"]),
        (&["--gamma", "1,inf"], &["γ", "inf"]),
        (&["--gamma", ""], &["--gamma", "''"]),
        (&["--gamma", "one"], &["--gamma", "'one'"]),
        (&["--steps", "0"], &["steps", "is 0"]),
        (&["--steps", "99999999999"], &["steps", "is 99999999999"]),
        (&["--samples", "0"], &["--samples", "is 0"]),
        (&["--samples", "1"], &["--samples", "is 1"]),
        (&["--samples", "10000000000"], &["--samples", "is 10000000000"]),
        (&["--gradient-scale", "-1"], &["--gradient-scale", "is -1"]),
        (&["--gradient-scale", "nan"], &["--gradient-scale", "NaN"]),
        (&["--threads", "0"], &["--threads", "is 0"]),
        (&["--threads", "5000"], &["--threads", "is 5000"]),
        (&["--panel", "0"], &["--panel", "is 0"]),
        (&["--formats", "bmp"], &["--format", "bmp", "svg"]),
        #[cfg(not(feature = "pdf"))]
        (&["--format", "pdf"], &["--format", "pdf", "--features pdf"]),
        (&["--process", "cold"], &["--process", "'cold'"]),
        (&["--seed", "-1"], &["--seed", "'-1'"]),
        (&["--nosuch", "1"], &["--nosuch"]),
        (&["--data", "mnist"], &["--data", "classifier_guidance does not use it"]),
    ];
    cases.iter().for_each(|(arguments, names)| refuse(&folder, arguments, names));
}

#[test]
fn a_kernel_that_does_not_exist_is_named() {
    let folder = Folder::new("kernel");
    let out = folder.0.join("out");
    let arguments = ["--quick", "--out", out.to_str().unwrap()];
    for kernel in ["avx", "", "PORTABLE"] {
        let ended = run_with(&[("SCORELAB_KERNEL", kernel)], "classifier_guidance", &arguments);
        let names = ["SCORELAB_KERNEL", &format!("{kernel:?}"), "portable", "avx2"];
        assert_refused(&arguments, &names, &ended, &out);
    }
}

#[test]
fn a_scene_file_that_cannot_be_understood_is_named_with_what_is_wrong() {
    let folder = Folder::new("scene-files");
    let component = |covariance: &str| {
        format!(
            "name = \"odd\"\n[[component]]\nweight = 1\nmean = [0.0, 0.0]\ncovariance = {covariance}\n\
             label = \"one\"\n"
        )
    };
    let cases = [
        (
            "malformed.toml",
            "name = \"odd\"
component = ["
                .to_string(),
            "line 2",
        ),
        ("indefinite.toml", component("[[1.0, 2.0], [2.0, 1.0]]"), "covariance"),
        ("empty.toml", "name = \"odd\"\n".to_string(), "component"),
    ];
    for (name, text, why) in cases {
        let path = folder.write(name, &text);
        refuse(&folder, &["--scene", path.to_str().unwrap()], &[path.to_str().unwrap(), why]);
    }
    let missing = folder.0.join("missing.toml");
    let missing = missing.to_str().unwrap();
    refuse(&folder, &["--scene", missing], &["cannot read", missing]);
    // an experiment ends as the program does: by what went wrong
    let code = |words: &[&str]| run(words).code;
    let broken = folder.write("broken.toml", "name = ");
    assert_eq!(code(&["--quick", "--scene", missing]), Some(3));
    assert_eq!(code(&["--quick", "--scene", broken.to_str().unwrap()]), Some(4));
    assert_eq!(code(&["--quick", "--gamma", "nan"]), Some(2));
}

#[test]
fn a_folder_that_cannot_be_written_is_named_before_any_training() {
    let folder = Folder::new("unwritable");
    // below a regular file, where not even root can make a folder
    let below = folder.write("file", "mine").join("out");
    let arguments = ["--quick", "--out", below.to_str().unwrap()];
    let ended = run(&arguments);
    assert_refused(&arguments, &["folder", below.to_str().unwrap()], &ended, &below);
    assert!(!ended.out.contains("training"), "{}", ended.out);
    let kept = files(&folder.0);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].1, b"mine", "the file is as it was");
}
