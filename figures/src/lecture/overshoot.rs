//! F11: with a large γ the samples leave the class they were steered to, on its far side.

use super::prelude::*;
use super::scales::from_one_on;
use ndarray::Array1;
use scorelab::Error;
use scorelab::linalg::cholesky;
use scorelab::metrics::{Interval, ON_MODE, mean_with_se};
use scorelab::mixture::Mixture;
use std::f64::consts::TAU;

pub const SPEC: Spec = Spec {
    name: "overshoot",
    stem: "11_overshoot",
    part: CLASSIFIER,
    latex: GUIDED_SUM,
    title: Text::new("Past the target", "Vượt quá đích"),
    caption: Text::new(
        "As γ grows the samples' mean drifts outwards through the class and out of it, and the samples leave its support.",
        "Khi γ tăng, trung bình của mẫu trôi ra phía ngoài, xuyên qua lớp rồi ra khỏi lớp, và mẫu không còn ở đỉnh nào.",
    ),
    needs: &[Need::Plane, Need::Class, Need::OneScore],
    uses: &[Use::Walk, Use::Gammas, Use::Method, Use::Samples],
    draw,
};

/// γ, unless others are asked for.
pub(super) const GAMMAS: [f64; 5] = [1.0, 2.0, 3.0, 5.0, 10.0];

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let large = from_one_on(&i.gammas_or(&GAMMAS));
    if large.is_empty() {
        let why = "--gamma must have a number above 1: this figure shows what lies past γ = 1";
        return Err(Error::Usage { why: why.into() });
    }
    let f = overshoot(i.setting(), i.method.clone(), |g| i.steered(g), &large, i.samples)?;
    Ok(vec![f])
}

/// Samples drawn of the largest γ.
const SHOWN: usize = 400;

/// What one γ does: its samples, and with standard errors how far their mean drifts and the share off the support.
struct Found {
    x: Array2<f64>,
    mean: [f64; 2],
    drift: (f64, f64),
    off: Interval,
}

