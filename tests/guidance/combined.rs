//! γ over the noise level, and several conditions at once: what they are in their degenerate cases.

use super::{everywhere, gamma};
use crate::common::{assert_law, cases, gradient, larger, lengths, points, row_residual, width};
use ndarray::{Array1, ArrayView2};
use scorelab::guidance::{Composed, Guided, Scheduled};
use scorelab::noise::NoiseLevel;
use scorelab::score::{Counted, ScoreFn};

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
        let none = Composed { base: mixture, terms: vec![] };
        assert_eq!(none.score(x.view(), level), base, "{place}");
        let asked = Counted::new(given);
        let zero = Composed { base: mixture, terms: vec![(0.0, &asked as &dyn ScoreFn)] };
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
        let composed = Composed {
            base: &mixture,
            terms: vec![(u, &a as &dyn ScoreFn), (v, &b as &dyn ScoreFn)],
        };
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
