//! `scorelab methods`: the catalogue of guidance, or one entry of it.

use crate::flags::Methods;
use crate::report::{Cell, Form, Report, say};
use scorelab::methods::{Row, method_named, rows, text};
use scorelab::{Error, Result};
use scorelab_figures::plot::Text;
use serde::Serialize;

impl Methods {
    /// Lists the methods, or describes one.
    ///
    /// # Errors
    /// If there is no such method, or standard output cannot be written.
    pub fn run(&self) -> Result<()> {
        let one = self.name.as_deref().map(method_named).transpose()?.map(Row::of);
        let wording = self.common.form(None)?;
        match (wording.form, one) {
            (Form::Json, Some(row)) => say(&as_json(&row)?),
            (Form::Json, None) => say(&as_json(&rows())?),
            (Form::Table, None) => say(text().as_bytes()),
            (_, Some(row)) => described(&row).write(wording, None),
            (_, None) => listed(&rows()).write(wording, None),
        }
    }
}

/// Knobs are lists here, which a table has no place for.
fn as_json(rows: &impl Serialize) -> Result<Vec<u8>> {
    let text = serde_json::to_vec_pretty(rows);
    let mut text = text.map_err(|e| Error::io("write", "standard output", e.into()))?;
    text.push(b'\n');
    Ok(text)
}

/// A row for each method.
fn listed(rows: &[Row]) -> Report {
    let columns = ["method", "title", "formula", "knobs", "needs", "least", "most", "source"];
    let mut report = Report::new(columns);
    for row in rows {
        let Row { about, cost } = row;
        let words = [about.name, about.title, about.formula, &row.knobs(), &row.needs()];
        let numbers = [cost.least, cost.most].map(Cell::from);
        report.row(words.map(Cell::from).into_iter().chain(numbers).chain([about.source.into()]));
    }
    report
}

/// All that is said of a method.
fn described(row: &Row) -> Report {
    let mut report = Report::new(["property", "value"]);
    let mut say = |name: &'static str, value: Cell| report.row([Cell::Name(name), value]);
    let Row { about, cost } = row;
    say("method", about.name.into());
    say("title", about.title.into());
    say("formula", about.formula.into());
    say("source", about.source.into());
    say("needs", row.needs().into());
    say("evaluations a step", cost.to_string().into());
    say("walks", about.walks.words().into());
    say("unconditional at γ = 0", about.ends.zero.into());
    say("conditional at γ = 1", about.ends.one.into());
    say("ordinary guidance at neutral knobs", about.ends.neutral.into());
    for knob in about.knobs {
        let meaning = format!("{} [{knob}]", knob.meaning);
        report.row([format!("--set {}", knob.name).into(), meaning.into()]);
    }
    report.notes = vec![Text::new(
        "[default; range; its value in the setting in which the method is ordinary guidance]",
        "[mặc định; khoảng; giá trị tại đó phương pháp là điều hướng thông thường]",
    )];
    report
}
