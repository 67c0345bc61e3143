//! What a method is built into: scores for the legs of a walk, and the rule that takes the steps.

use super::Score;
use crate::noise::{Grid, NoiseLevel, Process};
use crate::sampler::{
    AnyPopulation, AnySampler, Leg, Walk, by_class, parts_of, sample_population_rows, sample_rows,
    trajectories_population, trajectories_rows,
};
use ndarray::{Array2, Array3, ArrayView2, Axis};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who takes the steps of a walk.
#[derive(Clone)]
pub enum Rule {
    /// The walk's own sampler.
    Own,
    /// A sampler that has the walk's own one inside.
    Around(Arc<dyn Fn(AnySampler) -> AnySampler + Send + Sync>),
    /// This sampler, whatever the walk's own one.
    Sampler(AnySampler),
    /// Particles that interact.
    Population(AnyPopulation),
}

/// A method made ready to walk.
#[derive(Clone)]
pub struct Plan {
    /// The scores that lead, from noise to data.
    pub legs: Vec<Leg<Score>>,
    /// Who takes the steps.
    pub rule: Rule,
}

/// Where a walk goes: the same for every method that is compared.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The noise process.
    pub process: &'a Process,
    /// The times.
    pub grid: &'a Grid,
    /// The starting points (n, d).
    pub start: ArrayView2<'a, f64>,
    /// The seed of the noise along the way.
    pub seed: u64,
}

impl Plan {
    /// One score all the way, with the walk's own sampler.
    pub fn of(score: Score) -> Plan {
        Plan { legs: vec![Leg { score, down_to: 0.0 }], rule: Rule::Own }
    }

    /// The same legs with another rule.
    pub fn by(self, rule: Rule) -> Plan {
        Plan { rule, ..self }
    }

    /// The score that leads at a level; none where another rule than the walk's own sampler takes the steps, which no score
    /// tells.
    pub fn at(&self, level: NoiseLevel) -> Option<&Score> {
        let leading = || self.legs.iter().find(|leg| leg.down_to <= level.ratio());
        matches!(self.rule, Rule::Own).then(leading)?.map(|leg| &leg.score)
    }

    /// The score that leads all the way, if the walk's own sampler follows one.
    pub fn score(&self) -> Option<&Score> {
        match (&self.legs[..], &self.rule) {
            ([leg], Rule::Own) => Some(&leg.score),
            _ => None,
        }
    }

    /// The sampler that takes the steps where `own` is the walk's own one; none where particles interact.
    pub fn sampler(&self, own: &AnySampler) -> Option<AnySampler> {
        match &self.rule {
            Rule::Own => Some(own.clone()),
            Rule::Around(wrap) => Some(wrap(own.clone())),
            Rule::Sampler(sampler) => Some(sampler.clone()),
            Rule::Population(_) => None,
        }
    }

    /// Where all starting points end: (n, d).
    pub fn walk(&self, own: &AnySampler, run: Run) -> Array2<f64> {
        self.walk_rows(own, run, &every(run))
    }

