//! F5 and F6: Bayes' rule for scores, at one point and over the plane.

use super::frame::{ARROWS, FIELD_NOTE, Field, Frame, Names, dots, names, score_on, tiny, width};
use super::{Setting, figure};
use crate::plot::{Arrows, Figure, Labels, Layer, Marker, Panel, Points, Role, Side, Text, words};
use ndarray::{Array2, arr2};
use scorelab::guidance::{Gamma, Guided};
use scorelab::noise::NoiseLevel;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};

/// The steps in which F5 can be shown.
pub(super) const BUILDS: usize = 4;

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
    s.checked()?;
    let step = build.unwrap_or(BUILDS);
    if !(1..=BUILDS).contains(&step) {
        return Err(Error::value("the build", step, format!("1 to {BUILDS}")));
    }
    if !(point.iter().all(|v| v.is_finite()) && level.sigma > 0.0 && level.alpha > 0.0) {
        let given = format!("{point:?} at σ = {}", level.sigma);
        return Err(Error::value("the point", given, "finite, at a level with noise"));
    }
    let terms = Terms::at(s, point, level, gamma);
    let stem = match build {
        Some(k) => format!("05_bayes_sum_build{k}"),
        None => "05_bayes_sum".into(),
    };
    let mut f = figure(
        &stem,
        Text::new("Bayes' rule for scores, at one point", "Quy tắc Bayes cho score, tại một điểm"),
        Text::new(
            "At one x_t the unconditional score and the classifier's gradient, tip to tail, add up to the guided score.",
            "Tại một x_t, score không điều kiện và gradient của bộ phân loại, nối đuôi nhau, cộng lại thành score đã điều hướng.",
        ),
    );
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
    Text::from((
        format!("check: ‖sum − {right}‖ = {}", tiny(terms.residual())),
        format!("kiểm tra: ‖tổng − {right}‖ = {}", tiny(terms.residual())),
    ))
}

/// The equation, each term grey until its arrow is there.
pub(super) fn equation(step: usize, gamma: Gamma) -> Vec<(Role, Text)> {
    let from = |k: usize, role: Role| if step >= k { role } else { Role::Muted };
    let (left, push) = match gamma.value() {
        1.0 => ("∇log p_t(x ∣ y)", "∇log p(y ∣ x_t)".to_string()),
        g => ("s_γ", format!("{g} ∇log p(y ∣ x_t)")),
    };
    vec![
        (from(4, Role::Guided), left.into()),
        (from(4, Role::Neutral), "  =  ".into()),
        (from(2, Role::Unconditional), "∇log p_t(x)".into()),
        (from(3, Role::Neutral), "  +  ".into()),
        (from(3, Role::Likelihood), push.into()),
    ]
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

    /// An arrow and its words, which stand on the outer side of the triangle.
    fn arrow(
        &self,
        name: &str,
        role: Role,
        (ends, vec): ([[f64; 2]; 2], [f64; 2]),
        width: f64,
        words: Text,
    ) -> [Layer; 2] {
        let [a, b] = ends;
        let arrows = Arrows {
            from: arr2(&[a]),
            vec: arr2(&[vec]),
            scale: self.by,
            width: Some(width),
            ..Arrows::default()
        };
        let middle = [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])];
        let centre = [0, 1].map(|j| (self.x[j] + self.tip[j] + self.end[j]) / 3.0);
        let mut normal = [b[1] - a[1], a[0] - b[0]];
        if normal[0] * (middle[0] - centre[0]) + normal[1] * (middle[1] - centre[1]) < 0.0 {
            normal = [-normal[0], -normal[1]];
        }
        let size = normal[0].hypot(normal[1]).max(f64::MIN_POSITIVE);
        let at = [0, 1].map(|j| middle[j] + self.gap * normal[j] / size);
        let side =
            match (normal[0].abs() > 0.25 * normal[1].abs(), normal[0] > 0.0, normal[1] > 0.0) {
                (true, true, _) => Side::Right,
                (true, false, _) => Side::Left,
                (false, _, true) => Side::Above,
                (false, _, false) => Side::Below,
            };
        let label = Labels { at: vec![(at, words)], side };
        [
            Layer::new(name, "an arrow of the sum", role, arrows),
            Layer::new(&format!("{name} words"), "what the arrow is", role, label),
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
    let frame = Frame::of(s.exact()).scaled(width(level)).wide(2.0);
    let triangle = Triangle::new(x, terms, 0.5 * frame.height());
    let Triangle { tip, end, .. } = triangle;
    let (sum, push) = match gamma.value() {
        1.0 => (words::CONDITIONAL_SCORE, words::CLASSIFIER_GRADIENT),
        g => (words::GUIDED.then(" s_γ"), words::CLASSIFIER_GRADIENT.map(|w| format!("{g} · {w}"))),
    };
    let arrows = [
        (4, triangle.arrow("sum", Role::Guided, ([x, end], terms.sum()), 8.0, sum)),
        (
            2,
            triangle.arrow(
                "unconditional",
                Role::Unconditional,
                ([x, tip], terms.u),
                5.0,
                words::UNCONDITIONAL_SCORE,
            ),
        ),
        (3, triangle.arrow("push", Role::Likelihood, ([tip, end], terms.push), 5.0, push)),
    ];
    let mut panel = frame.panel("");
    panel.layers.push(frame.density_layer(s.exact(), level));
    panel.layers.extend(names(s, level, Names::Far));
    panel
        .layers
        .extend(arrows.into_iter().filter(|(k, _)| step >= *k).flat_map(|(_, layers)| layers));
    let dot = Points { size: 18.0, marker: Some(Marker::Dot), ..Points::default() };
    let back = [2.0 * x[0] - tip[0] - end[0], 2.0 * x[1] - tip[1] - end[1]];
    let by = 0.02 * frame.height() / back[0].hypot(back[1]).max(f64::MIN_POSITIVE);
    let away = [x[0] + by * back[0], x[1] + by * back[1]];
    let side = if 2.0 * x[1] < tip[1] + end[1] { Side::Below } else { Side::Above };
    panel.layers.push(dots("point", "the point x_t", Role::Neutral, arr2(&[x]), dot));
    let word = Labels { at: vec![(away, "x_t".into())], side };
    panel.layers.push(Layer::new("point word", "its name", Role::Neutral, word));
    panel
}

