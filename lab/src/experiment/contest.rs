//! Ways to guide, held against each other and against the exact answer.

use super::rival::CountedParts;
use crate::flags::MethodFlags;
use crate::sampling::finite;
use crate::table::{GAMMA_FOOTNOTE, SE_FOOTNOTE, Table, share};
use ndarray::{Array2, s as slice};
use scorelab::Result;
use scorelab::guidance::{Gamma, Guided};
use scorelab::methods::{Effective, Plan, Run, Score, effective, effective_at_once, window};
use scorelab::metrics::{Outcome, RANKING_LEVEL, Verdict, energy_difference, energy_rows, outcome};
use scorelab::mixture::Tilt;
use scorelab::noise::{Grid, Spacing};
use scorelab::number::{plus_minus, significant};
use scorelab::rng::Purpose;
use scorelab::score::Counted;
use scorelab_figures::lecture::Setting;
use std::sync::Arc;

/// Makes a score of s_c and s_u.
pub type Made<'a> = &'a dyn Fn(Score, Score) -> Score;

/// On what ways to guide are compared.
#[derive(Clone, Copy)]
pub struct Contest<'a> {
    /// The scene, the class and the walk.
    pub setting: Setting<'a>,
    /// Samples for each row of the table.
    pub samples: usize,
    /// The guidance scale.
    pub gamma: Gamma,
    /// Whether one's own scores are asked for all points in one call, as [`Plan::walk_at_once`] does; then their evaluations are
    /// those of themselves, and not of what they ask.
    pub at_once: bool,
}

/// What came out of a comparison of ways to guide.
pub struct Contested {
    /// For each score, at the walk's steps and at twice as many: the shares, the energy distance to p(x|c) and to the tilt
    /// p(x)^(1−γ)·p(x|c)^γ, the spread and the evaluations.
    pub compare: Table,
    /// Whether each is nearer to p(x|c), and to the tilt, than `guided` is.
    pub verdicts: Table,
    /// The γ of ordinary guidance that each comes nearest to.
    pub effective: Table,
    /// Where each score led, at the walk's steps and at twice as many.
    pub walks: Vec<Walk>,
    /// The tilt, if it is a distribution.
    pub tilt: Option<Tilt>,
}

/// Where a walk along a score ended.
pub struct Walk {
    /// The name of the score.
    pub name: String,
    /// The solver's steps.
    pub steps: usize,
    /// Where the samples are (n, d).
    pub ends: Array2<f64>,
    /// Their energy distance to p(x|c).
    pub energy: f64,
}

/// A way to walk.
struct Arm {
    name: String,
    plan: Plan,
    /// A score that is asked at once, whose points are counted.
    at_once: Option<Arc<Counted<Score>>>,
}

/// Walks along which the effective scale is measured.
const MOST_EFFECTIVE: usize = 1000;

impl Contest<'_> {
    /// Why there is no tilt to compare with, if there is none.
    pub fn warning(&self) -> Option<String> {
        let given = self.setting.exact().given(self.setting.class);
        Tilt::warning(self.setting.exact(), &[(self.gamma.value(), &given)])
    }

    /// Compares one's own scores, and the method that the flags name, with the conditional score and with ordinary guidance.
    ///
    /// All of them start from the same noise, so the verdicts are of paired differences, [`energy_difference`].
    ///
    /// # Errors
    /// If the method that is named cannot be built, a sample is not finite, or twice the steps are too many.
    pub fn held(&self, mine: &[(&str, Made)], rival: &MethodFlags) -> Result<Contested> {
        let Setting { scene, class, process, grid, .. } = self.setting;
        let finer = Grid::to_data(&process, Spacing::KARRAS, 2 * grid.steps())?;
        let parts = CountedParts::new(&scene.mixture, class);
        let rival = parts.rival(rival, self.gamma)?;
        let arms = self.arms(&parts, rival, mine);
        let rows = Rows::new(self);
        let mut compare = rows.table();
        let mut walks = Vec::new();
        for arm in &arms {
            for grid in [grid, &finer] {
                walks.push(rows.walked(arm, grid, &parts, &mut compare)?);
            }
        }
        let verdicts = rows.verdicts(&walks);
        let effective = self.effective_scales(&arms, &rows.class);
        Ok(Contested { compare, verdicts, effective, walks, tilt: rows.tilt })
    }

    /// The known ones, one's own, and the rival.
    fn arms(
        &self,
        parts: &CountedParts,
        rival: Option<(String, Plan)>,
        mine: &[(&str, Made)],
    ) -> Vec<Arm> {
        let ([main, guiding], gamma) = (parts.pair(), self.gamma);
        let guided = Guided { main: main.clone(), guiding: guiding.clone(), gamma };
        let arm = |name: &str, score: Score, at_once: bool| {
            let counted = at_once.then(|| Arc::new(Counted::new(score.clone())));
            let score = counted.clone().map_or(score, |counted| counted as Score);
            Arm { name: name.into(), plan: Plan::of(score), at_once: counted }
        };
        let known =
            [arm("conditional", main.clone(), false), arm("guided", Arc::new(guided), false)];
        let own = mine
            .iter()
            .map(|(name, made)| arm(name, made(main.clone(), guiding.clone()), self.at_once));
        let rival = rival.map(|(name, plan)| Arm { name, plan, at_once: None });
        known.into_iter().chain(own).chain(rival).collect()
    }

    /// The γ of ordinary guidance that each comes nearest to along its own walk, where guidance has anything to say.
    fn effective_scales(&self, arms: &[Arm], class: &Array2<f64>) -> Table {
        let mut table = Table::new(&["score", "effective γ", "across"]);
        table.notes = vec![
            "effective γ: that of ordinary guidance that is nearest along the walk ± one standard error; across: what share of the \
             guidance no γ gives"
                .into(),
        ];
        let Setting { process, grid, sampler, seed, class: target, .. } = self.setting;
        let (c, u) = (self.setting.exact().given(target), self.setting.exact().clone());
        let [c, u]: [Score; 2] = [Arc::new(c), Arc::new(u)];
        let start = self.setting.start(self.samples.min(MOST_EFFECTIVE));
        let run = Run { process: &process, grid, start: start.view(), seed };
        let x0 = class.slice(slice![..start.nrows(), ..]);
        let Some(window) = window(&c, &u, x0, run) else { return table };
        for Arm { name, plan, at_once } in arms {
            let measured = if at_once.is_some() { effective_at_once } else { effective };
            let found = measured(plan, sampler, [&c, &u], window, run);
            let across = match found {
                Effective::Scale { across, .. } => significant(across, 2),
                _ => "–".into(),
            };
            table.row(&[name.clone(), found.to_string(), across]);
        }
        table
    }
}

