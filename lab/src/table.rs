//! Tables for people and, as CSV, for programs.

use scorelab::metrics::{Interval, Judgement, Outcome, Verdict};
use scorelab::number::{measured, percent, plus_minus, printed, significant};

/// The one footnote under every table with γ in it.
pub const GAMMA_FOOTNOTE: &str = "γ = guidance_scale (diffusers, EDM2); Ho & Salimans' w = γ − 1";

/// A table of text, printed with aligned columns and written as CSV.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The names of the columns.
    pub headers: Vec<String>,
    /// The rows, each as long as the headers.
    pub rows: Vec<Vec<String>>,
    /// Lines under the table.
    pub notes: Vec<String>,
    /// How many of the first columns say which row it is: where a table is too wide to be read, they stand before every part of it.
    /// Without any it is never cut.
    pub keys: usize,
}

/// Characters of a line that people read without turning it over.
const WIDE: usize = 110;

impl Table {
    /// An empty table, whose first column says which row it is.
    pub fn new<S: ToString>(headers: &[S]) -> Self {
        Table { headers: headers.iter().map(S::to_string).collect(), keys: 1, ..Table::default() }
    }

    /// Adds a row.
    pub fn row<S: ToString>(&mut self, cells: &[S]) {
        assert_eq!(cells.len(), self.headers.len(), "a row has a cell for each header");
        self.rows.push(cells.iter().map(S::to_string).collect());
    }

    /// The headers and the rows for programs: a number with its error is two columns, `NAME` and `NAME se`, and a dash is an empty
    /// cell. Of a share whose interval has two sides the error is half of it.
    pub fn data(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let with_error = |c: usize| self.rows.iter().any(|row| measured(&row[c]).is_some());
        let wide: Vec<bool> = (0..self.headers.len()).map(with_error).collect();
        let head = |(head, wide): (&String, &bool)| match wide {
            true => vec![head.clone(), format!("{head} se")],
            false => vec![head.clone()],
        };
        let cell = |(cell, wide): (&String, &bool)| match (wide, measured(cell)) {
            (true, Some((value, se))) => vec![exact(value), exact(se)],
            (true, None) => vec![plain(cell), String::new()],
            (false, _) => vec![plain(cell)],
        };
        let headers = self.headers.iter().zip(&wide).flat_map(head).collect();
        let row = |row: &Vec<String>| row.iter().zip(&wide).flat_map(cell).collect();
        (headers, self.rows.iter().map(row).collect())
    }

    /// The same as CSV.
    ///
    /// # Errors
    /// If a row has more or fewer cells than the headers.
    pub fn csv(&self) -> std::io::Result<Vec<u8>> {
        let (headers, rows) = self.data();
        let mut writer = csv::Writer::from_writer(Vec::new());
        std::iter::once(&headers).chain(&rows).try_for_each(|row| writer.write_record(row))?;
        writer.into_inner().map_err(|e| e.into_error())
    }

    /// The columns that stand beside each other: all of them, or as many as are read in a line, behind the keys.
    fn parts(&self, widths: &[usize]) -> Vec<Vec<usize>> {
        let wide = |part: &[usize]| part.iter().map(|c| widths[*c] + 2).sum::<usize>();
        let all: Vec<usize> = (0..widths.len()).collect();
        if self.keys == 0 || wide(&all) <= WIDE {
            return vec![all];
        }
        let keys: Vec<usize> = (0..self.keys).collect();
        let mut parts = vec![keys.clone()];
        for (column, width) in widths.iter().enumerate().skip(self.keys) {
            let part = parts.last_mut().expect("a part at least");
            if part.len() > self.keys && wide(part) + width + 2 > WIDE {
                parts.push([&keys[..], &[column]].concat());
            } else {
                part.push(column);
            }
        }
        parts
    }
}

/// The shortest text that reads back as the same number.
pub fn exact(x: f64) -> String {
    let size = x.abs();
    if size != 0.0 && !(1e-5..1e16).contains(&size) && size.is_finite() {
        format!("{x:e}")
    } else {
        x.to_string()
    }
}

/// A cell without what only people read: powers of ten in the form of programs, and nothing for a dash.
fn plain(cell: &str) -> String {
    match cell {
        "–" => String::new(),
        _ if cell.contains("·10") => printed(cell).map_or(cell.into(), exact),
        _ => cell.into(),
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let all = || std::iter::once(&self.headers).chain(&self.rows);
        let widths: Vec<usize> = (0..self.headers.len())
            .map(|c| all().map(|r| r[c].chars().count()).max().unwrap_or(0))
            .collect();
        for (k, part) in self.parts(&widths).iter().enumerate() {
            if k > 0 {
                writeln!(f)?;
            }
            for (i, row) in all().enumerate() {
                let cells = part.iter().map(|c| {
                    let (cell, width) = (&row[*c], widths[*c]);
                    let pad = " ".repeat(width - cell.chars().count());
                    if *c == 0 { format!("{cell}{pad}") } else { format!("{pad}{cell}") }
                });
                writeln!(f, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
                if i == 0 {
                    let line =
                        part.iter().map(|c| widths[*c]).sum::<usize>() + 2 * (part.len() - 1);
                    writeln!(f, "  {}", "─".repeat(line))?;
                }
            }
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "  {note}"))
    }
}

