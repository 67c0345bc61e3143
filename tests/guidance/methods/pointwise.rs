//! Methods that are a formula on the denoised points of one point: what each must do, exactly.

use super::*;
use crate::common::{assert_law, cases, lengths, max_abs, normals, points, row_residual, worst};
use ndarray::{Array1, Axis, array};
use scorelab::noise::NoiseLevel;
use scorelab::sampler::{Heun, Sampler, Step, sample};
use scorelab::score::ScoreFn;

/// D of a plan of one leg.
fn denoised(plan: &Plan, x: &Array2<f64>, level: NoiseLevel) -> Array2<f64> {
    plan.legs[0].score.denoised(x.view(), level)
}

const LEVELS: [f64; 4] = [0.05, 0.4, 2.0, 20.0];

#[test]
fn feedback_undoes_a_blend_with_the_unconditional_and_no_constant_scale_does() {
    for (name, mixture) in [("F2", cases::f2()), ("F3", cases::f3()), ("F7", cases::f7())] {
        let (given, pi) = (mixture.given(0), 0.4);
        let both =
            |p: &Mixture, w: f64| -> Vec<f64> { p.weights().iter().map(|v| w * v).collect() };
        let blend = Mixture::new(
            [both(&given, 1.0 - pi), both(&mixture, pi)].concat(),
            ndarray::concatenate(Axis(0), &[given.means(), mixture.means()]).unwrap(),
            [given.covs(), mixture.covs()].concat(),
            vec![0; given.weights().len() + mixture.weights().len()],
        )
        .unwrap();
        let parts = Parts {
            conditional: Some(Arc::new(blend.clone())),
            densities: Some([Arc::new(mixture.clone()), Arc::new(blend.clone())]),
            ..parts(&mixture)
        };
        let plan = |pi: f64| {
            let knobs = Knobs::defaults(named("feedback").about());
            let knobs = knobs.with("pi", pi).unwrap().with("most", f64::INFINITY).unwrap();
            build(named("feedback"), &parts, &knobs).unwrap()
        };
        for sigma in LEVELS {
            let level = NoiseLevel::ve(sigma);
            let x = points(&mixture, level, 60, 2.0);
            let exact = given.denoised(x.view(), level);
            // γ(x) multiplies the rounding of p_t(x|y) − π·p_t(x)
            let ratio = mixture.log_density(x.view(), level) - blend.log_density(x.view(), level);
            let gamma = ratio.mapv(|log| 1.0 / (1.0 - pi * log.exp()).max(1e-300));
            let kept: Vec<usize> = (0..60).filter(|i| gamma[*i] < 1e6).collect();
            assert!(kept.len() >= 20, "{name}, σ = {sigma}: {}", kept.len());
            let scale = (lengths(&exact) + lengths(&x)) * &gamma * &gamma;
            let pick = |a: &Array2<f64>| a.select(Axis(0), &kept);
            let off = |pi: f64| {
                let d = denoised(&plan(pi), &x, level);
                row_residual(&pick(&d), &pick(&exact), &scale.select(Axis(0), &kept))
            };
            assert_law(&format!("{name}, σ = {sigma}"), off(pi), off(pi - 1e-4), 1e-12);
        }
        let level = NoiseLevel::ve(0.6);
        let x = points(&mixture, level, 60, 1.0);
        let (u, c) = (mixture.denoised(x.view(), level), blend.denoised(x.view(), level));
        let exact = given.denoised(x.view(), level);
        let best = (&(&exact - &u) * &(&c - &u)).sum() / (&(&c - &u) * &(&c - &u)).sum();
        let left = &u + &((&c - &u) * best) - &exact;
        assert!(max_abs(&left) > 0.05, "{name}: a constant γ = {best} leaves {}", max_abs(&left));
    }
}

