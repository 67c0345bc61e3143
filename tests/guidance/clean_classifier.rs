//! A classifier that never saw noise: right as often as the best one, and useless for steering.

use crate::common::simpson;
use approx::{assert_abs_diff_eq, assert_relative_eq};
use ndarray::array;
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::score::Likelihood;
use std::f64::consts::TAU;

const SD: f64 = 0.3;

/// How a classifier does on x ~ p_σ(· | y): accuracy, negative log-likelihood, root mean square gradient.
struct Diagnosis {
    accuracy: f64,
    nll: f64,
    gradient: f64,
}

/// The posterior of ½N(±1, 0.3²) at level `believed`, asked about x ~ N(1, 0.3² + σ²), by quadrature.
fn diagnose(sigma: f64, believed: NoiseLevel) -> Diagnosis {
    let mixture =
        Mixture::isotropic(vec![0.5; 2], array![[1.0], [-1.0]], &[SD; 2], vec![0, 1]).unwrap();
    let posterior = mixture.posterior(0); // by symmetry the other class does the same
    let sd = SD.hypot(sigma);
    let density = |x: f64| (-0.5 * ((x - 1.0) / sd).powi(2)).exp() / (sd * TAU.sqrt());
    let log = |x: f64| posterior.log_likelihood(array![[x]].view(), believed)[0];
    let grad = |x: f64| posterior.grad_log_likelihood(array![[x]].view(), believed)[[0, 0]];
    // from and to the classifiers' kink at 0, which the clean one has within 0.1 of it
    let mean = |f: &dyn Fn(f64) -> f64| {
        let f = |x: f64| density(x) * f(x);
        let far = 1.0 + 10.0 * sd;
        let near = far.min(2.0);
        simpson(f, -far, -near, 4_000)
            + simpson(f, -near, 0.0, 4_000)
            + simpson(f, 0.0, near, 4_000)
            + simpson(f, near, far, 4_000)
    };
    let right = |x: f64| {
        let p = log(x).exp();
        if (p - 0.5).abs() < 1e-12 { 0.5 } else { f64::from(p > 0.5) }
    };
    Diagnosis {
        accuracy: mean(&right),
        nll: mean(&|x| -log(x)),
        gradient: mean(&|x| grad(x).powi(2)).sqrt(),
    }
}

#[test]
fn a_clean_classifier_is_as_accurate_on_noisy_input_as_the_best_one_and_far_too_sure() {
    for (sigma, clean_nll, noisy_nll) in [(1.0, 2.112, 0.3754), (10.0, 78.03, 0.6882)] {
        let clean = diagnose(sigma, NoiseLevel::ve(0.0));
        let noisy = diagnose(sigma, NoiseLevel::ve(sigma));
        assert_abs_diff_eq!(clean.accuracy, noisy.accuracy, epsilon = 1e-12);
        assert!(noisy.accuracy > 0.5 && noisy.accuracy < 0.9, "{}", noisy.accuracy);
        assert_relative_eq!(clean.nll, clean_nll, max_relative = 1e-3);
        assert_relative_eq!(noisy.nll, noisy_nll, max_relative = 1e-3);
        assert!(clean.nll > 1.001 * noisy_nll, "the tolerance tells the two apart");
    }
}

#[test]
fn a_clean_classifiers_gradient_is_a_thousand_times_too_strong_at_high_noise() {
    let ratio = |believed: f64| {
        diagnose(10.0, NoiseLevel::ve(believed)).gradient
            / diagnose(10.0, NoiseLevel::ve(10.0)).gradient
    };
    assert_relative_eq!(ratio(0.0), 1_513.0, max_relative = 1e-3);
    assert!(ratio(0.1) < 0.999 * 1_513.0, "a little noise already tames it: {}", ratio(0.1));
}
