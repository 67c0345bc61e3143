//! What the catalogue says: one sentence for each mistake, and a table from the same source.

use super::*;
use scorelab::methods::{method_named, rows, text};

fn refusal<T>(result: scorelab::Result<T>) -> String {
    result.err().expect("a refusal").to_string()
}

#[test]
fn a_mistake_is_answered_by_what_is_allowed() {
    let interval = named("interval").about();
    let set = |text: &str| refusal(Knobs::parse(interval, &[text]));
    assert_eq!(
        set("hihg=2"),
        "a knob of the method interval is hihg, but it must be one of gamma, low, high (did you mean \"high\"?)"
    );
    assert_eq!(
        set("low=-1"),
        "low, σ/α below which γ is 1, of the method interval is -1, but it must be from 0, or inf"
    );
    assert_eq!(
        set("low"),
        "a setting of the method interval is low, but it must be written as knob=number"
    );
    assert!(set("low=one").ends_with("written as knob=number"));
    assert!(set("gamma=inf").ends_with("any finite number"));
    let plain = named("conditional").about();
    let none = refusal(Knobs::parse(plain, &["gamma=2"]));
    assert!(none.ends_with("left out: the method has no knobs"), "{none}");
    let corrections = named("predictor-corrector").about();
    let whole = refusal(Knobs::parse(corrections, &["corrections=1.5"]));
    assert!(whole.ends_with("a whole number from 0 to 10000"), "{whole}");
    let unknown = refusal(method_named("cfg"));
    assert!(unknown.starts_with("the method is cfg, but it must be one of unconditional, "));
    assert!(unknown.contains("classifier-free"), "{unknown}");
    assert!(refusal(method_named("feedbak")).ends_with("(did you mean \"feedback\"?)"));
    let crossed = Knobs::parse(interval, &["low=3"]).unwrap();
    let crossed = refusal(build(named("interval"), &parts(&cases::f3()), &crossed));
    assert_eq!(crossed, "low, of the method interval, is 3, but it must be below high, which is 2");
    for name in ["linear", "cosine", "beta"] {
        let ends = |set: &[&str]| {
            let knobs = Knobs::parse(named(name).about(), set).unwrap();
            build(named(name), &parts(&cases::f3()), &knobs)
        };
        for (set, first, last) in
            [("first=20", "20", "10"), ("last=0.01", "0.01", "0.01"), ("first=inf", "inf", "10")]
        {
            let must = format!(
                "first, of the method {name}, is {first}, but it must be below last, which is {last}"
            );
            assert_eq!(refusal(ends(&[set])), must);
        }
        assert!(ends(&["last=inf"]).is_ok() && ends(&["first=9.99"]).is_ok());
    }
}

#[test]
fn every_part_that_is_missing_is_named() {
    for method in METHODS {
        let about = method.about();
        let without = build(*method, &Parts::default(), &Knobs::defaults(about));
        let message = refusal(without);
        for need in about.needs.iter().filter(|need| !Parts::default().has(**need)) {
            assert!(message.contains(need.words()), "{}: {message}", about.name);
        }
        assert!(build(*method, &parts(&cases::f3()), &Knobs::defaults(about)).is_ok());
    }
    let guide = refusal(build(
        named("autoguidance"),
        &Parts { guiding: None, ..parts(&cases::f3()) },
        &Knobs::defaults(named("autoguidance").about()),
    ));
    assert_eq!(
        guide,
        "the method is autoguidance, but it must be given a guiding score, worse than the conditional one, or another method chosen"
    );
}

#[test]
fn names_are_single_and_defaults_and_neutral_values_are_within_their_ranges() {
    let mut names: Vec<&str> = METHODS.iter().map(|m| m.about().name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), METHODS.len());
    for about in METHODS.iter().map(|m| m.about()) {
        for knob in about.knobs {
            let inside = |v: f64| knob.range.contains(v);
            assert!(inside(knob.default), "{} {}", about.name, knob.name);
            assert!(knob.neutral.is_none_or(inside), "{} {}", about.name, knob.name);
            assert!(!inside(f64::NAN), "{} {}", about.name, knob.name);
        }
    }
}

#[test]
fn the_text_and_the_json_say_the_same() {
    let (text, json) = (text(), serde_json::to_value(rows()).unwrap());
    let rows = json.as_array().unwrap();
    assert_eq!(rows.len(), METHODS.len());
    for (row, method) in rows.iter().zip(METHODS) {
        let about = method.about();
        assert_eq!(row["name"], about.name);
        let line = text.lines().find(|l| l.split("  ").next() == Some(about.name));
        let line = line.unwrap_or_else(|| panic!("{} is not in the text", about.name));
        assert!(line.contains(about.formula) && line.contains(about.source), "{line}");
        let below = text.lines().skip_while(|l| *l != line).skip(1);
        let below: Vec<&str> = below.take(1 + about.knobs.len()).collect();
        assert!(about.needs.iter().all(|need| below[0].contains(need.words())), "{below:?}");
        for (knob, line) in about.knobs.iter().zip(&below[1..]) {
            assert!(line.starts_with(&format!("  {} ", knob.name)), "{line}");
            assert!(line.contains(&format!("[{knob}]")), "{line}");
        }
        assert_eq!(row["knobs"].as_array().unwrap().len(), about.knobs.len());
        assert!(row["cost"]["most"].as_u64().unwrap() >= 1);
    }
    let width = |line: &str| line.chars().position(|c| c == 'c');
    let header = text.lines().next().unwrap();
    assert!(width(header).is_some() && text.lines().all(|l| l == l.trim_end()));
}
