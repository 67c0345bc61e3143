//! Methods that know only the prior's score, steered to a mask or a point: where each is exact, and by how much it is wrong
//! elsewhere, as affine moments of walks on Gaussians.

use super::*;
use crate::common::{assert_law, max_abs, normals, simpson};
use ndarray::{ArrayView2, array};
use scorelab::condition::{Known, Observation};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

/// A mean and a variance.
pub(super) type Moments = (f64, f64);

/// y = x₀ + τ·n of one coordinate, c = 1/τ².
pub(super) fn point(y: f64, c: f64) -> Observation {
    Observation::point(array![y], c.sqrt().recip()).unwrap()
}

/// The plan of a method on this prior, with some knobs set.
pub(super) fn observing(prior: &Mixture, o: Observation, name: &str, set: &[(&str, f64)]) -> Plan {
    let score: Score = Arc::new(prior.clone());
    let observation = Some(Arc::new(o));
    let parts = Parts { unconditional: Some(score), observation, ..Parts::default() };
    let knobs = set.iter().fold(Knobs::defaults(named(name).about()), |knobs, (knob, value)| {
        knobs.with(knob, *value).unwrap()
    });
    build(named(name), &parts, &knobs).unwrap()
}

pub(super) fn normal(variance: f64) -> Mixture {
    Mixture::isotropic(vec![1.0], array![[0.0]], &[variance.sqrt()], vec![0]).unwrap()
}

/// Steps of σ from this one down.
pub(super) fn levels(steps: usize, sigma_max: f64) -> Vec<f64> {
    let process = Process::Ve { sigma_min: 0.002, sigma_max };
    let grid = Grid::to_data(&process, Spacing::KARRAS, steps).unwrap();
    grid.times().iter().map(|t| process.level(*t).sigma).collect()
}

/// Where DDIM with η ends along a score in one dimension that is affine in x: the law carried from step to step.
pub(super) fn moments(score: &dyn ScoreFn, eta: f64, (steps, sigma_max): (usize, f64)) -> Moments {
    let levels = levels(steps, sigma_max);
    let (mut mean, mut variance) = (0.0, levels[0].powi(2));
    for pair in levels.windows(2) {
        let [r, to] = [pair[0], pair[1]];
        let d = score.denoised(array![[0.0], [1.0]].view(), NoiseLevel::ve(r));
        let (at_zero, slope) = (d[[0, 0]], d[[1, 0]] - d[[0, 0]]);
        let up = eta * to * (1.0 - (to / r).powi(2)).sqrt();
        let keep = (to * to - up * up).max(0.0).sqrt() / r;
        let gain = (1.0 - keep) * slope + keep;
        mean = (1.0 - keep) * at_zero + gain * mean;
        variance = gain * gain * variance + up * up;
    }
    (mean, variance)
}

/// The larger relative distance of a mean and of a variance.
fn apart(found: Moments, truth: Moments) -> f64 {
    (found.0 / truth.0 - 1.0).abs().max((found.1 / truth.1 - 1.0).abs())
}

/// Dawson's function.
fn dawson(x: f64) -> f64 {
    simpson(|t| (t * t - x * x).exp(), 0.0, x, 4000)
}

/// DPS on N(0, 1) without the denoiser's Jacobian.
struct Flat {
    y: f64,
    c: f64,
}

impl ScoreFn for Flat {
    fn dim(&self) -> usize {
        1
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let push = normal(1.0).denoised(x, level).mapv(|d| self.c * (self.y - d));
        normal(1.0).score(x, level) + push
    }
}

