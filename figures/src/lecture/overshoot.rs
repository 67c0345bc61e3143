//! F11: with a large γ the samples leave the class they were steered to, on its far side.

use super::frame::{CLEAN, Frame, count, dots};
use super::{Setting, at_least, figure, finer};
use crate::plot::{
    Axis, Curve, Figure, Labels, Layer, Marker, Panel, Paths, Points, Role, Side, Text, words,
};
use ndarray::{Array1, Array2, Axis as Dim, arr2};
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::linalg::cholesky;
use scorelab::metrics::{Interval, Modes, ON_MODE, Verdict, mean_with_se, verdicts};
use scorelab::score::ScoreFn;
use std::f64::consts::TAU;

/// Samples drawn of the largest γ.
const SHOWN: usize = 400;

/// What one γ does, with standard errors.
struct Away {
    gamma: f64,
    mean: [f64; 2],
    drift: (f64, f64),
    off: (f64, f64),
}

/// F11: the target's mode enlarged with the mean at each γ; how far the mean drifts, and how much leaves the support.
///
/// The drift is measured outwards, from the data's mean through the class's, in standard deviations of the class along that line.
/// Off the support is what lies on no mode: hybrids and overshoot together. Both are drawn from `n` samples, and
/// again at twice the steps (rings). `steer` is the score at each γ, `name` says what steers.
///
/// # Errors
/// If the scene is not two-dimensional or `n` is less than 2.
pub fn overshoot<S: ScoreFn>(
    s: &Setting,
    name: Text,
    steer: impl Fn(Gamma) -> S,
    gammas: &[Gamma],
    n: usize,
) -> Result<Figure> {
    s.checked()?;
    at_least("samples", n, 2)?;
    at_least("γ", gammas.len(), 1)?;
    let mut f = figure(
        "11_overshoot",
        Text::new("Past the target: ", "Vượt quá đích: ").then(name),
        Text::new(
            "As γ grows the samples' mean drifts outwards through the class and out of it, and the samples leave its support.",
            "Khi γ tăng, trung bình của mẫu trôi ra phía ngoài, xuyên qua lớp rồi ra khỏi lớp, và mẫu không còn ở đỉnh nào.",
        ),
    );
    let twice = finer(s, 2)?;
    let (mut once, mut again, mut last) = (vec![], vec![], Array2::zeros((0, 2)));
    for gamma in gammas {
        let score = steer(*gamma);
        last = s.sample(&score, n);
        once.push(measure(s, *gamma, &last));
        let finer = Setting { grid: &twice, ..*s }.sample(&score, n);
        again.push(measure(s, *gamma, &finer));
    }
    for (steps, found) in [(s.grid.steps(), &once), (twice.steps(), &again)] {
        for a in found {
            for (what, (value, se)) in [("drift in sd", a.drift), ("off the support", a.off)] {
                f.numbers.push((format!("γ = {}, {steps} steps: {what}", a.gamma), value));
                f.numbers.push((format!("γ = {}, {steps} steps: se of {what}", a.gamma), se));
            }
        }
    }
    let drift = |found: &[Away]| pairs(found, |a| a.drift);
    let off = |found: &[Away]| pairs(found, |a| (100.0 * a.off.0, 100.0 * a.off.1));
    f.panels = vec![
        zoom(s, &once, &last),
        curves(
            Text::new("drift of the mean, sd", "độ trôi của trung bình, sd"),
            drift(&once),
            drift(&again),
        ),
        curves(Text::new("off the support, %", "không ở đỉnh nào, %"), off(&once), off(&again)),
    ];
    f.notes = vec![Text::from((
        format!(
            "● {} samples at {} steps, ± one standard error;  ○ at {};  dashed: {ON_MODE} sd",
            count(n),
            s.grid.steps(),
            twice.steps()
        ),
        format!(
            "● {} mẫu với {} bước, ± một sai số chuẩn;  ○ với {} bước;  nét đứt: {ON_MODE} sd",
            count(n),
            s.grid.steps(),
            twice.steps()
        ),
    ))];
    Ok(f)
}

/// The unit vector from the data's mean to the class's, and the class's standard deviation along it.
fn outward(s: &Setting) -> (Array1<f64>, Array1<f64>, f64) {
    let class = s.exact().given(s.class);
    let mean = class.mean();
    let mut u = &mean - &s.exact().mean();
    let length = u.dot(&u).sqrt();
    u = if length > 0.0 { u / length } else { Array1::from(vec![1.0, 0.0]) };
    let along = |k: usize| {
        let off = (&class.means().row(k) - &mean).dot(&u);
        off * off + u.dot(&class.covs()[k].dot(&u))
    };
    let variance: f64 = class.weights().iter().enumerate().map(|(k, w)| w * along(k)).sum();
    (mean, u, variance.sqrt())
}

