//! What the library's plain f64 formulas answer to the questions that the page's modules are asked.

use super::{methods as bent, networks};
use ndarray::{Array1, Array2, ArrayView2, Axis, array};
use scorelab::condition::{Condition, Observation};
use scorelab::data::Scene;
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled, Guided};
use scorelab::methods::{Knobs, Parts, Score, build, method_named};
use scorelab::metrics::{Modes, energy_with_se, shares, spread_with_se};
use scorelab::mixture::{Mixture, plain};
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::rng::{Purpose, normals};
use scorelab::sampler::{
    AnySampler, Ddim, DpmSolver2M, EulerMaruyama, Heun, parts_of, sample, start, trajectories_rows,
};
use scorelab::score::{Likelihood, LogDensity, ScoreFn};
use serde_json::{Value, json};
use std::sync::Arc;

const PROCESSES: [Process; 4] = [Process::VP_LINEAR, Process::VpCosine, Process::VE, Process::Flow];
const SCENES: [&str; 2] = ["animals", "wide"];

/// The score of a mixture by its formula, row by row.
pub(super) struct Formula(pub Mixture);

impl ScoreFn for Formula {
    fn dim(&self) -> usize {
        self.0.means().ncols()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut out = Array2::zeros(x.raw_dim());
        for (x, mut out) in x.outer_iter().zip(out.outer_iter_mut()) {
            out.assign(&plain::score(&self.0, x, level));
        }
        out
    }
}

impl LogDensity for Formula {
    fn log_density(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        x.outer_iter().map(|x| plain::log_density(&self.0, x, level)).collect()
    }
}

/// p(y | x_t) of whatever was asked, by Bayes' rule from two mixtures.
struct Bayes {
    prior: Formula,
    asked: Formula,
}

impl Likelihood for Bayes {
    fn log_likelihood(&self, _: ArrayView2<f64>, _: NoiseLevel) -> Array1<f64> {
        unreachable!("guidance asks for the gradient")
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.asked.score(x, level) - self.prior.score(x, level)
    }
}

pub(super) fn mixture(scene: &str) -> Mixture {
    Scene::named(scene).unwrap().mixture
}

pub(super) fn numbers(m: &Mixture) -> Value {
    let covs: Vec<_> = m.covs().iter().map(|c| [c[[0, 0]], c[[0, 1]], c[[1, 1]]]).collect();
    let means: Vec<Vec<f64>> = m.means().outer_iter().map(|r| r.to_vec()).collect();
    json!({ "weights": m.weights(), "means": means, "covs": covs, "labels": m.labels() })
}

fn of_process(p: &Process) -> Value {
    match *p {
        Process::VpLinear { beta_min, beta_max } => {
            json!({ "name": p.name(), "betaMin": beta_min, "betaMax": beta_max })
        }
        Process::Ve { sigma_min, sigma_max } => {
            json!({ "name": p.name(), "sigmaMin": sigma_min, "sigmaMax": sigma_max })
        }
        _ => json!({ "name": p.name() }),
    }
}

fn levels() -> Vec<Value> {
    let times = [0.02, 0.3, 0.7, 0.95];
    let of = |p: &Process, t: f64| {
        let level = p.level(t);
        json!({
            "process": of_process(p), "t": t, "alpha": level.alpha, "sigma": level.sigma,
            "logSnr": level.log_snr(), "drift": p.drift(t), "g2": p.g2(t),
            "back": p.t_of_log_snr(level.log_snr()), "min": p.t_min(), "max": p.t_max(),
        })
    };
    PROCESSES.iter().flat_map(|p| times.map(|t| of(p, t))).collect()
}

pub(super) fn grid(p: &Process, steps: usize) -> Grid {
    Grid::to_data(p, Spacing::KARRAS, steps).unwrap()
}

fn grids() -> Vec<Value> {
    let of = |p: &Process, n: usize| {
        let times = grid(p, n);
        let pieces = times.cut(&[0.4, 0.1]);
        let pieces: Vec<&[f64]> = pieces.iter().map(Grid::times).collect();
        json!({ "process": of_process(p), "steps": n, "times": times.times(), "edges": [0.1, 0.4], "pieces": pieces })
    };
    PROCESSES.iter().flat_map(|p| [1, 2, 9].map(|n| of(p, n))).collect()
}

