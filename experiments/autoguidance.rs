//! Can a score be guided by a worse version of itself, without a classifier and without a null label?
//!
//! ```text
//! cargo run --example autoguidance
//! ```
//!
//! Without training: the score of a round class blurred by b is pushed away from that of the class blurred by 2b. The
//! spread of the samples is known, √(v_b·(v_b/v_2b)^(γ−1)) with v_b = sd² + b², and one γ brings back the true sd: expect
//! both within 3 %. With training: a network learns the scene `tree`, and a second one of the same shape in a tenth of the
//! steps. From γ = 1 to γ = 2 the share of samples off the crown must fall by 3 points or more where the network is pushed
//! away from the worse one, and rise by 5 or more where it is pushed away from its own unconditional score. In energy distance
//! autoguidance does not win: it cleans the branches and does not visit them more evenly. Karras et al. 2024 (2406.02507).

use ndarray::{Array2, Axis};
use scorelab::checkpoint::{Kind, Recipe};
use scorelab::guidance::{Gamma, Guided};
use scorelab::metrics::{Support, spread_with_se};
use scorelab::mixture::{Labelled, Mixture};
use scorelab::noise::{Grid, Spacing};
use scorelab::null_label::JointNet;
use scorelab::score::ScoreFn;
use scorelab::train::Levels;
use scorelab::{Error, Result};
use scorelab_figures::lecture::{self, Cloud};
use scorelab_figures::plot::Text;
use scorelab_lab::{
    Defaults, Experiment, GAMMA_FOOTNOTE, Table, plus_minus, run, share, yes_or_no,
};
use std::process::ExitCode;

const QUESTION: &str = "can a score be guided by a worse version of itself?";
/// The blur of the better score; the worse one has twice that.
const BLUR: f64 = 0.15;
/// The guidance scales on the tree.
const GAMMAS: [f64; 3] = [1.5, 2.0, 3.0];
/// Updates of the network and of the worse one, at full size and at --quick, where a tenth would teach it nothing.
const STEPS: [(usize, usize); 2] = [(5000, 800), (500, 200)];
/// Twigs are thin: training dwells at less noise than elsewhere.
const LEVELS: Levels = Levels { location: -1.5, width: 1.0 };

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "gamma", "gradient-scale", "all"];
    let defaults = Defaults { unused, ..Defaults::default() };
    run("autoguidance", QUESTION, "lecture_figures", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    if lab.samples < 80 {
        return Err(Error::value("--samples", lab.samples, "at least 80, or parts have no error"));
    }
    let twice = Grid::to_data(&lab.process, Spacing::KARRAS, 2 * lab.grid.steps())?;
    let grids = [lab.grid.clone(), twice];
    blurred(lab, &grids)?;
    lab.change_scene("tree")?;
    let data = lab.training_set()?;
    let good = learn(lab, &data, STEPS[0])?;
    let worse = learn(lab, &data, STEPS[1])?;
    let (given, main) = (lab.scene().mixture.given(0), good.given(0));
    let guides: [(Text, &dyn ScoreFn); 2] = [
        (Text::new("autoguided", "tự điều hướng"), &worse.given(0)),
        (Text::new("classifier-free", "không bộ phân loại"), &good.unconditional()),
    ];
    let truth = lab.truth(2 * lab.samples).x;
    let (reference, twin) = truth.view().split_at(Axis(0), lab.samples);
    let seed = lab.seed.wrapping_add(1); // other draws than the reference's
    let support = Support::of(&given, 0.99, lab.size(40_000, 10_000), seed);
    let cloud = |title: Text, x| Cloud::new(title, x, &support, reference);
    let mut rows =
        vec![(0, cloud(Text::new("truth p(x ∣ y)", "sự thật p(x ∣ y)"), twin.to_owned()))];
    for grid in &grids {
        lab.change(|setup| setup.grid = grid.clone());
        let mut add = |title, score: &dyn ScoreFn, n| -> Result<()> {
            rows.push((grid.steps(), cloud(title, lab.ends(score, n)?)));
            Ok(())
        };
        add(Text::new("unguided, γ = 1", "không điều hướng, γ = 1"), &main, lab.samples)?;
        for ((name, guiding), gamma) in guides.iter().flat_map(|g| GAMMAS.map(|gamma| (g, gamma))) {
            let guided = Guided { main: &main, guiding: *guiding, gamma: Gamma::new(gamma)? };
            add(name.then(format!(", γ = {gamma}")), &guided, lab.samples)?;
        }
        add("exact score, γ = 1".into(), &given, lab.samples / 4)?; // a thousand components are slow
    }
    report(lab, &rows)?;
    let clouds = [0, 1, 3, 6].map(|i| rows[i].1.clone());
    let figure = lecture::autoguidance(&lab.setting(), &clouds, &support)?;
    lab.draw(&[figure])
}

