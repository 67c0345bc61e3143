//! A lesson as a Jupyter notebook.

use super::lesson::{Blanks, Cell, Kernel, Lesson, VIETNAMESE, with_blanks};
use serde_json::{Value, json};

/// The language of the prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Vietnamese.
    Vi,
}

impl Language {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Vi => "vi",
        }
    }
}

/// Which of a lesson's notebooks is meant.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    /// What runs it.
    pub kernel: Kernel,
    /// The language of its prose.
    pub language: Language,
    /// Whether its blanks are left as they are.
    pub blanks: Blanks,
    /// The first code cell, after the title: there `{root}` is the way from the notebook to the crate and `{language}` the
    /// language's code; the code of the two languages differs in these and in what its blanks ask for.
    pub prelude: &'a str,
    /// The way from the notebook to the crate.
    pub root: &'a str,
}

/// The notebooks of the repository: the folder of each below `notebooks`, its kernel, its language, and the way to the crate.
pub const EDITIONS: [(&str, Kernel, Language, &str); 4] = [
    ("", Kernel::Rust, Language::En, ".."),
    ("vi", Kernel::Rust, Language::Vi, "../.."),
    ("python", Kernel::Python, Language::En, "../.."),
    ("python/vi", Kernel::Python, Language::Vi, "../../.."),
];

/// A notebook as text.
pub fn notebook(lesson: &Lesson, edition: Edition) -> String {
    let Edition { kernel, language, blanks, prelude, root } = edition;
    let prelude = prelude.replace("{root}", root).replace("{language}", language.code());
    let mut cells: Vec<Value> = Vec::new();
    for cell in &lesson.cells {
        let n = cells.len();
        match (cell, language) {
            (Cell::Prose { en, .. }, Language::En) => cells.push(markdown(n, en)),
            (Cell::Prose { vi, .. }, Language::Vi) => cells.push(markdown(n, vi)),
            (Cell::Code(own, code), _) if *own == kernel => {
                cells.push(code_cell(n, &said(&with_blanks(kernel, code, blanks), language)));
            }
            (Cell::Code(..), _) => {}
        }
        if n == 0 {
            cells.push(code_cell(1, prelude.trim_end()));
        }
    }
    let notebook = json!({
        "cells": cells,
        "metadata": metadata(kernel),
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    format!("{notebook:#}\n")
}

/// Code whose blanks say in this language what is missing.
pub fn said(code: &str, language: Language) -> String {
    let line = |line: &str| match (line.split_once(VIETNAMESE), language) {
        (None, _) => line.to_string(),
        (Some((en, _)), Language::En) => en.trim_end().to_string(),
        (Some((en, vi)), Language::Vi) => {
            let (code, _) = en.split_once("TODO: ").expect("a blank");
            format!("{code}TODO: {}", vi.trim())
        }
    };
    code.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn metadata(kernel: Kernel) -> Value {
    match kernel {
        Kernel::Rust => json!({
            "kernelspec": { "display_name": "Rust", "language": "rust", "name": "rust" },
            "language_info": { "file_extension": ".rs", "mimetype": "text/rust", "name": "Rust" },
        }),
        Kernel::Python => json!({
            "kernelspec": { "display_name": "Python 3", "language": "python", "name": "python3" },
            "language_info": { "file_extension": ".py", "mimetype": "text/x-python", "name": "python" },
        }),
    }
}

fn markdown(n: usize, text: &str) -> Value {
    json!({ "cell_type": "markdown", "id": format!("cell-{n}"), "metadata": {}, "source": lines(text) })
}

fn code_cell(n: usize, code: &str) -> Value {
    json!({
        "cell_type": "code",
        "execution_count": null,
        "id": format!("cell-{n}"),
        "metadata": {},
        "outputs": [],
        "source": lines(code),
    })
}

/// A text as a notebook keeps it: a list of lines, each but the last with its end.
fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(String::from).collect()
}
