//! Can one network be the guided score itself, at one evaluation a step instead of two?
//!
//! ```text
//! cargo run --example student
//! ```
//!
//! Three ways to train it: without guidance from the start (guidance-free training, whose best answer is ordinary guidance at
//! γ = 1/β), towards itself (model guidance, with a fixed point at γ = 1/(1 − w)), and from a teacher (distillation, where γ is an input
//! of the network). Beside them stands the joint network that is evaluated twice. Expect all three to come to the γ that was asked
//! for, within a few per cent along their own walk, and to be about as far from the exact guided score as the joint network is:
//! what two networks err is multiplied by γ, and a student learns that too. Sources: 2501.15420, 2502.12154, 2210.03142.

use ndarray::{Array2, arr2};
use scorelab::Result;
use scorelab::guidance::{Gamma, Guided};
use scorelab::guided_training::Rule;
use scorelab::methods::{Effective, Plan, Run, Score, effective, window};
use scorelab::metrics::{energy_with_se, mean_with_se};
use scorelab::noise::NoiseLevel;
use scorelab::number::{plus_minus, significant};
use scorelab::rng::{Purpose, normals};
use scorelab::score::ScoreFn;
use scorelab_figures::lecture::Setting;
use scorelab_figures::plot::{Axis, Curve, Figure, Layer, Marker, Panel, Role, Text};
use scorelab_lab::{Defaults, Experiment, GAMMA_FOOTNOTE, P_DROP, Table, run, yes_or_no};
use std::process::ExitCode;
use std::sync::Arc;

const QUESTION: &str = "can one network be the guided score, at one evaluation a step?";

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "gradient-scale", "all"];
    let defaults = Defaults { samples: (2000, 400), gamma: "3", unused, ..Defaults::default() };
    run("student", QUESTION, "classifier_free_guidance", defaults, experiment)
}

/// σ at which scores are compared.
const LEVELS: [f64; 9] = [0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 5.0, 10.0];

/// A guided score, and how many evaluations of a network it takes.
struct Arm {
    name: &'static str,
    vi: &'static str,
    score: Score,
    evaluations: usize,
    /// √E|D − D*|² at each of the levels, with its standard error.
    errors: Vec<(f64, f64)>,
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    lab.needs_two_classes()?;
    let (gamma, class) = (lab.only_gamma()?, lab.target());
    let (mixture, given) = (lab.scene().mixture.clone(), lab.scene().mixture.given(class));
    let exact = Guided { main: given.clone(), guiding: mixture.clone(), gamma };
    let mut arms = arms(lab)?;
    let x0 = lab.truth(lab.samples).x;
    for arm in &mut arms {
        arm.errors = errors(&*arm.score, &exact, &x0, lab.seed);
    }
    let less = Guided { gamma: Gamma::new(gamma.value() - 1.0)?, ..exact.clone() };
    let twin = errors(&less, &exact, &x0, lab.seed);
    lab.show("student_errors", &by_level(&arms, &twin, lab))?;
    walks(lab, &arms, &exact)?;
    for arm in &arms {
        let (own, other) = (pooled(&arm.errors), pooled(&twin));
        let what = format!("{}: its error over that of γ − 1, from σ = .4 to 2.5", arm.name);
        lab.check(&what, own / other, 0.0..=0.8, 0.0..=1.0);
    }
    answer(lab, &arms);
    let figure = figure(&arms, &twin, gamma.value());
    lab.draw(&[figure])
}

/// What came out, in a sentence.
fn answer(lab: &mut Experiment, arms: &[Arm]) {
    let error = |arm: &Arm| significant(pooled(&arm.errors), 2);
    let [joint, students @ ..] = arms else { return };
    let told = |name: fn(&Arm) -> &str| -> String {
        students.iter().map(|a| format!("{} {}", name(a), error(a))).collect::<Vec<_>>().join(", ")
    };
    let near = students.iter().all(|arm| pooled(&arm.errors) < 2.0 * pooled(&joint.errors));
    let (twice, once) = (joint.evaluations, students[0].evaluations);
    lab.answer(yes_or_no(near).then((
        format!(
            ": with {once} evaluation a step the networks are off the exact guided score from σ = 0.4 to 2.5 by {}; the joint network with {twice} by {}",
            told(|arm| arm.name),
            error(joint)
        ),
        format!(
            ": mỗi bước chỉ gọi mạng {once} lần, các mạng lệch score đã điều hướng chính xác (σ từ 0.4 đến 2.5): {}; mạng chung gọi {twice} lần lệch {}",
            told(|arm| arm.vi),
            error(joint)
        ),
    )));
}

