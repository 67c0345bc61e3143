//! A joint network whose conditions are captions: a Transformer that learns bright halves by their words.

use super::*;
use crate::guidance::Guided;
use crate::nn::{Transformer, TransformerConfig};
use crate::rng::{Purpose, normals, stream};
use crate::train::Training;
use rayon::ThreadPoolBuilder;

const SIDE: usize = 6;
const DIM: usize = SIDE * SIDE;

fn config() -> TransformerConfig {
    TransformerConfig {
        side: SIDE,
        patch: 3,
        features: 8,
        vocabulary: 2,
        words: 2,
        ordered: false,
        width: 16,
        heads: 2,
        depth: 1,
        hidden: 32,
    }
}

/// "left" is word 0, "top" is word 1; a caption may have none, one or both.
fn captions() -> Vec<Condition> {
    [vec![], vec![0], vec![1], vec![0, 1]].map(Condition::words).into()
}

/// −1, and +1 where a caption asks for it.
fn pattern(caption: usize) -> Vec<f64> {
    let (left, top) = (caption & 1 == 1, caption & 2 == 2);
    let lit = |i: usize| (left && i % SIDE < SIDE / 2) || (top && i / SIDE < SIDE / 2);
    (0..DIM).map(|i| if lit(i) { 1.0 } else { -1.0 }).collect()
}

fn data() -> Labelled {
    const N: usize = 400;
    let y: Vec<usize> = (0..N).map(|i| i % 4).collect();
    let mut x = normals(3, Purpose::Data, 0, (N, DIM)) * 0.1;
    for (mut x, caption) in x.outer_iter_mut().zip(&y) {
        x += &ndarray::Array1::from(pattern(*caption));
    }
    Labelled { x, y }
}

fn network() -> JointNet<Transformer> {
    JointNet::of(Transformer::new(config(), 5).unwrap(), Target::Edm, 1.0)
}

fn settings(steps: usize) -> TrainConfig {
    TrainConfig { steps, batch: 128, learning_rate: 5e-3, ..TrainConfig::default() }
}

#[test]
fn a_network_trained_on_captions_makes_of_noise_what_they_say() {
    let (net, data, captions) = (network(), data(), captions());
    let objective = net.objective_under(&data, &captions, Levels::default(), 0.1).unwrap();
    let trained = run(net.network().clone(), &objective, settings(400), &mut |_| ()).unwrap();
    let trained = net.with_weights(trained);
    // far out E[x₀ | x, y] is the mean of what y stands for
    let level = NoiseLevel::ve(20.0);
    let x = normals(4, Purpose::Start, 0, (50, DIM)) * 20.0;
    let off = |asked: usize, meant: &[f64]| {
        let d = trained.given(&captions[asked]).denoised(x.view(), level);
        let miss = &d.mean_axis(ndarray::Axis(0)).unwrap() - &ndarray::Array1::from(meant.to_vec());
        (miss.dot(&miss) / DIM as f64).sqrt()
    };
    for asked in 1..4 {
        assert!(off(asked, &pattern(asked)) < 0.2, "{asked}: {}", off(asked, &pattern(asked)));
        let twin = off(asked, &pattern(asked % 3 + 1));
        assert!(twin > 0.6, "{asked}, as another: {twin}");
    }
    // ∅ stands for all that is dropped and for the empty caption
    let all: Vec<f64> =
        (0..DIM).map(|i| (0..4).map(|k| pattern(k)[i]).sum::<f64>() / 4.0).collect();
    let p = [1.0, 0.1, 0.1, 0.1].map(|p| p / 1.3);
    let empty: Vec<f64> = (0..DIM).map(|i| (0..4).map(|k| p[k] * pattern(k)[i]).sum()).collect();
    assert!(off(0, &empty) < 0.2 && off(0, &all) > 0.3, "{} {}", off(0, &empty), off(0, &all));
}

