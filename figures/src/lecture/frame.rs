//! What the figures share: the plane and its axes, densities, fields, modes, paths.

use super::Setting;
use crate::plot::{
    Arrows, Axis, Density, Labels, Layer, Mark, Panel, Paths, Points, Role, Side, Text,
};
use ndarray::{Array1, Array2, Array3, ArrayView1, ArrayView2, Axis as Dim};
use scorelab::metrics::Interval;
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::number;
use scorelab::score::{Likelihood, ScoreFn};

/// A rectangle of the plane, in the units of the data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub x: (f64, f64),
    pub y: (f64, f64),
}

/// Arrows along one side of a field.
pub(super) const ARROWS: usize = 21;
/// Cells of a density along its shorter side.
const CELLS: usize = 160;
/// The clean data.
pub(super) const CLEAN: NoiseLevel = NoiseLevel { alpha: 1.0, sigma: 0.0 };

impl Frame {
    /// The square that holds the modes to four standard deviations and the starting noise to three.
    pub fn of(mixture: &Mixture) -> Frame {
        let side = |i: usize| {
            let ends = mixture.means().column(i).iter().zip(mixture.covs()).fold(
                (-3.0f64, 3.0f64),
                |(lo, hi), (m, cov)| {
                    let reach = 4.0 * cov[[i, i]].sqrt();
                    (lo.min(m - reach), hi.max(m + reach))
                },
            );
            (0.5 * (ends.0 + ends.1), 0.5 * (ends.1 - ends.0))
        };
        let ((cx, rx), (cy, ry)) = (side(0), side(1));
        let r = 1.14 * rx.max(ry);
        Frame { x: (cx - r, cx + r), y: (cy - r, cy + r) }
    }

    /// The square that holds every component of a mixture to `reach` standard deviations.
    pub fn around(mixture: &Mixture, reach: f64) -> Frame {
        let side = |i: usize| {
            let each = mixture.means().column(i).to_vec().into_iter().zip(mixture.covs());
            let ends = each.map(|(m, cov)| (m, reach * cov[[i, i]].sqrt()));
            let ends =
                ends.fold((f64::MAX, f64::MIN), |(lo, hi), (m, r)| (lo.min(m - r), hi.max(m + r)));
            (0.5 * (ends.0 + ends.1), 0.5 * (ends.1 - ends.0))
        };
        let ((cx, rx), (cy, ry)) = (side(0), side(1));
        let r = rx.max(ry);
        Frame { x: (cx - r, cx + r), y: (cy - r, cy + r) }
    }

    /// The smallest square about the same middle that holds this one and 99 % of the points (n, 2).
    pub fn with_most(self, x: &Array2<f64>) -> Frame {
        let middle = [0.5 * (self.x.0 + self.x.1), 0.5 * (self.y.0 + self.y.1)];
        let far = |p: ArrayView1<f64>| (p[0] - middle[0]).abs().max((p[1] - middle[1]).abs());
        let mut away: Vec<f64> = x.rows().into_iter().map(far).filter(|d| d.is_finite()).collect();
        away.sort_by(f64::total_cmp);
        let most = away.len().checked_sub(1 + away.len() / 100).map_or(0.0, |i| 1.04 * away[i]);
        let r = most.max(0.5 * self.width()).max(0.5 * self.height());
        Frame { x: (middle[0] - r, middle[0] + r), y: (middle[1] - r, middle[1] + r) }
    }

    /// The same height, with the width that fills a slide.
    pub fn wide(self, aspect: f64) -> Frame {
        let (middle, r) = (0.5 * (self.x.0 + self.x.1), 0.5 * aspect * self.height());
        Frame { x: (middle - r, middle + r), ..self }
    }

    /// Every side times `by`.
    pub fn scaled(self, by: f64) -> Frame {
        Frame { x: (by * self.x.0, by * self.x.1), y: (by * self.y.0, by * self.y.1) }
    }

    pub fn height(self) -> f64 {
        self.y.1 - self.y.0
    }

