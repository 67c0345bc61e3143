//! The joint network: the condition reaches it, ∅ is trained, and its one pass is the guided score.

use super::trained::{DATA, joint};
use crate::common::{assert_law, cases, max_abs, normals};
use scorelab::guidance::{Composed, Gamma, Guided};
use scorelab::metrics::{Modes, score_error, shares};
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::null_label::{JointNet, shown_labels, train_joint};
use scorelab::rng::Purpose;
use scorelab::sampler::{DpmSolver2M, sample, start};
use scorelab::score::ScoreFn;
use scorelab::train::{Levels, TrainConfig};
use scorelab_lab::{JOINT_STEPS, P_DROP, untrained_joint};
use std::sync::LazyLock;

/// The joint network of the experiments.
static JOINT: LazyLock<JointNet> = LazyLock::new(|| joint(JOINT_STEPS.0, P_DROP));

/// The wrong twin: the same training, except that no label is ever dropped.
static NEVER_DROPPED: LazyLock<JointNet> = LazyLock::new(|| joint(JOINT_STEPS.0, 0.0));

/// The wrong twin: the same network after thirty steps.
static HASTY: LazyLock<JointNet> = LazyLock::new(|| joint(30, P_DROP));

/// √(E σ²|s_θ − s|² / E σ²|s|²) at one σ, x drawn from `truth` and noised.
fn error_at(net: &dyn ScoreFn, truth: &scorelab::mixture::Mixture, sigma: f64) -> f64 {
    let level = NoiseLevel::ve(sigma);
    let x = truth.sample(5_000, 21, Purpose::Reference).x + normals(5_000, 2) * sigma;
    let exact = truth.score(x.view(), level);
    score_error(net.score(x.view(), level).view(), exact.view())
}

/// One and a half times what is asked of the unconditional network; less at σ = 5, where the scaling alone is nearly right.
const BOUNDS: [(f64, f64); 7] =
    [(0.05, 0.45), (0.1, 0.45), (0.2, 0.225), (0.5, 0.15), (1.0, 0.15), (2.0, 0.15), (5.0, 0.03)];

#[test]
fn the_joint_networks_scores_are_near_the_exact_ones_with_and_without_a_label() {
    let animals = cases::animals();
    for (sigma, bound) in BOUNDS {
        let null = |net: &JointNet| error_at(&net.unconditional(), &animals, sigma);
        println!("σ = {sigma}: ∅ {:.4}, after 30 steps {:.4}", null(&JOINT), null(&HASTY));
        assert_law(&format!("∅ at σ = {sigma}"), null(&JOINT), null(&HASTY), bound);
        for class in 0..4 {
            // given the class the scaling alone is far off: the class's mean is not the mean of all
            let given = |net: &JointNet| error_at(&net.given(class), &animals.given(class), sigma);
            println!(
                "    class {class}: {:.4}, after 30 steps {:.4}",
                given(&JOINT),
                given(&HASTY)
            );
            assert!(given(&JOINT) < bound, "class {class} at σ = {sigma}: {}", given(&JOINT));
        }
    }
}

#[test]
fn without_dropped_labels_the_null_label_is_garbage() {
    let error = |net: &JointNet| error_at(&net.unconditional(), &cases::animals(), 1.0);
    println!("∅ at σ = 1: p_drop .1 {:.4}, p_drop 0 {:.4}", error(&JOINT), error(&NEVER_DROPPED));
    assert!(error(&NEVER_DROPPED) > 5.0 * error(&JOINT));
}

/// The share of 4,000 samples that reach the dog, in per cent, from the same noise for every score.
fn target_share(score: &dyn ScoreFn) -> f64 {
    let (process, animals) = (Process::VP_LINEAR, cases::animals());
    let grid = Grid::to_data(&process, Spacing::KARRAS, 64).unwrap();
    let z = start(4000, 2, &process, &grid, 0);
    let x = sample(&DpmSolver2M::default(), score, &process, &grid, z.view(), 0);
    100.0 * shares(x.view(), &Modes::of(&animals), 0).target
}

