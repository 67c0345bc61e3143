//! Laws of a density that diffuses: Fokker–Planck, no curl, derivatives, and the term that guidance forgets.

use crate::common::{
    Scaled, assert_law, cases, gradient, levels, max_abs, points, simpson, width, worst,
};
use ndarray::{Array1, Array2, Array3, ArrayView2, Axis, array};
use scorelab::guidance::{ClassifierGuided, Gamma, Guided};
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::sampler::divergence;
use scorelab::score::ScoreFn;

/// ∂sᵢ/∂xⱼ by fourth-order differences with steps h: `x` (n, d) → (n, d, d).
fn numeric_jacobian(
    score: &dyn ScoreFn,
    x: &Array2<f64>,
    level: NoiseLevel,
    h: f64,
) -> Array3<f64> {
    let (n, d) = x.dim();
    let mut out = Array3::zeros((n, d, d));
    for j in 0..d {
        let at = |steps: f64| {
            let mut x = x.clone();
            x.column_mut(j).mapv_inplace(|v| v + steps * h);
            score.score(x.view(), level)
        };
        let slope = ((at(1.0) - at(-1.0)) * 8.0 - (at(2.0) - at(-2.0))) / (12.0 * h);
        out.index_axis_mut(Axis(2), j).assign(&slope);
    }
    out
}

/// |J − Jᵀ|/|J|, the largest over the points.
fn curl(jacobians: &Array3<f64>) -> f64 {
    worst(jacobians.outer_iter().map(|j| max_abs(&(&j - &j.t())) / max_abs(j)))
}

/// Guidance whose γ depends on the place, γ(x) = γ + 0.01·x₀: no longer the gradient of anything.
struct Wandering<M, G>(Guided<M, G>);

impl<M: ScoreFn, G: ScoreFn> ScoreFn for Wandering<M, G> {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let s_u = self.0.guiding.score(x, level);
        let gamma = x.column(0).mapv(|v| self.0.gamma.value() + 0.01 * v).insert_axis(Axis(1));
        &s_u + &((self.0.main.score(x, level) - &s_u) * gamma)
    }
}

#[test]
fn the_log_density_obeys_the_fokker_planck_equation() {
    // VE, t = σ²: ∂ log p/∂t = ½(div s + |s|²)
    for (name, mixture) in cases::labelled() {
        for sigma in [0.5, 1.0, 3.0, 10.0f64] {
            let at = |t: f64| NoiseLevel::ve(t.sqrt());
            let t = sigma * sigma;
            let h = 1e-4 * t;
            let x = points(&mixture, at(t), 20, 4.0);
            let log_p = |t: f64| mixture.log_density(x.view(), at(t));
            let change = (log_p(t + h) - log_p(t - h)) / (2.0 * h);
            let residual = |score: &dyn ScoreFn| {
                let s = score.score(x.view(), at(t));
                let square = (&s * &s).sum_axis(Axis(1));
                max_abs(&(&change - (mixture.divergence(x.view(), at(t)) + square) * 0.5))
            };
            assert_law(name, residual(&mixture), residual(&Scaled(&mixture, 1.01)), 1e-6);
        }
    }
}

#[test]
fn exact_scores_and_their_guided_combinations_have_no_curl() {
    for (name, mixture) in [("F3", cases::f3()), ("F7", cases::f7()), ("solid", cases::solid())] {
        for level in [0.3, 1.0, 5.0].map(NoiseLevel::ve) {
            let x = points(&mixture, level, 20, 3.0);
            let h = 2e-3 * width(&mixture, level);
            let given = mixture.given(1);
            let gamma = Gamma::new(3.0).unwrap();
            let guided = Guided { main: &given, guiding: &mixture, gamma };
            let posterior = mixture.posterior(1);
            let by_classifier = ClassifierGuided { score: &mixture, likelihood: &posterior, gamma };
            let residual = |score: &dyn ScoreFn| curl(&numeric_jacobian(score, &x, level, h));
            let twin = residual(&Wandering(guided));
            for score in [&mixture as &dyn ScoreFn, &given, &guided, &by_classifier] {
                assert_law(name, residual(score), twin, 1e-10);
            }
        }
    }
}

#[test]
fn jacobian_and_divergence_are_the_derivatives_of_the_score() {
    for (name, mixture) in cases::labelled() {
        for (process, level) in levels() {
            let place = format!("{name}, {process} at σ/α = {:.2}", level.ratio());
            let x = points(&mixture, level, 20, 5.0);
            let w = width(&mixture, level);
            let jacobian = mixture.jacobian(x.view(), level);
            let numeric = numeric_jacobian(&mixture, &x, level, 1e-3 * w);
            let residual = |factor: f64| max_abs(&(&jacobian * factor - &numeric)) * w * w;
            assert_law(&place, residual(1.0), residual(1.001), 1e-7);
            let traces: Array1<f64> = numeric.outer_iter().map(|j| j.diag().sum()).collect();
            let exact = mixture.divergence(x.view(), level);
            let residual = |factor: f64| max_abs(&(&exact * factor - &traces)) * w * w;
            assert_law(&place, residual(1.0), residual(1.001), 1e-7);
        }
    }
}

