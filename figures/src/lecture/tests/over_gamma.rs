use super::*;
use crate::idiom::finer;
use crate::plot::{Mark, Role};
use scorelab::guidance::{GradientScaled, Guided};
use scorelab::metrics::Support;
use scorelab::mixture::Mixture;
use scorelab::rng::Purpose;
use scorelab::sampler::sample;

/// What the exact score gives at some γ, as F10 and F12 want it.
pub fn methods<T>(
    s: &Setting,
    gammas: &[f64],
    of: impl Fn(Vec<Array2<f64>>) -> T,
) -> [Series<T>; 3] {
    let (exact, given) = (&s.scene.mixture, s.scene.mixture.given(s.class));
    let ends = |g: &f64| s.sample(&Guided { main: &given, guiding: exact, gamma: gamma(*g) }, 60);
    let way = |title: &'static str, role| Series {
        title: title.into(),
        role,
        found: of(gammas.iter().map(ends).collect()),
    };
    [way("a", Role::Neutral), way("b", Role::Likelihood), way("c", Role::Guided)]
}

#[test]
fn guided_samples_lie_beyond_the_tilt_and_at_gamma_one_do_not() {
    with(&scene("three"), Process::VP_LINEAR, |s| {
        let beyond = |g: f64| {
            let samples = methods(s, &[g], |mut ends| ends.remove(0));
            let figures = densities_and_tilt(s, gamma(g), &samples).unwrap();
            let number = |name: &str| number(&figures[1], name);
            (number("mean, a") - number("mean, tilt")) / number("se of mean, a")
        };
        let (one, three) = (beyond(1.0), beyond(3.0));
        assert!(one.abs() < 5.0 && three > 5.0, "{one} {three}");
    });
}

#[test]
fn a_weak_gradient_leaves_hybrids_and_an_exact_one_does_not() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let exact = &s.scene.mixture;
        let post = exact.posterior(0);
        let weak = GradientScaled { likelihood: &post, scale: 0.2 };
        let arm = |likelihood| Arm { title: "arm".into(), score: exact, likelihood };
        let figures = hybrid(s, &[arm(&weak), arm(&post)], &[gamma(1.0)], 600).unwrap();
        assert!(number(&figures[1], "γ = 1: target class") >= 0.99);
        let share = number(&figures[0], "γ = 1: hybrid"); // 26.5 % of 4,000
        assert!(
            (share - 0.265).abs() < 5.0 * number(&figures[0], "γ = 1: se of hybrid"),
            "{share}"
        );
    });
}

#[test]
fn a_cloud_of_exact_samples_is_on_its_support_and_a_wider_one_is_not() {
    with(&scene("tree"), Process::VP_LINEAR, |s| {
        let given = s.scene.mixture.given(0);
        let support = Support::of(&given, 0.99, 4000, 1);
        let draws = |seed| given.sample(2000, seed, Purpose::Data).x;
        let truth = Cloud::new("truth", draws(2), &support, draws(3).view());
        let wide = Cloud::new("wide", draws(2) * 1.1, &support, draws(3).view());
        let figure = autoguidance(s, &[truth, wide], &support).unwrap();
        let (off, se) = (
            number(&figure, "truth: off the support"),
            number(&figure, "truth: se of off the support"),
        );
        assert!((off - 0.01).abs() < 5.0 * (se + 0.0016), "{off} ± {se}"); // the floor itself is known to .0016
        assert!(number(&figure, "wide: off the support") > 0.2);
        let energy = |name: &str| number(&figure, &format!("{name}: energy distance"));
        assert!(energy("truth").abs() < 5.0 * number(&figure, "truth: se of energy distance"));
        assert!(energy("wide") > energy("truth"));
    });
}

#[test]
fn the_mean_drifts_outwards_with_gamma_and_at_gamma_one_it_does_not() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let exact = &s.scene.mixture;
        let post = exact.posterior(0);
        let steer = |gamma| guided(exact, &post, gamma);
        let figure =
            overshoot(s, "exact".into(), steer, &[1.0, 3.0, 10.0].map(gamma), 600).unwrap();
        for steps in [64, 128] {
            let at =
                |g: f64, what: &str| number(&figure, &format!("γ = {g}, {steps} steps: {what}"));
            // one sd of the class is the unit, so one standard error of its own mean is 1/√600
            assert!(at(1.0, "drift in sd").abs() < 5.0 / 600f64.sqrt());
            assert!(at(3.0, "drift in sd") > 1.0 && at(10.0, "drift in sd") > 2.0);
            assert!(at(1.0, "off the support") < 0.02 && at(10.0, "off the support") > 0.3);
        }
    });
}

#[test]
fn a_negative_gamma_avoids_the_class() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let exact = &s.scene.mixture;
        let given = exact.given(0);
        let steer = |gamma| Guided { main: &given, guiding: exact, gamma };
        let figure =
            negative_gamma(s, "exact".into(), steer, &[0.0, -1.0].map(gamma), 600).unwrap();
        let share = |g: f64, steps: usize| {
            let place = format!("γ = {g}, {steps} steps");
            (
                number(&figure, &format!("{place}: share of y")),
                number(&figure, &format!("{place}: se of the share of y")),
            )
        };
        for steps in [64, 128] {
            let ((free, se), (less, _)) = (share(0.0, steps), share(-1.0, steps));
            assert!((free - 0.25).abs() < 5.0 * se, "{free}");
            assert!(less < 0.1, "{less}");
        }
        assert_eq!(figure.panels.len(), 3, "two planes and the curve");
        assert!(negative_gamma(s, "exact".into(), steer, &[gamma(0.0)], 600).is_err());
    });
}

