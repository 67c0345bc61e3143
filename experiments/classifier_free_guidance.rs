//! Does one jointly trained network steer as well as a score and a separate classifier, and which γ is best?
//!
//! ```text
//! cargo run --example classifier_free_guidance
//! ```
//!
//! Three arms start from the same noise: exact score and exact classifier; a learned score and a noisy classifier; one
//! network trained jointly with the null label, which needs no classifier. Expect: at γ = 1 and 2 the joint network is
//! within 2 points of the exact arm's share on the target; for the exact arm γ = 1 is nearest to p(x | y) by energy
//! distance. At γ = 10 the joint network differs from the exact arm by more than 20 points, and the seed of its
//! training decides which way: a large γ multiplies the error of s_c − s_∅. Every row is printed again at twice the
//! steps. The figures other than F10 show the joint network.

use scorelab::Result;
use scorelab::metrics::{Verdict::Target, outcome};
use scorelab_figures::lecture::{self, Series};
use scorelab_figures::plot::{Role, Text, words};
use scorelab_lab::{
    Comparison, Defaults, Experiment, OutcomeTable, P_DROP, Steer, run, share, yes_or_no,
};
use std::process::ExitCode;

const QUESTION: &str = "does one jointly trained network steer as well as a score and a separate classifier, and which γ is best?";

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "gradient-scale", "all"];
    let defaults = Defaults {
        samples: (2000, 500),
        gamma: "0,0.5,1,1.5,2,3,5,10",
        unused,
        ..Defaults::default()
    };
    run("classifier_free_guidance", QUESTION, "cg_vs_cfg", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let learned = lab.learn()?;
    let joint = lab.train_joint(&lab.training_set()?, P_DROP)?; // the same data: same seed
    let mixture = lab.scene().mixture.clone();
    let (exact, noisy) = (mixture.posterior(lab.target()), learned.classifier.given(lab.target()));
    let arms: [(&str, Steer); 3] = [
        ("exact", &|lab, gamma, start| lab.steer(&mixture, &exact, gamma, start)),
        ("noisy classifier", &|lab, gamma, start| lab.steer(&learned.score, &noisy, gamma, start)),
        ("classifier-free", &|lab, gamma, start| lab.steer_free(&joint, gamma, start)),
    ];
    let truth = lab.truth(2 * lab.samples);
    let (reference, twin) = truth.x.view().split_at(ndarray::Axis(0), lab.samples);
    let found = lab.compare(&arms, reference)?;
    let truth = outcome(twin, reference, &mixture, lab.target());
    let OutcomeTable(mut table) = found.table();
    let mut first = OutcomeTable::default();
    first.add("true p(x|y)", "", &truth, "");
    table.rows.splice(0..0, first.0.rows);
    println!("\nscene {}, target {}", lab.scene().name, lab.class_name());
    lab.show("classifier_free_guidance", &table)?;
    check(lab, &found);
    answer(lab, &found);

    let looks = [
        ("exact", words::BY_THE_EXACT_SCORE, Role::Neutral),
        ("noisy classifier", Text::new("classifier", "bộ phân loại"), Role::Likelihood),
        ("classifier-free", Text::new("classifier-free", "không bộ phân loại"), Role::Guided),
    ];
    let ways = looks.map(|(arm, title, role)| {
        let found = found.of(arm).map(|row| (row.gamma, row.outcome)).collect();
        Series { title, role, found }
    });
    let mut figures = vec![lecture::fidelity_diversity(&ways, &truth)?];
    let steer = |gamma| joint.guided(lab.target(), gamma);
    let name = Text::new("classifier-free", "không bộ phân loại");
    let (n, asked) = (lab.size(1000, 300), lab.asked_gammas());
    figures.extend(lecture::over_gamma(&lab.setting(), name, steer, asked, n)?);
    lab.draw(&figures)
}

/// What came out, in a sentence: the shares at the γ that is best for the exact arm, and the γ that is best for each.
fn answer(lab: &mut Experiment, found: &Comparison) {
    let names = ["exact", "noisy classifier", "classifier-free"];
    let best = names.map(|arm| found.nearest(arm));
    let at = |arm: &str| found.at(arm, best[0]).map(|pair| &pair[0].outcome.shares);
    let [exact, apart, joint] =
        names.map(|arm| at(arm).map_or("–".into(), |s| share(s.interval(Target))));
    let lost = |arm| at(arm).map_or(f64::NAN, |s| s.of(Target));
    let good = lost("classifier-free") > lost("noisy classifier") - 0.02;
    lab.answer(yes_or_no(good).then((
        format!(
            ": at γ = {} the joint network puts {joint} % on the target, score and classifier {apart} %, exact scores {exact} %; nearest to p(x|y) is γ = {} with exact scores, {} with the classifier and {} without",
            best[0], best[0], best[1], best[2]
        ),
        format!(
            ": với γ = {}, mạng học chung đưa {joint} % tới đích, score cộng bộ phân loại {apart} %, score chính xác {exact} %; gần p(x|y) nhất là γ = {} với score chính xác, {} khi có bộ phân loại và {} khi không có",
            best[0], best[0], best[1], best[2]
        ),
    )));
}

/// The numbers this experiment promises, with N and with 2N steps.
fn check(lab: &mut Experiment, found: &Comparison) {
    for (gamma, full, quick) in [
        (1.0, 0.0..=2.0, 0.0..=15.0),
        (2.0, 0.0..=2.0, 0.0..=15.0),
        (10.0, 20.0..=100.0, 10.0..=100.0),
    ] {
        let exact = found.percent("exact", gamma, Target);
        let free = found.percent("classifier-free", gamma, Target);
        for (k, steps) in ["N", "2N"].into_iter().enumerate() {
            let what =
                format!("|classifier-free − exact|, γ = {gamma}, {steps} steps: target, points");
            lab.check(&what, (free[k] - exact[k]).abs(), full.clone(), quick.clone());
        }
    }
    let nearest = found.nearest("exact");
    lab.check("exact: the γ nearest to p(x|y)", nearest, 1.0..=1.0, 1.0..=1.0);
}