/// The joint network that is asked twice, and the three that are asked once.
fn arms(lab: &Experiment) -> Result<[Arm; 4]> {
    let (gamma, class, data) = (lab.only_gamma()?, lab.target(), lab.training_set()?);
    let g = gamma.value();
    let joint = lab.train_joint(&data, P_DROP)?;
    let free = lab.train_guided(Rule::GuidanceFree { beta: 1.0 / g }, &data)?;
    let model = lab.train_guided(Rule::ModelGuidance { w: 1.0 - 1.0 / g }, &data)?;
    let distilled = lab.distil(&joint, (0.0, (2.0 * g).max(2.0)), &data)?;
    let arm = |(name, vi): (&'static str, &'static str), score: Score, evaluations| Arm {
        name,
        vi,
        score,
        evaluations,
        errors: vec![],
    };
    let twice = ("joint, asked twice", "mạng chung, hỏi hai lần");
    Ok([
        arm(twice, Arc::new(joint.guided(class, gamma)), 2),
        arm(("guidance-free", "không cần điều hướng"), Arc::new(free.given(class)), 1),
        arm(("model guidance", "điều hướng trong huấn luyện"), Arc::new(model.given(class)), 1),
        arm(("distilled", "chưng cất"), Arc::new(distilled.guided(class, gamma)?), 1),
    ])
}

/// √E|D − D*|² at noised samples x₀ (n, d) of the class, at each of the levels.
fn errors(
    score: &dyn ScoreFn,
    exact: &dyn ScoreFn,
    x0: &Array2<f64>,
    seed: u64,
) -> Vec<(f64, f64)> {
    let at = |(k, sigma): (usize, f64)| {
        let level = NoiseLevel::ve(sigma);
        let x = x0 + &(normals(seed, Purpose::Reference, 1 + k, x0.dim()) * sigma);
        let off = score.denoised(x.view(), level) - exact.denoised(x.view(), level);
        let squares: Vec<f64> = off.outer_iter().map(|row| row.dot(&row)).collect();
        let (mean, se) = mean_with_se(&squares);
        (mean.sqrt(), 0.5 * se / mean.sqrt())
    };
    LEVELS.into_iter().enumerate().map(at).collect()
}

/// The root of the mean square over the levels where guidance has a say.
fn pooled(errors: &[(f64, f64)]) -> f64 {
    let said = LEVELS.iter().zip(errors).filter(|(sigma, _)| (0.4..=2.5).contains(*sigma));
    let squares: Vec<f64> = said.map(|(_, (error, _))| error * error).collect();
    mean_with_se(&squares).0.sqrt()
}

fn by_level(arms: &[Arm], twin: &[(f64, f64)], lab: &Experiment) -> Table {
    let names = arms.iter().map(|arm| arm.name).chain(["exact, γ − 1"]);
    let mut table = Table::new(&std::iter::once("σ").chain(names).collect::<Vec<_>>());
    table.notes = vec![
        format!(
            "√E|D − D*|² of the denoised points, D* exact ordinary guidance at γ = {}, at {} noised samples of the class",
            lab.gammas[0].value(),
            lab.samples
        ),
        GAMMA_FOOTNOTE.into(),
    ];
    for (k, sigma) in LEVELS.iter().enumerate() {
        let errors = arms.iter().map(|arm| plus_minus(arm.errors[k]));
        let cells = std::iter::once(sigma.to_string()).chain(errors);
        table.row(&cells.chain([significant(twin[k].0, 3)]).collect::<Vec<_>>());
    }
    table
}

/// Where the walks end beside those of the exact guided score, at the steps and at twice as many, and their effective γ.
fn walks(lab: &mut Experiment, arms: &[Arm], exact: &dyn ScoreFn) -> Result<()> {
    let headers = ["score", "steps", "evals", "to the exact walks", "effective γ", "across"];
    let mut table = Table::new(&headers);
    table.notes = vec![
        "to the exact walks: energy distance of where both end, from other noise; evals: of a network, for each sample".into(),
        "effective γ: that of ordinary guidance by exact scores that is nearest along the walk; across: the share that no γ gives".into(),
    ];
    let samples = lab.samples;
    let ends = lab.twice(|lab| {
        let other = lab.setting();
        let setting = Setting { seed: lab.seed.wrapping_add(1), ..other };
        let truth = setting.sample(exact, samples);
        let of = |arm: &Arm| {
            let x = lab.setting().sample(&arm.score, samples);
            (lab.grid.steps(), energy_with_se(x.view(), truth.view()))
        };
        Ok(arms.iter().map(of).collect::<Vec<_>>())
    })?;
    for (k, arm) in arms.iter().enumerate() {
        let found = scale(lab, arm);
        let (gamma, across) = match found {
            Effective::Scale { gamma, across, .. } => (gamma, significant(across, 2)),
            _ => (f64::NAN, "–".into()),
        };
        for (i, ends) in ends.iter().enumerate() {
            let (steps, energy) = ends[k];
            table.row(&[
                arm.name.to_string(),
                steps.to_string(),
                (steps * arm.evaluations).to_string(),
                plus_minus(energy),
                if i == 0 { found.to_string() } else { "".into() },
                if i == 0 { across.clone() } else { "".into() },
            ]);
        }
        let asked = lab.gammas[0].value();
        let what = format!("{}: effective γ over the one that was asked for", arm.name);
        lab.check(&what, gamma / asked, 0.9..=1.1, 0.7..=1.3);
    }
    lab.show("student_walks", &table)
}

