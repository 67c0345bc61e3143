//! A1: the Bayes sum through time.

use super::bayes_sum::Terms;
use super::prelude::*;
use scorelab::noise::{Grid, Spacing};

pub const SPEC: Spec = Spec {
    name: "bayes-through-time",
    stem: "A1_bayes_through_time",
    part: SCORES,
    latex: BAYES,
    title: Text::new("Bayes' rule along one path", "Quy tắc Bayes dọc một quỹ đạo"),
    caption: Text::new(
        "Along one path the unconditional score and the classifier's gradient add up to the conditional score; the gradient speaks while the class is open.",
        "Dọc một quỹ đạo, score không điều kiện và gradient của bộ phân loại cộng lại thành score có điều kiện; gradient lên tiếng khi lớp chưa rõ.",
    ),
    needs: &[Need::Plane, Need::Frames],
    uses: &[Use::Process, Use::Sampler, Use::Seed, Use::Class],
    draw: |i: &Inputs| Ok(bayes_through_time(i.setting(), i.frames)?.collect()),
};

/// Starting points among which a path is looked for.
const PATHS: usize = 64;
/// Steps of its walk, so that every frame is near one.
const FINE: usize = 400;

/// A1: the Bayes sum at the point x_t of one path, through time.
///
/// The path is led by the exact score given the class; it is the one of 64 on which s_u and the classifier's gradient
/// are most at odds, by the area between them summed over all frames. Arrows are σ·s, tip to tail, in one scale for all
/// frames. σ/α falls by the same factor from frame to frame.
///
/// # Errors
/// If the scene is not two-dimensional or there are fewer than 2 frames.
pub fn bayes_through_time(s: &Setting, frames: usize) -> Result<impl Iterator<Item = Figure>> {
    s.in_plane()?;
    at_least("frames", frames, 2)?;
    let (levels, one) = (falling_levels(s, frames), Gamma::new(1.0)?);
    let pair = |x: [f64; 2], level: NoiseLevel| {
        let terms = Terms::at(s, x, level, one);
        [terms.u, terms.sum()].map(|v| v.map(|v| level.sigma * v))
    };
    let area = |[u, sum]: [[f64; 2]; 2]| (u[0] * sum[1] - u[1] * sum[0]).abs();
    let odds = |at: &Vec<[f64; 2]>| -> f64 {
        at.iter().zip(&levels).map(|(x, level)| area(pair(*x, *level))).sum()
    };
    let best = led(s, &levels)?.into_iter().max_by(|a, b| odds(a).total_cmp(&odds(b)));
    let at = best.expect("there are paths");
    let arrows: Vec<_> = at.iter().zip(&levels).map(|(x, level)| pair(*x, *level)).collect();
    let longest = arrows.iter().flatten().map(|v| v[0].hypot(v[1])).fold(0.0, f64::max);
    let window = Window::of(s.exact()).wide(2.0);
    let unit = if longest > 0.0 { 0.36 * window.height() / longest } else { 0.0 };
    let posterior = s.exact().posterior(s.class);
    let frame = |i: usize| {
        let level = levels[i];
        let p = posterior.log_likelihood(arr2(&[at[i]]).view(), level)[0].exp();
        let trail: Vec<[f64; 2]> = (0..=i).map(|k| at[k].map(|v| v / scale(levels[k]))).collect();
        let mut panel = sum_panel(s, window, level, &trail, arrows[i].map(|v| v.map(|v| unit * v)));
        let place = |v| window.at(level).point(0.02, v);
        let state = vec![
            (place(0.93), format!("σ/α = {}", ratio(level)).into()),
            (place(0.85), format!("p(y ∣ x_t) = {p:.2}").into()),
        ];
        let state = Labels { at: state, side: Side::Right, ..Labels::default() };
        panel.layers.push(Layer::new("state", "where on the way", Role::Neutral, state));
        let mut f = SPEC.figure();
        f.panels = vec![panel];
        f.formula = bayes_rule(1.0);
        f.number("σ/α", level.ratio());
        f.number("p(y|x_t)", p);
        f
    };
    Ok((0..frames).map(frame).collect::<Vec<_>>().into_iter())
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

/// The plane at one level, the way so far (at x_t/√(α² + σ²)), and the arrows [s_u, sum] at its end.
fn sum_panel(
    s: &Setting,
    window: Window,
    level: NoiseLevel,
    trail: &[[f64; 2]],
    [u, sum]: [[f64; 2]; 2],
) -> Panel {
    let by = scale(level);
    let scaled = window.at(level);
    let path = arr2(trail) * by;
    let x = path.row(path.nrows() - 1).to_vec();
    let arrow = |name: &str, role, from: [f64; 2], vec: [f64; 2], width| {
        let vec = arr2(&[vec.map(|v| by * v)]);
        let look = Arrows { from: arr2(&[from]), vec, width: Some(width), ..Arrows::default() };
        Layer::new(name, "an arrow of the sum", role, look)
    };
    let (x, tip) = ([x[0], x[1]], [x[0] + by * u[0], x[1] + by * u[1]]);
    let mut panel = scaled.panel("");
    panel.layers.push(scaled.density_layer(s.exact(), level));
    panel.layers.extend(clean_names(s, level));
    let trail = Paths { lines: vec![path], alpha: 0.45, ..Paths::default() };
    panel.layers.extend([
        Layer::new("trail", "the way so far", Role::Guided, trail),
        arrow("sum", Role::Guided, x, sum, 8.0),
        arrow("unconditional", Role::Unconditional, x, u, 5.0),
        arrow("push", Role::Likelihood, tip, [sum[0] - u[0], sum[1] - u[1]], 5.0),
        dots("point", "x_t", Role::Neutral, arr2(&[x]), Points { size: 16.0, ..Points::default() }),
    ]);
    panel
}
