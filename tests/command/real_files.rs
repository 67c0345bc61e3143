//! Files as people have them: each is trained on, sampled, measured and drawn.

use super::{Folder, SMALL, answer, drawn_files, json};
use crate::common::repository;
use serde_json::Value;

/// What the program that wrote `tests/interop/samples.npz` said of it: its mean, how many are of the class plus, and their mean.
const MEAN: f64 = -0.05084839140006807;
const PLUS: f64 = 195.0;
const MEAN_OF_PLUS: f64 = 1.0745867209556774;

/// A cell of a spreadsheet in a country of decimal commas.
fn comma(x: f64) -> String {
    x.to_string().replace('.', ",")
}

/// Points of two clouds, left and right of 0, of which the row of this number is one.
fn point(i: usize) -> (f64, f64, usize) {
    let class = i % 2;
    let x = if class == 0 { -2.0 } else { 2.0 };
    (x + 0.37 * (i as f64 * 1.7).sin(), 0.41 * (i as f64 * 2.3).cos(), class)
}

/// The names and the texts of five files, and a class of each.
fn files() -> [(&'static str, String, &'static str); 5] {
    let all = |rows: usize, head: &str, line: &dyn Fn(usize, f64, f64, usize) -> String| {
        let lines = (0..rows).map(|i| {
            let (x, y, class) = point(i);
            line(i, x, y, class) + "\n"
        });
        std::iter::once(head.to_string()).chain(lines).collect::<String>()
    };
    let left_or_right = |class| if class == 0 { "left" } else { "right" };
    let vietnamese = |class| if class == 0 { "bên trái" } else { "bên phải" };
    [
        ("bare.csv", all(90, "", &|_, x, y, _| format!("{x},{y}")), "all"),
        (
            "pandas.csv",
            all(90, ",height,weight,label\n", &|i, x, y, c| {
                format!("{i},{x},{y},{}", left_or_right(c))
            }),
            "right",
        ),
        (
            "excel.csv",
            all(90, "\u{feff}a;b;class\r\n", &|_, x, y, c| {
                format!("{};{};{c}\r", comma(x), comma(y))
            }),
            "1",
        ),
        (
            "vietnamese.csv",
            all(90, "hoành độ,tung độ,nhãn\n", &|_, x, y, c| {
                format!("{x},{y},{}", vietnamese(c))
            }),
            "1",
        ),
        // a stand-in for one with 100,000 rows
        (
            "long.txt",
            all(3000, "# x y\n", &|_, x, y, c| format!("{x:.4} {y:.4} {}", left_or_right(c))),
            "right",
        ),
    ]
}

/// The value of a metric.
fn metric(rows: &[Value], name: &str) -> f64 {
    let row = rows.iter().find(|row| row["metric"] == name);
    row.unwrap_or_else(|| panic!("{name}: {rows:?}"))["value"].as_f64().unwrap()
}

#[test]
fn five_files_are_each_trained_on_sampled_measured_and_drawn() {
    let folder = Folder::new("real");
    for (name, text, class) in files() {
        let file = folder.file(name, &text);
        let [scene, rows] = ["scene", "rows"].map(|how| folder.path(&format!("{name}-{how}")));
        answer(&format!("train --model joint {SMALL} --scene {file} --out {scene}"));
        answer(&format!("train --model joint {SMALL} --data {file} --out {rows}"));
        for run in [&scene, &rows] {
            let samples = folder.path("samples.npz");
            let walk = format!("--score {run} --class {class} --gamma 1 --steps 8");
            answer(&format!("sample {walk} --samples 40 --out {samples}"));
            let found = json(&format!("eval --samples {samples} --scene {file} --class {class}"));
            assert_eq!(metric(&found, "samples"), 40.0, "{name}");
        }
        // exact samples of the class lie on it, whatever a small training makes of it
        let exact = folder.path("exact.csv");
        answer(&format!("sample --scene {file} --class {class} --samples 300 --out {exact}"));
        let found = json(&format!("eval --samples {exact} --scene {file} --class {class}"));
        assert!(metric(&found, "target_share") > 0.97, "{name}: {found:?}");
        let words = format!("eval --score {scene} --class {class} --samples 40 --steps 8");
        assert!(metric(&json(&words), "target_share").is_finite(), "{name}");
        let out = folder.path("figures");
        let drawn = drawn_files(&format!(
            "plot uncontrolled --scene {file} --samples 60 --steps 8 --format csv --out {out}"
        ));
        assert!(!drawn.is_empty() && drawn.iter().all(|path| path.exists()), "{name}");
    }
}

#[test]
fn an_archive_that_numpy_wrote_is_measured() {
    // tests/interop/samples.py has written it, with NumPy 2.4, and printed these numbers
    let file = repository("tests/interop/samples.npz").display().to_string();
    let rows = json(&format!("eval --samples {file} --scene two-1d"));
    assert_eq!(metric(&rows, "samples"), 400.0);
    assert!((metric(&rows, "mean_x1") - MEAN).abs() < 1e-12, "{rows:?}");
    let energy = rows.iter().find(|row| row["metric"] == "energy").unwrap();
    let (value, se) = (energy["value"].as_f64().unwrap(), energy["se"].as_f64().unwrap());
    assert!(value.abs() < 3.5 * se, "{value} ± {se}");
    let plus = json(&format!("eval --samples {file} --scene two-1d --class plus"));
    assert_eq!(metric(&plus, "samples"), PLUS);
    assert!((metric(&plus, "mean_x1") - MEAN_OF_PLUS).abs() < 1e-12, "{plus:?}");
    // the wrong twin: another scene
    let far = json(&format!("eval --samples {file} --scene far-mode-1d"));
    assert!(metric(&far, "energy") > 10.0 * se, "{far:?}");
}