#[test]
fn feedback_without_pi_is_conditional_however_far_the_point_is_from_the_class() {
    let (f2, level) = (cases::f2(), NoiseLevel::ve(0.01));
    let x = points(&f2, level, 20, 400.0); // p(x)/p(x|y) overflows at some of them
    let ratio = f2.log_density(x.view(), level) - f2.given(0).log_density(x.view(), level);
    assert!(ratio.iter().any(|log| *log > 710.0), "{ratio}");
    let off = |pi: f64| {
        let d = denoised(&plan_on(&f2, "feedback", &[("pi", pi)]), &x, level);
        max_abs(&(d - f2.given(0).denoised(x.view(), level))) / max_abs(&x)
    };
    assert_law("π = 0", off(0.0), off(1e-3), 1e-12);
}

#[test]
fn apg_without_the_parallel_part_has_none_and_its_difference_is_no_longer_than_told() {
    let f7 = cases::f7();
    let plan = |eta: f64, threshold: f64| {
        plan_on(&f7, "apg", &[("gamma", 5.0), ("eta", eta), ("threshold", threshold)])
    };
    for sigma in LEVELS {
        let level = NoiseLevel::ve(sigma);
        let x = points(&f7, level, 40, 2.0);
        let c = f7.given(0).denoised(x.view(), level);
        let added = |eta: f64, threshold: f64| denoised(&plan(eta, threshold), &x, level) - &c;
        let parallel = |eta: f64| {
            let added = added(eta, f64::INFINITY);
            worst((&added * &c).sum_axis(Axis(1)) / (&lengths(&c) * &lengths(&c)))
        };
        assert_law(&format!("σ = {sigma}"), parallel(0.0).abs(), 1.0, 1e-12);
        let longest = worst(lengths(&added(1.0, 0.01))); // (γ − 1)·r
        assert!(longest <= 0.04 * (1.0 + 1e-12), "{longest}");
        assert!(sigma > 0.1 && longest > 0.0399 || sigma <= 0.1);
        // both parts together are the whole difference
        let whole = added(1.0, f64::INFINITY);
        let both = added(0.0, f64::INFINITY) * 0.5 + added(2.0, f64::INFINITY) * 0.5;
        let twin = added(0.0, f64::INFINITY) * 0.5 + added(1.9, f64::INFINITY) * 0.5;
        let scale = lengths(&whole) + lengths(&c);
        assert!(row_residual(&both, &whole, &scale) < 1e-13);
        assert!(row_residual(&twin, &whole, &scale) > 1e-13);
    }
}

#[test]
fn in_one_dimension_apg_and_zero_star_are_the_conditional_score_for_every_gamma() {
    for mixture in [cases::f2(), cases::f4()] {
        for gamma in [-2.0, 0.0, 3.0, 50.0] {
            for sigma in LEVELS {
                let level = NoiseLevel::ve(sigma);
                let x = points(&mixture, level, 30, 2.0);
                let exact = mixture.given(0).denoised(x.view(), level);
                let off = |name: &str, knob: &str, value: f64| {
                    let plan = plan_on(&mixture, name, &[("gamma", gamma), (knob, value)]);
                    let scale = (lengths(&exact) + lengths(&x)) * (1.0 + gamma * gamma);
                    row_residual(&denoised(&plan, &x, level), &exact, &scale)
                };
                for (name, knob, value, twin) in
                    [("apg", "eta", 0.0, 0.01), ("zero-star", "share", 1.0, 0.9)]
                {
                    let found = off(name, knob, value);
                    assert!(found < 1e-13, "{name}, γ = {gamma}, σ = {sigma}: {found:.1e}");
                    let twin = off(name, knob, twin);
                    assert!(twin > 1e-13, "{name}, γ = {gamma}, σ = {sigma}: {twin:.1e}");
                }
            }
        }
    }
}

#[test]
fn zero_stars_scale_leaves_the_conditional_velocity_nearest_to_the_unconditional_one() {
    // v at γ = 0 is s*·v_u: what is left of v_c is at right angles to it
    let (f7, level) = (cases::f7(), NoiseLevel::ve(0.5));
    let x = points(&f7, level, 40, 2.0);
    let velocity = |d: Array2<f64>| (&x - &(d * (level.alpha + level.sigma))) / level.sigma;
    let v_c = velocity(f7.given(0).denoised(x.view(), level));
    let angle = |share: f64| {
        let plan = plan_on(&f7, "zero-star", &[("gamma", 0.0), ("share", share)]);
        let fitted = velocity(denoised(&plan, &x, level));
        let across = (&(&v_c - &fitted) * &fitted).sum_axis(Axis(1));
        worst((across / (lengths(&v_c) * lengths(&fitted))).mapv(f64::abs))
    };
    assert_law("a right angle", angle(1.0), angle(0.99), 1e-12);
}

