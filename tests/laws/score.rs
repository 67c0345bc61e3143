//! One harness over everything that has a log density: its score is the gradient of that.

use crate::common::{
    Scaled, assert_law, cases, gradient, lengths, levels, max_abs, points, row_residual, width,
    worst,
};
use ndarray::{Array1, Array2, ArrayView2, Axis, array};
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled, Guided};
use scorelab::mixture::{Empirical, Mixture, Posterior};
use scorelab::noise::NoiseLevel;
use scorelab::score::{Likelihood, ScoreFn};

/// The score against central differences of `log_density`, relative to max(|s|, 1/w) with w the local length.
fn check_score(
    score: &dyn ScoreFn,
    log_density: impl Fn(ArrayView2<f64>) -> Array1<f64>,
    x: &Array2<f64>,
    level: NoiseLevel,
    w: f64,
) -> f64 {
    let s = score.score(x.view(), level);
    let scale = lengths(&s).mapv(|l| l.max(1.0 / w));
    row_residual(&s, &gradient(log_density, x, 1e-5 * w), &scale)
}

/// [`check_score`] on a score and on the same × 1.001.
fn assert_score(
    place: &str,
    score: &dyn ScoreFn,
    log_density: impl Fn(ArrayView2<f64>) -> Array1<f64>,
    x: &Array2<f64>,
    level: NoiseLevel,
    w: f64,
) {
    let residual = |score: &dyn ScoreFn| check_score(score, &log_density, x, level, w);
    assert_law(place, residual(score), residual(&Scaled(score, 1.001)), 1e-6);
}

/// Every mixture and level, with points up to 10 widths away.
fn everywhere(check: impl Fn(&str, &Mixture, &Array2<f64>, NoiseLevel, f64)) {
    for (name, mixture) in cases::labelled() {
        for (process, level) in levels() {
            let x = points(&mixture, level, 20, 10.0);
            let place = format!("{name}, {process} at σ/α = {:.2}", level.ratio());
            check(&place, &mixture, &x, level, width(&mixture, level));
        }
    }
}

#[test]
fn a_mixtures_score_is_the_gradient_of_its_log_density() {
    everywhere(|place, mixture, x, level, w| {
        assert_score(place, mixture, |x| mixture.log_density(x, level), x, level, w);
    });
}

#[test]
fn a_guided_score_is_the_gradient_of_the_guided_log_density() {
    for gamma in [-1.0, 0.0, 0.5, 1.0, 3.0] {
        everywhere(|place, mixture, x, level, w| {
            let given = mixture.given(1);
            let guided =
                Guided { main: &given, guiding: mixture, gamma: Gamma::new(gamma).unwrap() };
            let log_density = |x: ArrayView2<f64>| {
                (1.0 - gamma) * mixture.log_density(x, level) + gamma * given.log_density(x, level)
            };
            assert_score(place, &guided, log_density, x, level, w);
        });
    }
}

#[test]
fn a_classifier_guided_score_is_the_gradient_of_log_p_plus_gamma_times_the_log_posterior() {
    everywhere(|place, mixture, x, level, w| {
        let gamma = 3.0;
        for (temperature, scale) in [(1.0, 1.0), (1.0, 0.2), (5.0, 1.0)] {
            let posterior = Posterior { temperature, ..mixture.posterior(0) };
            let scaled = GradientScaled { likelihood: &posterior, scale };
            let guided = ClassifierGuided {
                score: mixture,
                likelihood: &scaled,
                gamma: Gamma::new(gamma).unwrap(),
            };
            let log_density = |x: ArrayView2<f64>| {
                mixture.log_density(x, level) + gamma * scaled.log_likelihood(x, level)
            };
            assert_score(place, &guided, log_density, x, level, w);
        }
    });
}

#[test]
fn a_data_sets_score_is_the_gradient_of_its_log_density() {
    let data = cases::f7().sample(50, 1, scorelab::rng::Purpose::Data).x;
    let empirical = Empirical::new(data).unwrap();
    for (process, level) in levels().into_iter().filter(|(_, l)| l.ratio() >= 0.1) {
        let x = points(&cases::f7(), level, 20, 3.0);
        let log_density = |x: ArrayView2<f64>| empirical.log_density(x, level);
        assert_score(process, &empirical, log_density, &x, level, level.sigma);
    }
}

#[test]
fn one_gaussian_has_a_linear_score() {
    let cov = array![[0.3, 0.1, 0.0], [0.1, 0.2, -0.05], [0.0, -0.05, 0.4]];
    let mean = array![[1.0, -2.0, 0.5]];
    let gaussian = Mixture::new(vec![1.0], mean.clone(), vec![cov.clone()], vec![0]).unwrap();
    for (process, level) in levels() {
        let x = points(&gaussian, level, 20, 10.0);
        let noised = &cov * level.alpha.powi(2) + Array2::<f64>::eye(3) * level.sigma.powi(2);
        let away = &x - &(&mean * level.alpha);
        // C·s = −(x − α·μ), so that no inverse is needed
        let residual = |score: &dyn ScoreFn| {
            let back = score.score(x.view(), level).dot(&noised);
            row_residual(&back, &-&away, &lengths(&away).mapv(|l| l.max(1.0)))
        };
        assert_law(process, residual(&gaussian), residual(&Scaled(&gaussian, 1.001)), 1e-12);
    }
}

#[test]
fn a_level_for_each_point_gives_the_score_of_each_point_at_its_level() {
    for (name, mixture) in cases::labelled() {
        for (process, level) in levels() {
            let x = points(&mixture, level, 20, 10.0);
            let mixed: Vec<NoiseLevel> = (0..x.nrows())
                .map(|i| NoiseLevel { sigma: level.sigma * (1.0 + 0.1 * i as f64), ..level })
                .collect();
            let each = mixture.score_each(x.view(), &mixed);
            let residual = |scale: f64| {
                let rows =
                    x.outer_iter().zip(&mixed).zip(each.outer_iter()).map(|((x, at), own)| {
                        let at = NoiseLevel { sigma: at.sigma * scale, ..*at };
                        let alone = mixture.score(x.insert_axis(Axis(0)), at);
                        max_abs(&(&alone.row(0) - &own)) / max_abs(&alone)
                    });
                worst(rows)
            };
            let place = format!("{name}, {process} at σ/α = {:.2}", level.ratio());
            assert_law(&place, residual(1.0), residual(1.01), 1e-11);
        }
    }
}
