//! The laboratory on top of the library: the program `scorelab`, the frame of the experiments, the course.
//!
//! The only user of clap, of files of settings and of exit codes.

mod bill;
mod checkpoints;
mod compare;
mod data;
mod experiment;
mod image_nets;
mod images;
pub mod interrupt;
mod lab;
mod memory;
mod menu;
mod nets;
mod patience;
mod progress;
mod recipe;
mod settings;
mod so_far;
mod table;
mod tables;
mod tell;
mod training;
mod words;
mod yours;
pub mod course;
pub mod program;

pub use bill::Billed;
pub use compare::{Comparison, Steer, Walked};
pub use experiment::Experiment;
pub use image_nets::{Guide, ImageNets};
pub use images::{ImageLab, run_images};
pub use lab::{Lab, run};
pub use nets::{
    CLASSIFIER_STEPS, JOINT_STEPS, Learned, P_DROP, SCORE_STEPS, TRAINING_POINTS, untrained_joint,
    untrained_score,
};
pub use scorelab::number::plus_minus;
pub use settings::{Defaults, Look, ProcessName, SamplerName, Settings};
pub use table::{GAMMA_FOOTNOTE, JudgementTable, OutcomeTable, Table, share};
pub use yours::compare;
