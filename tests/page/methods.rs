//! What the library's methods, effective scales and distances are, of plain formulas: the page's numbers are held to them.

use super::answers::{Formula, everywhere, given_with, grid, mixture, numbers};
use ndarray::{Array2, Axis, array};
use scorelab::condition::{Condition, Observation};
use scorelab::guidance::Gamma;
use scorelab::methods::{
    CharacteristicScore, Effective, Knobs, METHODS, Parts, Plan, Run, Score, build, effective,
    method_named, window,
};
use scorelab::metrics::{energy_distance, energy_with_se, mean_with_se};
use scorelab::mixture::{Mixture, Tilt};
use scorelab::noise::Process;
use scorelab::rng::{Purpose, normals};
use scorelab::sampler::{AnySampler, Ddim, DpmSolver2M, EulerMaruyama, Heun};
use scorelab::score::{LogDensity, ScoreFn};
use serde_json::{Value, json};
use std::sync::Arc;

/// A method as the library names it, its own knobs, and what the page calls γ and its one knob.
struct Case {
    name: &'static str,
    words: &'static str,
    gamma: f64,
    knob: Option<f64>,
}

/// Every method that the page has in `methods.js`, at two settings each; characteristic guidance, whose iteration ends where
/// it ends, is held by [`characteristic`].
fn cases() -> Vec<Case> {
    let of = |name, words, gamma, knob| Case { name, words, gamma, knob };
    vec![
        of("linear", "gamma=4,power=1.5", 4.0, Some(1.5)),
        of("linear", "gamma=0.5,power=0", 0.5, Some(0.0)),
        of("cosine", "gamma=4,power=2", 4.0, Some(2.0)),
        of("cosine", "gamma=-1,power=1", -1.0, Some(1.0)),
        of("beta", "gamma=4,power=0.5", 4.0, Some(0.5)),
        of("beta", "gamma=2,power=3", 2.0, Some(3.0)),
        of("feedback", "pi=0.5,most=4", 4.0, Some(0.5)),
        of("feedback", "pi=0.9,most=12", 12.0, Some(0.9)),
        of("apg", "gamma=3,eta=0", 3.0, Some(0.0)),
        of("apg", "gamma=5,eta=-0.5", 5.0, Some(-0.5)),
        of("zero-star", "gamma=3,share=1", 3.0, Some(1.0)),
        of("zero-star", "gamma=5,share=0.4", 5.0, Some(0.4)),
        of("dynamic-threshold", "gamma=5,bound=1", 5.0, Some(1.0)),
        of("dynamic-threshold", "gamma=3,bound=2.5", 3.0, Some(2.5)),
        of("frequency-decoupled", "gamma=3,low=0.5", 3.0, Some(0.5)),
        of("frequency-decoupled", "gamma=3,low=-0.5", 3.0, Some(-0.5)),
        of("predictor-corrector", "gamma=3,corrections=2", 3.0, Some(2.0)),
        of("predictor-corrector", "gamma=1,corrections=1", 1.0, Some(1.0)),
        of("cfg++", "lambda=0.6", 0.6, None),
        of("cfg++", "lambda=0", 0.0, None),
        of("momentum", "gamma=3,weight=0.5", 3.0, Some(0.5)),
        of("momentum", "gamma=2,weight=1.5", 2.0, Some(1.5)),
        of("rectified-cfg++", "gamma=3,power=0.5", 3.0, Some(0.5)),
        of("rectified-cfg++", "gamma=5,power=2", 5.0, Some(2.0)),
        of("tag", "gamma=3,eta=1.05", 3.0, Some(1.05)),
        of("tag", "gamma=2,eta=0.9", 2.0, Some(0.9)),
    ]
}

impl Case {
    fn spelled(&self) -> Value {
        json!({ "name": self.name, "gamma": self.gamma, "knob": self.knob })
    }

    /// The library's plan of it, for p(x | y) in the place of s_c.
    fn plan(&self, m: &Mixture, asked: &Mixture) -> Plan {
        let formula = |m: &Mixture| Arc::new(Formula(m.clone()));
        let densities: [Arc<dyn LogDensity>; 2] = [formula(m), formula(asked)];
        let parts = Parts {
            unconditional: Some(formula(m)),
            conditional: Some(formula(asked)),
            densities: Some(densities),
            ..Parts::default()
        };
        let method = method_named(self.name).unwrap();
        let words: Vec<&str> = self.words.split(',').collect();
        build(method, &parts, &Knobs::parse(method.about(), &words).unwrap()).unwrap()
    }
}

