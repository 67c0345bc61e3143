//! Answers to the exercises, handed in to the program.

use super::{Ended, Folder, answer, json, program, run};
use ndarray::{Array1, Array2};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab_lab::course::{image_problem, problem, question};
use std::io::Write;
use std::process::Stdio;

/// Numbers as a text, a row a line.
fn text(x: &Array2<f64>, between: &str) -> String {
    let row = |r: ndarray::ArrayView1<f64>| {
        r.iter().map(f64::to_string).collect::<Vec<_>>().join(between)
    };
    x.outer_iter().map(|r| row(r) + "\n").collect()
}

/// What the program says to an answer that comes through its standard input.
fn through(words: &str, text: &str) -> Ended {
    let mut command = program(words);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: ended.status.code(), out: text(ended.stdout), err: text(ended.stderr) }
}

/// The columns of a CSV answer from the column `from` on (rows, columns).
fn columns(csv_text: &str, from: usize) -> Array2<f64> {
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    let width = reader.headers().unwrap().len();
    let number = |cell: &str| cell.parse::<f64>().unwrap_or(f64::NAN);
    let numbers: Vec<f64> =
        reader.records().flat_map(|r| r.unwrap().iter().map(number).collect::<Vec<_>>()).collect();
    let all = Array2::from_shape_vec((numbers.len() / width, width), numbers).unwrap();
    all.slice_move(ndarray::s![.., from..])
}

#[test]
fn a_number_a_list_and_a_matrix_are_accepted_however_they_are_written() {
    let (folder, p) = (Folder::new("checked"), problem());
    let said = |n: usize, written: &str| {
        let file = folder.file("answer.csv", written);
        let ended = run(&format!("check {n} {file}"));
        assert_eq!(ended.code, Some(0), "{n} {written}: {ended:?}");
        assert!(ended.out.starts_with(&format!("✓ exercise {n}, ")), "{ended:?}");
        assert_eq!(through(&format!("check {n} -"), written).out, ended.out);
    };
    let error = (0.25f64 * 0.75 / 6000.0).sqrt();
    assert!(answer(&format!("check 3 {error}")).starts_with("✓ "));
    said(3, &format!("{error:e}\n"));
    said(3, &format!("standard error\n{error}"));
    let log_p: Array1<f64> = p.scene.mixture.posterior(p.class).log_likelihood(p.x.view(), p.level);
    let list = log_p.insert_axis(ndarray::Axis(1));
    said(4, &text(&list, ","));
    said(4, &text(&list.t().to_owned(), ", "));
    said(4, &format!("\"log p\"\n{}", text(&list, ",")));
    let s = p.scene.mixture.score(p.x.view(), p.level);
    said(1, &text(&s, ","));
    said(1, &text(&s, "  ")); // as numpy.savetxt writes it
    said(1, &format!("s1,s2\r\n{}", text(&s, ",").replace('\n', "\r\n")));
    // the other way round it is no answer, and a thousandth beside it neither
    for wrong in [s.t().to_owned(), &s * 1.001] {
        let ended = through("check 1 -", &text(&wrong, ","));
        assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""), "{ended:?}");
        assert!(ended.out.starts_with("✗ exercise 1, "), "{ended:?}");
    }
}

