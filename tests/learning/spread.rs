//! A network whose coordinates have a spread each: before it has learned anything it is the exact score of a Gaussian.

use crate::common::{max_abs, normals};
use ndarray::{Array2, arr2};
use scorelab::data::{Glyphs, Principal};
use scorelab::mixture::{Labelled, Mixture};
use scorelab::nn::{Mlp, MlpConfig, ScoreNet, Target};
use scorelab::noise::{NoiseLevel, Process};
use scorelab::null_label::JointNet;
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;
use scorelab::train::{Denoising, Levels, TrainConfig, Training, loss_floor};

const SPREAD: [f64; 2] = [2.0, 0.1];

/// N(0, diag(spread²)), labelled with one class.
fn gaussian() -> Mixture {
    let cov = arr2(&[[SPREAD[0].powi(2), 0.0], [0.0, SPREAD[1].powi(2)]]);
    Mixture::new(vec![1.0], Array2::zeros((1, 2)), vec![cov], vec![0]).unwrap()
}

fn sigma_data() -> f64 {
    (SPREAD.iter().map(|s| s * s).sum::<f64>() / 2.0).sqrt()
}

/// Its last layer is zero, so what it answers is c_skip·x alone.
fn untrained() -> ScoreNet {
    let config = MlpConfig { width: 8, depth: 2, ..MlpConfig::default() };
    ScoreNet::of(Mlp::new(config, 1).unwrap(), Target::Edm, sigma_data())
}

#[test]
fn with_its_spread_an_untrained_network_is_the_exact_score_of_a_gaussian() {
    let x = normals(50, 2) * 2.0;
    let mut net = untrained();
    for (spread, exact) in [(SPREAD.to_vec(), true), (vec![], false), (vec![2.0, 0.101], false)] {
        net.spread = spread;
        let level = Process::VP_LINEAR.level(0.3);
        for level in [level, NoiseLevel::ve(0.05)] {
            let (own, true_one) = (net.score(x.view(), level), gaussian().score(x.view(), level));
            let off = max_abs(&(&own - &true_one)) / max_abs(&true_one);
            assert_eq!(off < 1e-9, exact, "{:?}: {off}", net.spread);
        }
    }
}

#[test]
fn its_loss_is_then_the_least_that_there_is() {
    let mixture = gaussian();
    let data = mixture.sample(20_000, 1, Purpose::Data);
    let levels = Levels::default();
    let loss = |spread: &[f64]| {
        let objective = Denoising {
            data: &data,
            target: Target::Edm,
            sigma_data: sigma_data(),
            spread,
            levels,
        };
        let config = TrainConfig { steps: 1, batch: 40_000, ..TrainConfig::default() };
        let mut training = Training::new(untrained().network, &objective, config).unwrap();
        let floor = loss_floor(&mixture, &objective, 40_000, 2);
        (training.next().unwrap().unwrap().loss, floor)
    };
    // 40,000 rows: the relative scatter of a mean of squares is below a hundredth
    let (own, floor) = loss(&SPREAD);
    assert!((own / floor - 1.0).abs() < 0.03, "{own} {floor}");
    let (common, floor) = loss(&[]);
    assert!(common / floor > 1.1, "the twin without a spread: {common} {floor}");
}

/// A few steps of a joint network on drawn digits, along their principal components.
fn trained(threads: usize, seed: u64) -> Vec<f32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let Labelled { x, y } = Glyphs { seed: 1 }.images(0..300).labelled();
        let frame = Principal::of(x.view(), 12);
        let seen = Labelled { x: frame.coordinates(x.view()), y };
        let shape = MlpConfig {
            inputs: 12,
            outputs: 12,
            width: 32,
            depth: 3,
            residual: true,
            ..MlpConfig::default()
        };
        let net = JointNet::new(shape, 10, Target::Edm, frame.sigma_data(), seed).unwrap();
        let net = net.with_spread(frame.spread.clone());
        let objective = net.objective(&seen, Levels::default(), 0.1).unwrap();
        let config = TrainConfig { steps: 6, batch: 256, seed, ..TrainConfig::default() };
        let mut training = Training::new(net.network().clone(), &objective, config).unwrap();
        training.by_ref().for_each(|step| assert!(step.unwrap().loss.is_finite()));
        let so_far = training.averaged().params.to_vec();
        assert_eq!(so_far, training.finish().params.to_vec());
        so_far
    })
}

#[test]
fn a_network_for_images_has_the_same_bits_on_any_number_of_threads() {
    let one = trained(1, 3);
    assert_eq!(one, trained(2, 3));
    assert_eq!(one, trained(4, 3));
    assert_ne!(one, trained(1, 4));
}
