//! Laws over the catalogue. What a method states of itself holds, and what it does not state does not.

use super::*;
use crate::common::max_abs;
use scorelab::guidance::{Gamma, Guided};
use scorelab::methods::{Cost, Rule};
use scorelab::noise::NoiseLevel;
use scorelab::sampler::{Leg, Walk, parts_of};
use scorelab::score::Counted;

/// Ends of two walks that are the same but for rounding.
const SAME: f64 = 1e-9;

/// How far a method's ends are from those of ordinary guidance at γ.
fn off(method: &dyn Method, knobs: &Knobs, gamma: f64) -> f64 {
    let (f3, course) = (cases::f3(), Course::new(2, 24));
    let own = sampler_of(method);
    let plan = build(method, &parts(&f3), knobs).unwrap();
    let gamma = Gamma::new(gamma).unwrap();
    let ordinary: Score = Arc::new(Guided { main: f3.given(0), guiding: f3, gamma });
    // on the same times: an edge between two legs is one more of them
    let leg = |leg: &Leg<Score>| Leg { score: ordinary.clone(), down_to: leg.down_to };
    let ordinary = Plan { legs: plan.legs.iter().map(leg).collect(), rule: Rule::Own };
    max_abs(&(course.ends(&plan, &own) - course.ends(&ordinary, &own)))
}

/// Whether a method, with all other knobs at their defaults, is ordinary guidance at this γ.
fn ordinary_at(method: &dyn Method, gamma: f64) -> bool {
    let knobs = Knobs::defaults(method.about());
    knobs.with("gamma", gamma).is_ok_and(|knobs| off(method, &knobs, gamma) < SAME)
}

#[test]
fn gamma_one_is_conditional_for_those_that_say_so_and_for_no_other() {
    for method in METHODS {
        let about = method.about();
        assert_eq!(ordinary_at(*method, 1.0), about.ends.one, "{}", about.name);
    }
    assert!(METHODS.iter().filter(|m| m.about().ends.one).count() >= 6);
}

#[test]
fn gamma_zero_is_unconditional_for_those_that_say_so_and_for_no_other() {
    for method in METHODS {
        let about = method.about();
        assert_eq!(ordinary_at(*method, 0.0), about.ends.zero, "{}", about.name);
    }
    assert!(METHODS.iter().filter(|m| m.about().ends.zero).count() >= 3);
}

#[test]
fn neutral_knobs_are_ordinary_guidance_and_another_gamma_is_not() {
    let mut neutral = 0;
    for method in METHODS {
        let about = method.about();
        let Some(knobs) = Knobs::neutral(about) else {
            let found = Knobs::defaults(about).with("gamma", 3.0);
            let found = found.map_or(f64::INFINITY, |knobs| off(*method, &knobs, 3.0));
            assert!(found > 100.0 * SAME, "{} is ordinary: {found:.1e}", about.name);
            continue;
        };
        for gamma in [0.5, 3.0] {
            let knobs = knobs.clone().with("gamma", gamma).unwrap();
            let found = off(*method, &knobs, gamma);
            assert!(found < SAME, "{} at γ = {gamma}: {found:.1e}", about.name);
            let twin = off(*method, &knobs, 1.001 * gamma);
            assert!(twin > 100.0 * SAME, "{} at γ = {gamma}: {twin:.1e}", about.name);
        }
        neutral += 1;
        if knobs.iter().any(|(knob, value)| knob.default != value) {
            let found = off(*method, &Knobs::defaults(about), 3.0);
            assert!(found > 100.0 * SAME, "{} with its defaults: {found:.1e}", about.name);
        }
    }
    assert!(neutral >= 6, "{neutral} methods have a neutral setting");
}

#[test]
fn autoguidance_by_the_unconditional_score_is_ordinary_guidance() {
    let (f3, course) = (cases::f3(), Course::new(2, 24));
    let method = named("autoguidance");
    let ends = |unconditional: bool| {
        let mut parts = parts(&f3);
        if unconditional {
            parts.guiding = parts.unconditional.clone();
        }
        let plan = build(method, &parts, &Knobs::defaults(method.about())).unwrap();
        course.ends(&plan, &sampler_of(method))
    };
    let ordinary = plan_on(&f3, "classifier-free", &[]);
    let ordinary = course.ends(&ordinary, &sampler_of(method));
    assert_eq!(ends(true), ordinary);
    assert_ne!(ends(false), ordinary, "the twin: a blurred guide");
}

/// How far the ends of two lots of parts are from each other.
fn moved(method: &dyn Method, knobs: &Knobs, [a, b]: [&Parts; 2]) -> f64 {
    let (course, own) = (Course::new(2, 24), sampler_of(method));
    let [a, b] = [a, b].map(|parts| course.ends(&build(method, parts, knobs).unwrap(), &own));
    max_abs(&(a - b))
}

