//! The exercises held to themselves: what is right passes, what is nearly right does not, and no two hints are alike.

use super::*;
use ndarray::{Array2, arr1};
use scorelab_figures::plot::{Figure, Lang, Panel, Text};
use std::collections::BTreeSet;

/// Each exercise with its number.
fn numbered() -> impl Iterator<Item = (usize, &'static Exercise)> {
    exercises().iter().enumerate().map(|(i, e)| (i + 1, e))
}

#[test]
fn the_right_answer_passes_and_a_thousandth_beside_it_does_not() {
    for (n, exercise) in numbered() {
        assert!(mark(n, exercise.right.clone()).unwrap().right, "exercise {n}");
        for k in [1.001, 0.999] {
            let near = mark(n, exercise.right.times(k)).unwrap();
            assert!(!near.right, "exercise {n} takes {k} of it");
            let one = exercise.right.shape().iter().product::<usize>() == 1;
            let told = match (one, k > 1.0) {
                (false, _) => "times the right answer",
                (true, true) => "too large, and",
                (true, false) => "too small, and",
            };
            assert!(near.said.en.contains(told), "exercise {n}: {}", near.said.en);
        }
    }
}

#[test]
fn a_question_says_all_that_its_answer_depends_on() {
    assert!(question(0).is_none() && question(exercises().len() + 1).is_none());
    let said = |n: usize, [en, vi]: [&str; 2]| {
        let asked = question(n).unwrap();
        assert!(asked.en.contains(en) && asked.vi.contains(vi), "exercise {n}: {}", asked.en);
    };
    for (n, exercise) in numbered() {
        said(n, ["?"; 2]);
        assert_ne!(question(n).unwrap(), &exercise.title, "exercise {n}");
    }
    for (n, piece) in [
        (3, "p = 0.25"),
        (3, "n = 6000"),
        (6, "γ = 3"),
        (7, "c = 0.2 "),
        (8, "c = 0.2 "),
        (9, "g_clean = ∇ log p(y ∣ x₀)"),
        (9, "g = ∇ log p(y ∣ x_t)"),
        (13, "N(0, 2)^(1 − γ)·N(0, 1)^γ"),
        (13, "γ = 3"),
        (14, "100 "),
        (15, "60 "),
    ] {
        said(n, [piece; 2]);
    }
    said(9, ["in root mean square", "theo căn trung bình bình phương"]);
    said(10, ["each of ten labels", "Mười nhãn, mỗi nhãn một bộ phân loại"]);
    let p = attention_problem();
    let [first, second] = [0, 1].map(|i| p.scene().class_names[p.caption[i]].clone());
    let joined = |and, one: String, other: String| format!("{one} {and} {other}");
    let allowed = [joined("and", first.en, second.en), joined("và", first.vi, second.vi)];
    said(17, [&allowed[0], &allowed[1]]);
}

#[test]
fn every_mistake_is_told_by_its_own_hint() {
    let mut hints = BTreeSet::new();
    for (n, exercise) in numbered() {
        for Mistake { answer, hint } in &exercise.mistakes {
            let found = mark(n, answer.clone()).unwrap();
            assert!(!found.right, "exercise {n} takes: {}", hint.en);
            assert!(found.said.en.ends_with(&*hint.en), "exercise {n}: {}", found.said.en);
            assert!(found.said.vi.ends_with(&*hint.vi), "exercise {n}: {}", found.said.vi);
            assert!(hints.insert((n, hint.en.clone())), "{}", hint.en);
            assert!(hints.insert((n, hint.vi.clone())), "{}", hint.vi);
            let near = mark(n, answer.times(1.001)).unwrap();
            assert!(!near.said.en.ends_with(&*hint.en), "exercise {n}: a guess gets {}", hint.en);
        }
    }
    assert!(hints.len() >= 60, "{} mistakes", hints.len() / 2);
}

#[test]
fn a_blank_is_told_where_to_begin() {
    for (n, exercise) in numbered() {
        for blank in [0.0, f64::NAN] {
            let said = mark(n, exercise.right.times(0.0).plus(blank)).unwrap().said;
            let Text { en, vi } = &exercise.start;
            assert!(said.en.contains("blank") && said.en.ends_with(&**en), "{}", said.en);
            assert!(said.vi.contains("để trống") && said.vi.ends_with(&**vi), "{}", said.vi);
        }
    }
}