#[test]
fn one_network_steers_to_the_class_as_often_as_the_exact_scores() {
    let animals = cases::animals();
    let given = animals.given(0);
    for (g, twin) in [(1.0, &HASTY), (2.0, &NEVER_DROPPED)] {
        let gamma = Gamma::new(g).unwrap();
        let exact = target_share(&Guided { main: &given, guiding: &animals, gamma });
        let off = |net: &JointNet| (target_share(&net.guided(0, gamma)) - exact).abs();
        println!(
            "γ = {g}: exact {exact:.2} %, off by {:.2}, the twin {:.2}",
            off(&JOINT),
            off(twin)
        );
        assert_law(&format!("γ = {g}: points of target share"), off(&JOINT), off(twin), 2.0);
    }
}

#[test]
fn the_labels_answers_average_to_the_null_labels() {
    let animals = cases::animals();
    for sigma in [0.5, 1.0, 2.0] {
        let level = NoiseLevel::ve(sigma);
        let x = animals.sample(4_000, 22, Purpose::Reference).x + normals(4_000, 2) * sigma;
        let p = animals.class_probabilities(x.view(), level);
        let off = |net: &JointNet| net.self_inconsistency(x.view(), level, p.view());
        println!("σ = {sigma}: {:.4}; p_drop = 0: {:.4}", off(&JOINT), off(&NEVER_DROPPED));
        assert_law(&format!("σ = {sigma}"), off(&JOINT), off(&NEVER_DROPPED), 0.15);
    }
}

#[test]
fn the_condition_reaches_the_network_and_permuting_labels_permutes_answers() {
    let (x, level) = (normals(200, 2) * 2.0, NoiseLevel::ve(1.0));
    let answer = |net: &JointNet, class: usize| net.given(class).score(x.view(), level);
    for class in 1..4 {
        assert!(max_abs(&(answer(&JOINT, class) - answer(&JOINT, 0))) > 0.5, "class {class}");
    }
    // the label is seen through its row of the table and nowhere else: swap two rows
    let mut mlp = JOINT.network().clone();
    let width = mlp.config.embedding;
    let table = mlp.params.len() - 5 * width;
    for i in 0..width {
        mlp.params.swap(table + i, table + 2 * width + i);
    }
    let swapped = JointNet::of(mlp, scorelab::nn::Target::Edm, cases::animals().radius());
    for (class, was) in [(0, 2), (2, 0), (1, 1), (3, 3)] {
        assert_eq!(answer(&swapped, class), answer(&JOINT, was), "class {class}");
    }
    assert_ne!(answer(&swapped, 0), answer(&JOINT, 0));
}

#[test]
fn one_pass_is_the_guided_score_of_two() {
    let x = normals(300, 2) * 2.0;
    let (given, null) = (JOINT.given(1), JOINT.unconditional());
    for level in [NoiseLevel::ve(0.1), NoiseLevel::ve(1.0), NoiseLevel { alpha: 0.6, sigma: 0.8 }] {
        for gamma in [-1.0, 0.5, 2.0, 10.0] {
            let residual = |other: f64| {
                let gamma = Gamma::new(other).unwrap();
                let two = Guided { main: &given, guiding: &null, gamma }.score(x.view(), level);
                let one = JOINT.guided(1, Gamma::new(2.0).unwrap()).score(x.view(), level);
                max_abs(&(&one - &two)) / max_abs(&two)
            };
            if gamma == 2.0 {
                assert_law(&format!("{level:?}"), residual(gamma), residual(2.02), 1e-5);
            } else {
                assert!(residual(gamma) > 1e-3, "another γ is another score");
            }
        }
        let terms: Vec<(f64, &dyn ScoreFn)> = vec![(2.0, &given), (-0.5, &null)];
        let composed = Composed { base: &null, terms }.score(x.view(), level);
        let one = JOINT.composed(&[(2.0, 1)]).score(x.view(), level);
        assert!(max_abs(&(&one - &composed)) / max_abs(&one) < 1e-5);
    }
}