#[test]
fn further_conditions_count_for_those_that_say_so_and_for_no_other() {
    let f3 = cases::f3();
    let other: Score = Arc::new(f3.given(1));
    let also = |w: f64| Parts { also: vec![(w, other.clone())], ..parts(&f3) };
    for method in METHODS {
        let (about, knobs) = (method.about(), Knobs::defaults(method.about()));
        let found = moved(*method, &knobs, [&parts(&f3), &also(0.5)]);
        assert_eq!(found > 100.0 * SAME, method.takes_also(), "{}: {found:.1e}", about.name);
        let none = moved(*method, &knobs, [&parts(&f3), &also(0.0)]);
        assert!(none < SAME, "{}: a weight of 0 moves {none:.1e}", about.name);
    }
    assert_eq!(METHODS.iter().filter(|m| m.takes_also()).count(), 2);
}

#[test]
fn a_model_that_blends_is_asked_by_its_blend_and_ends_where_its_scores_do() {
    let f3 = cases::f3();
    let apart = Parts { also: vec![(0.5, Arc::new(f3.given(1)))], ..parts(&f3) };
    let blended = |off: f64| {
        let mixture = f3.clone();
        let blend: scorelab::methods::Blend = Arc::new(move |gamma: Gamma, also: &[f64]| {
            let terms = vec![(gamma.value() * off, mixture.given(0)), (also[0], mixture.given(1))];
            Arc::new(scorelab::guidance::Composed { base: mixture.clone(), terms })
        });
        Parts { blend: Some(blend), ..apart.clone() }
    };
    for name in ["classifier-free", "and", "interval"] {
        let (method, knobs) = (named(name), Knobs::defaults(named(name).about()));
        let found = moved(method, &knobs, [&apart, &blended(1.0)]);
        let twin = moved(method, &knobs, [&apart, &blended(1.001)]);
        assert!(found < SAME && twin > 100.0 * SAME, "{name}: {found:.1e}, twin {twin:.1e}");
    }
}

/// The parts with everything counted, and how often all of it was asked so far.
fn counted(mixture: &Mixture) -> (Parts, impl Fn() -> u64 + use<>) {
    let given = mixture.given(0);
    let count = |mixture: &Mixture| Arc::new(Counted::new(mixture.clone()));
    let guide = count(&given.noised(NoiseLevel::ve(0.5)));
    let posterior = Arc::new(Counted::new(mixture.posterior(0)));
    let (unconditional, conditional) = (count(mixture), count(&given));
    let of_class = |y: usize| count(&mixture.given(y));
    let classes: Vec<_> = (0..mixture.classes()).map(of_class).collect();
    let with_priors = mixture.class_weights().into_iter().zip(&classes);
    let parts = Parts {
        unconditional: Some(unconditional.clone()),
        conditional: Some(conditional.clone()),
        classifier: Some(posterior.clone()),
        guiding: Some(guide.clone()),
        densities: Some([unconditional.clone(), conditional.clone()]),
        classes: with_priors.map(|(w, score)| (w, score.clone() as Score)).collect(),
        class: Some(0),
        observation: Some(mask(mixture)),
        ..Parts::default()
    };
    let scores = [vec![unconditional, conditional, guide], classes].concat();
    let total = move || posterior.points() + scores.iter().map(|score| score.points()).sum::<u64>();
    (parts, total)
}

/// F3 with its last two components in one class.
fn two_classes() -> Mixture {
    let f3 = cases::f3();
    let means = f3.means().to_owned();
    Mixture::isotropic(vec![1.0; 3], means, &[0.6; 3], vec![0, 1, 1]).unwrap()
}

/// The questions that a point takes in each step of a walk where there are two classes.
fn each_step(method: &dyn Method, knobs: &Knobs) -> Vec<f64> {
    let (parts, total) = counted(&two_classes());
    let plan = build(method, &parts, knobs).unwrap();
    let Course { process, grid, start } = Course::new(2, 24);
    let pieces = parts_of(&plan.legs, &process, &grid);
    let legs: Vec<_> = pieces.iter().map(|(score, piece)| (*score, piece)).collect();
    let rows: Vec<usize> = (0..start.nrows()).collect();
    let mut before = 0;
    let mut each = |_| {
        let found = (total() - before) as f64 / rows.len() as f64;
        before = total();
        found
    };
    let steps: Vec<f64> = match (&plan.rule, plan.sampler(&sampler_of(method))) {
        (Rule::Population(rule), _) => {
            let walk = Walk::new(rule, &legs, &process, start, &rows, 5);
            walk.map(&mut each).collect()
        }
        (_, sampler) => {
            let sampler = sampler.unwrap();
            let walk = Walk::new(&sampler, &legs, &process, start, &rows, 5);
            walk.map(&mut each).collect()
        }
    };
    steps[1..].to_vec() // the first item is the start
}