/// The guided scores of those that the walk's own sampler follows.
pub fn fields() -> Vec<Value> {
    let mut found = Vec::new();
    for (scene, level, x) in everywhere() {
        let m = mixture(scene);
        for (condition, asked) in given_with(&m) {
            for case in cases() {
                let plan = case.plan(&m, &asked);
                let Some(score) = plan.at(level) else { continue };
                let s = score.score(x.view().insert_axis(Axis(0)), level).row(0).to_vec();
                found.push(json!({
                    "scene": scene, "level": { "alpha": level.alpha, "sigma": level.sigma }, "x": x.to_vec(),
                    "condition": condition, "method": case.spelled(), "score": s,
                }));
            }
        }
    }
    found.into_iter().step_by(7).collect() // a number that is prime to the 16 cases
}

/// Walks from given z, with the samplers in turn.
pub fn walks() -> Vec<Value> {
    let (p, m, rows, seed, steps) = (Process::VP_LINEAR, mixture("wide"), [0, 1, 2, 3], 7, 12);
    let samplers = [
        ("ddim", AnySampler::new(Ddim::default())),
        ("heun", AnySampler::new(Heun)),
        ("dpm++2m", AnySampler::new(DpmSolver2M::default())),
        ("sde", AnySampler::new(EulerMaruyama::default())),
    ];
    let grid = grid(&p, steps);
    let start = normals(seed, Purpose::Start, 0, (rows.len(), 2)) * p.level(grid.times()[0]).sigma;
    let run = Run { process: &p, grid: &grid, start: start.view(), seed };
    let mut found = Vec::new();
    for (i, (condition, asked)) in given_with(&m).into_iter().enumerate() {
        for (j, case) in cases().iter().enumerate() {
            let (name, own) = &samplers[(i + j / 2 + 2 * (j % 2)) % samplers.len()];
            let ways = case.plan(&m, &asked).trajectories_rows(own, run, &rows);
            let at = |i: usize| ways.index_axis(Axis(0), i).iter().copied().collect::<Vec<_>>();
            found.push(json!({
                "condition": condition, "method": case.spelled(), "sampler": name, "steps": steps, "seed": seed,
                "middle": { "step": 7, "x": at(7) }, "end": at(ways.len_of(Axis(0)) - 1),
            }));
        }
    }
    found
}

/// Effective scales, and the windows in which they are measured.
pub fn scales() -> Vec<Value> {
    let (p, m, seed, steps, n) = (Process::VP_LINEAR, mixture("wide"), 7, 14, 24);
    let grid = grid(&p, steps);
    let start = normals(seed, Purpose::Start, 0, (n, 2)) * p.level(grid.times()[0]).sigma;
    let run = Run { process: &p, grid: &grid, start: start.view(), seed };
    let own = AnySampler::new(Ddim { eta: 0.0 });
    let asked = m.given(1);
    let (c, u): (Score, Score) = (Arc::new(Formula(asked.clone())), Arc::new(Formula(m.clone())));
    let x0 = asked.sample(16, seed, Purpose::Reference).x;
    let window = window(&c, &u, x0.view(), run).unwrap();
    let of = |case: &Case| {
        let plan = case.plan(&m, &asked);
        let Effective::Scale { gamma, se, .. } = effective(&plan, &own, [&c, &u], window, run)
        else {
            return None;
        };
        Some(json!({ "method": case.spelled(), "value": gamma, "se": se }))
    };
    let with_noise = |case: &&Case| case.name == "predictor-corrector";
    let found: Vec<Value> =
        cases().iter().filter(|case| !with_noise(case)).filter_map(of).collect();
    vec![json!({
        "condition": { "kind": "class", "class": 1 }, "steps": steps, "seed": seed, "n": n, "points": x0.nrows(),
        "window": { "low": window.low, "high": window.high, "energy": window.energy }, "methods": found,
    })]
}

