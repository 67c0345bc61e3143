//! Do guidance with a classifier and without one give the same samples, and are they those of p(x)^(1−γ)·p(x|y)^γ?
//!
//! ```text
//! cargo run --example cg_vs_cfg
//! ```
//!
//! Three arms start from the same noise: exact, classifier guidance, classifier-free guidance. The popular story says that
//! they sample the tilt p(x)^(1−γ)·p(x|y)^γ, which quadrature knows exactly. Expect: at γ = 1 all three agree with it; at
//! γ = 3 the entropy of the exact arm is 1.02 nats where the tilt has 1.68, the two learned arms end about .04 and .11 from
//! the exact one, and all three are .47 from the tilt by energy distance. Every row is printed again at twice the steps.

use ndarray::ArrayView2;
use scorelab::Result;
use scorelab::metrics::{energy_with_se, entropy, mean_with_se, root_ratio};
use scorelab::mixture::Tilt;
use scorelab::number::significant;
use scorelab_figures::lecture::{self, Series};
use scorelab_figures::plot::{Role, Text, words};
use scorelab_lab::{
    Comparison, Defaults, Experiment, OutcomeTable, P_DROP, Steer, Table, plus_minus, run,
};
use std::process::ExitCode;

const QUESTION: &str = "do guidance with a classifier and without one give the same samples, and are they those of p(x)^(1−γ)·p(x|y)^γ?";

const ARMS: [&str; 3] = ["exact", "classifier", "classifier-free"];

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "gradient-scale", "all"];
    let defaults = Defaults {
        scene: "three",
        gamma: "1,2,3,5",
        samples: (2000, 500),
        unused,
        ..Defaults::default()
    };
    run("cg_vs_cfg", QUESTION, "implicit_classifier", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let learned = lab.learn()?;
    let joint = lab.train_joint(&lab.training_set()?, P_DROP)?; // the same data: same seed
    let mixture = lab.scene().mixture.clone();
    let (exact, noisy) = (mixture.posterior(lab.target()), learned.classifier.given(lab.target()));
    let ways: [Steer; 3] = [
        &|lab, gamma, start| lab.steer(&mixture, &exact, gamma, start),
        &|lab, gamma, start| lab.steer(&learned.score, &noisy, gamma, start),
        &|lab, gamma, start| lab.steer_free(&joint, gamma, start),
    ];
    let arms = [0, 1, 2].map(|k| (ARMS[k], ways[k]));
    let truth = lab.truth(lab.samples).x;
    let found = lab.compare(&arms, truth.view())?;
    let OutcomeTable(outcomes) = found.table();
    println!("\nscene {}, target {}", lab.scene().name, lab.class_name());
    lab.show("outcomes", &outcomes)?;
    against_tilt(lab, &found)?;
    let gamma = lab.gammas[lab.gammas.len() / 2];
    let ends = |arm| found.of(arm).filter(|row| row.gamma == gamma).map(|row| row.ends.clone());
    let titles = [
        words::BY_THE_EXACT_SCORE,
        Text::new("classifier", "bộ phân loại"),
        Text::new("classifier-free", "không bộ phân loại"),
    ];
    let roles = [Role::Neutral, Role::Likelihood, Role::Guided];
    let ways = (0..3).flat_map(|k| {
        let title = titles[k].clone();
        let way = move |found| Series { title: title.clone(), role: roles[k], found };
        ends(ARMS[k]).take(1).map(way)
    });
    let ways: Vec<_> = ways.collect();
    let figures = lecture::densities_and_tilt(&lab.setting(), gamma, &ways)?;
    lab.draw(&figures)
}

