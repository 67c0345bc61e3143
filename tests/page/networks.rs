//! What the library's plain pass answers to the questions that the page's networks are asked.

use super::answers::{points, rows};
use ndarray::{Array1, Array2, array};
use rand::Rng;
use scorelab::condition::Condition;
use scorelab::nn::plain::Plain;
use scorelab::nn::{Batch, Mlp, MlpConfig, Shape, Target};
use scorelab::noise::Process;
use scorelab::rng::{Purpose, normals, stream};
use serde_json::{Value, json};

/// Small networks: their answers, and gradients, by the plain pass on f32 weights.
pub fn of_samples() -> Vec<Value> {
    let shapes = [(4, false, 2), (0, true, 3)];
    let of = |(i, (labels, residual, outputs)): (usize, (usize, bool, usize))| {
        let config = MlpConfig {
            features: 6,
            labels,
            embedding: 3,
            width: 8,
            depth: 3,
            residual,
            outputs,
            ..MlpConfig::default()
        };
        let net = Mlp::new(config.clone(), 5 + i as u64).unwrap();
        let mut rng = stream(5, Purpose::Weights, 9, i as u64);
        let shaken = |w: &f32| f64::from(w + 0.3 * (rng.random::<f32>() - 0.5));
        let params: Vec<f64> = net.params.iter().map(shaken).collect();
        let x = points();
        let labels: Vec<Option<usize>> =
            (0..5).map(|i| (labels > 0 && i < 3).then_some(i)).collect();
        let log_snr = array![-9.0, -2.5, 0.0, 3.1, 8.0];
        let conditions = labels.iter().map(|y| Condition::from(*y)).collect();
        let batch = Batch { x: x.clone(), log_snr: log_snr.clone(), conditions };
        let plain = Plain { config: &config, params: &params };
        let forward = plain.forward(&batch);
        let d_output =
            Array2::from_shape_fn((5, outputs), |(i, j)| 0.3 + i as f64 - 0.7 * j as f64);
        let d_x = plain.backward(&batch, &forward, &d_output).x;
        json!({
            "config": config, "params": params, "x": rows(&x), "logSnr": log_snr.to_vec(), "labels": labels,
            "output": rows(forward.output()), "dOutput": rows(&d_output), "dX": rows(&d_x),
        })
    };
    shapes.into_iter().enumerate().map(of).collect()
}

/// A learned score and a learned classifier at one level, as their formulas say them, by the plain pass on f32 weights.
pub fn learned() -> Value {
    let shape = |labels, outputs| MlpConfig {
        features: 8,
        labels,
        embedding: 3,
        width: 10,
        depth: 2,
        residual: labels > 0,
        outputs,
        ..MlpConfig::default()
    };
    let weights = |config: &MlpConfig| -> Vec<f64> {
        let z = normals(21, Purpose::Weights, config.outputs, (1, config.parameters()));
        z.iter().map(|w| f64::from(0.4 * *w as f32)).collect()
    };
    let (x, level) = (points(), Process::VP_LINEAR.level(0.35));
    let (r, log_snr) = (level.ratio(), Array1::from_elem(5, level.log_snr()));
    let batch = |input: f64, condition: Condition| Batch {
        x: &x * (input / level.alpha),
        log_snr: log_snr.clone(),
        conditions: vec![condition; 5],
    };
    let config = shape(4, 2);
    let params = weights(&config);
    let plain = Plain { config: &config, params: &params };
    let c = Target::Edm.coefficients(r, 1.4);
    let score = |y: Option<usize>| {
        let f = plain.forward(&batch(c.input, y.into()));
        let d = &x * (c.skip / level.alpha) + f.output() * c.out;
        rows(&((d * level.alpha - &x) / (level.sigma * level.sigma)))
    };
    let sees = json!({ "alpha": level.alpha, "sigma": level.sigma });
    let scores = json!({
        "config": config, "params": params, "target": "edm", "sigmaData": 1.4, "given": score(Some(1)), "free": score(None),
    });
    let config = shape(0, 3);
    let params = weights(&config);
    let (s, within) = (1.4f64, 0.3f64);
    let root = (s * s + r * r).sqrt();
    let scales = (1.0 / root / level.alpha, s * root / (within * within + r * r));
    let steered = |config: &MlpConfig, params: &[f64], scales| {
        let gradient = rows(&steering(config, params, &x, level.log_snr(), scales));
        json!({
            "config": config, "params": params, "sigmaData": s, "sigmaWithin": within, "class": 2, "gradient": gradient,
        })
    };
    let classifier = steered(&config, &params, scales);
    // a clean one takes x_t for x₀, at r = 0
    let blind = MlpConfig { features: 0, ..config };
    let clean = steered(&blind, &weights(&blind), (1.0 / s, s * s / (within * within)));
    json!({ "level": sees, "x": rows(&x), "score": scores, "classifier": classifier, "clean": clean })
}

/// ∇ₓ log p(class 2 | x) of a classifier whose scales (of x, of its answer) are these.
fn steering(
    config: &MlpConfig,
    params: &[f64],
    x: &Array2<f64>,
    log_snr: f64,
    (input, g): (f64, f64),
) -> Array2<f64> {
    let batch = Batch {
        x: x * input,
        log_snr: Array1::from_elem(x.nrows(), log_snr),
        conditions: vec![Condition::None; x.nrows()],
    };
    let plain = Plain { config, params };
    let forward = plain.forward(&batch);
    let mut d = forward.output() * g;
    for mut row in d.outer_iter_mut() {
        let sum: f64 = row.iter().map(|l| l.exp()).sum();
        row.mapv_inplace(|l| -l.exp() / sum); // −softmax
        row[2] += 1.0;
    }
    plain.backward(&batch, &forward, &d).x * (g * input)
}

/// How each target is made a denoised point, at one level.
pub fn targets() -> Vec<Value> {
    let all = [("edm", Target::Edm), ("eps", Target::Eps), ("x0", Target::X0), ("v", Target::V)];
    let of = |(name, target): (&str, Target)| {
        let c = target.coefficients(0.7, 2.0);
        json!({ "target": name, "r": 0.7, "sigmaData": 2.0, "skip": c.skip, "out": c.out, "input": c.input })
    };
    all.into_iter().map(of).collect()
}
