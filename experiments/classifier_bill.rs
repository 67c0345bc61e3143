//! What does one classifier for each label cost, beside one network that is trained jointly?
//!
//! ```text
//! cargo run --example classifier_bill
//! ```
//!
//! Both are trained and timed here. Counts are checked: 4 labels take 5 networks of 53,450 parameters (the unconditional
//! score is one of them) against 1 of 11,794; a step costs two evaluations either way, and one more for each further label; a new
//! label adds a network of 10,690 parameters against 16, one row of a table, but then the joint network has to be
//! trained further. M labels have 2^M compositions, 1,024 for ten. Both reach their target with 97 % of the samples or
//! more at γ = 1. Seconds and microseconds are this machine's: they are printed and never checked.

use scorelab::Result;
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::metrics::{Modes, Verdict, shares};
use scorelab::score::{Counted, ScoreFn};
use scorelab_figures::lecture::{self, Bill};
use scorelab_lab::{Billed, Defaults, Experiment, Table, run, share};
use std::process::ExitCode;

const QUESTION: &str = "what does one classifier for each label cost, beside one joint network?";

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "gamma", "gradient-scale", "all"];
    let defaults = Defaults { unused, ..Defaults::default() };
    run("classifier_bill", QUESTION, "autoguidance", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let billed = Billed::train(lab)?;
    let [apart, together] = billed.bills(lab)?;
    let Billed { free, each, joint, .. } = &billed;
    let (one, two) = (Gamma::new(1.0)?, Gamma::new(2.0)?);
    let (y, z) = (lab.target(), (lab.target() + 1) % joint.classes());
    let (this, other) = (each.given(y), each.given(z));
    let (free, this, other) = (Counted::new(free), Counted::new(&this), Counted::new(&other));
    let steered = ClassifierGuided { score: &free, likelihood: &this, gamma: two };
    let both = ClassifierGuided { score: &steered, likelihood: &other, gamma: two };
    let (with_one, with_two) = (joint.guided(y, two), joint.composed(&[(2.0, y), (2.0, z)]));
    let x = lab.start();
    both.score(x.view(), lab.setting().level_by_radius(0.5));
    let asked = [free.points(), this.points(), other.points()].map(|n| n as usize / x.nrows());
    show(lab, &apart, &together)?;
    for (what, value, expected) in [
        ("apart: networks", apart.networks, 5),
        ("apart: parameters", apart.parameters, 53_450),
        ("apart: parameters of a new label", apart.new_parameters, 10_690),
        ("joint: parameters", together.parameters, 11_794),
        ("joint: parameters of a new label", together.new_parameters, 16),
        ("apart: evaluations of a step, one label", asked[0] + asked[1], 2),
        ("apart: evaluations of a step, two labels", asked.iter().sum(), 3),
        ("joint: evaluations of a step, one label", with_one.evaluations(), 2),
        ("joint: evaluations of a step, two labels", with_two.evaluations(), 3),
    ] {
        let exactly = expected as f64..=expected as f64;
        lab.check(what, value as f64, exactly.clone(), exactly);
    }
    let apart_one = ClassifierGuided { gamma: one, ..steered };
    let reached = quality(lab, [("one each", &apart_one), ("one joint", &joint.guided(y, one))])?;
    answer(lab, [&apart, &together], &reached);
    lab.draw(&[lecture::classifier_bill(&apart, &together)])
}

/// The table of the bill.
fn show(lab: &mut Experiment, apart: &Bill, joint: &Bill) -> Result<()> {
    let mut table = Table::new(&["", "one each", "one joint"]);
    table.notes = vec![
        "seconds and µs are measured on this machine, and not checked".into(),
        format!("ten labels have {} compositions; a classifier for each would be as many networks", 1 << 10),
        "a new label: the old classifiers never met it among the rest; the joint network learns it from the start".into(),
    ];
    let mut line =
        |what: &str, of: &dyn Fn(&Bill) -> String| table.row(&[what.into(), of(apart), of(joint)]);
    line("networks", &|b| b.networks.to_string());
    line("parameters", &|b| b.parameters.to_string());
    line("seconds to train", &|b| format!("{:.1}", b.seconds));
    line("µs a step and sample, one label", &|b| format!("{:.2}", b.one_label));
    line("µs a step and sample, two labels", &|b| format!("{:.2}", b.two_labels));
    line("new label: networks", &|b| format!("+{}", b.new_networks));
    line("new label: parameters", &|b| format!("+{}", b.new_parameters));
    line("new label: seconds", &|b| format!("{:.1}", b.new_seconds));
    lab.show("classifier_bill", &table)
}

/// What both buy: the share of samples on the target at γ = 1, at the steps asked for and at twice as many.
fn quality(lab: &mut Experiment, arms: [(&str, &dyn ScoreFn); 2]) -> Result<[String; 2]> {
    let mut table = Table::new(&["γ = 1", "steps", "target %"]);
    table.notes = vec!["± is one standard error".into()];
    let found = lab.twice(|lab| {
        let arm = |(name, score): (_, &dyn ScoreFn)| {
            let ends = lab.ends(score, lab.samples)?;
            let s = shares(ends.view(), &Modes::of(&lab.scene().mixture), lab.target());
            Ok((name, lab.grid.steps(), s))
        };
        arms.into_iter().map(arm).collect::<Result<Vec<_>>>()
    })?;
    for (name, steps, s) in found.into_iter().flatten() {
        let target = 100.0 * s.of(Verdict::Target);
        let cell = share(s.interval(Verdict::Target));
        table.row(&[name.to_string(), steps.to_string(), cell]);
        lab.check(&format!("{name}, {steps} steps: target %"), target, 97.0..=100.0, 75.0..=100.0);
    }
    lab.show("target", &table)?;
    Ok([0, 1].map(|arm| table.rows[arm][2].clone()))
}

/// What came out, in a sentence.
fn answer(
    lab: &mut Experiment,
    [apart, joint]: [&Bill; 2],
    [reached, joint_reached]: &[String; 2],
) {
    let told = |b: &Bill| (b.networks, b.parameters, format!("{:.1}", b.seconds), b.new_parameters);
    let ((n, all, seconds, new), (_, joint_all, joint_seconds, joint_new)) =
        (told(apart), told(joint));
    lab.answer((
        format!(
            "{n} networks, {all} parameters and {seconds} s of training against one with {joint_all} and {joint_seconds} s, and {new} parameters for a new label against {joint_new}, at {reached} and {joint_reached} % on the target"
        ),
        format!(
            "{n} mạng, {all} tham số và {seconds} giây huấn luyện so với một mạng {joint_all} tham số và {joint_seconds} giây; một nhãn mới tốn {new} so với {joint_new} tham số; tỉ lệ tới đích là {reached} và {joint_reached} %"
        ),
    ));
}
