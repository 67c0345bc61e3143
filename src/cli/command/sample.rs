//! `scorelab sample`: samples of a score, exact or learned, steered or not.

use super::Common;
use super::answer::Answer;
use super::source::{ScoreArgs, Source};
use super::walk::{WalkArgs, gammas};
use crate::Result;
use clap::Args;
use std::path::PathBuf;

/// The arguments of `sample`.
#[derive(Debug, Clone, Args)]
pub struct Sample {
    #[command(flatten)]
    pub score: ScoreArgs,
    /// The guidance scale: 0 unconditional, 1 conditional, more over-steers [default: 1 with a class]
    #[arg(long, allow_negative_numbers = true)]
    pub gamma: Option<f64>,
    #[command(flatten)]
    pub walk: WalkArgs,
    /// Write the samples to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

impl Sample {
    /// Samples.
    ///
    /// # Errors
    /// If an argument cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let source = Source::new(&self.score)?;
        let gamma = gammas(self.gamma.as_slice(), &source)?[0];
        let x = self.walk.walk(&source, gamma, self.common.memory)?;
        let mut answer = Answer::new((1..=x.ncols()).map(|i| format!("x{i}")));
        x.outer_iter().for_each(|row| answer.row(row.iter().map(|v| (*v).into())));
        answer.write(self.common.format, self.out.as_deref())
    }
}
