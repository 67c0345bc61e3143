//! The lecture's picture, "γ = 1 gives a hybrid", and its cause: a gradient that is too weak.

use crate::common::cases;
use approx::assert_abs_diff_eq;
use ndarray::Array2;
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled};
use scorelab::mixture::Posterior;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{Heun, sample, start};
use scorelab::score::Likelihood;

const N: usize = 2_000;

/// Shares of the samples, from 0 to 1.
#[derive(Debug, Default)]
struct Shares {
    target: f64,
    other: f64,
    hybrid: f64,
    overshoot: f64,
}

/// Where samples of class 0 (dog) end: on its mode, on another's, on none and short of it, on none and beyond it.
fn shares(x: &Array2<f64>) -> Shares {
    let animals = cases::animals();
    let (means, centre, mut shares) = (animals.means(), animals.mean(), Shares::default());
    for point in x.outer_iter() {
        let on = |k: usize| (&point - &means.row(k)).mapv(|v| v * v).sum().sqrt() < 3.5 * 0.25;
        let beyond = (&point - &means.row(0)).dot(&(&means.row(0) - &centre)) > 0.0;
        let share = match (on(0), (1..4).any(on), beyond) {
            (true, ..) => &mut shares.target,
            (_, true, _) => &mut shares.other,
            (_, _, true) => &mut shares.overshoot,
            _ => &mut shares.hybrid,
        };
        *share += 1.0 / x.nrows() as f64;
    }
    shares
}

/// Samples steered towards the dog by `likelihood` with γ; 64 or 128 steps of Heun give the same shares to 0.4 %.
fn steered(likelihood: &dyn Likelihood, gamma: f64) -> Array2<f64> {
    let animals = cases::animals();
    let score = ClassifierGuided { score: &animals, likelihood, gamma: Gamma::new(gamma).unwrap() };
    let grid = Grid::to_data(&Process::VE, Spacing::KARRAS, 64).unwrap();
    let from = start(N, 2, &Process::VE, &grid, 1);
    sample(&Heun, &score, &Process::VE, &grid, from.view(), 1)
}

/// A share agrees with p within five standard errors √(p(1 − p)/N).
#[track_caller]
fn assert_share(share: f64, p: f64) {
    let error = (p * (1.0 - p) / N as f64).sqrt();
    assert!((share - p).abs() < 5.0 * error, "{share} instead of {p}, standard error {error:.4}");
}

#[test]
fn with_the_exact_classifier_gamma_one_gives_the_class_and_gamma_ten_overshoots() {
    let animals = cases::animals();
    let one = shares(&steered(&animals.posterior(0), 1.0));
    assert_share(one.target, 0.998);
    assert!(one.hybrid < 0.002 && one.other == 0.0, "{one:?}");
    let ten = shares(&steered(&animals.posterior(0), 10.0));
    assert!(ten.overshoot > 0.3 && ten.hybrid < 0.01, "{ten:?}");
}

#[test]
fn a_gradient_five_times_too_weak_gives_hybrids_at_gamma_one_and_the_class_at_gamma_ten() {
    let animals = cases::animals();
    let exact = animals.posterior(0);
    let weak = GradientScaled { likelihood: &exact, scale: 0.2 };
    let one = shares(&steered(&weak, 1.0));
    assert_share(one.target, 0.37);
    assert_share(one.hybrid, 0.27);
    assert_share(one.other, 0.36);
    assert!(shares(&steered(&weak, 10.0)).target > 0.99);
    // γ = 1/c undoes it: the same points as with the true gradient
    let (undone, truth) = (steered(&weak, 5.0), steered(&exact, 1.0));
    assert_abs_diff_eq!(undone, truth, epsilon = 1e-9);
}

#[test]
fn logits_divided_by_five_are_another_field_that_no_gamma_repairs() {
    let animals = cases::animals();
    let warm = Posterior { temperature: 5.0, ..animals.posterior(0) };
    assert_share(shares(&steered(&warm, 10.0)).target, 0.86);
    assert!(shares(&steered(&warm, 5.0)).target < 0.95, "1/c does not undo it");
}
