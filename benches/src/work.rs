//! The workloads, each a closure that does one unit of work.

use crate::transformer;
use ndarray::Array2;
use scorelab::classifier::{ClassifierConfig, NoisyClassifier};
use scorelab::data::{Scene, of_points};
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::mixture::{Labelled, Mixture};
use scorelab::nn::{MlpConfig, Net, Potential, PotentialConfig, Target, TransformerConfig};
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::null_label::{JointDenoising, JointNet, train_joint};
use scorelab::rng::Purpose;
use scorelab::sampler::{Ddim, sample, start};
use scorelab::score::ScoreFn;
use scorelab::train::{Denoising, Explicit, Levels, Objective, TrainConfig, Training};

/// One workload.
pub struct Workload {
    /// W1 … W9-tree.
    pub name: &'static str,
    /// What a unit is.
    pub unit: &'static str,
    /// Units that one call of `run` does.
    pub units: f64,
    /// FLOPs of a unit in the matrix products; 0 where that is not the work.
    pub flops: f64,
    /// Does the work once.
    pub run: Box<dyn FnMut()>,
}

const BATCH: usize = 512;
const POINTS: usize = 16_384;
/// Steps of a walk in the plane, the first of a grid of 256.
pub const SAMPLING_STEPS: usize = 16;
const CLASSES: usize = 8;

fn plane() -> Labelled {
    Scene::named("ring8").expect("a built-in scene").mixture.sample(50_000, 0, Purpose::Data)
}

/// FLOPs of one forward pass of one row.
pub fn forward_flops(c: &MlpConfig) -> f64 {
    let seen = c.inputs + c.features + if c.labels > 0 { c.embedding } else { 0 };
    2.0 * (seen * c.width + (c.depth - 1) * c.width * c.width + c.width * c.outputs) as f64
}

/// FLOPs of a training step of one row: forward, the gradient of the weights, and back to the first layer.
pub fn training_flops(c: &MlpConfig) -> f64 {
    let first = forward_flops(&MlpConfig { depth: 1, outputs: 0, ..c.clone() });
    3.0 * forward_flops(c) - first
}

/// Training of a joint network in the plane, a step at a time without end.
pub fn training(name: &'static str, config: MlpConfig, batch: usize) -> Workload {
    let flops = batch as f64 * training_flops(&MlpConfig { labels: CLASSES + 1, ..config.clone() });
    let data: &'static Labelled = Box::leak(Box::new(plane()));
    train_forever(name, "steps", flops, config, CLASSES, data, batch)
}

fn train_forever(
    name: &'static str,
    unit: &'static str,
    flops: f64,
    config: MlpConfig,
    classes: usize,
    data: &'static Labelled,
    batch: usize,
) -> Workload {
    let net = JointNet::new(config, classes, Target::Eps, 1.0, 0).expect("a valid shape");
    let denoising = Denoising {
        data,
        target: Target::Eps,
        sigma_data: 1.0,
        spread: &[],
        levels: Levels::default(),
    };
    let objective = Box::leak(Box::new(JointDenoising::new(denoising, 0.1).expect("p_drop")));
    let run = forever(net.network().clone(), objective, batch);
    Workload { name, unit, units: 1.0, flops, run }
}

/// A step of a training without end.
fn forever<N: Net + 'static, O: Objective<N>>(
    net: N,
    objective: &'static O,
    batch: usize,
) -> Box<dyn FnMut()> {
    let settings =
        TrainConfig { steps: 10_000_000, batch, learning_rate: 1e-3, ..TrainConfig::default() };
    let mut training = Training::new(net, objective, settings).expect("valid settings");
    Box::new(move || {
        training.next().expect("steps without end").expect("no divergence");
    })
}

/// Rows of a batch in which a network that is a gradient learns.
const LARGE_BATCH: usize = 4096;

