//! The perceptron by the laws of a network, and scores and classifiers as they are made of the plain one.

use super::net::{assert_answer, assert_gradients, assert_laws, in_f64, rows, run};
use crate::common::{assert_law, max_abs, normals};
use ndarray::{Array1, Array2, ArrayView1};
use scorelab::classifier::{CleanClassifier, NoisyClassifier, Scaling};
use scorelab::condition::Condition;
use scorelab::nn::plain::Plain;
use scorelab::nn::{Batch, Mlp, MlpConfig, ScoreNet, Target};
use scorelab::noise::NoiseLevel;
use scorelab::score::Likelihood;

/// Odd sizes, so that no two of them can be confused.
pub fn shape(residual: bool, labels: usize) -> MlpConfig {
    MlpConfig {
        inputs: 3,
        features: 6,
        labels,
        embedding: 7,
        width: 13,
        depth: 3,
        residual,
        outputs: 5,
    }
}

/// Every kind of network in small, by name.
pub fn shapes() -> Vec<(&'static str, MlpConfig)> {
    vec![
        ("plain", shape(false, 0)),
        ("residual", shape(true, 0)),
        ("labels", shape(false, 4)),
        ("residual with labels", shape(true, 4)),
        ("one hidden layer", MlpConfig { depth: 1, ..shape(true, 2) }),
        ("no level", MlpConfig { features: 0, ..shape(false, 0) }),
        ("a narrow answer", MlpConfig { outputs: 2, inputs: 2, ..shape(true, 4) }),
        ("a wide point", MlpConfig { inputs: 21, ..shape(false, 3) }),
        ("one frequency", MlpConfig { features: 2, ..shape(false, 1) }),
    ]
}

/// Networks narrower than a vector of any machine, and just not as wide as one or two; by their width.
fn narrow() -> Vec<(&'static str, MlpConfig)> {
    let narrow = [
        ("1 wide", 1),
        ("2 wide", 2),
        ("3 wide", 3),
        ("4 wide", 4),
        ("5 wide", 5),
        ("7 wide", 7),
        ("17 wide", 17),
    ];
    narrow
        .into_iter()
        .flat_map(|(name, width)| {
            let clean = MlpConfig { features: 0, ..shape(false, 0) };
            [shape(true, 4), shape(false, 0), clean]
                .map(|shape| (name, MlpConfig { width, ..shape }))
        })
        .collect()
}

/// The networks that the lab trains, by name.
fn lab_shapes() -> Vec<(&'static str, MlpConfig)> {
    let classifier = MlpConfig { width: 64, depth: 3, outputs: 4, ..MlpConfig::default() };
    let images = MlpConfig { embedding: 32, labels: 11, residual: true, ..MlpConfig::default() };
    vec![
        ("score", MlpConfig::default()),
        ("joint score", MlpConfig { labels: 5, ..MlpConfig::default() }),
        ("residual score", MlpConfig { residual: true, ..MlpConfig::default() }),
        ("noisy classifier", classifier.clone()),
        ("clean classifier", MlpConfig { features: 0, ..classifier }),
        ("small images", MlpConfig { inputs: 48, outputs: 48, ..images.clone() }),
        ("images", MlpConfig { inputs: 128, outputs: 128, width: 512, ..images }),
    ]
}

/// A network of which no parameter is 0, the last layer and the biases neither.
pub fn network(config: MlpConfig) -> Mlp {
    let mut mlp = Mlp::new(config, 1).unwrap();
    let n = mlp.params.len();
    let size = if mlp.config.width < 32 { 0.4 } else { 0.7 / (mlp.config.width as f64).sqrt() };
    mlp.params.iter_mut().zip(&normals(n, 1)).for_each(|(p, z)| *p = (size * *z) as f32);
    mlp
}

/// The conditions that a network may be under: its classes and ∅.
pub fn conditions(config: &MlpConfig) -> Vec<Condition> {
    (0..config.labels.saturating_sub(1)).map(Condition::Class).chain([Condition::None]).collect()
}

#[test]
fn every_kind_of_perceptron_obeys_the_laws_of_a_network() {
    for (name, config) in shapes() {
        assert_laws(name, &network(config.clone()), &conditions(&config));
    }
}

#[test]
fn perceptrons_of_any_width_answer_and_learn_as_the_plain_one() {
    for (name, config) in narrow() {
        assert_gradients(name, &network(config.clone()), &conditions(&config));
    }
    for (name, config) in lab_shapes() {
        let (mlp, conditions) = (network(config.clone()), conditions(&config));
        assert_answer(name, &mlp, &conditions);
        assert_gradients(name, &mlp, &conditions);
    }
}

