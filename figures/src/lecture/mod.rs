//! The lecture's figures, from scores to [`Figure`]s, in the lecture's order.
//!
//! | id | function | the number printed on it |
//! |---|---|---|
//! | – | [`training_curve`] | the loss above its exact floor |
//! | F1 | [`uncontrolled`] | share of each class |
//! | F2 | [`steering`] | paths that changed their class |
//! | F3 | [`field_over_noise`] | mean cosine, learned to exact |
//! | F4 | [`two_scores`] | root mean square of s_c − s_u |
//! | F5 | [`bayes_sum`] | ‖sum − s_γ‖ at one x_t |
//! | F6 | [`bayes_plane`] | largest residual over the plane |
//! | F7 | [`three_trajectories`] | the noise level at which p(y ∣ x_t) first passes 0.9 |
//! | F8 | [`hybrid`] | shares of target, other, hybrid, overshoot |
//! | F9 | [`gamma_sweep`] | verdicts of six paths at each γ |
//! | F10 | [`fidelity_diversity`] | share on the target, spread, energy distance over γ |
//! | F11 | [`overshoot`] | drift of the mean, and share off the support |
//! | F12 | [`densities_and_tilt`] | mean and standard deviation along μ_y − μ̄, the tilt's beside them |
//! | F12 | [`implicit_classifier`] | error and cosine of s_c − s_∅ to the exact ∇ log p(y ∣ x_t) |
//! | F13 | [`clean_classifier`] | accuracy, gradient ratio, spread against steps |
//! | F14 | [`classifier_bill`] | networks, parameters, seconds, µs a step, counted or measured |
//! | F15 | [`null_label`] | share of ∅ among the labels shown |
//! | F16 | [`p_drop_sweep`] | errors of s_∅ and s_c over p_drop |
//! | F17 | [`away`] | share of y at γ < 0 |
//! | F21 | [`sampler_choice`] | mean and spread by sampler, beside the tilt's |
//! | F22 | [`interval`] | share of the far mode against the edge of the interval |
//! | F23 | [`autoguidance`] | share off the support, energy distance |
//! | A1 | [`bayes_through_time`] | σ/α and p(y ∣ x_t) of each frame |
//! | A2 | [`bending_field`] | γ of each frame |
//! | A3 | [`guided_particles`] | share that reached the target |
//! | A4 | [`regions_through_noise`] | σ/α of each frame |
//!
//! On images: [`contact_sheets`] and [`denoising_strips`]; [`hybrid_images`] is F8, with p(y ∣ x) under every image, and
//! [`images_over_gamma`] F10, with accuracy, Fréchet distance and coverage over γ.
//!
//! What a network in training samples by now: [`points_so_far`] and [`images_so_far`].
//!
//! [`over_gamma`] is F9, F11 and F17 of one way to steer, [`over_a_line`] is F21 and F22.
//!
//! Scores and likelihoods come as trait objects, so an exact one and a learned one are drawn by the same code. What is
//! "exact" on a figure is always the scene's own mixture. γ is the only guidance scale written anywhere.
//!
//! Paths are drawn at x_t/√(α² + σ²). That is x_t itself for the variance-preserving processes, and where the others
//! would be under the equivalent variance-preserving one, so that every process fits the same axes.

mod animations;
mod autoguidance;
mod away;
mod bayes;
mod bill;
mod clean;
mod digits;
mod errors;
mod frame;
mod free;
mod hybrid;
mod images;
mod index;
mod null_label;
mod interval;
mod overshoot;
mod particles;
mod fields;
mod samplers;
mod so_far;
mod sweep;
#[cfg(test)]
mod tests;
mod tilt;
mod training;
mod trajectories;
mod uncontrolled;
mod way;

pub use animations::{bayes_through_time, bending_field, regions_through_noise};
pub use autoguidance::{Cloud, autoguidance};
pub use away::away;
pub use bayes::{bayes_plane, bayes_sum, open_point};
pub use bill::{Bill, classifier_bill};
pub use clean::{Judge, clean_classifier};
pub use digits::{
    Morph, Scored, Strip, contact_sheets, denoising_strips, hybrid_images, images_over_gamma,
};
pub use errors::{Implicit, implicit_classifier, null_and_given, over_p_drop, p_drop_sweep};
pub use fields::{draws, field_over_noise, two_scores};
pub use free::fidelity_diversity;
pub use hybrid::{Arm, hybrid};
pub use images::{Judged, SURE, StripWalk};
pub use index::{Entry, lecture_index};
pub use interval::{beyond, far_border, in_interval, interval};
pub use null_label::null_label;
pub use overshoot::overshoot;
pub use particles::guided_particles;
pub use samplers::{Solver, over_a_line, sampler_choice};
pub use so_far::{SO_FAR, images_so_far, points_so_far};
pub use sweep::{gamma_sweep, over_gamma};
pub use tilt::densities_and_tilt;
pub use training::training_curve;
pub use trajectories::three_trajectories;
pub use uncontrolled::{steering, uncontrolled};
pub use way::{Measured, Way};

