//! The plain network against its own differences, and the fast one, forward and backward, against the plain one.

use crate::common::{assert_law, max_abs, normals, worst};
use ndarray::{Array1, Array2, ArrayView1, Axis, s};
use scorelab::classifier::{CleanClassifier, NoisyClassifier, Scaling};
use scorelab::nn::plain::{Batch, Gradients, Plain};
use scorelab::nn::{Mlp, MlpConfig, ScoreNet, Target, Workspace};
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

/// Rows of a block.
const ROWS: usize = 64;

/// As many rows as a block has, with a level and a label each, numbers that f32 holds exactly.
pub fn rows(mlp: &Mlp) -> Batch {
    let (c, n) = (&mlp.config, ROWS);
    let exact = |v: f64| v as f32 as f64;
    Batch {
        x: normals(n, c.inputs).mapv(exact),
        log_snr: (0..n).map(|r| exact(-12.0 + 24.0 * r as f64 / (n - 1) as f64)).collect(),
        labels: (0..n).map(|r| (r * r + r / 3) % c.labels.max(1)).collect(),
    }
}

/// The workspace after a forward pass.
pub fn run(mlp: &Mlp, rows: &Batch) -> Workspace {
    let mut w = mlp.workspace(ROWS);
    w.input.slice_mut(s![.., ..mlp.config.inputs]).assign(&rows.x.mapv(|v| v as f32));
    w.log_snr = rows.log_snr.iter().map(|l| *l as f32).collect();
    w.labels = rows.labels.clone();
    mlp.forward(&mut w);
    w
}

fn in_f64(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}

/// What a loss Σ cᵢⱼ·outᵢⱼ has for a gradient with respect to the answer: c (n, out), numbers that f32 holds exactly.
fn slopes_of_loss(n: usize, outputs: usize) -> Array2<f64> {
    normals(n, outputs + 1).slice(s![.., 1..]).mapv(|v| v as f32 as f64)
}

/// f'(0) by differences of fourth order with steps h.
fn slope(f: impl Fn(f64) -> f64, h: f64) -> f64 {
    (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h)
}

#[test]
fn the_plain_gradients_are_differences_of_the_plain_answer() {
    const H: f64 = 1e-3;
    for (name, config) in shapes() {
        let mlp = network(config.clone());
        let (params, rows) = (in_f64(&mlp.params), rows(&mlp));
        let plain = Plain { config: &config, params: &params };
        let c = slopes_of_loss(ROWS, config.outputs);
        let own = plain.backward(&rows, &plain.forward(&rows), &c);
        let loss = |params: &[f64], rows: &Batch| {
            (Plain { config: &config, params }.forward(rows).output() * &c).sum_axis(Axis(1))
        };
        for part in config.parts() {
            let slopes = part.range.clone().map(|i| {
                let at = |h: f64| {
                    let mut moved = params.clone();
                    moved[i] += h;
                    loss(&moved, &rows).sum()
                };
                slope(at, H)
            });
            let slopes: Vec<f64> = slopes.collect();
            let off = |scale: f64| {
                let own = own.params[part.range.clone()].iter().map(|g| scale * g);
                worst(own.zip(&slopes).map(|(a, b)| (a - b).abs())) / max_abs(&slopes)
            };
            assert_law(&format!("{name}, {}", part.name), off(1.0), off(1.0 + 1e-8), 1e-9);
        }
        for i in 0..config.inputs {
            let at = |h: f64| {
                let mut moved = rows.clone();
                moved.x.column_mut(i).mapv_inplace(|v| v + h);
                loss(&params, &moved) // of each row alone
            };
            let (near, far) = (at(H) - at(-H), at(2.0 * H) - at(-2.0 * H));
            let slopes = (near * 8.0 - far) / (12.0 * H);
            let off =
                |scale: f64| max_abs(&(&own.x.column(i) * scale - &slopes)) / max_abs(&slopes);
            assert_law(&format!("{name}, x{i}"), off(1.0), off(1.0 + 1e-8), 1e-9);
        }
        let ends = config.parts().last().map(|part| part.range.end);
        assert_eq!(ends, Some(params.len()), "{name}: every parameter belongs to a part");
    }
}

