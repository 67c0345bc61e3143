//! Is the difference of a joint network's two scores the gradient of a classifier?
//!
//! ```text
//! cargo run --example implicit_classifier
//! ```
//!
//! For exact scores s_c − s_u = ∇ log p(y | x_t) at every noise level. Here both sides are learned: the input gradient of a
//! noisy classifier, and s_θ(x, y) − s_θ(x, ∅) of a network that never was a classifier. Expect: over p_σ both are
//! within 10 % of the exact gradient at σ ≥ 2, where the classes mix. At σ ≤ .5 the classifier still is, and the difference
//! is off by 30 to 50 %: it is asked about points of other classes, which the network never saw with this label. Over
//! p_σ(· | y) the exact gradient vanishes as σ falls, and the difference does not: what is left is the network's error,
//! which a large γ multiplies.

use scorelab::Result;
use scorelab::number::significant;
use scorelab_figures::lecture::Implicit;
use scorelab_lab::{Defaults, Experiment, P_DROP, Table, plus_minus, run, yes_or_no};
use std::process::ExitCode;

const QUESTION: &str =
    "is the difference of a joint network's two scores the gradient of a classifier?";
/// The share of the exact gradient within which both are to be where classes mix.
const NEAR: f64 = 0.1;

fn main() -> ExitCode {
    let unused =
        &["data", "train-steps", "gamma", "gradient-scale", "process", "sampler", "steps", "all"];
    let defaults = Defaults { samples: (10_000, 2000), unused, ..Defaults::default() };
    run("implicit_classifier", QUESTION, "p_drop", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    lab.needs_two_classes()?;
    let data = lab.training_set()?;
    let classifier = lab.train_classifier(&data)?;
    let joint = lab.train_joint(&data, P_DROP)?;
    let noisy = classifier.given(lab.target());
    let (s, n) = (lab.setting(), lab.samples);
    let measure = |sigma: &f64| Implicit::measure(&s, &noisy, &joint, *sigma, n);
    let rows: Vec<Implicit> = Implicit::SIGMAS.iter().map(measure).collect();
    show(lab, &rows)?;
    check(lab, &rows);
    answer(lab, &rows);
    lab.draw(&[Implicit::figure(&rows)?])
}

fn show(lab: &mut Experiment, rows: &[Implicit]) -> Result<()> {
    let headers = "σ|classifier: error|cosine|s_c − s_∅: error|cosine|between|∅ to Σ p·s_y";
    let mut table = Table::new(&headers.split('|').collect::<Vec<_>>());
    table.notes = vec![
        "error and cosine to the exact ∇ log p(y|x) over x ~ p_σ; between: s_c − s_∅ against the classifier".into(),
        "errors relative to the exact gradient, the last to s_∅; ± is one standard error".into(),
    ];
    let mut own = Table::new(&["σ", "exact gradient", "classifier: error", "s_c − s_∅: error"]);
    own.notes = vec!["σ times root mean squares over x ~ p_σ(·|y)".into()];
    for row in rows {
        let [a, b, between] = row.errors.map(plus_minus);
        let [c, d] = row.cosines.map(plus_minus);
        let last = format!("{:.3}", row.inconsistency);
        table.row(&[row.sigma.to_string(), a, c, b, d, between, last]);
        own.row(&[vec![row.sigma.to_string()], row.own.map(plus_minus).to_vec()].concat());
    }
    println!("\nscene {}, class {}", lab.scene().name, lab.class_name());
    lab.show("gradients", &table)?;
    lab.show("own_class", &own)
}

/// What came out at the highest and at the lowest level, in a sentence.
fn answer(lab: &mut Experiment, rows: &[Implicit]) {
    let by_level = |a: &&Implicit, b: &&Implicit| a.sigma.total_cmp(&b.sigma);
    let ends = [rows.iter().max_by(by_level), rows.iter().min_by(by_level)];
    let [high, low] = ends.map(|row| row.expect("levels"));
    let told = |row: &Implicit| row.errors.map(|e| significant(100.0 * e.0, 2));
    let ([classifier, joint, _], [low_classifier, low_joint, _]) = (told(high), told(low));
    let near = high.errors[1].0 <= NEAR;
    lab.answer(yes_or_no(near).then((
        format!(
            ", to {:.0} % where classes mix: at σ = {} the difference is off the exact gradient by {joint} %, a classifier by {classifier} %; at σ = {} by {low_joint} and {low_classifier} %",
            100.0 * NEAR,
            high.sigma,
            low.sigma
        ),
        format!(
            ", trong vòng {:.0} % ở nơi các lớp lẫn nhau: tại σ = {} hiệu hai score lệch gradient chính xác {joint} %, bộ phân loại lệch {classifier} %; tại σ = {} là {low_joint} và {low_classifier} %",
            100.0 * NEAR,
            high.sigma,
            low.sigma
        ),
    )));
}

/// The numbers this experiment promises.
fn check(lab: &mut Experiment, rows: &[Implicit]) {
    for row in rows {
        let mut check = |what: &str, value: f64, low: f64, high: f64, quick: f64| {
            lab.check(&format!("σ = {}: {what}", row.sigma), value, low..=high, 0.0..=quick);
        };
        if row.sigma >= 2.0 {
            check("error of the classifier's gradient", row.errors[0].0, 0.0, NEAR, 0.4);
            check("error of s_c − s_∅", row.errors[1].0, 0.0, NEAR, 0.4);
            check("1 − cosine of s_c − s_∅", 1.0 - row.cosines[1].0, 0.0, 0.02, 0.1);
            check("∅ against Σ p·s_y", row.inconsistency, 0.0, 0.1, 0.3);
        } else if row.sigma <= 0.5 {
            check("error of the classifier's gradient", row.errors[0].0, 0.0, 0.1, 0.4);
            check("error of s_c − s_∅", row.errors[1].0, 0.3, 0.5, 1.5);
        }
        if row.sigma <= 0.3 {
            check("σ·(exact gradient) in the class", row.own[0].0, 0.0, 0.005, 0.05);
            check("σ·(error of s_c − s_∅) in the class", row.own[2].0, 0.02, 0.2, 1.5);
        }
    }
}
