//! Whatever takes a network takes any: a second one obeys the same laws, learns by the same training, is saved, found and
//! resumed by the same files, and steers by the same score.

use super::affine::Affine;
use super::net::{assert_laws, in_f64};
use crate::common::{assert_law, max_abs, normals};
use ndarray::{Array1, Array2, array};
use scorelab::Result;
use scorelab::checkpoint::{self, Checkpoint, Model, Run, Trained};
use scorelab::condition::{Condition, Observation};
use scorelab::data::Scene;
use scorelab::guidance::Gamma;
use scorelab::mixture::Labelled;
use scorelab::nn::{Batch, MlpConfig, Net, Observing, ObservingConfig, Shape, Target};
use scorelab::noise::NoiseLevel;
use scorelab::null_label::{JointDenoising, JointNet, train_joint};
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;
use scorelab::train::{Levels, State, TrainConfig, TrainStep, Training};

fn data() -> Labelled {
    Scene::named("three").unwrap().mixture.sample(600, 1, Purpose::Data)
}

fn joint() -> JointNet<Affine> {
    JointNet::of(Affine::new(2, 3), Target::Edm, 1.5)
}

fn config(steps: usize) -> TrainConfig {
    TrainConfig { steps, batch: 100, warmup: 3, learning_rate: 2e-2, ..TrainConfig::default() }
}

#[test]
fn a_second_network_obeys_the_laws_of_a_network() {
    let conditions: Vec<Condition> = [Some(0), Some(1), Some(2), None].map(Condition::from).into();
    assert_laws("affine", &Affine::new(3, 3), &conditions);
}

/// Observations of three coordinates: two of them, a sum, all of them loosely, and nothing.
fn observations() -> Vec<Condition> {
    let mask = Observation::mask(&[(0, 0.5), (2, -1.25)], 3, 0.0).unwrap();
    let sum = Observation::new(array![[1.0, 0.5, -0.5]], array![0.75], 0.0).unwrap();
    let point = Observation::point(array![0.25, -0.5, 1.0], 0.3).unwrap();
    vec![mask.into(), Condition::None, sum.into(), point.into()]
}

fn observing() -> Observing {
    let like = MlpConfig { width: 16, depth: 2, features: 8, ..MlpConfig::default() };
    let config = ObservingConfig::new(3, 0.5, &like);
    let mut net = Observing::new(config, 4).unwrap();
    let z = normals(net.params().len(), 1);
    net.params_mut().iter_mut().zip(&z).for_each(|(p, z)| *p += 0.2 * *z as f32);
    net
}

#[test]
fn a_network_that_is_told_what_is_observed_obeys_the_laws_of_a_network() {
    let (net, conditions) = (observing(), observations());
    assert_laws("observing", &net, &conditions);
    let config = net.config();
    assert!(conditions.iter().all(|y| config.takes(y).is_ok()));
    let wide = Observation::point(Array1::zeros(4), 1.0).unwrap();
    assert!(config.takes(&wide.into()).is_err() && config.takes(&Condition::Class(0)).is_err());
}

#[test]
fn what_is_observed_changes_the_answer_and_how_it_is_written_does_not() {
    let net = observing();
    let answer = |condition: Condition| {
        let (x, log_snr) = (normals(4, 3), Array1::from_elem(4, 1.0));
        let batch = Batch { x, log_snr, conditions: vec![condition; 4] };
        net.plain(&in_f64(net.params()), &batch)
    };
    let of = |known: &[(usize, f64)]| answer(Observation::mask(known, 3, 0.0).unwrap().into());
    let both = of(&[(0, 0.5), (2, -1.25)]);
    let off = |other: Array2<f64>| max_abs(&(other - &both));
    let (swapped, another) = (off(of(&[(2, -1.25), (0, 0.5)])), off(of(&[(0, 0.5), (2, -1.0)])));
    assert_law("the order of what is known", swapped, another, 1e-12);
    // known to be 0 is not unknown
    assert!(max_abs(&(of(&[(1, 0.0)]) - answer(Condition::None))) > 1e-3);
}

#[test]
fn points_that_are_asked_together_answer_each_under_its_own_condition() {
    let (joint, level) = (JointNet::of(observing(), Target::Edm, 0.5), NoiseLevel::ve(0.7));
    let x = normals(150, 3); // more than a block
    let own: Vec<Condition> = observations().into_iter().cycle().take(150).collect();
    let found = joint.given_each(own.clone()).denoised(x.view(), level);
    for (i, condition) in own.iter().enumerate() {
        let one = |condition: &Condition| {
            joint.given(condition).denoised(x.slice(ndarray::s![i..i + 1, ..]), level)
        };
        let off = |condition| max_abs(&(&one(condition) - &found.row(i)));
        assert_law("its own condition", off(condition), off(&own[(i + 1) % 4]), 1e-6);
    }
}

