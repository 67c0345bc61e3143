//! The notebooks are made of the lessons, and the lessons are whole.

use super::ipynb::{EDITIONS, Edition, Language, notebook, said};
use super::lesson::{Blanks, Cell, Kernel, Lesson, with_blanks};
use scorelab_lab::course::exercises;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn folder() -> PathBuf {
    crate::common::repository("notebooks")
}

fn read(path: &str) -> String {
    fs::read_to_string(folder().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The names in a folder that end so, without the end, in order.
fn names(of: &str, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(folder().join(of)).expect("a folder");
    let name = |e: fs::DirEntry| e.file_name().to_str()?.strip_suffix(ending).map(String::from);
    let mut names: Vec<String> = entries.filter_map(|e| name(e.ok()?)).collect();
    names.sort_by_key(|name| name.split('_').next().and_then(|n| n.parse::<usize>().ok()));
    names
}

pub(super) fn lessons() -> Vec<Lesson> {
    let parse = |name: &String| Lesson::parse(name, &read(&format!("lessons/{name}.md"))).unwrap();
    names("lessons", ".md").iter().map(parse).collect()
}

/// The sources of the code cells of a notebook file.
fn code(path: &str) -> Vec<String> {
    let notebook: Value = serde_json::from_str(&read(path)).expect("a notebook is JSON");
    let cells = notebook["cells"].as_array().expect("cells").iter();
    let text = |cell: &Value| {
        let lines = cell["source"].as_array().expect("lines").iter();
        lines.map(|line| line.as_str().expect("text")).collect::<String>()
    };
    cells.filter(|cell| cell["cell_type"] == "code").map(text).collect()
}

#[test]
fn the_notebooks_are_those_of_the_lessons() {
    let lessons = lessons();
    assert!(lessons.len() >= 8);
    for (folder, kernel, language, root) in EDITIONS {
        let prelude = read(&format!("lessons/{}", kernel.prelude()));
        let edition = Edition { kernel, language, blanks: Blanks::Open, prelude: &prelude, root };
        for lesson in &lessons {
            assert!(
                lesson.code(kernel).next().is_some(),
                "{}: no cell for {kernel:?}",
                lesson.name
            );
            let file = format!("{folder}/{}.ipynb", lesson.name);
            assert!(
                read(file.trim_start_matches('/')) == notebook(lesson, edition),
                "{file} is not that of its lesson: run `cargo run -p scorelab-notebooks -- write`"
            );
        }
        assert_eq!(names(folder, ".ipynb"), names("lessons", ".md"));
    }
}

#[test]
fn the_cells_for_python_ask_what_those_for_rust_ask() {
    for lesson in lessons() {
        let (mut checks, mut todo) = (Vec::new(), 0);
        for code in lesson.code(Kernel::Python) {
            let open = with_blanks(Kernel::Python, code, Blanks::Open);
            assert!(open.lines().count() <= 15, "{}: a long cell:\n{open}", lesson.name);
            checks.extend(open.lines().filter_map(|line| checked(line, "check(")));
            todo += open.matches(Kernel::Python.todo()).count();
        }
        let rust: Vec<&str> = lesson.code(Kernel::Rust).flat_map(str::lines).collect();
        let asked: Vec<usize> =
            rust.iter().filter_map(|line| checked(line, "course::check(")).collect();
        let blanks = rust.iter().filter(|line| line.contains(Kernel::Rust.todo())).count();
        assert_eq!((checks, todo), (asked, blanks), "{}", lesson.name);
    }
}

/// The exercise that a line checks, if it does.
fn checked(line: &str, call: &str) -> Option<usize> {
    line.strip_prefix(call)?.split(',').next()?.parse().ok()
}

#[test]
fn both_languages_have_the_same_code_but_for_what_is_missing() {
    let rust = names("", ".ipynb").into_iter().map(|name| ("".into(), name));
    let python = names("python", ".ipynb").into_iter().map(|name| ("python/".to_string(), name));
    for (folder, name) in rust.chain(python) {
        let (mut english, mut vietnamese) =
            (code(&format!("{folder}{name}.ipynb")), code(&format!("{folder}vi/{name}.ipynb")));
        let (a, b) = (english.remove(0), vietnamese.remove(0));
        let same = |prelude: &str| {
            prelude
                .replace("\"../..", "\"..")
                .replace("../../../", "../../")
                .replace("{vi as course}", "{en as course}")
                .replace("vi as", "en as")
                .replace("\"vi\"", "\"en\"")
        };
        assert!(a != b && same(&a) == same(&b), "{name}: the prelude");
        assert!(english.len() >= 4 && english != vietnamese, "{name}: its blanks");
        let bare = |cells: &[String]| -> Vec<String> {
            let line = |line: &str| line.split("TODO: ").next().expect("a part").to_string();
            cells.iter().flat_map(|code| code.lines()).map(line).collect()
        };
        assert_eq!(bare(&english), bare(&vietnamese), "{name}");
    }
}

#[test]
fn every_lesson_has_a_goal_blanks_checks_and_a_task_that_breaks() {
    let manifest = fs::read_to_string(crate::common::repository("lab/Cargo.toml")).unwrap();
    let mut asked = Vec::new();
    for (i, lesson) in lessons().iter().enumerate() {
        let name = &lesson.name;
        assert!(name.starts_with(&format!("{i}_")), "{name} is lesson {i}");
        let (mut en, mut vi, mut checks, mut blanks) = (String::new(), String::new(), 0, 0);
        for cell in &lesson.cells {
            match cell {
                Cell::Prose { en: e, vi: v } => {
                    en += e;
                    vi += v;
                }
                Cell::Code(Kernel::Python, _) => {}
                Cell::Code(Kernel::Rust, code) => {
                    let open = with_blanks(Kernel::Rust, code, Blanks::Open);
                    assert!(open.lines().count() <= 15, "{name}: a long cell:\n{open}");
                    for line in open.lines().filter(|l| l.starts_with("let ")) {
                        let typed = line.split(" = ").next().unwrap();
                        let kept =
                            typed.contains(": ") && !typed.contains("<'") && !typed.contains(": &");
                        assert!(kept, "{name}: the kernel cannot keep this: {line}");
                    }
                    blanks += open.matches("// TODO: ").count();
                    for rest in open.split("course::check(").skip(1) {
                        let n: usize = rest.split(',').next().unwrap().parse().expect("its number");
                        assert_eq!(exercises()[n - 1].notebook, i, "exercise {n} is in {name}");
                        asked.push(n);
                        checks += 1;
                    }
                }
            }
        }
        assert!(checks > 0 && blanks >= checks, "{name}: {blanks} blanks, {checks} checks");
        for (text, must) in [
            (&en, ["**Goal.**", "## Break it", "**Why.**"]),
            (&vi, ["**Mục tiêu.**", "## Làm hỏng thử", "**Vì sao.**"]),
        ] {
            assert!(must.iter().all(|m| text.contains(m)), "{name} lacks one of {must:?}");
            let example = text.split("--example ").nth(1).expect("an experiment");
            let example = example.split('`').next().unwrap();
            assert!(manifest.contains(&format!("name = \"{example}\"")), "{name}: {example}");
        }
    }
    assert_eq!(asked, (1..=exercises().len()).collect::<Vec<_>>(), "every exercise once, in order");
}

#[test]
fn a_lesson_that_is_not_whole_is_refused() {
    let refused = |text: &str| Lesson::parse("x", text).unwrap_err();
    assert!(refused("stray").contains("x.md:1: text outside"));
    assert!(refused("<!-- en -->\na\n").contains("no end"));
    assert!(refused("<!-- en -->\na\n<!-- vi -->\n\n```rust\n```\n").contains("missing"));
    assert!(refused("```rust\nlet a = 0; // TODO: a\n```\n").contains("blank without"));
    assert!(refused("```rust\n//= let a = 1;\n```\n").contains("solution without"));
    assert!(
        refused("```rust\nlet a = 0; // TODO: a\n//= let a = 1;\n```\n").contains("in Vietnamese")
    );
    let whole = "```rust\nlet a = 0; // TODO: a <!-- vi --> ă\n//= let a = 1;\nb();\n```\n";
    let lesson = Lesson::parse("x", whole).unwrap();
    let filled = |kernel: Kernel, lesson: &Lesson, blanks| {
        with_blanks(kernel, lesson.code(kernel).next().expect("a code cell"), blanks)
    };
    let open = filled(Kernel::Rust, &lesson, Blanks::Open);
    assert_eq!(said(&open, Language::En), "let a = 0; // TODO: a\nb();");
    assert_eq!(said(&open, Language::Vi), "let a = 0; // TODO: ă\nb();");
    assert_eq!(filled(Kernel::Rust, &lesson, Blanks::Filled), "let a = 1;\nb();");
    assert!(refused("```python\na = 0  # TODO: a\n```\n").contains("blank without"));
    let python = "```python\ndef f():\n    a = 0  # TODO: a <!-- vi --> ă\n    #= a = 1\n```\n";
    let lesson = Lesson::parse("x", python).unwrap();
    assert_eq!(lesson.code(Kernel::Rust).next(), None);
    let open = filled(Kernel::Python, &lesson, Blanks::Open);
    assert_eq!(said(&open, Language::Vi), "def f():\n    a = 0  # TODO: ă");
    assert_eq!(filled(Kernel::Python, &lesson, Blanks::Filled), "def f():\n    a = 1");
}
