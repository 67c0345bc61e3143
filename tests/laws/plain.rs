//! What a mixture computes fast is what its formulas say: in 1, 2, 3, 67 and 400 dimensions, from σ = 10⁻³ to 10³.

use crate::common::{assert_law, lengths, max_abs, normals, points, row_residual, width, worst};
use ndarray::{Array1, Array2, ArrayView1, Axis, array, concatenate};
use scorelab::mixture::{Mixture, plain};
use scorelab::noise::NoiseLevel;
use scorelab::score::{Likelihood, ScoreFn};

/// Three components of uneven weights in two classes, two to three standard deviations from each other in any dimension.
///
/// They share what the covariances have along the diagonal and differ in one direction each, so that no dimension decides the
/// class beyond doubt. In 400 dimensions each fiftieth coordinate is correlated with the others of its kind only, or the
/// axes would take minutes.
fn mixture(d: usize, full: bool) -> Mixture {
    let unit = |seed: usize| {
        let v = normals(4, d).row(seed).to_owned();
        &v / v.dot(&v).sqrt()
    };
    let means = Array2::from_shape_fn((3, d), |(k, i)| 1.1 * unit(k)[i]);
    let kinds = if d < 100 { 1 } else { 50 };
    let cov = |k: usize| {
        let along = &unit((k + 1) % 4);
        Array2::from_shape_fn((d, d), |(i, j)| {
            let alone = if i == j { 0.2 + 0.2 * i as f64 / d as f64 } else { 0.0 };
            let together = if i % kinds == j % kinds { along[i] * along[j] } else { 0.0 };
            alone + 0.5 * together
        })
    };
    let (weights, labels) = (vec![0.5, 0.3, 0.2], vec![0, 1, 0]);
    if full {
        Mixture::new(weights, means, (0..3).map(cov).collect(), labels).unwrap()
    } else {
        Mixture::isotropic(weights, means, &[0.5, 0.6, 0.55], labels).unwrap()
    }
}

/// Points among the noised data and up to 10 widths from them, and one 1,000 widths away.
fn near_and_far(mixture: &Mixture, level: NoiseLevel, n: usize) -> Array2<f64> {
    let near = points(mixture, level, n, 10.0);
    let way = normals(1, mixture.dim());
    let far = &way * (1e3 * width(mixture, level) / lengths(&way)[0]);
    concatenate(Axis(0), &[near.view(), far.view()]).unwrap()
}

/// Every dimension, kind of covariance and level, with points near and far; few where the plain version takes long.
fn everywhere(check: impl Fn(&str, &Mixture, &Array2<f64>, NoiseLevel)) {
    for d in [1, 2, 3, 67, 400] {
        for full in [false, true] {
            let mixture = mixture(d, full);
            let (n, alphas, sigmas): (_, &[f64], &[f64]) = match d {
                400 => (2, &[0.6], &[1e-3, 1.0, 1e3]),
                67 => (6, &[0.6, 1.0], &[1e-3, 0.1, 1.0, 10.0, 1e3]),
                _ => (20, &[0.6, 1.0], &[1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e3]),
            };
            for (alpha, sigma) in alphas.iter().flat_map(|a| sigmas.iter().map(move |s| (*a, *s))) {
                let level = NoiseLevel { alpha, sigma };
                let place = format!("d = {d}, full {full}, α = {alpha}, σ = {sigma}");
                check(&place, &mixture, &near_and_far(&mixture, level, n), level);
            }
        }
    }
}

/// Some thousands of roundings, where a score takes some hundreds in 1 dimension and in 400; up to 6·10⁻¹³ is found.
const TOLERANCE: f64 = 1e-12;

/// The same level but for one part in a million: what no law may take for it.
fn twin(level: NoiseLevel) -> NoiseLevel {
    NoiseLevel { sigma: level.sigma * (1.0 + 1e-6), alpha: level.alpha * (1.0 + 1e-6) }
}

