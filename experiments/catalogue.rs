//! Which methods of guidance are better than ordinary guidance, and which are just another γ?
//!
//! ```text
//! cargo run --example catalogue
//! ```
//!
//! Every method of the catalogue walks on three scenes of the plane and one of the line, with exact scores and with learned ones,
//! and is held to ordinary guidance from the same noise twice: at the method's own effective γ, and at the best γ that ordinary
//! guidance has. Distances are to p(x|c) and to the tilt p(x)^(1−γ)·p(x|c)^γ, differences are paired over blocks of seeds, and
//! Holm's correction is over all comparisons of the run. Expect `and` and `classifier` with exact scores to be ordinary guidance
//! itself, and the best γ of exact scores for p(x|c) to be about 1. At equal γ_eff limited intervals, schedules that rise, momentum,
//! Rectified-CFG++, CADS and temporal rescaling are nearer to p(x|c) than ordinary guidance on most scenes; than ordinary guidance at
//! its own best γ no method is, with exact scores or with learned ones. Source: 2602.22570, which found that most gains are those of a larger effective scale.

#[path = "catalogue/figure.rs"]
mod figure;
#[path = "catalogue/tables.rs"]
mod tables;

use scorelab::checkpoint::Kind;
use scorelab::methods::{Effective, Parts, Score};
use scorelab::{Error, Result};
use scorelab_lab::{
    Against, BLOCKS, CountedParts, Defaults, Experiment, Field, Found, Ordinary, Standing, run,
    standings,
};
use std::process::ExitCode;
use std::sync::Arc;

const QUESTION: &str = "which methods are better, and which are just another γ?";

fn main() -> ExitCode {
    let unused = &["scene", "class", "data", "train-steps", "sampler", "gradient-scale", "all"];
    let defaults = Defaults {
        samples: (1600, 256),
        steps: (32, 8),
        gamma: "3",
        unused,
        ..Defaults::default()
    };
    run("catalogue", QUESTION, "your_guidance", defaults, experiment)
}

const SCENES: [&str; 4] = ["animals", "three", "tree", "two-1d"];
/// Updates of the joint networks and of the worse ones, at full size and at `--quick`.
const STEPS: [(usize, usize); 2] = [(4000, 200), (400, 40)];

/// What was found on one scene with exact or with learned scores.
pub struct Half {
    /// The scene.
    pub scene: &'static str,
    /// The class that is wanted.
    pub class: String,
    /// Exact or learned.
    pub scores: &'static str,
    /// By the ODE.
    pub ordinary: Ordinary,
    /// A row for each method.
    pub found: Vec<Row>,
}

/// A method with its standings at its effective γ and at the best, for each target.
pub struct Row {
    /// What was found of it.
    pub found: Found,
    /// Beside ordinary guidance at its effective γ.
    pub at_effective: [Option<Standing>; 2],
    /// Beside ordinary guidance at the best γ.
    pub at_best: [Option<Standing>; 2],
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let gamma = lab.only_gamma()?.value();
    if lab.samples < 2 * BLOCKS {
        let must = format!("at least {}, two for each block of seeds", 2 * BLOCKS);
        return Err(Error::value("--samples", lab.samples, must));
    }
    let mut halves = Vec::new();
    for scene in SCENES {
        lab.change_scene(scene)?;
        let class = lab.class_name();
        halves.extend(on_scene(lab, scene, gamma)?.map(|half| (class.clone(), half)));
    }
    let halves = judged(halves);
    for half in &halves {
        lab.show(&format!("catalogue_{}_{}", half.scene, half.scores), &tables::of(half))?;
    }
    lab.show("catalogue", &tables::summary(&halves))?;
    check(lab, &halves, gamma);
    answer(lab, &halves);
    lab.draw(&figure::figures(&halves, gamma))
}

/// A scene, the name of its scores, ordinary guidance and the methods.
type Unjudged = (&'static str, &'static str, Ordinary, Vec<Found>);

fn on_scene(lab: &Experiment, scene: &'static str, gamma: f64) -> Result<[Unjudged; 2]> {
    let field = Field::new(lab.setting(), gamma, lab.samples)?;
    let exact = CountedParts::new(&lab.scene().mixture, lab.target()).parts();
    let half = |(scores, parts): (&'static str, Parts)| -> Result<Unjudged> {
        let [ode, sde] = [0.0, 1.0].map(|eta| field.ordinary(&parts, eta));
        let found = field.methods(&parts, [&ode, &sde])?;
        Ok((scene, scores, ode, found))
    };
    Ok([half(("exact", exact))?, half(("learned", learned(lab)?))?])
}

