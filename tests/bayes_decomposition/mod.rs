//! s_c = s_u + ∇ₓ log p(y | x_t): the identity that all of guidance rests on, seen from six sides.

use crate::common::assert_law;
use crate::common::{
    cases, gradient, larger, lengths, levels, max_abs, points, row_residual, width, worst,
};
use ndarray::{Array1, Array2, ArrayView2, Axis, array};
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::score::{Likelihood, ScoreFn};

/// |s_c − s_u − ∇log p(y|x)| relative to max(|s_c|, |s_u|), for a gradient that someone proposes (n, d).
fn bayes_residual(
    mixture: &Mixture,
    class: usize,
    x: &Array2<f64>,
    level: NoiseLevel,
    grad: &Array2<f64>,
) -> f64 {
    let s_u = mixture.score(x.view(), level);
    let s_c = mixture.given(class).score(x.view(), level);
    row_residual(&(&s_c - &s_u), grad, &larger(&lengths(&s_c), &lengths(&s_u)))
}

/// log P(j) + log p_t(x | j) of every class, from nothing but densities (n, classes).
fn class_logs(mixture: &Mixture, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
    let mut logs = Array2::zeros((x.nrows(), mixture.classes()));
    for (j, prior) in mixture.class_weights().into_iter().enumerate() {
        logs.column_mut(j).assign(&(mixture.given(j).log_density(x, level) + prior.ln()));
    }
    logs
}

/// log softmax of each row, of one column (n).
fn log_softmax(logs: &Array2<f64>, class: usize) -> Array1<f64> {
    logs.map_axis(Axis(1), |row| {
        let own = row[class];
        -row.iter().map(|l| (l - own).exp()).sum::<f64>().ln()
    })
}

/// The derivative of log softmax by the chain rule: ∇ℓ_y − Σ_j q_j·∇ℓ_j, with ∇ℓ_j the score of class j (n, d).
fn softmax_gradient(
    mixture: &Mixture,
    class: usize,
    x: &Array2<f64>,
    level: NoiseLevel,
) -> Array2<f64> {
    let logs = class_logs(mixture, x.view(), level);
    let mut grad = mixture.given(class).score(x.view(), level);
    for j in 0..mixture.classes() {
        let q = log_softmax(&logs, j).exp().insert_axis(Axis(1));
        grad -= &(mixture.given(j).score(x.view(), level) * q);
    }
    grad
}

/// Runs `check` on every mixture, class, process and level, with points up to `reach` widths away.
fn everywhere(reach: f64, check: impl Fn(&str, &Mixture, usize, &Array2<f64>, NoiseLevel)) {
    for (name, mixture) in cases::labelled() {
        for (process, level) in levels() {
            let x = points(&mixture, level, 40, reach);
            for class in 0..mixture.classes() {
                let place =
                    format!("{name}, class {class}, {process} at σ/α = {:.2}", level.ratio());
                check(&place, &mixture, class, &x, level);
            }
        }
    }
}

#[test]
fn the_conditional_score_is_the_unconditional_one_plus_the_classifiers_gradient() {
    everywhere(20.0, |place, mixture, class, x, level| {
        let grad = mixture.posterior(class).grad_log_likelihood(x.view(), level);
        let residual = |grad: &Array2<f64>| bayes_residual(mixture, class, x, level, grad);
        assert_law(place, residual(&grad), residual(&(&grad * 1.001)), 1e-12);
        assert_law(place, residual(&grad), residual(&-grad), 1e-12);
    });
}

#[test]
fn an_independent_softmax_derivative_gives_the_same_difference_of_scores() {
    everywhere(20.0, |place, mixture, class, x, level| {
        let grad = softmax_gradient(mixture, class, x, level);
        let residual = |grad: &Array2<f64>| bayes_residual(mixture, class, x, level, grad);
        assert_law(place, residual(&grad), residual(&(grad * 1.001)), 1e-12);
    });
}

#[test]
fn central_differences_of_the_log_posterior_give_the_same_difference_of_scores() {
    everywhere(20.0, |place, mixture, class, x, level| {
        let w = width(mixture, level);
        let log_posterior = |x: ArrayView2<f64>| log_softmax(&class_logs(mixture, x, level), class);
        let numeric = gradient(log_posterior, x, 1e-5 * w);
        let s_u = mixture.score(x.view(), level);
        let delta = mixture.given(class).score(x.view(), level) - s_u;
        let scale = lengths(&delta).mapv(|l| l.max(1e-3 / w));
        let residual = |delta: &Array2<f64>| row_residual(delta, &numeric, &scale);
        assert_law(place, residual(&delta), residual(&(&delta * 1.001)), 1e-6);
    });
}

#[test]
fn with_equal_covariances_the_classifier_is_a_linear_softmax() {
    // ∇log p(y|x) = (α/c)·(μ_y − Σ_j q_j·μ_j) with c = α²·sd² + σ²: no score and no density is asked
    let (mixture, sd) = (cases::f3(), 0.6);
    for (process, level) in levels() {
        let x = points(&mixture, level, 40, 20.0);
        let c = (level.alpha * sd).powi(2) + level.sigma.powi(2);
        let linear = x.dot(&mixture.means().t()) * (level.alpha / c); // equal priors, equal |μ_j|
        for class in 0..3 {
            let mut mean = Array2::zeros(x.raw_dim());
            for j in 0..3 {
                let q = log_softmax(&linear, j).exp().insert_axis(Axis(1));
                mean += &(&q * &mixture.means().row(j));
            }
            let grad = (&mixture.means().row(class) - &mean) * (level.alpha / c);
            let residual = |grad: &Array2<f64>| bayes_residual(&mixture, class, &x, level, grad);
            assert_law(process, residual(&grad), residual(&(&grad * 1.001)), 1e-12);
        }
    }
}

