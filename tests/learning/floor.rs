//! The floor of denoising score matching: no score gets below it, and what a loss has above it is the score error.

use super::trained::{HASTY_SCORE, SCORE};
use crate::common::textbook::Behind;
use crate::common::{Scaled, assert_law, cases, normals, simpson};
use ndarray::{Array2, array};
use scorelab::metrics::mean_with_se;
use scorelab::mixture::{Labelled, Mixture, plain};
use scorelab::nn::Target;
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;
use scorelab::train::{Denoising, Levels, loss_floor};

const TARGETS: [Target; 4] = [Target::Edm, Target::Eps, Target::X0, Target::V];

/// The objective of a mixture; the floor needs no data.
fn with_objective<T>(target: Target, sigma_data: f64, f: impl Fn(&Denoising) -> T) -> T {
    let data = Labelled { x: Array2::zeros((1, 1)), y: vec![0] };
    f(&Denoising { data: &data, target, sigma_data, spread: &[], levels: Levels::default() })
}

/// c_out², from the table in the documentation of `Target`.
fn c_out2(target: Target, r: f64, s: f64) -> f64 {
    match target {
        Target::Edm => s * s * r * r / (s * s + r * r),
        Target::Eps => r * r,
        Target::X0 => 1.0,
        Target::V => r * r / (1.0 + r * r),
    }
}

/// The level at quantile u of the default levels.
fn level_at(u: f64) -> f64 {
    (Levels::default().location + Levels::default().width * (u / (1.0 - u)).ln()).exp()
}

/// E_σ f(σ) over the default levels, by the midpoint rule in u.
fn over_levels(f: impl Fn(f64) -> f64, n: usize) -> f64 {
    (0..n).map(|i| f(level_at((i as f64 + 0.5) / n as f64))).sum::<f64>() / n as f64
}

#[test]
fn the_floor_of_one_gaussian_has_a_closed_form() {
    let s = 0.8;
    let gaussian = Mixture::isotropic(vec![1.0], array![[0.5, -1.0, 2.0]], &[s], vec![0]).unwrap();
    for target in TARGETS {
        let floor = with_objective(target, 1.3, |o| loss_floor(&gaussian, o, 20_000, 1));
        let off = |s: f64| {
            // MMSE = d·s²σ²/(s² + σ²)
            let exact =
                over_levels(|r| s * s * r * r / (s * s + r * r) / c_out2(target, r, 1.3), 200_000);
            (floor / exact - 1.0).abs()
        };
        // one level drawn from each of n strata: the error falls like n^(−3/2)
        assert_law(&format!("{target:?}"), off(s), off(1.05 * s), 1e-4);
    }
}

/// MMSE(σ) of a 1-D mixture by quadrature over x of the variance behind it.
fn mmse(mixture: &Mixture, sigma: f64) -> f64 {
    let level = NoiseLevel::ve(sigma);
    let reach = 6.0 + 8.0 * sigma;
    let n = 2 * (reach / (0.1 * (0.16 + sigma * sigma).sqrt())).ceil() as usize; // many points per mode
    let f = |x: f64| {
        let x = array![x];
        let density = plain::log_density(mixture, x.view(), level).exp();
        density * Behind::new(mixture, x.view(), level).cov()[[0, 0]]
    };
    simpson(f, -reach, reach, n)
}

#[test]
fn the_floor_of_a_mixture_agrees_with_quadrature() {
    let mixture = cases::f4();
    let s = mixture.radius();
    let quadrature =
        |target: Target| over_levels(|r| mmse(&mixture, r) / c_out2(target, r, s), 200);
    for target in [Target::Edm, Target::Eps] {
        let floors: Vec<f64> = (0..20)
            .map(|seed| with_objective(target, s, |o| loss_floor(&mixture, o, 2_000, seed)))
            .collect();
        let (mean, se) = mean_with_se(&floors);
        let off = |exact: f64| (mean - exact).abs() / se;
        let exact = quadrature(target);
        println!("{target:?}: floor {mean:.5} ± {se:.5}, quadrature {exact:.5}");
        // the twin: one noise level's floor taken too high by a fiftieth
        assert_law(&format!("{target:?}, in standard errors"), off(exact), off(1.02 * exact), 5.0);
    }
}

