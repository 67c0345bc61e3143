//! F7: three things from one starting point, and how early each γ makes up the classifier's mind.

use super::frame::{CLEAN, Frame, classes_of, dots, lines, names, path_layer};
use super::{Setting, figure, guided};
use crate::Result;
use crate::guidance::Gamma;
use crate::plot::{
    Arrows, Axis, Curve, Figure, Layer, Marker, Panel, Paths, Points, Role, Rules, Text, words,
};
use crate::score::{Likelihood, ScoreFn};
use ndarray::{Array2, Array3, Axis as Dim, arr2, s as slice};

/// The certainty whose noise level is printed.
const CERTAIN: f64 = 0.9;
/// Barbs along the guided path.
const BARBS: usize = 9;
/// Starting points among which one that ends in another class is looked for.
const TRIES: usize = 256;

/// F7: from one z the unconditional path, the guided path and the push along it; beside it p(y | x_t) for several γ.
///
/// The starting point is the first one whose unconditional path ends in another class. `gamma` is that of the drawn
/// path; for each of `gammas` the noise level σ/α at which p(y | x_t) first passes 0.9 along its own path is printed. It
/// rises with γ: γ is the speed of steering. The level is interpolated in log σ/α, and NaN if p never gets there.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn three_trajectories(
    s: &Setting,
    score: &dyn ScoreFn,
    likelihood: &dyn Likelihood,
    gamma: Gamma,
    gammas: &[Gamma],
) -> Result<Figure> {
    s.checked()?;
    let z = lost_start(s, score);
    let own = s.walk(score, &z);
    let led = s.walk(&guided(score, likelihood, gamma), &z);
    let mut f = figure(
        "07_three_trajectories",
        Text::new(
            "One noise, two paths, and the push between them",
            "Một nhiễu, hai quỹ đạo, và lực đẩy giữa chúng",
        ),
        Text::new(
            "From one z the push γ∇log p(y∣x_t) bends the path to the target, and the larger γ is, the earlier the classifier is certain.",
            "Từ một z, lực đẩy γ∇log p(y∣x_t) bẻ quỹ đạo về lớp đích; γ càng lớn, bộ phân loại càng sớm chắc chắn.",
        ),
    );
    let (right, levels) = certainty(s, score, likelihood, &z, gammas);
    f.panels = vec![two_paths(s, likelihood, gamma, &own, &led), right];
    f.formula = vec![
        (Role::Guided, "s_γ".into()),
        (Role::Neutral, " = ".into()),
        (Role::Unconditional, "∇log p_t(x)".into()),
        (Role::Neutral, " + ".into()),
        (Role::Likelihood, "γ ∇log p(y ∣ x_t)".into()),
        (
            Role::Neutral,
            Text::from((
                format!("     (left: γ = {})", gamma.value()),
                format!("     (trái: γ = {})", gamma.value()),
            )),
        ),
    ];
    let told: Vec<String> = levels
        .iter()
        .filter(|(_, l)| l.is_finite())
        .map(|(g, l)| format!("γ = {g}: {l:.2}"))
        .collect();
    f.notes = vec![Text::from((
        format!("p(y∣x_t) first passes 0.9 at σ/α =  {}", told.join(",  ")),
        format!("p(y∣x_t) vượt 0.9 lần đầu tại σ/α =  {}", told.join(",  ")),
    ))];
    f.numbers = levels
        .into_iter()
        .map(|(g, level)| (format!("σ/α where p passes 0.9 at γ = {g}"), level))
        .collect();
    f.numbers.push(("gamma of the drawn path".into(), gamma.value()));
    Ok(f)
}

/// The first starting point that ends in another class, or simply the first: (1, 2).
fn lost_start(s: &Setting, score: &dyn ScoreFn) -> Array2<f64> {
    let classes = classes_of(s.exact(), s.sample(score, TRIES).view(), CLEAN);
    let start = s.start(TRIES);
    let centre = s.exact().mean();
    let target = s.exact().given(s.class).mean() - &centre;
    let towards = |i: usize| (&start.row(i) - &centre).dot(&target);
    // among the first dozen of them the one farthest from the target: a path with a way to go
    let lost = (0..TRIES).filter(|i| classes[*i] != s.class).take(12);
    let i = lost.min_by(|a, b| towards(*a).total_cmp(&towards(*b))).unwrap_or(0);
    start.slice(slice![i..=i, ..]).to_owned()
}

