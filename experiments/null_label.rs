//! How does one network learn the score with a label and the score without one?
//!
//! ```text
//! cargo run --example null_label
//! ```
//!
//! Its label is dropped, row by row, with probability .1: ∅ goes in its place. The labels of 10⁵ rows are taken from the training
//! itself. Expect ∅ in 10 % of them within four standard errors (± .38 %), as often for each class as for the others, and
//! batches whose counts of ∅ scatter as single rows do: dropping whole batches would have the same share, and a scatter
//! hundreds of times larger.

use scorelab::Result;
use scorelab::metrics::{Interval, mean_with_se};
use scorelab::null_label::shown_labels;
use scorelab::train::{Levels, TrainConfig};
use scorelab_figures::lecture;
use scorelab_lab::{
    Defaults, Experiment, P_DROP, Table, plus_minus, run, share as percent, untrained_joint,
};
use std::process::ExitCode;

const QUESTION: &str =
    "how does one network learn the score with a label and the score without one?";
/// Rows whose labels are counted, at least; whole batches of them are run.
const DRAWS: usize = 100_000;

fn main() -> ExitCode {
    let unused = &[
        "data",
        "train-steps",
        "class",
        "gamma",
        "gradient-scale",
        "process",
        "sampler",
        "steps",
        "samples",
        "all",
    ];
    let defaults = Defaults { unused, ..Defaults::default() };
    run("null_label", QUESTION, "classifier_bill", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let data = lab.training_set()?;
    let mixture = lab.scene().mixture.clone();
    let mut config = TrainConfig { seed: lab.seed, ..TrainConfig::default() };
    config.steps = DRAWS.div_ceil(config.batch);
    let watch = |p_drop: f64| {
        let net = untrained_joint(&mixture, lab.seed)?;
        shown_labels(net, &data, Levels::default(), p_drop, config.clone())
    };
    let (shown, own) = (watch(P_DROP)?, watch(0.0)?); // the same rows, with nothing dropped
    let null = mixture.classes();
    let share = |of: &dyn Fn(usize) -> bool| {
        let rows = shown.iter().zip(&own).filter(|(_, y)| of(**y));
        let dropped: Vec<bool> = rows.map(|(label, _)| *label == null).collect();
        (dropped.len(), Interval::of_hits(dropped))
    };
    let mut table = Table::new(&["rows of", "rows", "∅ %", "off, in standard errors"]);
    table.notes = vec![format!("± is one standard error; p_drop = {P_DROP}")];
    let mut rows = vec![("all classes".to_string(), share(&|_| true))];
    let names = lab.scene().class_names.iter().enumerate();
    rows.extend(names.map(|(class, name)| (name.en.clone(), share(&|y| y == class))));
    for (name, (n, found)) in &rows {
        let off = (found.value - P_DROP) / (P_DROP * (1.0 - P_DROP) / *n as f64).sqrt();
        table.row(&[name.clone(), n.to_string(), percent(*found), format!("{off:+.2}")]);
        lab.check(
            &format!("{name}: share of ∅, off by standard errors"),
            off,
            -4.0..=4.0,
            -4.0..=4.0,
        );
    }
    let counts: Vec<f64> = shown
        .outer_iter()
        .map(|batch| batch.iter().filter(|label| **label == null).count() as f64)
        .collect();
    let (mean, se) = mean_with_se(&counts);
    let batches = counts.len() as f64;
    let dispersion = se * se * batches / (mean * (1.0 - P_DROP));
    let (value, error) = (dispersion, (2.0 / (batches - 1.0)).sqrt());
    table.notes.push(format!(
        "variance of ∅ in a batch of {} over the binomial one: {}; whole batches dropped: {}",
        shown.ncols(),
        plus_minus((value, error)),
        shown.ncols()
    ));
    let kept = shown.iter().zip(&own).filter(|(label, _)| **label != null);
    let wrong = kept.filter(|(label, y)| label != y).count();
    lab.show("null_label", &table)?;
    let (low, high) = (1.0 - 4.0 * error, 1.0 + 4.0 * error);
    lab.check(
        "variance of ∅ in a batch, over the binomial one",
        dispersion,
        low..=high,
        low..=high,
    );
    lab.check("kept labels that are not the row's own", wrong as f64, 0.0..=0.0, 0.0..=0.0);
    let (dropped, scatter) = (percent(rows[0].1.1), plus_minus((value, error)));
    lab.answer((
        format!(
            "row by row ∅ takes the label's place, here in {dropped} % of {} rows (their scatter over batches is {scatter} times the binomial one), so the same weights see both",
            rows[0].1.0
        ),
        format!(
            "ở từng hàng, ∅ thay cho nhãn, ở đây trong {dropped} % của {} hàng (độ tản theo lô bằng {scatter} lần độ tản nhị thức), nên cùng một bộ trọng số học được cả hai",
            rows[0].1.0
        ),
    ));
    let figure = lecture::null_label(&lab.setting(), shown.view(), P_DROP)?;
    lab.draw(&[figure])
}