#[test]
fn dps_on_a_gaussian_ends_where_its_closed_form_says() {
    let y = 1.3;
    for c in [1.0f64, 2.0, 4.0] {
        let sde = (y * (1.0 - (-c).exp()), (1.0 - (-2.0 * c).exp()) / (2.0 * c));
        let ode = (y * (2.0 * c).sqrt() * dawson((0.5 * c).sqrt()), (-c).exp());
        let truth = (y * c / (1.0 + c), 1.0 / (1.0 + c));
        let plan = |gamma: f64| observing(&normal(1.0), point(y, c), "dps", &[("gamma", gamma)]);
        let flat = Flat { y, c };
        // a weak observation is felt from further out
        let walk = (2000, 160.0 / c.sqrt());
        for (eta, form) in [(1.0, sde), (0.0, ode)] {
            let found = moments(plan(1.0).score().unwrap(), eta, walk);
            assert!(apart(found, form) < 0.01, "c = {c}, η = {eta}: {found:?}, {form:?}");
            let twice = moments(plan(2.0).score().unwrap(), eta, walk);
            assert!(apart(twice, form) > 0.05, "weight 2 passed: {twice:?}, {form:?}");
            let flat = moments(&flat, eta, walk);
            assert!(apart(flat, form) > 0.05, "without the Jacobian: {flat:?}, {form:?}");
            assert!(apart(form, truth) > 0.05, "DPS would be exact: {form:?}");
        }
    }
}

#[test]
fn dps_overshoots_what_is_observed_and_explodes_where_steps_are_too_long_for_its_gradient() {
    let y = 1.0;
    let plan = |c: f64| {
        observing(&normal(1.0), point(y, c), "dps", &[("floor", 1e-3)]).score().unwrap().clone()
    };
    let (mean, _) = moments(&plan(4.0), 0.0, (2000, 80.0));
    assert!(mean > 1.2 * y, "the ODE passes y at c = 4: {mean}");
    // at c = 9 the variance of the ODE, e⁻⁹, is 15 % off at 500 steps and nearer at 2,000
    let off =
        |steps: usize| (moments(&plan(9.0), 0.0, (steps, 80.0)).1 / (-9.0f64).exp() - 1.0).abs();
    assert!((0.1..0.3).contains(&off(500)) && off(2000) < 0.5 * off(500), "{}", off(500));
    let (mean, variance) = moments(&plan(1000.0), 1.0, (500, 80.0));
    assert!(!(mean.abs() < 10.0 && variance < 10.0), "c = 1,000 ends at {mean}, {variance}");
    let (mean, _) = moments(&plan(1000.0), 1.0, (20_000, 80.0));
    assert!((mean - y).abs() < 0.01, "and with more steps it does not explode: {mean}");
}

#[test]
fn pigdm_is_exact_on_the_standard_normal_and_off_by_its_closed_form_elsewhere() {
    let (y, c) = (1.3, 4.0);
    for (variance, exact) in [(1.0, true), (4.0, false), (0.25, false)] {
        let truth = (y * c * variance / (1.0 + c * variance), variance / (1.0 + c * variance));
        let plan = observing(&normal(variance), point(y, c), "pigdm", &[]);
        let found = moments(plan.score().unwrap(), 0.0, (4000, 80.0));
        assert_eq!(apart(found, truth) < 0.01, exact, "{variance}: {found:?}, {truth:?}");
        // log of the ODE's variance: log v − ∫ v²/((v + s)²·(s/(1 + s) + 1/c)) ds, s = u/(1 − u)
        let rate = |s: f64| (variance / (variance + s)).powi(2) / (s / (1.0 + s) + 1.0 / c);
        let along = |u: f64| {
            if u < 1.0 {
                rate(u / (1.0 - u)) / (1.0 - u).powi(2)
            } else {
                variance * variance / (1.0 + 1.0 / c)
            }
        };
        let form = variance * (-simpson(along, 0.0, 1.0, 4000)).exp();
        assert!((found.1 / form - 1.0).abs() < 0.01, "{variance}: {found:?}, {form}");
    }
}

/// Gaussians, and what may be observed of them.
fn gaussians() -> Vec<(Mixture, Observation)> {
    let cov = array![[1.1, 0.6], [0.6, 0.7]];
    let slanted = Mixture::new(vec![1.0], array![[0.3, -0.2]], vec![cov], vec![0]).unwrap();
    let sums = Observation::new(array![[1.0, 0.5], [-0.3, 1.0]], array![0.4, 0.9], 0.3);
    vec![
        (normal(0.3), point(0.7, 9.0)),
        (slanted.clone(), Observation::mask(&[(0, 0.8)], 2, 0.0).unwrap()),
        (slanted.clone(), Observation::mask(&[(1, 0.8)], 2, 0.4).unwrap()),
        (slanted, sums.unwrap()),
    ]
}

