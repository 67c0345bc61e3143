//! The lecture's figures, from scores to [`Figure`](crate::plot::Figure)s, a file each.
//!
//! [`FIGURES`] lists them in the lecture's order with all that is said about them; a new figure is a file that defines
//! its `SPEC`, and a line here. Many can also be drawn by a function of their own, from scores and likelihoods that
//! come as trait objects, so an exact one and a learned one are drawn by the same code. What is "exact" on a figure is
//! always the scene's own mixture. γ is the only guidance scale written anywhere.

mod scales;
mod trainer;
mod classifier;
mod inputs;
mod need;
mod uses;
mod parts;
mod spec;
mod prelude;

/// Declares the modules of the figures and lists their `SPEC`s.
macro_rules! figures {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// Every figure, in the lecture's order.
        pub static FIGURES: &[&Spec] = &[$(&$module::SPEC),*];
    };
}

figures! {
    uncontrolled
    steering
    training_curve
    field_over_noise
    two_scores
    bayes_sum
    bayes_plane
    trajectories
    hybrid
    sweep
    overshoot
    negative_gamma
    classifier_training
    clean_classifier
    one_each
    bill
    null_label
    condition_entry
    p_drop
    implicit
    fidelity
    mask_and_point
    exact_attention
    word_attention
    composition
    tilt
    autoguidance
    samplers
    interval
    bayes_through_time
    bending_field
    particles
    regions
    sheets
    denoising
    hybrid_images
    fidelity_images
}

mod several;
mod training_samples;
#[cfg(test)]
mod tests;

pub use crate::idiom::{Measured, Series, Setting, draws};
pub use autoguidance::{Cloud, autoguidance};
pub use bayes_plane::bayes_plane;
pub use bayes_sum::{BUILDS, bayes_sum, open_point};
pub use bayes_through_time::bayes_through_time;
pub use bending_field::bending_field;
pub use bill::classifier_bill;
pub use classifier::Classifier;
pub use classifier_training::classifier_training;
pub use clean_classifier::clean_classifier;
pub use composition::composition;
pub use condition_entry::condition_entry;
pub use denoising::{Strip, StripWalk, denoising_strips};
pub use exact_attention::{
    causal_map, digits_and_hats, exact_attention, three_with_a_hat, words_by_places,
};
pub use fidelity::fidelity_diversity;
pub use fidelity_images::{Scored, images_over_gamma};
pub use field_over_noise::field_over_noise;
pub use hybrid::{Arm, hybrid};
pub use hybrid_images::{Judged, Morph, SURE, hybrid_images};
pub use implicit::{Implicit, implicit_classifier};
pub use inputs::{ImageInputs, ImageJudge, Inputs};
pub use interval::{beyond, far_border, in_interval, interval};
pub use mask_and_point::{Filled, inpainting, mask_and_point, of_one_draw};
pub use need::Need;
pub use negative_gamma::negative_gamma;
pub use null_label::{null_label, null_label_in_training};
pub use one_each::one_each;
pub use overshoot::overshoot;
pub use p_drop::{null_and_given, over_p_drop, p_drop_sweep};
pub use particles::guided_particles;
pub use regions::regions_through_noise;
pub use samplers::{STEP_SIZE, Solver, sampler_choice};
pub use scales::beside_the_first;
pub use several::{over_a_line, over_gamma};
pub use sheets::contact_sheets;
pub use spec::Spec;
pub use steering::steering;
pub use sweep::gamma_sweep;
pub use tilt::densities_and_tilt;
pub use trainer::{Bill, Trainer};
pub use training_curve::training_curve;
pub use training_samples::{TRAINING_SAMPLES, training_images, training_points};
pub use trajectories::three_trajectories;
pub use two_scores::two_scores;
pub use uncontrolled::uncontrolled;
pub use uses::Use;
pub use word_attention::{Looked, looked, word_attention};