/// How far the samples are from the tilt, and from those of the exact arm from the same noise.
fn against_tilt(lab: &mut Experiment, found: &Comparison) -> Result<()> {
    let headers = "arm|γ|mean|sd|entropy, nats|to the exact arm|energy dist. to the tilt";
    let mut table = Table::new(&headers.split('|').collect::<Vec<_>>());
    table.notes = vec![
        "mean, sd: along the line from the data's mean to the class's, from the former".into(),
        "to the exact arm: root mean square distance of ends from the same noise".into(),
        "the tilt: its entropy by quadrature, the energy distance of two of its samples".into(),
    ];
    let origin = lab.scene().mixture.mean();
    let off = lab.scene().mixture.given(lab.target()).mean() - &origin;
    let way = &off / off.dot(&off).sqrt();
    let mut checks = Vec::new();
    for g in lab.gammas.iter().map(|gamma| gamma.value()) {
        let tilt = Tilt::guided(&lab.scene().mixture, lab.target(), g)?;
        let x = tilt.sample(lab.samples, lab.seed);
        let twin = tilt.sample(lab.samples, lab.seed.wrapping_add(1));
        let (nats, energy) = (tilt.entropy(), energy_with_se(twin.view(), x.view()));
        let mean = way.dot(&(tilt.mean() - &origin));
        let sd = way.dot(&tilt.covariance().dot(&way)).sqrt();
        let exact = [mean, sd, nats].map(|v| format!("{v:.3}")).to_vec();
        let cells = [exact, vec![String::new(), plus_minus(energy)]].concat();
        table.row(&[vec!["tilt".into(), g.to_string()], cells].concat());
        checks.push(("tilt", g, nats, 0.0, energy.0));
        for (arm, pair) in ARMS.iter().filter_map(|arm| Some((*arm, found.at(arm, g)?))) {
            for (row, exact) in pair.iter().zip(found.at("exact", g).unwrap_or(pair)) {
                let nats = entropy(row.ends.view(), 5);
                let gap = gap(row.ends.view(), exact.ends.view());
                let energy = energy_with_se(row.ends.view(), x.view());
                let place = vec![format!("{arm}, {} steps", row.steps), g.to_string()];
                let along = (&row.ends - &origin).dot(&way);
                let mean = mean_with_se(&along.to_vec());
                let squares = along.mapv(|t| (t - mean.0).powi(2)).to_vec();
                let sd = root_ratio(&squares, &vec![1.0; squares.len()]);
                let cells = [mean, sd, (nats.nats, nats.se), gap].map(plus_minus).to_vec();
                table.row(&[place, cells, vec![plus_minus(energy)]].concat());
                checks.push((arm, g, nats.nats, gap.0, energy.0));
            }
        }
    }
    lab.show("tilt", &table)?;
    answer(lab, &checks);
    checks
        .into_iter()
        .for_each(|(arm, g, nats, gap, energy)| check(lab, arm, g, nats, gap, energy));
    Ok(())
}

/// What came out at the largest γ, in a sentence; of each arm, the row of the fewer steps comes first.
fn answer(lab: &mut Experiment, found: &[(&str, f64, f64, f64, f64)]) {
    let g = found.iter().map(|row| row.1).fold(f64::NEG_INFINITY, f64::max);
    let of = |arm: &str| {
        let row = found.iter().find(|row| (row.0, row.1) == (arm, g));
        row.map_or([String::from("–"), "–".into()], |row| {
            [row.3, row.4].map(|v| significant(v, 2))
        })
    };
    let [[_, tilt], [_, exact], [by, guided], [free_by, free]] =
        ["tilt", "exact", "classifier", "classifier-free"].map(of);
    lab.answer((
        format!(
            "at γ = {g} the same noise ends {by} (classifier) and {free_by} (classifier-free) away from where exact guidance leads; the energy distances of the three to the tilt are {exact}, {guided} and {free}, where two samples of it are {tilt} apart"
        ),
        format!(
            "với γ = {g}, từ cùng một nhiễu, điểm cuối cách điểm cuối của điều hướng chính xác {by} (có bộ phân loại) và {free_by} (không có); khoảng cách năng lượng của cả ba tới phân phối nghiêng là {exact}, {guided} và {free}, trong khi hai mẫu của chính nó cách nhau {tilt}"
        ),
    ));
}

/// The root mean square distance of corresponding rows, with its standard error.
fn gap(a: ArrayView2<f64>, b: ArrayView2<f64>) -> (f64, f64) {
    let squares: Vec<f64> = (&a - &b).rows().into_iter().map(|r| r.dot(&r)).collect();
    root_ratio(&squares, &vec![1.0; squares.len()])
}

/// The numbers this experiment promises of one row; those of N steps come before those of 2N.
fn check(lab: &mut Experiment, arm: &str, gamma: f64, nats: f64, gap: f64, energy: f64) {
    let what = |number: &str| format!("{arm}, γ = {gamma}: {number}");
    let to_tilt = what("energy distance to the tilt");
    match (arm, gamma) {
        ("tilt", 3.0) => lab.check(&what("entropy"), nats, 1.675..=1.677, 1.675..=1.677),
        ("tilt", _) => {}
        (_, 1.0) => lab.check(&to_tilt, energy, -0.005..=0.005, -0.01..=0.03),
        (_, 3.0) => {
            lab.check(&to_tilt, energy, 0.4..=0.55, 0.3..=0.65);
            match arm {
                "exact" => lab.check(&what("entropy"), nats, 0.95..=1.09, 0.9..=1.2),
                "classifier" => {
                    lab.check(&what("distance to the exact arm"), gap, 0.02..=0.07, 0.0..=0.2);
                }
                _ => lab.check(&what("distance to the exact arm"), gap, 0.08..=0.15, 0.02..=0.3),
            }
        }
        _ => {}
    }
}
