//! Good input ends well, says what was checked, and writes the same bytes on any number of threads.

use super::{Folder, files, run, run_experiment};

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

#[test]
fn an_experiment_ends_with_an_answer_of_its_own_numbers_below_its_tables_and_checks() {
    let told = |name: &str, words: &str| {
        let folder = Folder::new(&format!("answer-{name}"));
        let out = folder.0.to_str().unwrap().to_string();
        let words: Vec<&str> = words.split(' ').chain(["--quick", "--out", &out]).collect();
        let ended = run_experiment(name, &words);
        assert_eq!(ended.code, Some(0), "{name}: {}{}", ended.out, ended.err);
        ended.out
    };
    let answer = |out: &str, word: &str| -> String {
        let lines: Vec<&str> = out.lines().collect();
        let at = lines.iter().position(|line| line.starts_with(word));
        let at = at.unwrap_or_else(|| panic!("no answer: {out}"));
        let last_table = lines.iter().rposition(|line| line.contains("───")).unwrap();
        let checks = lines.iter().position(|line| line.starts_with("  ✓ "));
        assert!(last_table < at && checks.is_none_or(|c| last_table < c && c < at), "{out}");
        lines[at].into()
    };
    let names = [
        "interval",
        "hybrid",
        "your_guidance",
        "tilted_target",
        "bayes_decomposition",
        "exact_attention",
    ];
    for name in names {
        let own = answer(&told(name, "--lang en"), "answer: ");
        assert!(own.len() > 60 && own.chars().any(|c| c.is_ascii_digit()), "{own}");
        let other = answer(&told(name, "--seed 5"), "answer: ");
        // the twin of a fixed sentence; the last two are of exact formulas, up to the points
        assert!(
            own != other || name == "your_guidance",
            "{name} says the same of another seed: {own}"
        );
        assert!(answer(&told(name, "--lang vi"), "trả lời: ").len() > 60);
    }
}