    pub fn width(self) -> f64 {
        self.x.1 - self.x.0
    }

    /// An empty panel of true proportions without ticks: the plane is known by its modes.
    pub fn panel(self, title: impl Into<Text>) -> Panel {
        Panel {
            title: title.into(),
            x: Axis::hidden(self.x),
            y: Axis::hidden(self.y),
            equal: true,
            ..Panel::default()
        }
    }

    /// Places on a grid of (rows, columns), edges included: (rows·columns, 2), rows from the bottom.
    pub fn grid(self, rows: usize, cols: usize) -> Array2<f64> {
        let along =
            |(lo, hi): (f64, f64), i: usize, n: usize| lo + (hi - lo) * i as f64 / (n - 1) as f64;
        Array2::from_shape_fn((rows * cols, 2), |(i, j)| match j {
            0 => along(self.x, i % cols, cols),
            _ => along(self.y, i / cols, rows),
        })
    }

    /// Tails of a field's arrows: centres of `per_side` cells across the shorter side. Also the size of a cell.
    pub fn tails(self, per_side: usize) -> (Array2<f64>, f64) {
        let cell = self.width().min(self.height()) / per_side as f64;
        let count = |side: f64| ((side / cell).round() as usize).max(1);
        let (cols, rows) = (count(self.width()), count(self.height()));
        let at = |lo: f64, i: usize| lo + (i as f64 + 0.5) * cell;
        let tails = Array2::from_shape_fn((rows * cols, 2), |(i, j)| match j {
            0 => at(self.x.0, i % cols),
            _ => at(self.y.0, i / cols),
        });
        (tails, cell)
    }

    /// A function of log p over this frame as a colour map.
    pub fn density(self, log_density: impl Fn(ArrayView2<f64>) -> Array1<f64>) -> Density {
        let cols = (CELLS as f64 * (self.width() / self.height()).max(1.0)) as usize;
        let log = log_density(self.grid(CELLS, cols).view());
        let top = log.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let values = log.mapv(|l| (l - top).exp().sqrt()); // a root: the tails matter to a score
        let values = values.into_shape_with_order((CELLS, cols)).expect("the grid's own shape");
        Density { values, x: self.x, y: self.y, top: Some(1.15), ..Density::default() }
    }

    /// p_t of a mixture, as its root.
    pub fn density_layer(self, mixture: &Mixture, level: NoiseLevel) -> Layer {
        let map = self.density(|x| mixture.log_density(x, level));
        Layer::new("density", "the density p_t, darker where larger", Role::Muted, map)
    }
}

/// The width of this level's distribution against the data's: √(α² + σ²), 1 if variance is preserved.
pub(super) fn width(level: NoiseLevel) -> f64 {
    level.alpha.hypot(level.sigma)
}

/// A vector field as arrows of length σ·|v|, at most 0.9 of a cell.
pub(super) struct Field {
    tails: Array2<f64>,
    cell: f64,
    columns: usize,
}

/// What a figure with such a field says of it.
pub(super) const FIELD_NOTE: Text = Text::new(
    "arrows: σ·s, drawn no longer than σ·|s| = 2",
    "mũi tên: σ·s, vẽ không dài quá σ·|s| = 2",
);

impl Field {
    pub fn new(frame: Frame, per_side: usize) -> Self {
        let (tails, cell) = frame.tails(per_side);
        Field { tails, cell, columns: (frame.width() / cell).round().max(1.0) as usize }
    }

    /// Every other place of this field in both directions, for arrows of twice the length.
    pub fn every_other(&self) -> Self {
        let even = |i: &usize| {
            (i / self.columns).is_multiple_of(2) && (i % self.columns).is_multiple_of(2)
        };
        let rows: Vec<usize> = (0..self.tails.nrows()).filter(even).collect();
        Field {
            tails: self.tails.select(Dim(0), &rows),
            cell: 2.0 * self.cell,
            columns: self.columns.div_ceil(2),
        }
    }