/// Distances to p(x | y) of a class, by the library's own sample of it.
pub fn distance_to_class(m: &Mixture, class: usize, x: &Array2<f64>) -> Value {
    let law = m.given(class).sample(256, 5, Purpose::Reference).x;
    let (value, se) = energy_with_se(x.view(), law.view());
    json!({ "seed": 5, "points": law.nrows(), "value": value, "se": se })
}

/// Characteristic guidance: on one Gaussian, where the iteration ends after two steps, and wherever it is solved soon on mixtures.
pub fn characteristic() -> Value {
    let (p, m) = (Process::VP_LINEAR, gaussian());
    let condition = json!({ "kind": "point", "y": [0.8, -1.1], "tau": 0.4 });
    let observed = Observation::point(array![0.8, -1.1], 0.4).unwrap();
    let asked = m.given(Condition::from(observed));
    let case = |gamma| Case { name: "characteristic", words: "", gamma, knob: None };
    let score = |main: &Mixture, guiding: &Mixture, gamma| CharacteristicScore {
        main: Formula(main.clone()),
        guiding: Formula(guiding.clone()),
        gamma: Gamma::new(gamma).unwrap(),
        iterations: 30,
    };
    let (grid, rows) = (grid(&p, 10), [0, 1, 2]);
    let start = normals(7, Purpose::Start, 0, (3, 2)) * p.level(grid.times()[0]).sigma;
    let walk = |gamma: f64| {
        let plan = Plan::of(Arc::new(score(&asked, &m, gamma)));
        let run = Run { process: &p, grid: &grid, start: start.view(), seed: 7 };
        let ways = plan.trajectories_rows(&AnySampler::new(Heun), run, &rows);
        let end: Vec<f64> = ways.index_axis(Axis(0), 10).iter().copied().collect();
        json!({ "method": case(gamma).spelled(), "end": end })
    };
    let mut fields = Vec::new();
    for (scene, level, x) in everywhere() {
        let prior = mixture(scene);
        for (condition, given) in given_with(&prior) {
            let score = score(&given, &prior, 3.0);
            let x2 = x.view().insert_axis(Axis(0));
            if score.solve(x2, level).iterations > 15 {
                continue; // there rounding decides where it ends
            }
            fields.push(json!({
                "scene": scene, "level": { "alpha": level.alpha, "sigma": level.sigma }, "x": x.to_vec(),
                "condition": condition, "method": case(3.0).spelled(), "score": score.score(x2, level).row(0).to_vec(),
            }));
        }
    }
    json!({
        "mixture": numbers(&m), "condition": condition, "steps": 10, "seed": 7,
        "walks": [walk(3.0), walk(1.4)], "fields": fields,
    })
}

/// One Gaussian.
fn gaussian() -> Mixture {
    let cov = array![[1.1, 0.4], [0.4, 0.7]];
    Mixture::new(vec![1.0], array![[0.3, -0.2]], vec![cov], vec![0]).unwrap()
}

/// Distances to tilts of classes that overlap, by the library's quadrature of them: the mean over eight samples, and its error.
pub fn tilts() -> Value {
    const SAMPLES: u64 = 8;
    let means = array![[0.0, 0.9], [-0.9, -0.6], [0.9, -0.6]];
    let m = Mixture::isotropic(vec![0.4, 0.35, 0.25], means, &[0.6, 0.8, 0.7], vec![0, 1, 2]);
    let m = m.unwrap();
    let x = m.sample(256, 9, Purpose::Data).x;
    let of = |gamma: f64| {
        let tilt = Tilt::guided(&m, 0, gamma).unwrap();
        let distance = |seed| energy_distance(x.view(), tilt.sample(2000, seed).view());
        let all: Vec<f64> = (0..SAMPLES).map(distance).collect();
        let (value, se) = mean_with_se(&all);
        json!({ "gamma": gamma, "value": value, "se": se })
    };
    let all: Vec<Value> = [0.4, 0.8, 1.5, 3.0, 6.0, 12.0].into_iter().map(of).collect();
    json!({ "mixture": numbers(&m), "class": 0, "x": x.iter().collect::<Vec<_>>(), "tilts": all })
}

/// The names of the library's methods that the page has under the same name.
pub fn names() -> Vec<&'static str> {
    let held =
        |name: &str| name == "characteristic" || cases().iter().any(|case| case.name == name);
    METHODS.iter().map(|method| method.about().name).filter(|name| held(name)).collect()
}
