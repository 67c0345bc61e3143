//! Points of the plane: their classes, the classes' names, paths and where they end.

use super::setting::Setting;
use super::window::{CLEAN, Window, scale};
use crate::plot::{Labels, Layer, Mark, Points, Role, Side, Text, words};
use ndarray::{Array1, Array2, Array3, ArrayView2, Axis};
use scorelab::metrics::{Interval, Modes, Verdict, verdicts};
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::score::Likelihood;

/// Where the names of the classes stand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Names {
    /// Above or below the mode.
    Outside,
    /// As `Outside`, nearer to a wide mode.
    Far,
    /// On the noised mode.
    On,
    /// Where the mode would be without noise.
    Apart,
}

impl Names {
    /// From a mode at `mean`, whose standard deviation upwards is `sd`, to where it is drawn, its name and the name's side.
    fn place(
        self,
        level: NoiseLevel,
        mean: [f64; 2],
        sd: f64,
        up: bool,
    ) -> ([f64; 2], [f64; 2], Side) {
        let sign = if up { 1.0 } else { -1.0 };
        let outside = if up { Side::Above } else { Side::Below };
        let (by, offset, side) = match self {
            Names::Outside => (level.alpha, sign * 3.0 * sd, outside),
            Names::Far => (level.alpha, sign * 1.9 * sd, outside),
            Names::On => (level.alpha, 0.0, Side::On),
            Names::Apart => (scale(level), 0.0, Side::On),
        };
        let drawn = mean.map(|m| by * m);
        (drawn, [drawn[0], drawn[1] + offset], side)
    }
}

/// The names of the classes, each at its outermost mode as seen from the middle of the scene.
pub(crate) fn names(s: &Setting, level: NoiseLevel, place: Names) -> Vec<Layer> {
    let (mixture, centre) = (s.exact(), s.exact().mean());
    let name = |class: usize| {
        let own = (0..mixture.labels().len()).filter(|k| mixture.labels()[*k] == class);
        let reach = |k: &usize| {
            let d = &mixture.means().row(*k) - &centre;
            d[1].abs() + 0.2 * d[0].abs()
        };
        let k = own.max_by(|a, b| reach(a).total_cmp(&reach(b)))?;
        let (mean, cov) = (mixture.means().row(k).to_vec(), &mixture.covs()[k]);
        let sd = (level.alpha.powi(2) * cov[[1, 1]] + level.sigma.powi(2)).sqrt();
        let up = mean[1] >= centre[1];
        let (mode, at, side) = place.place(level, [mean[0], mean[1]], sd, up);
        let role = if class == s.class { Role::Neutral } else { Role::Muted };
        let labels = Labels { at: vec![(at, s.class_name(class))], side, names: vec![mode] };
        Some(Layer::new(&format!("name-{class}"), "the name of a class, at its mode", role, labels))
    };
    (0..mixture.classes()).filter_map(name).collect()
}

/// The names of the classes beside their clean modes, in the window of a noise level.
pub(crate) fn clean_names(s: &Setting, level: NoiseLevel) -> Vec<Layer> {
    let mut layers = names(s, CLEAN, Names::Outside);
    for layer in &mut layers {
        if let Mark::Labels(labels) = &mut layer.mark {
            let places = labels.at.iter_mut().map(|(at, _)| at).chain(&mut labels.names);
            places.for_each(|at| *at = at.map(|v| scale(level) * v));
        }
    }
    layers
}

/// The likeliest class of each point, by the scene's own posterior: (n, d) → (n,).
pub(crate) fn classes_of(s: &Setting, x: ArrayView2<f64>) -> Vec<usize> {
    let mixture: &Mixture = s.exact();
    let classes: Vec<_> = (0..mixture.classes()).map(|c| mixture.posterior(c)).collect();
    likeliest(&classes, x, CLEAN)
}

/// The class with the largest answer, for each point.
pub(crate) fn likeliest<L: Likelihood>(
    classes: &[L],
    x: ArrayView2<f64>,
    level: NoiseLevel,
) -> Vec<usize> {
    let logs: Vec<Array1<f64>> = classes.iter().map(|c| c.log_likelihood(x, level)).collect();
    (0..x.nrows())
        .map(|i| (0..logs.len()).max_by(|a, b| logs[*a][i].total_cmp(&logs[*b][i])).unwrap_or(0))
        .collect()
}

/// The paths of a walk (steps + 1, n, 2) → n lines, at x_t/√(α² + σ²).
///
/// For variance-preserving processes that is x_t itself; for the others it is x_t under the equivalent
/// variance-preserving process, so that every process fits the same axes.
pub(crate) fn lines(s: &Setting, walk: &Array3<f64>) -> Vec<Array2<f64>> {
    let by: Vec<f64> = s.grid.times().iter().map(|t| 1.0 / scale(s.process.level(*t))).collect();
    (0..walk.len_of(Axis(1)))
        .map(|i| {
            let mut line = walk.index_axis(Axis(1), i).to_owned();
            line.rows_mut().into_iter().zip(&by).for_each(|(mut row, by)| row *= *by);
            line
        })
        .collect()
}