#[test]
fn what_is_no_usual_mistake_is_told_by_its_shape_or_its_size() {
    let said = |answer: Answer| mark(1, answer).unwrap().said.en;
    let s = exercises()[0].right.clone();
    let flat = said(arr1(&[1.0; 12]).into());
    assert!(
        flat.contains("what is asked for is 12 × 2 numbers, and this is 12 numbers."),
        "{flat}"
    );
    let comma = mark(13, [0.0, 5.0]).unwrap().said;
    assert!(
        comma.en.contains("is a number, and this is 2 numbers; a comma separates"),
        "{}",
        comma.en
    );
    assert!(comma.vi.contains("đề bài hỏi một số, còn đây là 2 số"), "{}", comma.vi);
    assert!(said(s.times(-0.5)).contains("-0.5000 times"));
    assert!(said(s.plus(0.3)).contains("off by "));
    assert!(said(Array2::from_elem((12, 2), f64::INFINITY).into()).contains("finite"));
    let unknown = mark(99, 1.0).unwrap_err().to_string();
    assert_eq!(unknown, "the exercise is 99, but it must be 1 to 17");
    assert!(mark(0, 1.0).is_err() && !check(99, 1.0) && !vi::check(0, 1.0));
}

#[test]
fn a_right_answer_that_was_rounded_is_told_so_and_another_one_is_not() {
    let said = |n: usize, answer: Answer| mark(n, answer).unwrap().said.en;
    let rounded = |n: usize, k: i32| {
        let ten = 10f64.powi(k);
        exercises()[n - 1].right.mapped(|v| (v * ten).round() / ten)
    };
    for (n, k) in [(1, 1), (1, 2), (2, 2), (4, 1), (12, 2)] {
        assert!(
            said(n, rounded(n, k)).contains("rounded too much"),
            "{n} {k}: {}",
            said(n, rounded(n, k))
        );
    }
    assert!(said(3, 0.0056.into()).contains("rounded too much"));
    assert!(!said(3, 0.0057.into()).contains("rounded"));
    assert!(!said(1, rounded(1, 2).plus(0.01)).contains("rounded"));
    assert!(mark(1, rounded(1, 6)).unwrap().right);
}

#[test]
fn every_notebook_that_is_named_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (n, name) in NOTEBOOKS.iter().enumerate() {
        assert!(name.starts_with(&format!("{n}_")), "{name}");
        for folder in ["notebooks/python", "notebooks/python/vi", "notebooks", "notebooks/vi"] {
            let path = root.join(format!("{folder}/{name}.ipynb"));
            assert!(path.is_file(), "{}", path.display());
        }
    }
    assert!(exercises().iter().all(|e| e.notebook < NOTEBOOKS.len()));
}

#[test]
fn a_single_number_that_is_not_finite_is_no_answer() {
    for (n, exercise) in numbered() {
        for wrong in [f64::NAN, f64::INFINITY] {
            let said = mark(n, exercise.right.with_first(wrong)).unwrap();
            assert!(!said.right, "exercise {n} takes {wrong}");
        }
    }
}

#[test]
fn an_answer_has_a_row_for_each_of_its_points() {
    for (n, exercise) in numbered() {
        let rows = exercise.right.shape().first().copied();
        let points = points(n).map(|(_, x)| x.nrows());
        match n {
            9 => assert_eq!((rows, points), (None, Some(12)), "a ratio of sums over the points"),
            10 => assert_eq!((rows, points), (Some(3), None), "three counts"),
            _ => assert_eq!(rows, points, "exercise {n}"),
        }
    }
    assert!(points(0).is_none() && points(exercises().len() + 1).is_none());
}

#[test]
fn a_figure_is_shown_as_the_kernel_wants_it() {
    let figure = Figure { panels: vec![Panel::default()], ..Figure::default() };
    let shown = show::content(&figure, Lang::Vi).unwrap();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "EVCXR_BEGIN_CONTENT image/svg+xml");
    assert!(lines[1].starts_with("<svg") && lines[lines.len() - 2].ends_with("</svg>"), "{shown}");
    assert_eq!(lines[lines.len() - 1], "EVCXR_END_CONTENT");
    assert!(en::show(&figure).is_ok() && vi::show(&figure).is_ok());
    assert!(show(&Figure::default()).is_err(), "a figure without a panel");
}