#[test]
fn tmpd_is_the_exact_score_of_every_gaussian_at_every_level_and_power_and_pigdm_of_the_standard_one()
 {
    let mut places = 0;
    for (prior, observation) in gaussians() {
        let dim = prior.dim();
        let standard = Mixture::isotropic(vec![1.0], Array2::zeros((1, dim)), &[1.0], vec![0]);
        for level in
            [NoiseLevel::ve(0.05), NoiseLevel { alpha: 0.6, sigma: 0.8 }, NoiseLevel::ve(9.0)]
        {
            for gamma in [1.0, 3.0] {
                let x = normals(20, dim) * (1.0 + level.sigma);
                let off = |prior: &Mixture, name: &str, twin: f64| {
                    let exact = prior.observed(&observation.raised_to(gamma).unwrap()).unwrap();
                    let exact = exact.score(x.view(), level);
                    let set = [("gamma", gamma)];
                    let plan = observing(prior, observation.clone(), name, &set);
                    let found = plan.score().unwrap().score(x.view(), level) * twin;
                    max_abs(&(found - &exact)) / max_abs(&exact)
                };
                let place = format!("{:?} at {level:?}, γ = {gamma}", observation.tolerance());
                let twin = off(&prior, "pigdm", 1.0);
                assert_law(&format!("TMPD, {place}"), off(&prior, "tmpd", 1.0), twin, 1e-8);
                let standard = standard.as_ref().unwrap();
                let [own, twin] = [1.0, 1.001].map(|twin| off(standard, "pigdm", twin));
                assert_law(&format!("ΠGDM, {place}"), own, twin, 1e-8);
                places += 1;
            }
        }
    }
    assert_eq!(places, 24);
}

#[test]
fn on_a_mixture_none_is_exact_and_all_are_the_prior_at_gamma_zero() {
    let (f3, level) = (cases::f3(), NoiseLevel::ve(1.0));
    let mask = Observation::mask(&[(0, 0.3)], 2, 0.5).unwrap();
    let x = normals(40, 2) * 2.0;
    let exact = f3.observed(&mask).unwrap().score(x.view(), level);
    for name in ["dps", "pigdm", "tmpd"] {
        let score = |gamma: f64| {
            let plan = observing(&f3, mask.clone(), name, &[("gamma", gamma)]);
            plan.score().unwrap().score(x.view(), level)
        };
        let off = max_abs(&(score(1.0) - &exact)) / max_abs(&exact);
        assert!(off > 0.02, "{name} is exact on a mixture: {off}");
        assert_eq!(score(0.0), f3.score(x.view(), level), "{name}");
        let below = Knobs::defaults(named(name).about()).with("gamma", -1.0).unwrap();
        let refused = build(named(name), &parts(&f3), &below).err().unwrap().to_string();
        assert!(refused.contains(name) && refused.contains("at least 0"), "{refused}");
    }
}

/// N(0, [[1, ρ], [ρ, 1]]).
fn correlated(rho: f64) -> Mixture {
    let cov = array![[1.0, rho], [rho, 1.0]];
    Mixture::new(vec![1.0], array![[0.0, 0.0]], vec![cov], vec![0]).unwrap()
}

