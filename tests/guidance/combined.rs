//! γ over the noise level, and several scores in one: what they are in their degenerate cases.

use super::{everywhere, gamma};
use crate::common::{
    assert_law, cases, gradient, larger, lengths, levels, max_abs, points, row_residual, width,
};
use ndarray::{Array1, ArrayView2};
use scorelab::guidance::{AnyOf, Composed, Guided, Scheduled, Sum};
use scorelab::mixture::{Empirical, Mixture};
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::score::{Counted, LogDensity, ScoreFn};

#[test]
fn a_constant_schedule_is_guided_bit_for_bit() {
    everywhere(|place, mixture, given, x, level| {
        for g in [-1.0, 0.0, 1.0, 3.0] {
            let plain = Guided { main: given, guiding: mixture, gamma: gamma(g) };
            let of = |schedule: &(dyn Fn(f64) -> f64 + Sync + Send)| {
                let scheduled = Scheduled { main: given, guiding: mixture, gamma: schedule };
                scheduled.score(x.view(), level)
            };
            assert_eq!(of(&|_| g), plain.score(x.view(), level), "{place}, γ = {g}");
            // the twin is off at this level alone
            let twin = |ratio: f64| if ratio == level.ratio() { g + 0.5 } else { g };
            assert_ne!(of(&twin), plain.score(x.view(), level), "{place}, γ = {g}");
        }
    });
}

#[test]
fn one_term_is_guided_and_no_terms_are_the_base() {
    everywhere(|place, mixture, given, x, level| {
        let base = mixture.score(x.view(), level);
        let size = larger(&lengths(&base), &lengths(&given.score(x.view(), level)));
        for g in [-1.0, 0.5, 1.0, 3.0] {
            let plain =
                Guided { main: given, guiding: mixture, gamma: gamma(g) }.score(x.view(), level);
            let of = |w: f64| Composed { base: mixture, terms: vec![(w, given)] };
            let residual = |w: f64| {
                let scale = &size * (1.0 + g.abs());
                row_residual(&of(w).score(x.view(), level), &plain, &scale)
            };
            assert_law(&format!("{place}, γ = {g}"), residual(g), residual(1.01 * g), 1e-13);
        }
        let none = Composed { base: mixture, terms: Vec::<(f64, &Mixture)>::new() };
        assert_eq!(none.score(x.view(), level), base, "{place}");
        let asked = Counted::new(given);
        let zero = Composed { base: mixture, terms: vec![(0.0, &asked)] };
        assert_eq!(zero.score(x.view(), level), base, "{place}");
        assert_eq!(asked.points(), 0, "a weight of 0 asks nothing");
    });
}

#[test]
fn without_noise_a_composition_is_the_score_of_the_product_of_powers() {
    let mixture = cases::f3();
    let level = NoiseLevel::ve(0.0);
    let (a, b) = (mixture.given(0), mixture.given(1));
    let x = points(&mixture, level, 40, 3.0);
    for (u, v) in [(1.0, 1.0), (2.0, -0.5), (-1.0, -1.0)] {
        let composed = Composed { base: &mixture, terms: vec![(u, &a), (v, &b)] };
        let log = |rest: f64| {
            let (mixture, a, b) = (&mixture, &a, &b);
            move |x: ArrayView2<f64>| -> Array1<f64> {
                mixture.log_density(x, level) * rest
                    + a.log_density(x, level) * u
                    + b.log_density(x, level) * v
            }
        };
        let s = composed.score(x.view(), level);
        let residual = |rest: f64| {
            let differences = gradient(log(rest), &x, 1e-5 * width(&mixture, level));
            row_residual(&s, &differences, &(lengths(&s) + 1.0))
        };
        // the twin forgets that the weights must sum to one
        assert_law(&format!("weights {u}, {v}"), residual(1.0 - u - v), residual(1.0), 1e-6);
    }
}

#[test]
fn a_sum_with_the_weights_of_guidance_is_guided() {
    everywhere(|place, mixture, given, x, level| {
        let asked = Counted::new(mixture);
        let sum = |u: f64, c: f64| Sum { terms: vec![(u, &asked as &dyn ScoreFn), (c, given)] };
        let size = larger(
            &lengths(&mixture.score(x.view(), level)),
            &lengths(&given.score(x.view(), level)),
        );
        assert_eq!(sum(0.0, 1.0).score(x.view(), level), given.score(x.view(), level), "{place}");
        assert_eq!(asked.points(), 0, "a weight of 0 asks nothing");
        for g in [-1.0, 0.5, 3.0] {
            let guided = Guided { main: given, guiding: mixture, gamma: gamma(g) };
            let guided = guided.score(x.view(), level);
            let residual = |u: f64, c: f64| {
                row_residual(&sum(u, c).score(x.view(), level), &guided, &(&size * (1.0 + g.abs())))
            };
            // the twin's weights sum to one as well
            assert_law(place, residual(1.0 - g, g), residual(1.0 - 1.01 * g, 1.01 * g), 1e-13);
        }
    });
}