/// By how much rounding is larger than usual: shares are made of log densities, which are sums of d terms, each rounded at the
/// size of the sum; independent roundings add up to √d of one.
fn magnified(mixture: &Mixture, x: ArrayView1<f64>, level: NoiseLevel) -> f64 {
    let log_density = plain::log_density(mixture, x, level).abs();
    (1e-3 * log_density * (x.len() as f64).sqrt()).max(1e-2 * x.len() as f64).max(1.0)
}

/// The size of what a score is made of: its own or, where it is near 0, one over the width of the density.
fn size(score: ArrayView1<f64>, mixture: &Mixture, level: NoiseLevel) -> f64 {
    score.dot(&score).sqrt().max(1.0 / width(mixture, level))
}

#[test]
fn the_score_is_the_plain_one() {
    everywhere(|place, mixture, x, level| {
        let own = mixture.score(x.view(), level);
        let residual = |at| {
            worst(x.outer_iter().zip(own.outer_iter()).map(|(x, own)| {
                let scale = size(own, mixture, level) * magnified(mixture, x, level);
                max_abs(&(&own - &plain::score(mixture, x, at))) / scale
            }))
        };
        assert_law(place, residual(level), residual(twin(level)), TOLERANCE);
    });
}

#[test]
fn the_score_at_a_level_for_each_point_is_the_plain_one() {
    everywhere(|place, mixture, x, level| {
        let at = |i: usize| NoiseLevel { sigma: level.sigma * (1.0 + 0.1 * i as f64), ..level };
        let levels: Vec<NoiseLevel> = (0..x.nrows()).map(at).collect();
        let own = mixture.score_each(x.view(), &levels);
        let residual = |change: fn(NoiseLevel) -> NoiseLevel| {
            worst(x.outer_iter().zip(&levels).zip(own.outer_iter()).map(|((x, at), own)| {
                let scale = size(own, mixture, *at) * magnified(mixture, x, *at);
                max_abs(&(&own - &plain::score(mixture, x, change(*at)))) / scale
            }))
        };
        assert_law(place, residual(|level| level), residual(twin), TOLERANCE);
    });
}

#[test]
fn the_log_density_is_the_plain_one() {
    everywhere(|place, mixture, x, level| {
        let own = mixture.log_density(x.view(), level);
        let residual = |level| {
            worst(x.outer_iter().zip(&own).map(|(x, own)| {
                let exact = plain::log_density(mixture, x, level);
                (own - exact).abs() / exact.abs().max(1.0)
            }))
        };
        assert_law(place, residual(level), residual(twin(level)), TOLERANCE);
    });
}

#[test]
fn class_probabilities_and_the_log_posterior_are_the_plain_ones() {
    everywhere(|place, mixture, x, level| {
        let own = mixture.class_probabilities(x.view(), level);
        let log_own = mixture.posterior(1).log_likelihood(x.view(), level);
        let residual = |at| {
            worst(x.outer_iter().zip(own.outer_iter()).zip(&log_own).map(|((x, own), log_own)| {
                let off = &own - &plain::class_probabilities(mixture, x, at);
                let log_off = log_own - plain::log_posterior(mixture, 1, x, at);
                max_abs(&off).max(log_off.abs() / log_own.abs().max(1.0))
                    / magnified(mixture, x, level)
            }))
        };
        assert_law(place, residual(level), residual(twin(level)), TOLERANCE);
    });
}

#[test]
fn the_gradient_of_the_posterior_is_the_plain_one() {
    everywhere(|place, mixture, x, level| {
        let given = mixture.given(1);
        let own = mixture.posterior(1).grad_log_likelihood(x.view(), level);
        let scores = [mixture, &given].map(|m| m.score(x.view(), level));
        let residual = |at| {
            worst(x.outer_iter().enumerate().map(|(i, x)| {
                // a difference of two scores, which are rounded at their own size
                let [a, b] = [0, 1].map(|j| size(scores[j].row(i), mixture, level));
                let exact = plain::grad_log_posterior(mixture, 1, x, at);
                max_abs(&(&own.row(i) - &exact)) / a.max(b) / magnified(mixture, x, level)
            }))
        };
        assert_law(place, residual(level), residual(twin(level)), TOLERANCE);
    });
}

