//! The page's modules are held to the library's plain answers: this writes the numbers, `node --test page/test` compares.

mod answers;

use crate::common::repository;
use serde_json::Value;

/// What the numbers of a file may differ by, relative to the larger: another machine's exp and log round otherwise.
const ROUNDING: f64 = 1e-13;

/// A number, a word or a list of `a` that is not that of `b`, by its path.
fn difference(path: &str, a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64()?, y.as_f64()?);
            let near = (x - y).abs() <= ROUNDING * x.abs().max(y.abs()).max(1.0);
            (!near).then(|| format!("{path}: {x} and {y}"))
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            let each = x.iter().zip(y).enumerate();
            each.filter_map(|(i, (x, y))| difference(&format!("{path}[{i}]"), x, y)).next()
        }
        (Value::Object(x), Value::Object(y)) if x.keys().eq(y.keys()) => {
            x.iter().filter_map(|(key, x)| difference(&format!("{path}.{key}"), x, &y[key])).next()
        }
        _ => (a != b).then(|| format!("{path}: {a} and {b}")),
    }
}

#[test]
fn the_golden_numbers_of_the_page_are_those_of_the_plain_formulas() {
    let path = repository("page/test/golden.json");
    let now = answers::all();
    if std::env::var_os("SCORELAB_WRITE").is_some() {
        std::fs::write(&path, serde_json::to_string(&now).unwrap() + "\n").unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let write = "write them again with SCORELAB_WRITE=1 cargo test --test main page::";
    assert_eq!(difference("golden", &kept, &now), None, "{write}");
    let mut twin = now;
    let alpha = &mut twin["levels"][0]["alpha"];
    *alpha = (alpha.as_f64().unwrap() * (1.0 + 1e-12)).into();
    assert!(difference("golden", &kept, &twin).is_some(), "the wrong twin passes");
}
