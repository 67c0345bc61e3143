//! Tables as text: lines, cells, and what each cell is.

use super::separator::{Separator, with_decimal_comma};
use super::table::{Column, LABELS, MOST_CELLS, Parsed, Table, TableOptions};
use scorelab::number;
use scorelab::text::{composed, name, quoted};
use scorelab::{Error, Result};
use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::path::Path;

/// The most bytes of a line.
const MOST_LINE: u64 = 4 << 20;
/// The most words that differ within a column.
const MOST_WORDS: usize = 1_000_000;
/// Words that stand for a missing number.
const MISSING: [&str; 7] = ["na", "n/a", "null", "none", "nil", "missing", "-"];

/// What breaks a line elsewhere, but not here: a carriage return, vertical tab, form feed, and those of Unicode.
const BREAKS: [char; 6] = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// What a cell gives, or the row of the trouble and why.
type Cell<T> = std::result::Result<T, (u32, String)>;

/// The lines that are neither comments nor empty, with their numbers, counted from 1.
struct Lines<'a, R> {
    input: R,
    path: &'a Path,
    number: u32,
}

impl<R: BufRead> Lines<'_, R> {
    fn next(&mut self) -> Result<Option<(u32, String)>> {
        let wrong = |why: String| Error::File { path: self.path.into(), why };
        loop {
            let mut bytes = Vec::new();
            let read = self.input.by_ref().take(MOST_LINE).read_until(b'\n', &mut bytes);
            let read = read.map_err(|e| match e.kind() {
                std::io::ErrorKind::InvalidData
                | std::io::ErrorKind::InvalidInput
                | std::io::ErrorKind::UnexpectedEof => {
                    wrong(format!("the gzip stream is damaged after row {}: {e}", self.number))
                }
                _ => Error::io("read", self.path, e),
            })?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            let text = text_of(self.number, bytes).map_err(wrong)?;
            let line = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
            if line.contains(BREAKS) {
                let why = "has a line break of another kind within; save the file with the line ends of Unix or Windows";
                return Err(wrong(format!("row {} {why}", self.number)));
            }
            // also skips the rule under the names of a table that the program prints
            let rule = line.trim().chars().all(|c| c == '─');
            if !(rule || line.starts_with('#')) {
                return Ok(Some((self.number, line.into())));
            }
        }
    }
}

/// A row's bytes as text; refused where they are none, or more than a row may have.
fn text_of(row: u32, bytes: Vec<u8>) -> std::result::Result<String, String> {
    if row == 1 && (bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")) {
        return Err("it is text in UTF-16; save it as UTF-8, or as CSV UTF-8".into());
    }
    if bytes.contains(&0) {
        return Err(format!("row {row} contains a zero byte, so this is not text"));
    }
    if bytes.len() as u64 == MOST_LINE && bytes.last() != Some(&b'\n') {
        let most = MOST_LINE >> 20;
        return Err(format!("row {row} is longer than {most} MiB; write one point a line"));
    }
    let text = String::from_utf8(bytes);
    text.map_err(|_| format!("row {row} is not UTF-8; save the file as UTF-8"))
}

/// Reads a table from text.
///
/// # Errors
/// As [`Table::read`].
pub fn read(input: impl BufRead, path: &Path, options: TableOptions) -> Result<Table> {
    let wrong = |why: String| Error::File { path: path.into(), why };
    let nothing = || wrong("it holds no numbers; write one row a line".into());
    let mut lines = Lines { input, path, number: 0 };
    let first = lines.next()?.ok_or_else(nothing)?;
    let mut second = lines.next()?;
    let separator = Separator::of(&first.1, second.as_ref().map_or("", |(_, line)| line));
    let mut rows = Rows::new(path, separator, options.most_cells.unwrap_or(MOST_CELLS));
    let single = second.as_ref().is_some_and(|(_, line)| line.split_whitespace().count() == 1);
    if !rows.names(&first, options.header, single).map_err(wrong)? {
        rows.push(&first).map_err(wrong)?;
    }
    while let Some(line) = match second.take() {
        Some(line) => Some(line),
        None => lines.next()?,
    } {
        rows.push(&line).map_err(wrong)?;
    }
    if rows.table.rows() == 0 { Err(nothing()) } else { Ok(rows.table) }
}