#[test]
fn the_jacobian_and_the_divergence_are_the_plain_ones() {
    everywhere(|place, mixture, x, level| {
        if mixture.dim() == 400 {
            return; // 400 × 400 inverses take long, and no other dimension than 2 has code of its own
        }
        let (own, traces) =
            (mixture.jacobian(x.view(), level), mixture.divergence(x.view(), level));
        let residual = |at| {
            worst(x.outer_iter().zip(own.outer_iter()).zip(&traces).map(|((x, own), trace)| {
                let (exact, s) = (plain::jacobian(mixture, x, at), plain::score(mixture, x, at));
                // vₖ·vₖᵀ − s·sᵀ is rounded at the size of s·sᵀ
                let scale = max_abs(&exact).max(s.dot(&s)) * magnified(mixture, x, level);
                let traces_off = (exact.diag().sum() - trace).abs() / x.len() as f64;
                max_abs(&(&own - &exact)).max(traces_off) / scale
            }))
        };
        assert_law(place, residual(level), residual(twin(level)), TOLERANCE);
    });
}

#[test]
fn of_many_components_in_the_plane_the_score_is_the_plain_one_too() {
    // 40 of them: enough to go side by side instead of the points
    let few = mixture(2, true);
    let means =
        Array2::from_shape_fn((40, 2), |(k, i)| few.means()[[k % 3, i]] + normals(40, 2)[[k, i]]);
    let covs = (0..40).map(|k| &few.covs()[k % 3] * (0.3 + 0.1 * (k % 5) as f64)).collect();
    let weights = (0..40).map(|k| 1.0 + (k % 4) as f64).collect();
    let mixture = Mixture::new(weights, means, covs, vec![0; 40]).unwrap();
    for sigma in [1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e3] {
        let level = NoiseLevel { alpha: 0.6, sigma };
        let x = near_and_far(&mixture, level, 20);
        let (one, each) =
            (mixture.score(x.view(), level), mixture.score_each(x.view(), &vec![level; x.nrows()]));
        for (name, own) in [("one level", one), ("a level for each", each)] {
            let residual = |at| {
                worst(x.outer_iter().zip(own.outer_iter()).map(|(x, own)| {
                    let scale = size(own, &mixture, level) * magnified(&mixture, x, level);
                    max_abs(&(&own - &plain::score(&mixture, x, at))) / scale
                }))
            };
            let place = format!("{name}, σ = {sigma}");
            assert_law(&place, residual(level), residual(twin(level)), TOLERANCE);
        }
    }
}

#[test]
fn many_dimensions_overflow_nowhere() {
    // by symmetry both components are as far from 0, so the score is −Σₖ πₖ·(−μₖ)/(s² + σ²), whatever the dimension
    let exact = 0.1 * (0.9 - 0.1) / (0.25 + 6400.0);
    let levels = [NoiseLevel::ve(80.0)];
    for d in [1, 2, 3, 66, 67, 68, 400, 2_000] {
        let mut means = Array2::from_elem((2, d), 0.1);
        means.row_mut(1).fill(-0.1);
        let mixture = Mixture::isotropic(vec![0.9, 0.1], means, &[0.5; 2], vec![0, 1]).unwrap();
        let x = Array2::zeros((1, d));
        let one = mixture.score(x.view(), levels[0]);
        let each = mixture.score_each(x.view(), &levels);
        for (name, found) in [("one level", one), ("a level for each", each)] {
            let off = |exact: f64| max_abs(&(&found / exact - 1.0));
            assert_law(&format!("{name}, d = {d}"), off(exact), off(exact * 1.001), 1e-13);
        }
    }
    // and the other end: (2π·10⁻⁶)^d underflows
    let tiny = Mixture::isotropic(vec![0.9, 0.1], Array2::zeros((2, 400)), &[1e-3; 2], vec![0, 1]);
    let x = normals(1, 400) * 1e-3;
    let found = tiny.unwrap().score_each(x.view(), &[NoiseLevel::ve(0.0)]);
    assert_law("small", max_abs(&(found + &(&x * 1e6))), 1.0, 1e-8);
}

