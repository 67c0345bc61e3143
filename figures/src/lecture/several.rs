//! Several figures for one method, at the lecture's γ.

use super::interval;
use super::negative_gamma::{self, negative_gamma};
use super::overshoot::{self, overshoot};
use super::samplers;
use super::scales::{beside_the_first, from_one_on, gammas};
use super::sweep::{self, gamma_sweep};
use crate::idiom::Setting;
use crate::plot::{Figure, Text};
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::score::ScoreFn;

/// F9, F11 and F17 of one method, at the lecture's γ or, the first two, at those asked for.
///
/// Where none of these is above 1, F11 keeps the lecture's, since nothing else passes the target.
///
/// # Errors
/// As [`gamma_sweep`], [`overshoot`] and [`negative_gamma`].
pub fn over_gamma<S: ScoreFn>(
    s: &Setting,
    name: Text,
    steer: impl Fn(Gamma) -> S,
    asked: Option<&[Gamma]>,
    n: usize,
) -> Result<[Figure; 3]> {
    let sweep = asked.map(|asked| spread(&beside_the_first(asked), COLUMNS));
    let past = asked.map(from_one_on).filter(|past| !past.is_empty());
    let sweep = sweep.unwrap_or_else(|| gammas(&sweep::GAMMAS));
    let past = past.unwrap_or_else(|| gammas(&overshoot::GAMMAS));
    let below = gammas(&negative_gamma::GAMMAS);
    Ok([
        gamma_sweep(s, name.clone(), &steer, &sweep)?,
        overshoot(s, name.clone(), &steer, &past, n)?,
        negative_gamma(s, name, &steer, &below, n)?,
    ])
}

/// Columns of F9.
const COLUMNS: usize = 10;

/// So many of these at most, the first and the last among them, in even strides.
fn spread(all: &[Gamma], most: usize) -> Vec<Gamma> {
    let n = all.len().min(most);
    (0..n).map(|i| all[if n < 2 { 0 } else { i * (all.len() - 1) / (n - 1) }]).collect()
}

/// F21 at γ = 3 and F22 at γ = 4, each on its own built-in scene with this process, seed and number of steps.
///
/// # Errors
/// If there would be too many steps.
pub fn over_a_line(s: &Setting, n: usize) -> Result<[Figure; 2]> {
    Ok([samplers::on_its_scene(s, n)?, interval::on_its_scene(s, n)?])
}
