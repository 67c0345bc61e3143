//! The numbers, and the estimators that fail.

use super::{Said, count, plausible, seeds};
use crate::common::cases;
use ndarray::{Array2, ArrayView2, Axis, array, s};
use rand::Rng;
use rand_distr::StandardNormal;
use scorelab::data::Scene;
use scorelab::metrics::{
    Interval, Modes, Support, Verdict, cosine_with_se, energy_difference, energy_distance,
    energy_with_se, entropy, frechet_with_se, mean_with_se, outcome, prdc, root_ratio,
    score_error_with_se, shares, spread_with_se,
};
use scorelab::mixture::{Mixture, Tilt};
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::rng::{Purpose, stream};
use scorelab::sampler::{DpmSolver2M, sample, start};
use scorelab::score::Likelihood;
use std::f64::consts::{E, PI, TAU};

/// Rows of a sample.
const N: usize = 300;
/// A mode's own samples that are farther out.
const TAIL: f64 = 0.002_187_491_118_182_885; // e^(−3.5²/2)

/// Standard normals (n, d), others for each `what`.
pub fn normals(n: usize, d: usize, seed: u64, what: u64) -> Array2<f64> {
    let mut rng = stream(seed, Purpose::Data, 1_000 + what, 0);
    Array2::from_shape_simple_fn((n, d), || rng.sample(StandardNormal))
}

/// E|N(m, 2)| − E|N(0, 2)|, twice: the energy distance of N(0, 1) from N(m, 1).
fn energy_of_shift(m: f64) -> f64 {
    let s = 2f64.sqrt();
    let folded = |m: f64| {
        s * (2.0 / PI).sqrt() * (-0.5 * (m / s).powi(2)).exp()
            + m * libm::erf(m / (s * 2f64.sqrt()))
    };
    2.0 * folded(m) - 2.0 * folded(0.0)
}

fn animals() -> Mixture {
    Scene::named("animals").unwrap().mixture
}

/// Ten dimensions, two modes far apart, a class each.
fn ten() -> Mixture {
    let means =
        Array2::from_shape_fn((2, 10), |(k, j)| if j == 0 { 8.0 * k as f64 - 4.0 } else { 0.0 });
    Mixture::isotropic(vec![1.0; 2], means, &[0.25; 2], vec![0, 1]).unwrap()
}

/// What `eval` and the tables of outcomes say of exact samples of p(x | y).
fn outcomes(seed: u64, sure: f64) -> Vec<Said> {
    let (three, animals, ten, f4) = (cases::f3(), animals(), ten(), cases::f4());
    let draw = |m: &Mixture, purpose| m.given(0).sample(N, seed, purpose).x;
    let of = |m: &Mixture| {
        outcome(draw(m, Purpose::Data).view(), draw(m, Purpose::Reference).view(), m, 0)
    };
    let [three, animals, ten, f4] = [&three, &animals, &ten, &f4].map(of);
    let mut all = vec![
        Said::new("p(y|x₀), three", three.confidence, sure),
        Said::new("spread of a Gaussian", (three.spread, three.spread_se), 0.6),
        Said::new("spread of two modes", (f4.spread, f4.spread_se), (0.16f64 + 2.25).sqrt()),
        Said::least("energy, one law, d = 2", (three.energy, three.energy_se), 0.0),
        Said::least("energy, one law, d = 1", (f4.energy, f4.energy_se), 0.0),
        Said::least("energy, one law, d = 10", (ten.energy, ten.energy_se), 0.0),
    ];
    let share = |name, of: &scorelab::metrics::Outcome, verdict, truth| {
        Said::share(name, of.shares.interval(verdict), N, truth)
    };
    all.extend([
        share("target share, d = 1", &f4, Verdict::Target, 1.0 - far_of_f4()),
        share("target share, d = 2", &animals, Verdict::Target, 1.0 - TAIL),
        share("target share, d = 10", &ten, Verdict::Target, 1.0 - TAIL),
        share("hybrid share", &animals, Verdict::Hybrid, 0.5 * TAIL),
        share("overshoot share", &animals, Verdict::Overshoot, 0.5 * TAIL),
    ]);
    all
}

/// What lies on neither mode of class 0 of F4: the tail of each, less what the other mode holds of it.
fn far_of_f4() -> f64 {
    let r = scorelab::metrics::on_mode(1);
    let upper = |z: f64| 0.5 * libm::erfc(z / 2f64.sqrt());
    // a sample of a mode also lies on the other if it is between 7.5 − r and 7.5 + r standard deviations to its side
    TAIL - (upper(7.5 - r) - upper(7.5 + r))
}

