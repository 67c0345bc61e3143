//! A reader's own guidance beside the known ones, in one table and one figure.

use super::rival::CountedParts;
use super::run::Experiment;
use crate::sampling::finite;
use crate::table::{GAMMA_FOOTNOTE, SE_FOOTNOTE, Table, share};
use crate::tell::tell;
use ndarray::{Array2, Axis as Dim, Slice, s as slice};
use scorelab::Result;
use scorelab::guidance::{Gamma, Guided};
use scorelab::methods::{Effective, Plan, Score, effective, window};
use scorelab::metrics::{Outcome, RANKING_LEVEL, Verdict, energy_difference, energy_rows, outcome};
use scorelab::mixture::Tilt;
use scorelab::number::{plus_minus, significant};
use scorelab::rng::Purpose;
use scorelab_figures::plot::{Axis, Density, Figure, Layer, Marker, Panel, Points, Role, Text};
use std::sync::Arc;

/// Samples drawn in a panel.
const SHOWN: usize = 500;

/// Makes a score of s_c and s_u.
pub type Made<'a> = &'a dyn Fn(Score, Score) -> Score;

/// Compares the reader's own scores with the conditional score, with ordinary guidance at the same γ, with the method
/// that the flags name, if they do, and with the true tilt.
///
/// Prints and writes one table, `compare`: for each, at the experiment's steps and at twice as many, the shares, the
/// energy distance to p(x|c) and to the tilt p(x)^(1−γ)·p(x|c)^γ, the spread and the evaluations; a second one, `verdicts`,
/// says whether each is nearer to p(x|c), and to the tilt, than `guided` is; a third one, `effective`, the γ of ordinary
/// guidance that each comes nearest to; and it draws one figure, the samples over the tilt. All of them start from the same
/// noise, so the verdicts are of paired differences, [`energy_difference`].
///
/// Where the tilt is improper its column stays empty and a warning says why. What is checked is `conditional`, whose
/// distance to p(x|c) is that of one true sample from another.
///
/// # Errors
/// If the method that is named cannot be built, or a file cannot be written.
pub fn compare(lab: &mut Experiment, gamma: Gamma, mine: &[(&str, Made)]) -> Result<()> {
    lab.needs_two_classes()?;
    let mixture = lab.scene().mixture.clone();
    let given = mixture.given(lab.target());
    if let Some(warning) = Tilt::warning(&mixture, &[(gamma.value(), &given)]) {
        tell(format!("warning: {warning}"));
    }
    let parts = CountedParts::new(&mixture, lab.target());
    let all = arms(&parts, parts.rival(&lab.flags.guidance, gamma)?, gamma, mine);
    let rows = Rows::new(lab, gamma);
    let mut table = rows.table(lab, gamma);
    let mut walks = Vec::new();
    for arm in &all {
        walks.extend(rows.walked(lab, arm, &parts, &mut table)?);
    }
    println!("\nscene {}, target {}, exact scores", lab.scene().name, lab.class_name());
    lab.show("compare", &table)?;
    let verdicts = rows.verdicts(gamma, &walks);
    lab.show("verdicts", &verdicts)?;
    lab.show("effective", &effective_scales(lab, &all, &rows.class))?;
    for walk in walks.iter().filter(|walk| walk.name == "conditional") {
        let what = format!("conditional, {} steps: energy distance to p(x|c)", walk.steps);
        lab.check(&what, walk.energy, -2e-3..=2e-3, -8e-3..=8e-3);
    }
    let drawn: Vec<&Walk> = walks.iter().step_by(2).collect(); // at the experiment's steps
    lab.draw(&[figure(gamma, rows.tilt.as_ref(), &drawn)])
}

/// A way to walk, and its name.
type Arm = (String, Plan);

/// The known ones, one's own, and the rival.
fn arms(parts: &CountedParts, rival: Option<Arm>, gamma: Gamma, mine: &[(&str, Made)]) -> Vec<Arm> {
    let [main, guiding] = parts.pair();
    let guided = Guided { main: main.clone(), guiding: guiding.clone(), gamma };
    let own = mine.iter().map(|(name, made)| (*name, made(main.clone(), guiding.clone())));
    let all = [("conditional", main.clone()), ("guided", Arc::new(guided) as Score)];
    let all = all.into_iter().chain(own);
    all.map(|(name, score)| (name.to_string(), Plan::of(score))).chain(rival).collect()
}

/// Walks along which the effective scale is measured.
const MOST_EFFECTIVE: usize = 1000;