#[test]
fn the_sweep_gives_a_verdict_for_each_gamma_and_refuses_too_many() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let exact = &s.scene.mixture;
        let given = exact.given(0);
        let steer = |gamma| Guided { main: &given, guiding: exact, gamma };
        let figure = gamma_sweep(s, "exact".into(), steer, &[0.0, 1.0].map(gamma)).unwrap();
        assert_eq!(number(&figure, "γ = 1: of six on the target"), 6.0);
        assert!(number(&figure, "γ = 0: of six on the target") < 6.0);
        assert!(gamma_sweep(s, "exact".into(), steer, &[gamma(1.0); 11]).is_err());
    });
}

#[test]
fn the_sweep_of_small_data_shows_it_as_large_as_that_of_large_data() {
    let drawn = |by: f64| {
        let mut scene = scene("animals");
        let (means, sds) = (by * &scene.mixture.means(), [0.25 * by; 4]);
        let labels = scene.mixture.labels().to_vec();
        scene.mixture = Mixture::isotropic(vec![1.0; 4], means, &sds, labels).unwrap();
        with(&scene, Process::VP_LINEAR, |s| {
            let figure = gamma_sweep(s, "exact".into(), |_| s.exact(), &[gamma(1.0)]).unwrap();
            match &figure.panels[0].layers[0].mark {
                Mark::Density(density) => density.values.mapv(|v| if v.is_nan() { 0.0 } else { v }),
                _ => panic!("the density comes first"),
            }
        })
    };
    let off = |by: f64| (drawn(1.0) - drawn(by)).mapv(f64::abs).mean().unwrap();
    assert!(off(0.01) < 1e-6, "{}", off(0.01));
    // data as wide as the noise or wider were never small
    assert!(off(2.0) < 1e-6, "{}", off(2.0));
}

#[test]
fn only_the_predictor_corrector_comes_near_the_tilt() {
    with(&scene("two-1d"), Process::VP_LINEAR, |s| {
        let n = 1500;
        let figure = sampler_choice(s, gamma(3.0), n).unwrap();
        let off = |way: Solver, times: usize| {
            let place = format!("{}, steps × {times}", way.name().en);
            let miss = number(&figure, &format!("{place}: mean")) - number(&figure, "tilt: mean");
            (miss, number(&figure, &format!("{place}: se of the mean")))
        };
        for times in [1, 2] {
            // 1.5 % of the tilt's mean for K = 5 corrections, measured at 64 steps, and four standard errors
            let (near, se) = off(Solver::PredictorCorrector { corrections: 5 }, times);
            assert!(near.abs() < 0.03 + 4.0 * se, "{near}");
            assert!(
                off(Solver::Ode, times).0 > 0.5 && off(Solver::Sde { lambda: 1.0 }, times).0 > 0.2
            );
        }
        assert!(sampler_choice(&Setting { class: 2, ..*s }, gamma(3.0), n).is_err());
    });
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let why = sampler_choice(s, gamma(3.0), 10).unwrap_err().to_string();
        assert!(why.contains("one-dimensional"), "{why}");
        assert!(interval(s, gamma(4.0), 1.0, 10).is_err());
    });
}

#[test]
fn guidance_below_an_edge_keeps_the_far_mode_and_guidance_above_it_does_not() {
    with(&scene("far-mode-1d"), Process::VP_LINEAR, |s| {
        let figure = interval(s, gamma(4.0), 1.0, 800).unwrap();
        assert_eq!(number(&figure, "far mode in p(x|y)"), 0.5);
        for times in [1, 2] {
            let far =
                |where_: &str| number(&figure, &format!("γ {where_}, steps × {times}: far mode"));
            assert!((far("up to the edge") - 0.494).abs() < 5.0 * 0.5 / 800f64.sqrt());
            assert!(far("everywhere") > 0.98 && far("beyond the edge") > 0.95);
        }
        let exact = &s.scene.mixture;
        let given = exact.given(0);
        let guided = Guided { main: &given, guiding: exact, gamma: gamma(4.0) };
        let ends = |interval, times| in_interval(s, gamma(4.0), interval, 50, times);
        let grid = finer(s, 1).unwrap();
        let alone = |score: &dyn ScoreFn| {
            sample(&scorelab::sampler::Heun, score, &s.process, &grid, s.start(50).view(), s.seed)
        };
        assert_eq!(ends((0.0, f64::INFINITY), 1).unwrap(), alone(&guided), "guidance everywhere");
        assert_eq!(ends((1e6, 1e7), 1).unwrap(), alone(&given), "guidance nowhere");
        assert!(ends((2.0, 1.0), 1).is_err() && ends((-1.0, 1.0), 1).is_err());
        assert!(interval(&Setting { class: 1, ..*s }, gamma(4.0), 1.0, 10).is_err(), "one mode");
    });
}
