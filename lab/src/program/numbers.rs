//! Numbers from a text, a row a line.

use ndarray::Array2;
use scorelab::{Error, Result};
use std::io::Read;
use std::path::Path;

/// Larger texts are cut off.
const MOST_BYTES: u64 = 1 << 30;

/// The numbers of a CSV text (rows, columns), every one of which passes `good`; a first row of names is passed over.
///
/// A row without a comma is split at its spaces. Without `columns` there are as many as in the first row.
///
/// # Errors
/// If there are none, a row is longer or shorter, or a cell is no number or not good; `path` says where it was read.
pub fn read(
    input: impl Read,
    path: &Path,
    columns: Option<usize>,
    good: impl Fn(f64) -> bool,
) -> Result<Array2<f64>> {
    let wrong = |why: String| Error::File { path: path.into(), why };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(input.take(MOST_BYTES));
    let (mut columns, mut numbers) = (columns, Vec::new());
    for (i, row) in reader.records().enumerate() {
        let row = row.map_err(|e| match e.into_kind() {
            csv::ErrorKind::Io(e) => Error::io("read", path, e),
            _ => wrong(format!("row {} is no text", i + 1)),
        })?;
        let cells: Vec<&str> = match row.len() {
            1 => row[0].split_whitespace().collect(),
            _ => row.iter().map(str::trim).collect(),
        };
        let read: Vec<Option<f64>> = cells.iter().map(|c| c.parse().ok()).collect();
        if i == 0 && read.iter().all(Option::is_none) {
            continue; // names
        }
        let wanted = *columns.get_or_insert(read.len());
        if read.len() != wanted {
            return Err(wrong(format!(
                "row {} has {} numbers, but it must have {wanted}",
                i + 1,
                read.len()
            )));
        }
        for (column, (value, cell)) in read.iter().zip(cells).enumerate() {
            let Some(value) = value.filter(|v| good(*v)) else {
                return Err(wrong(format!(
                    "row {}, column {}: {cell:?} is no number that can be used here",
                    i + 1,
                    column + 1
                )));
            };
            numbers.push(value);
        }
    }
    match columns {
        Some(columns) if !numbers.is_empty() => {
            let shape = (numbers.len() / columns, columns);
            Ok(Array2::from_shape_vec(shape, numbers).expect("rows of one length"))
        }
        _ => Err(wrong("it holds no numbers; write them a row a line".into())),
    }
}
