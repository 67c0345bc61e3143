//! The page: the numbers to which `node --test lab/page/test` holds its modules, and the copy that is committed.

mod answers;
mod methods;
mod networks;

use crate::common::repository;
use serde_json::Value;
use std::process::Command;

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

/// Writes the files that are committed instead of comparing them.
fn writes() -> bool {
    std::env::var_os("SCORELAB_WRITE").is_some()
}

/// The page that the program writes with these flags.
fn page(flags: &[&str]) -> Vec<u8> {
    let number = flags.iter().map(|flag| flag.len()).sum::<usize>();
    let name = format!("scorelab-{}-page-{number}.html", std::process::id());
    let out = std::env::temp_dir().join(name);
    let mut run = Command::new(env!("CARGO_BIN_EXE_scorelab"));
    let ended = run.arg("page").args(flags).arg("--out").arg(&out).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(String::from_utf8_lossy(&ended.stdout).trim(), out.to_str().unwrap());
    let bytes = std::fs::read(&out).unwrap();
    std::fs::remove_file(out).unwrap();
    bytes
}

#[test]
fn the_committed_page_is_what_the_program_writes_byte_for_byte() {
    let path = repository("docs/page/index.html");
    let network = |name: &str| repository(&format!("docs/page/{name}.safetensors"));
    let networks =
        ["joint", "noisy", "clean"].map(|name| network(name).to_str().unwrap().to_owned());
    let [score, noisy, clean] = networks.each_ref().map(String::as_str);
    let flags = ["--score", score, "--classifier", noisy, "--classifier", clean];
    let now = page(&flags);
    if writes() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &now).unwrap();
    }
    let same = std::fs::read(&path).unwrap() == now;
    assert!(
        same,
        "docs/page/index.html is old; SCORELAB_WRITE=1 cargo test --test main page:: writes it again"
    );
    assert!(now.len() <= 1_500_000, "{} bytes", now.len());
    let plain = page(&[]);
    assert!(plain.len() < now.len());
    for other in [
        ["--lang", "vi"],
        ["--theme", "dark"],
        ["--scene", "wide"],
        ["--score", score],
        ["--classifier", noisy],
        ["--classifier", clean],
    ] {
        assert_ne!(page(&other), plain, "{other:?} changes nothing");
    }
}

#[test]
fn two_classifiers_of_a_kind_are_refused() {
    let noisy = repository("docs/page/noisy.safetensors");
    let mut run = Command::new(env!("CARGO_BIN_EXE_scorelab"));
    run.arg("page").arg("--classifier").arg(&noisy).arg("--classifier").arg(&noisy);
    let ended = run.arg("--out").arg(std::env::temp_dir().join("never.html")).output().unwrap();
    let words = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && words.contains("one that is clean"), "{words}");
    assert_eq!(words.trim().lines().count(), 1, "{words}");
}

#[test]
fn the_golden_numbers_of_the_page_are_those_of_the_plain_formulas() {
    let path = repository("lab/page/test/golden.json");
    let now = answers::all();
    if writes() {
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
