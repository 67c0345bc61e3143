//! What every figure needs to know of the scene and the walk.

use crate::plot::Text;
use ndarray::{Array2, Array3};
use scorelab::data::Scene;
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, NoiseLevel, Process, Spacing};
use scorelab::rng::{Purpose, normals};
use scorelab::sampler::{AnySampler, sample, start, trajectories, trajectories_rows};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};

/// Units of a slide that the name of a class may take in a picture.
const NAME: f64 = 220.0;

/// The scene, the class and the walk that a figure shows.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Where the data come from; the exact answers are its mixture's.
    pub scene: &'a Scene,
    /// The class steered to.
    pub class: usize,
    /// The noise process.
    pub process: Process,
    /// The times of the walks.
    pub grid: &'a Grid,
    /// The rule that walks.
    pub sampler: &'a AnySampler,
    /// The seed of every starting point and of a sampler's noise.
    pub seed: u64,
}

/// The least number of steps of a path that is drawn.
const DRAWN: usize = 1000;

impl Setting<'_> {
    /// The level with σ/α = `ratio`, kept within the process.
    pub fn level(&self, ratio: f64) -> NoiseLevel {
        let t = self.process.t_of_log_snr(-2.0 * ratio.max(f64::MIN_POSITIVE).ln());
        let t = if t.is_finite() { t } else { self.process.t_max() };
        self.process.level(t.clamp(self.process.t_min(), self.process.t_max()))
    }

    /// The level with σ/α = `share` of the data's radius: 0.5 is where classes begin to part.
    pub fn level_by_radius(&self, share: f64) -> NoiseLevel {
        self.level(share * self.exact().radius())
    }

    /// Where the first n starting points end under `score`: (n, d).
    pub fn sample(&self, score: &dyn ScoreFn, n: usize) -> Array2<f64> {
        sample(self.sampler, score, &self.process, self.grid, self.start(n).view(), self.seed)
    }

    /// The distribution whose scores are exact.
    pub fn exact(&self) -> &Mixture {
        &self.scene.mixture
    }

    /// Refuses a scene that cannot be drawn in a plane, or has no such class.
    pub(crate) fn in_plane(&self) -> Result<()> {
        self.of_dim(2, "two")
    }

    /// Refuses a scene that cannot be drawn over a line, or has no such class.
    pub(crate) fn on_line(&self) -> Result<()> {
        self.of_dim(1, "one")
    }

    fn of_dim(&self, dim: usize, word: &str) -> Result<()> {
        let d = self.exact().dim();
        if d != dim {
            let name = &self.scene.name;
            let why = format!(
                "the scene {name} is {d}-dimensional: this figure needs a {word}-dimensional one"
            );
            return Err(Error::Usage { why });
        }
        if self.class >= self.exact().classes() {
            let must = format!("below {}, the number of classes", self.exact().classes());
            return Err(Error::value("the class", self.class, must));
        }
        Ok(())
    }

    /// The first n starting points (n, d).
    pub fn start(&self, n: usize) -> Array2<f64> {
        start(n, self.exact().dim(), &self.process, self.grid, self.seed)
    }

    /// The grid of paths that are drawn: the setting's, or for a sampler without noise one so fine that no corner is seen.
    ///
    /// Without noise the path is the same and only rounder; with noise another grid would be another path.
    pub(crate) fn drawn_grid(&self) -> Result<Grid> {
        let two = Grid::to_data(&self.process, Spacing::KARRAS, 2)?;
        let end = |seed| Setting { grid: &two, seed, ..*self }.walk(self.exact(), &self.start(1));
        if end(self.seed) != end(self.seed ^ 1) {
            return Ok(self.grid.clone());
        }
        finer(self, DRAWN.div_ceil(self.grid.steps()))
    }

    /// The paths of these starting points under `score`: (steps + 1, n, d).
    pub(crate) fn walk(&self, score: &dyn ScoreFn, start: &Array2<f64>) -> Array3<f64> {
        trajectories(self.sampler, score, &self.process, self.grid, start.view(), self.seed)
    }

    /// As `walk`, for these rows of the starting points only: (steps + 1, rows, d).
    pub(crate) fn walk_rows(
        &self,
        score: &dyn ScoreFn,
        start: &Array2<f64>,
        rows: &[usize],
    ) -> Array3<f64> {
        let parts = [(score, self.grid)];
        trajectories_rows(self.sampler, &parts, &self.process, start.view(), rows, self.seed)
    }

    /// What a class is called in a picture, where a long name loses its middle.
    pub(crate) fn class_name(&self, class: usize) -> Text {
        self.whole_name(class).at_most(NAME)
    }

    /// What the wanted class is called.
    pub(crate) fn target_name(&self) -> Text {
        self.whole_name(self.class)
    }

    /// What a class is called.
    pub(crate) fn whole_name(&self, class: usize) -> Text {
        match self.scene.class_names.get(class) {
            Some(name) => (name.en.clone(), name.vi.clone()).into(),
            None => class.to_string().into(),
        }
    }
}

/// A Karras grid down to the data with `times` the steps of the setting's: a number that it moves is not yet a result.
pub(crate) fn finer(s: &Setting, times: usize) -> Result<Grid> {
    Grid::to_data(&s.process, Spacing::KARRAS, times * s.grid.steps())
}

/// The level of each frame of an animation: σ/α falls by the same factor from frame to frame.
pub(crate) fn falling_levels(s: &Setting, frames: usize) -> Vec<NoiseLevel> {
    let (first, last) = (2.5, 0.1f64); // shares of the data's radius
    let at = |i: usize| first * (last / first).powf(i as f64 / (frames - 1) as f64);
    (0..frames).map(|i| s.level_by_radius(at(i))).collect()
}

/// n exact draws of p_t with their classes: (n, d) data noised to `level`, and (n).
pub fn draws(s: &Setting, n: usize, level: NoiseLevel) -> (Array2<f64>, Vec<usize>) {
    let data = s.exact().sample(n, s.seed, Purpose::Reference);
    let eps = normals(s.seed, Purpose::Reference, 1, data.x.dim());
    (&data.x * level.alpha + &(eps * level.sigma), data.y)
}

/// s_u + γ·∇ log p(y | x_t).
pub(crate) fn guided<'a>(
    score: &'a dyn ScoreFn,
    likelihood: &'a dyn Likelihood,
    gamma: Gamma,
) -> ClassifierGuided<&'a dyn ScoreFn, &'a dyn Likelihood> {
    ClassifierGuided { score, likelihood, gamma }
}

/// A sample must not be empty, and a standard error needs two.
pub(crate) fn at_least(what: &str, n: usize, least: usize) -> Result<()> {
    if n < least {
        return Err(Error::value(format!("the number of {what}"), n, format!("at least {least}")));
    }
    Ok(())
}
