//! One's own points: a file of them is a scene, with all that a scene has.

use super::{Folder, SMALL, answer, json, program, run};
use std::fmt::Write;

/// Points of two classes, left and right of 0, in the manner of a format.
fn two_classes(head: &str, line: impl Fn(usize, f64, f64, &str) -> String) -> String {
    let mut text = String::from(head);
    for i in 0..60 {
        let (side, label) = if i % 2 == 0 { (-1.0, "trái") } else { (1.0, "phải") };
        let (x, y) = (side * (2.0 + 0.01 * i as f64), 0.05 * (i % 7) as f64);
        writeln!(text, "{}", line(i, x, y, label)).unwrap();
    }
    text
}

/// The same points as five programs write them: the name of the file, and its text.
fn files() -> [(&'static str, String); 5] {
    let comma = |x: f64| x.to_string().replace('.', ",");
    [
        ("plain.csv", two_classes("", |_, x, y, label| format!("{x},{y},{label}"))),
        (
            "pandas.csv",
            two_classes(",a,b,label\n", |i, x, y, label| format!("{i},{x},{y},{label}")),
        ),
        (
            "excel.csv",
            two_classes("\u{feff}x;y;name\r\n", |_, x, y, label| {
                format!("{};{};{label}\r", comma(x), comma(y))
            }),
        ),
        ("blanks.txt", two_classes("# x y\n", |_, x, y, label| format!("  {x}  {y} {label}"))),
        (
            "tabs.tsv",
            two_classes("x1\tx2\tclass\tname\n", |i, x, y, label| {
                format!("{x}\t{y}\t{}\t{label}", i % 2)
            }),
        ),
    ]
}

#[test]
fn every_manner_of_writing_points_is_the_same_scene() {
    let folder = Folder::new("manners");
    let mut said = Vec::new();
    for (name, text) in files() {
        let file = folder.file(name, &text);
        // the letters of a label may come apart
        let words = "--class tra\u{301}i --gamma 1 --samples 200 --sd 0.2 --format csv";
        let samples = answer(&format!("sample --scene {file} {words}"));
        let x = samples
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap().parse::<f64>().unwrap());
        assert_eq!(x.filter(|x| *x < 0.0).count(), 200, "{name}");
        said.push(samples);
    }
    assert!(said.iter().all(|samples| *samples == said[0]));
    let other = folder.file("plain.csv", &files()[0].1);
    let wider =
        answer(&format!("sample --scene {other} --class trái --samples 200 --sd 0.3 --format csv"));
    assert_ne!(wider, said[0], "the wrong twin: another spread is another scene");
}