#[test]
fn a_sum_is_the_score_of_a_product_of_powers_whatever_the_weights() {
    let mixture = cases::f3();
    let (a, b) = (mixture.given(0), mixture.given(1));
    for (u, v) in [(1.0, 1.0), (0.2, 0.0), (2.0, -0.5)] {
        for level in [NoiseLevel::ve(0.0), NoiseLevel::ve(1.0)] {
            let x = points(&mixture, level, 40, 3.0);
            let log = |u: f64| {
                let (a, b) = (&a, &b);
                move |x: ArrayView2<f64>| a.log_density(x, level) * u + b.log_density(x, level) * v
            };
            let s = Sum { terms: vec![(u, &a), (v, &b)] }.score(x.view(), level);
            let residual = |u: f64| {
                let differences = gradient(log(u), &x, 1e-5 * width(&mixture, level));
                row_residual(&s, &differences, &(lengths(&s) + 1.0))
            };
            assert_law(&format!("weights {u}, {v}"), residual(u), residual(1.001 * u), 1e-6);
        }
    }
}

/// The classes of a mixture, weighted by their priors.
fn classes(mixture: &Mixture) -> Vec<(f64, Mixture)> {
    mixture.class_weights().into_iter().zip((0..).map(|y| mixture.given(y))).collect()
}

#[test]
fn any_of_the_classes_with_their_priors_is_the_mixture() {
    everywhere(|place, mixture, _, x, level| {
        let terms = classes(mixture);
        let (whole, log) = (mixture.score(x.view(), level), mixture.log_density(x.view(), level));
        let any = AnyOf { terms: terms.clone() };
        let most = terms.iter().fold(lengths(&whole), |most, (_, p)| {
            larger(&most, &lengths(&p.score(x.view(), level)))
        });
        let residual =
            |score: &dyn ScoreFn| row_residual(&score.score(x.view(), level), &whole, &most);
        // the twin does not ask how likely x is under each class
        assert_law(place, residual(&any), residual(&Sum { terms: terms.clone() }), 1e-12);
        let off = |any: &AnyOf<Mixture>| {
            max_abs(&((any.log_density(x.view(), level) - &log) / log.mapv(|l| l.abs().max(1.0))))
        };
        let twice = terms.into_iter().map(|(w, p)| (1.001 * w, p)).collect();
        assert_law(place, off(&any), off(&AnyOf { terms: twice }), 1e-12);
    });
}

#[test]
fn any_of_feels_the_ratio_of_its_weights_and_not_their_sum() {
    let (mixture, level) = (cases::f3(), NoiseLevel::ve(1.0));
    let x = points(&mixture, level, 40, 3.0);
    let of = |scale: f64, first: f64| {
        let mut terms = classes(&mixture);
        terms.iter_mut().for_each(|(w, _)| *w *= scale);
        terms[0].0 *= first;
        AnyOf { terms }.score(x.view(), level)
    };
    let size = lengths(&of(1.0, 1.0)) + 1.0;
    let residual = |scale: f64, first: f64| row_residual(&of(scale, first), &of(1.0, 1.0), &size);
    assert_law("weights", residual(30.0, 1.0), residual(30.0, 1.001), 1e-12);
}

#[test]
fn any_of_a_mixture_and_a_data_set_is_the_gradient_of_its_log_density() {
    let mixture = cases::f3();
    let data = Empirical::new(cases::f7().sample(20, 1, Purpose::Data).x).unwrap();
    let any = |w: f64| AnyOf { terms: vec![(w, &mixture as &dyn LogDensity), (1.0, &data)] };
    for (process, level) in levels() {
        let x = points(&mixture, level, 20, 3.0);
        let s = any(2.0).score(x.view(), level);
        let residual = |w: f64| {
            let h = 1e-5 * level.sigma; // a point of the data is as wide as the noise
            let differences = gradient(|x| any(w).log_density(x, level), &x, h);
            row_residual(&s, &differences, &lengths(&s).mapv(|l| l.max(1.0 / level.sigma)))
        };
        let place = format!("{process} at σ/α = {:.2}", level.ratio());
        assert!(residual(2.0) < 1e-6, "{place}: {:.3e}", residual(2.0));
        if (0.1..=1.0).contains(&level.ratio()) {
            assert!(residual(2.2) > 1e-6, "{place}: the twin passed, {:.3e}", residual(2.2));
        }
    }
}

#[test]
fn any_of_is_finite_far_from_the_data_and_one_term_is_that_term() {
    let (mixture, level) = (cases::f3(), NoiseLevel::ve(0.1));
    let far = points(&mixture, level, 20, 1e6);
    let any = AnyOf { terms: classes(&mixture) };
    assert!(any.score(far.view(), level).iter().all(|s| s.is_finite()));
    let in_exp_space =
        classes(&mixture).iter().fold(Array1::zeros(20), |sum: Array1<f64>, (w, p)| {
            sum + p.log_density(far.view(), level).mapv(|l| w * l.exp())
        });
    assert_eq!(in_exp_space[19], 0.0, "where a quotient of densities would be 0/0");
    let one = AnyOf { terms: vec![(0.3, &mixture)] };
    assert_eq!(one.score(far.view(), level), mixture.score(far.view(), level));
}

#[test]
#[should_panic(expected = "a weight of -1, not above 0")]
fn any_of_refuses_a_negation() {
    let terms = vec![(2.0, cases::f3()), (-1.0, cases::f3().given(0))];
    AnyOf { terms }
        .score(points(&cases::f3(), NoiseLevel::ve(1.0), 2, 1.0).view(), NoiseLevel::ve(1.0));
}

#[test]
#[should_panic(expected = "at least one term")]
fn a_sum_of_nothing_is_no_score() {
    Sum::<Mixture> { terms: vec![] }.dim();
}
