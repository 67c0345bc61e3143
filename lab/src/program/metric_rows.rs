//! The rows of `scorelab eval`: a number, and what its error is.

use crate::report::{Cell, Report};
use scorelab::metrics::Interval;

/// What is reported for each metric: its standard error, and the ends of its 68.3 % interval.
pub const COLUMNS: [&str; 7] = ["gamma", "sigma", "metric", "value", "se", "low", "high"];

/// γ and σ of a row, where they matter.
pub type At = (Option<f64>, Option<f64>);

/// The rows so far.
pub struct Rows(pub Report);

impl Rows {
    /// A number with its standard error.
    pub fn add(&mut self, at: At, name: &'static str, (value, se): (f64, f64)) {
        self.row(at, name, (value, se), Interval::from((value, se)));
    }

    /// A share with its interval.
    pub fn share(&mut self, at: At, name: &'static str, share: Interval) {
        self.row(at, name, share.pair(), share);
    }

    fn row(
        &mut self,
        (gamma, sigma): At,
        name: &'static str,
        (value, se): (f64, f64),
        ends: Interval,
    ) {
        let numbers = [value, se, ends.low, ends.high].map(Cell::from);
        self.0.row([gamma.into(), sigma.into(), Cell::Name(name)].into_iter().chain(numbers));
    }

    /// The mean of a coordinate, counted from 1, with its standard error, and the exact one.
    pub fn mean(&mut self, j: usize, (value, se): (f64, f64), exact: f64) {
        let Interval { low, high, .. } = Interval::from((value, se));
        let mut row = |(en, vi): (&str, &str), numbers: [Cell; 4]| {
            let name = Cell::Both((format!("{en}_x{j}"), format!("{vi} của x{j}")).into());
            self.0.row([Cell::Empty, Cell::Empty, name].into_iter().chain(numbers));
        };
        row(("mean", "trung bình"), [value, se, low, high].map(Cell::from));
        let alone = [exact.into(), Cell::Empty, Cell::Empty, Cell::Empty];
        row(("exact_mean", "trung bình chính xác"), alone);
    }

    /// A number that has no error.
    pub fn alone(&mut self, gamma: Option<f64>, name: &'static str, value: Cell) {
        let empty = [Cell::Empty, Cell::Empty, Cell::Empty];
        let cells = [gamma.into(), Cell::Empty, Cell::Name(name), value];
        self.0.row(cells.into_iter().chain(empty));
    }
}
