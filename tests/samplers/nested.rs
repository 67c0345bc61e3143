//! Samplers within samplers draw numbers of their own.

use super::affine::end_of_sde;
use crate::common::{assert_law, cases};
use approx::assert_abs_diff_eq;
use ndarray::Array2;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::rng::{Noise, Purpose};
use scorelab::sampler::{Ddim, Langevin, Sampler, Step, sample, sample_population, start};
use scorelab::score::ScoreFn;

const PROCESS: Process = Process::VP_LINEAR;
const CORRECTIONS: usize = 5;
const STEP_SIZE: f64 = 0.5;

fn grid() -> Grid {
    Grid::to_data(&PROCESS, Spacing::KARRAS, 64).unwrap()
}

fn corrected<S, C>(inner: S, corrector: C) -> Langevin<S, C> {
    Langevin { inner, corrector, steps: CORRECTIONS, step_size: STEP_SIZE }
}

/// The twin: a corrector that makes the noise of the step anew instead of splitting the one that it was given.
#[derive(Clone)]
struct Anew<S, C> {
    inner: S,
    corrector: C,
    seed: u64,
}

impl<S: Sampler, C: ScoreFn> Sampler for Anew<S, C> {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        let (_, level) = step.levels();
        let number = grid().times().iter().position(|t| *t == step.from).unwrap();
        self.inner.step(score, x, step);
        if level.sigma == 0.0 {
            return;
        }
        let rows: Vec<usize> = (0..x.nrows()).collect();
        let e = STEP_SIZE * level.sigma * level.sigma;
        for noise in
            Noise::new(self.seed, Purpose::Walk, number, &rows).each().skip(1).take(CORRECTIONS)
        {
            let (s, z) = (self.corrector.score(x.view(), level), noise.normals(1));
            x.scaled_add(0.5 * e, &s);
            x.scaled_add(e.sqrt(), &z);
        }
    }
}

/// The numbers of `CORRECTIONS` corrections, and the places of their noise within a part that comes after `before`.
fn places(before: &[usize]) -> Vec<Vec<usize>> {
    (1..=CORRECTIONS).map(|k| [before, &[k]].concat()).collect()
}

fn variance<S: Sampler>(mut sampler: S, places: &[Vec<usize>]) -> f64 {
    let standard = cases::f1().conditional; // N(0, 1)
    let places: Vec<&[usize]> = places.iter().map(Vec::as_slice).collect();
    end_of_sde(&mut sampler, &places, &standard, &PROCESS, &grid()).variance
}

#[test]
fn a_corrector_of_a_corrected_sampler_draws_numbers_of_its_own() {
    let standard = cases::f1().conditional;
    let twice = corrected(corrected(Ddim { eta: 0.0 }, &standard), &standard);
    let (own, its) = (places(&[]), places(&[0]));
    let independent = variance(twice, &[its, own.clone()].concat());
    let inner = corrected(Ddim { eta: 0.0 }, &standard);
    let twin = Anew { inner, corrector: &standard, seed: 0 };
    let colliding = variance(twin, &own);
    // The same recursion on the variance, in Python: a, s = α, σ on the Karras grid, e = .5*s_to**2, A = 1 - .5*e
    //   v *= (a_to*(a + s_to/a_to*a/s*(1/a - a)))**2                      D = αx for N(0, 1)
    //   independent, ten times:  v = A*A*v + e
    //   colliding:               v = A**20*v + e*sum((A**j*(A**5 + 1))**2 for j in range(5))
    assert_abs_diff_eq!(independent, 1.0011, epsilon = 1e-4);
    assert_abs_diff_eq!(colliding, 1.9927, epsilon = 1e-4);
    // what five and five corrections should do is what ten do
    let ten = Langevin { steps: 10, ..corrected(Ddim { eta: 0.0 }, &standard) };
    let numbers: Vec<Vec<usize>> = (1..=10).map(|k| vec![k]).collect();
    let answer = variance(ten, &numbers);
    assert_law("5 of 5", (independent - answer).abs(), (colliding - answer).abs(), 1e-12);
}

#[test]
fn samples_of_a_corrector_of_a_corrector_have_the_variance_of_the_data() {
    let (standard, grid, n) = (cases::f1().conditional, grid(), 4_000);
    let z = start(n, 1, &PROCESS, &grid, 3);
    let spread = |x: Array2<f64>| x.var(1.0);
    let twice = corrected(corrected(Ddim { eta: 0.0 }, &standard), &standard);
    let found = spread(sample(&twice, &standard, &PROCESS, &grid, z.view(), 3));
    let se = (2.0 / n as f64).sqrt(); // of the variance of n standard normals
    assert!((found - 1.0011).abs() < 5.0 * se, "{found}");
    // the twin, all rows in one block, for it knows no others
    let inner = corrected(Ddim { eta: 0.0 }, &standard);
    let twin = Anew { inner, corrector: &standard, seed: 3 };
    let wrong = spread(sample_population(&twin, &standard, &PROCESS, &grid, z.view(), 3));
    assert!((wrong - 1.9927).abs() < 5.0 * 1.9927 * se, "{wrong}");
}
