//! Good input ends well, says what was checked, and writes the same bytes on any number of threads.

use super::{Folder, files, run};

#[test]
fn a_quick_run_is_checked_and_its_files_do_not_depend_on_the_threads() {
    let outputs = ["1", "2"].map(|threads| {
        let folder = Folder::new(&format!("threads-{threads}"));
        let out = folder.0.to_str().unwrap();
        let formats = "svg,csv,json";
        let ended = run(&["--quick", "--formats", formats, "--threads", threads, "--out", out]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        assert!(ended.out.contains("\nchecked: "), "{}", ended.out);
        assert!(!ended.out.contains("not checked"), "{}", ended.out);
        let found = files(&folder.0);
        for (path, bytes) in &found {
            let named = folder.0.join(path);
            assert!(ended.out.contains(named.to_str().unwrap()), "{path:?} is not in the list");
            assert!(!bytes.is_empty(), "{path:?} is empty");
        }
        let table: Vec<_> =
            ended.out.lines().filter(|l| l.contains('±')).map(str::to_owned).collect();
        (found, table)
    });
    let [one, two] = outputs;
    assert!(one.0.iter().any(|(path, _)| path.ends_with("classifier_guidance.csv")));
    assert!(one.0.iter().map(|(path, _)| path).eq(two.0.iter().map(|(path, _)| path)));
    for ((path, a), (_, b)) in one.0.iter().zip(&two.0) {
        assert!(a == b, "{path:?} depends on the number of threads");
    }
    assert_eq!(one.1, two.1);
}

#[test]
fn another_scene_is_not_checked_and_says_why() {
    let folder = Folder::new("ring8");
    let out = folder.0.to_str().unwrap();
    let ended = run(&["--scene", "ring8", "--quick", "--out", out]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let line = "not checked: settings differ from the defaults (--scene ring8)";
    assert!(ended.out.lines().any(|l| l == line), "{}", ended.out);
    assert!(!ended.out.lines().any(|l| l.starts_with("checked: ")), "{}", ended.out);
}

#[test]
fn another_seed_writes_other_numbers() {
    let table = |seed: &str| {
        let folder = Folder::new(&format!("seed-{seed}"));
        let out = folder.0.to_str().unwrap();
        let few = ["--quick", "--samples", "100", "--steps", "8", "--gamma", "1"];
        let ended = run(&[&few[..], &["--seed", seed, "--out", out]].concat());
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        std::fs::read(folder.0.join("classifier_guidance.csv")).unwrap()
    };
    assert_ne!(table("1"), table("2"));
}
