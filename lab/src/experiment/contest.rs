//! Ways to guide, held against each other and against the exact answer.

use super::rival::CountedParts;
use super::verdict::{Judged, LEAST_SHARE, Rival, is_same, said, verdicts};
use crate::flags::MethodFlags;
use crate::sampling::finite;
use crate::table::{GAMMA_FOOTNOTE, SE_FOOTNOTE, Table, share};
use ndarray::{Array2, s as slice};
use scorelab::Result;
use scorelab::guidance::{Gamma, Guided};
use scorelab::methods::{Effective, Plan, Run, Score, effective, effective_at_once, window};
use scorelab::metrics::{Outcome, Verdict, energy_difference, energy_rows, outcome};
use scorelab::mixture::Tilt;
use scorelab::noise::{Grid, Spacing};
use scorelab::null_label::JointNet;
use scorelab::number::{plus_minus, significant};
use scorelab::rng::Purpose;
use scorelab::score::Counted;
use scorelab_figures::lecture::Setting;
use scorelab_figures::plot::Text;
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
    /// A joint network, whose scores stand in the exact ones' place; the truth stays that of the scene.
    pub learned: Option<&'a JointNet>,
}

/// What came out of a comparison of ways to guide.
pub struct Contested {
    /// For each score, at the walk's steps and at twice as many: the shares, the energy distance to p(x|c) and to the tilt
    /// p(x)^(1−γ)·p(x|c)^γ, the spread and the evaluations.
    pub compare: Table,
    /// Whether each is nearer to p(x|c), and to the tilt, than the conditional score is, and than ordinary guidance at the same γ
    /// and at the γ that each itself comes nearest to.
    pub verdicts: Table,
    /// The γ of ordinary guidance that each comes nearest to.
    pub effective: Table,
    /// What the verdicts say of each of one's own scores, in a sentence.
    pub said: Vec<Text>,
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
    /// And to the tilt, if it is a distribution.
    pub to_tilt: Option<f64>,
}

/// A way to walk.
struct Arm {
    name: String,
    plan: Plan,
    /// A score that is asked at once, whose points are counted.
    at_once: Option<Arc<Counted<Score>>>,
}

/// Differences of energy distances below this share of the data's radius are rounding.
const ROUNDING: f64 = 1e-9;

/// The places of the known ones among the arms.
const CONDITIONAL: usize = 0;
const GUIDED: usize = 1;

/// Walks along which the effective scale is measured.
const MOST_EFFECTIVE: usize = 1000;

