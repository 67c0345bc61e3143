//! The perceptron's rows and labels as those who call it may count on them.

use super::net::{rows, run};
use super::plain::{conditions, network, shape};
use crate::common::normals;
use ndarray::s;
use scorelab::condition::Condition;
use scorelab::nn::{Batch, MlpConfig, ScoreNet, Target};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

#[test]
fn a_permutation_of_the_labels_permutes_the_answers_and_nothing_else() {
    let config = shape(true, 4);
    let mlp = network(config.clone());
    let mut same = rows(&mlp, &conditions(&config));
    same.x.outer_iter_mut().for_each(|mut x| x.fill(0.3));
    same.log_snr.fill(1.0);
    let answers = run(&mlp, &same).output;
    let (all, permutation) = (conditions(&config), [2, 0, 3, 1]); // the last row of the table is that of ∅
    let place = |y: &Condition| all.iter().position(|other| other == y).unwrap();
    let permuted: Vec<Condition> =
        same.conditions.iter().map(|y| all[permutation[place(y)]].clone()).collect();
    let moved_labels = Batch { conditions: permuted.clone(), ..same.clone() };
    let permuted_answers = run(&mlp, &moved_labels).output;
    for (row, condition) in permuted.iter().enumerate() {
        let twin = same.conditions.iter().position(|y| y == condition).unwrap();
        assert_eq!(permuted_answers.row(row), answers.row(twin));
        assert_ne!(permuted_answers.row(row), answers.row(row), "another label is another answer");
    }
    // moving the rows of the table along with the labels changes nothing
    let mut moved = mlp.clone();
    let (table, e) = (mlp.params.len() - 4 * config.embedding, config.embedding);
    for (from, to) in permutation.iter().enumerate() {
        moved.params[table + to * e..][..e].copy_from_slice(&mlp.params[table + from * e..][..e]);
    }
    assert_eq!(run(&moved, &moved_labels).output, answers);
}

#[test]
fn the_rows_behind_the_batch_do_not_matter() {
    let config = shape(true, 4);
    let mlp = network(config.clone());
    let full = rows(&mlp, &conditions(&config));
    let answers = run(&mlp, &full).output;
    for filled in [1, 10, 63] {
        let mut padded = full.clone();
        padded.x.slice_mut(s![filled.., ..]).fill(f64::NAN);
        padded.conditions[filled..].fill(Condition::Class(0));
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