/// The moments of x₂ where x₁ = y is overwritten after each of r steps of DDIM with η, and noise added back between them.
fn overwritten(levels: &[f64], (rho, y): (f64, f64), eta: f64, times: usize) -> Moments {
    let (mut known, mut mean, mut variance) = (0.0, 0.0, levels[0].powi(2));
    for pair in levels.windows(2) {
        let [r, to] = [pair[0], pair[1]];
        let (s, det) = (r * r, (1.0 + r * r).powi(2) - rho * rho);
        let (b1, b2) = (s * rho / det, 1.0 - s * (1.0 + s) / det); // D₂ = b₁x₁ + b₂x₂
        let up = eta * to * (1.0 - (to / r).powi(2)).sqrt();
        let keep = (to * to - up * up).max(0.0).sqrt() / r;
        let (of_known, gain) = ((1.0 - keep) * b1, (1.0 - keep) * b2 + keep);
        for time in 1..=times {
            mean = of_known * known + gain * mean;
            variance = gain * gain * variance + (of_known * r).powi(2) + up * up;
            known = y;
            if time < times {
                variance += r * r - to * to;
            }
        }
    }
    (mean, variance)
}

#[test]
fn replacement_tends_to_a_biased_limit_another_for_the_sde_than_for_the_ode() {
    let y = 1.3;
    for rho in [0.4f64, 0.8] {
        let root = (1.0 - rho * rho).sqrt();
        let sde = (y * (1.0 - root) / rho, root * root * rho.atanh() / rho);
        let slope = |w: f64| w.sqrt() * (1.0 - (rho * w).powi(2)).powf(-1.25);
        let ode = (y * 0.5 * rho * root.sqrt() * simpson(slope, 0.0, 1.0, 4000), root);
        for (eta, form) in [(1.0, sde), (0.0, ode)] {
            let found = overwritten(&levels(4000, 1000.0), (rho, y), eta, 1);
            assert!(apart(found, form) < 0.01, "ρ = {rho}, η = {eta}: {found:?}, {form:?}");
            let other = if eta == 1.0 { ode } else { sde };
            assert!(apart(found, other) > 0.03, "the other limit passed: {found:?}");
            assert!(apart(found, (rho * y, root * root)) > 0.05, "replacement would be exact");
        }
    }
}

#[test]
fn the_error_of_repaint_falls_with_the_times_that_it_goes_back() {
    let (levels, rho, y) = (levels(300, 80.0), 0.8, 1.3);
    let error = |times| rho * y - overwritten(&levels, (rho, y), 1.0, times).0;
    for times in [16, 32, 64] {
        let order = (error(times) / error(2 * times)).log2();
        assert!((order - 1.0).abs() < 0.05, "order {order} at {times}");
    }
    assert!(error(1) > 20.0 * error(64) && error(64) > 0.0);
}

#[test]
fn the_samplers_end_as_their_recursions_say() {
    let (rho, y, n) = (0.8, 1.3, 20_000);
    let process = Process::VE;
    let grid = Grid::to_data(&process, Spacing::KARRAS, 24).unwrap();
    let levels: Vec<f64> = grid.times().iter().map(|t| process.level(*t).sigma).collect();
    let start = start(n, 2, &process, &grid, 3);
    let run = Run { process: &process, grid: &grid, start: start.view(), seed: 3 };
    let mask = Observation::mask(&[(0, y)], 2, 0.0).unwrap();
    let worst = |name: &str, set: &[(&str, f64)], eta: f64, times: usize| {
        let plan = observing(&correlated(rho), mask.clone(), name, set);
        let x = plan.walk(&AnySampler::new(Ddim { eta }), run);
        assert!(x.column(0).iter().all(|x| *x == y), "{name}: known coordinates are kept");
        let (mean, variance) = overwritten(&levels, (rho, y), eta, times);
        let (own, spread) = (x.column(1).mean().unwrap(), x.column(1).var(0.0));
        let n = n as f64;
        let off = (own - mean).abs() / (variance / n).sqrt();
        off.max((spread - variance).abs() / (variance * (2.0 / n).sqrt()))
    };
    for (name, set, eta, times) in [
        ("replacement", &[][..], 0.0, 1),
        ("replacement", &[], 1.0, 1),
        ("repaint", &[("times", 1.0)], 1.0, 1),
        ("repaint", &[("times", 5.0)], 1.0, 5),
    ] {
        let (found, twin) = (worst(name, set, eta, times), worst(name, set, eta, 2 * times));
        assert!(found < 4.5, "{name} η = {eta}, {times}: {found}");
        assert!(twin > 7.0, "{name} η = {eta}, {times}: the twin is {twin} off");
    }
}

