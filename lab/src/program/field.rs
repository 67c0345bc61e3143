//! `scorelab field`: a score on a grid or at given points.

use super::answer::{Answer, BYTES_A_CELL};
use super::compose::AlsoArgs;
use super::eval::noise_level;
use super::source::{ScoreArgs, Source};
use super::walk::gammas;
use super::{Common, memory};
use crate::ProcessName;
use crate::tables::TableArgs;
use clap::Args;
use ndarray::Array2;
use scorelab::data::{PointFile, Table};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};
use std::path::PathBuf;

/// The arguments of `field`.
#[derive(Debug, Clone, Args)]
pub struct Field {
    #[command(flatten)]
    pub score: ScoreArgs,
    #[command(flatten)]
    pub also: AlsoArgs,
    /// The guidance scale: 0 unconditional, 1 conditional, more over-steers [default: 1 with a class]
    #[arg(long, allow_negative_numbers = true)]
    pub gamma: Option<f64>,
    /// The noise levels, as σ at α = 1
    #[arg(long, value_delimiter = ',', default_value = "0.5")]
    pub sigma: Vec<f64>,
    /// The noise levels, as times of the process, in place of --sigma
    #[arg(long, value_delimiter = ',')]
    pub t: Vec<f64>,
    /// The noise process of --t
    #[arg(long, value_enum, default_value_t = ProcessName::VpLinear)]
    pub process: ProcessName,
    /// A grid of N points a side from LOW to HIGH, in one or two dimensions
    #[arg(
        long,
        value_name = "LOW,HIGH,N",
        value_delimiter = ',',
        allow_negative_numbers = true,
        default_value = "-4,4,9"
    )]
    pub grid: Vec<f64>,
    /// The points of a table, in place of the grid: text with a row each, .npy or .npz; images as the network sees them
    #[arg(long, value_name = "FILE")]
    pub points: Option<PathBuf>,
    /// Write the field to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// More points a side than anyone can look at.
const MOST_A_SIDE: f64 = 4096.0;

impl Field {
    /// Writes the score, a row for each level and point.
    ///
    /// # Errors
    /// If an argument cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let mut score = self.score.clone();
        if self.points.is_some() && !score.scene.as_deref().is_some_and(PointFile::is) {
            score.own.table = TableArgs::default(); // they are those of --points
        }
        let source = Source::new(&score)?;
        let gamma = gammas(self.gamma.as_slice(), &source)?[0];
        let also = self.also.conditions(&source, gamma)?;
        let steered = source.guided(source.class, gamma, &also);
        let levels = self.levels()?;
        let dim = source.dim();
        let x = match &self.points {
            Some(path) => {
                let table = &self.score.own.table;
                let read = Table::read(path, table.header.options(self.common.memory))?;
                read.points(&table.columns, Some(dim))?
            }
            None => self.on_grid(dim)?,
        };
        let cells = (x.nrows() * (2 * dim + 2) * levels.len()) as f64;
        memory::refuse("the field", cells * BYTES_A_CELL, self.common.memory)?;
        let named = |name: &'static str| (1..=dim).map(move |i| format!("{name}{i}"));
        let columns = ["alpha", "sigma"].map(String::from).into_iter();
        let mut answer = Answer::new(columns.chain(named("x")).chain(named("score")));
        for level in levels {
            let score = steered.score(x.view(), level);
            for (x, s) in x.outer_iter().zip(score.outer_iter()) {
                let numbers = [level.alpha, level.sigma].into_iter();
                answer
                    .row(numbers.chain(x.iter().copied()).chain(s.iter().copied()).map(Into::into));
            }
        }
        let out = self.out.as_deref();
        answer.write(self.common.form(out)?, out)
    }

    fn levels(&self) -> Result<Vec<NoiseLevel>> {
        let process = self.process.process().validated()?;
        if self.t.is_empty() {
            let level = |s: &f64| noise_level(*s).map(|()| NoiseLevel::ve(*s));
            return self.sigma.iter().map(level).collect();
        }
        let (low, high) = (process.t_min(), process.t_max());
        let level = |t: &f64| match (low..=high).contains(t) {
            true => Ok(process.level(*t)),
            false => Err(Error::value(
                "--t",
                t,
                format!("from {low:.3e} to {high} for {}", process.name()),
            )),
        };
        self.t.iter().map(level).collect()
    }

    fn on_grid(&self, dim: usize) -> Result<Array2<f64>> {
        let wrong = |must: &str| {
            let given: Vec<String> = self.grid.iter().map(f64::to_string).collect();
            Err(Error::value("--grid", given.join(","), must))
        };
        let [low, high, n] = self.grid[..] else {
            return wrong("LOW,HIGH,N: three numbers");
        };
        if !(low < high && place(low) && place(high)) {
            return wrong("LOW,HIGH,N with LOW below HIGH, both of size 1e50 or less");
        }
        if !(n.fract() == 0.0 && (2.0..=MOST_A_SIDE).contains(&n)) {
            return wrong("LOW,HIGH,N with a whole N from 2 to 4096");
        }
        if dim > 2 {
            return wrong("left out for --points: a grid has at most two dimensions");
        }
        let n = n as usize;
        let at = |i: usize| low + (high - low) * i as f64 / (n - 1) as f64;
        let count = n.pow(dim as u32);
        memory::refuse("the grid", count as f64 * 400.0, self.common.memory)?;
        // the first coordinate runs fastest
        Ok(Array2::from_shape_fn((count, dim), |(i, j)| at(i / n.pow(j as u32) % n)))
    }
}

/// Whether a coordinate has a square, and a square of its square.
fn place(x: f64) -> bool {
    x.abs() <= 1e50
}