/// F11: the target's mode enlarged with the mean at each γ; how far the mean drifts, and how much leaves the support.
///
/// The drift is measured outwards, from the data's mean through the class's, in standard deviations of the class along that line.
/// Off the support is what lies on no mode: hybrids and overshoot together. Both are drawn from `n` samples, and
/// again at twice the steps (rings). `steer` is the score at each γ, `name` says what steers.
///
/// # Errors
/// If the scene is not two-dimensional, `n` is less than 2, or there are fewer than two γ.
pub fn overshoot<S: ScoreFn>(
    s: &Setting,
    name: Text,
    steer: impl Fn(Gamma) -> S,
    gammas: &[Gamma],
    n: usize,
) -> Result<Figure> {
    s.in_plane()?;
    at_least("samples", n, 2)?;
    at_least("γ", gammas.len(), 2)?;
    let (found, twice) = Twice::over_gamma(s, steer, gammas, n, |x| measure(s, x))?;
    let mut f = SPEC.figure_of(Text::from(": ").then(name));
    for (steps, found) in [(s.grid.steps(), &found.once), (twice.steps(), &found.again)] {
        for (gamma, found) in gammas.iter().zip(found) {
            let place = format!("γ = {}, {steps} steps: ", gamma.value());
            f.measured(&place, "drift in sd", found.drift);
            f.measured(&place, "off the support", found.off.pair());
        }
    }
    let (drift, off) = (found.numbers(|f| f.drift), found.numbers(|f| in_percent(f.off)));
    let drift_is = Text::new("drift of the mean, sd", "trung bình trôi mấy độ lệch chuẩn");
    let off_is = Text::new("off the support, %", "mẫu không ở đỉnh nào, %");
    f.panels = vec![
        zoom(s, gammas, &found.once),
        over_gamma_panel("once", drift_is, gammas, drift),
        over_gamma_panel("once", off_is, gammas, off),
    ];
    let (n, once, twice) = (count(n), s.grid.steps(), twice.steps());
    f.notes = vec![Text::from((
        format!(
            "● {n} samples at {once} steps, ± one standard error;  ○ at {twice};  dashed: {ON_MODE} sd"
        ),
        format!(
            "● {n} mẫu với {once} bước, ± một sai số chuẩn;  ○ với {twice} bước;  nét đứt: {ON_MODE} độ lệch chuẩn"
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

fn measure(s: &Setting, x: Array2<f64>) -> Found {
    let (mean, u, sd) = outward(s);
    let drifts: Vec<f64> = x.rows().into_iter().map(|r| (&r - &mean).dot(&u) / sd).collect();
    let centre = x.mean_axis(Dim(0)).expect("there are samples");
    let (drift, off) = (mean_with_se(&drifts), off_the_modes(s, x.view()));
    Found { x, mean: [centre[0], centre[1]], drift, off }
}

/// The target's modes with their edge, the samples of the largest γ, and the way of the mean.
fn zoom(s: &Setting, gammas: &[Gamma], found: &[Found]) -> Panel {
    let class = s.exact().given(s.class);
    let modes = Window::around(&class, 1.25 * ON_MODE);
    let room = 0.22 * modes.width();
    let side = |j: usize, (low, high): (f64, f64)| {
        let (first, last) = extent(found.iter().map(|f| f.mean[j]));
        (low.min(first - room), high.max(last + room))
    };
    let window = Window { x: side(0, modes.x), y: side(1, modes.y) };
    let last = &found[found.len() - 1].x;
    let edges =
        Paths { lines: edges(&class), dashed: Some(true), width: Some(2.5), ..Paths::default() };
    let shown = last.slice(slice![..last.nrows().min(SHOWN), ..]).to_owned();
    let small = Points { size: 6.0, alpha: 0.45, marker: Some(Marker::Dot), ..Points::default() };
    let means = arr2(&found.iter().map(|f| f.mean).collect::<Vec<_>>());
    let through = Paths { lines: vec![means.clone()], width: Some(4.5), ..Paths::default() };
    let big = Points { size: 14.0, ..Points::default() };
    let largest = gammas[gammas.len() - 1].value();
    let mut panel = window.panel(Text::from((
        format!("the target; samples at γ = {largest}"),
        format!("lớp đích; mẫu với γ = {largest}"),
    )));
    panel.layers = vec![
        window.density_layer(&class, CLEAN),
        Layer::new("edge", "the support of the class", Role::Neutral, edges),
        dots("samples", "samples at the largest γ", Role::Guided, shown, small),
        Layer::new("way", "the mean as γ grows", Role::Guided, through),
        dots("means", "the mean at each γ", Role::Guided, means, big),
    ];
    for k in [0, found.len() - 1] {
        let at = vec![(found[k].mean, format!("γ = {}", gammas[k].value()).into())];
        panel.layers.push(Layer::new(
            "γ",
            "its γ",
            Role::Guided,
            Labels { at, side: Side::Left, ..Labels::default() },
        ));
    }
    panel
}

/// The edge of the support: where the Mahalanobis distance from one component is [`ON_MODE`] and that from no other is less.
/// None of more than a thousand components, of which it would take a minute.
fn edges(class: &Mixture) -> Vec<Array2<f64>> {
    let lowers: Vec<Array2<f64>> = class.covs().iter().map(cholesky).collect();
    if lowers.len() > 1000 {
        return vec![];
    }
    let inside = |k: usize, x: [f64; 2]| {
        let (l, mean) = (&lowers[k], class.means());
        let across = (x[0] - mean[[k, 0]]) / l[[0, 0]];
        let along = (x[1] - mean[[k, 1]] - l[[1, 0]] * across) / l[[1, 1]];
        across.hypot(along) < ON_MODE * (1.0 - 1e-9)
    };
    let around = |k: usize| {
        let (l, mean) = (&lowers[k], class.means());
        let at = move |i: usize| {
            let (sin, cos) = (TAU * i as f64 / 96.0).sin_cos();
            [0, 1].map(|j| mean[[k, j]] + ON_MODE * (l[[j, 0]] * cos + l[[j, 1]] * sin))
        };
        let bare = |x: &[f64; 2]| (0..lowers.len()).all(|other| other == k || !inside(other, *x));
        let points: Vec<[f64; 2]> = (0..97).map(at).collect();
        let runs = points.chunk_by(|a, b| bare(a) && bare(b));
        let runs = runs.filter(|run| run.len() > 1).map(arr2);
        runs.collect::<Vec<_>>()
    };
    (0..lowers.len()).flat_map(around).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_of_the_support_lies_on_a_component_and_in_none() {
        let class = |apart: f64| {
            let means = arr2(&[[0.0, 0.0], [apart, 0.0]]);
            Mixture::isotropic(vec![0.5, 0.5], means, &[1.0, 1.0], vec![0, 0]).unwrap()
        };
        let points = |apart: f64| -> Vec<[f64; 2]> {
            let rows = |line: Array2<f64>| -> Vec<[f64; 2]> {
                line.rows().into_iter().map(|r| [r[0], r[1]]).collect()
            };
            edges(&class(apart)).into_iter().flat_map(rows).collect()
        };
        assert_eq!(points(8.0).len(), 2 * 97, "apart: two whole circles");
        let joined = points(3.0);
        assert!((90..2 * 97).contains(&joined.len()), "{}", joined.len());
        for [x, y] in joined {
            let nearest = x.hypot(y).min((x - 3.0).hypot(y));
            assert!((nearest - ON_MODE).abs() < 1e-8, "{nearest}");
        }
    }
}