fn two_paths(
    s: &Setting,
    likelihood: &dyn Likelihood,
    gamma: Gamma,
    own: &Array3<f64>,
    led: &Array3<f64>,
) -> Panel {
    let frame = Frame::of(s.exact());
    let (green, orange) = (lines(s, own), lines(s, led));
    let first = green[0].slice(slice![..1, ..]).to_owned();
    let end = |line: &Array2<f64>| line.slice(slice![-1.., ..]).to_owned();
    let big = |marker, size| Points { size, marker: Some(marker), ..Points::default() };
    let mut panel = frame.panel(Text::new("two paths from one z", "hai quỹ đạo từ một z"));
    let z = [first[[0, 0]] + 0.03 * frame.width(), first[[0, 1]]];
    panel.layers = vec![
        frame.density_layer(s.exact(), CLEAN),
        dots(
            "own end",
            "end without guidance",
            Role::Unconditional,
            end(&green[0]),
            big(Marker::Dot, 16.0),
        ),
        dots(
            "guided end",
            "end with guidance",
            Role::Guided,
            end(&orange[0]),
            big(Marker::Dot, 16.0),
        ),
        path_layer(
            "unconditional",
            "unconditional path",
            Role::Unconditional,
            green,
            Paths { width: Some(4.0), ..Paths::default() },
        ),
        path_layer(
            "guided",
            "guided path",
            Role::Guided,
            orange.clone(),
            Paths { width: Some(5.5), ..Paths::default() },
        ),
        barbs(s, frame, likelihood, gamma, led, &orange[0]),
        dots("noise", "the starting point z", Role::Neutral, first, big(Marker::Diamond, 18.0))
            .label_at("z", z),
    ];
    panel.layers.extend(names(s, CLEAN));
    panel
}

/// σ·γ·∇log p(y | x_t) at places evenly spaced along the guided path, the longest a quarter of the panel.
fn barbs(
    s: &Setting,
    frame: Frame,
    likelihood: &dyn Likelihood,
    gamma: Gamma,
    led: &Array3<f64>,
    line: &Array2<f64>,
) -> Layer {
    let mut travelled = vec![0.0];
    for i in 1..line.nrows() {
        let d = &line.row(i) - &line.row(i - 1);
        travelled.push(travelled[i - 1] + d.dot(&d).sqrt());
    }
    let total = travelled[travelled.len() - 1];
    let mut at: Vec<usize> = (0..BARBS)
        .filter_map(|k| {
            let way = total * (k as f64 + 0.35) / BARBS as f64;
            travelled.iter().position(|w| *w >= way)
        })
        .filter(|i| s.process.level(s.grid.times()[*i]).sigma > 0.0)
        .collect();
    at.dedup();
    let (mut from, mut vec) = (Array2::zeros((at.len(), 2)), Array2::zeros((at.len(), 2)));
    for (row, &i) in at.iter().enumerate() {
        let level = s.process.level(s.grid.times()[i]);
        let x = led.slice(slice![i, .., ..]);
        let push = likelihood.grad_log_likelihood(x, level) * (gamma.value() * level.sigma);
        from.row_mut(row).assign(&line.row(i));
        vec.row_mut(row).assign(&push.index_axis(Dim(0), 0));
    }
    let longest = vec
        .rows()
        .into_iter()
        .map(|v: ndarray::ArrayView1<f64>| v.dot(&v).sqrt())
        .fold(0.0, f64::max);
    let cap = 0.2 * frame.height();
    if longest > 0.0 {
        vec *= cap / longest;
    }
    let words: Text = if gamma.value() == 1.0 {
        "σ ∇log p(y ∣ x_t)".into()
    } else {
        "σ γ ∇log p(y ∣ x_t)".into()
    };
    let corner = [frame.x.0 + 0.03 * frame.width(), frame.y.1 - 0.05 * frame.height()];
    let arrows = Arrows { from, vec, cap, width: Some(3.0), key: None };
    Layer::new("push", "the classifier's push along the guided path", Role::Likelihood, arrows)
        .label_at(words, corner)
}

