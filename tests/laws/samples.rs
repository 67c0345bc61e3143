//! Samples against the moments on paper: |mean − μ| < 5·s/√n at fixed seeds.

use crate::common::{cases, levels, normals, points};
use approx::{assert_abs_diff_eq, assert_relative_eq};
use ndarray::{Array1, Array2, Axis};
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;

const N: usize = 20_000;

/// |mean − μ| in units of its standard error s/√n.
fn errors_off(values: &Array1<f64>, mu: f64) -> f64 {
    (values.mean().unwrap() - mu).abs() / (values.std(1.0) / (values.len() as f64).sqrt())
}

/// A statistic agrees with `mu` within five standard errors, and does not agree with `twin`.
#[track_caller]
fn assert_mean(what: &str, values: &Array1<f64>, mu: f64, twin: f64) {
    let (truth, wrong) = (errors_off(values, mu), errors_off(values, twin));
    assert!(truth < 5.0, "{what}: {truth:.1} standard errors off {mu}");
    assert!(wrong > 5.0, "{what}: the wrong {twin} passes with {wrong:.1} standard errors");
}

/// E[x₀x₀ᵀ] of a mixture (d, d).
fn second_moment(mixture: &Mixture) -> Array2<f64> {
    let mut out = Array2::zeros((mixture.dim(), mixture.dim()));
    for ((w, mean), cov) in
        mixture.weights().iter().zip(mixture.means().outer_iter()).zip(mixture.covs())
    {
        out += &(cov * *w);
        out.indexed_iter_mut().for_each(|((i, j), v)| *v += w * mean[i] * mean[j]);
    }
    out
}

#[test]
fn samples_have_the_moments_of_the_mixture() {
    for (name, mixture) in cases::labelled() {
        let data = mixture.sample(N, 3, Purpose::Data);
        let (mean, square) = (mixture.mean(), second_moment(&mixture));
        for i in 0..mixture.dim() {
            let column = data.x.column(i).to_owned();
            assert_mean(name, &column, mean[i], mean[i] + 0.2);
            for j in 0..=i {
                let products = &column * &data.x.column(j);
                assert_mean(name, &products, square[[i, j]], square[[i, j]] + 0.2 * square[[i, i]]);
            }
        }
        assert_relative_eq!(
            mixture.radius().powi(2) * mixture.dim() as f64,
            square.diag().sum(),
            max_relative = 1e-12
        );
        for (class, prior) in mixture.class_weights().into_iter().enumerate() {
            let own: Array1<f64> = data.y.iter().map(|y| f64::from(*y == class)).collect();
            assert_mean(name, &own, prior, prior + 0.05);
        }
    }
}

#[test]
fn the_samples_of_a_class_are_distributed_as_the_mixture_given_it() {
    for (name, mixture) in cases::labelled() {
        let data = mixture.sample(N, 4, Purpose::Data);
        for class in 0..mixture.classes() {
            let rows: Vec<usize> = (0..N).filter(|i| data.y[*i] == class).collect();
            let x = data.x.select(Axis(0), &rows);
            let given = mixture.given(class);
            let (mean, square) = (given.mean(), second_moment(&given));
            for i in 0..mixture.dim() {
                let column = x.column(i).to_owned();
                assert_mean(name, &column, mean[i], mean[i] + 0.2);
                assert_mean(name, &(&column * &column), square[[i, i]], square[[i, i]] * 1.2);
            }
        }
    }
}

#[test]
fn given_a_class_is_its_own_components_with_weights_that_sum_to_one() {
    let mixture = cases::solid();
    let given = mixture.given(0);
    assert_eq!((given.classes(), given.labels()), (1, [0, 0].as_slice()));
    assert_relative_eq!(given.weights()[0], 0.4 / 0.65, max_relative = 1e-15);
    assert_eq!(given.means().row(1), mixture.means().row(2));
    assert_eq!(given.covs()[1], mixture.covs()[2]);
    // Σ_y P(y)·p(x|y) = p(x), at any noise
    for (_, level) in levels() {
        let x = points(&mixture, level, 20, 5.0);
        let sum = (0..2).fold(Array1::zeros(20), |sum: Array1<f64>, y| {
            sum + mixture.given(y).log_density(x.view(), level).exp() * mixture.class_weights()[y]
        });
        assert_abs_diff_eq!(sum.ln(), mixture.log_density(x.view(), level), epsilon = 1e-11);
    }
}

/// How far the points are from p_t by Stein's identities E[s] = 0 and E[x·s] = −d, in standard errors.
fn stein(mixture: &Mixture, x: &Array2<f64>, level: NoiseLevel) -> f64 {
    let s = mixture.score(x.view(), level);
    let off = (x * &s).sum_axis(Axis(1));
    errors_off(&s.column(0).to_owned(), 0.0).max(errors_off(&off, -(mixture.dim() as f64)))
}

#[test]
fn noised_samples_follow_the_noised_mixture() {
    // x_t = α·x₀ + σ·ε has mean α·μ and obeys Stein's identities under p_t and under no other density, whether the data are
    // made noisy or the mixture is
    let n = 5_000;
    for (name, mixture) in cases::labelled() {
        let data = mixture.sample(n, 6, Purpose::Data);
        for (process, level) in
            levels().into_iter().filter(|(_, l)| (0.1..10.0).contains(&l.ratio()))
        {
            let noised = mixture.noised(level).sample(n, 6, Purpose::Reference);
            let x = &data.x * level.alpha + normals(n, mixture.dim()) * level.sigma;
            for (whose, x) in [("points", x), ("mixture", noised.x)] {
                let place = format!("{name}, {process} at σ/α = {:.2}, {whose}", level.ratio());
                let mean = mixture.mean()[0] * level.alpha;
                let spread = 0.2 * (level.alpha * mixture.radius() + level.sigma);
                assert_mean(&place, &x.column(0).to_owned(), mean, mean + spread);
                let wrong = NoiseLevel { alpha: level.alpha * 1.2, sigma: level.sigma * 1.2 };
                let (truth, twin) = (stein(&mixture, &x, level), stein(&mixture, &x, wrong));
                assert!(
                    truth < 5.0 && twin > 5.0,
                    "{place}: {truth:.1} standard errors, the twin {twin:.1}"
                );
            }
        }
    }
}
