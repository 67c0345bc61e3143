//! What a mixture computes fast is what its formulas say: in 1, 2, 3, 67 and 400 dimensions, from σ = 10⁻³ to 10³.

use crate::common::{
    assert_law, larger, lengths, max_abs, normals, points, row_residual, width, worst,
};
use ndarray::{Array1, Array2, ArrayView1, Axis, array, concatenate, s};
use scorelab::mixture::{Mixture, plain};
use scorelab::noise::NoiseLevel;
use scorelab::score::{Likelihood, ScoreFn};

/// Three components of uneven weights in two classes, about three standard deviations from each other in any dimension.
///
/// They share what the covariances have along the diagonal and differ in one direction each, so that no dimension decides the
/// class beyond doubt. In 400 dimensions each fiftieth coordinate is correlated with the others of its kind only, or the
/// axes would take minutes.
fn mixture(d: usize, full: bool) -> Mixture {
    let unit = |seed: usize| {
        let v = normals(4, d).row(seed).to_owned();
        &v / v.dot(&v).sqrt()
    };
    let means = Array2::from_shape_fn((3, d), |(k, i)| 1.5 * unit(k)[i]);
    let kinds = if d < 100 { 1 } else { 50 };
    let cov = |k: usize| {
        let along = &unit((k + 1) % 4);
        Array2::from_shape_fn((d, d), |(i, j)| {
            let alone = if i == j { 0.2 + 0.2 * i as f64 / d as f64 } else { 0.0 };
            let together = if i % kinds == j % kinds { along[i] * along[j] } else { 0.0 };
            alone + 0.5 * kinds as f64 * together
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
            let (n, sigmas): (_, &[f64]) = match d {
                400 => (2, &[1e-3, 1.0, 1e3]),
                67 => (6, &[1e-3, 0.1, 1.0, 10.0, 1e3]),
                _ => (20, &[1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e3]),
            };
            for sigma in sigmas {
                for alpha in [1.0, 0.6] {
                    let level = NoiseLevel { alpha, sigma: *sigma };
                    let place = format!("d = {d}, full {full}, α = {alpha}, σ = {sigma}");
                    check(&place, &mixture, &near_and_far(&mixture, level, n), level);
                }
            }
        }
    }
}

/// The same level but for one part in a million: what no law may take for it.
fn twin(level: NoiseLevel) -> NoiseLevel {
    NoiseLevel { sigma: level.sigma * (1.0 + 1e-6), alpha: level.alpha * (1.0 + 1e-6) }
}

/// The answer for each row.
fn rows(x: &Array2<f64>, f: impl Fn(ArrayView1<f64>) -> Array1<f64>) -> Array2<f64> {
    let rows: Vec<Array1<f64>> = x.outer_iter().map(f).collect();
    ndarray::stack(Axis(0), &rows.iter().map(|r| r.view()).collect::<Vec<_>>()).unwrap()
}

/// The size of a score that counts: its own or, where it is near 0, one over the width of the density.
fn size(score: &Array2<f64>, mixture: &Mixture, level: NoiseLevel) -> Array1<f64> {
    lengths(score).mapv(|l| l.max(1.0 / width(mixture, level)))
}

#[test]
fn the_score_is_the_plain_one() {
    everywhere(|place, mixture, x, level| {
        let plain = |level| rows(x, |x| plain::score(mixture, x, level));
        let (own, exact) = (mixture.score(x.view(), level), plain(level));
        let residual =
            |exact: &Array2<f64>| row_residual(&own, exact, &size(exact, mixture, level));
        println!("score {place} {:e}", residual(&exact));
        assert_law(place, residual(&exact), residual(&plain(twin(level))), 1e-12);
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
                let exact = plain::score(mixture, x, change(*at));
                max_abs(&(&own - &exact)) / exact.dot(&exact).sqrt().max(1.0 / width(mixture, *at))
            }))
        };
        println!("each {place} {:e}", residual(|l| l));
        assert_law(place, residual(|level| level), residual(twin), 1e-12);
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
        println!("logp {place} {:e}", residual(level));
        assert_law(place, residual(level), residual(twin(level)), 1e-12);
    });
}

