//! Settings that change a drawing, beside what it needs, and the flags that say them.

use super::need::Need;

/// Something that a figure takes from the settings without needing it: where nothing is said, a default stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The class that is wanted.
    Class,
    /// The score, where a network can stand in the exact one's place.
    Score,
    /// The classifier, whatever it is multiplied by.
    Classifier,
    /// Whatever steers.
    Method,
    /// Every γ.
    Gammas,
    /// The noise process.
    Process,
    /// The number of steps.
    Steps,
    /// The sampler.
    Sampler,
    /// The seed.
    Seed,
    /// A walk: its process, its steps, its sampler and the seed of its noise.
    Walk,
    /// The number of samples.
    Samples,
    /// What is observed.
    Observation,
    /// The caption that is wanted.
    Caption,
}

impl Use {
    /// The flags that say it.
    pub fn flags(self) -> &'static [&'static str] {
        match self {
            Use::Class => &["class"],
            Use::Score => &["score"],
            Use::Classifier => &["classifier"],
            Use::Method => &["classifier", "gradient-scale", "guiding", "method", "set"],
            Use::Gammas => &["gamma"],
            Use::Process => &["process"],
            Use::Steps => &["steps"],
            Use::Sampler => &["sampler"],
            Use::Seed => &["seed"],
            Use::Walk => &["process", "steps", "sampler", "seed"],
            Use::Samples => &["samples"],
            Use::Observation => &["mask", "point", "tolerance"],
            Use::Caption => &["caption"],
        }
    }
}

impl Need {
    /// The flags that say what is needed.
    pub fn flags(self) -> &'static [&'static str] {
        match self {
            // a learned score tells the scene that it was trained on
            Need::Scene | Need::Plane => {
                &["scene", "sd", "columns", "header", "no-header", "score"]
            }
            Need::Images | Need::Captions | Need::Joint => &["score"],
            Need::Class | Need::OneClass => &["class"],
            Need::Classifier => &["class", "classifier", "gradient-scale"],
            Need::Noisy => &["classifier"],
            Need::Clean => &["clean"],
            Need::Guiding => &["guiding"],
            Need::Runs => &["runs"],
            Need::Judge => &["judge"],
            Need::Frames => &["frames"],
            Need::LastGamma => &["gamma"],
            Need::OneScore => &["method", "set"],
            Need::Line | Need::Trains => &[],
        }
    }
}
