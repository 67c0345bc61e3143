//! A1, A2 and A4: the Bayes sum through time, the field that bends with γ, a classifier's regions as the noise falls.

use super::bayes::{BUILDS, Terms, equation};
use super::clean::{Judge, region_layer};
use super::frame::{ARROWS, CLEAN, Field, Frame, Names, dots, names, path_layer, width};
use super::{Setting, at_least, figure, guided};
use crate::plot::{Arrows, Figure, Labels, Layer, Mark, Panel, Paths, Points, Role, Side, Text};
use ndarray::arr2;
use scorelab::guidance::Gamma;
use scorelab::noise::{Grid, NoiseLevel, Spacing};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};

/// Noise of the first and the last frame, as shares of the data's radius.
const LOUD: f64 = 2.5;
const QUIET: f64 = 0.1;
/// Starting points among which A1 looks for a path.
const PATHS: usize = 64;
/// Steps of its walk, so that every frame is near one.
const FINE: usize = 400;
/// The largest γ of A2.
const MOST: f64 = 10.0;

/// The level of each frame: σ/α falls by the same factor from frame to frame.
fn levels(s: &Setting, frames: usize) -> Vec<NoiseLevel> {
    let at = |i: usize| LOUD * (QUIET / LOUD).powf(i as f64 / (frames - 1) as f64);
    (0..frames).map(|i| s.level_by_radius(at(i))).collect()
}

/// `σ/α = 0.31`, with as many digits at every level.
fn ratio(level: NoiseLevel) -> String {
    format!("σ/α = {:.2}", level.ratio())
}

/// A1: the Bayes sum at the point x_t of one path, through time.
///
/// The path is led by the exact score given the class; it is the one of 64 on which s_u and the classifier's gradient
/// are most at odds, by the area between them summed over all frames. Arrows are σ·s, tip to tail, in one scale for all
/// frames. σ/α falls by the same factor from frame to frame.
///
/// # Errors
/// If the scene is not two-dimensional or there are fewer than 2 frames.
pub fn bayes_through_time(s: &Setting, frames: usize) -> Result<impl Iterator<Item = Figure>> {
    s.checked()?;
    at_least("frames", frames, 2)?;
    let (levels, one) = (levels(s, frames), Gamma::new(1.0)?);
    let pair = |x: [f64; 2], level: NoiseLevel| {
        let terms = Terms::at(s, x, level, one);
        [terms.u, terms.sum()].map(|v| v.map(|v| level.sigma * v))
    };
    let area = |[u, sum]: [[f64; 2]; 2]| (u[0] * sum[1] - u[1] * sum[0]).abs();
    let paths = led(s, &levels)?;
    let odds = |at: &Vec<[f64; 2]>| -> f64 {
        at.iter().zip(&levels).map(|(x, level)| area(pair(*x, *level))).sum()
    };
    let best = paths.into_iter().max_by(|a, b| odds(a).total_cmp(&odds(b)));
    let at = best.expect("there are paths");
    let arrows: Vec<_> = at.iter().zip(&levels).map(|(x, level)| pair(*x, *level)).collect();
    let longest = arrows.iter().flatten().map(|v| v[0].hypot(v[1])).fold(0.0, f64::max);
    let frame = Frame::of(s.exact()).wide(2.0);
    let unit = if longest > 0.0 { 0.36 * frame.height() / longest } else { 0.0 };
    let sure = s.exact().posterior(s.class);
    let figures: Vec<Figure> = (0..frames)
        .map(|i| {
            let (x, level) = (arr2(&[at[i]]), levels[i]);
            let p = sure.log_likelihood(x.view(), level)[0].exp();
            let mut f = figure(
                "A1_bayes_through_time",
                Text::new("Bayes' rule along one path", "Quy tắc Bayes dọc một quỹ đạo"),
                Text::new(
                    "Along one path the unconditional score and the classifier's gradient add up to the conditional score; the gradient speaks while the class is open.",
                    "Dọc một quỹ đạo, score không điều kiện và gradient của bộ phân loại cộng lại thành score có điều kiện; gradient lên tiếng khi lớp chưa rõ.",
                ),
            );
            let trail = (0..=i).map(|k| at[k].map(|v| v / width(levels[k]))).collect::<Vec<_>>();
            f.panels = vec![sum_panel(s, frame, level, &trail, arrows[i].map(|v| v.map(|v| unit * v)))];
            let state = Labels {
                at: vec![
                    (inside(frame, level, 0.02, 0.93), ratio(level).into()),
                    (inside(frame, level, 0.02, 0.85), format!("p(y ∣ x_t) = {p:.2}").into()),
                ],
                side: Side::Right,
            };
            f.panels[0].layers.push(Layer::new("state", "where on the way", Role::Neutral, state));
            f.formula = equation(BUILDS, one);
            f.numbers = vec![("σ/α".into(), level.ratio()), ("p(y|x_t)".into(), p)];
            f
        })
        .collect();
    Ok(figures.into_iter())
}

