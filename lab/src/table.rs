//! Tables for people and, as CSV, for programs.

use scorelab::metrics::{Interval, Judgement, Outcome, Verdict};
use scorelab::number::{percent, plus_minus, significant};

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
}

impl Table {
    /// An empty table.
    pub fn new<S: ToString>(headers: &[S]) -> Self {
        Table { headers: headers.iter().map(S::to_string).collect(), ..Table::default() }
    }

    /// Adds a row.
    pub fn row<S: ToString>(&mut self, cells: &[S]) {
        assert_eq!(cells.len(), self.headers.len(), "a row has a cell for each header");
        self.rows.push(cells.iter().map(S::to_string).collect());
    }

    /// The headers and the rows as CSV.
    ///
    /// # Errors
    /// If a row has more or fewer cells than the headers.
    pub fn csv(&self) -> std::io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        std::iter::once(&self.headers)
            .chain(&self.rows)
            .try_for_each(|row| writer.write_record(row))?;
        writer.into_inner().map_err(|e| e.into_error())
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let all = || std::iter::once(&self.headers).chain(&self.rows);
        let widths: Vec<usize> = (0..self.headers.len())
            .map(|c| all().map(|r| r[c].chars().count()).max().unwrap_or(0))
            .collect();
        for (i, row) in all().enumerate() {
            let cells = row.iter().zip(&widths).enumerate().map(|(c, (cell, width))| {
                let pad = " ".repeat(width - cell.chars().count());
                if c == 0 { format!("{cell}{pad}") } else { format!("{pad}{cell}") }
            });
            writeln!(f, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
            if i == 0 {
                writeln!(
                    f,
                    "  {}",
                    "─".repeat(widths.iter().sum::<usize>() + 2 * (widths.len() - 1))
                )?;
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
        table.notes = vec![
            SE_FOOTNOTE.into(),
            "energy dist.: from the first 2,000 samples to as many true ones; evals: network or exact evaluations per sample".into(),
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