/// With nothing but what the program writes: Gaussians, points and their level.
#[test]
fn the_points_and_the_scene_that_are_written_are_enough_to_answer_from() {
    let folder = Folder::new("checked-points");
    let (points, scene) = (folder.path("points.csv"), folder.path("scene.csv"));
    answer(&format!("check 4 --points --out {points}"));
    answer(&format!("check 4 --components --out {scene}"));
    let read = |path: &str, from| columns(&std::fs::read_to_string(path).unwrap(), from);
    let (points, scene) = (read(&points, 0), read(&scene, 0));
    let asked = &json("check 4");
    let class = asked.iter().find(|r| r["property"] == "class").unwrap()["value"].clone();
    assert_eq!(class, "slanted"); // class 2 of the scene's file
    let log_p = |row: ndarray::ArrayView1<f64>| {
        let (a, s, x, y) = (row[0], row[1], row[2], row[3]);
        let weigh = |k: ndarray::ArrayView1<f64>| {
            let (w, dx, dy) = (k[2], x - a * k[3], y - a * k[4]);
            let [xx, xy, yy] = [a * a * k[5] + s * s, a * a * k[6], a * a * k[7] + s * s];
            let det = xx * yy - xy * xy;
            w / det.sqrt() * (-0.5 * (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / det).exp()
        };
        let of = |own: bool| -> f64 {
            scene.outer_iter().filter(|k| !own || k[0] == 2.0).map(weigh).sum()
        };
        (of(true) / of(false)).ln()
    };
    let list: String = points.outer_iter().map(|row| format!("{}\n", log_p(row))).collect();
    let ended = through("check 4 -", &list);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // the images of exercise 14 are those of the command that it names
    let images = columns(&answer("data --data digits --points 100 --format csv"), 0);
    let p = image_problem();
    assert_eq!(images.slice(ndarray::s![.., ..784]), p.images);
    assert_eq!(columns(&answer("check 14 --points"), 2), p.x);
    for refused in
        ["check 3 --points", "check 14 --components", "check --points", "check 1 2 --points"]
    {
        assert_eq!(run(refused).code, Some(2), "{refused}");
    }
}

#[test]
fn a_question_is_told_whole_with_the_next_commands_as_one_types_them() {
    for n in 1..=17 {
        let asked = question(n).unwrap();
        for (lang, line) in [
            ("en", format!("the question: {}", asked.en)),
            ("vi", format!("câu hỏi: {}", asked.vi)),
        ] {
            let told = answer(&format!("check {n} --lang {lang}"));
            assert_eq!(told.lines().filter(|told| told.trim() == line).count(), 1, "{told}");
        }
        let rows = json(&format!("check {n}"));
        let row = rows.iter().find(|row| row["property"] == "question");
        assert_eq!(row.unwrap()["value"], *asked.en);
    }
    let folder = Folder::new("called");
    let said = |words: &str, package: &str| {
        let ended = program(words).env("CARGO_PKG_NAME", package).output().unwrap();
        String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap()
    };
    for (words, command) in [
        ("check 9", "check 9 --points"),
        ("check 9", "check 9 --components"),
        ("check 14", "data --data digits"),
        (&format!("info {}", folder.path("")), "train --out FOLDER` writes them"),
    ] {
        // one of a checkout is started by Cargo, and so may be a program of others that starts an installed one
        for (package, own, other) in [
            (env!("CARGO_PKG_NAME"), "cargo run --", "scorelab"),
            ("other", "scorelab", "cargo run --"),
        ] {
            let said = said(words, package);
            assert!(said.contains(&format!("{own} {command}")), "{said}");
            assert!(!said.contains(&format!("{other} {command}")), "{said}");
        }
    }
}

#[test]
fn a_usual_mistake_gets_its_hint_in_the_language_asked_for() {
    let p = problem();
    let turned = text(&-p.scene.mixture.score(p.x.view(), p.level), ",");
    for (lang, hint) in [("en", "the sign is reversed"), ("vi", "ngược dấu")] {
        let ended = through(&format!("check 1 - --lang {lang}"), &turned);
        assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""), "{ended:?}");
        assert!(ended.out.starts_with("✗ ") && ended.out.contains(hint), "{ended:?}");
        assert_eq!(ended.out.lines().count(), 1);
    }
    let ended = run("check 8 4 --format json");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.code, &rows[0]["right"]), (Some(1), &false.into()));
    assert!(rows[0]["said"].as_str().unwrap().contains("Ho & Salimans"), "{rows:?}");
    assert!(run("check 10 10,3,1024").out.contains("a network is missing"));
    assert!(run("check 8 -0.2").out.starts_with("✗ "), "a number below 0 is no flag");
    // the list, and one question
    let (list, en) = (json("check --lang vi"), json("check"));
    assert_eq!((list.len(), &list[2]["title"]), (17, &"sai số chuẩn của một tỉ lệ".into()));
    assert_eq!((&en[2]["answer"], &en[3]["answer"]), (&"a number".into(), &"12 numbers".into()));
    assert!(answer("check 2").contains("(x + σ²·s)/α"));
    let asked = answer("check 8");
    for place in
        ["notebooks/python/3_classifier_guidance.ipynb", "docs/course/3_classifier_guidance.md"]
    {
        assert!(asked.contains(place), "{asked}");
    }
    assert!(answer("check 16 --lang vi").contains("notebooks/python/vi/10_attention.ipynb"));
    assert!(
        run("check 13 0,5").out.contains("what is asked for is a number, and this is 2 numbers")
    );
}

