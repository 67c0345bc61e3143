//! A rectangle of the plane: what it shows, its panel, and a density over it.

use super::extent::{extent, mixture_extent, reaching};
use crate::plot::{Axis, Density, Layer, Panel, Role, Text};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;

/// The clean data.
pub(crate) const CLEAN: NoiseLevel = NoiseLevel { alpha: 1.0, sigma: 0.0 };
/// Cells of a density along its shorter side.
const CELLS: usize = 160;

/// A window of a scene over what it holds.
const MARGIN: f64 = 1.14;

/// The width of this level's distribution against the data's: √(α² + σ²), 1 if variance is preserved.
pub(crate) fn scale(level: NoiseLevel) -> f64 {
    level.alpha.hypot(level.sigma)
}

/// A rectangle of the plane, in the units of the data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub x: (f64, f64),
    pub y: (f64, f64),
}

impl Window {
    /// The square that holds the modes to four standard deviations and the starting noise to three.
    pub fn of(mixture: &Mixture) -> Window {
        let side = |axis| {
            let (low, high) = mixture_extent(mixture, axis, 4.0);
            reaching((-3.0, 3.0), [low, high])
        };
        Window::square([side(0), side(1)], MARGIN)
    }

    /// The square that holds the modes to four standard deviations, whatever the starting noise.
    pub fn of_data(mixture: &Mixture) -> Window {
        Window::square([0, 1].map(|axis| mixture_extent(mixture, axis, 4.0)), MARGIN)
    }

    /// The square that holds every component of a mixture to so many standard deviations.
    pub fn around(mixture: &Mixture, sds: f64) -> Window {
        Window::square([0, 1].map(|axis| mixture_extent(mixture, axis, sds)), 1.0)
    }

    /// The square about the middle of two ranges, `room` times as large as the larger.
    fn square(sides: [(f64, f64); 2], room: f64) -> Window {
        let [cx, cy] = sides.map(|(low, high)| 0.5 * (low + high));
        let [rx, ry] = sides.map(|(low, high)| 0.5 * (high - low));
        let r = room * rx.max(ry);
        Window { x: (cx - r, cx + r), y: (cy - r, cy + r) }
    }

    /// The smallest square about the same middle that holds this one and 99 % of the points (n, 2).
    pub fn with_most(self, x: &Array2<f64>) -> Window {
        let [mx, my] = self.middle();
        let far = |p: ArrayView1<f64>| (p[0] - mx).abs().max((p[1] - my).abs());
        let mut all: Vec<f64> = x.rows().into_iter().map(far).filter(|d| d.is_finite()).collect();
        all.sort_by(f64::total_cmp);
        let most = all.len().checked_sub(1 + all.len() / 100).map_or(0.0, |i| 1.04 * all[i]);
        let r = most.max(0.5 * self.width()).max(0.5 * self.height());
        Window { x: (mx - r, mx + r), y: (my - r, my + r) }
    }

    /// The same height, with the width that fills a slide.
    pub fn wide(self, aspect: f64) -> Window {
        let (middle, r) = (self.middle()[0], 0.5 * aspect * self.height());
        Window { x: (middle - r, middle + r), ..self }
    }

    /// Every side times `by`.
    pub fn scaled(self, by: f64) -> Window {
        Window { x: (by * self.x.0, by * self.x.1), y: (by * self.y.0, by * self.y.1) }
    }

    /// What this window shows of the clean data, at a noise level.
    pub fn at(self, level: NoiseLevel) -> Window {
        self.scaled(scale(level))
    }

    pub fn height(self) -> f64 {
        self.y.1 - self.y.0
    }

    pub fn width(self) -> f64 {
        self.x.1 - self.x.0
    }

    pub fn middle(self) -> [f64; 2] {
        [0.5 * (self.x.0 + self.x.1), 0.5 * (self.y.0 + self.y.1)]
    }

    /// The point at these shares of width and height, from the lower left corner.
    pub fn point(self, u: f64, v: f64) -> [f64; 2] {
        [self.x.0 + u * self.width(), self.y.0 + v * self.height()]
    }

    /// What the eye does not see on a slide: a tenth of a unit in a panel as high as the slide.
    pub fn unseen(self) -> f64 {
        self.height() / 7200.0
    }

    pub fn holds(self, [x, y]: [f64; 2]) -> bool {
        (self.x.0..=self.x.1).contains(&x) && (self.y.0..=self.y.1).contains(&y)
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

    /// A function of log p over this window as a colour map.
    pub fn density(self, log_density: impl Fn(ArrayView2<f64>) -> Array1<f64>) -> Density {
        let cols = (CELLS as f64 * (self.width() / self.height()).max(1.0)) as usize;
        let values = root_density(log_density(self.grid(CELLS, cols).view()), (CELLS, cols));
        Density { values, x: self.x, y: self.y, top: Some(1.15), ..Density::default() }
    }

    /// p_t of a mixture, as its root.
    pub fn density_layer(self, mixture: &Mixture, level: NoiseLevel) -> Layer {
        let map = self.density(|x| mixture.log_density(x, level));
        Layer::new("density", "the density p_t, darker where larger", Role::Muted, map)
    }
}

/// The root of a density over its largest, (rows, columns): the tails matter to a score.
pub(crate) fn root_density(log: Array1<f64>, shape: (usize, usize)) -> Array2<f64> {
    let (_, top) = extent(log.iter().copied());
    let root = log.mapv(|l| (l - top).exp().sqrt());
    root.into_shape_with_order(shape).expect("the grid's own shape")
}
