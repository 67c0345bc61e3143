//! The network's rows, labels and gradients as those who call it may count on them.

use super::plain::{network, rows, run, shape, shapes};
use crate::common::{assert_law, max_abs, normals, worst};
use ndarray::s;
use scorelab::nn::plain::Batch;
use scorelab::nn::{MlpConfig, ScoreNet, Target, Workspace};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

#[test]
fn parameter_gradients_are_added_to_what_is_there() {
    let config = shape(true, 4);
    let mlp = network(config.clone());
    let rows = rows(&mlp);
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
fn a_permutation_of_the_labels_permutes_the_answers_and_nothing_else() {
    let config = shape(true, 4);
    let mlp = network(config.clone());
    let mut same = rows(&mlp);
    same.x.outer_iter_mut().for_each(|mut x| x.fill(0.3));
    same.log_snr.fill(1.0);
    let answers = run(&mlp, &same).output;
    let permutation = [2, 0, 3, 1];
    let labels: Vec<usize> = same.labels.iter().map(|l| permutation[*l]).collect();
    let permuted = run(&mlp, &Batch { labels: labels.clone(), ..same.clone() }).output;
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
    assert_eq!(run(&moved, &Batch { labels, ..same }).output, answers);
}

#[test]
fn the_rows_behind_the_batch_do_not_matter() {
    let config = shape(true, 4);
    let mlp = network(config.clone());
    let full = rows(&mlp);
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
        let mlp = network(config.clone());
        let mut same = rows(&mlp);
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
