//! The command line of the experiments: settings, tables, checks, progress. The only user of clap and of exit codes.

mod bill;
pub mod command;
mod compare;
mod experiment;
mod image_nets;
mod images;
pub mod interrupt;
mod lab;
mod progress;
mod settings;
mod table;
mod training;
mod yours;

pub use bill::Billed;
pub use compare::{Comparison, Steer, Walked};
pub use experiment::Experiment;
pub use image_nets::{Guide, ImageNets};
pub use images::{ImageLab, run_images};
pub use lab::{Lab, run};
pub use progress::Progress;
pub use settings::{Defaults, Look, ProcessName, SamplerName, Settings};
pub use table::{GAMMA_FOOTNOTE, JudgementTable, OutcomeTable, Table, plus_minus};
pub use training::{
    CLASSIFIER_STEPS, JOINT_STEPS, Learned, P_DROP, SCORE_STEPS, TRAINING_POINTS, untrained_joint,
    untrained_score,
};
pub use yours::compare;
