//! F5 and F6: Bayes' rule for scores, at one point and over the plane.

use super::frame::{ARROWS, Field, Frame, dots, names, score_on, tiny, width};
use super::{Setting, figure};
use crate::guidance::{Gamma, Guided};
use crate::noise::NoiseLevel;
use crate::plot::{Arrows, Figure, Layer, Marker, Panel, Points, Role, Text, words};
use crate::score::{Likelihood, ScoreFn};
use crate::{Error, Result};
use ndarray::{Array2, arr2};

/// The steps in which F5 can be shown.
const BUILDS: usize = 4;

/// s_u, γ·∇ log p(y | x) and the score they should sum to, at one point.
struct Terms {
    u: [f64; 2],
    push: [f64; 2],
    guided: [f64; 2],
}

impl Terms {
    fn at(s: &Setting, x: [f64; 2], level: NoiseLevel, gamma: Gamma) -> Terms {
        let x = arr2(&[x]);
        let given = s.exact().given(s.class);
        let guided = Guided { main: &given, guiding: s.exact(), gamma }.score(x.view(), level);
        let u = s.exact().score(x.view(), level);
        let push =
            s.exact().posterior(s.class).grad_log_likelihood(x.view(), level) * gamma.value();
        let pair = |a: &Array2<f64>| [a[[0, 0]], a[[0, 1]]];
        Terms { u: pair(&u), push: pair(&push), guided: pair(&guided) }
    }

    fn sum(&self) -> [f64; 2] {
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
fn equation(step: usize, gamma: Gamma) -> Vec<(Role, Text)> {
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

fn tip_to_tail(
    s: &Setting,
    x: [f64; 2],
    level: NoiseLevel,
    terms: &Terms,
    gamma: Gamma,
    step: usize,
) -> Panel {
    let frame = Frame::of(s.exact()).scaled(width(level)).wide(2.35);
    let size = |v: [f64; 2]| v[0].hypot(v[1]);
    let longest = size(terms.u).max(size(terms.push)).max(size(terms.sum()));
    let room = 0.5 * frame.height();
    let by = if longest > 0.0 { room / longest } else { 0.0 };
    let one = |tail: [f64; 2], v: [f64; 2], thick: f64| Arrows {
        from: arr2(&[tail]),
        vec: arr2(&[[by * v[0], by * v[1]]]),
        width: Some(thick),
        ..Arrows::default()
    };
    let tip = [x[0] + by * terms.u[0], x[1] + by * terms.u[1]];
    let gamma_name =
        if gamma.value() == 1.0 { String::new() } else { format!("γ = {}: ", gamma.value()) };
    let beside = |tail: [f64; 2], v: [f64; 2]| beside(frame, tail, [by * v[0], by * v[1]]);
    let mut panel = frame.panel("");
    panel.layers.push(frame.density_layer(s.exact(), level));
    panel.layers.extend(names(s, level));
    let sum =
        Layer::new("sum", "their sum, the guided score", Role::Guided, one(x, terms.sum(), 8.0))
            .label_at(
                if gamma.value() == 1.0 {
                    words::CONDITIONAL_SCORE
                } else {
                    words::GUIDED.then(" s_γ")
                },
                beside(x, terms.sum()),
            );
    let u = Layer::new(
        "unconditional",
        "unconditional score",
        Role::Unconditional,
        one(x, terms.u, 5.0),
    )
    .label_at(words::UNCONDITIONAL_SCORE, beside(x, terms.u));
    let push = Layer::new(
        "push",
        "classifier gradient from the tip of the score",
        Role::Likelihood,
        one(tip, terms.push, 5.0),
    )
    .label_at(Text::from(gamma_name).then(words::CLASSIFIER_GRADIENT), beside(tip, terms.push));
    panel.layers.extend(
        [(4, sum), (2, u), (3, push)]
            .into_iter()
            .filter(|(k, _)| step >= *k)
            .map(|(_, layer)| layer),
    );
    let dot = Points { size: 18.0, marker: Some(Marker::Dot), ..Points::default() };
    let below = [x[0] - 0.012 * frame.width(), x[1] - 0.055 * frame.height()];
    panel.layers.push(
        dots("point", "the point x_t", Role::Neutral, arr2(&[x]), dot).label_at("x_t", below),
    );
    panel
}

/// A place for words beside the middle of an arrow, on its right-hand side of the slide.
fn beside(frame: Frame, tail: [f64; 2], v: [f64; 2]) -> [f64; 2] {
    let length = v[0].hypot(v[1]).max(f64::MIN_POSITIVE);
    let (mut nx, mut ny) = (v[1] / length, -v[0] / length); // to the right of the arrow
    if nx < 0.0 {
        (nx, ny) = (-nx, -ny);
    }
    let gap = 0.035 * frame.height();
    [tail[0] + 0.55 * v[0] + gap * nx, tail[1] + 0.55 * v[1] + gap * ny]
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
        panel.layers.extend(names(s, level));
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
    f.numbers = vec![("σ/α".into(), level.ratio()), ("largest residual".into(), residual)];
    Ok(f)
}
