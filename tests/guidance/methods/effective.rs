//! The effective scale: γ of ordinary guidance, and of everything else the one that is nearest.

use super::*;
use crate::common::{assert_law, cases};
use ndarray::array;
use scorelab::methods::{Effective, Window, effective, window};
use scorelab::rng::Purpose;
use scorelab::sampler::Heun;

/// (γ_eff, its standard error, the share across), of a plan on class 0 of a mixture.
fn scale(plan: &Plan, mixture: &Mixture, own: &AnySampler, run: Run) -> (f64, f64, f64) {
    let (c, u): (Score, Score) = (Arc::new(mixture.given(0)), Arc::new(mixture.clone()));
    match effective(plan, own, [&c, &u], Window::ALL, run) {
        Effective::Scale { gamma, se, across } => (gamma, se, across),
        other => panic!("{other}"),
    }
}

#[test]
fn ordinary_guidance_has_its_own_scale_whatever_walks_and_wherever() {
    let f3 = cases::f3();
    for process in [Process::VE, Process::VP_LINEAR, Process::Flow] {
        let grid = Grid::to_data(&process, Spacing::KARRAS, 16).unwrap();
        let start = start(150, 2, &process, &grid, 5);
        let run = Run { process: &process, grid: &grid, start: start.view(), seed: 5 };
        for gamma in [-1.0, 0.0, 0.5, 1.0, 3.0, 10.0] {
            let plan = plan_on(&f3, "classifier-free", &[("gamma", gamma)]);
            for own in [AnySampler::new(Ddim { eta: 1.0 }), AnySampler::new(Heun)] {
                let (found, se, across) = scale(&plan, &f3, &own, run);
                let law = format!("γ = {gamma}, {}", process.name());
                assert_law(&law, (found - gamma).abs(), (found - gamma - 0.01).abs(), 1e-8);
                assert!(se < 1e-8 && across < 1e-8, "{law}: ± {se}, across {across}");
            }
        }
    }
}

#[test]
fn what_renoises_otherwise_is_read_off_its_steps_without_their_noise() {
    let (f3, process, lambda) = (cases::f3(), Process::VE, 0.6);
    let steps = 24;
    let grid = Grid::to_data(&process, Spacing::LogSnr, steps).unwrap();
    let start = start(60, 2, &process, &grid, 5);
    let run = Run { process: &process, grid: &grid, start: start.view(), seed: 5 };
    let own = AnySampler::new(Ddim { eta: 0.0 });
    // steps of one ratio: γ = λ·σ/(σ − σ') is the same in all of them
    let keep = (0.002f64 / 80.0).powf(1.0 / (steps - 1) as f64);
    let (found, ..) = scale(&plan_on(&f3, "cfg++", &[("lambda", lambda)]), &f3, &own, run);
    let answer = |keep: f64| (found * (1.0 - keep) / lambda - 1.0).abs();
    assert_law("CFG++", answer(keep), answer(0.99 * keep), 1e-8);
    // a tangential part that is not made longer, on a sampler with noise: its step without noise is DDIM's
    let tag = plan_on(&f3, "tag", &[("gamma", 3.0), ("eta", 1.0)]);
    let (found, ..) = scale(&tag, &f3, &own, run);
    assert_law("TAG", (found - 3.0).abs(), (found - 3.01).abs(), 1e-8);
    let longer = scale(&plan_on(&f3, "tag", &[("gamma", 3.0), ("eta", 1.05)]), &f3, &own, run);
    assert!((longer.0 - 3.0).abs() > 1e-3 && longer.2 > 1e-4, "{longer:?}");
    let none = plan_on(&f3, "predictor-corrector", &[("gamma", 3.0), ("corrections", 0.0)]);
    assert!((scale(&none, &f3, &own, run).0 - 1.0).abs() < 1e-8);
    let some = plan_on(&f3, "predictor-corrector", &[("gamma", 3.0), ("corrections", 1.0)]);
    assert!((1.01..3.0).contains(&scale(&some, &f3, &own, run).0));
}

