//! F5: Bayes' rule for scores, at one point.

use super::prelude::*;
use scorelab::Error;
use scorelab::guidance::Guided;

pub const SPEC: Spec = Spec {
    name: "bayes-sum",
    stem: "05_bayes_sum",
    part: SCORES,
    latex: BAYES,
    title: Text::new(
        "Bayes' rule for scores, at one point",
        "Quy tắc Bayes cho score, tại một điểm",
    ),
    caption: Text::new(
        "At one x_t the unconditional score and the classifier's gradient, tip to tail, add up to the conditional score.",
        "Tại một x_t, score không điều kiện và gradient của bộ phân loại, nối đuôi nhau, cộng lại thành score có điều kiện.",
    ),
    needs: &[Need::Plane],
    uses: &[Use::Class, Use::Process],
    draw,
};

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let (s, one) = (i.setting(), Gamma::new(1.0)?);
    let level = s.level_by_radius(0.6);
    Ok(vec![bayes_sum(s, open_point(s, level, one)?, level, one, None)?])
}

/// The steps in which F5 can be shown.
pub const BUILDS: usize = 4;

/// s_u, γ·∇ log p(y | x) and the score they should sum to, at one point.
pub(super) struct Terms {
    pub u: [f64; 2],
    pub push: [f64; 2],
    guided: [f64; 2],
}

impl Terms {
    pub fn at(s: &Setting, x: [f64; 2], level: NoiseLevel, gamma: Gamma) -> Terms {
        let x = arr2(&[x]);
        let given = s.exact().given(s.class);
        let guided = Guided { main: &given, guiding: s.exact(), gamma }.score(x.view(), level);
        let u = s.exact().score(x.view(), level);
        let push =
            s.exact().posterior(s.class).grad_log_likelihood(x.view(), level) * gamma.value();
        let pair = |a: &Array2<f64>| [a[[0, 0]], a[[0, 1]]];
        Terms { u: pair(&u), push: pair(&push), guided: pair(&guided) }
    }

    pub fn sum(&self) -> [f64; 2] {
        [self.u[0] + self.push[0], self.u[1] + self.push[1]]
    }

    /// ‖s_u + γ∇log p(y|x) − ((1 − γ)s_u + γ·s_c)‖.
    fn residual(&self) -> f64 {
        let sum = self.sum();
        (sum[0] - self.guided[0]).hypot(sum[1] - self.guided[1])
    }
}

/// F5: at one x_t, the unconditional score, the classifier's push at its tip, and the sum of the two.
///
/// `build` 1 to 4 adds one piece at a time to the same slide (the point, the score, the push, the sum); `None` is all of
/// it. The residual is ‖s_u + γ·∇log p(y | x_t) − ((1 − γ)·s_u + γ·s_c)‖; with γ = 1 the bracket is s_c. `point` is in
/// the units of x_t.
///
/// # Errors
/// If the scene is not two-dimensional, `build` is not 1 to 4, the point is not finite, or the level has no noise.
pub fn bayes_sum(
    s: &Setting,
    point: [f64; 2],
    level: NoiseLevel,
    gamma: Gamma,
    build: Option<usize>,
) -> Result<Figure> {
    s.in_plane()?;
    let step = build.unwrap_or(BUILDS);
    if !(1..=BUILDS).contains(&step) {
        return Err(Error::value("the build", step, format!("1 to {BUILDS}")));
    }
    if !(point.iter().all(|v| v.is_finite()) && level.sigma > 0.0 && level.alpha > 0.0) {
        let given = format!("{point:?} at σ = {}", level.sigma);
        return Err(Error::value("the point", given, "finite, at a level with noise"));
    }
    let terms = Terms::at(s, point, level, gamma);
    let mut f = SPEC.figure();
    f.stem += &build.map_or(String::new(), |k| format!("_build{k}"));
    f.panels = vec![tip_to_tail(s, point, level, &terms, gamma, step)];
    f.formula = equation(step, gamma);
    f.notes = vec![if step == BUILDS { residual_note(&terms, gamma) } else { Text::from(" ") }];
    f.numbers = vec![
        ("gamma".into(), gamma.value()),
        ("σ/α".into(), level.ratio()),
        ("‖sum − s_γ‖".into(), terms.residual()),
    ];
    Ok(f)
}

