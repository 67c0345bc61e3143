//! A table of columns: its points and its labels.

use ndarray::Array2;
use scorelab::number;
use scorelab::text::{printable, quoted};
use scorelab::{Error, Result};
use std::path::PathBuf;

/// The most columns of a table.
pub const MOST_COLUMNS: usize = 10_000;
/// The most cells that are read where no limit is given: 800 MB.
pub const MOST_CELLS: usize = 100_000_000;
/// The largest coordinate whose fourth power is finite.
const LARGEST: f64 = 1e50;
/// What a column of labels may be called, preferred names first.
pub const LABELS: [&str; 7] = ["name", "label", "labels", "class", "target", "species", "y"];

/// How a table is read where that is not clear from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableOptions {
    /// Whether the first row of a text holds names; if not given, its cells decide.
    pub header: Option<bool>,
    /// The most cells that are read; 100 million if not given.
    pub most_cells: Option<usize>,
}

/// The bytes that a cell takes on its way from text to a point.
const BYTES_A_CELL: f64 = 40.0;

impl TableOptions {
    /// As many cells as are read in no more than `gib` GiB.
    pub fn within(gib: f64) -> TableOptions {
        let most = gib.max(0.0) * (1u64 << 30) as f64 / BYTES_A_CELL;
        TableOptions { most_cells: Some(most as usize), ..TableOptions::default() }
    }
}

/// A table of columns, each of numbers or of words.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub(super) path: PathBuf,
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// The line of the file on which each row of the table stands, counted from 1; empty where there are no lines.
    pub(super) lines: Vec<u32>,
}

/// A value, or what is wrong with it.
pub type Parsed<T> = std::result::Result<T, String>;

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    Numbers(Vec<f64>),
    /// The words, each once, and which of them each row has.
    Words(Vec<String>, Vec<u32>),
}

impl Column {
    /// The number of rows.
    fn len(&self) -> usize {
        match self {
            Column::Numbers(values) => values.len(),
            Column::Words(_, which) => which.len(),
        }
    }
}

impl Table {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// The names of the columns; none where the table has none.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The numbers of a table that has only numbers (n, columns), whatever they are.
    ///
    /// # Errors
    /// If a column holds words.
    pub fn numbers(&self) -> Result<Array2<f64>> {
        self.take(&(0..self.columns.len()).collect::<Vec<_>>(), |_| true)
    }

    /// The points (n, d): the columns of these names, else those called x1, x2, …, else all columns of numbers that are
    /// not labels.
    ///
    /// # Errors
    /// If there are not `dim` such columns, or a coordinate is not finite or over 10⁵⁰, with its row and column.
    pub fn points(&self, columns: &[String], dim: Option<usize>) -> Result<Array2<f64>> {
        let chosen = self.coordinates(columns)?;
        if let Some(dim) = dim.filter(|dim| *dim != chosen.len()) {
            let how = match self.names.is_empty() {
                true => "give the file one column for each coordinate",
                false => "call them x1, x2, …, or name them with --columns",
            };
            let why = format!(
                "it has {} columns of numbers, but a point here has {dim}; {how}",
                chosen.len()
            );
            return Err(self.wrong(why));
        }
        self.take(&chosen, |v| v.abs() <= LARGEST)
    }

    /// The labels: the words, each once, and which of them each row has; none if there is no such column.
    ///
    /// It is the column called `name`, `label`, `class` or the like, or else the only column of words. Numbers are in
    /// ascending order, other labels in order of first appearance.
    ///
    /// # Errors
    /// If several could be it, or a label is empty.
    pub fn labels(&self, columns: &[String]) -> Result<Option<(Vec<String>, Vec<usize>)>> {
        let taken = self.coordinates(columns)?;
        let named = |wanted: &&str| self.position(wanted);
        let words = |c: &usize| matches!(self.columns[*c], Column::Words(..)) && !taken.contains(c);
        let found: Vec<usize> = match LABELS.iter().filter_map(named).find(words) {
            Some(column) => vec![column],
            None => (0..self.columns.len()).filter(words).collect(),
        };
        let [column] = found[..] else {
            let why = "it has several columns of words; call the column of the labels \"label\"";
            return if found.is_empty() { Ok(None) } else { Err(self.wrong(why.into())) };
        };
        let Column::Words(words, which) = &self.columns[column] else { return Ok(None) };
        if let Some(empty) = words.iter().position(String::is_empty) {
            let row = which.iter().position(|w| *w as usize == empty).unwrap_or(0);
            return Err(
                self.wrong(format!("{}: the label is empty; fill it in", self.place(row, column)))
            );
        }
        Ok(Some(ordered(words, which)))
    }