/// A joint network, a worse one as a guide, and a noisy classifier.
fn learned(lab: &Experiment) -> Result<Parts> {
    let (data, class) = (lab.training_set()?, lab.target());
    let [joint, worse] =
        [("training the joint network", STEPS[0]), ("training a worse one", STEPS[1])]
            .map(|(what, steps)| lab.train_joint_by(what, &lab.recipe(Kind::Joint, steps), &data));
    let (joint, worse) = (joint?, worse?);
    let of_class = |y: usize| Arc::new(joint.given(y)) as Score;
    let priors = lab.scene().mixture.class_weights();
    Ok(Parts {
        unconditional: Some(Arc::new(joint.unconditional())),
        conditional: Some(of_class(class)),
        classifier: Some(Arc::new(lab.train_classifier(&data)?.given(class))),
        guiding: Some(Arc::new(worse.given(class))),
        classes: priors.into_iter().enumerate().map(|(y, prior)| (prior, of_class(y))).collect(),
        class: Some(class),
        ..Parts::default()
    })
}

/// The standings of all comparisons, by Holm's correction over all of them.
fn judged(halves: Vec<(String, Unjudged)>) -> Vec<Half> {
    let comparisons = |found: &Found| [found.at_effective, found.at_best].concat();
    let all: Vec<Against> = halves
        .iter()
        .flat_map(|(_, (.., found))| found.iter().flat_map(comparisons).flatten())
        .collect();
    let mut standings = standings(&all).into_iter();
    let mut next = |against: Option<Against>| against.and_then(|_| standings.next());
    let mut row = |found: Found| {
        let at_effective = found.at_effective.map(&mut next);
        let at_best = found.at_best.map(&mut next);
        Row { found, at_effective, at_best }
    };
    let half = |(class, (scene, scores, ordinary, found)): (String, Unjudged)| {
        let found = found.into_iter().map(&mut row).collect();
        Half { scene, class, scores, ordinary, found }
    };
    halves.into_iter().map(half).collect()
}

/// How often a method stands better with respect to p(x|c).
fn better(halves: &[Half], standing: fn(&Row) -> Option<Standing>) -> f64 {
    let rows = halves.iter().flat_map(|half| &half.found);
    rows.filter(|row| standing(row) == Some(Standing::Better)).count() as f64
}

/// What came out with respect to p(x|c), in a sentence.
fn answer(lab: &mut Experiment, halves: &[Half]) {
    let all: usize = halves.iter().map(|half| half.found.len()).sum();
    let [best, own] = [|row: &Row| row.at_best[0], |row: &Row| row.at_effective[0]]
        .map(|standing| better(halves, standing));
    lab.answer((
        format!(
            "of {all} rows, a method on a scene, {best} are nearer to p(x|c) than ordinary guidance at its best γ, and {own} than ordinary guidance at the method's own effective γ: the others are another γ, or worse"
        ),
        format!(
            "trong {all} hàng, mỗi hàng một phương pháp trên một cảnh, {best} hàng gần p(x|c) hơn điều hướng thường ở γ tốt nhất của nó, và {own} hàng gần hơn điều hướng thường ở γ hiệu dụng của chính phương pháp; còn lại chỉ là một γ khác, hoặc kém hơn"
        ),
    ));
}

/// The numbers this experiment promises.
fn check(lab: &mut Experiment, halves: &[Half], gamma: f64) {
    let at_best = better(halves, |row| row.at_best[0]);
    lab.check(
        "methods nearer to p(x|c) than ordinary guidance at its best γ",
        at_best,
        0.0..=1.0,
        0.0..=3.0,
    );
    let at_effective = better(halves, |row| row.at_effective[0]);
    lab.check("and at their own effective γ", at_effective, 20.0..=80.0, 10.0..=80.0);
    for half in halves.iter().filter(|half| half.scores == "exact") {
        let of = |name: &str| &half.found.iter().find(|row| row.found.name == name).unwrap().found;
        let by = |name: &str| of(name).at_effective[0].map_or(f64::NAN, |a| a.by.0.abs());
        let Effective::Scale { gamma: found, .. } = of("and").effective else { continue };
        let what = format!("{}: γ_eff of ordinary guidance by another name, over γ", half.scene);
        lab.check(&what, found / gamma, 1.0 - 1e-9..=1.0 + 1e-9, 1.0 - 1e-9..=1.0 + 1e-9);
        let what = format!("{}: what it differs by at that γ", half.scene);
        lab.check(&what, by("and"), 0.0..=1e-9, 0.0..=1e-9);
        let what = format!("{}: and what guidance in an interval does", half.scene);
        lab.check(&what, by("interval"), 1e-6..=10.0, 1e-6..=10.0);
        let what = format!("{}: the best γ of exact scores for p(x|c)", half.scene);
        lab.check(&what, half.ordinary.best[0], 0.9..=1.25, 0.75..=1.5);
    }
}
