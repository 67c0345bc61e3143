//! Scores that own what they are made of: returned from functions, sent to threads, and the same as those that borrow.

use super::gamma;
use crate::common::{assert_law, cases, max_abs, normals};
use ndarray::{Array1, Array2, ArrayView2};
use scorelab::classifier::{ClassifierConfig, CleanClassifier, NoisyClassifier};
use scorelab::data::Scene;
use scorelab::guidance::{
    AnyOf, ClassifierGuided, Composed, Gamma, GradientScaled, Guided, Scheduled, Sum,
};
use scorelab::mixture::Noiseless;
use scorelab::nn::{MlpConfig, ScoreNet, Target};
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::null_label::JointNet;
use scorelab::rng::Purpose;
use scorelab::sampler::{Heun, sample, start};
use scorelab::score::{Counted, Likelihood, LogDensity, ScoreFn};
use scorelab::train::TrainConfig;
use std::sync::Arc;

/// Answers every method in a way that no other method tells.
struct Own;

impl ScoreFn for Own {
    fn dim(&self) -> usize {
        2
    }

    fn score(&self, x: ArrayView2<f64>, _: NoiseLevel) -> Array2<f64> {
        x.to_owned()
    }

    fn denoised(&self, x: ArrayView2<f64>, _: NoiseLevel) -> Array2<f64> {
        &x * 7.0
    }
}

impl LogDensity for Own {
    fn log_density(&self, x: ArrayView2<f64>, _: NoiseLevel) -> Array1<f64> {
        x.column(0).to_owned()
    }
}

impl Likelihood for Own {
    fn log_likelihood(&self, x: ArrayView2<f64>, _: NoiseLevel) -> Array1<f64> {
        x.column(1).to_owned()
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, _: NoiseLevel) -> Array2<f64> {
        &x * 3.0
    }
}

/// The wrong twin: it forwards what it must and leaves `denoised` to Tweedie's formula.
struct Forgets<T>(T);

impl<T: ScoreFn> ScoreFn for Forgets<T> {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.0.score(x, level)
    }
}

/// Whether every method of a score answers as [`Own`] does.
fn forwards(score: impl ScoreFn) -> bool {
    let (x, level) = (normals(5, 2), NoiseLevel::ve(0.5));
    score.dim() == 2
        && score.score(x.view(), level) == x
        && score.denoised(x.view(), level) == &x * 7.0
}

fn forwards_density(density: impl LogDensity) -> bool {
    let (x, level) = (normals(5, 2), NoiseLevel::ve(0.5));
    density.log_density(x.view(), level) == x.column(0) && forwards(density)
}

fn forwards_likelihood(likelihood: impl Likelihood) -> bool {
    let (x, level) = (normals(5, 2), NoiseLevel::ve(0.5));
    likelihood.log_likelihood(x.view(), level) == x.column(1)
        && likelihood.grad_log_likelihood(x.view(), level) == &x * 3.0
}

#[test]
fn whatever_points_to_a_score_forwards_every_method() {
    assert!(forwards(Own) && forwards(&Own) && forwards(Box::new(Own)) && forwards(Arc::new(Own)));
    assert!(forwards(&Own as &dyn ScoreFn) && forwards(Counted::new(&Own)));
    assert!(forwards(Box::new(Own) as Box<dyn ScoreFn>));
    assert!(forwards(Arc::new(Own) as Arc<dyn ScoreFn>));
    assert!(!forwards(Forgets(Own)) && !forwards(Arc::new(Forgets(Own))), "the twin passed");
    assert!(forwards_density(Own) && forwards_density(&Own) && forwards_density(Box::new(Own)));
    assert!(forwards_density(Arc::new(Own) as Arc<dyn LogDensity>));
    assert!(forwards_likelihood(Own) && forwards_likelihood(&Own));
    assert!(forwards_likelihood(Box::new(Own) as Box<dyn Likelihood>));
    assert!(forwards_likelihood(Arc::new(Own) as Arc<dyn Likelihood>));
}

fn guided(scene: &Scene, class: usize, gamma: Gamma) -> impl ScoreFn + 'static {
    Guided { main: scene.mixture.given(class), guiding: scene.mixture.clone(), gamma }
}