/// Energy distances of different laws, and differences of two with common noise.
fn energies(seed: u64) -> Vec<Said> {
    let [x, y] = [1, 2].map(|what| normals(N, 1, seed, what));
    let shifted = |m: f64| energy_with_se((&x + m).view(), y.view());
    let (near, far) = (&x + 0.3, &x + 0.8);
    let paired = energy_difference(near.view(), far.view(), y.view());
    let truth = energy_of_shift(0.3) - energy_of_shift(0.8);
    let z = normals(N, 2, seed, 3) * 0.6;
    let turned = z.dot(&array![[0.0, 1.0], [-1.0, 0.0]]);
    let equal = energy_difference(z.view(), turned.view(), (normals(N, 2, seed, 4) + 0.5).view());
    let exact = normals(N, 2, seed, 5);
    let turned = exact.dot(&array![[0.0, 1.0], [-1.0, 0.0]]);
    let both_true = energy_difference(exact.view(), turned.view(), normals(N, 2, seed, 6).view());
    vec![
        Said::new("energy, apart by 0.1", shifted(0.1), energy_of_shift(0.1)),
        Said::new("energy, apart by 0.3", shifted(0.3), energy_of_shift(0.3)),
        Said::new("energy, apart by 1", shifted(1.0), energy_of_shift(1.0)),
        Said::new("difference, unlike", (paired.value, paired.se), truth),
        Said::new("difference, alike and off", (equal.value, equal.se), 0.0),
        Said::least("difference, alike and true", (both_true.value, both_true.se), 0.0),
    ]
}

/// Entropy, errors of a score, Fréchet distance, density and coverage, shares and moments.
fn others(seed: u64, support: &Support) -> Vec<Said> {
    let x = normals(N, 2, seed, 10);
    let noise = normals(N, 2, seed, 11);
    let h = entropy(x.view(), 4);
    let turned = Array2::from_shape_fn((N, 2), |(i, j)| {
        let (sin, cos) = (0.5 * noise[[i, 0]]).sin_cos(); // E cos of N(0, ½²) = e^(−1/8)
        if j == 0 { cos * x[[i, 0]] - sin * x[[i, 1]] } else { sin * x[[i, 0]] + cos * x[[i, 1]] }
    });
    let fd = frechet_with_se((&x * 1.5 + 1.0).view(), normals(N, 2, seed, 12).view(), 20);
    let (seen, real) = (normals(N, 8, seed, 13), normals(N, 8, seed, 14));
    let found = prdc(seen.view(), real.view(), 5);
    let missed = (1..=5).map(|i| (N - i) as f64 / (2 * N - i) as f64).product::<f64>();
    let column = x.column(0).to_vec();
    let squares: Vec<f64> = column.iter().map(|v| v * v).collect();
    let draws = cases::f3().sample(N, seed, Purpose::Data).x;
    vec![
        Said::new("entropy", (h.nats, h.se), (TAU * E).ln()),
        Said::new(
            "score error",
            score_error_with_se((&x + &(noise.clone() * 0.3)).view(), x.view()),
            0.3,
        ),
        Said::new("cosine", cosine_with_se(turned.view(), x.view()), (-0.125f64).exp()),
        Said::new("Fréchet distance", fd, 2.0 + 2.0 * 0.25),
        Said::new("density", found.density, 1.0),
        Said::new("coverage", found.coverage, 1.0 - missed),
        Said::new("mean", mean_with_se(&column), 0.0),
        Said::new("standard deviation", root_ratio(&squares, &vec![1.0; N]), 1.0),
        Said::share("share off the support", support.missed(draws.view()), N, 0.1),
        Said::share(
            "share of hits",
            Interval::of_hits(column.iter().map(|v| *v > 1.0)),
            N,
            0.158_655_253_931_457,
        ),
    ]
}

