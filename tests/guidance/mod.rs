//! Guidance as arithmetic: one map in every parametrisation, its degenerate cases, and a classifier that saw no noise.

mod clean_classifier;
mod combined;
mod methods;
mod owned;

use crate::common::{assert_law, cases, larger, lengths, levels, points, row_residual};
use ndarray::{Array2, ArrayView2};
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled, Guided};
use scorelab::mixture::{Mixture, Posterior};
use scorelab::noise::NoiseLevel;
use scorelab::score::{Counted, Likelihood, ScoreFn, eps};

fn gamma(value: f64) -> Gamma {
    Gamma::new(value).unwrap()
}

/// Every mixture and level: (place, mixture, its class 0, points, level).
fn everywhere(check: impl Fn(&str, &Mixture, &Mixture, &Array2<f64>, NoiseLevel)) {
    for (name, mixture) in cases::labelled() {
        for (process, level) in levels() {
            let place = format!("{name}, {process} at σ/α = {:.2}", level.ratio());
            let x = points(&mixture, level, 20, 10.0);
            check(&place, &mixture, &mixture.given(0), &x, level);
        }
    }
}

/// What a network may be trained to answer.
type Parametrisation = fn(&dyn ScoreFn, ArrayView2<f64>, NoiseLevel) -> Array2<f64>;

/// ε, x₀ and v = α·ε − σ·x₀ of a score.
const SPACES: [(&str, Parametrisation); 3] = [
    ("eps", |s, x, level| eps(s, x, level)),
    ("x0", |s, x, level| s.denoised(x, level)),
    ("v", |s, x, l| eps(s, x, l) * l.alpha - s.denoised(x, l) * l.sigma),
];

#[test]
fn guidance_is_the_same_map_in_score_eps_x0_and_v_space() {
    everywhere(|place, mixture, given, x, level| {
        for g in [-1.0, 0.5, 3.0, 10.0] {
            let guided = Guided { main: given, guiding: mixture, gamma: gamma(g) };
            for (space, answer) in SPACES {
                let of = |s: &dyn ScoreFn| answer(s, x.view(), level);
                let (u, c, mapped) = (of(mixture), of(given), of(&guided));
                // D is x/α plus a correction, so it is rounded at the size of x/α
                let size = larger(&lengths(&u), &lengths(&c)) + lengths(x) / level.alpha;
                let residual = |of_u: f64, of_c: f64| {
                    row_residual(&(&u * of_u + &c * of_c), &mapped, &(&size * (1.0 + g.abs())))
                };
                let place = format!("{place}, {space}, γ = {g}");
                // the twin's coefficients still sum to one; the next one's do not
                assert_law(&place, residual(1.0 - g, g), residual(1.0 - 1.1 * g, 1.1 * g), 1e-12);
                assert_law(&place, residual(1.0 - g, g), residual(1.0, g), 1e-12);
            }
        }
    });
}

#[test]
fn guidance_at_gamma_zero_and_one_is_the_unconditional_and_the_conditional_score_bit_for_bit() {
    everywhere(|_, mixture, given, x, level| {
        let (u, c) = (Counted::new(mixture), Counted::new(given));
        let at = |g: f64| Guided { main: &c, guiding: &u, gamma: gamma(g) }.score(x.view(), level);
        assert_eq!(at(0.0), mixture.score(x.view(), level));
        assert_eq!((u.points(), c.points()), (20, 0), "γ = 0 costs one score");
        assert_eq!(at(1.0), given.score(x.view(), level));
        assert_eq!((u.points(), c.points()), (20, 20), "γ = 1 costs one score");
        assert_ne!(at(1.001), given.score(x.view(), level));
        assert_eq!((u.points(), c.points()), (40, 40));
    });
}

#[test]
fn classifier_guidance_at_gamma_zero_is_the_score_and_asks_no_classifier() {
    everywhere(|_, mixture, _, x, level| {
        let likelihood = Counted::new(mixture.posterior(0));
        let at = |g: f64| {
            let guided =
                ClassifierGuided { score: mixture, likelihood: &likelihood, gamma: gamma(g) };
            guided.score(x.view(), level)
        };
        assert_eq!(at(0.0), mixture.score(x.view(), level));
        assert_eq!(likelihood.points(), 0);
        assert_ne!(at(0.001), mixture.score(x.view(), level));
    });
}

