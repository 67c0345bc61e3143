mod bayes;
mod catalogue;
mod conditions;
mod exported;
mod images;
mod layout;
mod over_gamma;
mod training;

use super::*;
use crate::idiom::guided;
use crate::plot::Figure;
use ndarray::Array2;
use scorelab::data::Scene;
use scorelab::guidance::Gamma;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{AnySampler, DpmSolver2M};
use scorelab::score::ScoreFn;

fn gamma(v: f64) -> Gamma {
    Gamma::new(v).unwrap()
}

fn scene(name: &str) -> Scene {
    Scene::named(name).unwrap()
}

/// Runs `f` in the default setting of a scene.
fn with<T>(scene: &Scene, process: Process, f: impl Fn(&Setting) -> T) -> T {
    let grid = Grid::to_data(&process, Spacing::KARRAS, 64).unwrap();
    let sampler = AnySampler::new(DpmSolver2M::default());
    f(&Setting { scene, class: 0, process, grid: &grid, sampler: &sampler, seed: 1 })
}

fn number(figure: &Figure, name: &str) -> f64 {
    let found = figure.numbers.iter().find(|(n, _)| n == name);
    found.unwrap_or_else(|| panic!("{name} among {:?}", figure.numbers)).1
}