#[test]
fn a_velocity_of_zero_leaves_the_flow_where_it_is() {
    let (f3, course) = (cases::f3(), Course::new(2, 24));
    let Course { process, grid, start } = &course;
    let flow = |x: &Array2<f64>, t: f64| {
        let level = process.level(t);
        x / (level.alpha + level.sigma)
    };
    let plan = plan_on(&f3, "zero-star", &[("zero-above", 5.0)]);
    let rows: Vec<usize> = (0..40).collect();
    let way = plan.trajectories_rows(&AnySampler::new(Ddim { eta: 0.0 }), course.run(), &rows);
    let above = grid.times().iter().filter(|t| process.level(**t).ratio() > 5.0).count();
    let at = |i: usize| flow(&way.index_axis(Axis(0), i).to_owned(), grid.times()[i]);
    let moved = |i: usize| max_abs(&(at(i) - flow(start, grid.times()[0])));
    assert_law("at rest above the level", moved(above), moved(above + 1), 1e-12);
}

#[test]
fn tag_lengthens_a_step_across_x_and_leaves_it_along_x() {
    let (f3, level) = (cases::f3(), NoiseLevel::ve(1.0));
    let process = Process::VE;
    let x = points(&f3, level, 40, 2.0);
    let rows: Vec<usize> = (0..40).collect();
    let step = |sampler: &mut dyn FnMut(&mut Array2<f64>, Step)| {
        let mut x = x.clone();
        let noise = scorelab::rng::Noise::new(3, scorelab::rng::Purpose::Walk, 0, &rows);
        let (from, to) = (1.0 / 80.0, 0.6 / 80.0);
        sampler(&mut x, Step { process: &process, from, to, noise });
        x
    };
    for eta in [0.0, 0.5, 2.0] {
        for noisy in [0.0, 1.0] {
            let inner = Ddim { eta: noisy };
            let mut tag = scorelab::methods::Tangential { inner, eta };
            let plain = step(&mut |x, step| { inner }.step(&f3, x, step));
            let found = step(&mut |x, step| tag.step(&f3, x, step));
            let radial = |y: &Array2<f64>| (y * &x).sum_axis(Axis(1)) / (&x * &x).sum_axis(Axis(1));
            let across = |y: &Array2<f64>| y - &(&x * &radial(y).insert_axis(Axis(1)));
            assert!(max_abs(&(radial(&found) - radial(&plain))) < 1e-12);
            let off = |eta: f64| max_abs(&(across(&found) - across(&plain) * eta));
            assert_law(&format!("η = {eta}"), off(eta), off(eta + 0.01), 1e-12);
        }
    }
    // in one dimension there is nothing across x
    let f2 = cases::f2();
    let grid = Grid::to_data(&process, Spacing::KARRAS, 24).unwrap();
    let start = start(40, 1, &process, &grid, 5);
    let plain = sample(&Heun, &f2, &process, &grid, start.view(), 5);
    let tag = scorelab::methods::Tangential { inner: Heun, eta: 3.0 };
    assert!(max_abs(&(sample(&tag, &f2, &process, &grid, start.view(), 5) - plain)) < 1e-10);
}

#[test]
fn rescaled_noise_has_the_spread_of_the_conditional_one() {
    let solid = cases::solid();
    for sigma in LEVELS {
        let level = NoiseLevel::ve(sigma);
        let x = points(&solid, level, 40, 2.0);
        let spread = |d: &Array2<f64>| -> Array1<f64> {
            let eps = (&x - d) / level.sigma;
            eps.map_axis(Axis(1), |row| row.std(0.0))
        };
        let wanted = spread(&solid.given(0).denoised(x.view(), level));
        let off = |phi: f64| {
            let plan = plan_on(&solid, "rescale", &[("gamma", 6.0), ("phi", phi)]);
            let found = spread(&denoised(&plan, &x, level));
            max_abs(&((found - &wanted) / &wanted))
        };
        assert_law(&format!("σ = {sigma}"), off(1.0), off(0.9), 1e-11 / sigma.min(1.0));
    }
}

