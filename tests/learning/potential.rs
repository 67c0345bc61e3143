//! The network that is a gradient: the laws of every network, and those that a gradient has besides.

use super::net::assert_laws;
use crate::common::{assert_law, max_abs, normals, simpson};
use ndarray::{Array1, Array2, ArrayView2, array};
use scorelab::condition::Condition;
use scorelab::mixture::Mixture;
use scorelab::nn::{Mlp, MlpConfig, Net, Potential, PotentialConfig, ScoreNet, Shape, Target};
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::score::{LogDensity, ScoreFn};
use scorelab::train::{Explicit, TrainConfig, train_potential};

fn shape(d: usize, depth: usize) -> MlpConfig {
    MlpConfig { inputs: d, features: 6, width: 20, depth, ..MlpConfig::default() }
}

/// A network none of whose parameters is 0.
fn network(d: usize, depth: usize) -> Potential {
    let config = PotentialConfig::new(d, &shape(d, depth));
    let params = normals(config.parameters(), 1).iter().map(|z| 0.35 * *z as f32).collect();
    Potential::of(config, params).unwrap()
}

#[test]
fn a_gradient_keeps_the_laws_of_every_network() {
    for (d, depth) in [(2, 1), (2, 4), (3, 2), (20, 3)] {
        assert_laws(&format!("potential {d}, {depth}"), &network(d, depth), &[Condition::None]);
    }
}

#[test]
fn a_shape_that_is_no_potential_is_refused() {
    let good = PotentialConfig::new(2, &shape(2, 3));
    assert!(good.validated().is_ok() && Potential::new(good.clone(), 1).is_ok());
    for inner in [
        MlpConfig { outputs: 2, ..good.inner.clone() },
        MlpConfig { labels: 3, ..good.inner.clone() },
        MlpConfig { residual: true, ..good.inner.clone() },
        MlpConfig { width: 0, ..good.inner.clone() },
    ] {
        assert!(Potential::new(PotentialConfig { inner }, 1).is_err());
    }
    assert!(good.takes(&Condition::None).is_ok() && good.takes(&Condition::Class(0)).is_err());
}

/// ∂/∂xᵢ by differences of fourth order of a function of points (n, d) → (n).
fn slopes(f: impl Fn(ArrayView2<f64>) -> Array1<f64>, x: &Array2<f64>) -> Array2<f64> {
    const H: f64 = 2e-3;
    let mut all = Array2::zeros(x.raw_dim());
    for (i, mut column) in all.columns_mut().into_iter().enumerate() {
        let at = |h: f64| {
            let mut moved = x.clone();
            moved.column_mut(i).mapv_inplace(|v| v + h);
            f(moved.view())
        };
        column.assign(&(((at(H) - at(-H)) * 8.0 - (at(2.0 * H) - at(-2.0 * H))) / (12.0 * H)));
    }
    all
}

#[test]
fn the_score_is_the_gradient_of_the_log_density() {
    let x = normals(40, 2);
    for target in [Target::Edm, Target::Eps, Target::X0, Target::V] {
        let net = ScoreNet::of(network(2, 3), target, 0.7);
        for level in [NoiseLevel::ve(0.3), NoiseLevel { alpha: 0.6, sigma: 0.8 }] {
            let score = net.score(x.view(), level);
            let own = slopes(|x| net.log_density(x, level), &x);
            let off = |scale: f64| max_abs(&(&score * scale - &own)) / max_abs(&own);
            assert_law(&format!("{target:?}"), off(1.0), off(1.001), 2e-5);
        }
    }
}

#[test]
fn the_jacobian_of_its_score_is_symmetric_and_a_perceptrons_is_not() {
    let x = normals(40, 2);
    let level = NoiseLevel::ve(0.5);
    let asymmetry = |score: &dyn ScoreFn| {
        let column = |j: usize| slopes(|x| score.score(x, level).column(j).to_owned(), &x);
        let (first, second) = (column(0), column(1)); // ∂s₀/∂x, ∂s₁/∂x
        max_abs(&(&first.column(1) - &second.column(0))) / max_abs(&first)
    };
    let own = ScoreNet::of(network(2, 3), Target::Edm, 0.7);
    let config = MlpConfig { labels: 0, ..shape(2, 3) };
    let params = normals(config.parameters(), 1).iter().map(|z| 0.35 * *z as f32).collect();
    let twin = ScoreNet::of(Mlp::of(config, params).unwrap(), Target::Edm, 0.7);
    assert_law("symmetry", asymmetry(&own), asymmetry(&twin), 1e-3);
}