fn measure(s: &Setting, gamma: Gamma, x: &Array2<f64>) -> Away {
    let (mean, u, sd) = outward(s);
    let drifts: Vec<f64> = x.rows().into_iter().map(|r| (&r - &mean).dot(&u) / sd).collect();
    let found = verdicts(x.view(), &Modes::of(s.exact()), s.class);
    let off = |v: &Verdict| matches!(v, Verdict::Hybrid | Verdict::Overshoot);
    let centre = x.mean_axis(Dim(0)).expect("there are samples");
    Away {
        gamma: gamma.value(),
        mean: [centre[0], centre[1]],
        drift: mean_with_se(&drifts),
        off: Interval::of_hits(found.iter().map(off)).pair(),
    }
}

/// (γ, value) and the standard errors.
fn pairs(found: &[Away], of: impl Fn(&Away) -> (f64, f64)) -> (Array2<f64>, Vec<f64>) {
    let at: Vec<[f64; 2]> = found.iter().map(|a| [a.gamma, of(a).0]).collect();
    (arr2(&at), found.iter().map(|a| of(a).1).collect())
}

/// The target's modes with their edge, the samples of the largest γ, and the way of the mean.
fn zoom(s: &Setting, found: &[Away], last: &Array2<f64>) -> Panel {
    let class = s.exact().given(s.class);
    let modes = Frame::around(&class, 1.25 * ON_MODE);
    let far = |axis: usize, lowest: bool| {
        let all = found.iter().map(|a| a.mean[axis]);
        if lowest { all.fold(f64::MAX, f64::min) } else { all.fold(f64::MIN, f64::max) }
    };
    let room = 0.22 * modes.width();
    let x = (modes.x.0.min(far(0, true) - room), modes.x.1.max(far(0, false) + room));
    let y = (modes.y.0.min(far(1, true) - room), modes.y.1.max(far(1, false) + room));
    let frame = Frame { x, y };
    let mut panel = frame.panel(Text::new("the target, enlarged", "lớp đích, phóng to"));
    panel.layers = vec![frame.density_layer(&class, CLEAN)];
    let edges = Paths {
        lines: (0..class.labels().len()).map(|k| ellipse(&class, k)).collect(),
        dashed: Some(true),
        width: Some(2.5),
        ..Paths::default()
    };
    panel.layers.push(Layer::new("edge", "the support of the class", Role::Neutral, edges));
    let shown = last.slice(ndarray::s![..last.nrows().min(SHOWN), ..]).to_owned();
    let small = Points { size: 6.0, alpha: 0.45, marker: Some(Marker::Dot), ..Points::default() };
    panel.layers.push(dots("samples", "samples at the largest γ", Role::Overshoot, shown, small));
    let means = arr2(&found.iter().map(|a| a.mean).collect::<Vec<_>>());
    let way = Paths { lines: vec![means.clone()], width: Some(4.5), ..Paths::default() };
    panel.layers.push(Layer::new("way", "the mean as γ grows", Role::Guided, way));
    let big = Points { size: 14.0, ..Points::default() };
    panel.layers.push(dots("means", "the mean at each γ", Role::Guided, means, big));
    for a in [found.first(), found.last()] {
        let Some(a) = a else { continue };
        let at = vec![(a.mean, format!("γ = {}", a.gamma).into())];
        panel.layers.push(Layer::new("γ", "its γ", Role::Guided, Labels { at, side: Side::Left }));
    }
    panel
}

/// Where the Mahalanobis distance from component k is that of the support's edge.
fn ellipse(class: &scorelab::mixture::Mixture, k: usize) -> Array2<f64> {
    let lower = cholesky(&class.covs()[k]);
    Array2::from_shape_fn((97, 2), |(i, j)| {
        let (sin, cos) = (TAU * i as f64 / 96.0).sin_cos();
        class.means()[[k, j]] + ON_MODE * (lower[[j, 0]] * cos + lower[[j, 1]] * sin)
    })
}

/// A number over γ: dots for the setting's steps, rings for twice as many.
fn curves(title: Text, once: (Array2<f64>, Vec<f64>), again: (Array2<f64>, Vec<f64>)) -> Panel {
    let values = || once.0.column(1).to_vec().into_iter().chain(again.0.column(1).to_vec());
    let (low, high) = values().fold((0.0f64, 0.0f64), |(a, b), v| (a.min(v), b.max(v)));
    let gammas = once.0.column(0).to_vec();
    let (first, last) = gammas.iter().fold((0.0f64, 1.0f64), |(a, b), g| (a.min(*g), b.max(*g)));
    let room = 0.08 * (high - low).max(1e-3);
    let wide = 0.06 * (last - first);
    let curve = Curve { at: once.0, se: once.1, marker: Some(Marker::Dot), ..Curve::default() };
    let rings = Points { size: 20.0, marker: Some(Marker::Ring), ..Points::default() };
    Panel {
        title,
        x: Axis::new(words::GUIDANCE_SCALE, (first - wide, last + wide)),
        y: Axis::new("", (low - room, high + room)),
        layers: vec![
            Layer::new("once", "at the setting's steps", Role::Guided, curve),
            dots("twice", "at twice the steps", Role::Neutral, again.0, rings),
        ],
        ..Panel::default()
    }
}
