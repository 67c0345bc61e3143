//! What is learned, what it samples and what is drawn of it: the same bits on any number of threads, and nearly the same
//! numbers on another kernel.

use scorelab::arch::kernel_name;
use scorelab::data::Scene;
use scorelab::guidance::Gamma;
use scorelab::nn::{MlpConfig, Target};
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::null_label::{JointNet, train_joint};
use scorelab::rng::Purpose;
use scorelab::sampler::{AnySampler, Ddim, sample, start};
use scorelab::train::{Levels, TrainConfig};
use scorelab_figures::lecture::{Setting, field_over_noise};
use scorelab_figures::plot::{Lang, Theme, png, svg};
use std::process::Command;

/// All that a short walk through the crate leaves behind, as bits and bytes.
#[derive(PartialEq)]
struct Left {
    weights: Vec<u32>,
    samples: Vec<u64>,
    svg: String,
    png: Vec<u8>,
}

const PROCESS: Process = Process::VP_LINEAR;

/// A network after `steps` more steps on eight modes.
fn learned(net: JointNet, steps: usize, seed: u64) -> JointNet {
    let data = Scene::named("ring8").unwrap().mixture.sample(1_000, seed, Purpose::Data);
    let settings = TrainConfig { steps, batch: 300, seed, ..TrainConfig::default() };
    train_joint(net, &data, Levels::default(), 0.1, settings, &mut |_| ()).unwrap()
}

/// n points sampled under guidance.
fn ends(net: &JointNet, n: usize, seed: u64) -> Vec<f64> {
    let grid = Grid::to_data(&PROCESS, Spacing::KARRAS, 8).unwrap();
    let z = start(n, 2, &PROCESS, &grid, seed);
    let guided = net.guided(3, Gamma::new(2.0).unwrap());
    let ends = sample(&Ddim { eta: 0.0 }, &guided, &PROCESS, &grid, z.view(), seed);
    ends.iter().copied().collect()
}

fn left(threads: usize, seed: u64) -> Left {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let net = learned(lively(seed), 30, seed);
        let (scene, sampler) = (Scene::named("ring8").unwrap(), AnySampler::new(Ddim { eta: 0.0 }));
        let grid = Grid::to_data(&PROCESS, Spacing::KARRAS, 8).unwrap();
        let setting = Setting {
            scene: &scene,
            class: 3,
            process: PROCESS,
            grid: &grid,
            sampler: &sampler,
            seed,
        };
        let figure = field_over_noise(&setting, Some(&net.unconditional())).unwrap();
        let svg = svg(&figure, Theme::Light, Lang::En, None).unwrap();
        Left {
            weights: net.network().params.iter().map(|w| w.to_bits()).collect(),
            samples: ends(&net, 777, seed).iter().map(|x| x.to_bits()).collect(),
            png: png(&svg, 640).unwrap(),
            svg,
        }
    })
}

#[test]
fn weights_samples_and_figures_have_the_same_bits_on_any_number_of_threads() {
    let one = left(1, 7);
    for threads in [2, 3, 4, 8] {
        let many = left(threads, 7);
        assert!(one.weights == many.weights, "weights on {threads} threads");
        assert!(one.samples == many.samples, "samples on {threads} threads");
        assert!(one.svg == many.svg, "the figure's text on {threads} threads");
        assert!(one.png == many.png, "the figure's pixels on {threads} threads");
    }
    let other = left(1, 8);
    assert!(one.weights != other.weights, "the twin, another seed");
    assert!(one.samples != other.samples && one.svg != other.svg && one.png != other.png);
}

/// A network whose every layer matters from the start; one that is new answers 0 whatever it is asked.
fn lively(seed: u64) -> JointNet {
    let config = MlpConfig { width: 32, depth: 2, ..MlpConfig::default() };
    let mut mlp = JointNet::new(config, 8, Target::Eps, 1.0, seed).unwrap().network().clone();
    let moved = |(i, w): (usize, &mut f32)| *w += 0.2 * ((i * 7919 % 1013) as f32 / 506.5 - 1.0);
    mlp.params.iter_mut().enumerate().for_each(moved);
    JointNet::of(mlp, Target::Eps, 1.0)
}

/// Not a test of its own: says the numbers that another kernel must nearly reach, before training has amplified anything.
#[test]
#[ignore = "run by another test, as a program with another kernel"]
fn numbers_of_this_kernel() {
    let weights = learned(lively(5), 10, 5).network().params.clone();
    let samples = ends(&lively(5), 50, 5);
    println!("\nkernel {}", kernel_name());
    weights.iter().for_each(|w| println!("number {w}"));
    samples.iter().for_each(|x| println!("number {x}"));
}

/// The kernel's name and numbers that this program says when it is asked for a kernel.
fn numbers_on(kernel: Option<&str>) -> (String, Vec<f64>) {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["--exact", "determinism::learned::numbers_of_this_kernel", "--ignored"]);
    program.arg("--nocapture").env_remove("SCORELAB_KERNEL");
    if let Some(kernel) = kernel {
        program.env("SCORELAB_KERNEL", kernel);
    }
    let said = String::from_utf8(program.output().unwrap().stdout).unwrap();
    let after = |word: &'static str| said.lines().filter_map(move |l| l.strip_prefix(word));
    let name = after("kernel ").next().expect("the kernel's name").to_string();
    (name, after("number ").map(|n| n.parse().unwrap()).collect())
}

#[test]
fn another_kernel_differs_by_rounding_only() {
    let (best_name, best) = numbers_on(None);
    assert!(best.len() > 1_000);
    for kernel in ["portable", "avx2"] {
        let (name, numbers) = numbers_on(Some(kernel));
        assert!(name == kernel || name == "portable", "asked for {kernel}, got {name}");
        assert_eq!(best.len(), numbers.len());
        assert_eq!(best == numbers, best_name == name, "the twin: {best_name} rounds as {name}");
        for (a, b) in best.iter().zip(&numbers) {
            assert!((a - b).abs() <= 1e-5 * a.abs().max(1.0), "{name}: {a} and {b}");
        }
    }
}
