//! The network's forward and backward pass against the same network in f64 and its central differences.

use super::reference::{Rows, forward, groups};
use crate::common::{assert_law, max_abs, normals, worst};
use ndarray::{Array2, s};
use scorelab::nn::mlp::BLOCK;
use scorelab::nn::{Mlp, MlpConfig, ScoreNet, Target, Workspace};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

/// Odd sizes, so that no two of them can be confused.
fn shape(residual: bool, labels: usize) -> MlpConfig {
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

/// Every kind of network, by name.
fn shapes() -> Vec<(&'static str, MlpConfig)> {
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

/// A network of which no parameter is 0, the last layer and the biases neither.
fn network(config: MlpConfig) -> Mlp {
    let mut mlp = Mlp::new(config, 1).unwrap();
    let n = mlp.params.len();
    mlp.params.iter_mut().zip(&normals(n, 1)).for_each(|(p, z)| *p = 0.4 * *z as f32);
    mlp
}

/// Rows with a level and a label each, numbers that f32 holds exactly.
fn rows(c: &MlpConfig) -> Rows {
    let exact = |v: f64| v as f32 as f64;
    Rows {
        x: normals(BLOCK, c.inputs).mapv(exact),
        log_snr: (0..BLOCK).map(|r| exact(-12.0 + 24.0 * r as f64 / 63.0)).collect(),
        labels: (0..BLOCK).map(|r| (r * r + r / 3) % c.labels.max(1)).collect(),
    }
}

/// The workspace after a forward pass.
fn run(mlp: &Mlp, rows: &Rows) -> Workspace {
    let mut w = mlp.workspace();
    w.input.slice_mut(s![.., ..mlp.config.inputs]).assign(&rows.x.mapv(|v| v as f32));
    w.log_snr = rows.log_snr.iter().map(|l| *l as f32).collect();
    w.labels = rows.labels.clone();
    mlp.forward(&mut w);
    w
}

fn in_f64(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}

#[test]
fn the_forward_pass_is_that_of_the_documented_layout() {
    for (name, config) in shapes() {
        let (mlp, rows) = (network(config.clone()), rows(&config));
        let answer = run(&mlp, &rows).output.mapv(f64::from);
        let params = in_f64(&mlp.params);
        let residual = |config: &MlpConfig, rows: &Rows| {
            let exact = forward(config, &params, rows);
            max_abs(&(&answer - &exact)) / max_abs(&exact)
        };
        // a phase of up to 6π is rounded to 2·10⁻⁶, and each layer doubles what it gets
        let truth = residual(&config, &rows);
        let moved = Rows { x: &rows.x * 1.001, ..rows.clone() };
        assert_law(name, truth, residual(&config, &moved), 2e-5);
        if config.depth > 1 {
            let other = MlpConfig { residual: !config.residual, ..config.clone() };
            assert_law(name, truth, residual(&other, &rows), 2e-5);
        }
        if config.features > 0 {
            let log_snr = rows.log_snr.iter().map(|l| l * 1.001).collect();
            assert_law(name, truth, residual(&config, &Rows { log_snr, ..rows.clone() }), 2e-5);
        }
        if config.labels > 1 {
            let labels = rows.labels.iter().map(|l| (l + 1) % config.labels).collect();
            assert_law(name, truth, residual(&config, &Rows { labels, ..rows.clone() }), 2e-5);
        }
    }
}

/// Σ cᵢⱼ·outᵢⱼ, a loss whose gradient with respect to the answer is c.
fn loss(config: &MlpConfig, params: &[f64], rows: &Rows, c: &Array2<f64>) -> f64 {
    (forward(config, params, rows) * c).sum()
}

#[test]
fn parameter_gradients_are_central_differences_of_the_forward_pass_in_f64() {
    const H: f64 = 1e-4;
    for (name, config) in shapes() {
        let (mlp, rows) = (network(config.clone()), rows(&config));
        let c = normals(BLOCK, config.outputs + 1).slice(s![.., 1..]).mapv(|v| v as f32);
        let mut w = run(&mlp, &rows);
        w.d_output.assign(&c);
        let mut grads = vec![0.0; mlp.params.len()];
        mlp.backward::<true>(&mut w, &mut grads);
        let (mut params, c) = (in_f64(&mlp.params), c.mapv(f64::from));
        let mut slope = |i: usize| {
            let here = params[i];
            params[i] = here + H;
            let above = loss(&config, &params, &rows, &c);
            params[i] = here - H;
            let below = loss(&config, &params, &rows, &c);
            params[i] = here;
            (above - below) / (2.0 * H)
        };
        let slopes: Vec<f64> = (0..mlp.params.len()).map(&mut slope).collect();
        for (group, range) in groups(&config) {
            let size = max_abs(&slopes[range.clone()]);
            let residual = |scale: f64| {
                let off = |i: usize| (scale * f64::from(grads[i]) - slopes[i]).abs() / size;
                worst(range.clone().map(off))
            };
            assert_law(&format!("{name}, {group}"), residual(1.0), residual(1.001), 1e-4);
        }
        let ends = groups(&config).last().map(|(_, range)| range.end);
        assert_eq!(ends, Some(grads.len()), "{name}: every parameter belongs to a group");
    }
}

#[test]
fn parameter_gradients_are_added_to_what_is_there() {
    let config = shape(true, 4);
    let (mlp, rows) = (network(config.clone()), rows(&config));
    let mut w = run(&mlp, &rows);
    w.d_output.fill(1.0);
    let (mut once, mut twice) = (vec![0.0; mlp.params.len()], vec![0.0; mlp.params.len()]);
    mlp.backward::<true>(&mut w, &mut once);
    let mut fresh = vec![f32::NAN; mlp.params.len()];
    mlp.backward::<false>(&mut w, &mut fresh);
    assert_eq!(fresh, once, "what was there is forgotten unless it is asked for");
    (0..2).for_each(|_| mlp.backward::<true>(&mut w, &mut twice));
    let size = worst(once.iter().map(|g| f64::from(g.abs())));
    let off = |factor: f32| {
        worst(once.iter().zip(&twice).map(|(a, b)| f64::from((factor * a - b).abs()) / size))
    };
    assert_law("twice", off(2.0), off(1.0), 1e-5);
}

#[test]
fn input_gradients_are_central_differences_row_by_row() {
    const H: f64 = 1e-4;
    for (name, config) in shapes() {
        let (mlp, rows) = (network(config.clone()), rows(&config));
        let mut w = run(&mlp, &rows);
        let c = normals(BLOCK, config.outputs + 1).slice(s![.., 1..]).mapv(|v| v as f32);
        w.d_output.assign(&c);
        mlp.input_gradient(&mut w);
        let (params, c) = (in_f64(&mlp.params), c.mapv(f64::from));
        for i in 0..config.inputs {
            let shifted = |h: f64| {
                let mut moved = rows.clone();
                moved.x.column_mut(i).mapv_inplace(|v| v + h);
                (forward(&config, &params, &moved) * &c).sum_axis(ndarray::Axis(1))
            };
            let slopes = (shifted(H) - shifted(-H)) / (2.0 * H); // of each row's own loss
            let own = w.d_input.column(i).mapv(f64::from);
            let residual = |scale: f64| max_abs(&(&own * scale - &slopes)) / max_abs(&slopes);
            assert_law(&format!("{name}, x{i}"), residual(1.0), residual(1.001), 1e-4);
        }
    }
}

#[test]
fn a_permutation_of_the_labels_permutes_the_answers_and_nothing_else() {
    let config = shape(true, 4);
    let mlp = network(config.clone());
    let mut same = rows(&config);
    same.x.outer_iter_mut().for_each(|mut x| x.fill(0.3));
    same.log_snr.fill(1.0);
    let answers = run(&mlp, &same).output;
    let permutation = [2, 0, 3, 1];
    let labels: Vec<usize> = same.labels.iter().map(|l| permutation[*l]).collect();
    let permuted = run(&mlp, &Rows { labels: labels.clone(), ..same.clone() }).output;
    for (row, label) in labels.iter().enumerate() {
        let twin = same.labels.iter().position(|l| l == label).unwrap();
        assert_eq!(permuted.row(row), answers.row(twin));
        assert_ne!(permuted.row(row), answers.row(row), "another label is another answer");
    }
    // moving the rows of the table along with the labels changes nothing
    let mut moved = mlp.clone();
    let (table, e) = (mlp.params.len() - 4 * config.embedding, config.embedding);
    for (from, to) in permutation.iter().enumerate() {
        moved.params[table + to * e..][..e].copy_from_slice(&mlp.params[table + from * e..][..e]);
    }
    assert_eq!(run(&moved, &Rows { labels, ..same }).output, answers);
}

#[test]
fn the_rows_behind_the_batch_do_not_matter() {
    let config = shape(true, 4);
    let (mlp, full) = (network(config.clone()), rows(&config));
    let answers = run(&mlp, &full).output;
    for filled in [1, 10, 63] {
        let mut padded = full.clone();
        padded.x.slice_mut(s![filled.., ..]).fill(f64::NAN);
        padded.labels[filled..].fill(0);
        let output = run(&mlp, &padded).output;
        assert_eq!(output.slice(s![..filled, ..]), answers.slice(s![..filled, ..]));
        assert!(output.slice(s![filled.., ..]).iter().all(|v| v.is_nan()), "padding is no answer");
    }
}

#[test]
fn a_rows_score_has_the_same_bits_in_any_batch_and_position() {
    let config = MlpConfig { inputs: 3, outputs: 3, labels: 0, ..shape(true, 0) };
    let net = ScoreNet::of(network(config), Target::Edm, 1.0);
    let (x, level) = (normals(200, 3), NoiseLevel::ve(0.7));
    let whole = net.score(x.view(), level);
    for (from, to) in [(0, 1), (0, 64), (63, 65), (64, 200), (1, 130), (137, 138), (199, 200)] {
        let part = net.score(x.slice(s![from..to, ..]), level);
        assert_eq!(part, whole.slice(s![from..to, ..]), "rows {from}…{to}");
    }
    assert_eq!(net.score(x.slice(s![..;-1, ..]), level), whole.slice(s![..;-1, ..]));
    assert_ne!(net.score(x.slice(s![1.., ..]), level), whole.slice(s![..199, ..]), "other rows");
}

#[test]
fn one_condition_for_all_rows_is_the_same_condition_in_each() {
    for (name, config) in shapes() {
        let (mlp, mut same) = (network(config.clone()), rows(&config));
        same.log_snr.fill(1.5);
        same.labels.fill(config.labels.saturating_sub(1));
        let mut each = run(&mlp, &same);
        let mut shared = each.clone();
        let condition = |log_snr: f32| mlp.condition(log_snr, same.labels[0]);
        let residual = |w: &Workspace| {
            max_abs(&(&w.output - &each.output).mapv(f64::from))
                / max_abs(&each.output.mapv(f64::from))
        };
        mlp.forward_given(&mut shared, &condition(1.5));
        let truth = residual(&shared);
        mlp.forward_given(&mut shared, &condition(1.6));
        if config.features > 0 {
            assert_law(name, truth, residual(&shared), 1e-5);
        }
        // half of one condition and half of another is the mean of the answers
        let half = |log_snr: f32| (condition(log_snr), 0.5);
        mlp.forward_given(&mut shared, &condition(-2.0));
        let mean = (&shared.output + &each.output) * 0.5;
        mlp.blend(&mut shared, &[half(1.5), half(-2.0)]);
        let off =
            max_abs(&(&shared.output - &mean).mapv(f64::from)) / max_abs(&mean.mapv(f64::from));
        assert!(off < 1e-5, "{name}: {off:e}");
        mlp.blend(&mut shared, &[(condition(1.5), 1.0)]);
        assert!(residual(&shared) < 1e-5, "{name}: one term");
        // the gradient to the input does not depend on which of the two ran forward
        mlp.forward(&mut each);
        mlp.forward_given(&mut shared, &condition(1.5));
        for w in [&mut each, &mut shared] {
            w.d_output.fill(1.0);
            mlp.input_gradient(w);
        }
        let off = max_abs(&(&shared.d_input - &each.d_input).mapv(f64::from));
        assert!(off < 1e-4 * max_abs(&each.d_input.mapv(f64::from)), "{name}: {off:e}");
    }
}
