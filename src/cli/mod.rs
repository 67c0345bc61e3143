//! The command line of the experiments: settings, tables, checks, progress. The only user of clap and of exit codes.

mod lab;
mod progress;
mod settings;
mod table;

pub use lab::{
    CLASSIFIER_STEPS, Defaults, Lab, Learned, SCORE_STEPS, TRAINING_POINTS, run, untrained_score,
};
pub use progress::Progress;
pub use settings::{ProcessName, SamplerName, Settings};
pub use table::{GAMMA_FOOTNOTE, OutcomeTable, Table, plus_minus};
