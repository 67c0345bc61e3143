//! Every flag of the program and of the experiments: what can be typed. [`Setup`](crate::setup::Setup) is what it means.

mod groups;
mod recipe;
mod experiment;
mod command;

pub use command::{
    Check, Completions, Data, Eval, Field, Info, Lecture, Methods, Page, Sample, Sweep, Train,
};
pub use experiment::{Defaults, ExperimentFlags};
pub use groups::{
    AnswerFlags, CaptionFlags, CommonFlags, ConditionFlags, Look, MachineFlags, Measure,
    MethodFlags, SamplingFlags, ScoreFlags, WalkFlags,
};
pub use recipe::place;
