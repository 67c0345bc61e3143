//! The verdicts of `your_guidance` on ideas whose rank is known.

use crate::common::cases;
use ndarray::Array2;
use scorelab::guidance::{Gamma, Guided};
use scorelab::metrics::{Ranking, energy_difference};
use scorelab::mixture::Tilt;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::rng::Purpose;
use scorelab::sampler::{DpmSolver2M, sample, start};

/// Seeds, 95 of which must be told rightly for each idea.
const TRIALS: u64 = 100;
/// The γ that ideas are measured against.
const GUIDED: f64 = 6.0;
/// Rows of each sample.
const N: usize = 600;

/// Where walks from the noise of this seed end at γ.
fn ends(gamma: f64, seed: u64) -> Array2<f64> {
    let (mixture, process) = (cases::f3(), Process::VP_LINEAR);
    let given = mixture.given(0);
    let guided = Guided { main: &given, guiding: &mixture, gamma: Gamma::new(gamma).unwrap() };
    let grid = Grid::to_data(&process, Spacing::KARRAS, 12).unwrap();
    let z = start(N, 2, &process, &grid, seed);
    sample(&DpmSolver2M::default(), &guided, &process, &grid, z.view(), seed)
}

/// The same law from other points: the scene is its own mirror image.
fn mirrored(mut x: Array2<f64>) -> Array2<f64> {
    x.column_mut(0).mapv_inplace(|v| -v);
    x
}

#[test]
fn a_better_an_equal_and_a_worse_idea_are_told_in_95_of_100() {
    let tilt = Tilt::guided(&cases::f3(), 0, GUIDED).unwrap();
    let (mut right, mut by_sign) = ([0; 6], 0);
    for seed in 0..TRIALS {
        let class = cases::f3().given(0).sample(N, seed, Purpose::Reference).x;
        let tilted = tilt.sample(N, seed);
        let guided = ends(GUIDED, seed);
        let [near, far, same] = [ends(2.0, seed), ends(14.0, seed), mirrored(guided.clone())];
        let ideas = [
            (&near, &class, Ranking::Better),
            (&same, &class, Ranking::NotToldApart),
            (&far, &class, Ranking::Worse),
            (&near, &tilted, Ranking::Better),
            (&same, &tilted, Ranking::NotToldApart),
            (&far, &tilted, Ranking::Worse),
        ];
        for (count, (idea, truth, rank)) in right.iter_mut().zip(ideas) {
            let found = energy_difference(idea.view(), guided.view(), truth.view());
            *count += u64::from(found.ranking() == rank);
            by_sign += u64::from(rank == Ranking::NotToldApart && found.value == 0.0);
        }
    }
    println!("right of {TRIALS}: {right:?}");
    assert!(right.iter().all(|r| *r >= 95), "{right:?}");
    assert!(by_sign < 95, "the wrong twin passed: a verdict by the sign alone");
}