/// p(y | x_t) along the path of each γ, and where it first passes 0.9.
fn certainty(
    s: &Setting,
    score: &dyn ScoreFn,
    likelihood: &dyn Likelihood,
    z: &Array2<f64>,
    gammas: &[Gamma],
) -> (Panel, Vec<(f64, f64)>) {
    let (mut layers, mut levels) = (vec![], vec![]);
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    for (i, gamma) in gammas.iter().enumerate() {
        let walk = s.walk(&guided(score, likelihood, *gamma), z);
        let curve = along(s, likelihood, &walk);
        let level = passes(&curve);
        levels.push((gamma.value(), level));
        range = curve.column(0).iter().fold(range, |(a, b), v| (a.min(*v), b.max(*v)));
        let role = if gamma.value() == 0.0 { Role::Unconditional } else { Role::Guided };
        let height = 0.12 + 0.72 * (i as f64 + 0.5) / gammas.len() as f64;
        let spot = crossing(&curve, height).map_or([0.5, height], |x| [x + 0.06, height]);
        let look = Curve { at: curve, width: Some(3.0 + 0.4 * i as f64), ..Curve::default() };
        let layer = Layer::new(&format!("certainty-{i}"), "p(y|x_t) along one path", role, look);
        let spot = if gamma.value() == 0.0 { [-0.25, 0.055] } else { spot };
        layers.push(layer.label_at(format!("γ = {}", gamma.value()), spot));
    }
    let certain =
        Layer::new("certain", "0.9", Role::Neutral, Rules { x: vec![], y: vec![CERTAIN] });
    let at: Vec<[f64; 2]> =
        levels.iter().filter(|(_, l)| l.is_finite()).map(|(_, l)| [-l.log10(), CERTAIN]).collect();
    let dots = dots(
        "passes",
        "where each passes 0.9",
        Role::Guided,
        arr2(&at),
        Points { size: 13.0, ..Points::default() },
    );
    layers.insert(0, certain);
    layers.push(dots);
    (Panel { layers, ..certainty_axes(range) }, levels)
}

fn certainty_axes(range: (f64, f64)) -> Panel {
    let range = (range.0.max(-1.6), range.1.min(1.3));
    let range = if range.0 < range.1 { range } else { (-1.0, 1.0) };
    let ticks = (-6..=6).map(|k| {
        let ratio = 10f64.powi(-k);
        (
            f64::from(k),
            if k <= 0 { format!("{ratio:.0}") } else { format!("{ratio:.*}", k as usize) }.into(),
        )
    });
    Panel {
        title: Text::new("p(y ∣ x_t) along the way", "p(y ∣ x_t) dọc quỹ đạo"),
        x: Axis::new(words::NOISE_LEVEL.then(" σ/α  →"), range).with_ticks(ticks),
        y: Axis::new("", (0.0, 1.04)),
        ..Panel::default()
    }
}

/// Rows of (−log₁₀ σ/α, p(y | x_t)) down one path; the clean end has no place and is left out.
fn along(s: &Setting, likelihood: &dyn Likelihood, walk: &Array3<f64>) -> Array2<f64> {
    let times: Vec<f64> =
        s.grid.times().iter().copied().filter(|t| s.process.level(*t).sigma > 0.0).collect();
    let mut out = Array2::zeros((times.len(), 2));
    for (i, t) in times.iter().enumerate() {
        let level = s.process.level(*t);
        let log = likelihood.log_likelihood(walk.index_axis(Dim(0), i), level)[0];
        out[[i, 0]] = -level.ratio().log10();
        out[[i, 1]] = log.exp();
    }
    out
}

/// Where a curve first reaches `height`, by linear interpolation.
fn crossing(curve: &Array2<f64>, height: f64) -> Option<f64> {
    let i = (0..curve.nrows()).find(|i| curve[[*i, 1]] >= height)?;
    if i == 0 {
        return Some(curve[[0, 0]]);
    }
    let (a, b) = (curve.row(i - 1), curve.row(i));
    Some(a[0] + (b[0] - a[0]) * (height - a[1]) / (b[1] - a[1]))
}

/// σ/α at which p first passes 0.9; NaN if never.
fn passes(curve: &Array2<f64>) -> f64 {
    crossing(curve, CERTAIN).map_or(f64::NAN, |x| 10f64.powf(-x))
}