/// What every row is measured against.
struct Rows<'a> {
    contest: &'a Contest<'a>,
    class: Array2<f64>,
    tilt: Option<Tilt>,
    tilted: Option<Array2<f64>>,
}

impl<'a> Rows<'a> {
    /// True samples of the class, and of the tilt if it is one.
    fn new(contest: &'a Contest) -> Self {
        let Setting { class, seed, .. } = contest.setting;
        let tilt = Tilt::guided(contest.setting.exact(), class, contest.gamma.value()).ok();
        let tilted = tilt.as_ref().map(|t| t.sample(contest.samples, seed));
        let given = contest.setting.exact().given(class);
        let class = given.sample(contest.samples, seed, Purpose::Reference).x;
        Rows { contest, class, tilt, tilted }
    }

    /// The table with its first rows: other true samples of the class and of the tilt.
    fn table(&self) -> Table {
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
            format!("γ = {}; to: energy distance of the first 2,000", self.contest.gamma.value()),
            SE_FOOTNOTE.into(),
            GAMMA_FOOTNOTE.into(),
        ];
        let (n, seed) = (self.contest.samples, self.contest.setting.seed.wrapping_add(1));
        let given = self.contest.setting.exact().given(self.contest.setting.class);
        let twin = given.sample(n, seed, Purpose::Reference).x;
        self.add(&mut table, ["true p(x|c)", "", ""], &twin);
        if let Some(tilt) = &self.tilt {
            self.add(&mut table, ["true tilt", "", ""], &tilt.sample(n, seed));
        }
        table
    }

    /// Walks along a score down this grid, and adds a row.
    fn walked(
        &self,
        arm: &Arm,
        grid: &Grid,
        parts: &CountedParts,
        table: &mut Table,
    ) -> Result<Walk> {
        let Setting { process, sampler, seed, .. } = self.contest.setting;
        let asked = || arm.at_once.as_ref().map_or(parts.points(), |own| own.points());
        let before = asked();
        let start = Setting { grid, ..self.contest.setting }.start(self.contest.samples);
        let run = Run { process: &process, grid, start: start.view(), seed };
        let ends = finite(match arm.at_once {
            Some(_) => arm.plan.walk_at_once(sampler, run),
            None => arm.plan.walk(sampler, run),
        })?;
        let each = (asked() - before) as f64 / start.nrows() as f64;
        let words = [arm.name.as_str(), &grid.steps().to_string(), &each.to_string()];
        let energy = self.add(table, words, &ends);
        Ok(Walk { name: arm.name.clone(), steps: grid.steps(), ends, energy })
    }

    /// Adds the row of such a score, steps and evaluations; the answer is its energy distance to p(x|c).
    fn add(
        &self,
        table: &mut Table,
        [name, steps, evaluations]: [&str; 3],
        x: &Array2<f64>,
    ) -> f64 {
        let of = |truth: &Array2<f64>| -> Outcome {
            outcome(
                x.view(),
                truth.view(),
                self.contest.setting.exact(),
                self.contest.setting.class,
            )
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
    fn verdicts(&self, walks: &[Walk]) -> Table {
        let mut table = Table::new(&["against guided", "steps", "nearer to", "by", "verdict"]);
        table.notes = vec![
            format!(
                "γ = {}; by: how much smaller the energy distance is ± one standard error",
                self.contest.gamma.value()
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
