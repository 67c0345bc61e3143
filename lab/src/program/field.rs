//! `scorelab field`: a score on a grid or at given points.

use crate::flags::{Field, SamplingFlags, WalkFlags};
use crate::given::{Idle, idle};
use crate::memory;
use crate::menu::SamplerName;
use crate::read::Table;
use crate::report::{BYTES_A_CELL, Report};
use crate::setup::{Typed, noise_level};
use crate::steering::{Spelled, Steering};
use crate::tables::TableFlags;
use ndarray::Array2;
use scorelab::data::PointFile;
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};

/// More points a side than anyone can look at.
const MOST_A_SIDE: f64 = 4096.0;

impl Field {
    /// Writes the score, a row for each level and point.
    ///
    /// # Errors
    /// If a flag cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let steering = self.steering()?;
        self.common.given.refuse(&self.idle_flags())?;
        self.common.given.refuse(&steering.idle_flags())?;
        let plan = steering.plan(steering.class, &steering.guidance.settings[0])?;
        let (levels, dim, gib) = (self.levels()?, steering.data.dim(), steering.memory);
        let x = match &self.points {
            Some(path) => {
                let table = &self.score.own.table;
                Table::read(path, table.header.options(gib))?.points(&table.columns, Some(dim))?
            }
            None => self.on_grid(dim, gib)?,
        };
        let cells = (x.nrows() * (2 * dim + 2) * levels.len()) as f64;
        memory::refuse("the field", cells * BYTES_A_CELL, gib)?;
        let named = |name: &'static str| (1..=dim).map(move |i| format!("{name}{i}"));
        let columns = ["alpha", "sigma"].map(String::from).into_iter();
        let mut report = Report::new(columns.chain(named("x")).chain(named("score")));
        for level in levels {
            let score = plan.at(level).ok_or_else(|| steering.guidance.no_score())?;
            let score = score.score(x.view(), level);
            for (x, s) in x.outer_iter().zip(score.outer_iter()) {
                let numbers = [level.alpha, level.sigma].into_iter();
                report
                    .row(numbers.chain(x.iter().copied()).chain(s.iter().copied()).map(Into::into));
            }
        }
        let out = self.out.as_deref();
        report.write(self.common.form(out)?, out)
    }

    /// The flags that change nothing beside the others.
    fn idle_flags(&self) -> Vec<Idle> {
        idle([
            (self.t.is_empty(), &["process"], "it is the process of --t"),
            (!self.t.is_empty(), &["sigma"], "the levels are those of --t"),
            (self.points.is_some(), &["grid"], "the points are those of --points"),
        ])
    }

    fn steering(&self) -> Result<Steering> {
        // nothing is walked
        let (process, sampler) = (self.process, SamplerName::Dpm2m);
        let walk = WalkFlags { process, sampler, steps: 1, seed: 0 };
        let walk = SamplingFlags { walk, samples: 1 };
        let typed = Typed::new("field", (&walk, &self.common.machine), self);
        let mut score = self.score.clone();
        if self.points.is_some() && !score.scene.as_deref().is_some_and(PointFile::is) {
            score.own.table = TableFlags::default(); // they are those of --points
        }
        let (gamma, also) = (self.gamma.as_slice(), &self.also.also[..]);
        let condition = Some(&self.condition);
        let caption = self.caption.caption.as_deref();
        let spelled = Spelled { gamma, also, condition, caption, ..Spelled::default() };
        Steering::new(&score, spelled, Typed { walks: false, ..typed })
    }

    fn levels(&self) -> Result<Vec<NoiseLevel>> {
        let process = self.process.validated()?;
        if self.t.is_empty() {
            return self.sigma.iter().map(|sigma| noise_level(*sigma)).collect();
        }
        let (low, high) = (process.t_min(), process.t_max());
        let level = |t: &f64| match (low..=high).contains(t) {
            true => Ok(process.level(*t)),
            false => Err(Error::value(
                "--t",
                t,
                format!("from {low:.3e} to {high} for {}", process.name()),
            )),
        };
        self.t.iter().map(level).collect()
    }

    fn on_grid(&self, dim: usize, gib: f64) -> Result<Array2<f64>> {
        let wrong = |must: &str| {
            let given: Vec<String> = self.grid.iter().map(f64::to_string).collect();
            Err(Error::value("--grid", given.join(","), must))
        };
        let [low, high, n] = self.grid[..] else {
            return wrong("LOW,HIGH,N: three numbers");
        };
        if !(low < high && place(low) && place(high)) {
            return wrong("LOW,HIGH,N with LOW below HIGH, both of size 1e50 or less");
        }
        if !(n.fract() == 0.0 && (2.0..=MOST_A_SIDE).contains(&n)) {
            return wrong("LOW,HIGH,N with a whole N from 2 to 4096");
        }
        if dim > 2 {
            return wrong("left out for --points: a grid has at most two dimensions");
        }
        let n = n as usize;
        let at = |i: usize| low + (high - low) * i as f64 / (n - 1) as f64;
        let count = n.pow(dim as u32);
        memory::refuse("the grid", count as f64 * 400.0, gib)?;
        // the first coordinate runs fastest
        Ok(Array2::from_shape_fn((count, dim), |(i, j)| at(i / n.pow(j as u32) % n)))
    }
}

/// Whether a coordinate has a square, and a square of its square.
fn place(x: f64) -> bool {
    x.abs() <= 1e50
}
