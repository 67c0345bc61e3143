//! Training: the same bits on any number of threads, a clear end when it fails, and what memorising would be.

use super::trained::SCORE;
use crate::common::{cases, normals};
use ndarray::Array2;
use scorelab::Error;
use scorelab::classifier::{ClassifierConfig, NoisyClassifier};
use scorelab::metrics::score_error;
use scorelab::mixture::{Empirical, Labelled};
use scorelab::nn::{MlpConfig, ScoreNet, Target};
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;
use scorelab::train::{Denoising, Levels, TrainConfig, Training, train_score};

fn net() -> ScoreNet {
    let shape = MlpConfig { width: 24, depth: 2, ..MlpConfig::default() };
    ScoreNet::new(shape, Target::Edm, 2.0, 0).unwrap()
}

fn config(seed: u64) -> TrainConfig {
    TrainConfig { steps: 30, batch: 320, warmup: 5, seed, ..TrainConfig::default() }
}

fn data() -> Labelled {
    cases::animals().sample(1_000, 1, Purpose::Data)
}

/// The weights and the losses of a short training in a pool of its own, and a classifier's answers.
fn trained(threads: usize, seed: u64) -> (Vec<f32>, Vec<f64>, Array2<f64>) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let mut losses = Vec::new();
        let score = train_score(net(), &data(), Levels::default(), config(seed), &mut |step| {
            losses.push(step.loss);
        });
        let settings = ClassifierConfig { train: config(seed), ..ClassifierConfig::default() };
        let classifier = NoisyClassifier::train(&data(), &settings, &mut |_| ()).unwrap();
        let p = classifier.probabilities(normals(50, 2).view(), NoiseLevel::ve(0.5));
        (score.unwrap().network.params.to_vec(), losses, p)
    })
}

#[test]
fn training_gives_the_same_bits_on_any_number_of_threads() {
    let one = trained(1, 7);
    assert_eq!(one, trained(2, 7));
    assert_eq!(one, trained(4, 7));
    assert_eq!(one.1.len(), 30, "every step is reported");
    let other = trained(1, 8);
    assert!(one.0 != other.0 && one.1 != other.1 && one.2 != other.2, "another seed");
}

