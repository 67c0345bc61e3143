//! Tables of points: CSV and other text, gzipped or not, JSON, NumPy's `.npy` and `.npz`, all through one reader.
//!
//! Text has one row per line. The separator of the columns is what the first two lines have in common: a tab, a
//! semicolon, a comma, or else spaces; unless it is the comma, a number may have a decimal comma. A first row holds
//! names if none of its cells is a number (they may be empty); a cell that looks like a number but is not one is
//! refused, so that no row of data is taken for names. Lines that begin with `#` are comments.

use super::table::{MOST_CELLS, Parsed, Table, TableOptions};
use super::{json, npy, text};
use flate2::bufread::MultiGzDecoder;
use scorelab::{Error, Result};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The most bytes that a text unpacks to.
const MOST_BYTES: u64 = 4 << 30;

impl Table {
    /// Reads a table: arrays from `.npy` and `.npz`, a list of objects from JSON, text from anything else.
    ///
    /// # Errors
    /// If the file cannot be read or is not a table: rows of different lengths, a cell that is not a number in a column
    /// of numbers, a first row that mixes names and numbers, a separator within a number, more than is read; the
    /// message names the row and the column.
    pub fn read(path: impl AsRef<Path>, options: TableOptions) -> Result<Table> {
        let path = path.as_ref();
        let io = |e| Error::io("read", path, e);
        let file = File::open(path).map_err(io)?;
        if file.metadata().map_err(io)?.is_dir() {
            let why = "it is a folder, but a table of points is a file: .csv, .txt, .npy or .npz";
            return Err(io(std::io::Error::new(std::io::ErrorKind::IsADirectory, why)));
        }
        let mut input = BufReader::new(file);
        let begin = input.fill_buf().map_err(io)?;
        let most = options.most_cells.unwrap_or(MOST_CELLS);
        let wrong = |why| Error::File { path: path.into(), why };
        if begin.starts_with(npy::MAGIC) {
            return npy::read_array(input, most)
                .and_then(|a| Table::of_array(path, a))
                .map_err(wrong);
        }
        if begin.starts_with(npy::ARCHIVE) {
            let file = File::open(path).map_err(io)?;
            return npy::read_archive(file, most)
                .and_then(|(x, y)| Table::of_arrays(path, x, y))
                .map_err(wrong);
        }
        if begin.first() == Some(&b'[') {
            return json::read(input, path, most).map_err(wrong);
        }
        Table::parse(input, path, options)
    }

    /// Reads a table from text, gzipped or not; `path` only appears in messages.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn parse(
        mut input: impl BufRead,
        path: impl AsRef<Path>,
        options: TableOptions,
    ) -> Result<Table> {
        let path = path.as_ref();
        let gzip =
            input.fill_buf().map_err(|e| Error::io("read", path, e))?.starts_with(&[0x1f, 0x8b]);
        if gzip {
            let unpacked = BufReader::new(MultiGzDecoder::new(input).take(MOST_BYTES));
            return text::read(unpacked, path, options);
        }
        text::read(input.take(MOST_BYTES), path, options)
    }

    fn of_array(path: &Path, array: npy::Array) -> Parsed<Table> {
        Table::of_arrays(path, array, None)
    }

    /// The columns x1, x2, … of an array (n, d) and, if there is one, a column of labels (n).
    fn of_arrays(path: &Path, x: npy::Array, y: Option<npy::Array>) -> Parsed<Table> {
        let (n, d) = x.rows_and_columns()?;
        let mut names: Vec<String> = (1..=d).map(|i| format!("x{i}")).collect();
        let mut columns = x.columns(d)?;
        if let Some(y) = y {
            if y.rows_and_columns()? != (n, 1) {
                return Err(format!("its labels are {}, but there are {n} points", y.shown()));
            }
            names.push("label".into());
            columns.push(y.labels()?);
        }
        Ok(Table { path: path.into(), names, columns, lines: Vec::new() })
    }
}