#[test]
fn gamma_zero_and_one_are_one_evaluation_and_the_same_bits() {
    let (x, level) = (normals(130, 2) * 2.0, NoiseLevel::ve(0.7));
    let guided = |gamma: f64| JOINT.guided(2, Gamma::new(gamma).unwrap());
    assert_eq!(guided(0.0).score(x.view(), level), JOINT.unconditional().score(x.view(), level));
    assert_eq!(guided(1.0).score(x.view(), level), JOINT.given(2).score(x.view(), level));
    assert_ne!(guided(1.001).score(x.view(), level), JOINT.given(2).score(x.view(), level));
    assert_eq!([0.0, 1.0, 2.0].map(|g| guided(g).evaluations()), [1, 1, 2]);
}

#[test]
fn a_tenth_of_the_labels_shown_is_null_row_by_row_whatever_the_class() {
    let config = TrainConfig { steps: 40, ..TrainConfig::default() };
    let shown = |p_drop: f64| {
        let net = untrained_joint(&cases::animals(), 0).unwrap();
        shown_labels(net, &DATA, Levels::default(), p_drop, config.clone()).unwrap()
    };
    let (labels, own) = (shown(P_DROP), shown(0.0));
    assert_eq!(labels.dim(), (40, 512));
    assert!(own.iter().all(|y| *y < 4), "nothing is dropped");
    let kept = labels.iter().zip(&own).filter(|(label, _)| **label < 4);
    assert!(
        kept.into_iter().all(|(label, y)| label == y),
        "a label is dropped or kept, never changed"
    );
    let off = |of: &dyn Fn(usize) -> bool, p: f64| {
        let rows: Vec<bool> =
            labels.iter().zip(&own).filter(|(_, y)| of(**y)).map(|(l, _)| *l == 4).collect();
        let n = rows.len() as f64;
        (rows.iter().filter(|d| **d).count() as f64 / n - p) / (p * (1.0 - p) / n).sqrt()
    };
    assert!(off(&|_| true, P_DROP).abs() < 5.0);
    assert!(off(&|_| true, 1.15 * P_DROP).abs() > 5.0, "the wrong twin passed");
    (0..4).for_each(|class| assert!(off(&|y| y == class, P_DROP).abs() < 5.0, "class {class}"));
    for batch in labels.outer_iter() {
        let nulls = batch.iter().filter(|l| **l == 4).count() as f64;
        let se = (512.0 * P_DROP * (1.0 - P_DROP)).sqrt();
        assert!(
            (nulls - 512.0 * P_DROP).abs() < 5.0 * se,
            "a whole batch is never dropped: {nulls}"
        );
    }
}

#[test]
fn a_label_that_the_network_does_not_know_and_an_absurd_p_drop_are_refused() {
    let train = |p_drop: f64, classes: usize| {
        let mixture = if classes == 4 { cases::animals() } else { cases::animals().given(0) };
        let net = untrained_joint(&mixture, 0).unwrap();
        let config = TrainConfig { steps: 1, ..TrainConfig::default() };
        train_joint(net, &DATA, Levels::default(), p_drop, config, &mut |_| ()).map(|_| ())
    };
    assert!(train(0.1, 4).is_ok() && train(0.0, 4).is_ok() && train(1.0, 4).is_ok());
    for (p_drop, classes, word) in
        [(1.5, 4, "dropping"), (-0.1, 4, "dropping"), (f64::NAN, 4, "dropping"), (0.1, 1, "label")]
    {
        let message = train(p_drop, classes).unwrap_err().to_string();
        assert!(message.contains(word), "{message}");
    }
}
