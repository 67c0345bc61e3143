//! Why does γ = 1 give a creature between two classes, and γ = 10 the wanted one?
//!
//! ```text
//! cargo run --example hybrid
//! ```
//!
//! All scores are exact, so nothing here is a training error. With the exact classifier γ = 1 hits its target and makes
//! no hybrids. Make the same gradient five times weaker and the lecture's picture appears: at γ = 1 about 37 % target, 27 %
//! hybrids, 36 % other classes, at γ = 10 over 99 % target. Dividing the *logits* by five instead gives another field,
//! which no γ repairs: at γ = 10 about 86 % target. Every number is printed again at twice the steps.

use scorelab::Result;
use scorelab::guidance::{Gamma, GradientScaled};
use scorelab::metrics::Verdict::{Hybrid, Other, Overshoot, Target};
use scorelab::mixture::Posterior;
use scorelab::number::significant;
use scorelab::score::Likelihood;
use scorelab_figures::lecture::{self, Arm};
use scorelab_figures::plot::{Text, words};
use scorelab_lab::{Comparison, Defaults, Experiment, OutcomeTable, Steer, run};
use std::process::ExitCode;

const QUESTION: &str =
    "why does γ = 1 give a creature between two classes, and γ = 10 the wanted one?";

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "all"];
    let defaults =
        Defaults { samples: (6000, 2000), steps: (64, 64), unused, ..Defaults::default() };
    run("hybrid", QUESTION, "bayes_decomposition", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let mixture = lab.scene().mixture.clone();
    let exact = mixture.posterior(lab.target());
    let scale = lab.flags.gradient_scale;
    let weak = GradientScaled { likelihood: &exact, scale };
    let warm = Posterior { temperature: 1.0 / scale, ..exact.clone() };
    let arms: [(&str, Steer); 3] = [
        ("exact", &|lab, gamma, start| lab.steer(&mixture, &exact, gamma, start)),
        ("gradient scale", &|lab, gamma, start| lab.steer(&mixture, &weak, gamma, start)),
        ("temperature", &|lab, gamma, start| lab.steer(&mixture, &warm, gamma, start)),
    ];
    let truth = lab.truth(lab.samples).x;
    let found = lab.compare(&arms, truth.view())?;
    let OutcomeTable(mut table) = found.table();
    table.notes.push(format!("gradient scale {scale}; temperature {}", 1.0 / scale));
    println!("\nscene {}, target {}, exact scores", lab.scene().name, lab.class_name());
    lab.show("hybrid", &table)?;
    let gap = undone(lab, &weak, &exact)?;
    check(lab, &found);
    answer(lab, &found, gap);
    let arms = [
        (Text::new("gradient too weak", "gradient quá yếu"), &weak as &dyn Likelihood),
        (words::BY_THE_EXACT_SCORE, &exact),
    ];
    let arms = arms.map(|(title, likelihood)| Arm { title, score: &mixture, likelihood });
    let figures = lecture::hybrid(&lab.setting(), &arms, &lab.three_gammas(), lab.samples)?;
    lab.draw(&figures)
}

/// γ = 1/c undoes a gradient scaled by c, up to the rounding of c·(1/c); checked on the samples themselves.
fn undone(lab: &mut Experiment, weak: &dyn Likelihood, exact: &dyn Likelihood) -> Result<f64> {
    let Ok(undoing) = Gamma::new(1.0 / lab.flags.gradient_scale) else { return Ok(f64::NAN) };
    let one = Gamma::new(1.0)?;
    let mixture = lab.scene().mixture.clone();
    let start = lab.starts(200, lab.data.dim());
    let (a, _) = lab.steer(&mixture, weak, undoing, start.view())?;
    let (b, _) = lab.steer(&mixture, exact, one, start.view())?;
    let gap = (&a - &b).iter().fold(0.0f64, |m, v| m.max(v.abs()));
    lab.check("γ = 1/c undoes c: largest difference of a sample", gap, 0.0..=1e-9, 0.0..=1e-9);
    Ok(gap)
}

/// What came out, in a sentence.
fn answer(lab: &mut Experiment, found: &Comparison, gap: f64) {
    let (first, last) = (lab.gammas[0], lab.large_gamma());
    let (weak, scale) = ("gradient scale", lab.flags.gradient_scale);
    let (undoing, gap) = (significant(1.0 / scale, 3), significant(gap, 2));
    lab.answer(
        Text::from((
            format!("what counts is γ times the gradient: with {scale} of it hybrids are "),
            format!("điều quyết định là γ nhân gradient: khi gradient còn {scale} lần, mẫu lai chiếm "),
        ))
        .then(found.told_at(weak, first, Hybrid))
        .then((", and the target gets ", ", và lớp đích nhận "))
        .then(found.told_at(weak, last, Target))
        .then(("; with all of it hybrids are ", "; với gradient đầy đủ, mẫu lai chiếm "))
        .then(found.told_at("exact", first, Hybrid))
        .then((
            format!("; and γ = {undoing} with the weak one gives the samples of γ = 1 with the full one, to {gap}"),
            format!("; còn γ = {undoing} với gradient yếu cho đúng mẫu của γ = 1 với gradient đầy đủ, sai khác {gap}"),
        )),
    );
}

/// The numbers this experiment promises (at --quick with the larger scatter of fewer samples).
fn check(lab: &mut Experiment, found: &Comparison) {
    let mut check = |arm: &str, gamma, verdict, label: &str, low: f64, high: f64| {
        for (percent, steps) in found.percent(arm, gamma, verdict).into_iter().zip([1, 2]) {
            let what = format!("{arm}, γ = {gamma}, steps × {steps}: {label} %");
            let slack = 2.0;
            let quick = (low - slack).max(0.0)..=(high + slack).min(100.0);
            lab.check(&what, percent, low..=high, quick);
        }
    };
    check("exact", 1.0, Target, "target", 99.0, 100.0);
    check("exact", 1.0, Hybrid, "hybrid", 0.0, 0.5);
    check("exact", 10.0, Hybrid, "hybrid", 0.0, 1.0);
    check("exact", 10.0, Overshoot, "overshoot", 30.0, 100.0);
    check("gradient scale", 1.0, Target, "target", 33.0, 41.0);
    check("gradient scale", 1.0, Hybrid, "hybrid", 23.0, 31.0);
    check("gradient scale", 1.0, Other, "other", 32.0, 40.0);
    check("gradient scale", 10.0, Target, "target", 99.0, 100.0);
    check("temperature", 10.0, Target, "target", 82.0, 90.0);
}
