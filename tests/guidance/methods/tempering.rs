//! A rescaled score is that of a narrower Gaussian; a score times a constant is that of nothing.

use super::observing::{moments, normal};
use super::*;
use crate::common::{PROCESSES, assert_law, levels, normals, row_residual};
use ndarray::{ArrayView2, array};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

/// The rescaled score of one Gaussian, at whatever γ.
fn rescaled(gaussian: &Mixture, k: f64, width: f64) -> Score {
    let score: Score = Arc::new(gaussian.clone());
    let parts =
        Parts { unconditional: Some(score.clone()), conditional: Some(score), ..Parts::default() };
    let method = named("temporal-rescaling");
    let knobs = Knobs::defaults(method.about()).with("k", k).unwrap().with("width", width).unwrap();
    build(method, &parts, &knobs).unwrap().score().unwrap().clone()
}

#[test]
fn of_a_gaussian_it_is_the_score_of_one_with_a_kth_of_the_variance_at_every_level() {
    let of = |sd: f64| Mixture::isotropic(vec![1.0], array![[0.7, -1.2]], &[sd], vec![0]).unwrap();
    assert!(levels().len() >= PROCESSES.len());
    for k in [0.5, 2.0, 10.0] {
        for (process, level) in levels() {
            let (sd, narrow) = (0.8, of(0.8 / f64::sqrt(k)));
            let x = normals(30, 2) * level.alpha.hypot(level.sigma);
            let exact = narrow.score(x.view(), level);
            let size = crate::common::lengths(&exact);
            let off = |width: f64| {
                row_residual(&rescaled(&of(sd), k, width).score(x.view(), level), &exact, &size)
            };
            let (found, twin) = (off(sd), off(1.01 * sd));
            assert!(found < 1e-9, "k = {k}, {process}, {level:?}: {found:.1e}");
            // where there is much more noise than data no width is seen
            assert!(
                twin > found || level.ratio() > 20.0,
                "k = {k}, {process}, {level:?}: {twin:.1e}"
            );
        }
        let (x, level) = (normals(30, 2), NoiseLevel::ve(0.5));
        let exact = of(0.8 / k.sqrt()).score(x.view(), level);
        let off = |width: f64| {
            crate::common::max_abs(&(rescaled(&of(0.8), k, width).score(x.view(), level) - &exact))
        };
        assert_law(&format!("k = {k}"), off(0.8), off(0.801), 1e-12);
    }
}

/// A score times a constant.
struct Times(f64);

impl ScoreFn for Times {
    fn dim(&self) -> usize {
        1
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        normal(1.0).score(x, level) * self.0
    }
}

#[test]
fn a_constant_factor_is_no_temperature() {
    let walk = (4_000, 80.0);
    for beta in [1.5f64, 2.0, 4.0] {
        let (_, sde) = moments(&Times(beta), 1.0, walk);
        let (_, ode) = moments(&Times(beta), 0.0, walk);
        let off = |found: f64, answer: f64| (found / answer - 1.0).abs();
        assert_law(
            &format!("SDE, β = {beta}"),
            off(sde, 1.0 / (2.0 * beta - 1.0)),
            off(sde, 1.0 / beta),
            0.01,
        );
        let answer = 80f64.powf(2.0 * (1.0 - beta));
        assert_law(&format!("ODE, β = {beta}"), off(ode, answer), off(ode, 1.0 / beta), 0.1);
        // what is rescaled by level is the tempered law, by either
        for eta in [0.0, 1.0] {
            let (_, found) = moments(&rescaled(&normal(1.0), beta, 1.0), eta, walk);
            let twin = moments(&rescaled(&normal(1.0), 1.05 * beta, 1.0), eta, walk).1;
            assert_law(
                &format!("rescaled, β = {beta}"),
                off(found, 1.0 / beta),
                off(twin, 1.0 / beta),
                0.01,
            );
        }
    }
}
