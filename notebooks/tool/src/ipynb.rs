//! A lesson as a Jupyter notebook.

use super::lesson::{Blanks, Cell, Lesson, with_blanks};
use serde_json::{Value, json};

/// The language of the prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Vietnamese.
    Vi,
}

/// A notebook as text.
///
/// `prelude` becomes its first code cell, after the title: there `{root}` is the way from the notebook to the crate and
/// `{language}` the language's code, the only things in which the code of the two languages differs.
pub fn notebook(
    lesson: &Lesson,
    prelude: &str,
    language: Language,
    root: &str,
    blanks: Blanks,
) -> String {
    let code = match language {
        Language::En => "en",
        Language::Vi => "vi",
    };
    let prelude = prelude.replace("{root}", root).replace("{language}", code);
    let mut cells: Vec<Value> = Vec::new();
    for cell in &lesson.cells {
        let n = cells.len();
        match (cell, language) {
            (Cell::Prose { en, .. }, Language::En) => cells.push(markdown(n, en)),
            (Cell::Prose { vi, .. }, Language::Vi) => cells.push(markdown(n, vi)),
            (Cell::Code(code), _) => cells.push(code_cell(n, &with_blanks(code, blanks))),
        }
        if n == 0 {
            cells.push(code_cell(1, prelude.trim_end()));
        }
    }
    let notebook = json!({
        "cells": cells,
        "metadata": {
            "kernelspec": { "display_name": "Rust", "language": "rust", "name": "rust" },
            "language_info": { "file_extension": ".rs", "mimetype": "text/rust", "name": "Rust" },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    format!("{notebook:#}\n")
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
