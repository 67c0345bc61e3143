//! How does noise become a digit, free and steered?
//!
//! ```text
//! cargo run --example digits_denoise
//! ```
//!
//! The same noise twice: unconditional above, guided to one class below; x_t at ten noise levels, and under it the image
//! that the score expects at the end. Expect: at the highest level the guess is the mean of all images, or of the class;
//! the judge gives the guided end to the class with p(y | x) near 1.

use ndarray::{Array2, Axis, s};
use scorelab::Result;
use scorelab::cli::{Defaults, ImageLab, ImageNets, run_images};
use scorelab::data::from_pixels;
use scorelab::lecture::{self, Strip};
use scorelab::noise::NoiseLevel;
use scorelab::plot::{Role, words};
use scorelab::sampler::trajectories;
use scorelab::score::ScoreFn;
use std::process::ExitCode;

const QUESTION: &str = "how does noise become a digit, free and steered?";
/// Images of a strip.
const COLUMNS: usize = 10;
/// σ/α of the second image.
const FROM: f64 = 30.0;
/// σ/α of the last but one.
const TO: f64 = 0.3;
/// Starting points to choose from.
const STARTS: usize = 20;

fn main() -> ExitCode {
    let defaults = Defaults {
        samples: (100, 100),
        gamma: "2",
        class: "3",
        unused: &["scene", "gradient-scale", "all", "samples"],
        ..Defaults::IMAGES
    };
    run_images("digits_denoise", QUESTION, "digits", defaults, experiment)
}

fn experiment(lab: &mut ImageLab) -> Result<()> {
    let gamma = lab.only_gamma()?;
    let nets = lab.nets()?;
    let free = nets.joint.unconditional();
    let guided = nets.joint.guided(lab.class, gamma);
    let z = lab.start(STARTS, nets.frame.spread.len());
    let judge = |score: &dyn ScoreFn| {
        let pixels = nets.pixels(lab.walk(score, z.view()).view());
        nets.judge.classifier.probabilities(from_pixels(pixels.view()).view())
    };
    let (before, after) = (judge(&free), judge(&guided));
    // a z that ends as another digit when it is left alone, and as one that the judge is sure of
    let other = |i: usize| {
        let top = before.row(i).fold(0.0f64, |a, b| a.max(*b));
        top - 2.0 * before[[i, lab.class]] + after[[i, lab.class]]
    };
    let row = (0..STARTS).max_by(|a, b| other(*a).total_cmp(&other(*b))).unwrap_or(0);
    let [free, guided] =
        [&free as &dyn ScoreFn, &guided].map(|score| strip(lab, &nets, score, &z, row));
    let target = lab.class_name(lab.class);
    let title = words::GUIDED.then(format!(", γ = {}: ", gamma.value())).then(target);
    let strips = [
        Strip {
            title: words::UNCONDITIONAL,
            role: Role::Unconditional,
            walked: free.0,
            denoised: free.1,
        },
        Strip { title, role: Role::Guided, walked: guided.0, denoised: guided.1 },
    ];
    let names = |class: usize| lab.class_name(class).en.to_string();
    let top = (0..lab.classes()).max_by(|a, b| before[[row, *a]].total_cmp(&before[[row, *b]]));
    println!(
        "\nz{row}: judged {} when free ({:.3}), {} when guided ({:.3})",
        names(top.unwrap_or(0)),
        before[[row, top.unwrap_or(0)]],
        names(lab.class),
        after[[row, lab.class]]
    );
    let p = after[[row, lab.class]];
    lab.check("guided: p(y|x) of the strip", p, 0.99..=1.0, 0.5..=1.0);
    let size = (lab.training.height, lab.training.width);
    let mut figure = lecture::denoising_strips(size, &levels(lab), &strips)?;
    figure.numbers.push(("free: p(y|x)".into(), before[[row, lab.class]]));
    figure.numbers.push(("guided: p(y|x)".into(), after[[row, lab.class]]));
    lab.draw(&[figure])
}

/// Which of the grid's times are shown: the first, the last, and those between at which σ/α first falls below a power.
fn shown(lab: &ImageLab) -> Vec<usize> {
    let below = |r: f64| (0..lab.grid.steps()).position(|time| level(lab, time).ratio() <= r);
    let ratio = |i: usize| FROM * (TO / FROM).powf(i as f64 / (COLUMNS - 3) as f64);
    let between = (0..COLUMNS - 2).map(|i| below(ratio(i)).unwrap_or(lab.grid.steps()));
    std::iter::once(0).chain(between).chain([lab.grid.steps()]).collect()
}

fn level(lab: &ImageLab, time: usize) -> NoiseLevel {
    lab.process.level(lab.grid.times()[time])
}

/// σ/α of the columns.
fn levels(lab: &ImageLab) -> Vec<f64> {
    shown(lab).into_iter().map(|time| level(lab, time).ratio()).collect()
}

/// x_t of one starting point at the times shown, at the scale of the data, and what the score expects there.
fn strip(
    lab: &ImageLab,
    nets: &ImageNets,
    score: &dyn ScoreFn,
    z: &Array2<f64>,
    row: usize,
) -> (Array2<u8>, Array2<u8>) {
    let start = z.slice(s![row..=row, ..]);
    let way = trajectories(&lab.method, score, &lab.process, &lab.grid, start, lab.settings.seed);
    let (mut walked, mut denoised) = (Vec::new(), Vec::new());
    for time in shown(lab) {
        let (x, here) = (way.slice(s![time, .., ..]), level(lab, time));
        let scale = here.alpha.hypot(here.sigma); // 1 for the processes that preserve the variance
        walked.push(x.mapv(|x| x / scale));
        // at σ = 0 it is the sample itself
        denoised.push(if here.sigma > 0.0 { score.denoised(x, here) } else { x.to_owned() });
    }
    let images = |rows: &[Array2<f64>]| {
        let views: Vec<_> = rows.iter().map(|x| x.view()).collect();
        nets.pixels(ndarray::concatenate(Axis(0), &views).expect("points of one dimension").view())
    };
    (images(&walked), images(&denoised))
}
