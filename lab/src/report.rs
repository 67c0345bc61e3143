//! What a subcommand answers: one table, for people or for programs.

use crate::table::{Table, exact};
use crate::vietnamese::vietnamese;
use clap::ValueEnum;
use scorelab::data::ClassName;
use scorelab::file;
use scorelab::text::printable_lines;
use scorelab::{Error, Result};
use scorelab_figures::plot::{Lang, Text};
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use std::io::Write;
use std::path::Path;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Aligned columns, numbers to six digits
    Table,
    /// Comma-separated values, numbers exact
    Csv,
    /// A list of objects, numbers exact
    Json,
}

impl Form {
    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Form::Table => "table",
            Form::Csv => "csv",
            Form::Json => "json",
        }
    }
}

/// How an answer is written, and in which language its words for people are; CSV and JSON have the same names in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    /// The form.
    pub form: Form,
    /// The language of a table for people.
    pub lang: Lang,
}

impl From<Form> for Wording {
    fn from(form: Form) -> Wording {
        Wording { form, lang: Lang::default() }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// The name of a property or a metric, one of those that have a Vietnamese one.
    Name(&'static str),
    /// Words in both languages; programs read the English ones.
    Both(Text),
    /// A count.
    Count(u64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Nothing: the question does not arise.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<&ClassName> for Cell {
    fn from(name: &ClassName) -> Cell {
        Cell::Both((name.en.clone(), name.vi.clone()).into())
    }
}

impl From<usize> for Cell {
    fn from(n: usize) -> Cell {
        Cell::Count(n as u64)
    }
}

impl From<u64> for Cell {
    fn from(n: u64) -> Cell {
        Cell::Count(n)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Cell {
        Cell::Flag(flag)
    }
}

impl From<f64> for Cell {
    fn from(x: f64) -> Cell {
        Cell::Number(x)
    }
}

impl From<&serde_json::Value> for Cell {
    fn from(value: &serde_json::Value) -> Cell {
        match (value.as_str(), value.as_u64(), value.as_f64()) {
            (Some(text), _, _) => text.into(),
            (_, Some(n), _) => n.into(),
            (_, _, Some(x)) => x.into(),
            _ => Cell::Empty,
        }
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Cell {
        cell.map_or(Cell::Empty, T::into)
    }
}

impl Serialize for Cell {
    /// A number that is not finite is null in JSON, which has no word for it.
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Cell::Text(text) => to.serialize_str(&printable_lines(text)),
            Cell::Name(name) => to.serialize_str(name),
            Cell::Both(text) => to.serialize_str(&printable_lines(&text.en)),
            Cell::Count(n) => to.serialize_u64(*n),
            Cell::Flag(flag) => to.serialize_bool(*flag),
            Cell::Number(x) if x.is_finite() => to.serialize_f64(*x),
            Cell::Number(_) | Cell::Empty => to.serialize_none(),
        }
    }
}

impl Cell {
    /// As text that reads back as the same number.
    fn exact(&self) -> String {
        match self {
            Cell::Text(text) => printable_lines(text),
            Cell::Name(name) => (*name).into(),
            Cell::Both(text) => printable_lines(&text.en),
            Cell::Count(n) => n.to_string(),
            Cell::Flag(flag) => flag.to_string(),
            Cell::Number(x) => exact(*x),
            Cell::Empty => String::new(),
        }
    }

    /// As text that reads well.
    fn short(&self, lang: Lang) -> String {
        match self {
            Cell::Number(x) => short(*x),
            Cell::Name(name) => spoken(name, lang).into(),
            Cell::Both(text) => printable_lines(text.get(lang)),
            Cell::Flag(flag) => spoken(if *flag { "true" } else { "false" }, lang).into(),
            other => other.exact(),
        }
    }
}

/// A name as people of this language see it.
pub fn spoken(name: &str, lang: Lang) -> &str {
    match lang {
        Lang::En => name,
        Lang::Vi => vietnamese(name).unwrap_or(name),
    }
}

/// A number to six digits.
fn short(x: f64) -> String {
    match format!("{x:.5e}").parse::<f64>() {
        Ok(x) => exact(x + 0.0), // without a "−0"
        Err(_) => x.to_string(),
    }
}

/// The memory that a cell and its text take, in the form that takes most: aligned columns, where every cell is a
/// separate text.
pub const BYTES_A_CELL: f64 = 200.0;

/// A table of typed cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    headers: Vec<String>,
    rows: Vec<Vec<Cell>>,
    /// Lines under the table, for people only.
    pub notes: Vec<Text>,
}

/// A row, whose cells have names.
struct Row<'a>(&'a [String], &'a [Cell]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        self.0.iter().zip(self.1).try_for_each(|(name, cell)| map.serialize_entry(name, cell))?;
        map.end()
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.rows.len()))?;
        self.rows.iter().try_for_each(|row| list.serialize_element(&Row(&self.headers, row)))?;
        list.end()
    }
}