impl Contest<'_> {
    /// Why there is no tilt to compare with, if there is none.
    pub fn warning(&self) -> Option<String> {
        let Setting { class, .. } = self.setting;
        let why = Tilt::guided(self.setting.exact(), class, self.gamma.value()).err()?;
        Some(format!("there is no tilt to compare with: {why}"))
    }

    /// Compares one's own scores, and the method that the flags name, with the conditional score and with ordinary guidance.
    ///
    /// All of them start from the same noise, so the verdicts are of paired differences, [`energy_difference`].
    ///
    /// # Errors
    /// If the method that is named cannot be built, a sample is not finite, or twice the steps are too many.
    pub fn held(&self, mine: &[(&str, Made)], rival: &MethodFlags) -> Result<Contested> {
        let Setting { process, grid, .. } = self.setting;
        let finer = Grid::to_data(&process, Spacing::KARRAS, 2 * grid.steps())?;
        let parts = self.parts();
        let rival = parts.rival(rival, self.gamma)?;
        let rows = Rows::new(self);
        let (mut arms, own) = (self.arms(&parts, rival, mine), 2..2 + mine.len());
        let (effective, scales) = self.effective_scales(&arms, &parts, &rows.class);
        let pairs = self.beside(&mut arms, &parts, &scales);
        let mut compare = rows.table();
        let mut walks = Vec::new();
        for arm in &arms {
            for grid in [grid, &finer] {
                walks.push(rows.walked(arm, grid, &parts, &mut compare)?);
            }
        }
        let judged = rows.judged(&walks, &pairs);
        let said = own.map(|arm| said(self.gamma, scales[arm], arm, &judged)).collect();
        let verdicts = verdicts(&judged);
        Ok(Contested { compare, verdicts, effective, said, walks, tilt: rows.tilt })
    }

    /// The scores that are asked, and what counts them.
    fn parts(&self) -> CountedParts {
        let (mixture, class) = (self.setting.exact(), self.setting.class);
        match self.learned {
            None => CountedParts::new(mixture, class),
            Some(net) => CountedParts::learned(net, mixture.class_weights(), class),
        }
    }

    /// Adds ordinary guidance at the effective scale of each arm from the third on; the answer is which arm is held to which:
    /// to the conditional score, to `guided`, and to ordinary guidance at its own scale.
    fn beside(
        &self,
        arms: &mut Vec<Arm>,
        parts: &CountedParts,
        scales: &[Option<f64>],
    ) -> Vec<(usize, usize, Rival)> {
        let mut pairs = vec![(CONDITIONAL, GUIDED, Rival::EqualGamma)];
        for (arm, scale) in scales.iter().enumerate().skip(2) {
            pairs.push((arm, CONDITIONAL, Rival::Conditional));
            pairs.push((arm, GUIDED, Rival::EqualGamma));
            let Some(gamma) = scale.filter(|g| !is_same(*g, self.gamma)) else { continue };
            let [main, guiding] = parts.pair();
            let Ok(scale) = Gamma::new(gamma) else { continue };
            pairs.push((arm, arms.len(), Rival::OwnGamma));
            arms.push(Arm {
                name: format!("guided, γ = {}", significant(gamma, 3)),
                plan: Plan::of(Arc::new(Guided { main, guiding, gamma: scale })),
                at_once: None,
            });
        }
        pairs
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

    /// The γ of ordinary guidance that each comes nearest to along its own walk, where guidance has anything to say; as a table,
    /// and as numbers where they are defined.
    fn effective_scales(
        &self,
        arms: &[Arm],
        parts: &CountedParts,
        class: &Array2<f64>,
    ) -> (Table, Vec<Option<f64>>) {
        let mut table = Table::new(&["score", "effective γ", "across"]);
        table.notes = vec![
            "effective γ: that of ordinary guidance that is nearest along the walk ± one standard error; across: what share of the \
             guidance no γ gives"
                .into(),
        ];
        let mut scales = vec![None; arms.len()];
        let Setting { process, grid, sampler, seed, class: target, .. } = self.setting;
        let (given, all) = (self.setting.exact().given(target), self.setting.exact().clone());
        let start = self.setting.start(self.samples.min(MOST_EFFECTIVE));
        let run = Run { process: &process, grid, start: start.view(), seed };
        let x0 = class.slice(slice![..start.nrows(), ..]);
        let window = window(&(Arc::new(given) as Score), &(Arc::new(all) as Score), x0, run);
        let Some(window) = window else { return (table, scales) };
        let [c, u] = parts.pair();
        for (Arm { name, plan, at_once }, scale) in arms.iter().zip(&mut scales) {
            let measured = if at_once.is_some() { effective_at_once } else { effective };
            let found = measured(plan, sampler, [&c, &u], window, run);
            let across = match found {
                Effective::Scale { gamma, across, .. } => {
                    *scale = Some(gamma).filter(|gamma| gamma.is_finite());
                    significant(across, 2)
                }
                _ => "–".into(),
            };
            table.row(&[name.clone(), found.to_string(), across]);
        }
        (table, scales)
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
        table.keys = 2;
        table.notes = vec![
            format!(
                "γ = {}; to: energy distance, of at most the first 2,000",
                self.contest.gamma.value()
            ),
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
        let (energy, to_tilt) = self.add(table, words, &ends);
        Ok(Walk { name: arm.name.clone(), steps: grid.steps(), ends, energy, to_tilt })
    }

    /// Adds the row of such a score, steps and evaluations; the answer is how far it is from p(x|c) and from
    /// the tilt.
    fn add(
        &self,
        table: &mut Table,
        [name, steps, evaluations]: [&str; 3],
        x: &Array2<f64>,
    ) -> (f64, Option<f64>) {
        let of = |truth: &Array2<f64>| -> Outcome {
            outcome(
                x.view(),
                truth.view(),
                self.contest.setting.exact(),
                self.contest.setting.class,
            )
        };
        let (found, tilted) = (of(&self.class), self.tilted.as_ref().map(of));
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
            tilted.as_ref().map_or(String::new(), energy),
            plus_minus((found.spread, found.spread_se)),
            evaluations.to_string(),
        ]);
        (found.energy, tilted.map(|t| t.energy))
    }

    /// How much nearer to p(x|c), and to the tilt, each of these arms ends than the one it is held to, from the same noise.
    fn judged(&self, walks: &[Walk], pairs: &[(usize, usize, Rival)]) -> Vec<Judged> {
        let targets = [("p(x|c)", Some(&self.class)), ("the tilt", self.tilted.as_ref())];
        let rounding = ROUNDING * self.contest.setting.exact().radius();
        let mut all = Vec::new();
        for (arm, held_to, rival) in pairs {
            for k in [0, 1] {
                let [walk, known] = [arm, held_to].map(|arm| &walks[2 * arm + k]);
                let distances = [Some(known.energy), known.to_tilt];
                let there = targets.iter().zip(distances);
                let there = there.filter_map(|((t, x), distance)| Some((*t, (*x)?, distance?)));
                for (target, truth, distance) in there {
                    let [x, other, truth] =
                        [&walk.ends, &known.ends, truth].map(|x| energy_rows(x.view()));
                    all.push(Judged {
                        arm: *arm,
                        rival: *rival,
                        names: [walk.name.clone(), known.name.clone()],
                        steps: walk.steps,
                        target,
                        found: energy_difference(x, other, truth),
                        least: rounding.max(LEAST_SHARE * distance),
                    });
                }
            }
        }
        all
    }
}
