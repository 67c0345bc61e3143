//! F6: Bayes' rule for scores, over the plane.

use super::prelude::*;

pub const SPEC: Spec = Spec {
    name: "bayes-plane",
    stem: "06_bayes_plane",
    part: SCORES,
    latex: BAYES,
    title: Text::new(
        "Bayes' rule for scores, over the plane",
        "Quy tắc Bayes cho score, trên cả mặt phẳng",
    ),
    caption: Text::new(
        "At every point of the plane the unconditional score plus the classifier's gradient is the conditional score.",
        "Tại mọi điểm của mặt phẳng, score không điều kiện cộng gradient của bộ phân loại là score có điều kiện.",
    ),
    needs: &[Need::Plane],
    uses: &[Use::Class, Use::Process],
    draw,
};

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let s = i.setting();
    Ok(vec![bayes_plane(s, s.level_by_radius(0.6))?])
}

/// F6: the unconditional field plus the classifier's gradient equals the conditional field, over the whole plane.
///
/// The residual is the largest ‖s_u + ∇log p(y | x_t) − s_c‖ over the places of the arrows.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn bayes_plane(s: &Setting, level: NoiseLevel) -> Result<Figure> {
    s.in_plane()?;
    let window = Window::of(s.exact()).at(level);
    let field = Field::new(window, ARROWS);
    let given = s.exact().given(s.class);
    let u = s.exact().score(field.tails(), level);
    let push = s.exact().posterior(s.class).grad_log_likelihood(field.tails(), level);
    let c = given.score(field.tails(), level);
    let residual =
        (&u + &push - &c).rows().into_iter().map(|r| r.dot(&r).sqrt()).fold(0.0, f64::max);
    let (n, level_is, largest) = (u.nrows(), ratio(level), tiny(residual));
    let panel = |title, mixture, arrows, joiner| {
        let mut panel = Panel { joiner, ..window.panel(title) };
        panel.layers = vec![window.density_layer(mixture, level), arrows];
        panel.layers.extend(names(s, level, Names::On));
        panel
    };
    let green = with_key(field.layer("unconditional", Role::Unconditional, u, level));
    let blue = field.layer("push", Role::Likelihood, push, level);
    let orange = field.layer("conditional", Role::Guided, c, level);
    let mut f = SPEC.figure();
    f.panels = vec![
        panel(words::UNCONDITIONAL_SCORE, s.exact(), green, Some("+")),
        panel(words::CLASSIFIER_GRADIENT, s.exact(), blue, Some("=")),
        panel(words::CONDITIONAL_SCORE, &given, orange, None),
    ];
    f.formula = vec![
        (Role::Unconditional, "∇log p_t(x)".into()),
        (Role::Neutral, "   +   ".into()),
        (Role::Likelihood, "∇log p(y ∣ x_t)".into()),
        (Role::Neutral, "   =   ".into()),
        (Role::Guided, "∇log p_t(x ∣ y)".into()),
    ];
    let note = Text::from((
        format!("σ/α = {level_is};  largest residual over {n} points: {largest}"),
        format!("σ/α = {level_is};  sai khác lớn nhất trên {n} điểm: {largest}"),
    ));
    f.notes = vec![note, Field::NOTE];
    f.number("σ/α", level.ratio());
    f.number("largest residual", residual);
    Ok(f)
}
