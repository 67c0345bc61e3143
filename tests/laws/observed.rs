//! A mixture of which something is measured: by Bayes' rule at every level, at every γ, in its limits and in frequencies.

use crate::common::textbook::solve;
use crate::common::{
    assert_law, cases, larger, lengths, max_abs, normals, points, row_residual, width, worst,
};
use ndarray::{Array1, Array2, ArrayView1, Axis, array};
use scorelab::condition::{Compressed, Condition, Observation};
use scorelab::linalg::{cholesky, log_det, solve_lower};
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::score::{Likelihood, ScoreFn};

/// A mixture of three slanted components in two classes.
fn slanted(dim: usize) -> Mixture {
    let means = normals(3, dim) * (1.5 / (dim as f64).sqrt());
    let cov = |k: usize| {
        let z = normals(dim + 3, dim + 1);
        let root = z.slice(ndarray::s![k..k + dim, 1..]).to_owned() / (dim as f64).sqrt();
        root.dot(&root.t()) * 0.3 + Array2::<f64>::eye(dim) * (0.2 + 0.1 * k as f64)
    };
    Mixture::new(vec![0.5, 0.3, 0.2], means, (0..3).map(cov).collect(), vec![0, 1, 0]).unwrap()
}

/// Observations of a point of `dim` coordinates: a mask, a sum, a point; A, y and τ.
fn observations(dim: usize) -> Vec<(&'static str, Array2<f64>, Array1<f64>, f64)> {
    let known = dim.div_ceil(2);
    let mask = Array2::from_shape_fn((known, dim), |(i, j)| if i == j { 1.0 } else { 0.0 });
    let sums = Array2::from_elem((1, dim), 1.0 / (dim as f64).sqrt());
    let y = |m: usize| normals(1, m + 1).row(0).slice(ndarray::s![1..]).to_owned() * 0.7;
    vec![
        ("an exact mask", mask.clone(), y(known), 0.0),
        ("a mask", mask, y(known), 0.3),
        ("an exact sum", sums, y(1), 0.0),
        ("a point", Array2::eye(dim), y(dim), 0.5),
        ("an exact point", Array2::eye(dim), y(dim), 0.0),
    ]
}

/// log N(x; m, C) of C = L·Lᵀ.
fn log_normal(x: &Array1<f64>, m: &Array1<f64>, lower: &Array2<f64>) -> f64 {
    let z = solve_lower(lower, x - m);
    -0.5 * (z.dot(&z) + log_det(lower) + x.len() as f64 * std::f64::consts::TAU.ln())
}

/// log Σ exp.
fn log_sum(logs: &[f64]) -> f64 {
    let top = logs.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    top + logs.iter().map(|l| (l - top).exp()).sum::<f64>().ln()
}

/// What one component says of x_t and of y behind it.
struct Term {
    log_weight: f64,
    mu: Array1<f64>,
    gain: Array2<f64>,   // α·Σ·C⁻¹
    noised: Array2<f64>, // L of C = α²Σ + σ²I
    seen: Array2<f64>,   // L of A·Cov[x₀ | x_t]·Aᵀ + τ²I
}

/// x ↦ log p(y | x_t = x) = log Σₖ rₖ(x)·N(y; A·mₖ(x), A·Cₖ·Aᵀ + τ²I), from the moments of x₀ behind x.
fn log_likelihood<'a>(
    mixture: &Mixture,
    (a, y, tau): (&'a Array2<f64>, &'a Array1<f64>, f64),
    level: NoiseLevel,
) -> impl Fn(ArrayView1<f64>) -> f64 + 'a {
    let (alpha, dim) = (level.alpha, mixture.dim());
    let term = |(k, cov): (usize, &Array2<f64>)| {
        let noised = cov * alpha.powi(2) + Array2::<f64>::eye(dim) * level.sigma.powi(2);
        let gain = solve(noised.clone(), cov.clone()).reversed_axes() * alpha;
        let behind = cov - &(gain.dot(cov) * alpha);
        let noise = Array2::<f64>::eye(y.len()) * (tau * tau);
        Term {
            log_weight: mixture.weights()[k].ln(),
            mu: mixture.means().row(k).to_owned(),
            gain,
            noised: cholesky(&noised),
            seen: cholesky(&(a.dot(&behind).dot(&a.t()) + noise)),
        }
    };
    let terms: Vec<Term> = mixture.covs().iter().enumerate().map(term).collect();
    move |x| {
        let (x, mut of_x, mut of_both) = (x.to_owned(), vec![], vec![]);
        for Term { log_weight, mu, gain, noised, seen } in &terms {
            let center = mu * alpha;
            let mean = mu + &gain.dot(&(&x - &center));
            of_x.push(log_weight + log_normal(&x, &center, noised));
            of_both.push(of_x.last().unwrap() + log_normal(y, &a.dot(&mean), seen));
        }
        log_sum(&of_both) - log_sum(&of_x)
    }
}

