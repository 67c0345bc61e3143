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
    let mut found = Vec::new();
    for gamma in lab.gammas.clone() {
        for (name, low, high, expected) in PARTS {
            for times in [1, 2] {
                let s = lab.setting();
                let x = lecture::in_interval(&s, gamma, (low, high), lab.samples, times)?;
                let beyond = lecture::beyond(&s, border);
                let share = Interval::of_hits(x.column(0).iter().map(|v| beyond(*v)));
                let head = x.slice(ndarray::s![..x.nrows().min(ROWS), ..]);
                table.row(&[
                    gamma.value().to_string(),
                    name.to_string(),
                    (times * lab.grid.steps()).to_string(),
                    percent(share),
                    plus_minus(spread_with_se(x.view())),
                    plus_minus(energy_with_se(head, truth.view())),
                ]);
                found.push((format!("γ {name}, steps × {times}: far mode"), share.value, expected));
            }
        }
    }
    println!("\nscene {}, target {}, exact scores", lab.scene().name, lab.class_name());
    lab.show("interval", &table)?;
    for (what, share, expected) in found.into_iter().filter(|f| f.2.is_finite()) {
        let range = expected - 0.02..=expected + 0.02;
        lab.check(&what, share, range.clone(), range);
    }
    let n = lab.size(2000, 500);
    let gamma = lab.gammas.last().copied().unwrap_or(Gamma::new(1.0)?);
    let figure = lecture::interval(&lab.setting(), gamma, 1.0, n)?;
    lab.draw(&[figure])
}
