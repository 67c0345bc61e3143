//! The crate of figures: its table in the documents, and the order in which its modules are listed.

use super::read;
use crate::common::repository;
use scorelab_figures::lecture::FIGURES;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_documents_list_every_figure_as_the_catalogue_has_it() {
    let text = read("docs/command.md");
    let table = text.split("## Figures").nth(1).and_then(|rest| rest.split("\n## ").next());
    let told: Vec<&str> =
        table.expect("a section").lines().filter(|l| l.starts_with("| `")).collect();
    let rows: Vec<String> = FIGURES.iter().map(|spec| spec.row()).collect();
    assert!(rows.len() > 25 && told == rows, "docs/command.md should say\n{}", rows.join("\n"));
}

/// The modules of a folder in the order of its `mod.rs`, those that a macro declares included, and what that defines.
fn listed(folder: &Path) -> Vec<String> {
    let top = [folder.join("mod.rs"), folder.join("lib.rs")];
    let text =
        top.iter().find_map(|file| fs::read_to_string(file).ok()).expect("a table of contents");
    let mut inside = false;
    let mut order = Vec::new();
    for line in text.lines().map(str::trim) {
        let declared =
            line.trim_start_matches("pub ").strip_prefix("mod ").and_then(|l| l.strip_suffix(';'));
        match (line, declared) {
            ("figures! {", _) => inside = true,
            ("}", _) if inside => {
                inside = false;
                order.push("FIGURES".into());
            }
            (name, _) if inside => order.push(name.into()),
            (_, Some(name)) if name != "tests" && !name.starts_with('$') => order.push(name.into()),
            _ => {}
        }
    }
    order
}

/// The code of a module's files, without comments and tests.
fn code(folder: &Path, module: &str) -> Vec<String> {
    let file = folder.join(format!("{module}.rs"));
    let inside = listed_files(&folder.join(module));
    let files: Vec<PathBuf> = inside.into_iter().chain(file.is_file().then_some(file)).collect();
    let plain = |file: &PathBuf| {
        let text = fs::read_to_string(file).expect("a file of the source");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    files.iter().map(plain).collect()
}

/// The files of a folder's own modules, if it is one.
fn listed_files(folder: &Path) -> Vec<PathBuf> {
    if !folder.is_dir() {
        return Vec::new();
    }
    let files = listed(folder).into_iter().map(|name| folder.join(format!("{name}.rs")));
    files.filter(|file| file.is_file()).collect()
}

/// The names that code gives after this path: `super::a`, `super::{a, b::c}`.
fn named(code: &str, path: &str) -> Vec<String> {
    let word = |w: &str| -> String {
        w.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let names = |rest: &str| match rest.strip_prefix('{').and_then(|list| list.split('}').next()) {
        Some(list) => list.split(',').map(word).filter(|w| !w.is_empty()).collect(),
        None => vec![word(rest)],
    };
    code.split(path).skip(1).flat_map(names).collect()
}

/// (module, what it names) for each name that is not a module above it, among those named after `path`.
fn upward(folder: &Path, order: &[String], path: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, module) in order.iter().enumerate() {
        let names =
            code(folder, module).iter().flat_map(|code| named(code, path)).collect::<Vec<_>>();
        let above =
            |name: &String| order[..at].contains(name) || path == "crate::" && name == module;
        found.extend(names.into_iter().filter(|n| !above(n)).map(|name| (module.clone(), name)));
    }
    found
}

#[test]
fn a_module_of_the_figures_uses_only_modules_above_it() {
    let root = repository("figures/src");
    let crates = listed(&root);
    assert_eq!(crates, ["plot", "idiom", "lecture", "deck"]);
    assert_eq!(upward(&root, &crates, "crate::"), []);
    for name in &crates {
        let folder = root.join(name);
        let order = listed(&folder);
        assert!(order.len() > 2, "{order:?}");
        assert_eq!(upward(&folder, &order, "super::"), [], "{name}");
    }
    // the twin: a figure above what it is drawn with
    let (folder, mut wrong) = (root.join("lecture"), listed(&root.join("lecture")));
    let last = wrong.iter().position(|m| m == "bayes_through_time").unwrap();
    let last = wrong.remove(last);
    wrong.insert(0, last);
    let expected = ("bayes_through_time".to_string(), "bayes_sum".to_string());
    assert!(upward(&folder, &wrong, "super::").contains(&expected));
}
