//! At which noise levels should one guide?
//!
//! ```text
//! cargo run --example interval
//! ```
//!
//! Class A of the scene has a mode beside class B and one far from it, half of the weight each. Exact scores, in one
//! dimension, γ = 4 within an interval of σ/α and 1 outside. Expect in the far mode: 99.6 % with γ = 4 at every level and
//! 98.5 % with γ = 4 only above σ/α = 2, so the near mode is lost; 49.4 % with γ = 4 only up to σ/α = 1, as with γ = 1. Every
//! number is printed again at twice the steps.

use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::metrics::{Interval, energy_with_se, spread_with_se};
use scorelab_figures::lecture;
use scorelab_lab::{Defaults, Experiment, Table, plus_minus, run, share as percent};
use std::process::ExitCode;

const QUESTION: &str = "at which noise levels should one guide?";

/// Rows that enter the energy distance; its cost grows with their square.
const ROWS: usize = 4000;

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "sampler", "gradient-scale", "all"];
    let defaults = Defaults {
        samples: (10_000, 4000),
        steps: (64, 32),
        scene: "far-mode-1d",
        gamma: "4",
        unused,
        ..Defaults::default()
    };
    run("interval", QUESTION, "your_guidance", defaults, experiment)
}

/// Where γ acts, and the share of the far mode to expect with γ = 4 in class A of the scene.
const PARTS: [(&str, f64, f64, f64); 5] = [
    ("nowhere", 1e6, f64::INFINITY, 0.494),
    ("at every level", 0.0, f64::INFINITY, 0.996),
    ("up to 1", 0.0, 1.0, 0.494),
    ("above 2", 2.0, f64::INFINITY, 0.985),
    ("1 to 2", 1.0, 2.0, f64::NAN),
];

fn experiment(lab: &mut Experiment) -> Result<()> {
    lab.needs_two_classes()?;
    let border = lecture::far_border(&lab.setting())?;
    let truth = lab.truth(ROWS).x;
    let headers = ["γ", "acts at σ/α", "steps", "far mode %", "spread", "to p(x|y)"];
    let mut table = Table::new(&headers);
    table.notes = vec![format!(
        "far mode: beyond {border}; to: energy distance, in the units of x; ± is one standard error"
    )];
    let (mut found, mut ends) = (Vec::new(), Vec::new());
    for gamma in lab.gammas.clone() {
        for (name, low, high, expected) in PARTS {
            for times in [1, 2] {
                let s = lab.setting();
                let x = lecture::in_interval(&s, gamma, (low, high), lab.samples, times)?;
                let beyond = lecture::beyond(&s, border);
                let share = Interval::of_hits(x.column(0).iter().map(|v| beyond(*v)));
                let head = x.slice(ndarray::s![..x.nrows().min(ROWS), ..]);
                let distance = energy_with_se(head, truth.view());
                table.row(&[
                    gamma.value().to_string(),
                    name.to_string(),
                    (times * lab.grid.steps()).to_string(),
                    percent(share),
                    plus_minus(spread_with_se(x.view())),
                    plus_minus(distance),
                ]);
                found.push((format!("γ {name}, steps × {times}: far mode"), share.value, expected));
                ends.push((gamma.value(), name, share, distance));
            }
        }
    }
    println!("\nscene {}, target {}, exact scores", lab.scene().name, lab.class_name());
    lab.show("interval", &table)?;
    for (what, share, expected) in found.into_iter().filter(|f| f.2.is_finite()) {
        let range = expected - 0.02..=expected + 0.02;
        lab.check(&what, share, range.clone(), range);
    }
    answer(lab, &ends);
    let n = lab.size(2000, 500);
    let gamma = lab.gammas.last().copied().unwrap_or(Gamma::new(1.0)?);
    let figure = lecture::interval(&lab.setting(), gamma, 1.0, n)?;
    lab.draw(&[figure])
}

/// Where γ acts and what comes out of it: γ, the levels, the share of the far mode, the energy distance to p(x|y).
type End = (f64, &'static str, Interval, (f64, f64));

/// What came out, in a sentence: of the largest γ, with twice the steps, where it acts best and what it does everywhere.
fn answer(lab: &mut Experiment, ends: &[End]) {
    let last = ends.iter().map(|end| end.0).fold(f64::NEG_INFINITY, f64::max);
    let own = || ends.iter().filter(|end| end.0 == last).skip(1).step_by(2); // 2N steps behind N
    let acting = own().filter(|end| end.1 != "nowhere");
    let Some(best) = acting.min_by(|a, b| a.3.0.total_cmp(&b.3.0)) else { return };
    let Some(all) = own().find(|end| end.1 == "at every level") else { return };
    let told = |end: &End| [percent(end.2), plus_minus(end.3)];
    let ([share, distance], [all_share, all_distance]) = (told(best), told(all));
    let vi = WHERE_VI.iter().find(|(en, _)| *en == best.1).map_or(best.1, |(_, vi)| vi);
    lab.answer((
        format!(
            "of these γ = {last} does least harm where it acts {}: {distance} from p(x|y), {share} % in the far mode; at every level it is {all_distance} and {all_share} %",
            best.1
        ),
        format!(
            "γ = {last} ít hại nhất khi tác động ở {vi}: cách p(x|y) {distance}, {share} % ở đỉnh xa; ở mọi mức nhiễu thì là {all_distance} và {all_share} %"
        ),
    ));
}

/// The parts in Vietnamese.
const WHERE_VI: [(&str, &str); 4] = [
    ("at every level", "mọi mức nhiễu"),
    ("up to 1", "σ/α đến 1"),
    ("above 2", "σ/α trên 2"),
    ("1 to 2", "σ/α từ 1 đến 2"),
];
