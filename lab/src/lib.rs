//! The laboratory on top of the library: the program `scorelab`, what the experiments share, the course.
//!
//! The only crate that knows clap, configuration files and exit codes.

pub mod interrupt;
mod exit;
mod called;
mod tell;
mod patience;
mod memory;
mod menu;
mod words;
mod given;
pub mod read;
mod tables;
mod table;
mod vietnamese;
mod report;
mod file_ending;
mod drawings;
mod recipe;
mod data;
mod taught;
mod networks;
mod view;
mod flags;
mod known_pixels;
mod observed;
mod setup;
mod sampling;
mod steering;
mod judge;
mod watch;
mod page;
mod experiment;
pub mod course;
pub mod program;

pub use experiment::{
    Against, ArmRun, BLOCKS, Billed, Both, CLASSIFIER_STEPS, CaptionExperiment, Comparison,
    Contest, Contested, CountedParts, EARLY, Ended, Experiment, Field, Found, Group, Guide,
    ImageExperiment, ImageNets, JOINT_STEPS, Learned, MARGIN, Made, Ordinary, P_DROP, SCALES,
    SCORE_STEPS, Standing, Steer, TABLE_LEVEL, TARGETS, TRAINING_POINTS, compare, lecture, run,
    run_captions, run_images, standings, untrained_joint, untrained_score, worn, yes_or_no,
};
pub use flags::{Defaults, ExperimentFlags, Look, MethodFlags};
pub use known_pixels::KnownPixels;
pub use memory::{A_COORDINATE, MOST_GIB};
pub use menu::{Menu, SamplerName};
pub use page::Page;
pub use sampling::finite;
pub use scorelab::number::plus_minus;
pub use setup::Setup;
pub use table::{GAMMA_FOOTNOTE, JudgementTable, OutcomeTable, Table, share};
pub use taught::{Told, place_named, taught, taught_points};
