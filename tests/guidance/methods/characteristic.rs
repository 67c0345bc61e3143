//! Characteristic guidance is the score of the diffused tilt: of Gaussians exactly, of mixtures nearly.

use super::*;
use crate::common::textbook::solve;
use crate::common::{
    PROCESSES, assert_law, cases, larger, lengths, levels, normals, row_residual, simpson,
};
use ndarray::{array, s};
use scorelab::guidance::{Gamma, Guided};
use scorelab::linalg::symmetric_eigen;
use scorelab::methods::CharacteristicScore;
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

fn inverse(a: &Array2<f64>) -> Array2<f64> {
    solve(a.clone(), Array2::eye(a.nrows()))
}

fn gaussian(mean: Array2<f64>, cov: Array2<f64>) -> Mixture {
    Mixture::new(vec![1.0], mean, vec![cov], vec![0]).unwrap()
}

/// p(x)^(1 − γ)·p(x|c)^γ of two Gaussians, if it is one.
fn tilt(c: &Mixture, u: &Mixture, gamma: f64) -> Option<Mixture> {
    let [of_c, of_u] = [c, u].map(|p| inverse(&p.covs()[0]));
    let precision = &of_c * gamma + &of_u * (1.0 - gamma);
    let precision = (&precision + &precision.t()) * 0.5;
    if symmetric_eigen(&precision).0.iter().any(|l| *l < 0.05) {
        return None;
    }
    let pull = of_c.dot(&c.means().row(0)) * gamma + of_u.dot(&u.means().row(0)) * (1.0 - gamma);
    let cov = inverse(&precision);
    let mean = cov.dot(&pull).insert_axis(ndarray::Axis(0));
    Some(gaussian(mean, (&cov + &cov.t()) * 0.5))
}

fn characteristic<'a>(
    c: &'a Mixture,
    u: &'a Mixture,
    gamma: f64,
) -> CharacteristicScore<&'a Mixture, &'a Mixture> {
    CharacteristicScore { main: c, guiding: u, gamma: Gamma::new(gamma).unwrap(), iterations: 30 }
}

/// Pairs of Gaussians of different means and variances, in one, two and three dimensions.
fn pairs() -> Vec<(Mixture, Mixture)> {
    let (f1, f7, solid) = (cases::f1(), cases::f7(), cases::solid());
    let part = |mixture: &Mixture, k: usize| {
        let mean = mixture.means().slice(s![k..=k, ..]).to_owned();
        gaussian(mean, mixture.covs()[k].clone())
    };
    let wide = |p: &Mixture| gaussian(array![[0.3, -0.4]], p.covs()[0].clone() * 4.0);
    vec![
        (f1.conditional, f1.unconditional),
        (gaussian(array![[1.0]], array![[0.5]]), gaussian(array![[-0.5]], array![[3.0]])),
        (part(&f7, 0), wide(&part(&f7, 0))),
        (part(&f7, 1), part(&f7, 2)),
        (part(&solid, 1), part(&solid, 0)),
    ]
}

#[test]
fn of_gaussians_it_is_the_score_of_the_diffused_tilt_at_every_level_and_gamma() {
    let mut checked = 0;
    for (c, u) in pairs() {
        for gamma in [-0.5, 0.5, 2.0, 3.0, 10.0] {
            let Some(tilt) = tilt(&c, &u, gamma) else { continue };
            for (process, level) in levels() {
                let far = tilt.noised(level);
                let sd = far.radius().max(level.sigma);
                let x = normals(12, c.dim()) * (1.5 * sd) + far.means().row(0);
                let exact = tilt.score(x.view(), level);
                let size = larger(
                    &lengths(&c.score(x.view(), level)),
                    &lengths(&u.score(x.view(), level)),
                ) * (1.0 + gamma.abs());
                let residual = |score: &dyn ScoreFn| {
                    row_residual(&score.score(x.view(), level), &exact, &size)
                };
                let place = format!("γ = {gamma}, {process} at σ/α = {:.2}", level.ratio());
                let found = residual(&characteristic(&c, &u, gamma));
                assert!(found < 1e-9, "{place}, d = {}: {found:.1e}", c.dim());
                let gamma = Gamma::new(gamma).unwrap();
                let twin = residual(&Guided { main: &c, guiding: &u, gamma });
                // ordinary guidance is the same where there is no noise, and where there is nothing else
                assert!(twin > 1e-9, "{place}: ordinary guidance passes with {twin:.1e}");
                checked += 1;
            }
        }
    }
    assert!(checked > 500, "{checked} cases");
}

#[test]
fn ordinary_guidance_is_off_by_up_to_its_own_size() {
    let f1 = cases::f1();
    let (c, u) = (&f1.conditional, &f1.unconditional);
    let tilt = tilt(c, u, 10.0).unwrap();
    let level = NoiseLevel::ve(1.0);
    let at = |score: &dyn ScoreFn| score.score(array![[1.0]].view(), level)[[0, 0]];
    let ordinary = at(&Guided { main: c, guiding: u, gamma: Gamma::new(10.0).unwrap() });
    // −γ/2 − (1 − γ)/3 = −2 beside −1/(1 + 2/11) = −.846
    assert!((ordinary + 2.0).abs() < 1e-12 && (at(&tilt) + 11.0 / 13.0).abs() < 1e-12);
    assert_law("F1", (at(&characteristic(c, u, 10.0)) + 11.0 / 13.0).abs(), 1.15, 1e-9);
}