use crate::plot::{Figure, Text};
use ndarray::{Array2, Array3};
use scorelab::data::Scene;
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::sampler::{Method, sample, start, trajectories, trajectories_rows};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};

/// What every figure needs to know of the setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Where the data come from; the exact answers are its mixture's.
    pub scene: &'a Scene,
    /// The class steered to.
    pub class: usize,
    /// The noise process.
    pub process: Process,
    /// The times of the walks.
    pub grid: &'a Grid,
    /// The rule that walks.
    pub sampler: &'a Method,
    /// The seed of every starting point and of a sampler's noise.
    pub seed: u64,
}

impl Setting<'_> {
    /// The level with σ/α = `ratio`, kept within the process.
    pub fn level(&self, ratio: f64) -> NoiseLevel {
        let t = self.process.t_of_log_snr(-2.0 * ratio.max(f64::MIN_POSITIVE).ln());
        let t = if t.is_finite() { t } else { self.process.t_max() };
        self.process.level(t.clamp(self.process.t_min(), self.process.t_max()))
    }

    /// The level with σ/α = `share` of the data's radius: 0.5 is where classes begin to part.
    pub fn level_by_radius(&self, share: f64) -> NoiseLevel {
        self.level(share * self.exact().radius())
    }

    fn exact(&self) -> &Mixture {
        &self.scene.mixture
    }

    /// Refuses what cannot be drawn on a plane, or has nothing to steer.
    fn checked(&self) -> Result<()> {
        self.checked_dim(2, "two-dimensional for this figure")
    }

    /// As `checked`, for what is drawn over a line.
    fn checked_line(&self) -> Result<()> {
        self.checked_dim(1, "one-dimensional for this figure")
    }

    fn checked_dim(&self, dim: usize, must: &str) -> Result<()> {
        let d = self.exact().dim();
        if d != dim {
            let what = format!("the scene {}", self.scene.name);
            return Err(Error::value(what, format!("of {d} dimension"), must));
        }
        if self.class >= self.exact().classes() {
            let must = format!("below {}, the number of classes", self.exact().classes());
            return Err(Error::value("the class", self.class, must));
        }
        Ok(())
    }

    /// The first n starting points (n, d).
    fn start(&self, n: usize) -> Array2<f64> {
        start(n, self.exact().dim(), &self.process, self.grid, self.seed)
    }

    /// Where the first n starting points end under `score`: (n, d).
    pub fn sample(&self, score: &dyn ScoreFn, n: usize) -> Array2<f64> {
        sample(self.sampler, score, &self.process, self.grid, self.start(n).view(), self.seed)
    }

    /// The way of these starting points under `score`: (steps + 1, n, d).
    fn walk(&self, score: &dyn ScoreFn, start: &Array2<f64>) -> Array3<f64> {
        trajectories(self.sampler, score, &self.process, self.grid, start.view(), self.seed)
    }

    /// As `walk`, of these rows of the starting points only: (steps + 1, rows, d).
    fn walk_rows(&self, score: &dyn ScoreFn, start: &Array2<f64>, rows: &[usize]) -> Array3<f64> {
        let parts = [(score, self.grid)];
        trajectories_rows(self.sampler, &parts, &self.process, start.view(), rows, self.seed)
    }

    fn class_name(&self, class: usize) -> Text {
        match self.scene.class_names.get(class) {
            Some(name) => (name.en.clone(), name.vi.clone()).into(),
            None => class.to_string().into(),
        }
    }

    fn target_name(&self) -> Text {
        self.class_name(self.class)
    }
}

/// A Karras grid down to the data with `times` the steps of the setting's: a number that it moves is not yet a result.
fn finer(s: &Setting, times: usize) -> Result<Grid> {
    Grid::to_data(&s.process, Spacing::KARRAS, times * s.grid.steps())
}

/// s_u + γ·∇ log p(y | x_t).
fn guided<'a>(
    score: &'a dyn ScoreFn,
    likelihood: &'a dyn Likelihood,
    gamma: Gamma,
) -> ClassifierGuided<&'a dyn ScoreFn, &'a dyn Likelihood> {
    ClassifierGuided { score, likelihood, gamma }
}

/// A figure with its stem, title and caption; the rest follows.
fn figure(stem: &str, title: impl Into<Text>, caption: impl Into<Text>) -> Figure {
    Figure { stem: stem.into(), title: title.into(), caption: caption.into(), ..Figure::default() }
}

/// A sample must not be empty, and a standard error needs two.
fn at_least(what: &str, n: usize, least: usize) -> Result<()> {
    if n < least {
        return Err(Error::value(format!("the number of {what}"), n, format!("at least {least}")));
    }
    Ok(())
}
