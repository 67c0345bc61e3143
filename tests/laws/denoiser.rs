//! Tweedie's formulas: the score knows the mean and the covariance of the x₀ behind an x_t.

use crate::common::textbook::Behind;
use crate::common::{
    Scaled, assert_law, cases, lengths, levels, max_abs, points, row_residual, worst,
};
use ndarray::{Array2, Zip};
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::score::{ScoreFn, score_of_denoised};

/// Every mixture and level, with points up to 10 widths away.
fn everywhere(check: impl Fn(&str, &Mixture, &Array2<f64>, NoiseLevel)) {
    for (name, mixture) in cases::labelled() {
        for (process, level) in levels() {
            let place = format!("{name}, {process} at σ/α = {:.2}", level.ratio());
            check(&place, &mixture, &points(&mixture, level, 20, 10.0), level);
        }
    }
}

#[test]
fn the_denoised_point_is_the_posterior_mean() {
    everywhere(|place, mixture, x, level| {
        let mut means = Array2::zeros(x.raw_dim());
        for (x, mut m) in x.outer_iter().zip(means.outer_iter_mut()) {
            m.assign(&Behind::new(mixture, x, level).mean());
        }
        // D is x/α plus a correction, so it is rounded at the size of x/α
        let scale = lengths(x).mapv(|l| (l / level.alpha).max(1.0));
        let residual =
            |score: &dyn ScoreFn| row_residual(&score.denoised(x.view(), level), &means, &scale);
        assert_law(place, residual(mixture), residual(&Scaled(mixture, 1.001)), 1e-12);
    });
}

#[test]
fn the_jacobian_of_the_denoiser_is_the_posterior_covariance() {
    // Cov[x₀ | x] = (σ²/α)·∂D/∂x = (σ²/α²)·(I + σ²·J), J the Jacobian of the score
    everywhere(|place, mixture, x, level| {
        let (r2, s2) = (level.ratio().powi(2), level.sigma.powi(2));
        let eye = Array2::<f64>::eye(mixture.dim());
        let jacobians = mixture.jacobian(x.view(), level);
        let residual = |factor: f64| {
            worst(x.outer_iter().zip(jacobians.outer_iter()).map(|(x, j)| {
                let cov = Behind::new(mixture, x, level).cov();
                let tweedie = (&eye + &(&j * (s2 * factor))) * r2;
                // 1 + σ²·J loses what 1 is rounded by, times r²
                max_abs(&(tweedie - &cov)) / max_abs(&cov).max(1e-2 * r2)
            }))
        };
        assert_law(place, residual(1.0), residual(1.001), 1e-10);
    });
}

#[test]
fn a_vector_is_pulled_back_by_the_posterior_covariance() {
    // vᵀ·∂D/∂x = (α/σ²)·Cov[x₀ | x]·v, by the mixture itself and by what a score does that knows no better
    everywhere(|place, mixture, x, level| {
        let v = crate::common::normals(x.nrows(), mixture.dim() + 1);
        let v = v.slice(ndarray::s![.., 1..]);
        let mut exact = Array2::zeros(x.raw_dim());
        for ((mut out, x), v) in exact.outer_iter_mut().zip(x.outer_iter()).zip(v.outer_iter()) {
            let cov = Behind::new(mixture, x, level).cov();
            out.assign(&(cov.dot(&v) * (level.alpha / level.sigma.powi(2))));
        }
        let scale = lengths(&exact).mapv(|l| l.max(1e-6 * max_abs(&exact)));
        let own = mixture.pull_back(x.view(), level, v);
        let off = |factor: f64| row_residual(&(&own * factor), &exact, &scale);
        assert_law(place, off(1.0), off(1.001), 1e-8);
        let other = Scaled(mixture, 1.0).pull_back(x.view(), level, v);
        // a difference over 10⁻⁴·σ of a D that is rounded at the size of x/α
        let size = lengths(x).mapv(|l| 1.0 + l / level.alpha) / (1e-4 * level.sigma);
        let off = max_abs(&((&other - &exact) / &size.insert_axis(ndarray::Axis(1))));
        let twin = max_abs(&(&exact * 1e-3));
        assert!(off < 1e-12 + 1e-5 * twin, "{place}: differences are {off:.1e} off");
    });
}

#[test]
fn score_and_denoised_point_are_each_others_inverse() {
    everywhere(|place, mixture, x, level| {
        let s = mixture.score(x.view(), level);
        // (α·D − x)/σ² is rounded at the size of x/σ²
        let scale = lengths(x).mapv(|l| l / level.sigma.powi(2));
        let residual = |level_back: NoiseLevel| {
            let back = score_of_denoised(x.view(), mixture.denoised(x.view(), level), level_back);
            row_residual(
                &back,
                &s,
                &Zip::from(&scale).and(&lengths(&s)).map_collect(|a, b| a.max(*b)),
            )
        };
        let twin = NoiseLevel { alpha: level.alpha * 1.001, sigma: level.sigma * 1.001 };
        assert_law(place, residual(level), residual(twin), 1e-13);
    });
}

#[test]
fn without_noise_the_denoised_point_is_the_point() {
    for (_, mixture) in cases::labelled() {
        let x = points(&mixture, NoiseLevel::ve(0.0), 20, 5.0);
        assert_eq!(mixture.denoised(x.view(), NoiseLevel::ve(0.0)), x);
    }
}

#[test]
fn at_high_noise_a_condition_shifts_the_mean_by_a_constant() {
    // D_c − D_u → μ_y − μ̄ as σ → ∞, whatever x within the noise
    for (name, mixture) in cases::labelled() {
        let residual = |sigma: f64, class: usize| {
            let (level, given) = (NoiseLevel::ve(sigma), mixture.given(class));
            let x = points(&mixture, level, 20, 2.0);
            let shift = given.denoised(x.view(), level) - mixture.denoised(x.view(), level);
            let limit = given.mean() - mixture.mean();
            worst((shift - limit).outer_iter().map(max_abs))
        };
        for class in 0..mixture.classes() {
            assert_law(name, residual(1e5, class), residual(10.0, class), 1e-3);
        }
    }
}