/// Whether the least and the most questions of a step are as told.
fn as_told(steps: &[f64], cost: Cost, exact: bool) -> bool {
    let least = steps.iter().copied().fold(f64::INFINITY, f64::min);
    let most = steps.iter().copied().fold(0.0, f64::max);
    let (low, high) = (cost.least as f64, cost.most as f64);
    if exact { (least, most) == (low, high) } else { low <= least && most <= high }
}

#[test]
fn a_method_costs_what_it_says() {
    for method in METHODS {
        let about = method.about();
        let mut settings = vec![Knobs::defaults(about)];
        settings.extend(Knobs::neutral(about));
        for gamma in [0.0, 1.0] {
            settings.extend(Knobs::defaults(about).with("gamma", gamma));
        }
        for knobs in settings {
            let (steps, cost) = (each_step(*method, &knobs), method.cost(&knobs));
            // what is solved until it is solved has no cost but a bound
            let exact = about.name != "characteristic";
            assert!(as_told(&steps, cost, exact), "{} {knobs:?}: {cost:?} {steps:?}", about.name);
            let more = Cost { least: cost.least + 1, most: cost.most + 1 };
            assert!(!as_told(&steps, more, exact) || !exact, "{}: the twin passed", about.name);
            let less = Cost { least: cost.least, most: cost.least };
            assert!(cost.most == cost.least || !as_told(&steps, less, exact), "{}", about.name);
        }
    }
}

/// A score that keeps how many points came with each call, and the thread that asked.
struct Asked {
    score: Mixture,
    calls: std::sync::Mutex<Vec<(usize, std::thread::ThreadId)>>,
}

impl scorelab::score::ScoreFn for Asked {
    fn dim(&self) -> usize {
        2
    }

    fn score(&self, x: ndarray::ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.calls.lock().unwrap().push((x.nrows(), std::thread::current().id()));
        self.score.score(x, level)
    }
}

#[test]
fn a_walk_at_once_asks_for_all_points_from_one_thread_and_ends_where_the_walk_ends() {
    let (f3, process) = (cases::f3(), Process::VE);
    let grid = Grid::to_data(&process, Spacing::KARRAS, 8).unwrap();
    let n = 300; // more than a block
    let z = start(n, 2, &process, &grid, 5);
    let run = Run { process: &process, grid: &grid, start: z.view(), seed: 5 };
    for method in METHODS {
        let (plan, own) =
            (plan_on(&f3, method.about().name, &[]), AnySampler::new(Ddim { eta: 1.0 }));
        let (ends, whole) = (plan.walk_at_once(&own, run), plan.trajectories_at_once(&own, run));
        assert_eq!(ends, plan.walk(&own, run), "{}", method.about().name);
        assert_eq!(ends, whole.index_axis(ndarray::Axis(0), whole.dim().0 - 1));
        assert_eq!(whole.dim().0, plan.times(&process, &grid).len());
    }
    let calls = std::sync::Mutex::default();
    let asked = Arc::new(Asked { score: f3, calls });
    let (plan, own) = (Plan::of(asked.clone()), AnySampler::new(Ddim { eta: 0.0 }));
    plan.walk_at_once(&own, run);
    let here = std::thread::current().id();
    let told = std::mem::take(&mut *asked.calls.lock().unwrap());
    assert_eq!(told, vec![(n, here); 8]);
    plan.walk(&own, run);
    let told = asked.calls.lock().unwrap();
    assert!(told.iter().all(|(points, _)| *points < n), "the wrong twin: blocks");
}

#[test]
fn the_effective_scale_at_once_is_the_effective_scale() {
    let (f3, course) = (cases::f3(), Course::new(2, 24));
    let [c, u]: [Score; 2] = [Arc::new(f3.given(0)), Arc::new(f3.clone())];
    let own = AnySampler::new(Ddim { eta: 0.0 });
    let scale = |gamma: f64, at_once: bool| {
        let plan = plan_on(&f3, "classifier-free", &[("gamma", gamma)]);
        let all = scorelab::methods::Window::ALL;
        let how = if at_once {
            scorelab::methods::effective_at_once
        } else {
            scorelab::methods::effective
        };
        match how(&plan, &own, [&c, &u], all, course.run()) {
            scorelab::methods::Effective::Scale { gamma, .. } => gamma,
            other => panic!("{other}"),
        }
    };
    assert!((scale(3.0, true) - scale(3.0, false)).abs() < SAME);
    assert!((scale(3.003, true) - scale(3.0, false)).abs() > 1e-3);
}