/// A line without the points that lie on the straight line between those that stay, to `within`, in the units of the data
/// (Douglas and Peucker, 1973).
pub(crate) fn thinned(line: Array2<f64>, within: f64) -> Array2<f64> {
    if line.nrows() <= 2 {
        return line;
    }
    let at: Vec<[f64; 2]> = line.rows().into_iter().map(|row| [row[0], row[1]]).collect();
    let mut keep = vec![false; at.len()];
    let mut open = vec![(0, at.len() - 1)];
    while let Some((a, b)) = open.pop() {
        (keep[a], keep[b]) = (true, true);
        let from = |i: usize| [at[i][0] - at[a][0], at[i][1] - at[a][1]];
        let chord = from(b);
        let length = chord[0].hypot(chord[1]);
        let off = |i: usize| {
            let d = from(i);
            match length > 0.0 {
                true => (chord[0] * d[1] - chord[1] * d[0]).abs() / length,
                false => d[0].hypot(d[1]),
            }
        };
        let far = (a + 1..b).map(|i| (i, off(i))).max_by(|i, j| i.1.total_cmp(&j.1));
        if let Some((i, _)) = far.filter(|(_, off)| *off > within || off.is_nan()) {
            open.extend([(a, i), (i, b)]);
        }
    }
    let rows: Vec<usize> = (0..keep.len()).filter(|i| keep[*i]).collect();
    line.select(Axis(0), &rows)
}

/// Where paths start, (n, 2).
pub(crate) fn starts(paths: &[Array2<f64>]) -> Array2<f64> {
    Array2::from_shape_fn((paths.len(), 2), |(i, j)| paths[i][[0, j]])
}

/// Where paths end, (n, 2).
pub(crate) fn ends(paths: &[Array2<f64>]) -> Array2<f64> {
    Array2::from_shape_fn((paths.len(), 2), |(i, j)| paths[i][[paths[i].nrows() - 1, j]])
}

/// Points with a marker.
pub(crate) fn dots(name: &str, desc: &str, role: Role, at: Array2<f64>, look: Points) -> Layer {
    Layer::new(name, desc, role, Points { at, ..look })
}

/// Layers of points where paths end, one layer for each class present.
pub(crate) fn ends_by_class(ends: ArrayView2<f64>, classes: &[usize], size: f64) -> Vec<Layer> {
    let most = classes.iter().max().map_or(0, |c| c + 1);
    let layer = |class: usize| {
        let rows: Vec<usize> = (0..classes.len()).filter(|i| classes[*i] == class).collect();
        let (name, at) = (format!("ends-{class}"), ends.select(Axis(0), &rows));
        let look = Points { size, ..Points::default() };
        let desc = "where paths of this class end";
        (!rows.is_empty()).then(|| dots(&name, desc, Role::Class(class), at, look))
    };
    (0..most).filter_map(layer).collect()
}

/// The four verdicts that a slide shows, with their roles and words.
pub(crate) const VERDICTS: [(Verdict, Role, Text); 4] = [
    (Verdict::Target, Role::Target, words::TARGET),
    (Verdict::Other, Role::Other, words::OTHER),
    (Verdict::Hybrid, Role::Hybrid, words::HYBRID),
    (Verdict::Overshoot, Role::Overshoot, words::OVERSHOOT),
];

/// Their signs and words, once under the panels.
pub(crate) fn verdict_key() -> Vec<(Role, Text)> {
    let sign = |((_, role, word), sign)| (role, Text::from(sign).then(word).then("          "));
    VERDICTS.into_iter().zip(["●  ", "●  ", "×  ", "○  "]).map(sign).collect()
}

/// The share of samples that lie on no mode at all.
pub(crate) fn off_the_modes(s: &Setting, x: ArrayView2<f64>) -> Interval {
    let found = verdicts(x, &Modes::of(s.exact()), s.class);
    let off = |v: &Verdict| matches!(v, Verdict::Hybrid | Verdict::Overshoot);
    Interval::of_hits(found.iter().map(off))
}

/// A number at the right end of a line of words below the plane.
pub(crate) fn line_below(
    window: Window,
    y: f64,
    name: &str,
    role: Role,
    number: impl Into<Text>,
) -> Layer {
    let at = vec![([window.x.1 - 0.01 * window.width(), y], number.into())];
    Layer::new(
        name,
        "its value and standard error",
        role,
        Labels { at, side: Side::Left, ..Labels::default() },
    )
}