/// The spread of walks by the exact score, unconditional: the first row of the table in `docs/experiments.md`.
fn walked(seed: u64) -> Vec<Said> {
    let (mixture, process) = (animals(), Process::VP_LINEAR);
    let grid = Grid::to_data(&process, Spacing::KARRAS, 64).unwrap();
    let z = start(N, 2, &process, &grid, seed);
    let x = sample(&DpmSolver2M::default(), &mixture, &process, &grid, z.view(), seed);
    let own = shares(x.view(), &Modes::of(&mixture), 0).interval(Verdict::Target);
    vec![
        Said::new(
            "spread of four modes, walked",
            spread_with_se(x.view()),
            (4.0f64 + 0.0625).sqrt(),
        ),
        Said::share("target share at γ = 0, walked", own, N, 0.25 * (1.0 - TAIL)),
    ]
}

#[test]
fn every_interval_holds_the_truth_as_often_as_it_says() {
    let (seeds, f3) = (seeds(), cases::f3());
    let clean = NoiseLevel { alpha: 1.0, sigma: 0.0 };
    let tilt = Tilt::guided(&f3, 0, 1.0).unwrap(); // p(x | y) itself, by quadrature
    let sure = tilt.expectation(|x| f3.posterior(0).log_likelihood(x.view(), clean).mapv(f64::exp));
    let support = Support::of(&f3, 0.9, 100_000, 9_999);
    let found = count(seeds, |seed| {
        [outcomes(seed, sure), energies(seed), others(seed, &support), walked(seed)]
            .into_iter()
            .flatten()
            .collect()
    });
    println!("{:<32} {:>20} {:>8}   of {seeds} seeds", "number", "nominal", "covered");
    let mut wrong = vec![];
    for (name, nominal, held) in found {
        let share = held as f64 / seeds as f64;
        println!("{name:<32} {:>20} {share:>8.3}", format!("{nominal:.3?}"));
        if !plausible(held, seeds as usize, nominal) {
            wrong.push(format!("{name}: {share:.3}, nominal {nominal:.3?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("; "));
}

#[test]
fn the_errors_of_one_gaussian_of_the_binomial_and_of_unpaired_samples_fail() {
    let found = count(40, |seed| {
        let x = animals().sample(N, seed, Purpose::Data).x;
        let (width, _) = spread_with_se(x.view());
        let (on, n) = (
            shares(
                animals().given(0).sample(N, seed, Purpose::Data).x.view(),
                &Modes::of(&animals()),
                0,
            ),
            N,
        );
        let [z, y] = [1, 2].map(|what| normals(N, 1, seed, what));
        let [near, far] = [0.75, 0.8].map(|m| energy_with_se((&z + m).view(), y.view()));
        let truth = energy_of_shift(0.75) - energy_of_shift(0.8);
        let binomial = (on.target, on.se(Verdict::Target));
        vec![
            Said::new("spread", (width, width / (4.0 * N as f64).sqrt()), (4.0f64 + 0.0625).sqrt()),
            Said {
                interval: binomial.into(),
                ..Said::share("share", on.interval(Verdict::Target), n, 1.0 - TAIL)
            },
            Said::new("unpaired", (near.0 - far.0, near.1.hypot(far.1)), truth),
        ]
    });
    for (name, nominal, held) in found {
        assert!(!plausible(held, 40, nominal), "{name}: the wrong twin passed, {held} of 40");
    }
}

#[test]
fn the_energy_of_one_law_is_rarely_three_errors_off() {
    let moons = Scene::named("moons").unwrap().mixture;
    let trials = 400;
    let in_parts = |x: ArrayView2<f64>, y: ArrayView2<f64>| {
        let part = |v: &ArrayView2<f64>, k: usize| v.slice(s![k * 20..(k + 1) * 20, ..]).to_owned();
        let each: Vec<f64> =
            (0..8).map(|k| energy_distance(part(&x, k).view(), part(&y, k).view())).collect();
        mean_with_se(&each)
    };
    let beyond = |of: fn(ArrayView2<f64>, ArrayView2<f64>) -> (f64, f64)| {
        let far = |seed: &u64| {
            let draws = moons.sample(320, *seed, Purpose::Data).x;
            let (x, y) = draws.view().split_at(Axis(0), 160);
            let (value, se) = of(x, y);
            value.abs() > 3.0 * se
        };
        (0..trials).filter(far).count()
    };
    let (own, twin) = (beyond(energy_with_se), beyond(in_parts));
    println!("|energy/se| > 3: {own} of {trials}; in eight parts {twin}");
    assert!(
        plausible(trials as usize - own, trials as usize, super::Nominal::AtLeast(0.99)),
        "{own}"
    );
    assert!(
        !plausible(trials as usize - twin, trials as usize, super::Nominal::AtLeast(0.99)),
        "{twin}"
    );
}
