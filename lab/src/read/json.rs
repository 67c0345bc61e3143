//! Tables as JSON, as the program writes them: a list of objects, a row each.

use super::table::{Parsed, Table};
use super::text::of_records;
use serde_json::{Map, Value};
use std::io::Read;
use std::path::Path;

/// The most bytes of a text: once read, it takes ten times as much.
const MOST_BYTES: u64 = 64 << 20;

/// Reads a list of objects; the names of the columns are those of the first, in alphabetical order.
///
/// `null`, which is what JSON has for numbers that are not finite, is NaN.
///
/// # Errors
/// If it is not such a list, is longer than 64 MiB, or a row has other names; and as [`Table::read`].
pub fn read(mut input: impl Read, path: &Path, most: usize) -> Parsed<Table> {
    let mut text = String::new();
    let read = input.by_ref().take(MOST_BYTES + 1).read_to_string(&mut text);
    read.map_err(|e| format!("it cannot be read as JSON: {e}"))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(format!(
            "it is longer than {} MiB; write the points as CSV or .npz",
            MOST_BYTES >> 20
        ));
    }
    let wrong = |e| format!("it is not a JSON list of objects, one for each row: {e}");
    let rows: Vec<Map<String, Value>> = serde_json::from_str(&text).map_err(wrong)?;
    drop(text);
    let names: Vec<String> =
        rows.first().map(|row| row.keys().cloned().collect()).unwrap_or_default();
    let record = |(i, row): (usize, &Map<String, Value>)| {
        let cell = |name: &String| row.get(name).map(cell);
        let cells: Option<Vec<String>> = names.iter().map(cell).collect();
        match cells {
            Some(cells) if row.len() == names.len() => Ok(cells),
            _ => Err(format!("row {} has other names than the first row", i + 1)),
        }
    };
    let records: Vec<Vec<String>> = rows.iter().enumerate().map(record).collect::<Parsed<_>>()?;
    of_records(path, &names, records, most)
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nan".into(),
        other => other.to_string(),
    }
}
