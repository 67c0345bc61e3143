//! Does a separate noisy classifier steer an unconditional score to the class we want, and how far?
//!
//! ```text
//! cargo run --example classifier_guidance
//! ```
//!
//! Three arms start from the same noise: exact score and exact classifier, both learned, and both learned with the
//! classifier's gradient five times too weak. Expect: at γ = 1 the first two reach the target with at least 99 % and 97 %
//! of the samples and the weak one with about 37 %, most of the rest hybrids and other classes; at γ = 10 the first
//! overshoots with over 30 %, and the weak one, whose γ is worth 2, hits with 99 %.

use scorelab::cli::{Defaults, Lab, Learned, OutcomeTable, run};
use scorelab::guidance::{Gamma, GradientScaled};
use scorelab::lecture::{self, Arm};
use scorelab::metrics::{Outcome, outcome};
use scorelab::mixture::Mixture;
use scorelab::plot::{Figure, Text};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Result, metrics::Verdict};
use std::process::ExitCode;

const QUESTION: &str = "does a separate noisy classifier steer an unconditional score to the class we want, and how far?";

fn main() -> ExitCode {
    run("classifier_guidance", QUESTION, "hybrid", Defaults::default(), experiment)
}

fn experiment(lab: &mut Lab) -> Result<()> {
    let learned = lab.learn()?;
    let mixture = lab.scene.mixture.clone();
    let (exact, noisy) = (mixture.posterior(lab.class), learned.classifier.given(lab.class));
    let weak = GradientScaled { likelihood: &noisy, scale: lab.settings.gradient_scale };
    let arms: [(&str, &dyn ScoreFn, &dyn Likelihood); 3] = [
        ("exact", &mixture, &exact),
        ("learned", &learned.score, &noisy),
        ("learned, weak", &learned.score, &weak),
    ];

    let start = lab.start();
    let truth = lab.truth(2 * lab.samples);
    let (reference, twin) = truth.x.view().split_at(ndarray::Axis(0), lab.samples);
    let mut table = OutcomeTable::default();
    table.add("true p(x|y)", "", &outcome(twin, reference, &mixture, lab.class), "");
    let mut outcomes = Vec::new();
    for (name, score, likelihood) in arms {
        for gamma in lab.gammas.clone() {
            let (ends, evaluations) = lab.steer(score, likelihood, gamma, start.view());
            let found = outcome(ends.view(), reference, &mixture, lab.class);
            table.add(name, &gamma.value().to_string(), &found, &evaluations.to_string());
            outcomes.push((name, gamma.value(), found));
        }
    }
    println!(
        "\nscene {}, target {}, weak: gradient × {}",
        lab.scene.name,
        lab.class_name(),
        weak.scale
    );
    lab.show("classifier_guidance", &table.0)?;
    check(lab, &outcomes);
    figures(lab, &learned, &mixture)
}

/// F2, F5, F7 and F8; with --all also the animation A3.
fn figures(lab: &mut Lab, learned: &Learned, mixture: &Mixture) -> Result<()> {
    let s = lab.setting();
    let (noisy, exact) = (learned.classifier.given(lab.class), mixture.posterior(lab.class));
    let weak = GradientScaled { likelihood: &noisy, scale: lab.settings.gradient_scale };
    let (one, two) = (Gamma::new(1.0)?, Gamma::new(2.0)?);
    let arms = [
        Arm {
            title: Text::new("learned, gradient too weak", "đã học, gradient quá yếu"),
            score: &learned.score,
            likelihood: &weak,
        },
        Arm { title: Text::new("exact", "chính xác"), score: mixture, likelihood: &exact },
    ];
    let columns = [Gamma::new(0.0)?, one, Gamma::new(10.0)?];
    let level = s.level_by_radius(0.6);
    let point = lecture::open_point(&s, level, one)?;
    let mut all = vec![
        lecture::steering(&s, &learned.score, &noisy, one, lab.samples)?,
        lecture::bayes_sum(&s, point, level, one, None)?,
        lecture::three_trajectories(&s, &learned.score, &noisy, two, &lab.gammas)?,
    ];
    all.extend(lecture::hybrid(&s, &arms, &columns, lab.samples)?);
    if lab.settings.all {
        let frames =
            lecture::guided_particles(&s, &learned.score, &noisy, one, 128, lab.size(72, 24))?;
        let frames: Vec<Figure> = frames.collect();
        lab.animate("A3_guided_particles", frames)?;
    }
    lab.draw(&all)
}

/// The numbers this experiment promises.
fn check(lab: &mut Lab, outcomes: &[(&str, f64, Outcome)]) {
    if !lab.checking() {
        return;
    }
    let percent = |arm: &str, gamma: f64, verdict: Verdict| {
        let found = outcomes.iter().find(|(a, g, _)| *a == arm && *g == gamma);
        found.map_or(f64::NAN, |(_, _, o)| 100.0 * o.shares.of(verdict))
    };
    use Verdict::{Hybrid, Other, Overshoot, Target};
    lab.check("exact, γ = 1: target %", percent("exact", 1.0, Target), 99.0..=100.0, 98.0..=100.0);
    lab.check("exact, γ = 10: hybrid %", percent("exact", 10.0, Hybrid), 0.0..=1.0, 0.0..=2.0);
    lab.check(
        "exact, γ = 10: overshoot %",
        percent("exact", 10.0, Overshoot),
        30.0..=100.0,
        25.0..=100.0,
    );
    for gamma in [1.0, 2.0] {
        let gap = percent("learned", gamma, Target) - percent("exact", gamma, Target);
        lab.check(
            &format!("learned − exact, γ = {gamma}: target, points"),
            gap,
            -2.0..=2.0,
            -15.0..=15.0,
        );
    }
    lab.check(
        "weak, γ = 1: target %",
        percent("learned, weak", 1.0, Target),
        33.0..=41.0,
        25.0..=50.0,
    );
    lab.check(
        "weak, γ = 1: hybrid %",
        percent("learned, weak", 1.0, Hybrid),
        23.0..=31.0,
        5.0..=50.0,
    );
    lab.check(
        "weak, γ = 1: other %",
        percent("learned, weak", 1.0, Other),
        32.0..=40.0,
        15.0..=60.0,
    );
    lab.check(
        "weak, γ = 10: target %",
        percent("learned, weak", 10.0, Target),
        99.0..=100.0,
        85.0..=100.0,
    );
}
