//! F3 and F4: the score field over noise, and the unconditional field beside the conditional one.

use super::frame::{ARROWS, FIELD_NOTE, Field, Frame, Names, count, names, score_on, width};
use super::{Setting, figure};
use crate::plot::{Figure, Layer, Panel, Role, Text, words};
use ndarray::Array2;
use scorelab::Result;
use scorelab::metrics::{cosine_with_se, mean_with_se};
use scorelab::noise::NoiseLevel;
use scorelab::number::plus_minus;
use scorelab::rng::{Purpose, normals};
use scorelab::score::ScoreFn;

/// The noise levels of F3 and F13, as shares of the data's radius.
pub(super) const FOUR: [f64; 4] = [1.5, 0.6, 0.25, 0.1];
/// Arrows along one side where four panels share the slide.
const FEWER: usize = 15;
/// Draws of p_t behind a mean.
const DRAWS: usize = 4000;

/// n exact draws of p_t with their classes: (n, d) data noised to `level`, and (n).
pub fn draws(s: &Setting, n: usize, level: NoiseLevel) -> (Array2<f64>, Vec<usize>) {
    let data = s.exact().sample(n, s.seed, Purpose::Reference);
    let eps = normals(s.seed, Purpose::Reference, 1, data.x.dim());
    (&data.x * level.alpha + &(eps * level.sigma), data.y)
}

