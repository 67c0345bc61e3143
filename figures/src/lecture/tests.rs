mod exported;
mod so_far;

use super::*;
use crate::plot::{Lang, Mark, Role, Theme, svg};
use scorelab::guidance::{GradientScaled, Guided};
use scorelab::metrics::{Support, outcome};
use scorelab::noise::Spacing;
use scorelab::rng::Purpose;
use scorelab::sampler::DpmSolver2M;
use std::collections::BTreeSet;

fn gamma(v: f64) -> Gamma {
    Gamma::new(v).unwrap()
}

fn scene(name: &str) -> Scene {
    Scene::named(name).unwrap()
}

/// Runs `f` in the default setting of a scene.
fn with<T>(scene: &Scene, process: Process, f: impl Fn(&Setting) -> T) -> T {
    let grid = Grid::to_data(&process, Spacing::KARRAS, 64).unwrap();
    let sampler = Method::DpmSolver2M(DpmSolver2M::default());
    f(&Setting { scene, class: 0, process, grid: &grid, sampler: &sampler, seed: 1 })
}

fn number(figure: &Figure, name: &str) -> f64 {
    let found = figure.numbers.iter().find(|(n, _)| n == name);
    found.unwrap_or_else(|| panic!("{name} among {:?}", figure.numbers)).1
}

/// A bill of so many networks.
fn bill(networks: usize) -> Bill {
    Bill {
        networks,
        parameters: 100 * networks,
        seconds: 1.5,
        one_label: 0.5,
        two_labels: 0.75,
        new_networks: 1,
        new_parameters: 16,
        new_seconds: 0.5,
    }
}

/// A batch of ten labels, each class or ∅ in turn; one in five is ∅ if there are four classes.
fn labels(classes: usize) -> Array2<usize> {
    Array2::from_shape_fn((2, 10), |(i, j)| (10 * i + j) % (classes + 1))
}

/// Every figure of the module, with few samples.
fn all(s: &Setting) -> Vec<Figure> {
    let exact = &s.scene.mixture;
    let posteriors: Vec<_> = (0..exact.classes()).map(|c| exact.posterior(c)).collect();
    let judge = |title: &'static str| Judge::new(title.into(), posteriors.clone());
    let target = &posteriors[s.class];
    let weak = GradientScaled { likelihood: target, scale: 0.2 };
    let arm =
        |title: &'static str, likelihood| Arm { title: title.into(), score: exact, likelihood };
    let level = s.level_by_radius(0.4);
    let point = open_point(s, level, gamma(1.0)).unwrap();
    let mut figures = vec![
        uncontrolled(s, exact, 60).unwrap(),
        steering(s, exact, target, gamma(1.0), 60).unwrap(),
        field_over_noise(s, Some(exact)).unwrap(),
        two_scores(s).unwrap(),
        bayes_sum(s, point, level, gamma(2.0), None).unwrap(),
        bayes_plane(s, level).unwrap(),
        three_trajectories(s, exact, target, gamma(2.0), &[gamma(0.0), gamma(3.0)]).unwrap(),
    ];
    figures.extend((1..=4).map(|k| bayes_sum(s, point, level, gamma(1.0), Some(k)).unwrap()));
    let arms = [arm("weak", &weak), arm("exact", target)];
    figures.extend(hybrid(s, &arms, &[0.0, 1.0, 10.0].map(gamma), 60).unwrap());
    figures.extend(clean_classifier(s, exact, &judge("noisy"), &judge("clean"), 20).unwrap());
    if exact.weights().len() < 10 {
        figures.extend(steered_without_a_classifier(s)); // the quadrature over 200 components takes seconds
    }
    let steer = |gamma| guided(exact, target, gamma);
    figures.extend(over_gamma(s, "exact".into(), steer, 60).unwrap());
    figures.extend(guided_particles(s, exact, target, gamma(1.0), 8, 2).unwrap().skip(1));
    figures.extend(bayes_through_time(s, 3).unwrap().skip(2));
    figures.extend(bending_field(s, exact, target, 8, 3).unwrap().skip(2));
    figures.extend(regions_through_noise(s, &[judge("noisy")], 3).unwrap().skip(2));
    figures.push(classifier_bill(&bill(5), &bill(1)));
    figures.push(null_label(s, labels(exact.classes()).view(), 0.1).unwrap());
    let given = exact.given(s.class);
    let draws = |seed| given.sample(40, seed, Purpose::Data).x;
    let support = Support::of(&given, 0.99, 1000, 1);
    let cloud = Cloud::new("truth", draws(2), &support, draws(3).view());
    figures.push(autoguidance(s, &[cloud.clone(), cloud], &support).unwrap());
    figures
}