#[test]
fn points_that_are_asked_together_end_where_each_ends_under_its_own_observation() {
    let (prior, process) = (correlated(0.8), Process::VE);
    let grid = Grid::to_data(&process, Spacing::KARRAS, 12).unwrap();
    let z = start(5, 2, &process, &grid, 3);
    let run = Run { process: &process, grid: &grid, start: z.view(), seed: 3 };
    let (own, y) = (AnySampler::new(Ddim { eta: 1.0 }), normals(5, 1));
    for (name, tau) in
        [("tmpd", 0.1), ("pigdm", 0.1), ("dps", 0.5), ("repaint", 0.0), ("replacement", 0.0)]
    {
        let rows = [1, 2, 4];
        let together =
            Observation::each(array![[1.0, 0.0]], y.select(ndarray::Axis(0), &rows), tau).unwrap();
        let ends = observing(&prior, together, name, &[]).walk_rows_at_once(&own, run, &rows);
        let alone = |row: usize, of: usize| {
            let o = Observation::mask(&[(0, y[[of, 0]])], 2, tau).unwrap();
            observing(&prior, o, name, &[]).walk_rows(&own, run, &[row])
        };
        for (end, row) in ends.outer_iter().zip(rows) {
            assert_eq!(end, alone(row, row).row(0), "{name}, row {row}");
            assert_ne!(end, alone(row, 0).row(0), "{name}: the wrong twin, another's observation");
        }
    }
}

#[test]
fn a_mask_is_what_replacement_needs_and_a_tolerance_is_none() {
    let near = Observation::mask(&[(0, 0.3)], 2, 0.1).unwrap();
    let score: Score = Arc::new(cases::f3());
    let observation = Some(Arc::new(near));
    let parts = Parts { unconditional: Some(score), observation, ..Parts::default() };
    for name in ["replacement", "repaint"] {
        let refused = build(named(name), &parts, &Knobs::defaults(named(name).about()));
        let refused = refused.err().unwrap().to_string();
        assert!(refused.contains("a mask that is exact"), "{refused}");
    }
    let known = |o: scorelab::Result<Observation>| o.unwrap().known();
    let second = Known { places: vec![1], values: array![[2.0]] };
    assert_eq!(known(Observation::mask(&[(1, 2.0)], 3, 0.0)), Some(second));
    assert_eq!(known(Observation::new(array![[2.0, 0.0]], array![1.0], 0.0)), None);
    assert_eq!(known(Observation::new(array![[1.0, 1.0]], array![1.0], 0.0)), None);
}

#[test]
fn a_coordinate_told_twice_is_told_once_with_a_tolerance_smaller_by_root_two() {
    let (prior, x) = (normal(0.7), array![[-1.2], [0.3], [2.0]]);
    let twice = |tau| Observation::new(array![[1.0], [1.0]], array![0.4, 0.4], tau).unwrap();
    let once = |tau| Observation::point(array![0.4], tau).unwrap();
    for name in ["pigdm", "tmpd"] {
        for (tau, sigma) in [(1e-9, 1.0), (1e-9, 0.01), (0.5, 1.0), (0.5, 0.01)] {
            let level = NoiseLevel::ve(sigma);
            let score = |o| observing(&prior, o, name, &[]).score().unwrap().score(x.view(), level);
            let own = score(twice(tau));
            let off = |o| max_abs(&(&own - &score(o))) / max_abs(&own);
            let same = off(once(tau / 2.0f64.sqrt()));
            assert!(same < 1e-9, "{name} at τ = {tau}, σ = {sigma}: {same:e}");
            // where τ is nothing beside the noise, it is no matter how often a coordinate is told
            assert!(tau < 1e-6 || off(once(tau)) > 1e-4, "{name}: the wrong twin passed");
        }
    }
}