/// Where each led path is at each level (in the units of x_t).
fn led(s: &Setting, levels: &[NoiseLevel]) -> Result<Vec<Vec<[f64; 2]>>> {
    let grid = Grid::to_data(&s.process, Spacing::KARRAS, FINE.max(s.grid.steps()))?;
    let fine = Setting { grid: &grid, ..*s };
    let walk = fine.walk(&s.exact().given(s.class), &s.start(PATHS));
    let ratios: Vec<f64> = grid.times().iter().map(|t| s.process.level(*t).ratio()).collect();
    let nearest = |level: &NoiseLevel| {
        let off = |i: &usize| (ratios[*i] / level.ratio()).ln().abs();
        (0..ratios.len() - 1).min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(0)
    };
    let steps: Vec<usize> = levels.iter().map(nearest).collect();
    let path = |row: usize| steps.iter().map(|i| [0, 1].map(|j| walk[[*i, row, j]])).collect();
    Ok((0..PATHS).map(path).collect())
}

/// The names of the classes beside their clean modes, on a frame that is `by` times as large.
fn apart(s: &Setting, by: f64) -> Vec<Layer> {
    let mut layers = names(s, CLEAN, Names::Outside);
    for layer in &mut layers {
        if let Mark::Labels(labels) = &mut layer.mark {
            labels.at.iter_mut().for_each(|(at, _)| *at = at.map(|v| by * v));
        }
    }
    layers
}

/// A place of the frame by its shares of width and height, in the units of x_t.
fn inside(frame: Frame, level: NoiseLevel, u: f64, v: f64) -> [f64; 2] {
    let frame = frame.scaled(width(level));
    [frame.x.0 + u * frame.width(), frame.y.0 + v * frame.height()]
}

/// The plane at one level, the way so far (at x_t/√(α² + σ²)), and the arrows [s_u, sum] at its end.
fn sum_panel(
    s: &Setting,
    frame: Frame,
    level: NoiseLevel,
    trail: &[[f64; 2]],
    [u, sum]: [[f64; 2]; 2],
) -> Panel {
    let by = width(level);
    let scaled = frame.scaled(by);
    let way = arr2(trail) * by;
    let x = way.row(way.nrows() - 1).to_vec();
    let arrow = |name: &str, role, from: [f64; 2], vec: [f64; 2], width| {
        let vec = arr2(&[vec.map(|v| by * v)]);
        let look = Arrows { from: arr2(&[from]), vec, width: Some(width), ..Arrows::default() };
        Layer::new(name, "an arrow of the sum", role, look)
    };
    let (x, tip) = ([x[0], x[1]], [x[0] + by * u[0], x[1] + by * u[1]]);
    let mut panel = scaled.panel("");
    panel.layers.push(scaled.density_layer(s.exact(), level));
    panel.layers.extend(apart(s, by));
    let trail = Paths { lines: vec![way], alpha: 0.45, ..Paths::default() };
    panel.layers.extend([
        path_layer("trail", "the way so far", Role::Guided, trail.lines.clone(), trail),
        arrow("sum", Role::Guided, x, sum, 8.0),
        arrow("unconditional", Role::Unconditional, x, u, 5.0),
        arrow("push", Role::Likelihood, tip, [sum[0] - u[0], sum[1] - u[1]], 5.0),
        dots("point", "x_t", Role::Neutral, arr2(&[x]), Points { size: 16.0, ..Points::default() }),
    ]);
    panel
}