/// A condition as the page spells it, and p(x | y).
fn conditions(m: &Mixture) -> Vec<(Value, Mixture)> {
    let rest = |wanted: &dyn Fn(usize) -> bool| {
        let kept: Vec<usize> = (0..m.labels().len()).filter(|k| wanted(m.labels()[*k])).collect();
        let pick = |k: &usize| m.weights()[*k];
        let covs = kept.iter().map(|k| m.covs()[*k].clone()).collect();
        let weights = kept.iter().map(pick).collect();
        Mixture::new(weights, m.means().select(Axis(0), &kept), covs, vec![0; kept.len()]).unwrap()
    };
    let point = Observation::point(array![0.8, -1.1], 0.4).unwrap();
    let exact = Observation::point(array![0.8, -1.1], 0.0).unwrap();
    let mask = |axis, value, tau| Observation::mask(&[(axis, value)], 2, tau).unwrap();
    let (x, y) = (mask(0, 1.5, 0.2), mask(1, -0.7, 0.0));
    let of = |c: Observation| m.given(Condition::from(c));
    vec![
        (json!({ "kind": "none" }), m.clone()),
        (json!({ "kind": "class", "class": 1 }), m.given(1)),
        (json!({ "kind": "not", "class": 1 }), rest(&|label| label != 1)),
        (json!({ "kind": "words", "words": [0, 2] }), rest(&|label| label != 1 && label < 3)),
        (json!({ "kind": "point", "y": [0.8, -1.1], "tau": 0.4 }), of(point)),
        (json!({ "kind": "point", "y": [0.8, -1.1], "tau": 0.0 }), of(exact)),
        (json!({ "kind": "mask", "axis": 0, "value": 1.5, "tau": 0.2 }), of(x)),
        (json!({ "kind": "mask", "axis": 1, "value": -0.7, "tau": 0.0 }), of(y)),
    ]
}

/// A class and a point, each with p(x | y): what methods are tried on.
pub(super) fn given_with(m: &Mixture) -> Vec<(Value, Mixture)> {
    let kinds = ["class", "point"];
    let wanted = |(y, _): &(Value, Mixture)| {
        kinds.iter().any(|kind| y["kind"] == *kind) && y["tau"] != json!(0.0)
    };
    conditions(m).into_iter().filter(wanted).collect()
}

pub(super) fn points() -> Array2<f64> {
    array![[0.1, 0.3], [-1.7, 1.2], [2.4, -0.6], [-3.5, -3.1], [0.9, 3.8]]
}

fn noise_levels() -> [NoiseLevel; 4] {
    [0.05, 0.2, 0.5, 0.95].map(|t| Process::VP_LINEAR.level(t))
}

/// Densities, scores, posteriors and denoised points.
fn exact() -> Vec<Value> {
    let mut found = Vec::new();
    for (scene, level, x) in everywhere() {
        let (m, x) = (mixture(scene), x.view());
        let score = plain::score(&m, x, level);
        let s2 = level.sigma * level.sigma;
        let denoised: Vec<f64> =
            x.iter().zip(&score).map(|(x, s)| (x + s2 * s) / level.alpha).collect();
        let asked: Vec<Value> = conditions(&m)
            .into_iter()
            .map(|(y, given)| {
                let score = plain::score(&given, x, level).to_vec();
                json!({ "condition": y, "logDensity": plain::log_density(&given, x, level), "score": score })
            })
            .collect();
        found.push(json!({
            "scene": scene, "level": { "alpha": level.alpha, "sigma": level.sigma }, "x": x.to_vec(),
            "logDensity": plain::log_density(&m, x, level), "score": score.to_vec(), "denoised": denoised,
            "probabilities": plain::class_probabilities(&m, x, level).to_vec(),
            "tilt": 3.0 * plain::log_density(&m.given(1), x, level) - 2.0 * plain::log_density(&m, x, level),
            "given": asked,
        }));
    }
    found
}

/// Every scene at every level and point.
pub(super) fn everywhere() -> Vec<(&'static str, NoiseLevel, Array1<f64>)> {
    let points = points();
    let rows = points.outer_iter().map(|x| x.to_owned());
    let places: Vec<_> = rows.flat_map(|x| noise_levels().map(|l| (l, x.clone()))).collect();
    SCENES.iter().flat_map(|s| places.iter().map(|(l, x)| (*s, *l, x.clone()))).collect()
}

/// A mixture whose components are wider by b².
fn blurred(m: &Mixture, b: f64) -> Mixture {
    let covs = m.covs().iter().map(|c| c + &(Array2::<f64>::eye(2) * (b * b)));
    Mixture::new(m.weights().to_vec(), m.means().to_owned(), covs.collect(), m.labels().to_vec())
        .unwrap()
}