    pub fn tails(&self) -> ArrayView2<'_, f64> {
        self.tails.view()
    }

    /// Arrows of these vectors (n, 2), each centred on its place. σ·|v| = 2 has the full length.
    pub fn arrows(&self, vectors: &Array2<f64>, level: NoiseLevel) -> Arrows {
        let cap = 0.9 * self.cell;
        Arrows {
            from: self.tails.clone(),
            vec: vectors.clone(),
            scale: level.sigma * cap / 2.0,
            cap,
            centred: true,
            ..Arrows::default()
        }
    }

    /// The scale key in the corner of one panel: a full arrow and what it means.
    pub fn key(&self, mut layer: Layer) -> Layer {
        if let Mark::Arrows(arrows) = &mut layer.mark {
            arrows.key = Some((arrows.cap, "σ·|s| ≥ 2".into()));
        }
        layer
    }

    pub fn layer(
        &self,
        name: &str,
        desc: &str,
        role: Role,
        vectors: &Array2<f64>,
        level: NoiseLevel,
    ) -> Layer {
        Layer::new(name, desc, role, self.arrows(vectors, level))
    }
}

/// Where the names of the classes stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Names {
    /// Above or below the mode.
    Outside,
    /// As `Outside`, nearer to a wide mode.
    Far,
    /// On the noised mode.
    On,
    /// Where the mode would be without noise.
    Apart,
}

/// The names of the classes, each at its outermost mode as seen from the middle of the scene.
pub(super) fn names(s: &Setting, level: NoiseLevel, place: Names) -> Vec<Layer> {
    let mixture = s.exact();
    let centre = mixture.mean();
    let mut layers = vec![];
    for class in 0..mixture.classes() {
        let own = (0..mixture.labels().len()).filter(|k| mixture.labels()[*k] == class);
        let reach = |k: &usize| {
            let d = &mixture.means().row(*k) - &centre;
            d[1].abs() + 0.2 * d[0].abs()
        };
        let Some(k) = own.max_by(|a, b| reach(a).total_cmp(&reach(b))) else { continue };
        let (mean, cov) = (mixture.means().row(k).to_owned(), &mixture.covs()[k]);
        let up = mean[1] >= centre[1];
        let sd = (level.alpha.powi(2) * cov[[1, 1]] + level.sigma.powi(2)).sqrt();
        let (by, offset, side) = match (place, up) {
            (Names::Outside, true) => (level.alpha, 3.0 * sd, Side::Above),
            (Names::Outside, false) => (level.alpha, -3.0 * sd, Side::Below),
            (Names::Far, true) => (level.alpha, 1.9 * sd, Side::Above),
            (Names::Far, false) => (level.alpha, -1.9 * sd, Side::Below),
            (Names::On, _) => (level.alpha, 0.0, Side::On),
            (Names::Apart, _) => (width(level), 0.0, Side::On),
        };
        let at = vec![([by * mean[0], by * mean[1] + offset], s.class_name(class))];
        layers.push(Layer::new(
            &format!("name-{class}"),
            "the name of a class, at its mode",
            if class == s.class { Role::Neutral } else { Role::Muted },
            Labels { at, side },
        ));
    }
    layers
}

/// The paths of these rows, (steps + 1, n, 2) → n lines, at x_t/√(α² + σ²).
pub(super) fn lines(s: &Setting, walk: &Array3<f64>) -> Vec<Array2<f64>> {
    let scale: Vec<f64> = s.grid.times().iter().map(|t| 1.0 / width(s.process.level(*t))).collect();
    (0..walk.len_of(Dim(1)))
        .map(|i| {
            let mut line = walk.index_axis(Dim(1), i).to_owned();
            line.rows_mut().into_iter().zip(&scale).for_each(|(mut row, by)| row *= *by);
            line
        })
        .collect()
}

