//! F7: three things from one starting point, and how early each γ makes up the classifier's mind.

use super::prelude::*;
use ndarray::Array3;

pub const SPEC: Spec = Spec {
    name: "trajectories",
    stem: "07_three_trajectories",
    part: CLASSIFIER,
    latex: GUIDED_SUM,
    title: Text::new(
        "One noise, two paths, and the push between them",
        "Một nhiễu, hai quỹ đạo, và lực đẩy giữa chúng",
    ),
    caption: Text::new(
        "From one z the push γ∇log p(y∣x_t) bends the path to the target, and the larger γ is, the earlier the classifier is certain.",
        "Từ một z, lực đẩy γ∇log p(y∣x_t) bẻ quỹ đạo về lớp đích; γ càng lớn, bộ phân loại càng sớm chắc chắn.",
    ),
    needs: &[Need::Plane, Need::Classifier],
    uses: &[Use::Walk, Use::Gammas],
    draw,
};

/// γ, unless others are asked for.
const GAMMAS: [f64; 5] = [0.0, 1.0, 2.0, 5.0, 10.0];

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let gammas = i.growing_gammas_or(&GAMMAS);
    let large = gammas.iter().find(|gamma| gamma.value() > 1.0);
    let shown = *large.unwrap_or(&gammas[gammas.len() - 1]);
    Ok(vec![three_trajectories(i.setting(), &i.score, i.classifier(), shown, &gammas)?])
}

/// The certainty whose noise level is printed.
const CERTAIN: f64 = 0.9;
/// Barbs along the guided path.
const BARBS: usize = 6;
/// From the guided path to the barbs, in heights of the panel.
const BESIDE: f64 = 0.035;
/// Starting points among which one that ends in another class is looked for.
const TRIES: usize = 48;

/// F7: from one z the unconditional path, the guided path and the push along it; beside it p(y | x_t) for several γ.
///
/// The starting point is one whose unconditional path ends in another class. `gamma` is that of the drawn
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
    s.in_plane()?;
    let z = s.start(TRIES);
    let row = lost_row(s, score, likelihood, gamma, &z);
    let fine = &Setting { grid: &s.drawn_grid()?, ..*s };
    let free = fine.walk_rows(score, &z, &[row]);
    let led = fine.walk_rows(&guided(score, likelihood, gamma), &z, &[row]);
    let (right, levels) = certainty(fine, score, likelihood, (&z, row), gammas)?;
    let mut f = SPEC.figure();
    f.panels = vec![two_paths(fine, likelihood, gamma, &free, &led), right];
    let shown = gamma.value();
    f.formula =
        guided_sum((format!("     (left: γ = {shown})"), format!("     (trái: γ = {shown})")));
    f.notes = vec![passes_note(&levels)];
    for (g, level) in levels {
        f.number(format!("σ/α where p passes 0.9 at γ = {g}"), level);
    }
    f.number("gamma of the drawn path", shown);
    Ok(f)
}

/// Where each γ passes 0.9, in words.
fn passes_note(levels: &[(f64, f64)]) -> Text {
    let passed = levels.iter().filter(|(_, l)| l.is_finite());
    let told: Vec<String> = passed.map(|(g, l)| format!("{} (γ = {g})", decimals(*l))).collect();
    if told.is_empty() {
        return Text::new("p(y∣x_t) never passes 0.9", "p(y∣x_t) không bao giờ vượt 0.9");
    }
    Text::from((
        format!("p(y∣x_t) first passes 0.9 at σ/α =  {}", told.join(",  ")),
        format!("p(y∣x_t) vượt 0.9 lần đầu tại σ/α =  {}", told.join(",  ")),
    ))
}