fn residual_note(terms: &Terms, gamma: Gamma) -> Text {
    let right = if gamma.value() == 1.0 { "s_c" } else { "((1 − γ) s_u + γ s_c)" };
    let off = tiny(terms.residual());
    Text::from((
        format!("check: ‖sum − {right}‖ = {off};  arrows to one scale, not that of the axes"),
        format!(
            "kiểm tra: ‖tổng − {right}‖ = {off};  các mũi tên cùng một tỉ lệ, khác tỉ lệ các trục"
        ),
    ))
}

/// The equation, each term grey until its arrow appears.
fn equation(step: usize, gamma: Gamma) -> Vec<(Role, Text)> {
    let shown_from = [4, 4, 2, 3, 3]; // the step of each term and sign
    let grey = |(from, (role, text))| (if step >= from { role } else { Role::Muted }, text);
    shown_from.into_iter().zip(bayes_rule(gamma.value())).map(grey).collect()
}

/// The three arrows in data units, head to tail, scaled to be seen together.
struct Triangle {
    x: [f64; 2],
    tip: [f64; 2],
    end: [f64; 2],
    /// From an arrow to its words.
    gap: f64,
    /// The length, in units of x, at which a score of length 1 is drawn.
    by: f64,
}

impl Triangle {
    fn new(x: [f64; 2], terms: &Terms, room: f64) -> Triangle {
        let size = |v: [f64; 2]| v[0].hypot(v[1]);
        let longest = size(terms.u).max(size(terms.push)).max(size(terms.sum()));
        let by = if longest > 0.0 { room / longest } else { 0.0 };
        let on = |v: [f64; 2]| [x[0] + by * v[0], x[1] + by * v[1]];
        Triangle { x, tip: on(terms.u), end: on(terms.sum()), gap: 0.06 * room, by }
    }

    /// An arrow from `a` to `b` and its words, which stand on the outer side of the triangle.
    fn arrow(
        &self,
        (name, role, width): (&str, Role, f64),
        [a, b]: [[f64; 2]; 2],
        vec: [f64; 2],
        words: Text,
    ) -> [Layer; 2] {
        let (from, vec, scale) = (arr2(&[a]), arr2(&[vec]), self.by);
        let arrows = Arrows { from, vec, scale, width: Some(width), ..Arrows::default() };
        let middle = [0, 1].map(|j| 0.5 * (a[j] + b[j]));
        let centre = [0, 1].map(|j| (self.x[j] + self.tip[j] + self.end[j]) / 3.0);
        let mut normal = [b[1] - a[1], a[0] - b[0]];
        if normal[0] * (middle[0] - centre[0]) + normal[1] * (middle[1] - centre[1]) < 0.0 {
            normal = normal.map(|v| -v);
        }
        let size = normal[0].hypot(normal[1]).max(f64::MIN_POSITIVE);
        let at = [0, 1].map(|j| middle[j] + self.gap * normal[j] / size);
        let level = normal[0].abs() > 0.25 * normal[1].abs();
        let side = match (level, normal[0] > 0.0, normal[1] > 0.0) {
            (true, true, _) => Side::Right,
            (true, false, _) => Side::Left,
            (false, _, true) => Side::Above,
            (false, _, false) => Side::Below,
        };
        let label = Labels { at: vec![(at, words)], side, ..Labels::default() };
        [
            Layer::new(name, "an arrow of the sum", role, arrows),
            Layer::new(&format!("{name} words"), "what the arrow is", role, label),
        ]
    }

