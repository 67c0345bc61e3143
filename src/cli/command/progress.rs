//! How far a training is, said on standard error.

use super::answer::tell;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// A bar on a terminal, a line at each quarter of the way elsewhere.
pub struct Lines {
    steps: usize,
    bar: Option<ProgressBar>,
}

impl Lines {
    /// From step `from` to `steps`.
    pub fn new(from: usize, steps: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} loss {msg} ({eta})");
            let bar = ProgressBar::new(steps as u64)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_position(from as u64);
            bar.reset_eta();
            bar
        });
        Lines { steps, bar }
    }

    /// So many steps are done.
    pub fn at(&mut self, step: usize, loss: Option<f64>) {
        let loss = loss.unwrap_or(f64::NAN);
        match &self.bar {
            Some(bar) => {
                bar.set_position(step as u64);
                if step.is_multiple_of(50) {
                    bar.set_message(format!("{loss:.4}"));
                }
            }
            None if step.is_multiple_of(self.steps.div_ceil(4)) => {
                tell(format!("{step} of {} steps, loss {loss:.4}", self.steps));
            }
            None => {}
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
