//! What does one classifier for each label cost, beside one network that is trained jointly?
//!
//! ```text
//! cargo run --example classifier_bill
//! ```
//!
//! Both are trained and timed here. Counts are checked: 4 labels take 5 networks of 53,450 parameters (the unconditional
//! score is one of them) against 1 of 11,794; a step costs two evaluations either way, and one more for each further label; a new
//! label adds a network of 10,690 parameters against 16, one row of a table, but then the joint network has to
//! be trained on. M labels have 2^M compositions, 1,024 for ten. Both reach their target with 97 % of the samples or more at
//! γ = 1. Seconds and microseconds are this machine's: they are printed and never checked.

use ndarray::ArrayView2;
use scorelab::Result;
use scorelab::classifier_free::JointNet;
use scorelab::cli::{Defaults, Lab, P_DROP, Table, plus_minus, run};
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::lecture::{self, Bill};
use scorelab::metrics::{Modes, Verdict, shares};
use scorelab::nn::Target;
use scorelab::score::{Counted, ScoreFn};
use std::process::ExitCode;
use std::time::Instant;

const QUESTION: &str = "what does one classifier for each label cost, beside one joint network?";
/// Evaluations that are timed; the fastest counts, for others use the machine too.
const TIMED: usize = 41;

fn main() -> ExitCode {
    run("classifier_bill", QUESTION, "autoguidance", Defaults::default(), experiment)
}

fn experiment(lab: &mut Lab) -> Result<()> {
    lab.needs_two_classes()?;
    let data = lab.training_set()?;
    let (free, free_seconds) = timed(|| lab.train_score(&data))?;
    let (each, each_seconds) = timed(|| lab.train_one_vs_rest(&data))?;
    let (joint, joint_seconds) = timed(|| lab.train_joint(&data, P_DROP))?;
    let (one, two) = (Gamma::new(1.0)?, Gamma::new(2.0)?);
    let (y, z) = (lab.class, (lab.class + 1) % joint.classes());
    let (this, other) = (each.given(y), each.given(z));
    let (free, this, other) = (Counted::new(&free), Counted::new(&this), Counted::new(&other));
    let steered = ClassifierGuided { score: &free, likelihood: &this, gamma: two };
    let both = ClassifierGuided { score: &steered, likelihood: &other, gamma: two };
    let (with_one, with_two) = (joint.guided(y, two), joint.composed(&[(2.0, y), (2.0, z)]));
    let x = lab.start();
    both.score(x.view(), lab.setting().level_by_radius(0.5));
    let asked = [free.points(), this.points(), other.points()].map(|n| n as usize / x.nrows());
    let cost = |score: &dyn ScoreFn| per_step(lab, score, x.view());
    let networks = each.networks();
    let apart = Bill {
        networks: networks + 1,
        parameters: each.parameters() + free.inner.mlp.params.len(),
        seconds: free_seconds + each_seconds,
        one_label: cost(&steered),
        two_labels: cost(&both),
        new_networks: 1,
        new_parameters: each.parameters() / networks,
        new_seconds: each_seconds / networks as f64,
    };
    let config = joint.mlp().config.clone();
    let larger = JointNet::new(config, joint.classes() + 1, Target::Edm, 1.0, 0)?;
    let together = Bill {
        networks: 1,
        parameters: joint.mlp().params.len(),
        seconds: joint_seconds,
        one_label: cost(&with_one),
        two_labels: cost(&with_two),
        new_networks: 0,
        new_parameters: larger.mlp().params.len() - joint.mlp().params.len(),
        new_seconds: joint_seconds,
    };
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
    quality(lab, [("one each", &apart_one), ("one joint", &joint.guided(y, one))])?;
    lab.draw(&[lecture::classifier_bill(&apart, &together)])
}

/// What is made, and the seconds it took.
fn timed<T>(make: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    let began = Instant::now();
    Ok((make()?, began.elapsed().as_secs_f64()))
}

/// Microseconds of one evaluation for one of the points `x`, all threads together: the least of many.
fn per_step(lab: &Lab, score: &dyn ScoreFn, x: ArrayView2<f64>) -> f64 {
    let level = lab.setting().level_by_radius(0.5);
    let once =
        || timed(|| Ok(std::hint::black_box(score.score(x, level)))).map_or(f64::NAN, |t| t.1);
    let least = (0..TIMED).map(|_| once()).fold(f64::INFINITY, f64::min);
    1e6 * least / x.nrows() as f64
}

/// The table of the bill.
fn show(lab: &mut Lab, apart: &Bill, joint: &Bill) -> Result<()> {
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
fn quality(lab: &mut Lab, arms: [(&str, &dyn ScoreFn); 2]) -> Result<()> {
    let mut table = Table::new(&["γ = 1", "steps", "target %"]);
    table.notes = vec!["± is one standard error".into()];
    let found = lab.twice(|lab| {
        arms.map(|(name, score)| {
            let ends = lab.ends(score, lab.samples);
            let s = shares(ends.view(), &Modes::of(&lab.scene.mixture), lab.class);
            (name, lab.grid.steps(), s)
        })
    })?;
    for (name, steps, s) in found.into_iter().flatten() {
        let target = 100.0 * s.of(Verdict::Target);
        let cell = plus_minus((target, 100.0 * s.se(Verdict::Target)));
        table.row(&[name.to_string(), steps.to_string(), cell]);
        lab.check(&format!("{name}, {steps} steps: target %"), target, 97.0..=100.0, 75.0..=100.0);
    }
    lab.show("target", &table)
}
