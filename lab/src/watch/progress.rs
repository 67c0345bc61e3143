//! The progress of a training, on standard error.

use crate::report::spoken;
use crate::tell::tell;
use indicatif::{ProgressBar, ProgressStyle};
use scorelab::Result;
use scorelab::nn::Net;
use scorelab::training_loop::{Now, Watcher};
use scorelab_figures::plot::Lang;
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::time::Instant;

/// A bar on a terminal, a line at each quarter of the way elsewhere; at the end how long it took.
pub struct Progress {
    what: &'static str,
    lang: Lang,
    steps: usize,
    bar: Option<ProgressBar>,
    loss: Option<f64>,
    began: Instant,
}

/// The weight of a step's loss in the smoothed loss that is shown.
const FOLLOW: f64 = 0.02;

impl Progress {
    /// The progress of a training of so many steps, of which `from` are done.
    pub fn new(what: &'static str, from: usize, steps: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style =
                ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} loss {msg} ({eta})");
            let bar = ProgressBar::new(steps as u64)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_prefix(what);
            bar.set_position(from as u64);
            bar.reset_eta();
            bar
        });
        Progress { what, lang: Lang::En, steps, bar, loss: None, began: Instant::now() }
    }

    /// The same in this language.
    pub fn speaking(mut self, lang: Lang) -> Self {
        self.what = spoken(self.what, lang);
        self.bar = self.bar.take().map(|bar| bar.with_prefix(self.what));
        self.lang = lang;
        self
    }

    /// Shows that so many steps are done, the last of them with this loss.
    pub fn at(&mut self, done: usize, loss: f64) {
        let smooth = self.loss.map_or(loss, |smooth| smooth + FOLLOW * (loss - smooth));
        self.loss = Some(smooth);
        match &self.bar {
            Some(bar) => {
                bar.set_position(done as u64);
                if done.is_multiple_of(50) {
                    bar.set_message(format!("{smooth:.4}"));
                }
            }
            None if done.is_multiple_of(self.steps.div_ceil(4)) => {
                tell(format!("  {}: {done}/{}, loss {smooth:.4}", self.what, self.steps));
            }
            None => {}
        }
    }

    /// Closes the bar and says how long it took.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        let seconds = self.began.elapsed().as_secs_f64();
        if let Some(loss) = self.loss {
            let (what, steps) = (self.what, self.steps);
            let steps_in = match self.lang {
                Lang::En => "steps in",
                Lang::Vi => "bước trong",
            };
            tell(format!("  {what}: {steps} {steps_in} {seconds:.1} s, loss {loss:.4}"));
        }
    }
}

impl<N: Net> Watcher<N> for Progress {
    fn step(&mut self, now: &Now<N>) -> Result<ControlFlow<()>> {
        if let Some(loss) = now.loss {
            self.at(now.step, loss);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, now: &Now<N>) -> Result<()> {
        if now.step == self.steps {
            self.finish();
        }
        Ok(())
    }
}

impl Drop for Progress {
    /// After an error or a stop nothing is printed, and no bar is left.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