#[test]
fn the_divergence_of_any_score_comes_from_differences() {
    // its step is 10⁻⁴·σ, so where sd ≫ σ it is rounded at ε·|s|/h
    for (name, mixture) in cases::labelled() {
        for (process, level) in levels().into_iter().filter(|(_, l)| l.ratio() >= 0.1) {
            let x = points(&mixture, level, 20, 5.0);
            let w = width(&mixture, level);
            let exact = mixture.divergence(x.view(), level);
            let residual = |score: &dyn ScoreFn| {
                max_abs(&(divergence(score, x.view(), level) - &exact)) * w * w
            };
            let place = format!("{name}, {process} at σ/α = {:.2}", level.ratio());
            assert_law(&place, residual(&mixture), residual(&Scaled(&mixture, 1.001)), 1e-5);
        }
    }
}

/// log ∫ p(x₀|x, c)^γ·p(x₀|x)^(1−γ) dx₀ for one-dimensional Gaussians p(x), p(x|c), by quadrature.
fn missing_term(
    unconditional: &Mixture,
    conditional: &Mixture,
    gamma: f64,
    x: f64,
    sigma: f64,
) -> f64 {
    let log = |m: &Mixture, x: f64, sigma: f64| {
        m.log_density(array![[x]].view(), NoiseLevel::ve(sigma))[0]
    };
    let kernel =
        |x0: f64| -0.5 * ((x - x0) / sigma).powi(2) - (sigma * std::f64::consts::TAU.sqrt()).ln();
    let behind = |m: &Mixture, x0: f64| log(m, x0, 0.0) + kernel(x0) - log(m, x, sigma);
    let tilted = |x0: f64| {
        (gamma * behind(conditional, x0) + (1.0 - gamma) * behind(unconditional, x0)).exp()
    };
    simpson(tilted, -15.0, 15.0, 2_000).ln()
}

/// log of the tilt p(x|c)^γ·p(x)^(1−γ) after diffusion to σ, up to a constant, by quadrature.
fn diffused_tilt(
    unconditional: &Mixture,
    conditional: &Mixture,
    gamma: f64,
    x: f64,
    sigma: f64,
) -> f64 {
    let log = |m: &Mixture, x0: f64| m.log_density(array![[x0]].view(), NoiseLevel::ve(0.0))[0];
    let noised = |x0: f64| {
        let tilt = gamma * log(conditional, x0) + (1.0 - gamma) * log(unconditional, x0);
        (tilt - 0.5 * ((x - x0) / sigma).powi(2)).exp()
    };
    simpson(noised, -15.0, 15.0, 2_000).ln()
}

#[test]
fn the_guided_score_misses_a_term_of_the_diffused_tilt() {
    // ∇log π_t = s_γ + ∇log ∫ p(x₀|x,c)^γ p(x₀|x)^(1−γ) dx₀
    let f2 = cases::f2();
    let control = cases::f1_equal(1.5);
    let pairs = [
        ("F1", cases::f1().unconditional, cases::f1().conditional),
        ("F2", f2.clone(), f2.given(0)),
        ("F1'", control.unconditional, control.conditional),
    ];
    for (name, unconditional, conditional) in pairs {
        for (gamma, sigma) in [(0.5, 1.0), (2.0, 0.5), (3.0, 1.0), (3.0, 2.0)] {
            let level = NoiseLevel::ve(sigma);
            let x = array![[-2.0], [-0.7], [0.4], [1.1], [2.5]];
            let slope = |f: &dyn Fn(&Mixture, &Mixture, f64, f64, f64) -> f64| {
                let f = |x: ArrayView2<f64>| {
                    x.column(0).mapv(|x| f(&unconditional, &conditional, gamma, x, sigma))
                };
                gradient(f, &x, 1e-4)
            };
            let guided = Guided {
                main: &conditional,
                guiding: &unconditional,
                gamma: Gamma::new(gamma).unwrap(),
            };
            let guided = guided.score(x.view(), level);
            let (tilt, missing) = (slope(&diffused_tilt), slope(&missing_term));
            let with = max_abs(&(&guided + &missing - &tilt));
            let without = max_abs(&(&guided - &tilt));
            if name == "F1'" {
                assert!(
                    with < 1e-6 && without < 1e-6,
                    "{name}: the control {with:.1e} {without:.1e}"
                );
            } else {
                assert_law(name, with, without, 1e-6);
            }
        }
    }
}