/// A share in per cent with its interval; see [`percent`].
pub fn share(share: Interval) -> String {
    percent(share.value, share.low, share.high)
}

/// The footnote under every table of shares.
pub(super) const SE_FOOTNOTE: &str = "± is one standard error; for shares Wilson's interval of the same 68.3 %, +a −b where its sides differ";

/// The table of outcomes: one row for each arm and γ.
#[derive(Debug, Clone)]
pub struct OutcomeTable(pub Table);

impl Default for OutcomeTable {
    fn default() -> Self {
        let mut table = Table::new(&[
            "arm",
            "γ",
            "target %",
            "other %",
            "hybrid %",
            "overshoot %",
            "p(y|x₀)",
            "spread",
            "energy dist.",
            "evals",
        ]);
        table.keys = 2;
        table.notes = vec![
            SE_FOOTNOTE.into(),
            "energy dist.: from the samples, at most the first 2,000, to as many true ones; evals: network or exact evaluations per sample".into(),
            GAMMA_FOOTNOTE.into(),
        ];
        OutcomeTable(table)
    }
}

impl OutcomeTable {
    /// Adds the row of one arm at one γ; `evaluations` are those of one sample.
    pub fn add(&mut self, arm: &str, gamma: &str, outcome: &Outcome, evaluations: &str) {
        let s = &outcome.shares;
        let share = |v: Verdict| share(s.interval(v));
        self.0.row(&[
            arm.to_string(),
            gamma.to_string(),
            share(Verdict::Target),
            share(Verdict::Other),
            share(Verdict::Hybrid),
            share(Verdict::Overshoot),
            plus_minus(outcome.confidence),
            plus_minus((outcome.spread, outcome.spread_se)),
            plus_minus((outcome.energy, outcome.energy_se)),
            evaluations.to_string(),
        ]);
    }
}

/// The table of what a judge says: one row for each set of samples.
#[derive(Debug, Clone)]
pub struct JudgementTable(pub Table);

impl Default for JudgementTable {
    fn default() -> Self {
        let mut table = Table::new(&[
            "samples",
            "γ",
            "judged right %",
            "confidence",
            "FD",
            "FD/floor",
            "precision",
            "recall",
            "density",
            "coverage",
        ]);
        table.keys = 2;
        table.notes = vec![
            "FD: Fréchet distance from held-out data in the judge's features; floor: that of as many other images".into(),
            SE_FOOTNOTE.into(),
            GAMMA_FOOTNOTE.into(),
        ];
        JudgementTable(table)
    }
}

impl JudgementTable {
    /// Adds the row of one set of samples; `floor` is what the judge says about another sample of the data.
    pub fn add(&mut self, name: &str, gamma: &str, judged: &Judgement, floor: &Judgement) {
        let prdc = judged.prdc;
        self.0.row(&[
            name.to_string(),
            gamma.to_string(),
            share(judged.accuracy),
            plus_minus(judged.confidence),
            plus_minus(judged.fd),
            significant(judged.fd.0 / floor.fd.0, 3),
            plus_minus(prdc.precision),
            plus_minus(prdc.recall),
            plus_minus(prdc.density),
            plus_minus(prdc.coverage),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: usize) -> Table {
        let mut table =
            Table::new(&(0..columns).map(|c| format!("column {c}")).collect::<Vec<_>>());
        table.row(&(0..columns).map(|c| format!("{c}.5 ± 0.1 of a row")).collect::<Vec<_>>());
        table
    }

    #[test]
    fn a_number_with_its_error_is_two_columns_for_programs() {
        let mut table = Table::new(&["arm", "target %", "off", "to the tilt"]);
        table.row(&["exact, 64 steps", "99.9 +0.1 −0.3", "1.2·10⁻¹⁵", "–"]);
        table.row(&["learned", "50.0 ± 1.6", "0.5", "(1.2 ± 0.3)·10⁻⁶"]);
        table.row(&["–", "–", "–", "0.25"]);
        let csv = String::from_utf8(table.csv().unwrap()).unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "arm,target %,target % se,off,to the tilt,to the tilt se");
        assert_eq!(lines[1], "\"exact, 64 steps\",99.9,0.2,1.2e-15,,");
        assert_eq!(lines[2], "learned,50,1.6,0.5,1.2e-6,3e-7");
        assert_eq!(lines[3], ",,,,0.25,");
    }

    #[test]
    fn a_table_is_cut_where_a_line_would_be_too_long_and_its_keys_are_repeated() {
        let widest = |text: &str| text.lines().map(|l| l.chars().count()).max().unwrap();
        let (narrow, wide) = (table(4).to_string(), table(12).to_string());
        assert_eq!((narrow.lines().count(), wide.lines().count()), (3, 11)); // three parts and the lines between
        assert!(widest(&wide) <= WIDE && wide.matches("column 0").count() == 3, "{wide}");
        assert!(
            (1..12).all(|c| wide.matches(&format!("column {c}\n")).count()
                + wide.matches(&format!("column {c} ")).count()
                == 1),
            "{wide}"
        );
        let whole = Table { keys: 0, ..table(12) }.to_string();
        assert!(widest(&whole) > WIDE && whole.lines().count() == 3, "the twin is never cut");
    }
}
