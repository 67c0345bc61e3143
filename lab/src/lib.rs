//! The laboratory on top of the library: the program `scorelab`, the frame of the experiments, the course.
//!
//! The only user of clap, of files of settings and of exit codes.

pub mod interrupt;
mod exit;
mod tell;
mod patience;
mod memory;
mod menu;
mod words;
pub mod read;
mod tables;
mod table;
mod report;
mod ending;
mod recipe;
mod training;
mod data;
mod view;
mod flags;
mod setup;
mod sampling;
mod networks;
mod steering;
mod judge;
mod watch;
mod experiment;
pub mod course;
pub mod program;

pub use experiment::{
    ArmRun, Billed, CLASSIFIER_STEPS, Comparison, Experiment, Guide, ImageExperiment, ImageNets,
    JOINT_STEPS, Learned, P_DROP, SCORE_STEPS, Steer, TRAINING_POINTS, compare, run, run_images,
    untrained_joint, untrained_score,
};
pub use flags::{Defaults, ExperimentFlags, Look};
pub use scorelab::number::plus_minus;
pub use setup::Setup;
pub use table::{GAMMA_FOOTNOTE, JudgementTable, OutcomeTable, Table, share};
