//! In one dimension the probability flow is monotone: it carries quantiles to quantiles, and nothing has to be drawn.

use crate::common::cases;
use approx::assert_abs_diff_eq;
use ndarray::{Array1, Array2};
use scorelab::guidance::{Gamma, Guided};
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{Heun, sample};
use scorelab::score::ScoreFn;

/// z and the probability of its cell under N(0, 1), on an even grid over ±8.
fn standard_normal(n: usize) -> (Array1<f64>, Array1<f64>) {
    let z = Array1::<f64>::linspace(-8.0, 8.0, n);
    let p = z.mapv(|z| (-0.5 * z * z).exp());
    let total = p.sum();
    (z, p / total)
}

fn gamma(value: f64) -> Gamma {
    Gamma::new(value).unwrap()
}

/// Mean and sd of the flow's ends on F2 with class 0, from N(0, σ_max²).
fn f2_ends(g: f64, sigma_max: f64, steps: usize) -> (f64, f64) {
    let f2 = cases::f2();
    let given = f2.given(0);
    let guided = Guided { main: &given, guiding: &f2, gamma: gamma(g) };
    let process = Process::Ve { sigma_min: 0.002, sigma_max };
    let grid = Grid::to_data(&process, Spacing::KARRAS, steps).unwrap();
    let (z, p) = standard_normal(401);
    let x = z.insert_axis(ndarray::Axis(1)) * sigma_max;
    let ends = sample(&Heun, &guided, &process, &grid, x.view(), 0).column(0).to_owned();
    let mean = (&ends * &p).sum();
    (mean, ((ends - mean).mapv(|v| v * v) * p).sum().sqrt())
}

#[test]
fn the_guided_flow_overshoots_the_class_and_narrows_it() {
    let answers = [
        (1.0, (1.0, 1.0), 0.988),
        (2.0, (1.6125, 0.7617), 1.594),
        (3.0, (2.0269, 0.6537), 2.003),
        (5.0, (2.6182, 0.5603), 2.584),
        (10.0, (3.6086, 0.4826), 3.550),
    ];
    for (g, (mean, sd), mean_from_80) in answers {
        let (m, s) = f2_ends(g, 10_000.0, 400);
        assert_abs_diff_eq!(m, mean, epsilon = 2e-3);
        assert_abs_diff_eq!(s, sd, epsilon = 2e-3);
        let from_80 = f2_ends(g, 80.0, 200).0;
        assert_abs_diff_eq!(from_80, mean_from_80, epsilon = 1e-3);
        assert!((from_80 - mean).abs() > 2e-3, "the start's missing mean shows at σ = 80");
    }
}

/// The fraction of the ends of a guided flow on F4, class 0, in the far mode; γ by level, constant between `edges`.
fn far_mode(gammas: &[f64], edges: &[f64]) -> f64 {
    let f4: Mixture = cases::f4();
    let given = f4.given(0);
    let process = Process::VE;
    let (z, p) = standard_normal(4_001);
    let mut x: Array2<f64> = z.insert_axis(ndarray::Axis(1)) * 80.0;
    let t = |sigma: f64| process.t_of_log_snr(-2.0 * sigma.ln());
    let mut from = process.t_max();
    for (i, g) in gammas.iter().enumerate() {
        let guided = Guided { main: &given, guiding: &f4, gamma: gamma(*g) };
        let grid = match edges.get(i) {
            Some(edge) => Grid::between(&process, Spacing::KARRAS, from, t(*edge), 100).unwrap(),
            None => Grid::between(&process, Spacing::KARRAS, from, process.t_min(), 100).unwrap(),
        };
        x = sample(&Heun, &guided as &dyn ScoreFn, &process, &grid, x.view(), 0);
        from = *grid.times().last().unwrap();
    }
    x.column(0).iter().zip(&p).filter(|(x, _)| **x < -2.5).map(|(_, p)| p).sum()
}

#[test]
fn guidance_at_high_noise_drops_a_mode_and_guidance_at_low_noise_does_not() {
    let alone = far_mode(&[1.0], &[]);
    // half of class 0 lies left of −2.5 at σ = 80 too, but the start N(0, 80²) is centred at 0: Φ(−2.5/80)
    assert_abs_diff_eq!(alone, 0.4875, epsilon = 2e-3);
    let answers = [
        (alone, 0.494),
        (far_mode(&[4.0], &[]), 0.996),
        (far_mode(&[1.0, 4.0], &[1.0]), 0.494),
        (far_mode(&[4.0, 1.0], &[2.0]), 0.985),
    ];
    for (fraction, answer) in answers {
        assert_abs_diff_eq!(fraction, answer, epsilon = 0.02);
    }
}
