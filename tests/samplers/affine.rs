//! A walk on a Gaussian without randomness: every step is x' = a·x + c + Σⱼ bⱼ·zⱼ, so its law is known exactly.

use crate::common::textbook::solve;
use ndarray::{Array2, array};
use scorelab::noise::{Grid, Process};
use scorelab::rng::{Noise, Purpose};
use scorelab::sampler::{Sampler, Step, sample};
use scorelab::score::ScoreFn;

/// A normal distribution in one dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    pub mean: f64,
    pub variance: f64,
}

/// Where a deterministic sampler takes N(0, σ_T²), from its ends for x_T = 0 and x_T = 1.
pub fn end_of_ode<S: Sampler + Clone + Sync>(
    sampler: &S,
    score: &dyn ScoreFn,
    process: &Process,
    grid: &Grid,
) -> Normal {
    let ends = sample(sampler, score, process, grid, array![[0.0], [1.0]].view(), 0);
    let sigma = process.level(grid.times()[0]).sigma;
    Normal { mean: ends[[0, 0]], variance: ((ends[[1, 0]] - ends[[0, 0]]) * sigma).powi(2) }
}

/// Where a noisy sampler takes N(0, σ_T²), the law carried from step to step: variance' = a²·variance + Σⱼ bⱼ².
///
/// `places` are those at which a step draws from its noise, by the numbers of the splittings that lead there.
pub fn end_of_sde<S: Sampler>(
    sampler: &mut S,
    places: &[&[usize]],
    score: &dyn ScoreFn,
    process: &Process,
    grid: &Grid,
) -> Normal {
    let sigma = process.level(grid.times()[0]).sigma;
    let mut law = Normal { mean: 0.0, variance: sigma * sigma };
    for (step, pair) in grid.times().windows(2).enumerate() {
        // the step on as many zeros and ones as there are unknowns c, b₁ … b_K, and one row more to be sure
        let rows: Vec<usize> = (0..places.len() + 2).collect();
        let noise = || Noise::new(0, Purpose::Walk, step, &rows);
        let mut run = |x: f64| {
            let mut x = Array2::from_elem((rows.len(), 1), x);
            let (from, to) = (pair[0], pair[1]);
            sampler.step(score, &mut x, Step { process, from, to, noise: noise() });
            x
        };
        let (zeros, ones) = (run(0.0), run(1.0));
        let a = ones[[0, 0]] - zeros[[0, 0]];
        let b = coefficients(places, noise, &zeros);
        law.mean = a * law.mean + b[0];
        law.variance = a * a * law.variance + b[1..].iter().map(|b| b * b).sum::<f64>();
    }
    law
}

/// c and the bⱼ, from ends = c + Σⱼ bⱼ·zⱼ with the normals z of known places.
fn coefficients<'a>(
    places: &[&[usize]],
    noise: impl Fn() -> Noise<'a>,
    ends: &Array2<f64>,
) -> Vec<f64> {
    let (rows, unknowns) = (ends.nrows(), places.len() + 1);
    let mut normals = Array2::ones((rows, unknowns));
    for (j, place) in places.iter().enumerate() {
        let z = place.iter().fold(noise(), |noise, k| noise.each().nth(*k).unwrap());
        normals.column_mut(j + 1).assign(&z.normals(1).column(0));
    }
    let first = |a: &Array2<f64>| a.slice(ndarray::s![..unknowns, ..]).to_owned();
    let b = solve(first(&normals), first(ends));
    let last = normals.row(unknowns).dot(&b.column(0));
    let (end, size) = (ends[[unknowns, 0]], ends.iter().fold(1e-300, |m: f64, v| m.max(v.abs())));
    assert!(
        (last - end).abs() < 1e-9 * size,
        "a step is not affine in the draws of these places: {last} {end}"
    );
    b.column(0).to_vec()
}