/// Training of a network that is a gradient, on an exact score, σ_data being half a `unit`.
fn potential_training(name: &'static str, mixture: Mixture, unit: f64) -> Workload {
    let shape = MlpConfig { features: 16, width: 64, depth: 5, ..MlpConfig::default() };
    let (d, width) = (mixture.dim(), shape.width);
    let (mixture, levels) = (Box::leak(Box::new(mixture)), (unit.ln() - 2.3, 1.5));
    let objective = Box::leak(Box::new(Explicit::new(mixture, 0.5 * unit, levels)));
    // of every layer between two hidden ones six products; of the first only x's part turns back
    let of_a_row =
        6 * (shape.depth - 1) * width * width + (2 * (d + shape.features) + 3 * d) * width;
    let flops = (2 * of_a_row * LARGE_BATCH) as f64;
    let net = Potential::new(PotentialConfig::new(d, &shape), 0).expect("a valid shape");
    let run = forever(net, objective, LARGE_BATCH);
    Workload { name, unit: "steps", units: 1.0, flops, run }
}

/// Its training where the exact score, that of one Gaussian, costs next to nothing.
fn gaussian_training() -> Workload {
    let mixture = Mixture::isotropic(vec![1.0], Array2::zeros((1, 2)), &[0.3], vec![0]);
    potential_training("W9", mixture.expect("one Gaussian"), 1.0)
}

/// Its training on the crown of the scene `tree`.
fn crown_training() -> Workload {
    let crown = Scene::named("tree").expect("a built-in scene").mixture.given(0);
    let unit = 2.0 * crown.radius();
    potential_training("W9-tree", crown, unit)
}

/// A joint network and a classifier, briefly trained, so that the walks they steer stay where data are.
fn nets(config: MlpConfig) -> (JointNet, NoisyClassifier) {
    let data = plane();
    let net = JointNet::new(config, CLASSES, Target::Eps, 1.0, 0).expect("a valid shape");
    let short = TrainConfig { steps: 100, ..TrainConfig::default() };
    let joint = train_joint(net, &data, Levels::default(), 0.1, short.clone(), &mut |_| ());
    let config =
        ClassifierConfig { width: 128, depth: 3, train: short, ..ClassifierConfig::default() };
    let classifier = NoisyClassifier::train(&data, &config, &mut |_| ());
    (joint.expect("trains"), classifier.expect("trains"))
}

/// The first steps of a DDIM walk of `points` points along the score of a class, an equal share of them for each.
fn walks<S: ScoreFn>(points: usize, guided: impl Fn(usize) -> S) {
    let process = Process::VpCosine;
    let grid = Grid::between(&process, Spacing::Uniform, 0.998, 0.936, SAMPLING_STEPS)
        .expect("a valid grid");
    let each = points / CLASSES;
    for class in 0..CLASSES {
        let score = guided(class);
        let z = start(each, score.dim(), &process, &grid, class as u64);
        sample(&Ddim { eta: 0.0 }, &score, &process, &grid, z.view(), 0);
    }
}

/// Classifier-free sampling in the plane.
pub fn classifier_free(name: &'static str, config: MlpConfig, points: usize) -> Workload {
    let flops = 2.0 * forward_flops(&MlpConfig { labels: CLASSES + 1, ..config.clone() });
    let (joint, _) = nets(config);
    let gamma = Gamma::new(3.0).expect("finite");
    let run = move || walks(points, |class| joint.guided(class, gamma));
    let units = (points * SAMPLING_STEPS) as f64;
    Workload { name, unit: "point·steps", units, flops, run: Box::new(run) }
}

fn classifier_guidance() -> Workload {
    let (joint, classifier) = nets(MlpConfig::default());
    let score = joint.unconditional();
    let gamma = Gamma::new(3.0).expect("finite");
    let run = move || {
        walks(POINTS, |class| {
            let likelihood = classifier.given(class);
            ClassifierGuided { score: &score, likelihood, gamma }
        });
    };
    let units = (POINTS * SAMPLING_STEPS) as f64;
    Workload { name: "W4", unit: "point·steps", units, flops: 256_000.0, run: Box::new(run) }
}

const PIXELS: usize = 784;

fn digits_config() -> MlpConfig {
    let (inputs, outputs) = (PIXELS, PIXELS);
    MlpConfig { inputs, outputs, features: 64, width: 512, depth: 3, ..MlpConfig::default() }
}