#[test]
fn the_plain_iteration_diverges_where_this_one_ends_after_a_few() {
    let f1 = cases::f1();
    let (c, u, gamma) = (&f1.conditional, &f1.unconditional, 10.0);
    let level = NoiseLevel::ve(1.0);
    let solved = characteristic(c, u, gamma).solve(array![[2.0]].view(), level);
    assert!(solved.residual[0] < 1e-12 && solved.iterations <= 3, "{solved:?}");
    let (mut delta, mut left) = (0.0, 0.0);
    for _ in 0..30 {
        let d = |p: &Mixture, at: f64| p.denoised(array![[at]].view(), level)[[0, 0]];
        left = d(c, 2.0 + (gamma - 1.0) * delta) - d(u, 2.0 + gamma * delta);
        delta += left;
    }
    assert!(left.abs() > 10.0, "the twin has {left} left, of ⅓ at first");
}

/// The score of the diffused tilt of F2 by quadrature, at one point.
fn diffused_tilt(gamma: f64, x: f64, sigma: f64) -> f64 {
    let (f2, given) = (cases::f2(), cases::f2().given(0));
    let level = NoiseLevel::ve(0.0);
    let log = |x0: f64| {
        let at = array![[x0]];
        let tilt = gamma * given.log_density(at.view(), level)[0]
            + (1.0 - gamma) * f2.log_density(at.view(), level)[0];
        tilt - 0.5 * ((x - x0) / sigma).powi(2)
    };
    let middle = x.clamp(-6.0, 8.0);
    let top = log(1.5).max(log(middle));
    let weight = |x0: f64| (log(x0) - top).exp();
    let total = simpson(weight, -9.0, 11.0, 1_200);
    let mean = simpson(|x0| x0 * weight(x0), -9.0, 11.0, 1_200) / total;
    (mean - x) / (sigma * sigma)
}

#[test]
fn of_a_mixture_it_is_ten_times_nearer_than_ordinary_guidance_and_not_exact() {
    let (f2, given) = (cases::f2(), cases::f2().given(0));
    for gamma in [3.0, 10.0] {
        let mut sums = [0.0; 2];
        for sigma in [0.5, 1.0, 2.0, 4.0] {
            let level = NoiseLevel::ve(sigma);
            let x: Vec<f64> =
                (0..9).map(|i| 1.5 + sigma.hypot(0.8) * (i as f64 - 4.0) * 0.5).collect();
            let exact: Vec<f64> = x.iter().map(|x| diffused_tilt(gamma, *x, sigma)).collect();
            let x = Array2::from_shape_vec((9, 1), x).unwrap();
            let gamma = Gamma::new(gamma).unwrap();
            let near = characteristic(&given, &f2, gamma.value()).solve(x.view(), level);
            assert!(near.residual.iter().all(|r| *r < 1e-12), "σ = {sigma}: {:?}", near.residual);
            let ordinary = Guided { main: &given, guiding: &f2, gamma };
            let scores = [
                scorelab::score::score_of_denoised(x.view(), near.denoised, level),
                ordinary.score(x.view(), level),
            ];
            for (sum, score) in sums.iter_mut().zip(scores) {
                let squares = score.iter().zip(&exact).map(|(s, e)| (sigma * (s - e)).powi(2));
                *sum += squares.sum::<f64>();
            }
        }
        let times = (sums[1] / sums[0]).sqrt();
        assert!((10.0..100.0).contains(&times), "γ = {gamma}: {times} times nearer");
        assert!(sums[0].sqrt() > 1e-4, "γ = {gamma}: not exact, {}", sums[0].sqrt());
    }
}

#[test]
fn on_two_modes_of_one_width_the_equation_has_one_root() {
    let (f2, given) = (cases::f2(), cases::f2().given(0));
    for (gamma, sigma) in [(3.0, 0.3), (3.0, 1.0), (10.0, 1.0), (10.0, 5.0)] {
        let level = NoiseLevel::ve(sigma);
        for x in [-3.0, 0.0, 1.5, 6.0] {
            let left = |delta: f64| {
                let d = |p: &Mixture, at: f64| p.denoised(array![[at]].view(), level)[[0, 0]];
                d(&given, x + (gamma - 1.0) * delta) - d(&f2, x + gamma * delta)
            };
            let reach = 40.0 + 40.0 * sigma * sigma;
            let values: Vec<f64> =
                (0..=4_000).map(|i| left(reach * (i as f64 / 2_000.0 - 1.0))).collect();
            let roots = values.windows(2).filter(|v| v[0] * v[1] < 0.0).count();
            assert_eq!(roots, 1, "γ = {gamma}, σ = {sigma}, x = {x}");
        }
    }
}

#[test]
fn it_means_the_same_under_every_process() {
    let (f3, given) = (cases::f3(), cases::f3().given(0));
    let score = characteristic(&given, &f3, 4.0);
    for process in PROCESSES {
        let level = process.level(process.t_of_log_snr(0.0)); // σ/α = 1
        let x = normals(10, 2) * 2.0;
        let there = score.denoised((&x * level.alpha).view(), level);
        let here = score.denoised(x.view(), NoiseLevel::ve(1.0));
        let twin = score.denoised(x.view(), NoiseLevel::ve(1.01));
        let off = |d: &Array2<f64>| crate::common::max_abs(&(d - &here));
        assert_law(process.name(), off(&there), off(&twin), 1e-9);
    }
}
