//! Progress of long work.

use crate::train::TrainStep;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Instant;

/// A bar on a terminal, a line at each quarter of the way elsewhere.
pub struct Progress {
    what: &'static str,
    steps: usize,
    bar: Option<ProgressBar>,
    loss: f64,
    began: Instant,
}

impl Progress {
    /// Of `steps` steps.
    pub fn new(what: &'static str, steps: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} ({eta})");
            ProgressBar::new(steps as u64)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_message(what)
        });
        Progress { what, steps, bar, loss: f64::NAN, began: Instant::now() }
    }

    /// One step of a training is done.
    pub fn step(&mut self, step: TrainStep) {
        let follow = if self.loss.is_nan() { 1.0 } else { 0.02 };
        self.loss = if self.loss.is_nan() {
            step.loss
        } else {
            self.loss + follow * (step.loss - self.loss)
        };
        let done = step.step + 1;
        match &self.bar {
            Some(bar) => bar.set_position(done as u64),
            None if done.is_multiple_of(self.steps.div_ceil(4)) => {
                eprintln!("  {}: {done}/{}, loss {:.4}", self.what, self.steps, self.loss);
            }
            None => {}
        }
    }

    /// Closes the bar and says how long it took.
    pub fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.began.elapsed().as_secs_f64();
        eprintln!("  {}: {} steps in {seconds:.1} s, loss {:.4}", self.what, self.steps, self.loss);
    }
}