/// F3: the density and the score at four noise levels, a learned score over the exact one.
///
/// Without `learned` only the exact field is drawn. The cosine is the mean over draws of p_t, with its standard error.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn field_over_noise(s: &Setting, learned: Option<&dyn ScoreFn>) -> Result<Figure> {
    s.checked()?;
    let mut f = figure(
        "03_field_over_noise",
        Text::new("The score field as the noise falls", "Trường score khi nhiễu giảm dần"),
        Text::new(
            "With much noise the field points to the middle of the data; as the noise falls it splits into one basin for each mode.",
            "Khi nhiễu lớn, trường score hướng về giữa dữ liệu; khi nhiễu giảm, nó tách thành một vùng hút cho mỗi đỉnh.",
        ),
    );
    f.layout = Some((1, 4));

    for share in FOUR {
        let level = s.level_by_radius(share);
        let ratio = format!("{:.2}", level.ratio());
        let mut panel = one_level(s, learned, level, &ratio);
        if let Some(learned) = learned {
            let (mean, se) = mean_cosine(s, learned, level);
            f.numbers.push((format!("mean cosine at σ/α = {ratio}"), mean));
            f.numbers.push((format!("se of the cosine at σ/α = {ratio}"), se));
            panel.x.label = plus_minus((mean, se)).into();
        }
        f.panels.push(panel);
    }
    if learned.is_some() {
        f.notes = vec![Text::from((
            format!(
                "under the panels: mean cosine, learned to exact, over {} draws of p_t",
                count(DRAWS)
            ),
            format!(
                "dưới mỗi ô: cosine trung bình với score chính xác, trên {} mẫu của p_t",
                count(DRAWS)
            ),
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
    f.notes.push(FIELD_NOTE);
    Ok(f)
}

fn one_level(s: &Setting, learned: Option<&dyn ScoreFn>, level: NoiseLevel, ratio: &str) -> Panel {
    let frame = Frame::of(s.exact()).scaled(width(level));
    let field = Field::new(frame, FEWER);
    let exact = score_on(&field, s.exact(), level);
    let mut panel = frame.panel(format!("σ/α = {ratio}"));
    let role = if learned.is_some() { Role::Muted } else { Role::Unconditional };
    panel.layers = vec![
        frame.density_layer(s.exact(), level),
        field.layer("exact", "exact score, arrows of length σ·|s|", role, &exact, level),
    ];
    if let Some(learned) = learned {
        let own = score_on(&field, learned, level);
        panel.layers.push(field.layer(
            "learned",
            "learned score",
            Role::Unconditional,
            &own,
            level,
        ));
    }
    panel
}

/// The mean cosine of the learned to the exact score over draws of p_t, and its standard error.
fn mean_cosine(s: &Setting, learned: &dyn ScoreFn, level: NoiseLevel) -> (f64, f64) {
    let (x, _) = draws(s, DRAWS, level);
    let (a, b) = (learned.score(x.view(), level), s.exact().score(x.view(), level));
    cosine_with_se(a.view(), b.view())
}

/// F4: the unconditional field, the conditional field, and one over the other.
///
/// The difference is √E|s_c − s_u|² over draws of p_t, in units of 1/σ. With one class it is 0.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn two_scores(s: &Setting) -> Result<Figure> {
    s.checked()?;
    let level = s.level_by_radius(0.6);
    let given = s.exact().given(s.class);
    let mut f = figure(
        "04_two_scores",
        Text::new(
            "Two scores: for any class, and for one",
            "Hai score: cho mọi lớp, và cho một lớp",
        ),
        Text::new(
            "The unconditional score points to every mode, the conditional score to the wanted one; they differ where classes compete.",
            "Score không điều kiện hướng về mọi đỉnh, score có điều kiện chỉ hướng về lớp đích; chúng khác nhau ở nơi các lớp tranh nhau.",
        ),
    );
    let (rms, se) = rms_difference(s, &given, level);
    f.panels = three_fields(s, &given, level);
    f.formula = vec![
        (Role::Unconditional, "s_u = ∇log p_t(x)".into()),
        (Role::Neutral, "        ".into()),
        (Role::Guided, "s_c = ∇log p_t(x ∣ y)".into()),
    ];
    f.notes = vec![rms_note(level, rms, se), FIELD_NOTE];
    f.numbers = vec![
        ("σ/α".into(), level.ratio()),
        ("RMS of σ·|s_c − s_u|".into(), rms),
        ("se of the RMS".into(), se),
    ];
    Ok(f)
}

fn rms_note(level: NoiseLevel, rms: f64, se: f64) -> Text {
    Text::from((
        format!(
            "σ/α = {:.2};  RMS of σ·|s_c − s_u| over {} draws of p_t: {}",
            level.ratio(),
            count(DRAWS),
            plus_minus((rms, se))
        ),
        format!(
            "σ/α = {:.2};  căn trung bình bình phương σ·|s_c − s_u| trên {} mẫu của p_t: {}",
            level.ratio(),
            count(DRAWS),
            plus_minus((rms, se))
        ),
    ))
}

fn three_fields(s: &Setting, given: &dyn ScoreFn, level: NoiseLevel) -> Vec<Panel> {
    let frame = Frame::of(s.exact()).scaled(width(level));
    let field = Field::new(frame, ARROWS);
    let (u, c) = (score_on(&field, s.exact(), level), score_on(&field, given, level));
    let under = || frame.density_layer(s.exact(), level);
    let green = |u: &Array2<f64>, field: &Field| {
        field.layer("unconditional", "unconditional score", Role::Unconditional, u, level)
    };
    let orange = |c: &Array2<f64>, field: &Field| {
        field.layer("conditional", "conditional score", Role::Guided, c, level)
    };
    let coarse = field.every_other();
    let (few_u, few_c) = (score_on(&coarse, s.exact(), level), score_on(&coarse, given, level));
    let layers: [Vec<Layer>; 3] = [
        vec![under(), field.key(green(&u, &field))],
        vec![under(), orange(&c, &field)],
        vec![under(), orange(&few_c, &coarse), green(&few_u, &coarse)],
    ];
    let titles = [
        words::UNCONDITIONAL_SCORE,
        words::CONDITIONAL_SCORE.then(": ").then(s.target_name()),
        Text::new("both", "cả hai"),
    ];
    let mut panels: Vec<Panel> = titles
        .into_iter()
        .zip(layers)
        .map(|(t, layers)| Panel { layers, ..frame.panel(t) })
        .collect();
    for panel in &mut panels {
        panel.layers.extend(names(s, level, Names::On));
    }
    panels
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