/// The methods of the page: as it spells them, and as the library builds them of formulas.
fn methods(m: &Mixture, asked: &Mixture) -> Vec<(Value, Vec<scorelab::sampler::Leg<Score>>)> {
    let formula = |m: &Mixture| Arc::new(Formula(m.clone()));
    let leg = |score: Score| vec![scorelab::sampler::Leg { score, down_to: 0.0 }];
    let gamma = |g| Gamma::new(g).unwrap();
    let mut found = Vec::new();
    for g in [-2.0, 0.0, 1.0, 3.0] {
        let score = Guided { main: formula(asked), guiding: formula(m), gamma: gamma(g) };
        found.push((json!({ "name": "exact", "gamma": g }), leg(Arc::new(score))));
    }
    let bayes = || Bayes { prior: Formula(m.clone()), asked: Formula(asked.clone()) };
    for (g, scale) in [(1.0, 0.2), (5.0, 0.2)] {
        let likelihood = GradientScaled { likelihood: bayes(), scale };
        let score = ClassifierGuided { score: formula(m), likelihood, gamma: gamma(g) };
        found.push((
            json!({ "name": "classifier", "gamma": g, "confidence": scale }),
            leg(Arc::new(score)),
        ));
    }
    let guiding = formula(&blurred(asked, 0.5));
    let auto = Guided { main: formula(asked), guiding, gamma: gamma(2.0) };
    found.push((json!({ "name": "autoguidance", "gamma": 2.0 }), leg(Arc::new(auto))));
    let parts = Parts {
        unconditional: Some(formula(m)),
        conditional: Some(formula(asked)),
        ..Parts::default()
    };
    for (low, high) in [(0.2, 2.0), (0.0, 1.0)] {
        let method = method_named("interval").unwrap();
        let words = [format!("gamma=4,low={low},high={high}")];
        let words: Vec<&str> = words[0].split(',').collect();
        let plan = build(method, &parts, &Knobs::parse(method.about(), &words).unwrap()).unwrap();
        let spelled = json!({ "name": "interval", "gamma": 4.0, "low": low, "high": high });
        found.push((spelled, plan.legs));
    }
    found
}

/// The guided scores at one level.
fn guided() -> Vec<Value> {
    let mut found = Vec::new();
    for (scene, level, x) in everywhere() {
        let m = mixture(scene);
        let x2 = x.view().insert_axis(Axis(0));
        for (condition, asked) in conditions(&m).into_iter().skip(1) {
            for (method, legs) in methods(&m, &asked) {
                let leads = legs.iter().find(|leg| leg.down_to <= level.ratio()).unwrap();
                found.push(json!({
                    "scene": scene, "level": { "alpha": level.alpha, "sigma": level.sigma }, "x": x.to_vec(),
                    "condition": condition, "method": method, "score": leads.score.score(x2, level).row(0).to_vec(),
                }));
            }
        }
    }
    found.into_iter().step_by(7).collect() // of 2,160
}

/// Whether so few steps leave the plane: what is known exactly pulls like 1/σ², and γ times as hard.
fn stiff(condition: &Value, method: &Value) -> bool {
    let gamma = method["gamma"].as_f64().unwrap() * method["confidence"].as_f64().unwrap_or(1.0);
    condition["tau"] == json!(0.0) && !(0.0..=1.0).contains(&gamma)
}

/// Ways from given z: each condition and sampler, each method.
fn walks() -> Vec<Value> {
    let p = Process::VP_LINEAR;
    let samplers = [
        ("ddim", AnySampler::new(Ddim::default())),
        ("heun", AnySampler::new(Heun)),
        ("dpm++2m", AnySampler::new(DpmSolver2M::default())),
        ("sde", AnySampler::new(EulerMaruyama::default())),
    ];
    let (rows, seed) = ([0, 1, 2, 3, 4, 5], 7);
    let steps = 14;
    let grid = grid(&p, steps);
    let z = normals(seed, Purpose::Start, 0, (rows.len(), 2));
    let start = &z * p.level(grid.times()[0]).sigma;
    let mut found = Vec::new();
    let m = mixture("wide");
    let asked = conditions(&m);
    for (i, (condition, given)) in asked.into_iter().enumerate() {
        for (j, (method, legs)) in methods(&m, &given).into_iter().enumerate() {
            // every condition with every method, the samplers in turn
            let (name, sampler) = &samplers[(i + j) % samplers.len()];
            if i == 0 && j != 1 || stiff(&condition, &method) {
                continue; // nothing is asked: s_u alone
            }
            let pieces = parts_of(&legs, &p, &grid);
            let parts: Vec<_> = pieces.iter().map(|(score, grid)| (*score, grid)).collect();
            let ways = trajectories_rows(sampler, &parts, &p, start.view(), &rows, seed);
            let at = |i: usize| ways.index_axis(Axis(0), i).iter().copied().collect::<Vec<_>>();
            found.push(json!({
                "condition": condition, "method": method, "sampler": name, "steps": steps, "seed": seed,
                "middle": { "step": 9, "x": at(9) }, "end": at(ways.len_of(Axis(0)) - 1),
            }));
        }
    }
    found
}