fn digits_training() -> Workload {
    let mixture = Mixture::isotropic(vec![1.0], Array2::zeros((1, PIXELS)), &[0.5], vec![0]);
    let x = mixture.expect("one Gaussian").sample(4096, 0, Purpose::Data).x;
    let y = (0..4096).map(|i| i % 10).collect();
    let data = Box::leak(Box::new(Labelled { x, y }));
    train_forever("W5-training", "steps", 1.866e9, digits_config(), 10, data, 256)
}

fn digits_sampling() -> Workload {
    let net = JointNet::new(digits_config(), 10, Target::Eps, 1.0, 0).expect("a valid shape");
    let process = Process::VpCosine;
    let grid = Grid::between(&process, Spacing::Uniform, 0.998, 0.9, 10).expect("a valid grid");
    let z = start(256, PIXELS, &process, &grid, 0);
    let gamma = Gamma::new(3.0).expect("finite");
    let run = move || {
        sample(&Ddim { eta: 0.0 }, &net.guided(1, gamma), &process, &grid, z.view(), 0);
    };
    let units = 2560.0;
    Workload { name: "W5-sampling", unit: "image·steps", units, flops: 5.44e6, run: Box::new(run) }
}

/// Components on a spiral, each slanted its own way.
pub fn spiral(components: usize) -> Mixture {
    let at = |k: usize| 0.05 + 4.0 * (k as f64 + 0.5) / components as f64;
    let means = Array2::from_shape_fn((components, 2), |(k, i)| {
        let (sin, cos) = (3.0 * at(k)).sin_cos();
        at(k) * if i == 0 { cos } else { sin }
    });
    let cov = |k: usize| {
        let (a, b) = (0.01 + 0.002 * at(k), 0.004 * (5.0 * at(k)).sin());
        ndarray::array![[a, b], [b, 0.015]]
    };
    let covs = (0..components).map(cov).collect();
    Mixture::new(vec![1.0; components], means, covs, vec![0; components]).expect("a valid mixture")
}

/// A Gaussian of one small width at each of so many points, as of a file of points.
fn of_file(points: usize) -> Mixture {
    let x = spiral(1016).sample(points, 2, Purpose::Data).x;
    of_points(x, 0.05, vec![0; points]).expect("a valid mixture")
}

fn exact(name: &'static str, mixture: Mixture, points: usize, each: bool) -> Workload {
    let x = mixture.sample(points, 1, Purpose::Reference).x;
    let levels: Vec<NoiseLevel> =
        (0..points).map(|i| NoiseLevel::ve(0.01 * 500f64.powf(i as f64 / points as f64))).collect();
    let run = move || {
        if each {
            std::hint::black_box(mixture.score_each(x.view(), &levels));
        } else {
            std::hint::black_box(mixture.score(x.view(), levels[points / 2]));
        }
    };
    Workload { name, unit: "points", units: points as f64, flops: 0.0, run: Box::new(run) }
}

/// A maker of a workload, so that only those asked for are set up.
pub type Maker = fn() -> Workload;

/// Every workload by name.
pub fn all() -> Vec<(&'static str, Maker)> {
    vec![
        ("W1", || training("W1", MlpConfig::default(), BATCH)),
        ("W3", || classifier_free("W3", MlpConfig::default(), POINTS)),
        ("W4", classifier_guidance),
        ("W5-training", digits_training),
        ("W5-sampling", digits_sampling),
        ("W7", || exact("W7", spiral(1016), 4096, true)),
        ("W7-one-level", || exact("W7-one-level", spiral(1016), 4096, false)),
        ("W7-small", || exact("W7-small", spiral(4), POINTS, false)),
        ("W7-points", || exact("W7-points", of_file(10_000), 4096, true)),
        ("W8-training", || transformer::training("W8-training", TransformerConfig::default())),
        ("W8-sampling", || transformer::sampling("W8-sampling", TransformerConfig::default())),
        ("W9", gaussian_training),
        ("W9-tree", crown_training),
    ]
}
