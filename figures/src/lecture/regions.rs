//! A4: what classifiers believe as the noise falls.

use super::classifier::Classifier;
use super::clean_classifier::NOISY_GRADIENT;
use super::prelude::*;
use scorelab::Error;

pub const SPEC: Spec = Spec {
    name: "regions",
    stem: "A4_regions_through_noise",
    part: NOISY,
    latex: NOISY_GRADIENT,
    title: Text::new(
        "What the classifier believes as noise falls",
        "Bộ phân loại tin gì khi nhiễu giảm",
    ),
    caption: Text::new(
        "Where the noise hides the class, a noisy classifier is unsure everywhere; as the noise falls its regions part.",
        "Khi nhiễu che mất lớp, bộ phân loại không chắc ở mọi nơi; khi nhiễu giảm, các vùng tách nhau ra.",
    ),
    needs: &[Need::Plane, Need::Clean, Need::Frames],
    uses: &[Use::Process, Use::Classifier],
    draw: |i: &Inputs| {
        Ok(regions_through_noise(i.setting(), i.with_and_without_noise(), i.frames)?.collect())
    },
};

/// A4: what classifiers believe over the plane as the noise falls, one panel each.
///
/// The blend of the class colours is p(y | x_t): where nothing hints at the class it is the mean of all colours, and
/// regions separate as σ/α falls, by the same factor from frame to frame.
///
/// # Errors
/// If the scene is not two-dimensional, there are no classifiers or more than three, one does not have one likelihood
/// for each class, or there are fewer than 2 frames.
pub fn regions_through_noise<'a>(
    s: &'a Setting,
    classifiers: &'a [Classifier],
    frames: usize,
) -> Result<impl Iterator<Item = Figure> + 'a> {
    s.in_plane()?;
    at_least("frames", frames, 2)?;
    if !(1..=3).contains(&classifiers.len()) {
        return Err(Error::value("the number of classifiers", classifiers.len(), "1 to 3"));
    }
    for classifier in classifiers {
        classifier.checked(s)?;
    }
    Ok(falling_levels(s, frames).into_iter().map(move |level| {
        let mut f = SPEC.figure();
        f.panels = classifiers.iter().map(|c| c.regions(s, c.title.clone(), level)).collect();
        f.formula = vec![
            (Role::Likelihood, "p(y ∣ x_t)".into()),
            (Role::Neutral, format!(",    σ/α = {}", ratio(level)).into()),
        ];
        f.number("σ/α", level.ratio());
        f
    }))
}