/// What the exact score gives at some γ, as F10 and F12 want it.
fn ways<T>(s: &Setting, gammas: &[f64], of: impl Fn(Vec<Array2<f64>>) -> T) -> [Way<T>; 3] {
    let (exact, given) = (&s.scene.mixture, s.scene.mixture.given(s.class));
    let ends = |g: &f64| s.sample(&Guided { main: &given, guiding: exact, gamma: gamma(*g) }, 60);
    let way = |title: &'static str, role| Way {
        title: title.into(),
        role,
        found: of(gammas.iter().map(ends).collect()),
    };
    [way("a", Role::Neutral), way("b", Role::Likelihood), way("c", Role::Guided)]
}

/// F10 and F12, and F12 and F16 of made-up errors.
fn steered_without_a_classifier(s: &Setting) -> Vec<Figure> {
    let mixture = &s.scene.mixture;
    let truth = mixture.given(s.class).sample(60, 9, scorelab::rng::Purpose::Reference).x;
    let measured = |x: &Array2<f64>| outcome(x.view(), truth.view(), mixture, s.class);
    let sweeps = ways(s, &[0.0, 1.0, 2.0], |ends| {
        let at = [0.0, 1.0, 2.0].map(gamma);
        at.into_iter().zip(&ends).map(|(g, x)| (g, measured(x))).collect()
    });
    let mut figures = vec![fidelity_diversity(&sweeps, &measured(&truth)).unwrap()];
    let samples = ways(s, &[0.9], |mut ends| ends.remove(0));
    figures.extend(densities_and_tilt(s, gamma(0.9), &samples).unwrap());
    let errors = errors([0.1, 1.0, 1e-9]);
    figures.push(implicit_classifier(&errors, &errors[..1]).unwrap());
    figures.push(p_drop_sweep(&[(0.5, errors.to_vec()), (1.0, errors.to_vec())]).unwrap());
    figures
}

/// Two curves of three points, the second without standard errors.
fn errors(y: [f64; 3]) -> [Way<Vec<Measured>>; 2] {
    let found = |se: f64| [0.0, 0.1, 0.9].into_iter().zip(y).map(|(x, y)| [x, y, se]).collect();
    let way = |title: &'static str, role, se| Way { title: title.into(), role, found: found(se) };
    [way("∅", Role::Unconditional, 0.01), way("y", Role::Guided, f64::NAN)]
}

#[test]
fn every_figure_is_drawn_in_both_languages_and_has_its_own_name() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let mut figures = all(s);
        figures.extend(over_a_line(s, 20).unwrap());
        let stems: BTreeSet<&str> = figures.iter().map(|f| f.stem.as_str()).collect();
        assert_eq!(stems.len(), figures.len());
        for figure in &figures {
            assert!(!figure.caption.is_empty() && figure.caption.en != figure.caption.vi);
            for lang in [Lang::En, Lang::Vi] {
                let text = svg(figure, Theme::Light, lang, None).unwrap();
                resvg::usvg::roxmltree::Document::parse(&text).unwrap();
                // the letters of an embedded image may spell anything
                let drawn = |line: &str| !line.split("base64,").next().unwrap().contains("NaN");
                assert!(
                    text.lines().all(drawn) && !text.contains("<text></text>"),
                    "{}",
                    figure.stem
                );
            }
            let entry = Entry::of(figure, "svg");
            assert!(!entry.part.is_empty() && !entry.latex.is_empty(), "{}", figure.stem);
        }
    });
}

#[test]
fn every_scene_of_the_plane_and_every_process_can_be_drawn() {
    for (name, process) in [
        ("three", Process::VpCosine),
        ("ring8", Process::VE),
        ("wide", Process::Flow),
        ("moons", Process::VP_LINEAR),
    ] {
        with(&scene(name), process, |s| {
            for figure in all(s) {
                svg(&figure, Theme::Dark, Lang::En, None)
                    .unwrap_or_else(|why| panic!("{name}: {why}"));
            }
        });
    }
}

