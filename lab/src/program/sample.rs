//! `scorelab sample`: samples of a score, exact or learned, steered or not.

use super::Common;
use super::compose::AlsoArgs;
use super::points::Points;
use super::source::{ScoreArgs, Source};
use super::walk::{WalkArgs, gammas};
use crate::patience::Patience;
use clap::Args;
use scorelab::Result;
use std::path::PathBuf;

/// The arguments of `sample`.
#[derive(Debug, Clone, Args)]
pub struct Sample {
    #[command(flatten)]
    pub score: ScoreArgs,
    #[command(flatten)]
    pub also: AlsoArgs,
    /// The guidance scale: 0 unconditional, 1 conditional, more over-steers [default: 1 with a class]
    #[arg(long, allow_negative_numbers = true)]
    pub gamma: Option<f64>,
    #[command(flatten)]
    pub walk: WalkArgs,
    /// Write to this file: .csv, .json, .npz the arrays x and y, .npy x alone, .png a sheet of images; images from −1 black to 1 white
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
        self.walk.check(source.dim(), self.common.memory)?;
        let pixels = source.pixels().unwrap_or(source.dim());
        let shape = (self.walk.samples, pixels, source.all);
        Points::refuse(shape, (self.common.format, self.out.as_deref()), self.common.memory)?;
        let gamma = gammas(self.gamma.as_slice(), &source)?[0];
        let also = self.also.conditions(&source, gamma)?;
        self.walk.warn(&source);
        let _waiting = Patience::new(format!("drawing {} samples", self.walk.samples));
        let x = self.walk.walk(&source, gamma, &also, self.common.memory)?;
        let (x, size) = source.finished(x);
        let names = source.class_names();
        let labels = source.wanted(x.nrows()).filter(|_| source.all).map(|y| (y, &names[..]));
        Points { x, labels, size }.write(self.common.format, self.out.as_deref())
    }
}