#[test]
fn the_unconditional_score_is_the_posterior_mean_of_the_conditional_ones() {
    for (name, mixture) in cases::labelled() {
        for (process, level) in levels() {
            let x = points(&mixture, level, 40, 20.0);
            let s_u = mixture.score(x.view(), level);
            let scores: Vec<_> =
                (0..mixture.classes()).map(|j| mixture.given(j).score(x.view(), level)).collect();
            let residual = |p: &Array2<f64>| {
                let (mut mean, mut scale) = (Array2::zeros(x.raw_dim()), lengths(&s_u));
                for (j, s) in scores.iter().enumerate() {
                    let term = s * &p.column(j).insert_axis(Axis(1));
                    scale = larger(&scale, &lengths(&term));
                    mean += &term;
                }
                row_residual(&s_u, &mean, &scale)
            };
            let posterior = mixture.class_probabilities(x.view(), level);
            let prior = Array1::from(mixture.class_weights());
            let prior = prior.broadcast(posterior.dim()).unwrap().to_owned();
            let place = format!("{name}, {process} at σ/α = {:.2}", level.ratio());
            assert_law(&place, residual(&posterior), residual(&prior), 1e-13);
        }
    }
}

#[test]
fn the_classifiers_gradients_average_to_zero_over_the_classes() {
    for (name, mixture) in cases::labelled() {
        for (process, level) in levels() {
            let x = points(&mixture, level, 40, 20.0);
            let grads: Vec<_> = (0..mixture.classes())
                .map(|j| mixture.posterior(j).grad_log_likelihood(x.view(), level))
                .collect();
            let residual = |p: &Array2<f64>| {
                let mut sum = Array2::<f64>::zeros(x.raw_dim());
                let mut size = Array1::<f64>::zeros(x.nrows());
                for (j, g) in grads.iter().enumerate() {
                    let p = p.column(j);
                    sum += &(g * &p.insert_axis(Axis(1)));
                    size = larger(&size, &lengths(g));
                }
                max_abs(&(lengths(&sum) / size))
            };
            let posterior = mixture.class_probabilities(x.view(), level);
            let prior = Array1::from(mixture.class_weights());
            let prior = prior.broadcast(posterior.dim()).unwrap().to_owned();
            let place = format!("{name}, {process} at σ/α = {:.2}", level.ratio());
            assert_law(&place, residual(&posterior), residual(&prior), 1e-12);
        }
    }
}

#[test]
fn the_prior_of_a_class_has_no_gradient() {
    // Another P(y) is another classifier and another p(x), and leaves p(x|y) alone.
    let even = cases::f3();
    let uneven =
        Mixture::isotropic(vec![7.0, 2.0, 1.0], even.means().to_owned(), &[0.6; 3], vec![0, 1, 2])
            .unwrap();
    for (process, level) in levels() {
        let x = points(&even, level, 40, 20.0);
        for class in 0..3 {
            let s_c = even.given(class).score(x.view(), level);
            assert_eq!(s_c, uneven.given(class).score(x.view(), level));
            let grad = |m: &Mixture| m.posterior(class).grad_log_likelihood(x.view(), level);
            let residual = |grad: Array2<f64>| bayes_residual(&uneven, class, &x, level, &grad);
            assert_law(process, residual(grad(&uneven)), residual(grad(&even)), 1e-12);
        }
    }
}

#[test]
fn a_thousand_units_away_everything_is_finite_where_ratios_of_densities_are_not() {
    for (name, mixture) in cases::labelled() {
        let far = Array2::from_shape_fn((2, mixture.dim()), |(row, _)| [1e3, -1e3][row]);
        for (process, level) in levels() {
            for class in 0..mixture.classes() {
                let posterior = mixture.posterior(class);
                let given = mixture.given(class);
                let finite = [
                    worst(mixture.score(far.view(), level)),
                    worst(given.score(far.view(), level)),
                    worst(posterior.grad_log_likelihood(far.view(), level)),
                    worst(posterior.log_likelihood(far.view(), level)),
                    worst(mixture.log_density(far.view(), level)),
                ];
                assert!(
                    finite.iter().all(|v| v.is_finite()),
                    "{name}, {process} at {level:?}: {finite:?}"
                );
                // the logs of densities are rounded at ε·|log p|, and the responsibilities with them
                let rounding =
                    4.0 * f64::EPSILON * max_abs(&mixture.log_density(far.view(), level));
                let grad = posterior.grad_log_likelihood(far.view(), level);
                let residual = bayes_residual(&mixture, class, &far, level, &grad);
                assert!(
                    residual < rounding.max(1e-12),
                    "{name}, {process} at {level:?}: {residual:.1e}"
                );
            }
        }
    }
    let (mixture, level) = (cases::f2(), NoiseLevel::ve(1.0));
    let density = |m: &Mixture| m.log_density(array![[1e3]].view(), level).exp()[0];
    assert!((density(&mixture.given(0)) / density(&mixture)).is_nan(), "the twin: 0/0");
}
