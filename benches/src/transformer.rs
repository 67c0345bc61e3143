//! W8: a Transformer for images of 28 × 28 and captions.

use crate::Workload;
use ndarray::Array2;
use scorelab::condition::Condition;
use scorelab::guidance::Gamma;
use scorelab::mixture::{Labelled, Mixture};
use scorelab::nn::{Net, Target, Transformer, TransformerConfig};
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::null_label::JointNet;
use scorelab::rng::Purpose;
use scorelab::sampler::{Ddim, sample, start};
use scorelab::train::{Levels, TrainConfig, Training};

const PIXELS: usize = 784;
const BATCH: usize = 128;
const IMAGES: usize = 64;
const STEPS: usize = 10;
/// Tokens of a caption: the start token, a digit and an attribute.
const TOKENS: usize = 3;

/// FLOPs of one forward pass of one image.
pub fn forward_flops(c: &TransformerConfig) -> f64 {
    c.forward_flops(TOKENS)
}

/// FLOPs of a training step of one image: forward, the gradient of the weights, and back to the first layer.
pub fn training_flops(c: &TransformerConfig) -> f64 {
    let first = c.features * c.width + c.tokens() * c.patch * c.patch * c.width;
    3.0 * forward_flops(c) - 2.0 * first as f64
}

fn network(config: TransformerConfig) -> JointNet<Transformer> {
    let network = Transformer::new(config, 0).expect("a valid shape");
    JointNet::of(network, Target::Edm, 0.5)
}

/// Joint training on captions, a step at a time without end.
pub fn training(name: &'static str, config: TransformerConfig) -> Workload {
    let flops = BATCH as f64 * training_flops(&config);
    let mixture = Mixture::isotropic(vec![1.0], Array2::zeros((1, PIXELS)), &[0.5], vec![0]);
    let x = mixture.expect("one Gaussian").sample(2048, 0, Purpose::Data).x;
    let data = Box::leak(Box::new(Labelled { x, y: (0..2048).map(|i| i % 60).collect() }));
    let caption = |k: usize| Condition::words(vec![k % 10, 10 + k % 6]);
    let conditions: &'static [Condition] = (0..60).map(caption).collect::<Vec<_>>().leak();
    let net: &'static JointNet<Transformer> = Box::leak(Box::new(network(config)));
    let objective = net.objective_under(data, conditions, Levels::default(), 0.1);
    let objective = Box::leak(Box::new(objective.expect("captions of its words")));
    let settings = TrainConfig {
        steps: 10_000_000,
        batch: BATCH,
        learning_rate: 1e-3,
        ..TrainConfig::default()
    };
    let mut training =
        Training::new(net.network().clone(), objective, settings).expect("valid settings");
    let run = move || {
        training.next().expect("steps without end").expect("no divergence");
    };
    Workload { name, unit: "steps", units: 1.0, flops, run: Box::new(run) }
}

/// Classifier-free sampling under a caption.
pub fn sampling(name: &'static str, config: TransformerConfig) -> Workload {
    let flops = 2.0 * forward_flops(&config);
    let mut net = network(config).network().clone();
    // no branch is closed, and no answer 0
    let z = scorelab::rng::normals(1, Purpose::Weights, 0, (net.params.len(), 1));
    net.params_mut().iter_mut().zip(&z).for_each(|(p, z)| *p += 0.02 * *z as f32);
    let net = JointNet::of(net, Target::Edm, 0.5);
    let process = Process::VpCosine;
    let grid = Grid::between(&process, Spacing::Uniform, 0.998, 0.9, STEPS).expect("a valid grid");
    let z = start(IMAGES, PIXELS, &process, &grid, 0);
    let (asked, gamma) = (Condition::words(vec![3, 13]), Gamma::new(3.0).expect("finite"));
    let run = move || {
        sample(&Ddim { eta: 0.0 }, &net.guided(&asked, gamma), &process, &grid, z.view(), 0);
    };
    let units = (IMAGES * STEPS) as f64;
    Workload { name, unit: "image·steps", units, flops, run: Box::new(run) }
}