/// The γ of exact ordinary guidance that an arm comes nearest to along its own walk.
fn scale(lab: &Experiment, arm: &Arm) -> Effective {
    let setting = lab.setting();
    let (c, u) = (setting.exact().given(setting.class), setting.exact().clone());
    let [c, u]: [Score; 2] = [Arc::new(c), Arc::new(u)];
    let start = setting.start(lab.samples.min(400));
    let run = Run { process: &lab.process, grid: &lab.grid, start: start.view(), seed: lab.seed };
    let Some(window) = window(&c, &u, lab.truth(start.nrows()).x.view(), run) else {
        return Effective::NotDefined;
    };
    effective(&Plan::of(arm.score.clone()), &lab.sampler, [&c, &u], window, run)
}

/// The errors over the noise levels.
fn figure(arms: &[Arm], twin: &[(f64, f64)], gamma: f64) -> Figure {
    let all = arms.iter().flat_map(|arm| &arm.errors).chain(twin).map(|(error, _)| *error);
    let (low, high) = all.fold((f64::MAX, 0.0f64), |(l, h), e| (l.min(e), h.max(e)));
    let (low, high) = (low.max(1e-3 * high) / 1.5, 40.0 * high);
    let line = |errors: &[(f64, f64)], marker| Curve {
        at: arr2(&LEVELS.iter().zip(errors).map(|(s, (e, _))| [*s, *e]).collect::<Vec<_>>()),
        se: errors.iter().map(|(_, se)| *se).collect(),
        dashed: Some(marker == Marker::Cross),
        width: Some(3.0),
        marker: Some(marker),
        ..Curve::default()
    };
    let looks = [
        (Role::Guided, Marker::Dot, "●"),
        (Role::Unconditional, Marker::Ring, "○"),
        (Role::Likelihood, Marker::Diamond, "◆"),
        (Role::Neutral, Marker::Star, "★"),
    ];
    let place = |k: usize| [0.11, high * 0.6 / 1.9f64.powi(k as i32)];
    let mut layers: Vec<Layer> = arms
        .iter()
        .zip(looks)
        .enumerate()
        .map(|(k, (arm, (role, marker, sign)))| {
            let name = Text::from((format!("{sign} {}", arm.name), format!("{sign} {}", arm.vi)));
            Layer::new(arm.name, "one way to train", role, line(&arm.errors, marker))
                .label_at(name, place(k))
        })
        .collect();
    layers.push(
        Layer::new("another γ", "exact guidance, γ − 1", Role::Muted, line(twin, Marker::Cross))
            .label_at(Text::new("× exact, γ − 1", "× chính xác, γ − 1"), place(4)),
    );
    let mut f = Figure {
        stem: "student".into(),
        title: Text::new(
            "The guided score in one evaluation",
            "Score đã điều hướng trong một lần gọi mạng",
        )
        .then(format!(", γ = {gamma}")),
        caption: Text::new(
            "How far a network that was trained to be the guided score is from the exact one, level by level, beside a joint network that is evaluated twice.",
            "Một mạng được huấn luyện thành chính score đã điều hướng lệch score chính xác bao nhiêu, theo từng mức nhiễu, bên cạnh mạng chung phải gọi hai lần.",
        ),
        ..Figure::default()
    };
    for arm in arms {
        for (sigma, error) in LEVELS.iter().zip(&arm.errors) {
            f.measured(&format!("{}, σ = {sigma}: ", arm.name), "error", *error);
        }
    }
    f.panels = vec![Panel {
        x: Axis::log("σ", (0.08, 12.0)),
        y: Axis::log(Text::new("√E|D − D*|²", "√E|D − D*|²"), (low, high)),
        layers,
        ..Panel::default()
    }];
    f
}