/// Layers of points where paths end, one layer for each class present, by the exact classifier.
pub(super) fn ends_by_class(ends: ArrayView2<f64>, classes: &[usize], size: f64) -> Vec<Layer> {
    let most = classes.iter().max().map_or(0, |c| c + 1);
    let of = |class: usize| -> Vec<usize> {
        (0..classes.len()).filter(|i| classes[*i] == class).collect()
    };
    (0..most)
        .map(|class| (class, of(class)))
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(class, rows)| {
            let at = ends.select(Dim(0), &rows);
            Layer::new(
                &format!("ends-{class}"),
                "where paths of this class end",
                Role::Class(class),
                Points { at, size, ..Points::default() },
            )
        })
        .collect()
}

/// The likeliest class of each clean point, by the scene's own posterior: (n, d) → (n,).
pub(super) fn classes_of(mixture: &Mixture, x: ArrayView2<f64>, level: NoiseLevel) -> Vec<usize> {
    let classes: Vec<_> = (0..mixture.classes()).map(|c| mixture.posterior(c)).collect();
    likeliest(&classes, x, level)
}

/// The class with the largest answer, for each point.
pub(super) fn likeliest<L: Likelihood>(
    classes: &[L],
    x: ArrayView2<f64>,
    level: NoiseLevel,
) -> Vec<usize> {
    let logs: Vec<Array1<f64>> = classes.iter().map(|c| c.log_likelihood(x, level)).collect();
    (0..x.nrows())
        .map(|i| (0..logs.len()).max_by(|a, b| logs[*a][i].total_cmp(&logs[*b][i])).unwrap_or(0))
        .collect()
}

/// Lines as a layer.
pub(super) fn path_layer(
    name: &str,
    desc: &str,
    role: Role,
    lines: Vec<Array2<f64>>,
    look: Paths,
) -> Layer {
    Layer::new(name, desc, role, Paths { lines, ..look })
}

/// Single points with a marker.
pub(super) fn dots(name: &str, desc: &str, role: Role, at: Array2<f64>, look: Points) -> Layer {
    Layer::new(name, desc, role, Points { at, ..look })
}

/// A share in per cent with its interval, `25.1 ± 0.7 %`.
pub(super) fn percent(share: f64, n: usize) -> String {
    let Interval { value, low, high } = Interval::share(share, n.max(1));
    number::percent(value, low, high) + " %"
}

/// A number as a slide shows it, to at most three decimals: `3.2·10⁻¹⁶`.
pub(super) fn tiny(v: f64) -> String {
    if v == 0.0 || (1e-3..1e4).contains(&v.abs()) {
        return format!("{v:.3}").trim_end_matches('0').trim_end_matches('.').to_string();
    }
    number::significant(v, 2)
}

/// A whole number with thin gaps: `4,000`.
pub(super) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A score evaluated on a field's places.
pub(super) fn score_on(field: &Field, score: &dyn ScoreFn, level: NoiseLevel) -> Array2<f64> {
    score.score(field.tails(), level)
}

/// The histogram of numbers as a curve of (x, density), over `range` in `bins` cells.
///
/// The density is that of all numbers, those outside the range included. Its points are the corners of the steps.
pub(super) fn histogram(x: ArrayView1<f64>, range: (f64, f64), bins: usize) -> Array2<f64> {
    let cell = (range.1 - range.0) / bins as f64;
    let mut counts = vec![0usize; bins];
    for v in x.iter().filter(|v| (range.0..range.1).contains(v)) {
        counts[(((v - range.0) / cell) as usize).min(bins - 1)] += 1;
    }
    let height = |bin: usize| counts[bin] as f64 / (x.len() as f64 * cell);
    Array2::from_shape_fn((2 * bins, 2), |(i, j)| match j {
        0 => range.0 + cell * (i / 2 + i % 2) as f64,
        _ => height(i / 2),
    })
}

/// The density of a one-dimensional mixture as a curve of (x, density).
pub(super) fn density_curve(mixture: &Mixture, range: (f64, f64)) -> Array2<f64> {
    let x = Array1::linspace(range.0, range.1, 400).insert_axis(Dim(1));
    let p = mixture.log_density(x.view(), CLEAN).mapv(f64::exp);
    ndarray::concatenate(Dim(1), &[x.view(), p.view().insert_axis(Dim(1))]).expect("two columns")
}
