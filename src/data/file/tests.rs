use super::written::MOST_MARKS;
use super::*;
use crate::data::ClassName;
use crate::rng::{Purpose, stream};
use ndarray::{Array2, array};
use rand::Rng;

const CROSS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/experiments/scenes/cross.toml");

/// A valid file whose second component is `rest`.
fn with(rest: &str) -> String {
    format!(
        "name = \"s\"\n[[component]]\nweight = 1\nmean = [0, 0]\nsd = 1\nlabel = \"a\"\n[[component]]\n{rest}\n"
    )
}

fn message(text: &str) -> String {
    Scene::parse(text, "s.toml").unwrap_err().to_string()
}

#[test]
fn the_example_is_read_as_written() {
    let scene = Scene::find(CROSS).unwrap();
    let m = &scene.mixture;
    assert_eq!((scene.name.as_str(), m.weights()), ("cross", &[0.4, 0.4, 0.2][..]));
    assert_eq!(m.covs()[1], array![[0.02, 0.0], [0.0, 2.0]]);
    assert_eq!(m.covs()[2], Array2::<f64>::eye(2) * (0.2 * 0.2));
    assert_eq!(m.means().row(2), array![2.0, 2.0]);
    assert_eq!((scene.class("dọc").unwrap(), scene.class("dot").unwrap()), (1, 2));
}

#[test]
fn classes_are_numbered_by_first_appearance_and_need_no_second_name() {
    let one = |l: &str| format!("[[component]]\nweight = 1\nmean = [0]\nsd = 1\nlabel = {l:?}\n");
    let scene =
        Scene::parse(&format!("name = \"s\"\n{}{}{}", one("z"), one("a"), one("z")), "s.toml");
    let scene = scene.unwrap();
    assert_eq!(scene.mixture.labels(), [0, 1, 0]);
    assert_eq!(scene.class_names[1], ClassName { en: "a".into(), vi: "a".into() });
}

#[test]
fn a_name_in_two_forms_is_one_class() {
    let one = |l: &str| format!("[[component]]\nweight = 1\nmean = [0]\nsd = 1\nlabel = \"{l}\"\n");
    let text = format!("name = \"s\"\n{}{}", one("chó"), one("cho\u{301}"));
    let scene = Scene::parse(&text, "s.toml").unwrap();
    assert_eq!(scene.mixture.labels(), [0, 0]);
    assert_eq!((scene.class("cho\u{301}").unwrap(), scene.class("chó").unwrap()), (0, 0));
    let vi = format!("{text}[vietnamese]\n\"cho\u{301}\" = \"me\u{300}o\"\n");
    assert_eq!(Scene::parse(&vi, "s.toml").unwrap().class_names[0].vi, "mèo");
    for (wrong, piece) in [
        (
            format!("name = \"s\"\n{}", one("a").replace("\"a\"", "\"a\\u001b[2J\"")),
            "component 1 (line 2): label: letter 2 is U+001B",
        ),
        (format!("name = \"s\\u0007\"\n{}", one("a")), "name: letter 2 is U+0007"),
        (format!("{vi}\"chó\" = \"bò\"\n"), "vietnamese names \"chó\" twice"),
    ] {
        assert!(message(&wrong).contains(piece), "{}", message(&wrong));
    }
}