#[test]
fn own_points_are_learned_measured_and_found_again() {
    let folder = Folder::new("own");
    let file = folder.file("p.csv", &files()[1].1);
    let out = folder.path("run");
    let ended = run(&format!("train --model joint {SMALL} --scene {file} --sd 0.25 --out {out}"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // the run knows its scene and its spread
    let rows = json(&format!("eval --score {out} --class phải --samples 100 --steps 8"));
    assert!(rows.iter().any(|row| row["metric"] == "target_share"), "{rows:?}");
    let field = |words: &str| answer(&format!("field {words} --grid -1,1,3 --format csv"));
    assert_eq!(
        field(&format!("--scene {file} --sd 0.25")),
        field(&format!("--scene {file} --sd .25")),
    );
    assert_ne!(field(&format!("--scene {file} --sd 0.25")), field(&format!("--scene {file}")));
    let resumed = run(&format!("train --resume {out}"));
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    // points that changed are other data
    std::fs::write(&file, files()[1].1.replace("0,-2,", "0,-2.5,")).unwrap();
    for words in [format!("sample --score {out} --class trái"), format!("train --resume {out}")] {
        let ended = run(&words);
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert!(ended.err.contains("has changed since"), "{ended:?}");
    }
}

#[test]
fn a_scene_that_is_not_found_from_here_says_what_to_do() {
    let folder = Folder::new("elsewhere");
    let work = folder.0.join("a");
    std::fs::create_dir_all(work.join("scenes")).unwrap();
    std::fs::write(work.join("scenes/p.csv"), &files()[0].1).unwrap();
    let train = format!("train {SMALL} --scene scenes/p.csv --out run");
    assert!(program(&train).current_dir(&work).status().unwrap().success());
    let ended =
        program("sample --score a/run --samples 3").current_dir(&folder.0).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(4), "{said}");
    assert!(said.contains("scenes/p.csv: the network was trained on it, but it is not found from this folder; go to the folder of the training, or name the scene with --scene"), "{said}");
    let named = program("sample --score a/run --samples 3 --scene a/scenes/p.csv")
        .current_dir(&folder.0)
        .output()
        .unwrap();
    assert!(named.status.success(), "what it says helps: {named:?}");
}

#[test]
fn what_is_no_scene_of_points_is_refused_in_words() {
    let folder = Folder::new("no-points");
    for (name, text, flags, piece) in [
        (
            "nan.csv",
            "x,y\n1,2\nnan,3\n",
            "",
            "row 3, column 1 (x): NaN is not a number that can be used here",
        ),
        ("ragged.csv", "x,y\n1,2\n3\n", "", "row 3 has 1 cells"),
        (
            "one.csv",
            "1,2\n",
            "",
            "its points are all equal, so their spread is not known; give it with --sd",
        ),
        ("equal.csv", "1,2\n1,2\n1,2\n", "", "its points are all equal"),
        ("alone.csv", "x,y,label\n1,2,a\n3,4,b\n", "", "in each class its points are all equal"),
        ("words.csv", "a,b\nu,v\n", "", "no column of numbers"),
        ("sd.csv", "1,2\n3,4\n", "--sd 0", "--sd is 0, but it must be a finite number above 0"),
        ("sd.csv", "1,2\n3,4\n", "--sd nan", "--sd is NaN"),
        (
            "names.csv",
            "a,b\n1,2\n3,4\n",
            "--columns a,c",
            "no column \"c\"; --columns takes one of a, b",
        ),
        ("empty.csv", "", "", "it holds no numbers"),
    ] {
        let file = folder.file(name, text);
        let ended = run(&format!("sample --scene {file} {flags}"));
        assert!(matches!(ended.code, Some(2 | 4)), "{name}: {ended:?}");
        assert!(ended.err.contains(piece) && ended.err.lines().count() == 1, "{name}: {ended:?}");
    }
    let wide = folder.file("wide.csv", &vec!["1"; 1_000_000].join(","));
    assert!(run(&format!("sample --scene {wide}")).err.contains("more than 10000 columns"));
    // one point with a spread is one Gaussian
    let one = folder.file("one.csv", "1,2\n");
    assert_eq!(run(&format!("sample --scene {one} --sd 0.5 --samples 5")).code, Some(0));
    // flags of points beside another scene, and points where images are meant
    for (words, piece) in [
        (
            "sample --scene three --sd 0.2",
            "--sd is given, but it must be left out: the scene three is not a file of points",
        ),
        ("sample --scene three --columns a", "--columns is given"),
        ("train --sd 0.2 --steps 1", "--sd is given"),
        (
            &format!("train --data {one} --steps 1"),
            "at least 2: nothing can be learned from a single row",
        ),
    ] {
        let ended = run(words);
        assert!(matches!(ended.code, Some(2 | 9)), "{words}: {ended:?}");
        assert!(ended.err.contains(piece), "{words}: {ended:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_without_an_end_takes_no_memory_to_speak_of() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("endless");
    let zero = folder.0.join("zero.csv");
    symlink("/dev/zero", &zero).unwrap();
    for words in [
        format!("sample --scene {}", zero.display()),
        format!("eval --samples {} --scene three", zero.display()),
        format!("train --data {}", zero.display()),
        format!("sample --start {}", zero.display()),
        "field --points /dev/zero".into(),
        "check 1 /dev/zero".into(),
    ] {
        let mut limited = std::process::Command::new("sh");
        let line = format!("ulimit -v 1500000; exec {} {words}", env!("CARGO_BIN_EXE_scorelab"));
        let ended = limited.arg("-c").arg(line).env("RAYON_NUM_THREADS", "2").output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(4), "{said}");
        assert!(said.contains("row 1 contains a zero byte, so this is not text"), "{said}");
    }
}

#[test]
fn images_of_which_nothing_can_be_learned_are_told_as_such() {
    use scorelab::data::{Images, Part, digit_names};
    let folder = Folder::new("alike");
    let set = |name: &str, shade: &dyn Fn(usize) -> u8, classes: usize| {
        let images = Images {
            name: name.into(),
            height: 4,
            width: 4,
            pixels: ndarray::Array2::from_shape_fn((40, 16), |(i, j)| shade(i * 16 + j)),
            labels: (0..40).map(|i| i % classes).collect(),
            class_names: digit_names(),
        };
        images.write_idx(folder.path(name), Part::Train).unwrap();
        format!(
            "train --data {} --steps 3 --width 8 --out {}",
            folder.path(name),
            folder.path("out")
        )
    };
    let blank = set("blank", &|_| 0, 10);
    let grey = set("grey", &|_| 127, 10);
    let varied = set("varied", &|i| (i * i % 251) as u8, 7);
    for (words, piece) in [
        (format!("{blank} --model score"), "its 40 images are all alike"),
        (format!("{grey} --model joint"), "its 40 images are all alike"),
        (format!("{varied} --model score --points 1"), "at least 2: nothing can be learned"),
    ] {
        let ended = run(&words);
        assert!(matches!(ended.code, Some(2 | 4)), "{words}: {ended:?}");
        assert!(
            ended.err.contains(piece) && !ended.err.contains("learning rate"),
            "{words}: {ended:?}"
        );
    }
    // seven labels are seven classes
    assert_eq!(run(&format!("{varied} --model joint")).code, Some(0));
}