/// The γ of ordinary guidance that each comes nearest to along its own walk, where guidance has anything to say.
fn effective_scales(lab: &Experiment, arms: &[Arm], class: &Array2<f64>) -> Table {
    let mut table = Table::new(&["score", "effective γ", "across"]);
    table.notes = vec![
        "effective γ: that of ordinary guidance that is nearest along the walk ± one standard error; across: what share of the \
         guidance no γ gives"
            .into(),
    ];
    let mixture = &lab.scene().mixture;
    let [c, u]: [Score; 2] = [Arc::new(mixture.given(lab.target())), Arc::new(mixture.clone())];
    let start = lab.starts(lab.samples.min(MOST_EFFECTIVE), lab.data.dim());
    let (run, x0) = (lab.run(start.view()), class.slice(slice![..start.nrows(), ..]));
    let Some(window) = window(&c, &u, x0, run) else { return table };
    for (name, plan) in arms {
        let found = effective(plan, &lab.sampler, [&c, &u], window, run);
        let across = match found {
            Effective::Scale { across, .. } => significant(across, 2),
            _ => "–".into(),
        };
        table.row(&[name.clone(), found.to_string(), across]);
    }
    table
}

/// Where a walk along a score ended.
struct Walk {
    name: String,
    steps: usize,
    ends: Array2<f64>,
    energy: f64,
}

/// What every row is measured against.
struct Rows {
    class: Array2<f64>,
    tilt: Option<Tilt>,
    tilted: Option<Array2<f64>>,
}

impl Rows {
    /// True samples of the class, and of the tilt if it is one.
    fn new(lab: &Experiment, gamma: Gamma) -> Rows {
        let tilt = Tilt::guided(&lab.scene().mixture, lab.target(), gamma.value()).ok();
        let tilted = tilt.as_ref().map(|t| t.sample(lab.samples, lab.seed));
        Rows { class: lab.truth(lab.samples).x, tilt, tilted }
    }

    /// The table with its first rows: other true samples of the class and of the tilt.
    fn table(&self, lab: &Experiment, gamma: Gamma) -> Table {
        let mut table = Table::new(&[
            "score",
            "steps",
            "target %",
            "other %",
            "hybrid %",
            "overshoot %",
            "to p(x|c)",
            "to the tilt",
            "spread",
            "evals",
        ]);
        table.notes = vec![
            format!("γ = {}; to: energy distance of the first 2,000", gamma.value()),
            SE_FOOTNOTE.into(),
            GAMMA_FOOTNOTE.into(),
        ];
        let (n, seed) = (lab.samples, lab.seed.wrapping_add(1));
        let given = lab.scene().mixture.given(lab.target());
        let twin = given.sample(n, seed, Purpose::Reference).x;
        self.add(&mut table, lab, ["true p(x|c)", "", ""], &twin);
        if let Some(tilt) = &self.tilt {
            self.add(&mut table, lab, ["true tilt", "", ""], &tilt.sample(n, seed));
        }
        table
    }

    /// Walks along a score with the experiment's steps and with twice as many, and adds a row of each.
    fn walked(
        &self,
        lab: &mut Experiment,
        (name, plan): &Arm,
        parts: &CountedParts,
        table: &mut Table,
    ) -> Result<Vec<Walk>> {
        let walked = lab.twice(|lab| {
            let before = parts.points();
            let start = lab.start();
            let ends = finite(plan.walk(&lab.sampler, lab.run(start.view())))?;
            Ok((lab.grid.steps(), ends, (parts.points() - before) as f64 / lab.samples as f64))
        })?;
        let walks = walked.into_iter().map(|(steps, ends, each)| {
            let words = [name.as_str(), &steps.to_string(), &each.to_string()];
            let energy = self.add(table, lab, words, &ends);
            Walk { name: name.clone(), steps, ends, energy }
        });
        Ok(walks.collect())
    }

    /// Adds the row of such a score, steps and evaluations; the answer is its energy distance to p(x|c).
    fn add(
        &self,
        table: &mut Table,
        lab: &Experiment,
        [name, steps, evaluations]: [&str; 3],
        x: &Array2<f64>,
    ) -> f64 {
        let of = |truth: &Array2<f64>| -> Outcome {
            outcome(x.view(), truth.view(), &lab.scene().mixture, lab.target())
        };
        let found = of(&self.class);
        let share = |v: Verdict| share(found.shares.interval(v));
        let energy = |o: &Outcome| plus_minus((o.energy, o.energy_se));
        table.row(&[
            name.to_string(),
            steps.to_string(),
            share(Verdict::Target),
            share(Verdict::Other),
            share(Verdict::Hybrid),
            share(Verdict::Overshoot),
            energy(&found),
            self.tilted.as_ref().map_or(String::new(), |t| energy(&of(t))),
            plus_minus((found.spread, found.spread_se)),
            evaluations.to_string(),
        ]);
        found.energy
    }

