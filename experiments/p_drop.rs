//! How often must the label be dropped when one network learns with and without it?
//!
//! ```text
//! cargo run --example p_drop
//! ```
//!
//! Six joint networks, trained alike except for p_drop, the probability with which a label becomes ∅. Their scores are
//! compared with the exact ones. Expect: at p_drop = 0 the null label is never trained and its score is wrong by more
//! than the score itself, at σ = 1 at least five times as much as at p_drop = .1; at p_drop = .9 the conditional score
//! is the one that suffers: from .1 on ∅ gains and the labels lose as p_drop grows.

use scorelab::Result;
use scorelab::checkpoint::{Kind, Recipe};
use scorelab::mixture::Labelled;
use scorelab::null_label::JointNet;
use scorelab::number::significant;
use scorelab_figures::lecture::{self, Measured, Series};
use scorelab_lab::{Defaults, Experiment, Table, plus_minus, run};
use std::process::ExitCode;

const QUESTION: &str =
    "how often must the label be dropped when one network learns with and without it?";
const RATES: [f64; 6] = [0.0, 0.02, 0.1, 0.2, 0.5, 0.9];
const SIGMAS: [f64; 2] = [0.5, 1.0];

/// Updates of each network, at full size and at `--quick`: six of them must be trained.
const STEPS: (usize, usize) = (2000, 500);

fn main() -> ExitCode {
    let next = "classifier_guidance -- --scene ring8";
    let unused = &[
        "data",
        "train-steps",
        "class",
        "gamma",
        "gradient-scale",
        "process",
        "sampler",
        "steps",
        "all",
    ];
    let defaults = Defaults { unused, ..Defaults::default() };
    run("p_drop", QUESTION, next, defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    lab.needs_two_classes()?;
    let data = lab.training_set()?;
    let nets: Vec<JointNet> = RATES.iter().map(|p| train(lab, &data, *p)).collect::<Result<_>>()?;
    let mut table = Table::new(&["p_drop", "σ", "∅: error", "given y: error"]);
    table.notes = vec![
        "relative error √(E|s_θ − s|² / E|s|²); of ∅ over x ~ p_σ, given y over x ~ p_σ(·|y), all y".into(),
        "± is one standard error over the draws, not over trainings".into(),
    ];
    let mut panels = Vec::new();
    for sigma in SIGMAS {
        let of = |net| lecture::null_and_given(&lab.setting(), net, sigma, lab.samples);
        let found: Vec<_> = nets.iter().map(of).collect();
        for (rate, of) in RATES.iter().zip(&found) {
            let [null, given] = of.map(plus_minus);
            table.row(&[rate.to_string(), sigma.to_string(), null, given]);
        }
        panels
            .push((sigma, lecture::over_p_drop(&RATES.into_iter().zip(found).collect::<Vec<_>>())));
    }
    println!("\nscene {}, {} steps each", lab.scene().name, lab.size(STEPS.0, STEPS.1));
    lab.show("p_drop", &table)?;
    check(lab, &panels[1].1);
    answer(lab, &panels[1].1);
    lab.draw(&[lecture::p_drop_sweep(&panels)?])
}

/// A joint network of the experiments, with its own p_drop and a shorter training.
fn train(lab: &Experiment, data: &Labelled, p_drop: f64) -> Result<JointNet> {
    println!("p_drop = {p_drop}");
    let recipe = Recipe { p_drop, ..lab.recipe(Kind::Joint, STEPS) };
    lab.train_joint_by("training a joint network", &recipe, data)
}

/// What came out at σ = 1, in a sentence.
fn answer(lab: &mut Experiment, curves: &[Series<Vec<Measured>>]) {
    let told = |p: &Measured| (p[0], significant(100.0 * p[1], 2));
    let best = |k: usize| {
        told(curves[k].found.iter().min_by(|a, b| a[1].total_cmp(&b[1])).expect("six networks"))
    };
    let (null, given) = (best(0), best(1));
    let (never, mostly) = (told(&curves[0].found[0]), told(&curves[1].found[RATES.len() - 1]));
    lab.answer((
        format!(
            "at σ = 1 ∅ errs least at p_drop = {} ({} %) and the labels at {} ({} %); never dropped, ∅ errs by {} %, and at {} the labels by {} %",
            null.0, null.1, given.0, given.1, never.1, mostly.0, mostly.1
        ),
        format!(
            "tại σ = 1, ∅ sai ít nhất khi p_drop = {} ({} %), các nhãn khi p_drop = {} ({} %); không bao giờ bỏ nhãn thì ∅ sai {} %, còn với {} thì các nhãn sai {} %",
            null.0, null.1, given.0, given.1, never.1, mostly.0, mostly.1
        ),
    ));
}

/// The numbers this experiment promises, at σ = 1.
fn check(lab: &mut Experiment, curves: &[Series<Vec<Measured>>]) {
    let at = |k: usize, rate: f64| {
        curves[k].found.iter().find(|p: &&Measured| p[0] == rate).map_or(f64::NAN, |p| p[1])
    };
    let ratio = at(0, 0.0) / at(0, 0.1);
    lab.check("∅: error at p_drop = 0 over that at .1", ratio, 5.0..=100.0, 2.0..=100.0);
    lab.check("∅: error at p_drop = 0", at(0, 0.0), 1.0..=5.0, 1.0..=5.0);
    lab.check("∅: error at p_drop = .1", at(0, 0.1), 0.0..=0.2, 0.0..=0.8);
    lab.check("given y: error at p_drop = .1", at(1, 0.1), 0.0..=0.1, 0.0..=0.3);
    let ratio = at(1, 0.9) / at(1, 0.1);
    lab.check("given y: error at p_drop = .9 over that at .1", ratio, 1.5..=10.0, 1.2..=20.0);
}