/// Trains on `data` until it stops: the steps done, the error, and that nothing comes after it.
fn until_it_stops(data: &Labelled, config: TrainConfig) -> (usize, Option<Error>) {
    let objective = Denoising {
        data,
        target: Target::Edm,
        sigma_data: 2.0,
        spread: &[],
        levels: Levels::default(),
    };
    let mut training = Training::new(net().network, &objective, config).unwrap();
    let mut done = 0;
    let error = loop {
        match training.next() {
            Some(Ok(step)) => {
                assert_eq!(step.step, done);
                done += 1;
            }
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    assert!(training.next().is_none() && training.next().is_none(), "an end is an end");
    (done, error)
}

#[test]
fn data_that_is_not_a_number_stops_training_at_once_and_by_name() {
    let mut poisoned = data();
    poisoned.x.fill(f64::NAN);
    let (done, error) = until_it_stops(&poisoned, config(0));
    let Some(error @ Error::Diverged { step: 0, loss, learning_rate }) = error else {
        panic!("{error:?}")
    };
    assert_eq!(done, 0);
    assert!(loss.is_nan() && learning_rate == 3e-3 / 5.0);
    let message = error.to_string();
    let parts = ["step 0", "loss is NaN", &format!("{learning_rate:e}")];
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    let (done, error) = until_it_stops(&data(), config(0));
    assert!(done == 30 && error.is_none(), "sound data trains to its end");
}

#[test]
fn an_absurd_learning_rate_stops_training_and_names_step_loss_and_rate() {
    let absurd = TrainConfig { learning_rate: 1e9, warmup: 1, ..config(0) };
    let (done, error) = until_it_stops(&data(), absurd.clone());
    let Some(error @ Error::Diverged { step, loss, learning_rate }) = error else {
        panic!("{error:?}")
    };
    assert!(step == done && (1..30).contains(&step), "after {done} steps, says {step}");
    assert!(loss.is_nan() || loss > 1e3, "{loss}");
    let message = error.to_string();
    let parts = [format!("step {step}"), format!("{loss}"), format!("{learning_rate:e}")];
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    // the same through the short way
    let failed = train_score(net(), &data(), Levels::default(), absurd, &mut |_| ());
    assert_eq!(failed.unwrap_err().to_string(), message);
}

#[test]
fn settings_out_of_range_are_refused_before_the_first_step() {
    let d = TrainConfig::default;
    for wrong in [
        TrainConfig { steps: 0, ..d() },
        TrainConfig { batch: 0, ..d() },
        TrainConfig { batch: usize::MAX, ..d() },
        TrainConfig { learning_rate: 0.0, ..d() },
        TrainConfig { learning_rate: f64::NAN, ..d() },
        TrainConfig { clip: -1.0, ..d() },
        TrainConfig { ema: 1.0, ..d() },
    ] {
        let refused = train_score(net(), &data(), Levels::default(), wrong.clone(), &mut |_| {
            panic!("a step was taken")
        });
        assert!(matches!(refused, Err(Error::Value { .. })), "{wrong:?}");
    }
    assert!(d().validated().is_ok());
}

#[test]
fn a_classifier_needs_two_classes() {
    let one = Labelled { x: normals(20, 2), y: vec![0; 20] };
    let error =
        NoisyClassifier::train(&one, &ClassifierConfig::default(), &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("classes in the classifier's data is 1"), "{error}");
}

/// E|D(x₀ + σε) − x₀|² over the given x₀.
fn loss(score: &dyn ScoreFn, x0: &Array2<f64>, sigma: f64) -> f64 {
    let x = x0 + normals(x0.nrows(), 2) * sigma;
    let miss = score.denoised(x.view(), NoiseLevel::ve(sigma)) - x0;
    (&miss * &miss).sum() / x0.nrows() as f64
}

#[test]
fn memorising_lowers_the_loss_on_the_data_and_raises_it_on_everything_else() {
    let animals = cases::animals();
    let seen = animals.sample(200, 1, Purpose::Data).x;
    let fresh = animals.sample(5_000, 2, Purpose::Reference).x;
    let memory = Empirical::new(seen.clone()).unwrap();
    let sigma = 0.05;
    assert!(loss(&memory, &seen, sigma) < 0.7 * loss(&animals, &seen, sigma), "below the floor");
    assert!(loss(&memory, &fresh, sigma) > 1.3 * loss(&animals, &fresh, sigma), "far above it");
    // with enough noise the data set and its distribution are one
    let (a, b) = (loss(&memory, &fresh, 3.0), loss(&animals, &fresh, 3.0));
    assert!((a / b - 1.0).abs() < 0.1, "{a} {b}");
}

#[test]
fn the_trained_network_has_learned_the_distribution_and_not_the_data() {
    let (animals, sigma) = (cases::animals(), 0.05);
    let memory = Empirical::new(super::trained::DATA.x.slice(ndarray::s![..500, ..]).to_owned());
    let x = animals.sample(2_000, 2, Purpose::Reference).x + normals(2_000, 2) * sigma;
    let of = |score: &dyn ScoreFn| score.score(x.view(), NoiseLevel::ve(sigma));
    let exact = of(&animals);
    let (net, memory) = (of(&*SCORE), of(&memory.unwrap()));
    let (learned, copied) =
        (score_error(net.view(), exact.view()), score_error(memory.view(), exact.view()));
    println!("σ = {sigma}: off the mixture by {learned:.3}, the data set's score by {copied:.3}");
    assert!(learned < 0.3 && copied > 0.3, "{learned} {copied}");
}