    /// Where these rows of the starting points end: (rows, d). Where particles interact, these do with each other alone.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn walk_rows(&self, own: &AnySampler, run: Run, rows: &[usize]) -> Array2<f64> {
        let Run { process, grid, start, seed } = run;
        let pieces = parts_of(&self.legs, process, grid);
        let parts: Vec<_> = pieces.iter().map(|(score, piece)| (*score, piece)).collect();
        match (&self.rule, self.sampler(own)) {
            (Rule::Population(rule), _) => {
                sample_population_rows(rule, &parts, process, start, rows, seed)
            }
            (_, sampler) => {
                let sampler = sampler.expect("a sampler where particles do not interact");
                sample_rows(&sampler, &parts, process, start, rows, seed)
            }
        }
    }

    /// As [`Plan::walk`], but every score is asked for all points in one call, and from this thread alone: for a score that
    /// is a function of another language.
    pub fn walk_at_once(&self, own: &AnySampler, run: Run) -> Array2<f64> {
        self.walk_rows_at_once(own, run, &every(run))
    }

    /// As [`Plan::walk_rows`], but every score is asked for all these rows in one call, in their order, as one that knows something
    /// of each has to be.
    ///
    /// # Panics
    /// As [`Plan::walk_rows`].
    pub fn walk_rows_at_once(&self, own: &AnySampler, run: Run, rows: &[usize]) -> Array2<f64> {
        let last = self.at_once(own, run, rows, |walk| walk.last());
        last.expect("a walk begins at its start").1
    }

    /// As [`Plan::walk_at_once`], but keeps the trajectories: (steps + 1, n, d).
    pub fn trajectories_at_once(&self, own: &AnySampler, run: Run) -> Array3<f64> {
        let ways: Vec<Array2<f64>> =
            self.at_once(own, run, &every(run), |walk| walk.map(|(_, x)| x).collect());
        let views: Vec<_> = ways.iter().map(|x| x.view()).collect();
        ndarray::stack(Axis(0), &views).expect("arrays of one shape")
    }

    /// What is made of the walk of these rows as one block.
    fn at_once<T>(
        &self,
        own: &AnySampler,
        run: Run,
        rows: &[usize],
        made: impl FnOnce(&mut dyn Iterator<Item = (f64, Array2<f64>)>) -> T,
    ) -> T {
        let Run { process, grid, start, seed } = run;
        let pieces = parts_of(&self.legs, process, grid);
        let parts: Vec<_> = pieces.iter().map(|(score, piece)| (*score, piece)).collect();
        let rule = match (&self.rule, self.sampler(own)) {
            (Rule::Population(rule), _) => rule.clone(),
            (_, sampler) => AnyPopulation::new(sampler.expect("a sampler for lone points")),
        };
        let x = start.select(Axis(0), rows);
        made(&mut Walk::new(&rule, &parts, process, x, rows, seed))
    }

    /// Where all starting points end, the i-th by the plan of class `wanted[i]`: (n, d). Where particles interact, those of a
    /// class do with each other alone.
    ///
    /// # Panics
    /// If there is not one class for each point, or no plan for one of them.
    pub fn walk_classes(
        plans: &BTreeMap<usize, Plan>,
        own: &AnySampler,
        run: Run,
        wanted: &[usize],
    ) -> Array2<f64> {
        let plan = |class: usize| &plans[&class];
        by_class(run.start, wanted, plan, |plan, rows| plan.walk_rows(own, run, rows))
    }

    /// As [`Plan::walk_rows`], but keeps the trajectories: (steps + 1, rows, d).
    ///
    /// # Panics
    /// As [`Plan::walk_rows`].
    pub fn trajectories_rows(&self, own: &AnySampler, run: Run, rows: &[usize]) -> Array3<f64> {
        let Run { process, grid, start, seed } = run;
        let pieces = parts_of(&self.legs, process, grid);
        let parts: Vec<_> = pieces.iter().map(|(score, piece)| (*score, piece)).collect();
        match (&self.rule, self.sampler(own)) {
            (Rule::Population(rule), _) => {
                trajectories_population(rule, &parts, process, start, rows, seed)
            }
            (_, sampler) => {
                let sampler = sampler.expect("a sampler where particles do not interact");
                trajectories_rows(&sampler, &parts, process, start, rows, seed)
            }
        }
    }

    /// As [`Plan::walk_classes`], but keeps the trajectories: (steps + 1, n, d).
    ///
    /// # Panics
    /// As [`Plan::walk_classes`], if the plans have other legs, or if there are no points.
    pub fn trajectories_classes(
        plans: &BTreeMap<usize, Plan>,
        own: &AnySampler,
        run: Run,
        wanted: &[usize],
    ) -> Array3<f64> {
        assert_eq!(run.start.nrows(), wanted.len(), "a class for each point");
        let mut ways: Option<Array3<f64>> = None;
        for (class, plan) in plans {
            let rows: Vec<usize> = (0..wanted.len()).filter(|i| wanted[*i] == *class).collect();
            let of_class = plan.trajectories_rows(own, run, &rows); // (steps + 1, rows, d)
            let (times, (n, d)) = (of_class.len_of(Axis(0)), run.start.dim());
            let all = ways.get_or_insert_with(|| Array3::zeros((times, n, d)));
            for (row, way) in rows.iter().zip(of_class.axis_iter(Axis(1))) {
                all.index_axis_mut(Axis(1), *row).assign(&way);
            }
        }
        ways.expect("at least one class")
    }

    /// The times t₀ > t₁ > … at which a trajectory is kept: those of the grid, and those at which legs meet.
    pub fn times(&self, process: &Process, grid: &Grid) -> Vec<f64> {
        let pieces = parts_of(&self.legs, process, grid);
        let rest = |(_, piece): &(&Score, Grid)| piece.times()[1..].to_vec();
        grid.times()[..1].iter().copied().chain(pieces.iter().flat_map(rest)).collect()
    }
}

fn every(run: Run) -> Vec<usize> {
    (0..run.start.nrows()).collect()
}