#[test]
fn an_answer_is_read_in_every_manner_of_writing_it() {
    let p = problem();
    let right = text(&p.scene.mixture.score(p.x.view(), p.level), ",");
    let minus = right.replace('-', "−");
    let commas = right.replace(',', ";").replace('.', ",");
    for written in [&right, &format!("a,b\n{right}"), &minus, &commas, &format!("\u{feff}{right}")]
    {
        assert_eq!(through("check 1 -", written).code, Some(0), "{written}");
    }
    // a flag decides what the first row is
    assert_eq!(through("check 1 - --no-header", &right).code, Some(0));
    assert_eq!(through("check 1 - --header", &right).code, Some(1), "a row less");
    assert!(answer("check 8 5.0D+00").starts_with("✓ "));
    assert!(run("check 8 −0.2").out.starts_with("✗ "));
}

#[test]
fn the_share_can_be_answered_from_what_is_printed() {
    let said = answer("check 3 --format csv");
    let number = |name: &str| -> f64 {
        let rest = said.split(&format!("{name} = ")).nth(1).unwrap();
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].parse().unwrap()
    };
    let (p, n) = (number("p"), number("n"));
    let marked = |answer: f64| run(&format!("check 3 {answer}")).code;
    assert_eq!(marked((p * (1.0 - p) / n).sqrt()), Some(0));
    assert_eq!(marked((p * (1.0 - p) / (n + 60.0)).sqrt()), Some(1), "the wrong twin");
}

#[test]
fn what_is_no_answer_is_refused_with_one_sentence() {
    let folder = Folder::new("unchecked");
    let said = |ended: Ended, code: i32, sentence: &str| {
        assert_eq!((ended.code, ended.out.as_str()), (Some(code), ""), "{ended:?}");
        assert!(ended.err.contains(sentence) && ended.err.lines().count() == 1, "{ended:?}");
    };
    for (written, sentence) in [
        ("", "holds no numbers"),
        ("x,y\n", "holds no numbers"),
        ("\n\n", "holds no numbers"),
        ("1,2\n3", "row 2 has 1 cells, separated by commas, but it must have 2"),
        ("1,2\n3,four", "row 2, column 2: \"four\" is not a number"),
        ("1,2\n3,\n", "row 2, column 2: the number is missing"),
        ("x,2\n3,4\n", "row 1, column 1: \"x\" is not a number"),
    ] {
        let file = folder.file("answer.csv", written);
        said(run(&format!("check 1 {file}")), 4, sentence);
        said(through("check 1 -", written), 4, sentence);
    }
    std::fs::write(folder.path("bytes"), b"1,2\n\xff\xfe,3\n").unwrap();
    said(run(&format!("check 1 {}", folder.path("bytes"))), 4, "row 2 is not UTF-8");
    said(run(&format!("check 1 {}", folder.path("missing"))), 3, "cannot read");
    #[cfg(unix)]
    said(run(&format!("check 1 {}", folder.path(""))), 9, "it is a folder");
    said(
        run("check 8 five"),
        2,
        "the answer is \"five\", but it must be a number, a file of numbers, or - for standard input",
    );
    said(run("check 1 five"), 2, "12 × 2 numbers");
    said(run("check 99 1"), 2, "1 to 17");
    said(run("check 0"), 2, "1 to 17");
    said(run("check one 1"), 2, "invalid");
}
