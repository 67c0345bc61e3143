//! A classifier's gradient is the derivative of its own answer.

use crate::common::{assert_law, cases, max_abs};
use ndarray::{Array1, Array2};
use scorelab::classifier::{
    ClassLikelihood, ClassifierConfig, CleanClassifier, NoisyClassifier, OneVsRest,
};
use scorelab::mixture::Labelled;
use scorelab::noise::{NoiseLevel, Process};
use scorelab::rng::Purpose;
use scorelab::score::Likelihood;
use scorelab::train::TrainConfig;

/// A few steps: the law holds for any weights.
fn config() -> ClassifierConfig {
    let train = TrainConfig { steps: 60, batch: 128, warmup: 10, ..TrainConfig::default() };
    ClassifierConfig { width: 24, depth: 2, train, ..ClassifierConfig::default() }
}

fn data() -> Labelled {
    cases::f3().sample(2_000, 1, Purpose::Data)
}

fn levels() -> [NoiseLevel; 4] {
    [
        NoiseLevel::ve(0.2),
        NoiseLevel::ve(1.0),
        Process::VP_LINEAR.level(0.3),
        Process::Flow.level(0.8),
    ]
}

/// ∂f/∂xᵢ by central differences of fourth order: steps long enough for an f32 answer.
fn slopes(f: impl Fn(&Array2<f64>) -> Array1<f64>, x: &Array2<f64>, h: f64) -> Array2<f64> {
    let mut out = Array2::zeros(x.raw_dim());
    for i in 0..x.ncols() {
        let central = |h: f64| {
            let shifted = |h: f64| {
                let mut x = x.clone();
                x.column_mut(i).mapv_inplace(|v| v + h);
                f(&x)
            };
            (shifted(h) - shifted(-h)) / (2.0 * h)
        };
        out.column_mut(i).assign(&((central(h) * 4.0 - central(2.0 * h)) / 3.0));
    }
    out
}

/// The same likelihood with another temperature.
fn at(mut likelihood: ClassLikelihood, temperature: f64) -> ClassLikelihood {
    likelihood.temperature = temperature;
    likelihood
}

fn check(what: &str, likelihood: ClassLikelihood) {
    for temperature in [1.0, 5.0] {
        let likelihood = at(likelihood.clone(), temperature);
        for level in levels() {
            let x = cases::f3().sample(60, 2, Purpose::Reference).x * level.alpha;
            let f = |x: &Array2<f64>| likelihood.log_likelihood(x.view(), level);
            let exact = slopes(f, &x, 0.02 * level.alpha.hypot(level.sigma));
            let grad = likelihood.grad_log_likelihood(x.view(), level);
            let residual = |scale: f64| max_abs(&(&grad * scale - &exact)) / max_abs(&exact);
            let place = format!("{what}, T = {temperature}, {level:?}");
            assert_law(&place, residual(1.0), residual(1.01), 1e-3);
            // the other temperature is another field
            let other = at(likelihood.clone(), 6.0 - temperature);
            let other = other.grad_log_likelihood(x.view(), level);
            assert!(max_abs(&(other - &exact)) / max_abs(&exact) > 1e-2, "{place}");
        }
    }
}

#[test]
fn a_noisy_classifiers_gradient_is_the_slope_of_its_log_likelihood() {
    let noisy = NoisyClassifier::train(&data(), &config(), &mut |_| ()).unwrap();
    (0..3).for_each(|class| check(&format!("noisy, class {class}"), noisy.given(class)));
}

#[test]
fn a_clean_classifiers_gradient_is_the_slope_of_its_log_likelihood() {
    let clean = CleanClassifier::train(&data(), &config(), &mut |_| ()).unwrap();
    (0..3).for_each(|class| check(&format!("clean, class {class}"), clean.given(class)));
}

#[test]
fn a_one_vs_rest_classifiers_gradient_is_the_slope_of_its_log_likelihood() {
    let each = OneVsRest::train(&data(), &config(), &mut |_| ()).unwrap();
    (0..3).for_each(|class| {
        check(&format!("one against the rest, class {class}"), each.given(class))
    });
}

#[test]
fn probabilities_sum_to_one_and_are_the_likelihoods_of_the_classes() {
    let noisy = NoisyClassifier::train(&data(), &config(), &mut |_| ()).unwrap();
    let x = cases::f3().sample(100, 2, Purpose::Reference).x;
    for level in levels() {
        let p = noisy.probabilities(x.view(), level);
        assert!(p.rows().into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-12));
        for class in 0..3 {
            let column = p.column(class).to_owned();
            let residual = |class: usize| {
                let log = noisy.given(class).log_likelihood(x.view(), level);
                max_abs(&(log.exp() - &column))
            };
            assert_law("p(y | x)", residual(class), residual((class + 1) % 3), 1e-12);
        }
    }
}

#[test]
fn a_clean_classifier_does_not_see_the_level_and_a_noisy_one_does() {
    let x = cases::f3().sample(100, 2, Purpose::Reference).x;
    let (low, high) = (NoiseLevel::ve(0.1), NoiseLevel::ve(5.0));
    let clean = CleanClassifier::train(&data(), &config(), &mut |_| ()).unwrap();
    let noisy = NoisyClassifier::train(&data(), &config(), &mut |_| ()).unwrap();
    let of = |l: ClassLikelihood, level| l.grad_log_likelihood(x.view(), level);
    assert_eq!(of(clean.given(0), low), of(clean.given(0), high));
    assert_ne!(of(noisy.given(0), low), of(noisy.given(0), high));
}