/// A point for F5: where the density is not small and the three arrows make the widest triangle.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn open_point(s: &Setting, level: NoiseLevel, gamma: Gamma) -> Result<[f64; 2]> {
    s.checked()?;
    let frame = Frame::of(s.exact()).scaled(width(level));
    let (grid, room) = (frame.grid(41, 41), 0.5 * frame.height());
    let log = s.exact().log_density(grid.view(), level);
    let top = log.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    let openness = |i: &usize| {
        let terms = Terms::at(s, [grid[[*i, 0]], grid[[*i, 1]]], level, gamma);
        let (u, push, sum) = (terms.u, terms.push, terms.sum());
        let longest =
            [u, push, sum].iter().map(|v| v[0].powi(2) + v[1].powi(2)).fold(0.0, f64::max);
        (u[0] * push[1] - u[1] * push[0]).abs() / longest
    };
    let inside = |p: [f64; 2]| {
        let middle = [0.5 * (frame.x.0 + frame.x.1), 0.5 * (frame.y.0 + frame.y.1)];
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

/// F6: the unconditional field plus the classifier's gradient equals the conditional field, over the whole plane.
///
/// The residual is the largest ‖s_u + ∇log p(y | x_t) − s_c‖ over the places of the arrows.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn bayes_plane(s: &Setting, level: NoiseLevel) -> Result<Figure> {
    s.checked()?;
    let frame = Frame::of(s.exact()).scaled(width(level));
    let field = Field::new(frame, ARROWS);
    let given = s.exact().given(s.class);
    let u = score_on(&field, s.exact(), level);
    let push = s.exact().posterior(s.class).grad_log_likelihood(field.tails(), level);
    let c = score_on(&field, &given, level);
    let residual =
        (&u + &push - &c).rows().into_iter().map(|r| r.dot(&r).sqrt()).fold(0.0, f64::max);
    let mut f = figure(
        "06_bayes_plane",
        Text::new(
            "Bayes' rule for scores, over the plane",
            "Quy tắc Bayes cho score, trên cả mặt phẳng",
        ),
        Text::new(
            "At every point of the plane the unconditional score plus the classifier's gradient is the conditional score.",
            "Tại mọi điểm của mặt phẳng, score không điều kiện cộng gradient của bộ phân loại là score có điều kiện.",
        ),
    );
    let parts = [
        (words::UNCONDITIONAL_SCORE, "unconditional", Role::Unconditional, &u, Some("+")),
        (words::CLASSIFIER_GRADIENT, "push", Role::Likelihood, &push, Some("=")),
        (words::CONDITIONAL_SCORE, "conditional", Role::Guided, &c, None),
    ];
    for (title, name, role, vectors, joiner) in parts {
        let mut panel = Panel { joiner, ..frame.panel(title) };
        let mixture = if role == Role::Guided { &given } else { s.exact() };
        panel.layers = vec![
            frame.density_layer(mixture, level),
            field.layer(name, "a field of arrows", role, vectors, level),
        ];
        panel.layers.extend(names(s, level, Names::On));
        if joiner == Some("+") {
            panel.layers[1] = field.key(panel.layers[1].clone());
        }
        f.panels.push(panel);
    }
    f.formula = vec![
        (Role::Unconditional, "∇log p_t(x)".into()),
        (Role::Neutral, "   +   ".into()),
        (Role::Likelihood, "∇log p(y ∣ x_t)".into()),
        (Role::Neutral, "   =   ".into()),
        (Role::Guided, "∇log p_t(x ∣ y)".into()),
    ];
    f.notes = vec![Text::from((
        format!(
            "σ/α = {:.2};  largest residual over {} points: {}",
            level.ratio(),
            u.nrows(),
            tiny(residual)
        ),
        format!(
            "σ/α = {:.2};  sai khác lớn nhất trên {} điểm: {}",
            level.ratio(),
            u.nrows(),
            tiny(residual)
        ),
    ))];
    f.notes.push(FIELD_NOTE);
    f.numbers = vec![("σ/α".into(), level.ratio()), ("largest residual".into(), residual)];
    Ok(f)
}