/// The losses of the last steps of a training.
fn last_losses(data: &Labelled) -> Array1<f64> {
    let mut losses = Vec::new();
    let mut note = |step: TrainStep| losses.push(step.loss);
    train_joint(joint(), data, Levels::default(), 0.1, config(600), &mut note).unwrap();
    losses.split_off(400).into()
}

#[test]
fn a_second_network_learns_what_its_condition_says() {
    let told = last_losses(&data());
    // the twin sees the same points and noise, but classes that have nothing to do with the points
    let Labelled { x, mut y } = data();
    y.iter_mut().enumerate().for_each(|(i, y)| *y = i * i % 3);
    let worse = last_losses(&Labelled { x, y }) - &told;
    let error = worse.std(1.0) / (worse.len() as f64).sqrt();
    println!("{:.4}, blind {:.4} ± {error:.4} more", told.mean().unwrap(), worse.mean().unwrap());
    assert!(worse.mean().unwrap() > 5.0 * error, "{} ± {error}", worse.mean().unwrap());
}

/// A training at its start, or from where another stood.
fn training<'a>(
    objective: &'a JointDenoising<'a>,
    from: Option<State>,
) -> Result<Training<'a, Affine, JointDenoising<'a>>> {
    let net = joint().network().clone();
    match from {
        Some(state) => Training::resume(net, objective, config(12), state),
        None => Training::new(net, objective, config(12)),
    }
}

#[test]
fn a_second_network_is_saved_found_and_goes_on_as_if_it_had_never_stopped() {
    let folder = std::env::temp_dir().join(format!("scorelab-{}-affine", std::process::id()));
    let (data, joint) = (data(), joint());
    let objective = joint.objective(&data, Levels::default(), 0.1).unwrap();
    let mut whole = training(&objective, None).unwrap();
    whole.by_ref().for_each(|step| assert!(step.unwrap().loss.is_finite()));
    let end = whole.state();
    let run = Run::open(&folder).unwrap();
    for k in [1, 5, 11] {
        let mut first = training(&objective, None).unwrap();
        first.by_ref().take(k).for_each(drop);
        let state = first.state();
        let model = Model::Joint(joint.with_weights(first.finish()));
        let mut saved = Checkpoint::new(model, Trained::here("three".into(), None));
        saved.training = Some(state.clone());
        let path = run.save(&saved, k).unwrap();
        let found = checkpoint::find_as::<Affine>(&folder).unwrap();
        assert_eq!(found.path, path);
        let loaded = found.checkpoint;
        assert_eq!(loaded.model.network().params(), saved.model.network().params());
        let mut second = training(&objective, loaded.training).unwrap();
        second.by_ref().for_each(drop);
        assert_eq!(second.state(), end, "stopped after {k}");
        // the wrong twin forgets what Adam knows
        let mut forgetful = state;
        forgetful.adam.m.fill(0.0);
        let mut third = training(&objective, Some(forgetful)).unwrap();
        third.by_ref().for_each(drop);
        assert_ne!(third.state().params, end.params);
        // and what is of one architecture is not taken for another
        let told = Checkpoint::load(&path).unwrap_err().to_string();
        assert!(
            told.ends_with("its network is of the architecture affine, but mlp is needed"),
            "{told}"
        );
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_second_networks_guided_score_is_made_of_its_plain_answers() {
    let (joint, x) = (joint(), normals(70, 2));
    let params = in_f64(joint.network().params());
    let level = NoiseLevel { alpha: 0.6, sigma: 0.8 };
    let c = joint.net.target.coefficients(level.ratio(), joint.net.sigma_data);
    let denoised = |condition: Condition, scale: f64| {
        let seen = Batch {
            x: &x * (c.input / level.alpha * scale),
            log_snr: Array1::from_elem(70, level.log_snr()),
            conditions: vec![condition; 70],
        };
        &x * (c.skip / level.alpha) + joint.network().plain(&params, &seen) * c.out
    };
    for gamma in [0.0, 1.0, 3.0] {
        let own = joint.guided(1, Gamma::new(gamma).unwrap()).denoised(x.view(), level);
        let residual = |scale: f64| {
            let (y, null) = (denoised(1.into(), scale), denoised(Condition::None, scale));
            let exact = &null + &((&y - &null) * gamma);
            max_abs(&(&own - &exact)) / max_abs(&exact)
        };
        assert_law(&format!("γ = {gamma}"), residual(1.0), residual(1.001), 1e-5);
    }
}
