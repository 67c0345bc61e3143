//! How does noise become a digit, free and steered?
//!
//! ```text
//! cargo run --example digits_denoise
//! ```
//!
//! The same noise twice: unconditional above, guided to one class below; x_t at ten noise levels, and under it the image
//! that the score expects at the end. Expect: at the highest level the guess is the mean of all images, or of the class;
//! the judge gives the guided end to the class with p(y | x) near 1.

use ndarray::{Array2, ArrayView2};
use scorelab::Result;
use scorelab::data::from_pixels;
use scorelab::score::ScoreFn;
use scorelab_figures::lecture::{self, StripWalk};
use scorelab_figures::plot::{Role, Text, words};
use scorelab_lab::{Defaults, ImageExperiment, run_images};
use std::process::ExitCode;

const QUESTION: &str = "how does noise become a digit, free and steered?";
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

fn experiment(lab: &mut ImageExperiment) -> Result<()> {
    let gamma = lab.only_gamma()?;
    let nets = lab.nets()?;
    let free = nets.joint.unconditional();
    let guided = nets.joint.guided(lab.target(), gamma);
    let z = lab.starts(STARTS, nets.components.spread.len());
    let judge = |score: &dyn ScoreFn| -> Result<Array2<f64>> {
        let pixels = nets.pixels(lab.walk(score, z.view())?.view());
        Ok(nets.judge.classifier.probabilities(from_pixels(pixels.view()).view()))
    };
    let (before, after) = (judge(&free)?, judge(&guided)?);
    // a z that ends as another digit when it is left alone, and as one that the judge is sure of
    let other = |i: usize| {
        let top = before.row(i).fold(0.0f64, |a, b| a.max(*b));
        top - 2.0 * before[[i, lab.target()]] + after[[i, lab.target()]]
    };
    let row = (0..STARTS).max_by(|a, b| other(*a).total_cmp(&other(*b))).unwrap_or(0);
    let walk =
        StripWalk { process: &lab.process, grid: &lab.grid, sampler: &lab.sampler, seed: lab.seed };
    let pixels = |x: ArrayView2<f64>| nets.pixels(x);
    let target = lab.class_name(lab.target());
    let title = words::GUIDED.then(format!(", γ = {}: ", gamma.value())).then(target);
    let strips = [
        walk.strip(words::UNCONDITIONAL, Role::Unconditional, &free, (z.view(), row), pixels),
        walk.strip(title, Role::Guided, &guided, (z.view(), row), pixels),
    ];
    let size = (lab.training.height, lab.training.width);
    let components = z.ncols();
    let mut figure = lecture::denoising_strips(size, components, &walk.levels(), &strips)?;
    let names = |class: usize| lab.class_name(class).en.to_string();
    let top = (0..lab.classes()).max_by(|a, b| before[[row, *a]].total_cmp(&before[[row, *b]]));
    println!(
        "\nz{row}: judged {} when free ({:.3}), {} when guided ({:.3})",
        names(top.unwrap_or(0)),
        before[[row, top.unwrap_or(0)]],
        names(lab.target()),
        after[[row, lab.target()]]
    );
    let p = after[[row, lab.target()]];
    let free = top.unwrap_or(0);
    let told = |class: usize| lab.class_name(class);
    let sentence = Text::new("the same noise ends free as ", "cùng một nhiễu, khi tự do thành ")
        .then(told(free))
        .then((
            format!(" (p = {:.3}) and guided as ", before[[row, free]]),
            format!(" (p = {:.3}), khi được điều hướng thành ", before[[row, free]]),
        ))
        .then(told(lab.target()))
        .then(format!(" (p = {p:.3})"));
    lab.answer(sentence);
    lab.check("guided: p(y|x) of the strip", p, 0.99..=1.0, 0.5..=1.0);
    figure.numbers.push(("free: p(y|x)".into(), before[[row, lab.target()]]));
    figure.numbers.push(("guided: p(y|x)".into(), after[[row, lab.target()]]));
    lab.draw(&[figure])
}