/// A table of records that are already cells, one row each, below these names.
///
/// # Errors
/// As [`Table::read`].
pub fn of_records(
    path: &Path,
    names: &[String],
    records: Vec<Vec<String>>,
    most: usize,
) -> Parsed<Table> {
    let mut rows = Rows::new(path, Separator::Comma, most);
    rows.table.names = names.iter().map(|n| name(n)).collect::<Parsed<_>>()?;
    for (i, cells) in records.into_iter().enumerate() {
        rows.add(i as u32 + 1, cells)?;
    }
    match rows.table.rows() {
        0 => Err("it holds no numbers".into()),
        _ => Ok(rows.table),
    }
}

/// A line and its number from 1.
type Line = (u32, String);

/// A table that is being read.
struct Rows {
    table: Table,
    separator: Separator,
    most_cells: usize,
    /// The decimal mark, and the row in which it was first seen.
    decimal: Option<(char, u32)>,
    /// For each column of words, the place of each word.
    known: Vec<HashMap<String, u32>>,
}

impl Rows {
    fn new(path: &Path, separator: Separator, most_cells: usize) -> Self {
        let table = Table { path: path.into(), names: vec![], columns: vec![], lines: vec![] };
        Rows { table, separator, most_cells, decimal: None, known: Vec::new() }
    }

    /// Takes the first line as the names of the columns, if it holds names; above a single column it is one name.
    fn names(&mut self, (row, line): &Line, told: Option<bool>, single: bool) -> Parsed<bool> {
        let mut cells = self.separator.cells(line).map_err(|why| format!("row {row}: {why}"))?;
        if single
            && self.separator == Separator::Blanks
            && cells.iter().all(|c| self.number(c).is_none())
        {
            cells = vec![line.trim().into()];
        }
        let number = |cell: &String| self.number(cell).is_some();
        let numbers = cells.iter().filter(|cell| number(cell)).count();
        let like = cells.iter().position(|cell| !number(cell) && like_a_number(cell));
        match (told, like) {
            (Some(false), _) => return Ok(false),
            (None, _) if numbers > 0 => return Ok(false),
            (None, Some(i)) => {
                let (cell, hint) = (quoted(&cells[i]), self.hint(&cells[i]));
                return Err(format!(
                    "row {row}, column {}: {cell} is not a number{hint}; use --header if this row holds the names of the columns",
                    i + 1
                ));
            }
            _ => {}
        }
        let named = |(i, cell): (usize, String)| {
            name(&cell).map_err(|why| format!("row {row}, column {}: {why}", i + 1))
        };
        self.table.names = cells.into_iter().enumerate().map(named).collect::<Parsed<_>>()?;
        Ok(true)
    }

    /// Adds a row.
    fn push(&mut self, (row, line): &Line) -> Parsed<()> {
        let cells = self.separator.cells(line).map_err(|why| format!("row {row}: {why}"))?;
        self.add(*row, cells)
    }

    fn add(&mut self, row: u32, cells: Vec<String>) -> Parsed<()> {
        if self.table.columns.is_empty() {
            self.begin(&cells);
        }
        let wanted = self.table.columns.len();
        let names = self.table.names.len();
        if cells.len() != wanted || (names > 0 && names != wanted) {
            return Err(self.ragged(row, cells.len()));
        }
        self.table.lines.push(row);
        if self.table.lines.len() * wanted > self.most_cells {
            return Err(format!(
                "with row {row} it has more than {} numbers; raise --memory, or use fewer",
                self.most_cells
            ));
        }
        for (column, cell) in cells.into_iter().enumerate() {
            let at = |(row, why): (u32, String)| format!("row {row}, column {}: {why}", column + 1);
            self.cell(row, column, cell).map_err(at)?;
        }
        Ok(())
    }

    /// The type of each column: words where its name is that of labels, or where it does not begin with a number.
    fn begin(&mut self, cells: &[String]) {
        for (i, cell) in cells.iter().enumerate() {
            let named = self.table.names.get(i).is_some_and(|n| self.is_of_labels(n));
            let numbers = !named && (self.number(cell).is_some() || like_a_number(cell));
            self.table.columns.push(match numbers {
                true => Column::Numbers(Vec::new()),
                false => Column::Words(Vec::new(), Vec::new()),
            });
            self.known.push(HashMap::new());
        }
    }

