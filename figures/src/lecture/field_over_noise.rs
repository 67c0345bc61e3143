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
/// The same where they share it in two rows.
const FEWEST: usize = 13;
/// A standard error below this is written as this: more digits say nothing, and would not fit side by side.
const LEAST: f64 = 1e-4;
/// Draws of p_t behind a mean.
const DRAWS: usize = 4000;

/// F3: the density and the score at four noise levels, a learned score in a row of its own above the exact one.
///
/// Without `learned` only the exact field is drawn. The cosine is the mean over draws of p_t, with its standard error.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn field_over_noise(s: &Setting, learned: Option<&dyn ScoreFn>) -> Result<Figure> {
    s.in_plane()?;
    let mut f = SPEC.figure();
    let exact: (&str, &dyn ScoreFn, Text) = ("exact", s.exact(), Text::new("exact", "chính xác"));
    let learned = learned.map(|score| ("learned", score, Text::new("learned", "học được")));
    let rows: Vec<_> = learned.clone().into_iter().chain([exact]).collect();
    f.layout = Some((rows.len(), FOUR_LEVELS.len()));
    for (row, (name, score, title)) in rows.iter().enumerate() {
        for (column, share) in FOUR_LEVELS.into_iter().enumerate() {
            let level = s.level_by_radius(share);
            let mut panel = one_level(s, (*name, *score), level, rows.len());
            if rows.len() > 1 && column == 0 {
                panel.y.label = title.clone();
            }
            if row > 0 {
                panel.title = Text::default();
            }
            f.panels.push(panel);
        }
    }
    match learned {
        Some((_, learned, _)) => tell_cosines(&mut f, s, learned),
        None => f.formula = vec![(Role::Unconditional, "s_u(x, t) = ∇log p_t(x)".into())],
    }
    f.notes.push(Field::NOTE);
    Ok(f)
}

/// The mean cosine of the learned to the exact score, below each panel of the last row.
fn tell_cosines(f: &mut Figure, s: &Setting, learned: &dyn ScoreFn) {
    for (column, share) in FOUR_LEVELS.into_iter().enumerate() {
        let level = s.level_by_radius(share);
        let cosine = mean_cosine(s, learned, level);
        f.number(format!("mean cosine at σ/α = {}", ratio(level)), cosine.0);
        f.number(format!("se of the cosine at σ/α = {}", ratio(level)), cosine.1);
        let told = plus_minus((cosine.0, cosine.1.max(LEAST)));
        f.panels[FOUR_LEVELS.len() + column].x.label = told.into();
    }
    let n = count(DRAWS);
    f.notes = vec![Text::from((
        format!(
            "Below: the mean cosine of the learned to the exact score over {n} draws of p_t, ± at least 10⁻⁴."
        ),
        format!(
            "Bên dưới: cosine trung bình giữa score học được và score chính xác, trên {n} mẫu của p_t, ± ít nhất 10⁻⁴."
        ),
    ))];
}

fn one_level(
    s: &Setting,
    (name, score): (&str, &dyn ScoreFn),
    level: NoiseLevel,
    rows: usize,
) -> Panel {
    let window = Window::of(s.exact()).at(level);
    let field = Field::new(window, if rows > 1 { FEWEST } else { FEWER });
    let mut panel = window.panel(format!("σ/α = {}", ratio(level)));
    let arrows = field.score(name, Role::Unconditional, score, level);
    panel.layers = vec![window.density_layer(s.exact(), level), arrows];
    panel
}

/// The mean cosine of the learned to the exact score over draws of p_t, and its standard error.
fn mean_cosine(s: &Setting, learned: &dyn ScoreFn, level: NoiseLevel) -> (f64, f64) {
    let (x, _) = draws(s, DRAWS, level);
    let (a, b) = (learned.score(x.view(), level), s.exact().score(x.view(), level));
    cosine_with_se(a.view(), b.view())
}