#[test]
fn an_interval_is_between_one_and_its_scale_and_a_window_within_it_sees_the_scale() {
    let (f4, course) = (cases::f4(), Course::new(1, 40));
    let own = AnySampler::new(Ddim { eta: 0.0 });
    let plan = plan_on(&f4, "interval", &[("gamma", 4.0), ("low", 0.5), ("high", 3.0)]);
    let (found, se, _) = scale(&plan, &f4, &own, course.run());
    assert!((1.1..3.9).contains(&found) && se > 1e-4, "{found} ± {se}");
    let (c, u): (Score, Score) = (Arc::new(f4.given(0)), Arc::new(f4.clone()));
    let within = |low: f64, high: f64| {
        let window = Window { low, high, energy: 1.0 };
        effective(&plan, &own, [&c, &u], window, course.run())
    };
    let Effective::Scale { gamma, .. } = within(0.51, 2.9) else { panic!() };
    assert_law("inside", (gamma - 4.0).abs(), (found - 4.0).abs(), 1e-8);
    let Effective::Scale { gamma, .. } = within(3.1, 80.0) else { panic!() };
    assert!((gamma - 1.0).abs() < 1e-8, "outside: {gamma}");
}

#[test]
fn equal_scores_have_no_scale_and_particles_have_a_dash() {
    let (f3, course) = (cases::f3(), Course::new(2, 12));
    let own = AnySampler::new(Ddim { eta: 0.0 });
    let u: Score = Arc::new(f3.clone());
    let plan = plan_on(&f3, "classifier-free", &[]);
    let of = |plan: &Plan, c: &Score| effective(plan, &own, [c, &u], Window::ALL, course.run());
    let same = of(&plan, &u);
    assert_eq!((same, same.to_string().as_str()), (Effective::NotDefined, "not defined"));
    // equal but for rounding
    let nearly: Score = Arc::new(f3.noised(scorelab::noise::NoiseLevel::ve(1e-8)));
    assert_eq!(of(&plan, &nearly), Effective::NotDefined);
    let blurred: Score = Arc::new(f3.noised(scorelab::noise::NoiseLevel::ve(0.5)));
    assert_ne!(of(&plan, &blurred), Effective::NotDefined, "the twin");
    let particles = of(&plan_on(&f3, "feynman-kac", &[]), &blurred);
    assert_eq!(particles.to_string(), "–");
    assert_eq!(Effective::Scale { gamma: 3.0, se: 0.01, across: 0.0 }.to_string(), "3.000 ± 0.010");
}

#[test]
fn the_jackknife_is_the_spread_over_seeds() {
    let (f4, process) = (cases::f4(), Process::VE);
    let grid = Grid::to_data(&process, Spacing::KARRAS, 12).unwrap();
    let own = AnySampler::new(Ddim { eta: 0.0 });
    let plan = plan_on(&f4, "interval", &[("gamma", 4.0), ("low", 0.5), ("high", 3.0)]);
    let found: Vec<(f64, f64)> = (0..60)
        .map(|seed| {
            let start = start(150, 1, &process, &grid, seed);
            let run = Run { process: &process, grid: &grid, start: start.view(), seed };
            let (gamma, se, _) = scale(&plan, &f4, &own, run);
            (gamma, se)
        })
        .collect();
    let mean = found.iter().map(|f| f.0).sum::<f64>() / 60.0;
    let spread = (found.iter().map(|f| (f.0 - mean).powi(2)).sum::<f64>() / 59.0).sqrt();
    let told = (found.iter().map(|f| f.1 * f.1).sum::<f64>() / 60.0).sqrt();
    // a standard deviation of 60 has a relative error of 1/√118
    let ratio: f64 = told / spread;
    assert!(ratio.ln().abs() < 5.0 / 118f64.sqrt(), "{told} told, {spread} found");
}

#[test]
fn guidance_speaks_where_the_integrand_lives_and_its_energy_is_the_surprise_of_the_label() {
    let process = Process::VE;
    let grid = Grid::to_data(&process, Spacing::KARRAS, 64).unwrap();
    let start = array![[0.0, 0.0]];
    let run = Run { process: &process, grid: &grid, start: start.view(), seed: 3 };
    let of = |mixture: &Mixture| {
        let x0 = mixture.given(0).sample(2_000, 3, Purpose::Reference).x;
        let (c, u): (Score, Score) = (Arc::new(mixture.given(0)), Arc::new(mixture.clone()));
        window(&c, &u, x0.view(), run).unwrap()
    };
    // apart: −ln ¼; the integrand's error is that of 200 independent means of 2,000
    let animals = of(&cases::animals());
    let off = |answer: f64| (animals.energy / answer - 1.0).abs();
    assert_law("energy", off(4f64.ln()), off(3f64.ln()), 0.02);
    assert!(animals.low > 0.2 && animals.high < 20.0 && animals.low < animals.high, "{animals:?}");
    let tight = of(&cases::f3());
    assert!(tight.energy < 3f64.ln(), "classes that overlap: {tight:?}");
    let u: Score = Arc::new(cases::f3());
    assert_eq!(window(&u, &u, array![[0.0, 1.0]].view(), run), None);
}