    /// Whether a name is that of labels; `y` is only beside an `x1`.
    fn is_of_labels(&self, name: &str) -> bool {
        let is = |known: &&str| name.eq_ignore_ascii_case(known);
        let counted = self.table.names.iter().any(|n| n.eq_ignore_ascii_case("x1"));
        LABELS.iter().any(&is) && (counted || !is(&"y"))
    }

    fn ragged(&self, row: u32, cells: usize) -> String {
        let (names, columns) = (self.table.names.len(), self.table.columns.len());
        let wanted = if names > 0 { names } else { columns };
        let by = self.separator.plural();
        let hint = match self.separator {
            Separator::Comma if cells == 2 * wanted => {
                "; if commas are decimal marks, separate the columns by semicolons or tabs"
            }
            _ => "",
        };
        format!("row {row} has {cells} cells, separated by {by}, but it must have {wanted}{hint}")
    }

    /// Adds a cell; an error comes with its row.
    fn cell(&mut self, row: u32, column: usize, cell: String) -> Cell<()> {
        let number = self.number(&cell);
        if let Column::Words(words, _) = &self.table.columns[column] {
            let free = self.table.names.get(column).is_some_and(|n| self.is_of_labels(n));
            if number.is_some() && !free {
                let before = quoted(words.first().map_or("", String::as_str));
                let why = format!(
                    "{before} is not a number, but row {row} has {} there; if they are labels, call the column \"label\"",
                    quoted(&cell)
                );
                return Err((self.table.lines[0], why));
            }
            return self.word(row, column, &cell);
        }
        let Some((value, mark)) = number else { return Err((row, self.no_number(&cell))) };
        if let Some(mark) = mark {
            let (first, where_) = *self.decimal.get_or_insert((mark, row));
            if first != mark {
                let why = format!(
                    "{} has the decimal mark {mark:?}, but row {where_} has {first:?}; use one of them",
                    quoted(&cell)
                );
                return Err((row, why));
            }
        }
        if let Column::Numbers(values) = &mut self.table.columns[column] {
            values.push(value);
        }
        Ok(())
    }

    /// A further word in a column of words.
    fn word(&mut self, row: u32, column: usize, cell: &str) -> Cell<()> {
        let Column::Words(words, which) = &mut self.table.columns[column] else { return Ok(()) };
        let word = name(cell).map_err(|why| (row, why))?;
        let next = words.len() as u32;
        let place = *self.known[column].entry(word.clone()).or_insert(next);
        if place == next {
            if words.len() == MOST_WORDS {
                let why = format!(
                    "the column has more than {MOST_WORDS} different words, the most that are read"
                );
                return Err((row, why));
            }
            words.push(word);
        }
        which.push(place);
        Ok(())
    }

    /// The number in a cell, and its decimal mark.
    fn number(&self, cell: &str) -> Option<(f64, Option<char>)> {
        if let Some(value) = number::parse(cell) {
            return Some((value, cell.contains('.').then_some('.')));
        }
        let value = with_decimal_comma(cell).filter(|_| self.separator != Separator::Comma);
        value.map(|value| (value, Some(',')))
    }

    fn no_number(&self, cell: &str) -> String {
        let missing =
            cell.trim().is_empty() || MISSING.contains(&cell.trim().to_lowercase().as_str());
        match missing {
            true => "the number is missing; fill it in, or remove the row".into(),
            false => format!("{} is not a number{}", quoted(cell), self.hint(cell)),
        }
    }

    /// What may be meant by a cell that is not a number.
    fn hint(&self, cell: &str) -> String {
        let blanks = cell.split_whitespace().count() > 1;
        match (cell.contains(','), self.separator) {
            (true, by) if by != Separator::Comma => {
                "; a number has one decimal comma or point, and no thousands separator".into()
            }
            (_, by) if blanks => format!("; the columns are separated by {} here", by.plural()),
            _ => String::new(),
        }
    }
}

/// Whether a cell that is not a number was meant to be one: it begins with a digit, or says that a number is missing.
fn like_a_number(cell: &str) -> bool {
    let text = composed(cell.trim());
    let bare =
        text.trim_start_matches(|c: char| "+-−–—.,$€£~≈<>=(".contains(c) || c.is_whitespace());
    bare.starts_with(char::is_numeric) || MISSING.contains(&text.to_lowercase().as_str())
}