/// The table of the tree and its checks.
fn report(lab: &mut Experiment, rows: &[(usize, Cloud)]) -> Result<()> {
    let mut table = Table::new(&["tree, y = crown", "steps", "off the support %", "energy dist."]);
    table.notes = vec!["± is one standard error".into(), GAMMA_FOOTNOTE.into()];
    let percent = |c: &Cloud| 100.0 * c.missed.value;
    for (steps, c) in rows {
        let cells = [c.title.en.to_string(), steps.to_string()];
        table.row(&[&cells[..], &[share(c.missed), plus_minus(c.energy)]].concat());
    }
    lab.show("autoguidance", &table)?;
    for half in rows[1..].chunks(rows.len() / 2) {
        let [free, auto, cfg, exact] = [0, 2, 5, 7].map(|i| percent(&half[i].1));
        for (what, value, full, quick) in [
            ("exact score, off the support %", exact, 0.0..=2.0, 0.0..=4.0),
            ("autoguided, γ = 2: change, points", auto - free, -15.0..=-3.0, -20.0..=-1.0),
            ("classifier-free, γ = 2: change, points", cfg - free, 5.0..=40.0, 1.0..=40.0),
        ] {
            lab.check(&format!("{} steps: {what}", half[0].0), value, full, quick);
        }
    }
    let [free, auto, cfg] = [1, 3, 6].map(|i| share(rows[i].1.missed));
    let better = percent(&rows[3].1) < percent(&rows[1].1);
    lab.answer(yes_or_no(better).then((
        format!(
            ": off the support lie {auto} % of the samples pushed away from the worse network at γ = 2, {free} % of unguided ones, and {cfg} % of those pushed away from the network's own unconditional score"
        ),
        format!(
            ": với γ = 2, số mẫu nằm ngoài miền dữ liệu là {auto} % khi được đẩy ra xa mạng kém hơn, {free} % khi không điều hướng, và {cfg} % khi đẩy ra xa score không điều kiện của chính mạng"
        ),
    )));
    Ok(())
}

/// A blurred mixture pushed away from a more blurred one: the spread of the samples against the known one.
fn blurred(lab: &mut Experiment, grids: &[Grid]) -> Result<()> {
    let given = lab.scene().mixture.given(lab.target());
    let [b, b2] = [blur(&given, BLUR)?, blur(&given, 2.0 * BLUR)?];
    let [v, v_b, v_2b] = [&given, &b, &b2].map(|m| m.covs()[0][[0, 0]]);
    let healing = 1.0 + (v_b / v).ln() / (v_2b / v_b).ln();
    let mut table = Table::new(&["blurred", "steps", "γ", "spread", "of one round component"]);
    table.notes = vec![format!("blurs {BLUR} and {}; without blur {:.3}", 2.0 * BLUR, v.sqrt())];
    for grid in grids {
        lab.change(|setup| setup.grid = grid.clone());
        for gamma in [1.0, healing, 2.0, 3.0] {
            let guided = Guided { main: &b, guiding: &b2, gamma: Gamma::new(gamma)? };
            let x = lab.ends(&guided, lab.samples)?;
            let (found, se) = spread_with_se(x.view());
            let known = (v_b * (v_b / v_2b).powf(gamma - 1.0)).sqrt();
            let cells = [grid.steps().to_string(), format!("{gamma:.3}")];
            let numbers = [plus_minus((found, se)), format!("{known:.3}")];
            table.row(&[&[lab.class_name()][..], &cells, &numbers].concat());
            let what = format!("{} steps, γ = {gamma:.3}: spread / known spread", grid.steps());
            lab.check(&what, found / known, 0.97..=1.03, 0.93..=1.07);
        }
    }
    lab.show("blurred", &table)
}

/// The mixture convolved with a round Gaussian.
fn blur(m: &Mixture, width: f64) -> Result<Mixture> {
    let covs = m.covs().iter().map(|c| c + &(Array2::<f64>::eye(2) * (width * width))).collect();
    Mixture::new(m.weights().to_vec(), m.means().to_owned(), covs, m.labels().to_vec())
}

/// A network for both classes and ∅, trained for so many steps.
fn learn(lab: &Experiment, data: &Labelled, steps: (usize, usize)) -> Result<JointNet> {
    let recipe = Recipe { depth: 4, levels: LEVELS, ..lab.recipe(Kind::Joint, steps) };
    lab.train_joint_by("training a network", &recipe, data)
}
