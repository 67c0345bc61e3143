//! Is the creature between two classes seen on images too, with a judge that did not guide?
//!
//! ```text
//! cargo run --example digits_hybrid
//! ```
//!
//! Each row is one z: x₀ at γ = 0, and where the noisy classifier's gradient takes the same z at γ = 1 and at γ = 10, once
//! five times too weak and once as it is; under each image is the judge's p(y | x). Expect: with the weak gradient γ = 1
//! leaves far more images that the judge is unsure of than γ = 10 does; γ = 10 gives the wanted digit; with the full gradient γ = 1 is
//! already enough for most.

use ndarray::Array2;
use scorelab::Result;
use scorelab::data::from_pixels;
use scorelab::metrics::{Interval, mean_with_se};
use scorelab_figures::lecture::{self, Judged, SURE};
use scorelab_figures::plot::Text;
use scorelab_lab::{
    Defaults, GAMMA_FOOTNOTE, Guide, ImageExperiment, Table, plus_minus, run_images, share,
    yes_or_no,
};
use std::process::ExitCode;

const QUESTION: &str =
    "is the creature between two classes seen on images too, with a judge that did not guide?";
/// Rows of the figure.
const SHOWN: usize = 4;

fn main() -> ExitCode {
    let defaults = Defaults {
        samples: (1000, 200),
        gamma: "0,1,10",
        class: "3",
        unused: &["scene", "all"],
        ..Defaults::IMAGES
    };
    run_images("digits_hybrid", QUESTION, "digits_tradeoff", defaults, experiment)
}

fn experiment(lab: &mut ImageExperiment) -> Result<()> {
    let nets = lab.nets()?;
    let wanted = vec![lab.target(); lab.samples];
    let scale = lab.flags.gradient_scale;
    let arm = |scale| -> Result<Judged> {
        let steer = |gamma| lab.steered(&nets, Guide::Classifier(scale), gamma, &wanted);
        let images: Vec<Array2<u8>> =
            lab.gammas.iter().map(|gamma| steer(*gamma)).collect::<Result<_>>()?;
        let judge =
            |x: &Array2<u8>| nets.judge.classifier.probabilities(from_pixels(x.view()).view());
        Ok(Judged::new(images, lab.target(), judge))
    };
    let arms = [arm(scale)?, arm(1.0)?];
    tell(lab, &arms)?;
    check(lab, &arms);
    let rows = arms[0].telling(SHOWN);
    let titles = [
        Text::from((format!("gradient × {scale}"), format!("gradient × {scale}"))),
        Text::new("full gradient", "gradient đầy đủ"),
    ];
    let ways = [0, 1].map(|k| arms[k].morph(titles[k].clone(), &rows));
    let size = (lab.training.height, lab.training.width);
    let gammas: Vec<f64> = lab.gammas.iter().map(|g| g.value()).collect();
    let figure = lecture::hybrid_images(lab.class_name(lab.target()), size, &gammas, &ways)?;
    lab.draw(&[figure])
}

/// The table: what the judge gives for the wanted class, and of how many images it is unsure.
fn tell(lab: &mut ImageExperiment, arms: &[Judged; 2]) -> Result<()> {
    let scale = lab.flags.gradient_scale;
    let mut table = Table::new(&["gradient", "γ", "p(y|x)", "wanted %", "unsure %"]);
    for (arm, scale) in arms.iter().zip([scale, 1.0]) {
        for (g, gamma) in lab.gammas.iter().enumerate() {
            let hits = Interval::of_hits(arm.wanted[g].iter().map(|p| *p >= 0.5));
            let unsure = Interval::of_hits(arm.sure[g].iter().map(|s| *s < 0.5));
            let name = format!("× {scale}");
            let p = plus_minus(mean_with_se(&arm.wanted[g]));
            table.row(&[name, gamma.value().to_string(), p, share(hits), share(unsure)]);
        }
    }
    let unsure =
        format!("unsure: the judge gives no class {SURE} or more; {} samples each", lab.samples);
    table.notes = vec![unsure, GAMMA_FOOTNOTE.into()];
    println!("\n{}, wanted: {}", lab.training.name, lab.class_name(lab.target()).en);
    lab.show("digits_hybrid", &table)
}

/// The numbers this experiment promises.
fn check(lab: &mut ImageExperiment, [weak, full]: &[Judged; 2]) {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let [free, one, ten] = [0, 1, 2].map(|g| weak.wanted.get(g).map_or(f64::NAN, |p| mean(p)));
    let unsure = |arm: &Judged, g: usize| arm.sure.get(g).map_or(f64::NAN, |s| 1.0 - mean(s));
    let at_one = full.wanted.get(1).map_or(f64::NAN, |p| mean(p));
    let last = weak.sure.len() - 1;
    let unsure_of = |g: usize| share(Interval::of_hits(weak.sure[g].iter().map(|s| *s < 0.5)));
    let middle = 1.min(last);
    let [g_one, g_last] = [middle, last].map(|g| lab.gammas[g].value());
    let (many, few) = (unsure_of(middle), unsure_of(last));
    let sure = |g: usize| weak.sure[g].iter().filter(|s| **s < 0.5).count();
    let seen = sure(middle) > sure(last);
    lab.answer(yes_or_no(seen).then((
        format!(": with the weak gradient the judge is unsure of {many} % of the images at γ = {g_one} and of {few} % at γ = {g_last}"),
        format!(": với gradient yếu, trọng tài không chắc về {many} % số ảnh khi γ = {g_one} và {few} % khi γ = {g_last}"),
    )));
    lab.check("weak, γ = 10: p(y|x)", ten, 0.9..=1.0, 0.6..=1.0);
    lab.check("weak, γ = 1 − γ = 0: p(y|x)", one - free, 0.05..=0.9, 0.0..=0.9);
    lab.check("weak, γ = 10 − γ = 1: p(y|x)", ten - one, 0.2..=1.0, 0.1..=1.0);
    lab.check("full − weak, γ = 1: p(y|x)", at_one - one, 0.2..=1.0, 0.1..=1.0);
    lab.check(
        "weak, unsure at γ = 1 − at γ = 10",
        unsure(weak, 1) - unsure(weak, 2),
        0.05..=1.0,
        0.0..=1.0,
    );
}