#[test]
fn a_residual_perceptron_is_another_than_one_that_is_not() {
    for (name, config) in shapes().into_iter().filter(|(_, config)| config.depth > 1) {
        let mlp = network(config.clone());
        let (params, rows) = (in_f64(&mlp.params), rows(&mlp, &conditions(&config)));
        let own = run(&mlp, &rows).output.mapv(f64::from);
        let residual = |config: &MlpConfig| {
            let forward = Plain { config, params: &params }.forward(&rows);
            max_abs(&(&own - forward.output())) / max_abs(forward.output())
        };
        let other = MlpConfig { residual: !config.residual, ..config.clone() };
        assert_law(name, residual(&config), residual(&other), 1e-5);
    }
}

/// Rows that all are at one level and under one condition.
fn alike(x: &Array2<f64>, level: NoiseLevel, condition: &Condition) -> Batch {
    let n = x.nrows();
    let log_snr = Array1::from_elem(n, f64::from(level.log_snr() as f32));
    Batch { x: x.mapv(|v| v as f32 as f64), log_snr, conditions: vec![condition.clone(); n] }
}

#[test]
fn a_score_networks_answer_is_made_of_the_plain_one() {
    for (name, config) in lab_shapes().into_iter().filter(|(_, c)| c.inputs == c.outputs) {
        let mlp = network(config.clone());
        let params = in_f64(&mlp.params);
        let (x, net) = (normals(70, config.inputs), ScoreNet::of(mlp, Target::Edm, 0.8));
        for level in [NoiseLevel::ve(0.3), NoiseLevel { alpha: 0.6, sigma: 0.8 }] {
            let c = net.target.coefficients(level.ratio(), net.sigma_data);
            for condition in conditions(&config) {
                let own = net.blend(x.view(), level, &[(condition.clone(), 1.0)]);
                let residual = |scale: f64| {
                    let seen = alike(&(&x * (c.input / level.alpha * scale)), level, &condition);
                    let forward = Plain { config: &config, params: &params }.forward(&seen);
                    let exact = &x * (c.skip / level.alpha) + forward.output() * c.out;
                    max_abs(&(&own - &exact)) / max_abs(&(forward.output() * c.out))
                };
                assert_law(&format!("{name}, {condition:?}"), residual(1.0), residual(1.001), 1e-5);
            }
        }
    }
}

/// ∇ₓ log softmax(g·F(c·x))_y by the plain network.
fn classifiers_gradient(
    plain: &Plain,
    (c, g): (f64, f64),
    class: usize,
    x: &Array2<f64>,
    level: NoiseLevel,
) -> Array2<f64> {
    let seen = alike(&(x * c), level, &Condition::None);
    let forward = plain.forward(&seen);
    let mut d_output = forward.output() * g;
    for mut row in d_output.outer_iter_mut() {
        let p = softmax(row.view());
        row.assign(&(p * -g));
        row[class] += g;
    }
    plain.backward(&seen, &forward, &d_output).x * c
}

fn softmax(logits: ArrayView1<f64>) -> Array1<f64> {
    let top = logits.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    let p = logits.mapv(|l| (l - top).exp());
    &p / p.sum()
}

#[test]
fn a_classifiers_push_is_that_of_the_plain_one() {
    let (s, within) = (1.3, 0.4f64);
    let scaling = Scaling { sigma_data: s, sigma_within: within };
    let scales = |r: f64| {
        let root = (s * s + r * r).sqrt();
        (1.0 / root, s * root / (within * within + r * r))
    };
    let x = normals(70, 2) * 1.5;
    for (name, config) in lab_shapes().into_iter().filter(|(name, _)| name.contains("classifier")) {
        let mlp = network(config.clone());
        let params = in_f64(&mlp.params);
        let plain = Plain { config: &config, params: &params };
        for level in [NoiseLevel::ve(0.3), NoiseLevel { alpha: 0.6, sigma: 0.8 }] {
            let (own, (c, g)) = if config.features > 0 {
                let (c, g) = scales(level.ratio());
                let classifier = NoisyClassifier::of(mlp.clone(), scaling);
                (classifier.given(2).grad_log_likelihood(x.view(), level), (c / level.alpha, g))
            } else {
                let classifier = CleanClassifier::of(mlp.clone(), scaling);
                (classifier.given(2).grad_log_likelihood(x.view(), level), scales(0.0))
            };
            let residual = |class: usize, g: f64| {
                let exact = classifiers_gradient(&plain, (c, g), class, &x, level);
                max_abs(&(&own - &exact)) / max_abs(&exact)
            };
            assert_law(name, residual(2, g), residual(2, 1.001 * g), 1e-5);
            assert_law(name, residual(2, g), residual(1, g), 1e-5);
        }
    }
}
