//! The catalogue as a table, for people and as data.

use super::{About, Cost, Knob, Knobs, METHODS, Method};
use crate::data::did_you_mean;
use crate::{Error, Result};
use serde::Serialize;

/// A method as a row of the catalogue.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Row {
    /// Its description.
    #[serde(flatten)]
    pub about: &'static About,
    /// What it costs with its default knobs.
    pub cost: Cost,
}

impl Row {
    /// The row of this method.
    pub fn of(method: &dyn Method) -> Row {
        let about = method.about();
        Row { about, cost: method.cost(&Knobs::defaults(about)) }
    }

    /// What it needs, in words.
    pub fn needs(&self) -> String {
        self.about.needs.iter().map(|need| need.words()).collect::<Vec<_>>().join("; ")
    }

    /// Its knobs, each with its default and range.
    pub fn knobs(&self) -> String {
        let told = |knob: &Knob| format!("{} [{knob}]", knob.name);
        self.about.knobs.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    /// The row of the documents' table: name, formula, knobs, needs, cost, source.
    pub fn markdown(&self) -> String {
        let About { name, formula, source, .. } = self.about;
        let formula = formula.replace('|', "∣");
        let (knobs, needs, cost) = (self.knobs(), self.needs(), self.cost);
        format!("| `{name}` | {formula} | {knobs} | {needs} | {cost} | {source} |")
    }
}

/// A row for each of the [`METHODS`].
pub fn rows() -> Vec<Row> {
    METHODS.iter().map(|method| Row::of(*method)).collect()
}

/// The method of this name.
///
/// # Errors
/// If there is none; the message names all of them, and the nearest.
pub fn method_named(name: &str) -> Result<&'static dyn Method> {
    let found = METHODS.iter().find(|method| method.about().name == name).copied();
    found.ok_or_else(|| {
        let names: Vec<&str> = METHODS.iter().map(|method| method.about().name).collect();
        let hint = did_you_mean(name, names.iter().copied());
        Error::value("the method", name, format!("one of {}{hint}", names.join(", ")))
    })
}

/// The catalogue as aligned text: a line for each method, and below it what it needs and a line for each knob.
pub fn text() -> String {
    let mut lines = vec![["method", "cost", "formula", "source"].map(String::from)];
    for row in rows() {
        let Row { about, cost } = row;
        lines.push([about.name, &cost.to_string(), about.formula, about.source].map(String::from));
        lines.push(["  needs", "", &row.needs(), ""].map(String::from));
        for knob in about.knobs {
            let (name, values) = (format!("  {}", knob.name), format!("{} [{knob}]", knob.meaning));
            lines.push([&name, "", &values, ""].map(String::from));
        }
    }
    let width = |column: usize| lines.iter().map(|l| l[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let mut text = String::new();
    for line in &lines {
        let mut row = String::new();
        for (cell, width) in line.iter().zip(widths) {
            row += &format!("{cell:width$}  ");
        }
        text += (row + &line[3]).trim_end();
        text.push('\n');
    }
    text
}
