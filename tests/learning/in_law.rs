//! The ODE and the SDE of an exact score have one law at γ = 1 and two at γ = 3.

use crate::common::cases;
use ndarray::Array2;
use scorelab::guidance::{Gamma, Guided};
use scorelab::metrics::{EnergyTest, energy_test};
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::rng::{Purpose, stream};
use scorelab::sampler::{Ddim, sample, start};

const N: usize = 1_200;

/// N samples on F1 with 512 steps of DDIM with noise η; each run has noise of its own.
fn run(gamma: f64, eta: f64, seed: u64) -> Array2<f64> {
    let pair = cases::f1();
    let gamma = Gamma::new(gamma).unwrap();
    let score = Guided { main: &pair.conditional, guiding: &pair.unconditional, gamma };
    let grid = Grid::to_data(&Process::VE, Spacing::KARRAS, 512).unwrap();
    let from = start(N, 1, &Process::VE, &grid, seed);
    sample(&Ddim { eta }, &score, &Process::VE, &grid, from.view(), seed)
}

fn ode_against_sde(gamma: f64) -> EnergyTest {
    let (ode, sde) = (run(gamma, 0.0, 1), run(gamma, 1.0, 2));
    energy_test(ode.view(), sde.view(), 999, &mut stream(3, Purpose::Permutation, 0, 0))
}

#[test]
fn ode_and_sde_agree_in_law_at_gamma_one_and_disagree_at_gamma_three() {
    let (one, three) = (ode_against_sde(1.0), ode_against_sde(3.0));
    println!("γ = 1: {one:?}; γ = 3: {three:?}");
    assert!(one.p_value > 0.01, "{one:?}");
    assert!(three.p_value < 0.01, "{three:?}");
}
