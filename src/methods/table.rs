//! The catalogue as a table, for people and as data.

use super::{About, Cost, Knobs, METHODS, Method};
use crate::{Error, Result};
use serde::Serialize;

/// A method as a row of the catalogue.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Row {
    /// What is to be said of it.
    #[serde(flatten)]
    pub about: &'static About,
    /// What it costs with its default knobs.
    pub cost: Cost,
}

/// A row for each of the [`METHODS`].
pub fn rows() -> Vec<Row> {
    let row = |method: &&dyn Method| {
        let about = method.about();
        Row { about, cost: method.cost(&Knobs::defaults(about)) }
    };
    METHODS.iter().map(row).collect()
}

/// The method of this name.
///
/// # Errors
/// If there is none; the message names all of them.
pub fn method_named(name: &str) -> Result<&'static dyn Method> {
    let found = METHODS.iter().find(|method| method.about().name == name).copied();
    found.ok_or_else(|| {
        let names: Vec<&str> = METHODS.iter().map(|method| method.about().name).collect();
        Error::value("the method", name, format!("one of {}", names.join(", ")))
    })
}

/// The catalogue as aligned text: a line for each method, and below it one for each knob.
pub fn text() -> String {
    let mut lines = vec![["method", "cost", "formula", "source"].map(String::from)];
    for Row { about, cost } in rows() {
        let cost = match cost.least == cost.most {
            true => cost.most.to_string(),
            false => format!("{}–{}", cost.least, cost.most),
        };
        lines.push([about.name.into(), cost, about.formula.into(), about.source.into()]);
        for knob in about.knobs {
            let neutral = knob.neutral.map_or(String::new(), |v| format!("; neutral {v}"));
            let values = format!("{} [{}; {}{neutral}]", knob.meaning, knob.default, knob.range);
            lines.push([format!("  {}", knob.name), String::new(), values, String::new()]);
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