impl Report {
    /// An empty table.
    pub fn new<S: ToString>(headers: impl IntoIterator<Item = S>) -> Self {
        let headers = headers.into_iter().map(|h| h.to_string()).collect();
        Report { headers, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If it has more or fewer cells than there are columns.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let row: Vec<Cell> = cells.into_iter().collect();
        assert_eq!(row.len(), self.headers.len(), "a cell for each column");
        self.rows.push(row);
    }

    /// The text of the answer.
    ///
    /// # Errors
    /// None that a user can cause.
    pub fn text(&self, wording: impl Into<Wording>) -> Result<Vec<u8>> {
        let Wording { form, lang } = wording.into();
        let unlike = |e: std::io::Error| Error::io("write", "the answer", e);
        match form {
            Form::Table => {
                let short = |row: &Vec<Cell>| row.iter().map(|cell| cell.short(lang)).collect();
                let rows = self.rows.iter().map(short).collect();
                let headers = self.headers.iter().map(|name| spoken(name, lang).into()).collect();
                let notes = self.notes.iter().map(|note| note.get(lang).into()).collect();
                Ok(Table { headers, rows, notes, keys: 0 }.to_string().into_bytes())
            }
            Form::Csv => self.csv().map_err(unlike),
            Form::Json => {
                let mut text = serde_json::to_vec_pretty(self).map_err(|e| unlike(e.into()))?;
                text.push(b'\n');
                Ok(text)
            }
        }
    }

    /// As CSV, a row at a time: no second table is made of it.
    fn csv(&self) -> std::io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.headers)?;
        self.rows.iter().try_for_each(|row| writer.write_record(row.iter().map(Cell::exact)))?;
        writer.into_inner().map_err(|e| e.into_error())
    }

    /// Writes the answer to a file, whole or not at all, or else to standard output.
    ///
    /// If the reader of standard output has gone away, it has seen all it wanted: that is not an error.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, wording: impl Into<Wording>, out: Option<&Path>) -> Result<()> {
        let text = self.text(wording)?;
        match out {
            Some(path) => file::replace(path, &text),
            None => say(&text),
        }
    }
}

/// Writes to standard output.
///
/// # Errors
/// If it cannot be written; not if its reader has gone away.
pub fn say(text: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(Error::io("write", "standard output", e)),
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(x: f64) -> Report {
        let mut report = Report::new(["what", "value"]);
        report.row(["a \"quoted\", name".into(), x.into()]);
        report.row([Cell::Empty, 3_usize.into()]);
        report
    }

    #[test]
    fn numbers_read_back_as_the_same_bits() {
        let odd = [0.1 + 0.2, 1.0 / 3.0, -0.0, 1e300, 5e-324, f64::MAX, f64::MIN_POSITIVE, 1e22];
        let many = (1..2000).map(|i| {
            f64::from_bits(u64::wrapping_mul(i, 0x9e37_79b9_7f4a_7c15) % f64::MAX.to_bits())
        });
        for x in odd.into_iter().chain(many) {
            let json = report(x).text(Form::Json).unwrap();
            let read: serde_json::Value = serde_json::from_slice(&json).unwrap();
            assert_eq!(read[0]["value"].as_f64().unwrap().to_bits(), x.to_bits(), "{x:e}");
            let csv = report(x).text(Form::Csv).unwrap();
            let mut reader = csv::Reader::from_reader(&csv[..]);
            let row = reader.records().next().unwrap().unwrap();
            assert_eq!(row[1].parse::<f64>().unwrap().to_bits(), x.to_bits(), "{x:e}");
            assert_eq!(&row[0], "a \"quoted\", name");
        }
    }

    #[test]
    fn people_see_six_digits_and_empty_cells_stay_empty() {
        let text = String::from_utf8(report(-1.0 / 3.0).text(Form::Table).unwrap()).unwrap();
        assert!(text.contains(" -0.333333\n"), "{text}");
        assert_eq!(
            (short(-0.0), short(1e-9), short(123456789.0)),
            ("0".into(), "1e-9".into(), "123457000".into())
        );
        let json = String::from_utf8(report(f64::NAN).text(Form::Json).unwrap()).unwrap();
        assert_eq!(json.matches("null").count(), 2);
    }
}