#[test]
fn the_fast_answer_is_the_plain_one() {
    for (name, config) in shapes().into_iter().chain(lab_shapes()) {
        let mlp = network(config.clone());
        let (params, rows) = (in_f64(&mlp.params), rows(&mlp));
        let own = run(&mlp, &rows).output.mapv(f64::from);
        let residual = |config: &MlpConfig, rows: &Batch| {
            let forward = Plain { config, params: &params }.forward(rows);
            max_abs(&(&own - forward.output())) / max_abs(forward.output())
        };
        // a phase of up to 6π is rounded to 2·10⁻⁶
        let truth = residual(&config, &rows);
        let moved = Batch { x: &rows.x * 1.001, ..rows.clone() };
        assert_law(name, truth, residual(&config, &moved), 1e-5);
        if config.depth > 1 {
            let other = MlpConfig { residual: !config.residual, ..config.clone() };
            assert_law(name, truth, residual(&other, &rows), 1e-5);
        }
        if config.features > 0 {
            let moved = Batch { log_snr: &rows.log_snr * 1.001, ..rows.clone() };
            assert_law(name, truth, residual(&config, &moved), 1e-5);
        }
        if config.labels > 1 {
            let labels = rows.labels.iter().map(|l| (l + 1) % config.labels).collect();
            assert_law(name, truth, residual(&config, &Batch { labels, ..rows.clone() }), 1e-5);
        }
    }
}

#[test]
fn the_fast_gradients_are_the_plain_ones() {
    for (name, config) in shapes().into_iter().chain(lab_shapes()) {
        let mlp = network(config.clone());
        let (params, rows) = (in_f64(&mlp.params), rows(&mlp));
        let c = slopes_of_loss(ROWS, config.outputs);
        let plain = Plain { config: &config, params: &params };
        let Gradients { params: exact, x } = plain.backward(&rows, &plain.forward(&rows), &c);
        let mut w = run(&mlp, &rows);
        w.d_output.assign(&c.mapv(|v| v as f32));
        let mut grads = vec![0.0; mlp.params.len()];
        mlp.backward::<true>(&mut w, &mut grads);
        mlp.input_gradient(&mut w);
        let grads = in_f64(&grads);
        for part in config.parts() {
            let (own, exact) = (&grads[part.range.clone()], &exact[part.range.clone()]);
            let off = |scale: f64| {
                worst(own.iter().zip(exact).map(|(a, b)| (scale * a - b).abs())) / max_abs(exact)
            };
            assert_law(&format!("{name}, {}", part.name), off(1.0), off(1.0001), 1e-5);
        }
        let own = w.d_input.mapv(f64::from);
        let off = |scale: f64| max_abs(&(&own * scale - &x)) / max_abs(&x);
        assert_law(&format!("{name}, x"), off(1.0), off(1.0001), 1e-5);
    }
}

/// Rows that all are at one level and have one label.
fn alike(x: &Array2<f64>, level: NoiseLevel, label: usize) -> Batch {
    let n = x.nrows();
    let log_snr = Array1::from_elem(n, f64::from(level.log_snr() as f32));
    Batch { x: x.mapv(|v| v as f32 as f64), log_snr, labels: vec![label; n] }
}

#[test]
fn a_score_networks_answer_is_made_of_the_plain_one() {
    for (name, config) in lab_shapes().into_iter().filter(|(_, c)| c.inputs == c.outputs) {
        let mlp = network(config.clone());
        let params = in_f64(&mlp.params);
        let (x, net) = (normals(70, config.inputs), ScoreNet::of(mlp, Target::Edm, 0.8));
        for level in [NoiseLevel::ve(0.3), NoiseLevel { alpha: 0.6, sigma: 0.8 }] {
            let c = net.target.coefficients(level.ratio(), net.sigma_data);
            for label in [0, config.labels.saturating_sub(1)] {
                let own = net.blend(x.view(), level, &[(label, 1.0)]);
                let residual = |scale: f64| {
                    let seen = alike(&(&x * (c.input / level.alpha * scale)), level, label);
                    let forward = Plain { config: &config, params: &params }.forward(&seen);
                    let exact = &x * (c.skip / level.alpha) + forward.output() * c.out;
                    max_abs(&(&own - &exact)) / max_abs(&(forward.output() * c.out))
                };
                assert_law(&format!("{name}, {label}"), residual(1.0), residual(1.001), 1e-5);
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
    let seen = alike(&(x * c), level, 0);
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