#[test]
fn a_wrong_file_is_refused_with_the_place_and_the_remedy() {
    let second = "weight = 1\nmean = [1, 1]\nlabel = \"b\"\n";
    let cov = |c: &str| with(&format!("{second}covariance = {c}"));
    let sd = "sd = 1\nlabel = \"b\"\n";
    let table = |t: &str| format!("{}[vietnamese]\n{t}", with(&format!("{second}sd = 1")));
    for (text, piece) in [
        ("name = ", "line 1: "),
        ("", "missing field `name`"),
        ("name = 3", "line 1: invalid type: integer `3`"),
        ("name = \" \"", "name is empty; give"),
        ("name = \"s\"", "no component; add a [[component]]"),
        ("name = \"s\"\nnmae = 1", "line 2: unknown field `nmae`"),
        ("name = \"s\"\nname = \"t\"", "line 2: duplicate key"),
        ("component = 1\nname = \"s\"", "line 1: invalid type"),
        (&with("weigth = 1"), "component 2 (line 8): unknown field `weigth`, expected one of"),
        (&with("weight = \"1\""), "component 2 (line 8): invalid type: string"),
        (&with("mean = [1, 1"), "component 2 (line"),
        (&with(""), "component 2 (line 7): weight is missing; add weight = 1"),
        (&with("weight = -1"), "component 2 (line 7): weight is -1; make it at least 1e-50"),
        (&with("weight = 0"), "weight is 0; make it at least"),
        (&with("weight = inf"), "weight is inf; give it a finite number"),
        (&with("weight = 1"), "mean is missing; add mean"),
        (&with("weight = 1\nmean = []"), "mean is empty; give"),
        (&with("weight = 1\nmean = [1]"), "mean has 1 numbers; give it 2 as in component 1"),
        (&with("weight = 1\nmean = [1, nan]"), "mean[1] is NaN; give it a finite number"),
        (&with("weight = 1\nmean = [1, 1e99]"), "mean[1] is 1e99; give it a finite number"),
        (&with(second), "neither sd nor covariance is given; add one"),
        (&cov("[[1, 0], [0, 1]]\nsd = 1"), "both sd and covariance are given; keep one"),
        (&with(&format!("{second}sd = 0")), "sd is 0; make it at least"),
        (&with(&format!("{second}sd = -1")), "sd is -1; make it at least"),
        (&with(&format!("{second}sd = nan")), "sd is NaN; give"),
        (&cov("[[1, 0]]"), "covariance has 1 rows; give it 2"),
        (&cov("[[1, 0], [0]]"), "row 1 of covariance has 1 numbers; give it 2"),
        (&cov("[[1, 0], [0, inf]]"), "covariance[1][1] is inf; give"),
        (&cov("[[0, 0], [0, 0]]"), "covariance is 0; give"),
        (&cov("[[1, 0.1], [0.2, 1]]"), "covariance[1][0] is 0.2 but covariance[0][1] is 0.1;"),
        (&cov("[[1, 2], [2, 1]]"), "component 2 (line 7): covariance is not positive definite;"),
        (&cov("[[1, 0], [0, -1]]"), "not positive definite; make its diagonal larger"),
        (&with(&format!("weight = 1\nmean = [1, 1]\n{}", &sd[..6])), "label is missing; add"),
        (&with("weight = 1\nmean = [1, 1]\nsd = 1\nlabel = \" \""), "label is empty; name"),
        (&table("c = \"x\""), "vietnamese names \"c\", which is not the label of any component;"),
        (&table("b = \"\""), "vietnamese name of \"b\" is empty; fill it in"),
        (&table("b = \"a\""), "two classes are called \"a\"; rename one"),
        (&table("a = \"x\"\nb = \"x\""), "two classes are called \"x\"; rename one"),
    ] {
        let message = message(text);
        assert!(message.starts_with("scene file s.toml: "), "{message}");
        assert!(message.contains(piece), "{message:?} lacks {piece:?}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
    assert!(Scene::parse(&with(&format!("{second}sd = 1")), "s.toml").is_ok(), "the good twin");
}

#[test]
fn more_than_a_toy_is_refused() {
    let component = |mean: &str, label: usize| {
        format!("[[component]]\nweight = 1\nmean = [{mean}]\nsd = 1\nlabel = \"{label}\"\n")
    };
    let file = |n: usize, d: usize, classes: usize| {
        let mean = vec!["0"; d].join(",");
        let parts: String = (0..n).map(|i| component(&mean, i % classes)).collect();
        Scene::parse(&format!("name = \"s\"\n{parts}"), "s.toml")
    };
    let piece = |scene: Result<Scene>| scene.unwrap_err().to_string();
    assert!(piece(file(100_001, 1, 1)).contains("100001 components, but at most 100000"));
    assert!(piece(file(1, 1_001, 1)).contains("1001 dimensions, but at most 1000"));
    assert!(piece(file(11, 1_000, 1)).contains("at most 10 components"));
    assert!(piece(file(1_001, 1, 1_001)).contains("1001 labels, but at most 1000"));
    let row = format!("[{}]", vec!["1"; 500].join(","));
    let full = with("").replace("sd = 1", &format!("covariance = [{row}]"));
    let full = full.replace("[0, 0]", &row);
    assert!(message(&full).contains("1 covariances of 500 × 500 take too long"));
    assert!(message(&",".repeat(MOST_MARKS + 1)).contains("over 4000000 lines and values"));
    assert_eq!(file(2_000, 2, 1_000).unwrap().mixture.classes(), 1_000);
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let path = std::env::temp_dir().join(format!("scorelab-scene-{}.toml", std::process::id()));
    let load = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Scene::load(&path).unwrap_err().to_string()
    };
    assert!(load(b"name = \"\xff\"").contains("byte 8 is not UTF-8; save the file as UTF-8"));
    assert!(load(&vec![b'#'; MOST_BYTES + 1]).contains("larger than 16 MiB"));
    std::fs::remove_file(&path).unwrap();
    assert!(Scene::load(&path).unwrap_err().to_string().starts_with("cannot read "));
}

#[test]
fn no_damage_to_a_file_is_a_panic() {
    let whole = std::fs::read(CROSS).unwrap();
    let mut refused = 0;
    for i in 0..100_000 {
        let mut rng = stream(7, Purpose::Reference, 0, i);
        let mut bytes = whole.clone();
        for _ in 0..=rng.random_range(0..4) {
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..4) {
                0 => bytes.truncate(at.max(1)),
                1 => bytes[at] = rng.random_range(9..128),
                2 => drop(bytes.remove(at)),
                _ => bytes.splice(at..at, *b"[9e").for_each(drop),
            }
            bytes.push(b'\n');
        }
        if let Ok(text) = String::from_utf8(bytes)
            && let Err(e) = Scene::parse(&text, "s.toml")
        {
            assert_eq!(e.to_string().lines().count(), 1, "{e}");
            refused += 1;
        }
    }
    assert!(refused > 20_000, "{refused} of 100,000 were wrong enough");
    assert!(Scene::parse(&format!("name = {}", "[".repeat(100_000)), "s.toml").is_err());
    assert!(Scene::parse(&"a.".repeat(100_000), "s.toml").is_err());
}