#[test]
fn class_probabilities_and_the_log_posterior_are_the_plain_ones() {
    everywhere(|place, mixture, x, level| {
        let logs: Array1<f64> =
            x.outer_iter().map(|x| plain::log_density(mixture, x, level).abs().max(1.0)).collect();
        // a probability is made of logarithms that are rounded at their own size
        let plain = |level| rows(x, |x| plain::class_probabilities(mixture, x, level));
        let own = mixture.class_probabilities(x.view(), level);
        let residual = |level| row_residual(&own, &plain(level), &logs);
        println!("classes {place} {:e}", residual(level));
        assert_law(place, residual(level), residual(twin(level)), 1e-13);
        for class in 0..2 {
            let own = mixture.posterior(class).log_likelihood(x.view(), level);
            let residual = |level| {
                worst(x.outer_iter().zip(&own).zip(&logs).map(|((x, own), size)| {
                    (own - plain::log_posterior(mixture, class, x, level)).abs() / size
                }))
            };
            println!("logpost {place} {:e}", residual(level));
            assert_law(place, residual(level), residual(twin(level)), 1e-13);
        }
    });
}

#[test]
fn the_gradient_of_the_posterior_is_the_plain_one() {
    everywhere(|place, mixture, x, level| {
        for class in 0..2 {
            let plain = |level| rows(x, |x| plain::grad_log_posterior(mixture, class, x, level));
            let own = mixture.posterior(class).grad_log_likelihood(x.view(), level);
            // a difference of two scores, which are rounded at their own size
            let of = |m: &Mixture| size(&m.score(x.view(), level), m, level);
            let scale = larger(&of(mixture), &of(&mixture.given(class)));
            let residual = |level| row_residual(&own, &plain(level), &scale);
            println!("grad {place} {:e}", residual(level));
            assert_law(place, residual(level), residual(twin(level)), 1e-12);
        }
    });
}

#[test]
fn the_jacobian_and_the_divergence_are_the_plain_ones() {
    everywhere(|place, mixture, x, level| {
        let x = x.slice(s![x.nrows() - 2.., ..]); // one near, one far: inverses take long
        let (own, traces) = (mixture.jacobian(x, level), mixture.divergence(x, level));
        let residual = |at: NoiseLevel| {
            worst(x.outer_iter().zip(own.outer_iter()).zip(&traces).map(|((x, own), trace)| {
                let (exact, s) = (plain::jacobian(mixture, x, at), plain::score(mixture, x, at));
                // vₖ·vₖᵀ − s·sᵀ is rounded at the size of s·sᵀ
                let size = max_abs(&exact).max(s.dot(&s));
                let traces_off = (exact.diag().sum() - trace).abs() / x.len() as f64;
                max_abs(&(&own - &exact)).max(traces_off) / size
            }))
        };
        println!("jac {place} {:e}", residual(level));
        assert_law(place, residual(level), residual(twin(level)), 1e-12);
    });
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
            let noised = mixture.noised(level);
            let x = near_and_far(&mixture, level, 20);
            let scores = mixture.score(x.view(), level);
            let scale = size(&scores, &mixture, level);
            let residual = |p_t: &Mixture| {
                let densities = p_t.log_density(x.view(), data)
                    / mixture.log_density(x.view(), level).mapv(|l| l.abs().max(1.0));
                let off = &densities
                    - &mixture.log_density(x.view(), level).mapv(|l| l / l.abs().max(1.0));
                row_residual(&p_t.score(x.view(), data), &scores, &scale).max(max_abs(&off))
            };
            let place = format!("d = {d}, σ = {}", level.sigma);
            assert_law(&place, residual(&noised), residual(&mixture.noised(twin(level))), 1e-12);
            // noise upon noise: α = α₁·α₂, σ² = α₂²σ₁² + σ₂²
            let half = NoiseLevel { alpha: level.alpha / 0.9, sigma: level.sigma / 3.0 };
            let sigma2 = (level.sigma.powi(2) - (0.9 * half.sigma).powi(2)).sqrt();
            let rest = |alpha| NoiseLevel { alpha, sigma: sigma2 };
            let twice = |alpha: f64| mixture.noised(half).noised(rest(alpha));
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
fn the_gradient_of_a_certain_class_is_rounding_of_the_scores() {
    // two components 40 apart: at the first, P(1) = e^(−800); at 18, e^(−40); at 19, e^(−20)…
    let mixture =
        Mixture::isotropic(vec![0.5; 2], array![[0.0], [40.0]], &[1.0; 2], vec![0, 1]).unwrap();
    let level = NoiseLevel::ve(0.0);
    for x in [0.0, 17.0, 18.0, 18.5, 19.0, 19.5, 20.0, 21.0, 22.0, 40.0] {
        let x = array![[x]];
        let own = mixture.posterior(0).grad_log_likelihood(x.view(), level)[[0, 0]];
        let logit: f64 = 40.0 * (20.0 - x[[0, 0]]);
        let exact = -40.0 / (1.0 + logit.exp());
        println!(
            "{} own {own:e} exact {exact:e} log p {:e}",
            x[[0, 0]],
            mixture.posterior(0).log_likelihood(x.view(), level)[0]
        );
    }
}
