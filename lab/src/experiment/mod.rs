//! The experiments: one setup each, and what they have in common.

mod checked;
mod run;
mod deck;
mod scene;
mod images;
mod networks;
mod image_networks;
mod told_network;
mod captions;
mod comparison;
mod bill;
mod rival;
mod verdict;
mod contest;
mod standing;
mod field;
mod your_guidance;
mod lesson_networks;
mod lecture;

pub use bill::Billed;
pub use captions::{CaptionExperiment, EARLY, Group, run_captions, worn};
pub use checked::yes_or_no;
pub use comparison::{ArmRun, Comparison, Steer};
pub use contest::{Contest, Contested, Made};
pub use field::{BLOCKS, Both, Ended, Field, Found, MARGIN, Ordinary, SCALES, TARGETS};
pub use image_networks::{Guide, ImageNets};
pub use images::{ImageExperiment, run_images};
pub use lecture::{lecture, one_figure};
pub use networks::{
    CLASSIFIER_STEPS, JOINT_STEPS, Learned, P_DROP, SCORE_STEPS, TRAINING_POINTS, untrained_joint,
    untrained_score,
};
pub use rival::CountedParts;
pub use run::Experiment;
pub use scene::run;
pub use standing::{Against, Standing, TABLE_LEVEL, standings};
pub use your_guidance::compare;