    /// Whether the walks of each score end nearer to p(x|c), and to the tilt, than those of `guided` from the same noise.
    fn verdicts(&self, gamma: Gamma, walks: &[Walk]) -> Table {
        let mut table = Table::new(&["against guided", "steps", "nearer to", "by", "verdict"]);
        table.notes = vec![
            format!(
                "γ = {}; by: how much smaller the energy distance is ± one standard error",
                gamma.value()
            ),
            format!(
                "better or worse: at the {:.0} % level, from the same noise; else not told apart",
                100.0 * RANKING_LEVEL
            ),
        ];
        let targets = [("p(x|c)", Some(&self.class)), ("the tilt", self.tilted.as_ref())];
        let (of_guided, others): (Vec<&Walk>, Vec<&Walk>) =
            walks.iter().partition(|walk| walk.name == "guided");
        for walk in others {
            let known = of_guided.iter().find(|known| known.steps == walk.steps);
            let known = &known.expect("guided walks by the same steps").ends;
            for (target, truth) in targets.iter().filter_map(|(name, t)| Some((*name, (*t)?))) {
                let [x, known, truth] = [&walk.ends, known, truth].map(|x| energy_rows(x.view()));
                let found = energy_difference(x, known, truth);
                let by = plus_minus((0.0 - found.value, found.se));
                table.row(&[
                    walk.name.clone(),
                    walk.steps.to_string(),
                    target.into(),
                    by,
                    found.ranking().to_string(),
                ]);
            }
        }
        table
    }
}

/// The samples of each score over the tilt, at the experiment's steps; at most four panels, the last ones given.
fn figure(gamma: Gamma, tilt: Option<&Tilt>, drawn: &[&Walk]) -> Figure {
    let named = |_: &Tilt| {
        (Role::Muted, Text::new("      map: the tilt", "      bản đồ: phân phối nghiêng"))
    };
    let map = tilt.map(named);
    let panels = drawn[drawn.len().saturating_sub(4)..]
        .iter()
        .map(|walk| panel(walk, tilt, &square(drawn)))
        .collect();
    Figure {
        stem: "compare".into(),
        title: Text::from((
            format!("Ways to guide, γ = {}", gamma.value()),
            format!("Các cách điều hướng, γ = {}", gamma.value()),
        )),
        caption: Text::new(
            "The samples of each score, from the same noise, over the tilted density where there is one.",
            "Mẫu của từng score, từ cùng một nhiễu, trên mật độ nghiêng nếu có.",
        ),
        panels,
        layout: Some((1, drawn.len().min(4))),
        formula: [(Role::Guided, Text::new("● samples", "● mẫu"))].into_iter().chain(map).collect(),
        ..Figure::default()
    }
}

/// The square around all samples but the farthest hundredth on each side.
fn square(drawn: &[&Walk]) -> [(f64, f64); 2] {
    let side = |axis: usize| {
        let column = |x: &Array2<f64>| x.column(axis).to_vec();
        let mut all: Vec<f64> = drawn.iter().flat_map(|walk| column(&walk.ends)).collect();
        all.retain(|v| v.is_finite());
        all.sort_by(f64::total_cmp);
        let edge = all.len() / 200;
        match (all.get(edge), all.len().checked_sub(1 + edge).and_then(|i| all.get(i))) {
            (Some(low), Some(high)) if low < high => (0.5 * (low + high), 0.5 * (high - low)),
            _ => (0.0, 1.0),
        }
    };
    let ((cx, rx), (cy, ry)) = (side(0), side(1));
    let r = 1.25 * rx.max(ry);
    [(cx - r, cx + r), (cy - r, cy + r)]
}

fn panel(walk: &Walk, tilt: Option<&Tilt>, [across, up]: &[(f64, f64); 2]) -> Panel {
    let x = &walk.ends;
    let mut panel = Panel {
        title: walk.name.clone().into(),
        x: Axis::new("", *across),
        y: Axis::new("", *up),
        equal: true,
        ..Panel::default()
    };
    if let Some(tilt) = tilt {
        let (a, b) = (&tilt.axes()[0], &tilt.axes()[1]);
        let root = tilt.density().mapv(f64::sqrt); // (cells,), the second axis running fastest
        let top = 1.15 * root.fold(f64::MIN_POSITIVE, |m, v| m.max(*v));
        let values = root.into_shape_with_order((a.len(), b.len())).expect("the tilt's own grid");
        let map = Density {
            values: values.reversed_axes().as_standard_layout().to_owned(),
            x: (a[0], a[a.len() - 1]),
            y: (b[0], b[b.len() - 1]),
            top: Some(top),
            ..Density::default()
        };
        panel.layers.push(Layer::new("tilt", "the root of the tilted density", Role::Muted, map));
    }
    let shown = x.slice_axis(Dim(0), Slice::from(..x.nrows().min(SHOWN)));
    let at = shown.slice(slice![.., ..2]).to_owned();
    let dots = Points { at, size: 6.0, alpha: 0.6, marker: Some(Marker::Dot) };
    panel.layers.push(Layer::new("samples", "where the samples end", Role::Guided, dots));
    panel
}