/// Among the starting points z (n, 2) that end in another class, the row whose push points most across its guided path.
fn lost_row(
    s: &Setting,
    score: &dyn ScoreFn,
    likelihood: &dyn Likelihood,
    gamma: Gamma,
    z: &Array2<f64>,
) -> usize {
    let classes = classes_of(s, s.sample(score, TRIES).view());
    let lost: Vec<usize> = (0..TRIES).filter(|i| classes[*i] != s.class).collect();
    let lost = if lost.is_empty() { vec![0] } else { lost };
    let led = s.walk_rows(&guided(score, likelihood, gamma), z, &lost);
    let mut across = vec![0.0; lost.len()];
    for (k, t) in
        s.grid.times().iter().enumerate().skip(1).filter(|(_, t)| s.process.level(**t).sigma > 0.0)
    {
        let push = likelihood.grad_log_likelihood(led.index_axis(Dim(0), k), s.process.level(*t));
        for (i, sum) in across.iter_mut().enumerate() {
            let step = [0, 1].map(|j| led[[k, i, j]] - led[[k - 1, i, j]]);
            let size = push[[i, 0]].hypot(push[[i, 1]]);
            let turn = (step[0] * push[[i, 1]] - step[1] * push[[i, 0]]).abs();
            *sum += if size > 0.0 { turn / size.max(1.0) } else { 0.0 };
        }
    }
    let best = (0..lost.len()).max_by(|a, b| across[*a].total_cmp(&across[*b])).unwrap_or(0);
    lost[best]
}

fn two_paths(
    s: &Setting,
    likelihood: &dyn Likelihood,
    gamma: Gamma,
    free: &Array3<f64>,
    led: &Array3<f64>,
) -> Panel {
    let square = Window::of(s.exact());
    // room for words on the left
    let window = Window { x: (square.x.0 - 0.36 * square.width(), square.x.1), ..square };
    let word = |k: usize| window.point(0.02, 0.57 - 0.07 * k as f64);
    let (green, orange) = (lines(s, free).remove(0), lines(s, led).remove(0));
    let first = green.slice(slice![..1, ..]).to_owned();
    let z = [first[[0, 0]] + 0.03 * window.width(), first[[0, 1]]];
    let diamond = Points { size: 18.0, marker: Some(Marker::Diamond), ..Points::default() };
    let push = barbs(s, window, likelihood, gamma, led, &orange);
    let thin = |line| thinned(line, window.unseen());
    let [free_path, free_end] = one_path(Role::Unconditional, &thin(green), 4.0);
    let [led_path, led_end] = one_path(Role::Guided, &thin(orange), 5.5);
    let mut panel = window.panel(Text::new("two paths from one z", "hai quỹ đạo từ một z"));
    panel.layers = vec![
        window.density_layer(s.exact(), CLEAN),
        free_path.label_at(words::UNCONDITIONAL, word(0)),
        led_path.label_at(words::GUIDED, word(1)),
        push.label_at(Text::new("push, scaled", "lực đẩy (theo tỉ lệ)"), word(2)),
        free_end,
        led_end,
        dots("noise", "the starting point z", Role::Neutral, first, diamond).label_at("z", z),
    ];
    panel.layers.extend(names(s, CLEAN, Names::Outside));
    panel
}

/// A path and its end.
fn one_path(role: Role, line: &Array2<f64>, width: f64) -> [Layer; 2] {
    let end = line.slice(slice![-1.., ..]).to_owned();
    let path = Paths { lines: vec![line.clone()], width: Some(width), ..Paths::default() };
    let dot = Points { size: 16.0, marker: Some(Marker::Dot), ..Points::default() };
    [Layer::new("path", "a path from z", role, path), dots("end", "where it ends", role, end, dot)]
}

/// σ·γ·∇log p(y | x_t) at places evenly spaced along the guided path and drawn beside it, on the side to which it pushes;
/// the longest is a seventh of the panel high.
fn barbs(
    s: &Setting,
    window: Window,
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
            let far = total * (k as f64 + 0.35) / BARBS as f64;
            travelled.iter().position(|w| *w >= far)
        })
        .filter(|i| s.process.level(s.grid.times()[*i]).sigma > 0.0)
        .collect();
    at.dedup();
    let (mut from, mut vec) = (Array2::zeros((at.len(), 2)), Array2::zeros((at.len(), 2)));
    for (row, &i) in at.iter().enumerate() {
        let level = s.process.level(s.grid.times()[i]);
        let x = led.slice(slice![i, .., ..]);
        let push = likelihood.grad_log_likelihood(x, level) * (gamma.value() * level.sigma);
        let push = push.index_axis(Dim(0), 0);
        let [x, y] = beside(line, i, [push[0], push[1]], BESIDE * window.height());
        from.row_mut(row).assign(&ndarray::arr1(&[x, y]));
        vec.row_mut(row).assign(&push);
    }
    let longest = vec.rows().into_iter().map(|v| v.dot(&v).sqrt()).fold(0.0, f64::max);
    let cap = 0.14 * window.height();
    let scale = if longest > 0.0 { cap / longest } else { 1.0 };
    let arrows = Arrows { from, vec, scale, width: Some(3.0), ..Arrows::default() };
    let desc = "the classifier's push γσ∇log p(y|x_t) along the guided path";
    Layer::new("push", desc, Role::Likelihood, arrows)
}

