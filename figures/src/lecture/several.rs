//! Several figures for one method, at the lecture's γ.

use super::interval;
use super::negative_gamma::negative_gamma;
use super::overshoot::overshoot;
use super::samplers;
use super::sweep::gamma_sweep;
use crate::idiom::Setting;
use crate::plot::{Figure, Text};
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::score::ScoreFn;

/// F9, F11 and F17 of one method, at the lecture's γ.
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
    let all = |values: &[f64]| values.iter().map(|g| Gamma::new(*g)).collect::<Result<Vec<_>>>();
    let sweep = all(&[0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0])?;
    let (past, below) = (all(&[1.0, 2.0, 3.0, 5.0, 10.0])?, all(&[0.0, -0.25, -0.5, -0.75, -1.0])?);
    let sweep = asked.map_or(sweep, |asked| spread(asked, COLUMNS));
    let past = match asked.map(|all| all.iter().copied().filter(|g| g.value() >= 1.0).collect()) {
        Some(asked) if !Vec::is_empty(&asked) => asked,
        _ => past,
    };
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