#[test]
fn what_cannot_be_drawn_is_refused_by_name() {
    with(&scene("two-1d"), Process::VP_LINEAR, |s| {
        let why = uncontrolled(s, &s.scene.mixture, 10).unwrap_err().to_string();
        assert!(why.contains("the scene two-1d") && why.contains("two-dimensional"), "{why}");
    });
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let level = s.level(1.0);
        let sum = |point, build| bayes_sum(s, point, level, gamma(1.0), build);
        assert!(sum([0.0, 0.0], Some(0)).is_err() && sum([0.0, 0.0], Some(5)).is_err());
        assert!(sum([f64::NAN, 0.0], None).is_err());
        assert!(
            bayes_sum(s, [0.0; 2], scorelab::noise::NoiseLevel::ve(0.0), gamma(1.0), None).is_err()
        );
        assert!(two_scores(&Setting { class: 4, ..*s }).is_err());
        assert!(hybrid(s, &[], &[gamma(1.0)], 10).is_err());
        assert!(uncontrolled(s, &s.scene.mixture, 1).is_err());
    });
}

#[test]
fn curves_that_are_missing_or_too_many_are_refused() {
    let some = errors([0.1, 0.2, 0.3]);
    let many = [&some[..], &some, &some].concat();
    assert!(implicit_classifier(&[], &some).is_err() && implicit_classifier(&many, &some).is_err());
    assert!(implicit_classifier(&errors([0.0, 0.0, f64::NAN]), &some).is_err());
    assert!(p_drop_sweep(&[]).is_err() && p_drop_sweep(&[(1.0, vec![])]).is_err());
    with(&scene("three"), Process::VP_LINEAR, |s| {
        let samples = ways(s, &[1.0], |mut ends| ends.remove(0));
        assert!(densities_and_tilt(s, gamma(1.0), &[]).is_err());
        let why = densities_and_tilt(s, gamma(-30.0), &samples).map(|_| ());
        assert!(why.is_ok(), "modes of one width leave a tilt at every γ: {why:?}");
    });
    with(&scene("wide"), Process::VP_LINEAR, |s| {
        let samples = ways(s, &[1.0], |mut ends| ends.remove(0));
        let why = densities_and_tilt(s, gamma(-30.0), &samples).unwrap_err().to_string();
        assert!(why.contains("improper"), "{why}");
    });
}

#[test]
fn guided_samples_lie_beyond_the_tilt_and_at_gamma_one_do_not() {
    with(&scene("three"), Process::VP_LINEAR, |s| {
        let beyond = |g: f64| {
            let samples = ways(s, &[g], |mut ends| ends.remove(0));
            let figures = densities_and_tilt(s, gamma(g), &samples).unwrap();
            let number = |name: &str| number(&figures[1], name);
            (number("mean, a") - number("mean, tilt")) / number("se of mean, a")
        };
        let (one, three) = (beyond(1.0), beyond(3.0));
        assert!(one.abs() < 5.0 && three > 5.0, "{one} {three}");
    });
}

#[test]
fn the_bayes_sum_is_the_conditional_score() {
    with(&scene("wide"), Process::VP_LINEAR, |s| {
        for (point, ratio) in [([0.3, -0.8], 0.7), ([-2.0, 1.0], 0.3), ([1.0, 1.0], 3.0)] {
            let figure = bayes_sum(s, point, s.level(ratio), gamma(1.0), None).unwrap();
            assert!(number(&figure, "‖sum − s_γ‖") < 1e-12);
        }
        assert!(number(&bayes_plane(s, s.level(0.7)).unwrap(), "largest residual") < 1e-11);
    });
}