    /// The columns that are coordinates.
    fn coordinates(&self, wanted: &[String]) -> Result<Vec<usize>> {
        let named = |name: &String| {
            let column = self
                .position(name)
                .or_else(|| name.parse().ok().and_then(|i: usize| i.checked_sub(1)));
            column.filter(|c| *c < self.columns.len()).ok_or_else(|| {
                let known: Vec<String> = self.names.iter().take(12).map(|n| printable(n)).collect();
                let must = match known[..] {
                    [] => format!("a number from 1 to {}, as it has no names", self.columns.len()),
                    _ => format!("one of {}", known.join(", ")),
                };
                self.wrong(format!("it has no column {}; --columns takes {must}", quoted(name)))
            })
        };
        if !wanted.is_empty() {
            return wanted.iter().map(named).collect();
        }
        let counted: Vec<usize> = (1..).map_while(|i| self.position(&format!("x{i}"))).collect();
        if !counted.is_empty() {
            return Ok(counted);
        }
        // an index, as pandas writes it, has an empty name
        let plain = |c: &usize| {
            matches!(self.columns[*c], Column::Numbers(_))
                && self.names.get(*c).is_none_or(|n| !n.is_empty())
        };
        let chosen: Vec<usize> = (0..self.columns.len()).filter(plain).collect();
        if chosen.is_empty() {
            return Err(self.wrong("it has no column of numbers; write one point a line".into()));
        }
        Ok(chosen)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n.eq_ignore_ascii_case(name))
    }

    /// Those columns (n, columns), every number of which passes `good`.
    fn take(&self, chosen: &[usize], good: impl Fn(f64) -> bool) -> Result<Array2<f64>> {
        let mut x = Array2::zeros((self.rows(), chosen.len()));
        for (mut to, column) in x.columns_mut().into_iter().zip(chosen) {
            let values = match &self.columns[*column] {
                Column::Numbers(values) => values,
                Column::Words(words, which) => {
                    let word = which.first().map_or("", |w| &words[*w as usize]);
                    return Err(self.unusable(0, *column, &quoted(word)));
                }
            };
            for (row, (to, value)) in to.iter_mut().zip(values).enumerate() {
                if !good(*value) {
                    return Err(self.unusable(row, *column, &value.to_string()));
                }
                *to = *value;
            }
        }
        Ok(x)
    }

    fn unusable(&self, row: usize, column: usize, what: &str) -> Error {
        self.wrong(format!(
            "{}: {what} is not a number that can be used here",
            self.place(row, column)
        ))
    }

    /// `row 3, column 2 (x2)`, as the file counts them.
    fn place(&self, row: usize, column: usize) -> String {
        let line = self.lines.get(row).map_or(row + 1, |line| *line as usize);
        let place = format!("row {line}, column {}", column + 1);
        match self.names.get(column).filter(|name| !name.is_empty()) {
            Some(name) => format!("{place} ({})", printable(name)),
            None => place,
        }
    }

    fn wrong(&self, why: String) -> Error {
        Error::File { path: self.path.clone(), why }
    }
}

/// Labels that are all numbers in rising order; others as they are.
fn ordered(words: &[String], which: &[u32]) -> (Vec<String>, Vec<usize>) {
    let numbers: Option<Vec<f64>> = words.iter().map(|w| number::parse(w)).collect();
    let mut order: Vec<usize> = (0..words.len()).collect();
    if let Some(numbers) = numbers {
        order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    }
    let mut place = vec![0; words.len()];
    order.iter().enumerate().for_each(|(to, from)| place[*from] = to);
    let sorted = order.iter().map(|i| words[*i].clone()).collect();
    (sorted, which.iter().map(|w| place[*w as usize]).collect())
}
