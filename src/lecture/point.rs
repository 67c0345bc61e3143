//! The one x_t at which Bayes' sum is shown.

use super::Setting;
use crate::noise::NoiseLevel;
use crate::{Error, Result};

/// A point that an unconditional walk would take to another class, and a level at which the classes begin to part.
///
/// ```text
/// x_t = α·(0.6·μ_other + 0.1·μ_y),   σ/α = 0.6 of the data's radius
/// ```
///
/// There the unconditional score and the classifier's push disagree, so the sum shows something. The other class is the
/// one after y; with one class it is y itself.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn bayes_point(s: &Setting) -> Result<([f64; 2], NoiseLevel)> {
    let mixture = &s.scene.mixture;
    let level = s.level_by_radius(0.6);
    let other = mixture.given((s.class + 1) % mixture.classes()).mean();
    let own = mixture.given(s.class).mean();
    if own.len() != 2 {
        let what = format!("the scene {}", s.scene.name);
        return Err(Error::value(
            what,
            format!("of {} dimension", own.len()),
            "two-dimensional for this figure",
        ));
    }
    Ok(([0, 1].map(|i| level.alpha * (0.6 * other[i] + 0.1 * own[i])), level))
}