/// A place beside the i-th point of a line, at this distance on the side to which it is pushed.
fn beside(line: &Array2<f64>, i: usize, push: [f64; 2], by: f64) -> [f64; 2] {
    let along = &line.row((i + 1).min(line.nrows() - 1)) - &line.row(i.saturating_sub(1));
    let left = [-along[1], along[0]];
    let side = if left[0] * push[0] + left[1] * push[1] < 0.0 { -1.0 } else { 1.0 };
    let by = side * by / along.dot(&along).sqrt().max(f64::MIN_POSITIVE);
    [0, 1].map(|j| line[[i, j]] + by * left[j])
}

/// p(y | x_t) along the path of each γ, and where it first passes 0.9.
fn certainty(
    s: &Setting,
    score: &dyn ScoreFn,
    likelihood: &dyn Likelihood,
    (z, row): (&Array2<f64>, usize),
    gammas: &[Gamma],
) -> Result<(Panel, Vec<(f64, f64)>)> {
    let (mut layers, mut levels) = (vec![], vec![]);
    for (i, gamma) in gammas.iter().enumerate() {
        let walk = s.walk_rows(&guided(score, likelihood, *gamma), z, &[row]);
        let curve = along(s, likelihood, &walk);
        levels.push((gamma.value(), passes(&curve)));
        let role = if gamma.value() == 0.0 { Role::Unconditional } else { Role::Guided };
        let at = curve.row(curve.nrows() - 1)[1].clamp(0.0, 1.0);
        let look = Curve { at: curve, width: Some(4.0), ..Curve::default() };
        let mut layer =
            Layer::new(&format!("certainty-{i}"), "p(y|x_t) along one path", role, look);
        if !levels[i].1.is_finite() {
            layer = layer.label_at(format!("γ = {}", gamma.value()), [0.5, at + 0.05]);
        }
        layers.push(layer);
    }
    let certain = Rules { x: vec![], y: vec![CERTAIN] };
    layers.insert(0, Layer::new("certain", "0.9", Role::Neutral, certain));
    layers.extend(marks(&levels));
    Ok((Panel { layers, ..certainty_axes() }, levels))
}

/// A dot where each curve passes 0.9, and its γ above.
fn marks(levels: &[(f64, f64)]) -> Vec<Layer> {
    let passed: Vec<(f64, f64)> =
        levels.iter().filter(|(_, l)| l.is_finite()).map(|(g, l)| (*g, -l.log10())).collect();
    let at: Vec<[f64; 2]> = passed.iter().map(|(_, x)| [*x, CERTAIN]).collect();
    let dot = Points { size: 13.0, ..Points::default() };
    let mut layers = vec![dots("passes", "where each passes 0.9", Role::Guided, arr2(&at), dot)];
    let (first, _) = extent(passed.iter().map(|p| p.1));
    for (k, (gamma, x)) in passed.into_iter().enumerate() {
        let (words, side, x) = if x == first {
            (format!("γ = {gamma}"), Side::Left, x + 0.11)
        } else {
            (format!("{gamma}"), Side::On, x)
        };
        let label = Labels { at: vec![([x, 1.06], words.into())], side, ..Labels::default() };
        layers.push(Layer::new(&format!("gamma-{k}"), "the γ of a curve", Role::Guided, label));
    }
    layers
}

fn certainty_axes() -> Panel {
    let ticks = (-6..=6).map(|k| {
        let ratio = 10f64.powi(-k);
        let word = if k <= 0 { format!("{ratio:.0}") } else { format!("{ratio:.*}", k as usize) };
        (f64::from(k), word.into())
    });
    let falling = Text::new(" σ/α, falling →", " σ/α, giảm dần →");
    let heights = [0.0, 0.25, 0.5, 0.75, 0.9, 1.0].map(|v| (v, v.to_string().into()));
    Panel {
        title: Text::new("p(y ∣ x_t) along the way", "p(y ∣ x_t) dọc quỹ đạo"),
        x: Axis::new(words::NOISE_LEVEL.then(falling), (-1.6, 1.1)).with_ticks(ticks),
        y: Axis::new("", (0.0, 1.12)).with_ticks(heights),
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