/// A2: the guided field at one noise level as γ goes from 0 to 10 and back, and where `n` starting points then end.
///
/// ```text
/// γ(u) = 10·sin³(πu),   u from 0 to 1: slowly where γ is small and the field bends most
/// ```
///
/// The first and the last frame are γ = 0, so that the animation closes.
///
/// # Errors
/// If the scene is not two-dimensional, `n` is 0 or there are fewer than 2 frames.
pub fn bending_field(
    s: &Setting,
    score: &dyn ScoreFn,
    likelihood: &dyn Likelihood,
    n: usize,
    frames: usize,
) -> Result<impl Iterator<Item = Figure>> {
    s.checked()?;
    at_least("points", n, 1)?;
    at_least("frames", frames, 2)?;
    let level = s.level_by_radius(0.6);
    let frame = Frame::of(s.exact());
    let noised = frame.scaled(width(level));
    let field = Field::new(noised, ARROWS);
    let under = [noised.density_layer(s.exact(), level), frame.density_layer(s.exact(), CLEAN)];
    let one = |i: usize| -> Result<Figure> {
        let u = i as f64 / (frames - 1) as f64;
        let round = (std::f64::consts::PI * u).sin();
        let value = if i + 1 == frames { 0.0 } else { MOST * round.powi(3) };
        let gap = if value < 9.95 { "\u{2007}" } else { "" }; // as wide as a digit, so that nothing jumps
        let score = guided(score, likelihood, Gamma::new(value)?);
        let role = if value == 0.0 { Role::Unconditional } else { Role::Guided };
        let mut f = figure(
            "A2_bending_field",
            Text::new("Turning γ from 0 to 10 and back", "Vặn γ từ 0 lên 10 rồi trở lại"),
            Text::new(
                "As γ grows the score field bends towards the wanted class, and the samples follow: first they come home, then they overshoot.",
                "Khi γ tăng, trường score uốn về lớp mong muốn và các mẫu đi theo: ban đầu về đúng lớp, sau đó vượt quá.",
            ),
        );
        let arrows = score.score(field.tails(), level);
        let field = field.layer("field", "the guided score, σ·|s|", role, &arrows, level);
        let ends = dots(
            "ends",
            "where the same noise ends",
            role,
            s.sample(&score, n),
            Points { size: 8.0, alpha: 0.8, ..Points::default() },
        );
        let titles = [
            Text::from((
                format!("score field, {}", ratio(level)),
                format!("trường score, {}", ratio(level)),
            )),
            Text::new("where the same noise ends", "cùng một nhiễu đi về đâu"),
        ];
        let levels = [level, CLEAN];
        for (k, (title, layer)) in titles.into_iter().zip([field, ends]).enumerate() {
            let mut panel = [noised, frame][k].panel(title);
            panel.layers = vec![under[k].clone(), layer];
            panel.layers.extend(apart(s, width(levels[k])));
            f.panels.push(panel);
        }
        f.formula = vec![
            (Role::Guided, "s_γ".into()),
            (Role::Neutral, "  =  ".into()),
            (Role::Unconditional, "∇log p_t(x)".into()),
            (Role::Neutral, "  +  ".into()),
            (Role::Likelihood, "γ ∇log p(y ∣ x_t)".into()),
            (Role::Neutral, format!(",    γ = {gap}{value:.1}").into()),
        ];
        f.numbers = vec![("gamma".into(), value), ("σ/α".into(), level.ratio())];
        Ok(f)
    };
    let figures = (0..frames).map(one).collect::<Result<Vec<_>>>()?;
    Ok(figures.into_iter())
}

/// A4: what classifiers believe over the plane as the noise falls, one panel each.
///
/// The blend of the class colours is p(y | x_t): without a hint it is the classes' mean, and regions part as σ/α falls,
/// by the same factor from frame to frame.
///
/// # Errors
/// If the scene is not two-dimensional, there are no judges or more than three, one has not one likelihood for each
/// class, or there are fewer than 2 frames.
pub fn regions_through_noise<'a>(
    s: &'a Setting,
    judges: &'a [Judge],
    frames: usize,
) -> Result<impl Iterator<Item = Figure> + 'a> {
    s.checked()?;
    at_least("frames", frames, 2)?;
    if !(1..=3).contains(&judges.len()) {
        return Err(Error::value("the number of classifiers", judges.len(), "1 to 3"));
    }
    for judge in judges {
        judge.checked(s)?;
    }
    Ok(levels(s, frames).into_iter().map(move |level| {
        let mut f = figure(
            "A4_classifier_regions",
            Text::new("What the classifier believes as noise falls", "Bộ phân loại tin gì khi nhiễu giảm"),
            Text::new(
                "Where the noise hides the class a noisy classifier is unsure everywhere; as the noise falls its regions part.",
                "Khi nhiễu che mất lớp, bộ phân loại không chắc ở mọi nơi; khi nhiễu giảm, các vùng tách nhau ra.",
            ),
        );
        let frame = Frame::of(s.exact()).scaled(width(level));
        for judge in judges {
            let mut panel = frame.panel(judge.title.clone());
            panel.layers = vec![region_layer(frame, judge, level)];
            let words = names(s, level, Names::Apart).into_iter();
            panel.layers.extend(words.map(|layer| Layer { role: Role::Neutral, ..layer }));
            f.panels.push(panel);
        }
        f.formula = vec![
            (Role::Likelihood, "p(y ∣ x_t)".into()),
            (Role::Neutral, format!(",    {}", ratio(level)).into()),
        ];
        f.numbers = vec![("σ/α".into(), level.ratio())];
        f
    }))
}
