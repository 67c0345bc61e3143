//! Several ways to steer, compared from the same noise, each with once and with twice the solver's steps.

use super::run::Experiment;
use crate::table::{OutcomeTable, share};
use ndarray::{Array2, ArrayView2};
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::metrics::{Outcome, Verdict, outcome};
use scorelab_figures::plot::Text;

/// One way to steer: (the experiment, γ, the start (n, d)) → the ends (n, d) and the evaluations that each of them took.
pub type Steer<'a> = &'a dyn Fn(&Experiment, Gamma, ArrayView2<f64>) -> Result<(Array2<f64>, f64)>;

/// Where one arm led at one γ.
#[derive(Debug, Clone)]
pub struct ArmRun {
    /// The name of the arm.
    pub arm: &'static str,
    /// The guidance scale.
    pub gamma: Gamma,
    /// The solver's steps.
    pub steps: usize,
    /// The ends of the walks (n, d), in the order of their starts.
    pub ends: Array2<f64>,
    /// Evaluations of a network, or of an exact score, for each sample.
    pub evaluations: f64,
    /// What became of the samples.
    pub outcome: Outcome,
}

/// All arms at all γ, with N and with 2N steps.
#[derive(Debug, Clone)]
pub struct Comparison(
    /// By arm, then by γ, then N steps before 2N.
    pub Vec<[ArmRun; 2]>,
);

impl Comparison {
    /// The rows of one arm by γ, with N steps.
    pub fn of<'a>(&'a self, arm: &'a str) -> impl Iterator<Item = &'a ArmRun> {
        self.0.iter().map(|pair| &pair[0]).filter(move |row| row.arm == arm)
    }

    /// The rows of one arm at one γ, with N and with 2N steps, if it was among those that were run.
    pub fn at(&self, arm: &str, gamma: f64) -> Option<&[ArmRun; 2]> {
        self.0.iter().find(|[row, _]| row.arm == arm && row.gamma.value() == gamma)
    }

    /// The share of a verdict in per cent, with N and with 2N steps; NaN where nothing was run.
    pub fn percent(&self, arm: &str, gamma: f64, verdict: Verdict) -> [f64; 2] {
        let share = |row: &ArmRun| 100.0 * row.outcome.shares.of(verdict);
        self.at(arm, gamma).map_or([f64::NAN; 2], |pair| pair.each_ref().map(share))
    }

    /// The γ at which the samples of an arm are nearest to p(x | y) by energy distance; NaN without rows.
    pub fn nearest(&self, arm: &str) -> f64 {
        let distance = |row: &&ArmRun| row.outcome.energy;
        let least = self.of(arm).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        least.map_or(f64::NAN, |row| row.gamma.value())
    }

    /// How large the share of a verdict is at each γ of an arm, in words: `25.6 ± 0.9 % at γ = 0, 99.2 ± 0.2 % at γ = 1`.
    pub fn told(&self, arm: &str, verdict: Verdict) -> Text {
        said(&self.of(arm).collect::<Vec<_>>(), verdict)
    }

    /// As [`Comparison::told`], at one γ.
    pub fn told_at(&self, arm: &str, gamma: Gamma, verdict: Verdict) -> Text {
        said(&self.of(arm).filter(|row| row.gamma == gamma).collect::<Vec<_>>(), verdict)
    }

    /// Every row, each N-step row directly above the same with 2N steps.
    pub fn table(&self) -> OutcomeTable {
        let mut table = OutcomeTable::default();
        for row in self.0.iter().flatten() {
            let arm = format!("{}, {} steps", row.arm, row.steps);
            let gamma = row.gamma.value().to_string();
            table.add(&arm, &gamma, &row.outcome, &row.evaluations.to_string());
        }
        table
    }
}

/// How large the share of a verdict is in each of these rows.
fn said(rows: &[&ArmRun], verdict: Verdict) -> Text {
    let of = |at: &str| -> String {
        let one = |row: &&ArmRun| {
            let share = share(row.outcome.shares.interval(verdict));
            format!("{share} % {at} γ = {}", row.gamma.value())
        };
        rows.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    Text::from((of("at"), of("với")))
}

impl Experiment {
    /// Runs every arm at every γ of the settings, all from the same starting noise, with N and with 2N steps.
    ///
    /// `truth` (m, d) is a sample of p(x | y) to compare with.
    ///
    /// # Errors
    /// As [`Experiment::twice`].
    pub fn compare(
        &mut self,
        arms: &[(&'static str, Steer)],
        truth: ArrayView2<f64>,
    ) -> Result<Comparison> {
        let [once, twice] = self.twice(|lab| {
            let start = lab.start();
            let mut rows = Vec::new();
            for (arm, steer) in arms {
                for gamma in lab.gammas.iter().copied() {
                    let (ends, evaluations) = steer(lab, gamma, start.view())?;
                    let mixture = &lab.scene().mixture;
                    let outcome = outcome(ends.view(), truth, mixture, lab.target());
                    let steps = lab.grid.steps();
                    rows.push(ArmRun { arm, gamma, steps, ends, evaluations, outcome });
                }
            }
            Ok(rows)
        })?;
        Ok(Comparison(once.into_iter().zip(twice).map(|(a, b)| [a, b]).collect()))
    }
}