/// What one draw of (σ, x₀, ε) says of a score.
struct Draws {
    /// |D(x) − x₀|²/(c_out²·d), one for each draw.
    losses: Vec<f64>,
    /// |D(x) − D*(x)|²/(c_out²·d).
    errors: Vec<f64>,
}

/// The losses of a score on `animals` over 500 strata of the levels with 80 draws each, the same draws for every score.
fn draws(score: &dyn ScoreFn) -> Draws {
    const STRATA: usize = 500;
    const EACH: usize = 80;
    let animals = cases::animals();
    let (s, n) = (animals.radius(), STRATA * EACH);
    let (x0, z) = (animals.sample(n, 31, Purpose::Reference).x, normals(n, 2));
    let mut found = Draws { losses: vec![], errors: vec![] };
    for i in 0..STRATA {
        let sigma = level_at((i as f64 + 0.5) / STRATA as f64);
        let (level, rows) = (NoiseLevel::ve(sigma), ndarray::s![i * EACH..(i + 1) * EACH, ..]);
        let x = &x0.slice(rows) + &(&z.slice(rows) * sigma);
        let (d, best) = (score.denoised(x.view(), level), animals.denoised(x.view(), level));
        let scale = 1.0 / (2.0 * c_out2(Target::Edm, sigma, s));
        let square = |a: Array2<f64>| a.outer_iter().map(|r| scale * r.dot(&r)).collect::<Vec<_>>();
        found.losses.extend(square(&d - &x0.slice(rows)));
        found.errors.extend(square(&d - &best));
    }
    found
}

/// Elementwise a − b.
fn less(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

#[test]
fn the_exact_score_stands_on_the_floor_and_five_percent_more_stands_above_it_by_its_own_error() {
    let animals = cases::animals();
    let floor = with_objective(Target::Edm, animals.radius(), |o| {
        let floors: Vec<f64> = (0..10).map(|seed| loss_floor(&animals, o, 4_000, seed)).collect();
        mean_with_se(&floors)
    });
    let exact = draws(&animals);
    let (loss, se) = mean_with_se(&exact.losses);
    println!("exact: {loss:.5} ± {se:.5}, floor {:.5} ± {:.5}", floor.0, floor.1);
    let off = |floor_: f64| (loss - floor_).abs() / se.hypot(floor.1);
    assert_law("the floor, in standard errors", off(floor.0), off(1.05 * floor.0), 5.0);

    let scaled = draws(&Scaled(&animals, 1.05));
    let (rise, rise_se) = mean_with_se(&less(&scaled.losses, &exact.losses));
    let own = mean_with_se(&scaled.errors).0;
    println!("score × 1.05: rise {rise:.5} ± {rise_se:.5}, own error {own:.5}");
    assert!(rise > 5.0 * rise_se, "the loss does not see five percent: {rise} ± {rise_se}");
    let off = |own: f64| (rise - own).abs() / rise_se;
    assert_law("its own error, in standard errors", off(own), off(0.0), 5.0);
}

#[test]
fn a_trained_networks_loss_is_the_floor_plus_its_weighted_score_error() {
    let animals = cases::animals();
    let exact = draws(&animals);
    for (name, net) in [("trained", &*SCORE), ("after 100 steps", &*HASTY_SCORE)] {
        let found = draws(net);
        let (rise, se) = mean_with_se(&less(&found.losses, &exact.losses));
        let own = mean_with_se(&found.errors).0;
        println!("{name}: loss − floor {rise:.5} ± {se:.5}, weighted score error {own:.5}");
        assert!(rise > -5.0 * se, "{name}: below the floor: {rise} ± {se}");
        let off = |own: f64| (rise - own).abs() / se;
        assert_law(&format!("{name}, in standard errors"), off(own), off(3.0 * own), 5.0);
    }
}