/// ∂f/∂xᵢ of one point by differences of fourth order (d).
fn slopes(f: impl Fn(ArrayView1<f64>) -> f64, x: ArrayView1<f64>, h: f64) -> Array1<f64> {
    let at = |i: usize, h: f64| {
        let mut x = x.to_owned();
        x[i] += h;
        f(x.view())
    };
    let near = |i: usize| 8.0 * (at(i, h) - at(i, -h)) - (at(i, 2.0 * h) - at(i, -2.0 * h));
    (0..x.len()).map(|i| near(i) / (12.0 * h)).collect()
}

#[test]
fn the_push_of_an_observation_is_the_gradient_of_its_likelihood() {
    for dim in [1, 2, 4, 50] {
        let mixture = slanted(dim);
        for (name, a, y, tau) in observations(dim) {
            let observation = Observation::new(a.clone(), y.clone(), tau).unwrap();
            let measured = mixture.measured(&observation).unwrap();
            let moved = Observation::new(a.clone(), &y + 1e-3, tau).unwrap();
            let twin = mixture.measured(&moved).unwrap();
            for level in
                [NoiseLevel::ve(0.1), NoiseLevel { alpha: 0.6, sigma: 0.8 }, NoiseLevel::ve(3.0)]
            {
                let x = points(&mixture, level, if dim == 50 { 2 } else { 6 }, 3.0);
                let (given, prior) = (mixture.given(observation.clone()), &mixture);
                let (s_y, s) = (given.score(x.view(), level), prior.score(x.view(), level));
                let scale = larger(&lengths(&s_y), &lengths(&s));
                let h = 2e-3 * width(&mixture, level);
                let log = log_likelihood(&mixture, (&a, &y, tau), level);
                let mut exact = Array2::zeros(x.raw_dim());
                for (mut row, x) in exact.outer_iter_mut().zip(x.outer_iter()) {
                    row.assign(&slopes(&log, x, h));
                }
                let place = format!("{name} in {dim} at {level:?}");
                let off = |m: &dyn Likelihood| {
                    row_residual(&m.grad_log_likelihood(x.view(), level), &exact, &scale)
                };
                assert_eq!(measured.grad_log_likelihood(x.view(), level), &s_y - &s, "{place}");
                assert_law(&place, off(&measured), off(&twin), 1e-8);
                let own = measured.log_likelihood(x.view(), level);
                let by_hand: Array1<f64> = x.outer_iter().map(&log).collect();
                let off =
                    |own: &Array1<f64>| max_abs(&(own - &by_hand)) / (1.0 + max_abs(&by_hand));
                let other = twin.log_likelihood(x.view(), level);
                assert_law(&format!("{place}: log"), off(&own), off(&other), 1e-8);
            }
        }
    }
}

#[test]
fn gamma_on_an_observation_is_another_tolerance() {
    let clean = NoiseLevel::ve(0.0);
    for dim in [1, 2, 4] {
        let (mixture, gamma, x) = (slanted(dim), 3.0, normals(40, dim));
        for (name, a, y, tau) in observations(dim).into_iter().filter(|(.., tau)| *tau > 0.0) {
            let miss = x.dot(&a.t()) - &y; // (n, m)
            let log_y = (&miss * &miss).sum_axis(Axis(1)) * (-0.5 / (tau * tau));
            let tilted = mixture.log_density(x.view(), clean) + log_y * gamma;
            let off = |tau: f64| {
                let observation = Observation::new(a.clone(), y.clone(), tau).unwrap();
                let log = mixture.observed(&observation).unwrap().log_density(x.view(), clean);
                let gap = &tilted - &log; // a constant: what normalises
                worst((&gap - gap[0]).iter().map(|g| g.abs())) / max_abs(&tilted)
            };
            assert_law(&format!("{name} in {dim}"), off(tau / gamma.sqrt()), off(tau), 1e-11);
        }
    }
}

#[test]
fn an_observation_is_the_prior_where_it_says_nothing_and_a_point_where_it_says_all() {
    let level = NoiseLevel { alpha: 0.8, sigma: 0.5 };
    for dim in [1, 2, 4] {
        let (mixture, x) = (slanted(dim), normals(20, dim));
        let y = normals(1, dim).row(0).to_owned() * 0.5;
        let given = |tau: f64| {
            let seen = Observation::point(y.clone(), tau).unwrap();
            mixture.given(seen).score(x.view(), level)
        };
        let prior = mixture.score(x.view(), level);
        let off = |tau: f64| max_abs(&(given(tau) - &prior)) / max_abs(&prior);
        assert_law(&format!("nothing in {dim}"), off(1e6), off(10.0), 1e-9);
        let point = (&x - &(&y * level.alpha)) * (-1.0 / level.sigma.powi(2));
        let off = |tau: f64| max_abs(&(given(tau) - &point)) / max_abs(&point);
        assert_law(&format!("all in {dim}"), off(0.0), off(1e-3), 1e-9);
        let all: Vec<(usize, f64)> = y.iter().copied().enumerate().collect();
        let mask = Observation::mask(&all, dim, 0.0).unwrap();
        assert_eq!(mask, Observation::point(y.clone(), 0.0).unwrap());
    }
}