/// The normals from which walks start and which they meet.
fn noise() -> Vec<Value> {
    let of = |seed: u64, purpose: Purpose, number: u64, step: usize, n: usize| {
        let z = normals(seed, purpose, step, (n, 2));
        json!({ "seed": seed, "purpose": number, "step": step, "n": n, "z": z.iter().collect::<Vec<_>>() })
    };
    vec![
        of(0, Purpose::Start, 4, 0, 256),
        of(5_000_000_000, Purpose::Start, 4, 0, 20),
        of(0, Purpose::Walk, 5, 31, 20),
    ]
}

/// The mean and the tail of many normals, in which every branch of their making is taken.
fn many_normals() -> Value {
    let z = normals(3, Purpose::Walk, 2, (20_000, 2));
    let far: Vec<f64> = z.iter().copied().filter(|z| z.abs() > 3.4).collect();
    json!({ "seed": 3, "step": 2, "n": 20_000, "far": far, "sum": z.sum() })
}

/// Where a sample ends, in shares, and its spread.
fn verdicts() -> Vec<Value> {
    let of = |scene: &str, class: usize, factor: f64| {
        let m = mixture(scene);
        let x = m.sample(200, 3, Purpose::Reference).x * factor;
        let s = shares(x.view(), &Modes::of(&m), class);
        let target = s.interval(scorelab::metrics::Verdict::Target);
        let (spread, se) = spread_with_se(x.view());
        json!({
            "scene": scene, "class": class, "x": x.iter().collect::<Vec<_>>(),
            "shares": [s.target, s.other, s.hybrid, s.overshoot, s.not_finite],
            "target": [target.value, target.low, target.high], "spread": [spread, se],
            "distance": bent::distance_to_class(&m, class, &x),
        })
    };
    vec![of("animals", 1, 1.3), of("wide", 2, 1.6), of("animals", 0, 1.0)]
}

/// Shares of the page's own walks, as the library finds them by its fast version: 256 from seed 0 in 32 steps, to the first animal.
fn walked() -> Vec<Value> {
    let (p, m) = (Process::VP_LINEAR, mixture("animals"));
    let grid = grid(&p, 32);
    let z = start(256, 2, &p, &grid, 0);
    let (given, posterior) = (m.given(0), m.posterior(0));
    let law = m.given(0).sample(256, 0, Purpose::Reference).x;
    let shown = |x: Array2<f64>, state: Value| {
        let s = shares(x.view(), &Modes::of(&m), 0);
        let (distance, se) = energy_with_se(x.view(), law.view());
        json!({
            "state": state, "shares": [s.target, s.other, s.hybrid, s.overshoot, s.not_finite], "distance": [distance, se],
        })
    };
    let mut found = Vec::new();
    for g in [-1.0, 0.0, 1.0, 3.0, 5.0, 10.0, 20.0] {
        let gamma = Gamma::new(g).unwrap();
        let free = Guided { main: &given, guiding: &m, gamma };
        let x = sample(&DpmSolver2M::default(), &free, &p, &grid, z.view(), 0);
        found.push(shown(x, json!({ "gamma": g, "method": "exact", "sampler": "dpm++2m" })));
        let x = sample(&EulerMaruyama::default(), &free, &p, &grid, z.view(), 0);
        found.push(shown(x, json!({ "gamma": g, "method": "exact", "sampler": "sde" })));
        let likelihood = GradientScaled { likelihood: &posterior, scale: 0.2 };
        let weak = ClassifierGuided { score: &m, likelihood, gamma };
        let x = sample(&Heun, &weak, &p, &grid, z.view(), 0);
        found.push(shown(
            x,
            json!({ "gamma": g, "method": "classifier", "confidence": 0.2, "sampler": "heun" }),
        ));
    }
    found
}

pub(super) fn rows(a: &Array2<f64>) -> Vec<Vec<f64>> {
    a.outer_iter().map(|row| row.to_vec()).collect()
}

/// All of it.
pub fn all() -> Value {
    let scenes: serde_json::Map<String, Value> =
        SCENES.iter().map(|s| (s.to_string(), numbers(&mixture(s)))).collect();
    let observed: Vec<Value> = conditions(&mixture("wide"))
        .into_iter()
        .skip(3)
        .map(|(condition, m)| json!({ "condition": condition, "mixture": numbers(&m) }))
        .collect();
    json!({
        "scenes": scenes, "levels": levels(), "grids": grids(), "observed": observed, "exact": exact(), "guided": guided(),
        "walks": walks(), "noise": noise(), "manyNormals": many_normals(), "verdicts": verdicts(), "walked": walked(), "networks": networks::of_samples(), "learned": networks::learned(),
        "targets": networks::targets(), "bentFields": bent::fields(), "bentWalks": bent::walks(), "bentNames": bent::names(),
        "scales": bent::scales(), "tilts": bent::tilts(), "characteristic": bent::characteristic(),
    })
}
