//! Does a small network learn the score of a distribution it only sees samples of?
//!
//! ```text
//! cargo run --example unconditional
//! ```
//!
//! The score is learned by denoising; the exact score is known, so the error is measured, not guessed. Expect a loss a few
//! thousandths above its floor, an error below 10 % of the score at every σ ≥ .5, and each of the four classes in 25 ± 3 %
//! of the samples.

use ndarray::Array2;
use scorelab::Result;
use scorelab::metrics::{
    Interval, Modes, chi_square, cosine, drawn_mode_counts, energy_rows, energy_with_se,
    score_error,
};
use scorelab::nn::ScoreNet;
use scorelab::noise::NoiseLevel;
use scorelab::rng::{Purpose, normals};
use scorelab::score::ScoreFn;
use scorelab_figures::lecture;
use scorelab_lab::{Defaults, Experiment, Table, plus_minus, run, share, yes_or_no};
use std::process::ExitCode;

const QUESTION: &str =
    "does a small network learn the score of a distribution it only sees samples of?";

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "class", "gamma", "gradient-scale", "all"];
    let defaults = Defaults { samples: (6000, 1500), unused, ..Defaults::default() };
    run("unconditional", QUESTION, "classifier_guidance", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let data = lab.training_set()?;
    let (net, losses) = lab.train_score_with_losses(&data)?;
    let pooled = errors(lab, &net)?;
    let visited = shares(lab, &net)?;
    answer(lab, pooled, &visited);
    let s = lab.setting();
    let figures = [
        lab.training_curve(&data, &net, &losses),
        lecture::uncontrolled(&s, &net, lab.samples)?,
        lecture::field_over_noise(&s, Some(&net))?,
    ];
    lab.draw(&figures)
}

/// What came out, in a sentence.
fn answer(lab: &mut Experiment, pooled: f64, visited: &[f64]) {
    let percent = |v: f64| format!("{:.1}", 100.0 * v);
    let least = percent(visited.iter().copied().fold(f64::INFINITY, f64::min));
    let most = percent(visited.iter().copied().fold(0.0, f64::max));
    let off = percent(pooled);
    lab.answer(yes_or_no(pooled < 0.1).then((
        format!(
            ": over σ from 0.05 to 5 the learned score is off the exact one by {off} % of it, and a class gets {least} to {most} % of the samples"
        ),
        format!(
            ": với σ từ 0.05 đến 5, score đã học lệch score chính xác {off} %, và mỗi lớp nhận từ {least} đến {most} % số mẫu"
        ),
    )));
}

/// The learned score against the exact one, by noise level; the answer is the relative error over all of them.
fn errors(lab: &mut Experiment, net: &ScoreNet) -> Result<f64> {
    let mut table = Table::new(&["σ", "relative error", "cosine"]);
    table.notes = vec!["relative error: √(E|s_θ − s|² / E|s|²) over x ~ p_σ".into()];
    let mut found = Vec::new();
    for sigma in [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0] {
        let (learned, exact) = both(lab, net, sigma);
        let (error, cosine) =
            (score_error(learned.view(), exact.view()), cosine(learned.view(), exact.view()));
        table.row(&[format!("{sigma}"), format!("{error:.4}"), format!("{cosine:.4}")]);
        found.push((sigma, error));
    }
    let (mut miss, mut size) = (0.0, 0.0);
    for i in 0..=20 {
        let sigma = 0.05 * 100f64.powf(i as f64 / 20.0);
        let (learned, exact) = both(lab, net, sigma);
        miss += sigma * sigma * (&learned - &exact).mapv(|v| v * v).sum();
        size += sigma * sigma * exact.mapv(|v| v * v).sum();
    }
    let pooled = f64::sqrt(miss / size);
    table.row(&["pooled, .05 … 5".to_string(), format!("{pooled:.4}"), String::new()]);
    println!("\nscene {}: learned against exact", lab.scene().name);
    lab.show("score_error", &table)?;
    for (sigma, error) in found {
        let bound = if sigma >= 0.5 {
            0.10
        } else if sigma >= 0.2 {
            0.15
        } else {
            0.30
        };
        lab.check(&format!("score error at σ = {sigma}"), error, 0.0..=bound, 0.0..=2.5 * bound);
    }
    lab.check("score error, pooled over log-uniform σ", pooled, 0.0..=0.06, 0.0..=0.15);
    Ok(pooled)
}

/// The learned and the exact score at the same draws of p_σ.
fn both(lab: &Experiment, net: &ScoreNet, sigma: f64) -> (Array2<f64>, Array2<f64>) {
    let mut x = lab.scene().mixture.sample(lab.samples, lab.seed, Purpose::Reference).x;
    let z = normals(lab.seed, Purpose::Reference, 1, x.dim());
    x.scaled_add(sigma, &z);
    let level = NoiseLevel::ve(sigma);
    (net.score(x.view(), level), lab.scene().mixture.score(x.view(), level))
}

/// How often each class is visited, and how far the samples are from true ones; the answer is the shares of the learned score.
fn shares(lab: &mut Experiment, net: &ScoreNet) -> Result<Vec<f64>> {
    let mixture = lab.scene().mixture.clone();
    let truth = mixture.sample(2 * lab.samples, lab.seed, Purpose::Reference).x;
    let (reference, twin) = truth.view().split_at(ndarray::Axis(0), lab.samples);
    let ends =
        |lab: &Experiment| Ok([lab.ends(&mixture, lab.samples)?, lab.ends(net, lab.samples)?]);
    let [[exact, learned], [exact_twice, learned_twice]] = lab.twice(ends)?;
    let sets = [
        ("true samples", twin.to_owned()),
        ("exact score", exact),
        ("exact score, twice the steps", exact_twice),
        ("learned score, twice the steps", learned_twice),
        ("learned score", learned),
    ];

    let mut headers = vec!["samples from".to_string()];
    headers.extend(lab.scene().class_names.iter().map(|c| format!("{} %", c.en)));
    headers.extend(["χ²", "p-value", "energy dist."].map(String::from));
    let mut table = Table::new(&headers);
    table.notes =
        vec!["± is one standard error; χ² of the modes' counts against their weights".into()];
    let mut learned = Vec::new();
    for (name, x) in &sets {
        let counts = drawn_mode_counts(x.view(), &Modes::of(&mixture), lab.seed);
        let test = chi_square(&counts, mixture.weights());
        learned = class_shares(&counts, mixture.labels(), mixture.classes(), x.nrows());
        let mut row = vec![name.to_string()];
        row.extend(learned.iter().map(|p| share(Interval::share(*p, x.nrows()))));
        let (distance, se) = energy_with_se(energy_rows(x.view()), energy_rows(reference));
        row.extend([
            format!("{:.1}", test.statistic),
            format!("{:.3}", test.p_value),
            plus_minus((distance, se)),
        ]);
        table.row(&row);
    }
    println!("{} samples each, {} steps", lab.samples, lab.grid.steps());
    lab.show("shares", &table)?;
    let names: Vec<String> = lab.scene().class_names.iter().map(|c| c.en.clone()).collect();
    for (name, share) in names.iter().zip(&learned) {
        lab.check(&format!("learned: share of {name}, %"), 100.0 * share, 22.0..=28.0, 18.0..=32.0);
    }
    Ok(learned)
}

/// The share of each class from the counts of its modes.
fn class_shares(counts: &[usize], labels: &[usize], classes: usize, n: usize) -> Vec<f64> {
    let mut shares = vec![0.0; classes];
    counts.iter().zip(labels).for_each(|(c, y)| shares[*y] += *c as f64 / n as f64);
    shares
}
