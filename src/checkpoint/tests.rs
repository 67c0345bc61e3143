use super::*;
use crate::classifier::ClassifierConfig;
use crate::data::Scene;
use crate::file::damage::damaged;
use crate::mixture::Labelled;
use crate::nn::{MlpConfig, Target};
use crate::noise::NoiseLevel;
use crate::rng::{Purpose, stream};
use crate::score::ScoreFn;
use crate::train::{Denoising, Levels, TrainConfig, Training};
use ndarray::Array2;
use rayon::prelude::*;
use std::path::PathBuf;

mod lock;
mod transformer;
mod words;

fn small() -> MlpConfig {
    MlpConfig { features: 4, embedding: 3, width: 5, depth: 2, ..MlpConfig::default() }
}

/// A number for each of n weights, none of them round, some as small as an f32 can be.
fn odd(n: usize) -> Vec<f32> {
    let value = |i: usize| match i % 7 {
        0 => -0.0,
        1 => f32::from_bits(1 + i as u32), // below the normal numbers
        _ => (0.1 + i as f32).sin(),
    };
    (0..n).map(value).collect()
}

fn score() -> Model {
    let mut net = ScoreNet::new(small(), Target::V, 0.1 + 0.2, 0).unwrap();
    net.network.params = odd(net.network.params.len()).into();
    Model::Score(net)
}

fn joint() -> Model {
    let net = JointNet::new(small(), 2, Target::Edm, 1.0 / 3.0, 0).unwrap();
    let mut mlp = net.network().clone();
    mlp.params = odd(mlp.params.len()).into();
    Model::Joint(net.with_weights(mlp))
}

fn data() -> Labelled {
    Scene::named("three").unwrap().mixture.sample(200, 1, Purpose::Data)
}

fn config() -> ClassifierConfig {
    let train = TrainConfig { steps: 3, batch: 64, ..TrainConfig::default() };
    ClassifierConfig { width: 6, depth: 1, train, ..ClassifierConfig::default() }
}

fn noisy() -> Model {
    Model::Noisy(NoisyClassifier::train(&data(), &config(), &mut |_| ()).unwrap())
}

fn clean() -> Model {
    Model::Clean(CleanClassifier::train(&data(), &config(), &mut |_| ()).unwrap())
}

/// A checkpoint in which everything is filled in.
fn full(model: Model) -> Checkpoint {
    let fingerprint = Some(Fingerprint::Scene("0f".repeat(32)));
    let data = TrainingData { points: usize::MAX, fingerprint, ..TrainingData::from("\"three\"") };
    let recipe = recipe_of(&model);
    let mut trained = Trained::here(data, Some(recipe));
    trained.notes.insert("settings".into(), "γ = 1\n\"quoted\"\\ { }".into());
    let mut checkpoint = Checkpoint::new(model, trained);
    let odd = Array1::from_vec(vec![0.1, -0.0, f64::MIN_POSITIVE, f64::NAN, f64::INFINITY]);
    checkpoint.extra.insert("odd".into(), odd);
    checkpoint.view = View::Centred(Array1::from_vec(vec![0.1, -0.0]));
    checkpoint
}

/// A recipe by which this model may have been trained.
fn recipe_of(model: &Model) -> Recipe {
    let MlpConfig { width, depth, features, embedding, residual, .. } = model.network().config;
    let target = match model {
        Model::Score(net) => net.target,
        Model::Joint(net) => net.net.target,
        _ => Target::Edm,
    };
    let train = TrainConfig {
        ema: 0.5,
        learning_rate: 0.1 + 0.2,
        seed: u64::MAX,
        ..TrainConfig::default()
    };
    let (model, data) = (model.kind(), Place::Scene("a \"path\"/three.toml".into()));
    let all = Recipe {
        model,
        data,
        width,
        depth,
        features,
        embedding,
        residual,
        target,
        train,
        ..Recipe::default()
    };
    Recipe { p_drop: 1.0 / 3.0, levels: Levels { location: -0.1, width: 0.7 }, ..all }
}