/// The loss of a network that knows nothing, over a batch.
fn loss_of_zero(mixture: &Mixture, sigma_data: f64, levels: (f64, f64), batch: usize) -> f64 {
    let net = Potential::new(PotentialConfig::new(2, &shape(2, 2)), 3).unwrap();
    let objective = Explicit::new(mixture, sigma_data, levels);
    let config = TrainConfig { steps: 1, batch, ..TrainConfig::default() };
    let mut first = f64::NAN;
    train_potential(net, &objective, config, &mut |step| first = step.loss).unwrap();
    first
}

#[test]
fn explicit_score_matching_has_the_loss_of_its_formula() {
    let (v, levels): (f64, _) = (0.49, (-0.5, 0.8));
    let gaussian = Mixture::isotropic(vec![1.0], array![[0.0, 0.0]], &[v.sqrt()], vec![0]).unwrap();
    // the network answers −x/(s² + σ²), the truth is −x/(v + σ²)
    assert!(loss_of_zero(&gaussian, v.sqrt(), levels, 4096) < 1e-12, "nothing to learn");
    let s2: f64 = 0.81;
    let at = |z: f64| {
        let sigma2 = (2.0 * (levels.0 + levels.1 * z)).exp();
        sigma2 * (v + sigma2) * (1.0 / (s2 + sigma2) - 1.0 / (v + sigma2)).powi(2)
    };
    let density = |z: f64| (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    let mean = simpson(|z| density(z) * at(z), -8.0, 8.0, 2000);
    let square = simpson(|z| density(z) * at(z).powi(2), -8.0, 8.0, 2000);
    let n = 1 << 17;
    // each row is ½·χ²₂ times its level's part: E of the square is twice that of the level's part squared
    let se = ((2.0 * square - mean * mean) / n as f64).sqrt();
    let found = loss_of_zero(&gaussian, s2.sqrt(), levels, n);
    assert!((found - mean).abs() < 4.0 * se, "{found}, not {mean} ± {se}");
    let twin = loss_of_zero(&gaussian, s2.sqrt(), (levels.0 + 0.5, levels.1), n);
    assert!((twin - mean).abs() > 4.0 * se, "the wrong twin, other levels: {twin}");
}

#[test]
fn a_network_that_is_a_gradient_learns_the_exact_score() {
    let two =
        Mixture::isotropic(vec![1.0; 2], array![[-0.6, 0.0], [0.6, 0.2]], &[0.2; 2], vec![0, 1]);
    let two = two.unwrap();
    let config = PotentialConfig::new(2, &MlpConfig { width: 32, depth: 3, ..shape(2, 3) });
    let objective = Explicit::new(&two, two.radius(), (-1.2, 1.0));
    let train = TrainConfig { steps: 300, batch: 256, ..TrainConfig::default() };
    let mut losses = Vec::new();
    let net = Potential::new(config, 1).unwrap();
    let net = train_potential(net, &objective, train, &mut |step| losses.push(step.loss)).unwrap();
    let last = losses[280..].iter().sum::<f64>() / 20.0;
    assert!(last < 0.02 * losses[0], "{last} of {}", losses[0]);
    // what it answers is what was to be learned
    let level = NoiseLevel::ve(0.3);
    let x = two.noised(level).sample(400, 5, Purpose::Reference).x;
    let (own, exact) = (net.score(x.view(), level), two.score(x.view(), level));
    let error = |a: &Array2<f64>| (a - &exact).mapv(|v| v * v).sum() / exact.mapv(|v| v * v).sum();
    assert!(error(&own) < 0.02 && error(&(&own * 1.2)) > 0.02, "{}", error(&own));
}
