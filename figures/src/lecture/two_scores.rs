//! F4: the unconditional field beside the conditional one.

use super::prelude::*;
use scorelab::metrics::mean_with_se;
use scorelab::number::plus_minus;

pub const SPEC: Spec = Spec {
    name: "two-scores",
    stem: "04_two_scores",
    part: SCORES,
    latex: r"s_u = \nabla_x \log p_t(x), \quad s_c = \nabla_x \log p_t(x \mid y)",
    title: Text::new(
        "Two scores: for any class, and for one",
        "Hai score: cho mọi lớp, và cho một lớp",
    ),
    caption: Text::new(
        "The unconditional score points to every mode, the conditional score to the wanted one; they differ where classes compete.",
        "Score không điều kiện hướng về mọi đỉnh, score có điều kiện chỉ hướng về lớp đích; chúng khác nhau ở nơi các lớp tranh nhau.",
    ),
    needs: &[Need::Plane],
    uses: &[Use::Class, Use::Process, Use::Seed],
    draw: |i| Ok(vec![two_scores(i.setting())?]),
};

/// Draws of p_t behind a mean.
const DRAWS: usize = 4000;

/// F4: the unconditional field, the conditional field, and one over the other.
///
/// The difference is √E|s_c − s_u|² over draws of p_t, in units of 1/σ. With one class it is 0.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn two_scores(s: &Setting) -> Result<Figure> {
    s.in_plane()?;
    let level = s.level_by_radius(0.6);
    let given = s.exact().given(s.class);
    let difference = rms_difference(s, &given, level);
    let mut f = SPEC.figure();
    f.panels = three_fields(s, &given, level);
    f.formula = vec![
        (Role::Unconditional, "s_u = ∇log p_t(x)".into()),
        (Role::Neutral, "        ".into()),
        (Role::Guided, "s_c = ∇log p_t(x ∣ y)".into()),
    ];
    let (level_is, n, told) = (ratio(level), count(DRAWS), plus_minus(difference));
    let rms = Text::from((
        format!("σ/α = {level_is};  RMS of σ·|s_c − s_u| over {n} draws of p_t: {told}"),
        format!(
            "σ/α = {level_is};  căn trung bình bình phương σ·|s_c − s_u| trên {n} mẫu của p_t: {told}"
        ),
    ));
    f.notes = vec![rms, Field::NOTE];
    f.number("σ/α", level.ratio());
    f.number("RMS of σ·|s_c − s_u|", difference.0);
    f.number("se of the RMS", difference.1);
    Ok(f)
}

fn three_fields(s: &Setting, given: &dyn ScoreFn, level: NoiseLevel) -> Vec<Panel> {
    let window = Window::of(s.exact()).at(level);
    let field = Field::new(window, ARROWS);
    let few = field.every_other();
    let green = |field: &Field| field.score("unconditional", Role::Unconditional, s.exact(), level);
    let orange = |field: &Field| field.score("conditional", Role::Guided, given, level);
    let panel = |title: Text, arrows: Vec<Layer>| {
        let mut panel = window.panel(title);
        panel.layers = vec![window.density_layer(s.exact(), level)];
        panel.layers.extend(arrows);
        panel.layers.extend(names(s, level, Names::On));
        panel
    };
    vec![
        panel(words::UNCONDITIONAL_SCORE, vec![with_key(green(&field))]),
        panel(words::CONDITIONAL_SCORE.then(": ").then(s.target_name()), vec![orange(&field)]),
        panel(Text::new("both", "cả hai"), vec![orange(&few), green(&few)]),
    ]
}

/// √E σ²|s_c − s_u|² and its standard error, by the delta method.
fn rms_difference(s: &Setting, given: &dyn ScoreFn, level: NoiseLevel) -> (f64, f64) {
    let (x, _) = draws(s, DRAWS, level);
    let d = (given.score(x.view(), level) - s.exact().score(x.view(), level)) * level.sigma;
    let squares: Vec<f64> = d.rows().into_iter().map(|r| r.dot(&r)).collect();
    let (mean, se) = mean_with_se(&squares);
    let rms = mean.sqrt();
    (rms, if rms > 0.0 { se / (2.0 * rms) } else { 0.0 })
}