#[test]
fn a_noised_mixture_is_the_mixture_of_the_noised_data() {
    let data = NoiseLevel::ve(0.0);
    for d in [1, 2, 3, 67] {
        let mixture = mixture(d, true);
        for level in [NoiseLevel::ve(0.3), NoiseLevel { alpha: 0.6, sigma: 0.8 }] {
            let x = points(&mixture, level, 20, 10.0);
            let (scores, logs) =
                (mixture.score(x.view(), level), mixture.log_density(x.view(), level));
            let scale: Array1<f64> =
                scores.outer_iter().map(|s| size(s, &mixture, level)).collect();
            let residual = |p_t: &Mixture| {
                let off =
                    (p_t.log_density(x.view(), data) - &logs) / logs.mapv(|l| l.abs().max(1.0));
                row_residual(&p_t.score(x.view(), data), &scores, &scale).max(max_abs(&off))
            };
            let place = format!("d = {d}, σ = {}", level.sigma);
            let (noised, wrong) = (mixture.noised(level), mixture.noised(twin(level)));
            assert_law(&place, residual(&noised), residual(&wrong), 1e-12);
            // noise upon noise: α = α₁·α₂, σ² = α₂²σ₁² + σ₂²
            let half = NoiseLevel { alpha: level.alpha / 0.9, sigma: level.sigma / 3.0 };
            let sigma = (level.sigma.powi(2) - (0.9 * half.sigma).powi(2)).sqrt();
            let twice = |alpha: f64| mixture.noised(half).noised(NoiseLevel { alpha, sigma });
            assert_law(&place, residual(&twice(0.9)), residual(&twice(0.9 + 1e-6)), 1e-12);
        }
        let same = mixture.noised(data);
        assert_eq!(
            same.score(normals(5, d).view(), data),
            mixture.score(normals(5, d).view(), data)
        );
        assert_eq!((same.weights(), same.labels()), (mixture.weights(), mixture.labels()));
    }
}

#[test]
#[should_panic(expected = "a density at α = 0, σ = 0")]
fn without_data_and_noise_there_is_no_density() {
    let _ = mixture(2, true).noised(NoiseLevel { alpha: 0.0, sigma: 0.0 });
}

#[test]
fn the_gradient_of_a_certain_class_is_known_to_the_rounding_of_the_scores() {
    // two components 40 apart: log P(1 | x) − log P(0 | x) = 40·(x − 20)
    let mixture =
        Mixture::isotropic(vec![0.5; 2], array![[0.0], [40.0]], &[1.0; 2], vec![0, 1]).unwrap();
    let level = NoiseLevel::ve(0.0);
    let gradient =
        |x: f64| mixture.posterior(0).grad_log_likelihood(array![[x]].view(), level)[[0, 0]];
    for x in [0.0f64, 15.0, 18.0, 18.5, 19.0, 19.5, 20.0, 21.0, 22.0, 40.0] {
        let exact = -40.0 / (1.0 + (40.0 * (20.0 - x)).exp());
        let off = |exact: f64| (gradient(x) - exact).abs() / 40.0;
        assert_law(&format!("x = {x}"), off(exact), off(exact - 1e-12), 1e-15);
    }
    // below e⁻⁶⁰ a class that competes with a certain one is not seen, and what is left of its push is 0
    let probabilities = |x: f64| mixture.class_probabilities(array![[x]].view(), level);
    let log = |class: usize, x: f64| {
        mixture.posterior(class).log_likelihood(array![[x]].view(), level)[0]
    };
    assert!(probabilities(18.6)[[0, 1]] > 0.0 && gradient(18.6) < 0.0);
    assert_eq!((probabilities(18.4)[[0, 1]], gradient(18.4)), (0.0, 0.0));
    let plain = plain::class_probabilities(&mixture, array![18.4].view(), level)[1];
    assert!((plain.ln() + 64.0).abs() < 1e-12, "{plain:e}");
    // its logarithm and its own gradient are there wherever it is
    assert!((log(1, 0.0) + 800.0).abs() < 1e-12 && gradient(40.0) == -40.0, "{}", log(1, 0.0));
}