    /// The point x_t and its name, which stands away from the arrows.
    fn point(&self, height: f64) -> [Layer; 2] {
        let Triangle { x, tip, end, .. } = *self;
        let back = [0, 1].map(|j| 2.0 * x[j] - tip[j] - end[j]);
        let by = 0.02 * height / back[0].hypot(back[1]).max(f64::MIN_POSITIVE);
        let at = [0, 1].map(|j| x[j] + by * back[j]);
        let side = if 2.0 * x[1] < tip[1] + end[1] { Side::Below } else { Side::Above };
        let dot = Points { size: 18.0, marker: Some(Marker::Dot), ..Points::default() };
        let word = Labels { at: vec![(at, "x_t".into())], side, ..Labels::default() };
        [
            dots("point", "the point x_t", Role::Neutral, arr2(&[x]), dot),
            Layer::new("point word", "its name", Role::Neutral, word),
        ]
    }
}

fn tip_to_tail(
    s: &Setting,
    x: [f64; 2],
    level: NoiseLevel,
    terms: &Terms,
    gamma: Gamma,
    step: usize,
) -> Panel {
    let window = Window::of(s.exact()).at(level).wide(2.0);
    let triangle = Triangle::new(x, terms, 0.5 * window.height());
    let (tip, end) = (triangle.tip, triangle.end);
    let (sum, push) = match gamma.value() {
        1.0 => (words::CONDITIONAL_SCORE, words::CLASSIFIER_GRADIENT),
        g => (words::GUIDED.then(" s_γ"), words::CLASSIFIER_GRADIENT.map(|w| format!("{g} · {w}"))),
    };
    let free = words::UNCONDITIONAL_SCORE;
    let (orange, green) = (("sum", Role::Guided, 8.0), ("unconditional", Role::Unconditional, 5.0));
    let blue = ("push", Role::Likelihood, 5.0);
    let arrows = [
        (4, triangle.arrow(orange, [x, end], terms.sum(), sum)),
        (2, triangle.arrow(green, [x, tip], terms.u, free)),
        (3, triangle.arrow(blue, [tip, end], terms.push, push)),
    ];
    let mut panel = window.panel("");
    panel.layers.push(window.density_layer(s.exact(), level));
    panel.layers.extend(names(s, level, Names::Far));
    panel.layers.extend(arrows.into_iter().filter(|a| step >= a.0).flat_map(|a| a.1));
    panel.layers.extend(triangle.point(window.height()));
    panel
}

/// A point for F5: where the density is not small and the three arrows make the widest triangle.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn open_point(s: &Setting, level: NoiseLevel, gamma: Gamma) -> Result<[f64; 2]> {
    s.in_plane()?;
    let window = Window::of(s.exact()).at(level);
    let (grid, room) = (window.grid(41, 41), 0.5 * window.height());
    let log = s.exact().log_density(grid.view(), level);
    let (_, top) = extent(log.iter().copied());
    let openness = |i: &usize| {
        let terms = Terms::at(s, [grid[[*i, 0]], grid[[*i, 1]]], level, gamma);
        let (u, push, sum) = (terms.u, terms.push, terms.sum());
        let longest =
            [u, push, sum].iter().map(|v| v[0].powi(2) + v[1].powi(2)).fold(0.0, f64::max);
        (u[0] * push[1] - u[1] * push[0]).abs() / longest
    };
    let inside = |p: [f64; 2]| {
        let middle = window.middle();
        (0..2).all(|j| (p[j] - middle[j]).abs() < 0.66 * room)
    };
    let fits = |i: &usize| {
        let x = [grid[[*i, 0]], grid[[*i, 1]]];
        let Triangle { tip, end, .. } = Triangle::new(x, &Terms::at(s, x, level, gamma), room);
        [x, tip, end].into_iter().all(inside)
    };
    let likely = (0..grid.nrows()).filter(|i| log[*i] > top - 2.5).filter(fits);
    let best = likely
        .map(|i| (openness(&i), i))
        .filter(|(o, _)| o.is_finite())
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Ok(best.map_or([0.0, 0.0], |(_, i)| [grid[[i, 0]], grid[[i, 1]]]))
}