/// Everything that a checkpoint holds: words, and bits.
fn bits(c: &Checkpoint) -> (String, Vec<u64>) {
    let (model, view) = (&c.model, c.view.rows());
    let (names, seen): (Vec<&String>, Vec<&String>) =
        (c.extra.keys().collect(), view.iter().map(|(name, _)| name).collect());
    let told = format!(
        "{:?} {:?} {:?} {:?} {names:?} {seen:?}",
        model.kind(),
        model.scales(),
        model.network(),
        c.trained
    );
    let rows = c.extra.values().chain(view.iter().map(|(_, row)| row));
    (told, rows.flatten().map(|x| x.to_bits()).collect())
}

#[test]
fn every_kind_comes_back_bit_for_bit() {
    let folder = std::env::temp_dir().join(format!("scorelab-{}-kinds", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("net.safetensors");
    for model in [score(), joint(), noisy(), clean()] {
        let saved = full(model);
        saved.save(&path).unwrap();
        let loaded = Checkpoint::load(&path).unwrap();
        assert_eq!(bits(&saved), bits(&loaded));
        assert_eq!(saved.model.name(), loaded.model.name());
        // the same network makes the same file
        assert_eq!(loaded.to_bytes().unwrap(), std::fs::read(&path).unwrap());
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_loaded_network_answers_as_the_saved_one() {
    let x = Array2::from_shape_fn((70, 2), |(i, j)| (i as f64).sin() + j as f64);
    let level = NoiseLevel { alpha: 0.8, sigma: 0.6 };
    let answers = |model: &Model| match model {
        Model::Score(net) => net.score(x.view(), level),
        Model::Joint(net) => net.given(1).score(x.view(), level),
        Model::Noisy(net) => net.probabilities(x.view(), level),
        Model::Clean(net) => net.probabilities(x.view()),
    };
    for model in [score(), joint(), noisy(), clean()] {
        let saved = full(model);
        let loaded = <Checkpoint>::from_bytes(&saved.to_bytes().unwrap()).unwrap();
        assert_eq!(answers(&saved.model), answers(&loaded.model));
    }
    // and a network with other weights answers otherwise
    let mut other = full(score());
    let Model::Score(net) = &mut other.model else { unreachable!() };
    let last = net.network.params.len() - 1;
    net.network.params[last] += 1e-3;
    assert_ne!(answers(&score()), answers(&other.model));
}

#[test]
fn no_part_of_a_file_is_taken_for_the_whole() {
    let bytes = full(joint()).to_bytes().unwrap();
    for length in 0..bytes.len() {
        assert!(<Checkpoint>::from_bytes(&bytes[..length]).is_err(), "{length} of {}", bytes.len());
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(<Checkpoint>::from_bytes(&longer).is_err());
}

#[test]
fn no_changed_byte_is_believed() {
    let bytes = full(joint()).to_bytes().unwrap();
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut wrong = bytes.clone();
            wrong[at] ^= flip;
            assert!(<Checkpoint>::from_bytes(&wrong).is_err(), "byte {at} of {}", bytes.len());
        }
    }
}

/// A checkpoint in which everything is filled in, its training after three steps.
fn in_training(model: Model) -> Checkpoint {
    let mut checkpoint = full(model);
    let params = checkpoint.model.network().params.to_vec();
    let (ema, m, v) = (params.clone(), params.clone(), params.clone());
    let adam = Adam { ema, decay: 0.5, m, v, updates: 3 };
    checkpoint.training = Some(State { step: 3, first_loss: 0.1, params, adam });
    checkpoint
}

#[test]
fn a_network_that_is_not_finite_is_not_saved() {
    let mut broken = full(score());
    let Model::Score(net) = &mut broken.model else { unreachable!() };
    net.network.params[3] = f32::NAN;
    let path = std::env::temp_dir().join(format!("scorelab-{}-nan", std::process::id()));
    let refused = broken.save(&path).unwrap_err().to_string();
    assert!(
        refused.ends_with("number 3 of the network's layers.0.weight is not finite"),
        "{refused}"
    );
    assert!(!path.exists());
}

#[test]
fn what_is_not_a_checkpoint_is_told_from_a_damaged_one() {
    let folder = std::env::temp_dir();
    let told = Checkpoint::load(&folder).unwrap_err().to_string();
    assert!(told.ends_with("it is not a file; give the path of a checkpoint"), "{told}");
    let missing = Checkpoint::load(folder.join("no such file")).unwrap_err().to_string();
    assert!(missing.starts_with("cannot read "), "{missing}");
    for other in [&b""[..], b"PK\x03\x04", &[0; 100], &[0xff; 100]] {
        assert!(
            <Checkpoint>::from_bytes(other)
                .unwrap_err()
                .starts_with("it is not a scorelab checkpoint")
        );
    }
    let mut bytes = full(score()).to_bytes().unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    assert!(<Checkpoint>::from_bytes(&bytes).unwrap_err().starts_with("it is damaged"));
}

/// A training of a small network, at its start or from where another stood.
fn training<'a>(
    objective: &'a Denoising<'a>,
    config: &TrainConfig,
    from: Option<State>,
) -> Training<'a, Mlp, Denoising<'a>> {
    let mlp = Mlp::new(small(), 3).unwrap();
    match from {
        Some(state) => Training::resume(mlp, objective, config.clone(), state).unwrap(),
        None => Training::new(mlp, objective, config.clone()).unwrap(),
    }
}

#[test]
fn a_training_that_stops_and_goes_on_is_one_that_never_stopped() {
    let data = data();
    let (target, levels) = (Target::Edm, Levels::default());
    let objective = Denoising { data: &data, target, sigma_data: 1.0, spread: &[], levels };
    let config = TrainConfig { steps: 12, batch: 100, warmup: 3, ..TrainConfig::default() };
    let mut whole = training(&objective, &config, None);
    let losses: Vec<f64> = whole.by_ref().map(|s| s.unwrap().loss).collect();
    let (end, weights) = (whole.state(), whole.finish().params);
    for k in [0, 1, 5, 11, 12] {
        let mut first = training(&objective, &config, None);
        let mut told: Vec<f64> = first.by_ref().take(k).map(|s| s.unwrap().loss).collect();
        let state = first.state();
        // through the bytes of a file
        let mut checkpoint = full(Model::Score(ScoreNet::of(first.finish(), target, 1.0)));
        checkpoint.training = Some(state.clone());
        checkpoint.trained.recipe.as_mut().unwrap().train = config.clone();
        let bytes = checkpoint.to_bytes().unwrap();
        let loaded = <Checkpoint>::from_bytes(&bytes).unwrap();
        assert_eq!(loaded.training, Some(state.clone()));
        assert_eq!(loaded.to_bytes().unwrap(), bytes);
        let mut second = training(&objective, &config, loaded.training);
        told.extend(second.by_ref().map(|s| s.unwrap().loss));
        assert_eq!((&told, second.state()), (&losses, end.clone()), "stopped after {k}");
        assert_eq!(second.finish().params, weights);
        // the wrong twin forgets what Adam knows
        if k > 0 && k < 12 {
            let mut forgetful = state;
            forgetful.adam.m.fill(0.0);
            let mut third = training(&objective, &config, Some(forgetful));
            third.by_ref().for_each(drop);
            assert_ne!(third.finish().params, weights);
        }
    }
}

#[test]
fn a_state_of_another_training_is_refused() {
    let data = data();
    let levels = Levels::default();
    let objective =
        Denoising { data: &data, target: Target::Edm, sigma_data: 1.0, spread: &[], levels };
    let config = TrainConfig { steps: 5, batch: 64, ..TrainConfig::default() };
    let good = training(&objective, &config, None).state();
    let refused = |change: &dyn Fn(&mut State)| {
        let mut state = good.clone();
        change(&mut state);
        let mlp = Mlp::new(small(), 3).unwrap();
        Training::resume(mlp, &objective, config.clone(), state).err().unwrap().to_string()
    };
    assert!(refused(&|s| s.params.push(0.0)).contains("the network has"));
    assert!(refused(&|s| s.adam.v.clear()).contains("the network has"));
    assert!(refused(&|s| s.step = 6).contains("at step 6 after 0 updates"));
    assert!(refused(&|s| s.adam.updates = 1).contains("at step 0 after 1 updates"));
}

#[test]
fn a_run_keeps_its_last_two_and_falls_back_on_the_one_before() {
    let folder = std::env::temp_dir().join(format!("scorelab-{}-run", std::process::id()));
    let run = Run::open(&folder).unwrap();
    let told = find(&folder).unwrap_err().to_string();
    assert!(told.contains("holds no checkpoint"), "{told}");
    let refused = Run::open(&folder).unwrap_err().to_string();
    assert!(refused.contains("another run is using this folder"), "{refused}");
    let at = |step: usize| {
        let mut checkpoint = full(score());
        checkpoint.trained.data.points = step;
        run.save(&checkpoint, step).unwrap()
    };
    let paths: Vec<PathBuf> = [1, 20, 100].into_iter().map(at).collect();
    assert_eq!(paths.iter().map(|p| p.exists()).collect::<Vec<_>>(), [false, true, true]);
    let found = find(&folder).unwrap();
    assert_eq!((found.checkpoint.trained.data.points, &found.path), (100, &paths[2]));
    // the last is damaged: the one before it is taken, and that is said
    let mut bytes = std::fs::read(&paths[2]).unwrap();
    bytes[200] ^= 4;
    std::fs::write(&paths[2], &bytes).unwrap();
    let found = find(&folder).unwrap();
    assert_eq!((found.checkpoint.trained.data.points, found.passed.len()), (20, 1));
    // going on from there, the damaged one does not count
    at(30);
    assert!(paths[1].exists() && !paths[2].exists());
    // a killed program leaves an unfinished file and no lock; what others call so is theirs
    let left = ".step-00000040.safetensors.scorelab-00f00f00f00f00f0.part";
    std::fs::write(folder.join(left), b"half").unwrap();
    let others = ["film.part", ".step-00000040.safetensors.77.part", ".a.scorelab-xyz.part"];
    others.iter().for_each(|name| std::fs::write(folder.join(name), b"theirs").unwrap());
    drop(run);
    drop(Run::open(&folder).unwrap());
    assert!(!folder.join(left).exists() && others.iter().all(|name| folder.join(name).exists()));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3 + others.len()); // two checkpoints and the lock
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn no_damage_under_a_right_checksum_is_a_panic() {
    // a recipe already says what shape there must be, so that less is left for the tensors to tell
    let (with, mut without) = (in_training(joint()), in_training(joint()));
    without.trained.recipe = None;
    let both = [with, without].map(|checkpoint| checkpoint.to_bytes().unwrap());
    let words = [
        "0",
        "9",
        "1e999",
        "-",
        "null",
        "[",
        "{",
        "\"",
        "layers.0.bias",
        "F64",
        "depth",
        "\\u0000",
    ];
    let told: Vec<Option<String>> = (0..100_000_u64)
        .into_par_iter()
        .map(|i| {
            let (mut rng, whole) = (stream(9, Purpose::Reference, 0, i), &both[i as usize / 4 % 2]);
            let body = whole.len() - 32;
            let header = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
            // most harm is done to the words, whose length is then told right
            let mut bytes = match i % 4 {
                0 => damaged(&whole[..body], &words, &mut rng),
                _ => {
                    let words = damaged(&whole[8..header], &words, &mut rng);
                    let length = (words.len() as u64).to_le_bytes();
                    [&length, &words[..], &whole[header..body]].concat()
                }
            };
            let checksum = tensors::checksum(&bytes);
            bytes.extend(checksum);
            <Checkpoint>::from_bytes(&bytes).err()
        })
        .collect();
    let refused: Vec<&String> = told.iter().flatten().collect();
    assert!(refused.iter().all(|why| why.lines().count() == 1), "each is one sentence");
    let about = |part: &str| refused.iter().filter(|why| why.contains(part)).count();
    assert!(refused.len() < 100_000, "some harm does not matter, such as to the provenance");
    for part in [
        "not a scorelab checkpoint",
        "cannot be understood",
        "is needed",
        "no network of its kind",
        "its recipe asks for",
        "its training is at step",
        "view",
    ] {
        assert!(about(part) > 3, "{part}: {}", about(part));
    }
}