#[test]
fn a_sampled_mask_keeps_what_is_known() {
    let mixture = slanted(4);
    let seen = Observation::mask(&[(2, 0.7), (0, -0.3)], 4, 0.0).unwrap();
    let x = mixture.given(seen).sample(500, 1, Purpose::Reference).x;
    let off = |i: usize, v: f64| max_abs(&(&x.column(i) - v));
    assert!(off(0, -0.3) < 1e-7 && off(2, 0.7) < 1e-7, "{:e} {:e}", off(0, -0.3), off(2, 0.7));
    assert!(x.column(1).std(1.0) > 0.1 && x.column(3).std(1.0) > 0.1);
}

/// The share of truths among those that are denser than `level` of the posterior's own draws.
#[test]
fn credible_sets_hold_the_truth_as_often_as_they_say() {
    const N: usize = 1500;
    const DRAWS: usize = 99;
    let (mixture, clean) = (slanted(2), NoiseLevel::ve(0.0));
    let (a, tau) = (array![[1.0, 0.5]], 0.4);
    let truth = mixture.sample(N, 5, Purpose::Reference).x;
    let noise = normals(N, 1) * tau;
    let inside = |factor: f64| {
        let ranks = truth.outer_iter().zip(noise.outer_iter()).enumerate().map(|(i, (x0, n))| {
            let y = a.dot(&x0) + n;
            let seen = Observation::new(a.clone(), y, tau * factor).unwrap();
            let posterior = mixture.given(seen);
            let own = posterior.log_density(x0.insert_axis(Axis(0)), clean)[0];
            let draws = posterior.sample(DRAWS, i as u64, Purpose::Data).x;
            posterior.log_density(draws.view(), clean).iter().filter(|log| **log > own).count()
        });
        // fewer than half of the draws are denser than the truth
        ranks.filter(|rank| *rank < DRAWS.div_ceil(2)).count() as f64 / N as f64
    };
    let error = (0.25 / N as f64).sqrt();
    let off = |factor: f64| ((inside(factor) - 0.5) / error).abs();
    assert_law("half of the truths, in standard errors", off(1.0), off(0.5), 5.0);
}

#[test]
fn the_posterior_weight_of_a_class_is_what_weighted_samples_of_the_prior_say() {
    const N: usize = 40_000;
    let mixture = slanted(2);
    let (a, y, tau) = (array![[1.0, -0.5]], array![0.6], 0.5);
    let observation = Observation::new(a.clone(), y.clone(), tau).unwrap();
    let posterior = mixture.observed(&observation).unwrap().class_weights()[1];
    let drawn = mixture.sample(N, 3, Purpose::Reference);
    let miss = drawn.x.dot(&a.t()) - &y;
    let w = miss.column(0).mapv(|m| (-0.5 * (m / tau).powi(2)).exp());
    let own: Array1<f64> = drawn.y.iter().map(|y| f64::from(u8::from(*y == 1))).collect();
    let share = (&w * &own).sum() / w.sum();
    let error = (&w * &(&own - share)).mapv(|v| v * v).sum().sqrt() / w.sum();
    let off = |p: f64| ((p - share) / error).abs();
    assert_law("in standard errors", off(posterior), off(mixture.class_weights()[1]), 5.0);
}

#[test]
fn what_cannot_be_observed_is_refused_in_words() {
    let one = |known: &[(usize, f64)], tau: f64| Observation::mask(known, 2, tau);
    let told = |e: scorelab::Result<Observation>| e.unwrap_err().to_string();
    assert!(told(one(&[], 0.1)).contains("of nothing"));
    assert!(
        told(Observation::each(Array2::eye(2), Array2::zeros((0, 2)), 0.1)).contains("of nothing")
    );
    assert!(told(one(&[(2, 0.0)], 0.1)).contains("below 2"));
    assert!(told(one(&[(0, f64::NAN)], 0.1)).contains("finite"));
    assert!(told(one(&[(0, 1.0)], -0.1)).contains("at least 0"));
    assert!(told(one(&[(0, 1.0), (0, 1.0)], 0.0)).contains("none twice"));
    assert!(one(&[(0, 1.0), (0, 1.0)], 0.1).is_ok(), "the good twin: measured twice, not exactly");
    let seen = one(&[(0, 1.0)], 0.0).unwrap();
    let line = cases::f2();
    assert!(line.dim() != 2, "of another dimension");
    let told = line.observed(&seen).unwrap_err().to_string();
    assert!(told.contains("the width of the observation is 2"), "{told}");
    let once = slanted(2).given(seen.clone());
    let told = once.observed(&seen).unwrap_err().to_string();
    assert!(told.contains("fixed already"), "{told}");
    // and ∅ and a class are what they were
    let (m, x, level) = (slanted(2), normals(5, 2), NoiseLevel::ve(0.4));
    assert_eq!(m.given(Condition::None).score(x.view(), level), m.score(x.view(), level));
    assert_eq!(m.given(1).means(), m.means().select(Axis(0), &[1]));
}