#[test]
fn classifier_guidance_and_classifier_free_guidance_are_one_field_when_both_are_exact() {
    everywhere(|place, mixture, given, x, level| {
        let posterior = mixture.posterior(0);
        let score = |g: f64| {
            let guided =
                ClassifierGuided { score: mixture, likelihood: &posterior, gamma: gamma(g) };
            guided.score(x.view(), level)
        };
        let free =
            Guided { main: given, guiding: mixture, gamma: gamma(3.0) }.score(x.view(), level);
        let size = larger(
            &lengths(&mixture.score(x.view(), level)),
            &lengths(&given.score(x.view(), level)),
        );
        let residual = |g: f64| row_residual(&score(g), &free, &size);
        // the twin is Ho & Salimans' w = γ − 1 read as γ
        assert_law(place, residual(3.0), residual(2.0), 1e-11);
    });
}

#[test]
fn the_conventions_of_gamma_enter_by_name() {
    assert_eq!(Gamma::from_ho_salimans(2.0).unwrap(), gamma(3.0));
    assert_eq!(Gamma::from_ho_salimans(0.0).unwrap().value(), 1.0);
    assert_eq!(Gamma::from_guidance_scale(7.5).unwrap(), gamma(7.5));
    assert_ne!(Gamma::from_ho_salimans(2.0).unwrap(), Gamma::from_guidance_scale(2.0).unwrap());
    assert!([f64::NAN, f64::INFINITY].iter().all(|g| Gamma::new(*g).is_err()));
}

#[test]
fn gamma_one_over_c_undoes_a_gradient_scaled_by_c_exactly() {
    let c = 0.25; // a power of two, so "exactly" is to the bit
    everywhere(|_, mixture, _, x, level| {
        let posterior = mixture.posterior(0);
        let weak = GradientScaled { likelihood: &posterior, scale: c };
        let cooled = Posterior { temperature: 1.0 / c, ..posterior.clone() };
        let score = |likelihood: &dyn Likelihood, g: f64| {
            ClassifierGuided { score: mixture, likelihood, gamma: gamma(g) }.score(x.view(), level)
        };
        let true_conditional = score(&posterior, 1.0);
        assert_eq!(score(&weak, 1.0 / c), true_conditional);
        assert_ne!(score(&weak, 1.0), true_conditional);
        assert_ne!(score(&cooled, 1.0 / c), true_conditional, "a temperature is another field");
    });
}

#[test]
fn a_gradient_scale_of_one_and_a_temperature_of_one_change_nothing() {
    everywhere(|_, mixture, _, x, level| {
        let posterior = mixture.posterior(0);
        let grad = posterior.grad_log_likelihood(x.view(), level);
        let log = posterior.log_likelihood(x.view(), level);
        let same = GradientScaled { likelihood: &posterior, scale: 1.0 };
        assert_eq!(same.grad_log_likelihood(x.view(), level), grad);
        assert_eq!(same.log_likelihood(x.view(), level), log);
        let warm = Posterior { temperature: 2.0, ..posterior.clone() };
        assert_ne!(warm.grad_log_likelihood(x.view(), level), grad);
    });
}

#[test]
fn no_guidance_scale_undoes_a_temperature() {
    // over four classes the best single factor leaves a good part of the field unexplained
    let (mixture, level) = (cases::animals(), NoiseLevel::ve(2.0));
    let x = points(&mixture, level, 200, 2.0);
    let posterior = mixture.posterior(0);
    let grad = posterior.grad_log_likelihood(x.view(), level);
    let unexplained = |other: Array2<f64>| {
        let factor = (&grad * &other).sum() / (&other * &other).sum(); // least squares
        let rest = &grad - &(other * factor);
        ((&rest * &rest).sum() / (&grad * &grad).sum()).sqrt()
    };
    let scaled = GradientScaled { likelihood: &posterior, scale: 0.2 };
    let warm = Posterior { temperature: 5.0, ..posterior.clone() };
    assert_law(
        "one factor",
        unexplained(scaled.grad_log_likelihood(x.view(), level)),
        unexplained(warm.grad_log_likelihood(x.view(), level)),
        1e-12,
    );
    assert!(unexplained(warm.grad_log_likelihood(x.view(), level)) > 0.1);
}