#[test]
fn a_larger_gamma_makes_up_its_mind_at_more_noise() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let exact = &s.scene.mixture;
        let gammas = [0.0, 1.0, 2.0, 5.0, 10.0];
        let figure =
            three_trajectories(s, exact, &exact.posterior(0), gamma(2.0), &gammas.map(gamma))
                .unwrap();
        let level = |g: f64| number(&figure, &format!("σ/α where p passes 0.9 at γ = {g}"));
        assert!(level(0.0).is_nan(), "without guidance this path never gets there");
        assert!(gammas[1..].windows(2).all(|g| level(g[0]) < level(g[1])));
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
fn a_batch_says_how_often_its_label_was_dropped() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let figure = null_label(s, labels(4).view(), 0.1).unwrap();
        assert_eq!(number(&figure, "share of ∅"), 0.2);
        assert!((number(&figure, "se of that share") - (0.2 * 0.8 / 20f64).sqrt()).abs() < 1e-15);
        let chips = figure.panels[0].layers.iter().find(|l| l.name == "chips-4").unwrap();
        let Mark::Boxes(boxes) = &chips.mark else { panic!("chips are boxes") };
        assert_eq!(boxes.at.len(), 2 + 1, "two rows of the first batch are ∅, and the key");
        assert!(null_label(s, labels(5).view(), 0.1).is_err(), "5 is no label of four classes");
        assert!(null_label(s, Array2::zeros((0, 10)).view(), 0.1).is_err());
    });
}

#[test]
fn the_field_bends_from_green_at_0_to_10_and_back() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let exact = &s.scene.mixture;
        let target = exact.posterior(0);
        let frames: Vec<Figure> = bending_field(s, exact, &target, 5, 5).unwrap().collect();
        let gammas: Vec<f64> = frames.iter().map(|f| number(f, "gamma")).collect();
        assert_eq!((gammas[0], gammas[2], gammas[4]), (0.0, 10.0, 0.0));
        assert!(gammas[1] > 0.0 && (gammas[1] - gammas[3]).abs() < 1e-9);
        let roles: Vec<Role> = frames.iter().map(|f| f.panels[0].layers[1].role).collect();
        assert_eq!(
            (roles[0], roles[2], roles[4]),
            (Role::Unconditional, Role::Guided, Role::Unconditional)
        );
        assert!(bending_field(s, exact, &target, 5, 1).is_err());
    });
}

#[test]
fn along_the_led_path_the_noise_falls_and_the_class_is_reached() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let frames: Vec<Figure> = bayes_through_time(s, 12).unwrap().collect();
        let all = |name: &str| frames.iter().map(|f| number(f, name)).collect::<Vec<f64>>();
        assert!(all("σ/α").windows(2).all(|w| w[1] < w[0]));
        let sure = all("p(y|x_t)");
        assert!(sure[0] < 0.5 && sure[11] > 0.999, "{sure:?}");
        let posterior = s.scene.mixture.posterior(0);
        let one = Judge::new("one".into(), [posterior]);
        assert!(regions_through_noise(s, &[one], 3).is_err(), "four classes, one likelihood");
        assert!(regions_through_noise(s, &[], 3).is_err());
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
fn the_bill_grows_with_the_compositions() {
    let figure = classifier_bill(&bill(5), &bill(1));
    assert_eq!(
        (number(&figure, "apart: networks"), number(&figure, "joint: networks")),
        (5.0, 1.0)
    );
    let last = |name: &str| {
        let layer = figure.panels[1].layers.iter().find(|l| l.name == name).unwrap();
        let Mark::Curve(curve) = &layer.mark else { panic!("{name} is a curve") };
        curve.at.row(curve.at.nrows() - 1).to_vec()
    };
    assert_eq!(last("compositions"), [10.0, 1024.0]);
    assert_eq!((last("apart"), last("joint")), (vec![10.0, 11.0], vec![10.0, 1.0]));
}

#[test]
fn the_page_is_escaped_and_speaks_its_language() {
    let entry = Entry {
        picture: "a b&\"c.png".into(),
        title: Text::new("<b>", "tên"),
        caption: "x < y".into(),
        part: Text::new("part 2", "phần 2"),
        latex: r"p(y \mid x) & 1".into(),
    };
    let page = lecture_index(&[entry], Lang::En);
    assert!(
        page.contains("&lt;b&gt;") && page.contains("a%20b%26%22c.png") && !page.contains("<b>")
    );
    assert!(page.contains("x &lt; y") && page.contains(r"p(y \mid x) &amp; 1"));
    assert!(page.contains("lang=\"en\"") && page.contains("part 2") && !page.contains("phần 2"));
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
        let figure = away(s, "exact".into(), steer, &[0.0, -1.0].map(gamma), 600).unwrap();
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
        assert!(away(s, "exact".into(), steer, &[gamma(0.0)], 600).is_err());
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
        let ends = |interval, times| in_interval(s, &guided, interval, 50, times);
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