#[test]
fn thresholded_points_are_within_the_bound_and_points_within_it_are_left_alone() {
    let (f7, level) = (cases::f7(), NoiseLevel::ve(0.3));
    let x = points(&f7, level, 60, 2.0);
    let plan = |bound: f64, p: f64| {
        plan_on(&f7, "dynamic-threshold", &[("gamma", 6.0), ("bound", bound), ("percentile", p)])
    };
    let free = denoised(&plan(f64::INFINITY, 1.0), &x, level);
    for p in [0.0, 0.5, 1.0] {
        let held = denoised(&plan(0.8, p), &x, level);
        assert!(max_abs(&held) <= 0.8 * (1.0 + 1e-15), "p = {p}");
        for (held, free) in held.outer_iter().zip(free.outer_iter()) {
            let mut sizes: Vec<f64> = free.iter().map(|v| v.abs()).collect();
            sizes.sort_by(f64::total_cmp);
            let s = (sizes[0] + p * (sizes[1] - sizes[0])).max(0.8);
            let by_hand = free.mapv(|v| v.clamp(-s, s) * 0.8 / s);
            assert!(max_abs(&(&held - &by_hand)) < 1e-14, "p = {p}");
        }
    }
    assert!(max_abs(&free) > 0.9, "the twin is outside");
    let mut sizes: Vec<f64> = free.outer_iter().map(max_abs).collect();
    sizes.sort_by(f64::total_cmp);
    let middle = 0.5 * (sizes[29] + sizes[30]);
    let inside: Vec<usize> = (0..60).filter(|i| max_abs(free.row(*i)) < middle).collect();
    assert_eq!(inside.len(), 30);
    let held = denoised(&plan(middle, 1.0), &x, level);
    assert_ne!(held, free);
    assert_eq!(held.select(Axis(0), &inside), free.select(Axis(0), &inside));
}

#[test]
fn each_band_of_a_gaussian_is_guided_by_its_own_scale() {
    let axes = |a: f64, b: f64| {
        let cov = array![[a, 0.0], [0.0, b]];
        Mixture::new(vec![1.0], array![[0.0, 0.0]], vec![cov], vec![0]).unwrap()
    };
    let (c, u) = ([0.5, 1.0], [2.0, 3.0]);
    let parts = Parts {
        conditional: Some(Arc::new(axes(c[0], c[1]))),
        unconditional: Some(Arc::new(axes(u[0], u[1]))),
        ..Parts::default()
    };
    let method = named("frequency-decoupled");
    let knobs = Knobs::parse(method.about(), &["gamma=4", "low=0.5"]).unwrap(); // γ_low = 2.5
    let plan = build(method, &parts, &knobs).unwrap();
    let process = Process::VE;
    let grid = Grid::to_data(&process, Spacing::KARRAS, 2_000).unwrap();
    let start = array![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
    let run = Run { process: &process, grid: &grid, start: start.view(), seed: 0 };
    let ends = plan.walk(&AnySampler::new(Heun), run);
    let t2 = 80.0 * 80.0;
    for (axis, gamma, twin) in [(0, 2.5, 2.51), (1, 4.0, 4.01)] {
        let found = (ends[[axis + 1, axis]] * 80.0).powi(2);
        // v_c^γ·v_u^(1 − γ), and what is missing because the walk begins at σ = 80
        let law = |g: f64| {
            let grow = |v: f64, g: f64| (v / (v + t2)).powf(g);
            t2 * grow(c[axis], g) * grow(u[axis], 1.0 - g)
        };
        let off = |g: f64| (found / law(g) - 1.0).abs();
        assert_law(&format!("axis {axis}"), off(gamma), off(twin), 5e-4);
        let limit = c[axis].powf(gamma) * u[axis].powf(1.0 - gamma);
        assert!((law(gamma) / limit - 1.0).abs() < 2e-3, "the limit");
    }
}

#[test]
fn the_low_band_of_an_image_is_the_means_of_its_blocks() {
    let (height, width) = (3, 4);
    let one = |at: f64| {
        let mean = normals(1, height * width) * at;
        Mixture::isotropic(vec![1.0], mean, &[0.5], vec![0]).unwrap()
    };
    let parts = Parts {
        conditional: Some(Arc::new(one(1.0))),
        unconditional: Some(Arc::new(one(-1.0))),
        image: Some((height, width)),
        ..Parts::default()
    };
    let (level, x) = (NoiseLevel::ve(1.0), normals(1, height * width));
    let method = named("frequency-decoupled");
    let d = |gamma: f64, low: f64| {
        let knobs = Knobs::defaults(method.about()).with("gamma", gamma).unwrap();
        let plan = build(method, &parts, &knobs.with("low", low).unwrap()).unwrap();
        denoised(&plan, &x, level).into_shape_with_order((height, width)).unwrap()
    };
    let difference = d(1.0, 1.0) - d(0.0, 1.0);
    let low = (d(3.0, 0.0) - d(3.0, 1.0)) / -2.0; // −(γ − 1)·L·Δ
    let mean = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
        difference.slice(ndarray::s![rows, columns]).mean().unwrap()
    };
    for ((row, column), found) in low.indexed_iter() {
        let (r, c) = (row / 2 * 2, column / 2 * 2);
        let block = mean(r..(r + 2).min(height), c..c + 2);
        assert_law(
            "a block",
            (found - block).abs(),
            (found - difference[[row, column]]).abs(),
            1e-12,
        );
    }
}