#[test]
fn steering_by_a_caption_in_one_pass_is_steering_by_two_scores() {
    let mut network = Transformer::new(config(), 5).unwrap();
    let n = network.params.len();
    network
        .params
        .iter_mut()
        .zip(&normals(1, Purpose::Weights, 0, (n, 1)))
        .for_each(|(p, z)| *p = 0.3 * *z as f32);
    let net = JointNet::of(network, Target::Edm, 1.0);
    let (x, level) = (normals(4, Purpose::Start, 0, (70, DIM)), NoiseLevel::ve(0.8));
    let (asked, gamma) = (Condition::words(vec![1, 0]), |g| Gamma::new(g).unwrap());
    let score = |g: f64| net.guided(&asked, gamma(g)).score(x.view(), level);
    let two = |g: f64| {
        let (main, guiding) = (net.given(&asked), net.unconditional());
        Guided { main, guiding, gamma: gamma(g) }.score(x.view(), level)
    };
    let off = |a: &Array2<f64>, b: &Array2<f64>| {
        (a - b).fold(0.0, |m: f64, v| m.max(v.abs())) / b.fold(0.0, |m: f64, v| m.max(v.abs()))
    };
    assert!(off(&score(3.0), &two(3.0)) < 1e-5, "{}", off(&score(3.0), &two(3.0)));
    assert!(off(&score(3.0), &two(3.01)) > 1e-4);
    assert_eq!(score(0.0), net.unconditional().score(x.view(), level));
    assert_eq!(score(1.0), net.given(&asked).score(x.view(), level));
    assert_ne!(score(1.0), score(0.0));
    // an empty caption is ∅
    assert_eq!(net.given(Condition::words(vec![])).score(x.view(), level), score(0.0));
}

#[test]
fn captions_are_dropped_as_often_as_asked_and_as_a_whole() {
    let (net, data, captions) = (network(), data(), captions());
    let shares = |p_drop: f64| {
        let objective = net.objective_under(&data, &captions, Levels::default(), p_drop).unwrap();
        let mut w = net.network().workspace(64);
        let (mut none, mut all) = (0, 0);
        for block in 0..50 {
            let mut rng = stream(1, Purpose::Training, 0, block);
            objective.block(net.network(), &mut w, &mut rng, BlockRows { first: 0, batch: 64 });
            none += w.conditions.iter().filter(|c| **c == Condition::None).count();
            all += 64;
            assert!(w.conditions.iter().all(|c| captions.contains(c)));
        }
        none as f64 / f64::from(all)
    };
    // a quarter of the data have no word
    let meant = |p: f64| p + (1.0 - p) / 4.0;
    let off = |share: f64, p: f64| (share - p).abs() / (p * (1.0 - p) / 3200.0).sqrt();
    for p in [0.1, 0.5] {
        assert!(off(shares(p), meant(p)) < 4.0, "{}", shares(p));
        assert!(off(shares(p), meant(p + 0.1)) > 4.0);
    }
}

#[test]
fn training_with_captions_has_the_same_bits_for_any_number_of_threads() {
    let (net, data, captions) = (network(), data(), captions());
    let objective = net.objective_under(&data, &captions, Levels::default(), 0.1).unwrap();
    let with = |threads: usize, seed: u64| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let settings = TrainConfig { seed, batch: 512, ..settings(4) };
            let mut training = Training::new(net.network().clone(), &objective, settings).unwrap();
            training.by_ref().for_each(|step| assert!(step.is_ok()));
            training.state()
        })
    };
    let one = with(1, 0);
    assert!([2, 4].iter().all(|n| with(*n, 0) == one));
    assert_ne!(with(1, 1), one);
}

#[test]
fn a_label_without_a_caption_and_a_caption_of_unknown_words_are_refused() {
    let (net, data) = (network(), data());
    let refused = |captions: &[Condition]| {
        let objective = net.objective_under(&data, captions, Levels::default(), 0.1);
        objective.err().map(|e| e.to_string()).unwrap_or_default()
    };
    assert!(refused(&captions()).is_empty());
    assert!(refused(&captions()[..3]).contains("a label of the data is 3"));
    assert!(refused(&[vec![7]].map(Condition::words)).contains("a word of the caption is 7"));
}