#[test]
fn an_instrument_reads_what_a_measurement_of_its_own_says() {
    let mixture = slanted(3);
    for (what, a, y, tau) in observations(3) {
        let observation = Observation::new(a.clone(), y.clone(), tau).unwrap();
        let instrument = mixture.instrument(&observation).unwrap();
        let other = &y + 0.4;
        let own = mixture.observed(&Observation::new(a, other.clone(), tau).unwrap()).unwrap();
        let off = |y: &Array1<f64>| {
            let read = instrument.reads(y);
            let posterior = read.posterior();
            max_abs(&(&posterior.means() - &own.means()))
                + worst(posterior.weights().iter().zip(own.weights()).map(|(a, b)| (a - b).abs()))
        };
        assert_law(what, off(&other), off(&y), 1e-12);
    }
}

#[test]
fn points_that_are_asked_together_answer_each_under_its_own_observation() {
    for dim in [1, 3, 20] {
        let (mixture, x) = (slanted(dim), normals(9, dim));
        for (what, a, y, tau) in observations(dim) {
            let y = normals(9, y.len()) * 0.4 + &y;
            let together = Observation::each(a.clone(), y.clone(), tau).unwrap();
            let read = mixture.instrument(&together).unwrap().reads_each(y.view());
            let level = NoiseLevel { alpha: 0.8, sigma: 0.5 };
            let found = read.score(x.view(), level);
            let alone = |i: usize| {
                let own = Observation::new(a.clone(), y.row(i).to_owned(), tau).unwrap();
                let one = x.slice(ndarray::s![i..i + 1, ..]);
                mixture.observed(&own).unwrap().score(one, level)
            };
            let off = |of: &dyn Fn(usize) -> usize| {
                worst((0..9).map(|i| max_abs(&(&alone(of(i)) - &found.row(i))) / max_abs(&found)))
            };
            // the wrong twin gives each point the observation of another
            assert_law(what, off(&|i| i), off(&|i| (i + 1) % 9), 1e-10);
            let some = read.of_points(&[7, 2]);
            assert_eq!(
                some.score(x.select(Axis(0), &[7, 2]).view(), level),
                found.select(Axis(0), &[7, 2])
            );
            let told = mixture.observed(&together).unwrap_err().to_string();
            assert!(told.contains("the observations at once is 9"), "{told}");
        }
    }
}

#[test]
fn fewer_numbers_tell_as_much_as_many_of_which_some_are_sums_of_others() {
    let (mixture, tau) = (slanted(4), 0.3);
    let few = normals(2, 4);
    let mix = array![[1.0, 0.0], [0.3, -0.5], [0.0, 1.0], [1.0, 1.0], [-0.7, 0.2]];
    let many = mix.dot(&few); // five numbers of rank two
    let y = normals(5, 1).column(0).to_owned();
    let compressed = Compressed::new(many.view(), tau).unwrap();
    assert_eq!((compressed.numbers(), compressed.observation(&y).map().dim()), (2, (2, 4)));
    let rows = ndarray::stack![Axis(0), &y * 2.0, y];
    let (both, one) = (compressed.observations(rows.view()), compressed.observation(&y));
    let off = |row: usize| max_abs(&(&both.values().row(row) - &one.values()));
    assert_law("the rows of many readings", off(1), off(0), 1e-14);
    let whole = mixture.observed(&Observation::new(many, y.clone(), tau).unwrap()).unwrap();
    let off = |y: &Array1<f64>| {
        let less = mixture.observed(&compressed.observation(y)).unwrap();
        let covs = less.covs().iter().zip(whole.covs()).map(|(a, b)| max_abs(&(a - b)));
        let weights = less.weights().iter().zip(whole.weights()).map(|(a, b)| (a - b).abs());
        worst(covs.chain(weights)) + max_abs(&(&less.means() - &whole.means()))
    };
    // the wrong twin reads the numbers in another order
    let mut turned = y.clone();
    turned.invert_axis(Axis(0));
    assert_law("a compressed observation", off(&y), off(&turned), 1e-9);
}