#[test]
fn a_random_condition_is_a_biased_reference_whose_bias_outgrows_the_signal_at_small_noise() {
    // ½N(±1, .3²), the class at +1. E s_y' = ½(s₊ + s₋), and s₊ − s₋ = 2/v with v = .09 + σ², so
    //   bias = ½(s₊ + s₋) − s_u = (½ − p)·(s₊ − s₋) = (1 − 2p)/v,   signal = s_c − s_u = (1 − p)·2/v,   p = p(+|x)
    let mixture =
        Mixture::isotropic(vec![0.5; 2], array![[1.0], [-1.0]], &[0.3; 2], vec![0, 1]).unwrap();
    let process = Process::VE;
    let n = 40_000;
    let rows: Vec<usize> = (0..n).collect();
    for (sigma, outgrown) in [(0.3, true), (0.6, true), (3.0, false)] {
        let level = NoiseLevel::ve(sigma);
        let at = 1.0; // where the class is
        let p = mixture.class_probabilities(array![[at]].view(), level)[[0, 0]];
        let v = 0.09 + sigma * sigma;
        let (bias, signal) = ((1.0 - 2.0 * p) / v, 2.0 * (1.0 - p) / v);
        assert_eq!(bias.abs() > signal, outgrown, "σ = {sigma}: {bias} and {signal}");
        // a step without noise of its own: x' = x + σ(σ' − σ)·(−s), s at γ = 0 the reference itself
        let (from, to) = (sigma / 80.0, 0.9 * sigma / 80.0);
        let plan = plan_on(&mixture, "independent", &[("gamma", 0.0)]);
        let mut sampler = plan.sampler(&AnySampler::new(Ddim { eta: 0.0 })).unwrap();
        let noise = scorelab::rng::Noise::new(3, scorelab::rng::Purpose::Walk, 0, &rows);
        let mut x = Array2::from_elem((n, 1), at);
        sampler.step(&mixture, &mut x, Step { process: &process, from, to, noise });
        let drawn = (x - at) / (0.1 * sigma * sigma);
        let (mean, sd) = (drawn.mean().unwrap(), drawn.std(1.0));
        let exact = mixture.score(array![[at]].view(), level)[[0, 0]];
        let se = sd / (n as f64).sqrt();
        assert!((mean - exact - bias).abs() < 5.0 * se, "{mean} and {exact} + {bias} ± {se}");
        assert!((mean - exact).abs() > 5.0 * se, "the twin: no bias");
    }
}
