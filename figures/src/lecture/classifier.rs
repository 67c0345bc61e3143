//! A classifier in the form that the figures need: one likelihood for each class.

use crate::idiom::{ARROWS, Names, Setting, Window, names};
use crate::plot::{Layer, Panel, Regions, Role, Text};
use ndarray::{Array3, Axis};
use scorelab::noise::NoiseLevel;
use scorelab::score::Likelihood;
use scorelab::{Error, Result};

/// A classifier with a name.
pub struct Classifier {
    /// What it is called on the slide.
    pub title: Text,
    /// p(y | x_t) for every class y of the scene, in order.
    pub classes: Vec<Box<dyn Likelihood>>,
}

impl Classifier {
    /// A classifier of this name: p(y | x_t) of every class y, in order.
    pub fn new<L: Likelihood + 'static>(title: Text, classes: impl IntoIterator<Item = L>) -> Self {
        Classifier { title, classes: classes.into_iter().map(|l| Box::new(l) as _).collect() }
    }

    /// Refuses a classifier that does not have one likelihood for each class.
    pub(super) fn checked(&self, s: &Setting) -> Result<()> {
        let (own, classes) = (self.classes.len(), s.exact().classes());
        if own == classes {
            return Ok(());
        }
        let must = format!("{classes}, one for each class");
        Err(Error::value("the number of likelihoods", own, must))
    }

    /// Its decision regions at one level: the blend of the class colours is p(y | x_t).
    pub(super) fn regions(&self, s: &Setting, title: impl Into<Text>, level: NoiseLevel) -> Panel {
        let window = Window::of(s.exact()).at(level);
        let map = Regions { probabilities: self.over(window, level), x: window.x, y: window.y };
        let desc = "class probabilities as blended colours";
        let mut panel = window.panel(title);
        panel.layers = vec![Layer::new("regions", desc, Role::Neutral, map)];
        let words = names(s, level, Names::Apart).into_iter();
        panel.layers.extend(words.map(|layer| Layer { role: Role::Neutral, ..layer }));
        panel
    }

    /// p(y | x) on a grid: (rows, columns, classes).
    fn over(&self, window: Window, level: NoiseLevel) -> Array3<f64> {
        let side = 4 * ARROWS;
        let grid = window.grid(side, side);
        let mut out = Array3::zeros((side, side, self.classes.len()));
        for (c, likelihood) in self.classes.iter().enumerate() {
            let p = likelihood.log_likelihood(grid.view(), level).mapv(f64::exp);
            let p = p.into_shape_with_order((side, side)).expect("the grid's own shape");
            out.index_axis_mut(Axis(2), c).assign(&p);
        }
        out
    }
}