#[test]
fn a_returned_score_outlives_its_scene_and_ends_where_a_borrowed_one_does() {
    let scene = Scene::named("animals").unwrap();
    let process = Process::VP_LINEAR;
    let grid = Grid::to_data(&process, Spacing::KARRAS, 16).unwrap();
    let z = start(50, 2, &process, &grid, 3);
    let walk = |score: &dyn ScoreFn| sample(&Heun, score, &process, &grid, z.view(), 3);
    let given = scene.mixture.given(0);
    let borrowed =
        |g: f64| walk(&Guided { main: &given, guiding: &scene.mixture, gamma: gamma(g) });
    let (expected, other) = (borrowed(2.0), borrowed(2.01));
    let score = guided(&Scene::named("animals").unwrap(), 0, gamma(2.0));
    let found = std::thread::scope(|s| s.spawn(|| walk(&score)).join().unwrap());
    assert_eq!(found, expected);
    assert_ne!(found, other);
}

#[test]
fn what_is_bound_to_a_class_keeps_its_network_or_mixture() {
    fn kept<T: ScoreFn + Clone + 'static>(score: T) -> Arc<dyn ScoreFn> {
        Arc::new(score)
    }
    fn kept_likelihood<T: Likelihood + Clone + 'static>(likelihood: T) -> Arc<dyn Likelihood> {
        Arc::new(likelihood)
    }
    let data = cases::f3().sample(200, 1, Purpose::Data);
    let config = ClassifierConfig {
        width: 8,
        depth: 1,
        train: TrainConfig { steps: 3, ..TrainConfig::default() },
        ..ClassifierConfig::default()
    };
    let noisy = NoisyClassifier::train(&data, &config, &mut |_| ()).unwrap().given(1);
    let clean = CleanClassifier::train(&data, &config, &mut |_| ()).unwrap().given(1);
    let shape = MlpConfig { embedding: 4, ..MlpConfig::default() };
    let joint = JointNet::new(shape, 3, Target::Edm, 1.0, 0).unwrap();
    let mut lively = joint.network().clone(); // an untrained network answers 0
    lively.params.iter_mut().enumerate().for_each(|(i, p)| *p += 0.1 * (i as f32).sin());
    let joint = joint.with_weights(lively);
    let net = Arc::new(ScoreNet::new(MlpConfig::default(), Target::Edm, 1.0, 0).unwrap());
    let likelihoods = [
        kept_likelihood(noisy),
        kept_likelihood(clean),
        kept_likelihood(cases::f3().posterior(1)),
        kept_likelihood(Noiseless(cases::f3().posterior(1))),
    ];
    let mut scores = vec![
        kept(net.clone()),
        kept(joint.given(1)),
        kept(joint.unconditional()),
        kept(joint.guided(1, gamma(2.0))),
        kept(cases::f3().given(1)),
    ];
    drop(joint);
    let (main, guiding, gamma) = (scores[1].clone(), scores[2].clone(), gamma(2.0));
    for likelihood in likelihoods {
        let likelihood = GradientScaled { likelihood, scale: 0.5 };
        scores.push(kept(ClassifierGuided { score: net.clone(), likelihood, gamma }));
    }
    scores.push(kept(Guided { main: main.clone(), guiding: guiding.clone(), gamma }));
    scores.push(kept(Scheduled { main: main.clone(), guiding, gamma: |ratio: f64| 1.0 + ratio }));
    scores.push(kept(Composed { base: cases::f3(), terms: vec![(2.0, main.clone())] }));
    scores.push(kept(Sum { terms: vec![(2.0, main)] }));
    scores.push(kept(AnyOf { terms: vec![(2.0, cases::f3())] }));
    let (x, level) = (normals(7, 2), NoiseLevel::ve(0.5));
    let here: Vec<_> = scores.iter().map(|s| s.score(x.view(), level)).collect();
    let points = x.clone();
    let there = std::thread::spawn(move || -> Vec<_> {
        scores.iter().map(|s| s.score(points.view(), level)).collect()
    });
    assert_eq!(there.join().unwrap(), here);
    // guidance of owned scores is the one pass of the joint network, to rounding
    let off = |k: usize| max_abs(&(&here[3] - &here[k])) / max_abs(&here[3]);
    assert_law("one pass and two", off(9), off(1), 1e-5);
}
