//! F3: the score field over noise.

use super::prelude::*;
use scorelab::metrics::cosine_with_se;
use scorelab::number::plus_minus;

pub const SPEC: Spec = Spec {
    name: "field",
    stem: "03_field_over_noise",
    part: SCORES,
    latex: r"s_u(x, t) = \nabla_x \log p_t(x)",
    title: Text::new("The score field as the noise falls", "Trường score khi nhiễu giảm dần"),
    caption: Text::new(
        "With much noise the field points to the middle of the data; as the noise falls it splits into one basin for each mode.",
        "Khi nhiễu lớn, trường score hướng về giữa dữ liệu; khi nhiễu giảm, nó tách thành một vùng hút cho mỗi đỉnh.",
    ),
    needs: &[Need::Plane],
    uses: &[Use::Process, Use::Seed],
    draw,
};

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let learned = i.learned.then_some(&i.score as &dyn ScoreFn);
    Ok(vec![field_over_noise(i.setting(), learned)?])
}

/// The noise levels of F3 and F13, as shares of the data's radius.
pub(super) const FOUR_LEVELS: [f64; 4] = [1.5, 0.6, 0.25, 0.1];
/// Arrows along one side where four panels share the slide.
const FEWER: usize = 15;
/// Draws of p_t behind a mean.
const DRAWS: usize = 4000;

/// F3: the density and the score at four noise levels, a learned score over the exact one.
///
/// Without `learned` only the exact field is drawn. The cosine is the mean over draws of p_t, with its standard error.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn field_over_noise(s: &Setting, learned: Option<&dyn ScoreFn>) -> Result<Figure> {
    s.in_plane()?;
    let mut f = SPEC.figure();
    f.layout = Some((1, FOUR_LEVELS.len()));
    for share in FOUR_LEVELS {
        let level = s.level_by_radius(share);
        let mut panel = one_level(s, learned, level);
        if let Some(learned) = learned {
            let cosine = mean_cosine(s, learned, level);
            f.number(format!("mean cosine at σ/α = {}", ratio(level)), cosine.0);
            f.number(format!("se of the cosine at σ/α = {}", ratio(level)), cosine.1);
            panel.x.label = plus_minus(cosine).into();
        }
        f.panels.push(panel);
    }
    if learned.is_some() {
        let n = count(DRAWS);
        f.notes = vec![Text::from((
            format!("under the panels: mean cosine, learned to exact, over {n} draws of p_t"),
            format!("dưới mỗi ô: cosine trung bình với score chính xác, trên {n} mẫu của p_t"),
        ))];
        f.formula = vec![
            (Role::Unconditional, Text::new("learned score", "score học được")),
            (Role::Neutral, Text::new("  over  ", "  trên  ")),
            (Role::Muted, Text::new("exact score", "score chính xác")),
            (Role::Neutral, "  ∇log p_t(x)".into()),
        ];
    } else {
        f.formula = vec![(Role::Unconditional, "s_u(x, t) = ∇log p_t(x)".into())];
    }
    f.notes.push(Field::NOTE);
    Ok(f)
}

fn one_level(s: &Setting, learned: Option<&dyn ScoreFn>, level: NoiseLevel) -> Panel {
    let window = Window::of(s.exact()).at(level);
    let field = Field::new(window, FEWER);
    let role = if learned.is_some() { Role::Muted } else { Role::Unconditional };
    let mut panel = window.panel(format!("σ/α = {}", ratio(level)));
    panel.layers =
        vec![window.density_layer(s.exact(), level), field.score("exact", role, s.exact(), level)];
    let learned = learned.map(|own| field.score("learned", Role::Unconditional, own, level));
    panel.layers.extend(learned);
    panel
}

/// The mean cosine of the learned to the exact score over draws of p_t, and its standard error.
fn mean_cosine(s: &Setting, learned: &dyn ScoreFn, level: NoiseLevel) -> (f64, f64) {
    let (x, _) = draws(s, DRAWS, level);
    let (a, b) = (learned.score(x.view(), level), s.exact().score(x.view(), level));
    cosine_with_se(a.view(), b.view())
}
