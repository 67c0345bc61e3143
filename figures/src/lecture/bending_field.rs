//! A2: the field that bends with γ.

use super::prelude::*;

pub const SPEC: Spec = Spec {
    name: "bending-field",
    stem: "A2_bending_field",
    part: CLASSIFIER,
    latex: GUIDED_SUM,
    title: Text::new("Turning γ from 0 to 10 and back", "Vặn γ từ 0 lên 10 rồi trở lại"),
    caption: Text::new(
        "As γ grows the score field bends towards the wanted class, and the samples follow: first they come home, then they overshoot.",
        "Khi γ tăng, trường score uốn về lớp mong muốn và các mẫu đi theo: ban đầu về đúng lớp, sau đó vượt quá.",
    ),
    needs: &[Need::Plane, Need::Classifier, Need::Frames],
    uses: &[Use::Walk],
    draw: |i: &Inputs| {
        Ok(bending_field(i.setting(), &i.score, i.classifier(), POINTS, i.frames)?.collect())
    },
};

/// Samples of a frame.
const POINTS: usize = 300;
/// The largest γ.
const MOST: f64 = 10.0;

/// A panel with one layer more, and names over it.
fn over((mut panel, (layer, names)): (Panel, (Layer, Vec<Layer>))) -> Panel {
    panel.layers.push(layer);
    panel.layers.extend(names);
    panel
}

/// γ of a frame.
fn gamma_of(i: usize, frames: usize) -> f64 {
    let u = i as f64 / (frames - 1) as f64;
    let round = (std::f64::consts::PI * u).sin();
    if i + 1 == frames { 0.0 } else { MOST * round.powi(3) }
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
    s.in_plane()?;
    at_least("points", n, 1)?;
    at_least("frames", frames, 2)?;
    let level = s.level_by_radius(0.6);
    let (clean, noised) = (Window::of(s.exact()), Window::of(s.exact()).at(level));
    let field = Field::new(noised, ARROWS);
    let field_is = Text::from((
        format!("score field, σ/α = {}", ratio(level)),
        format!("trường score, σ/α = {}", ratio(level)),
    ));
    let ends_are = Text::new("where the same noise ends", "cùng một nhiễu đi về đâu");
    let still = |window: Window, level, title: &Text| {
        let mut panel = window.panel(title.clone());
        panel.layers = vec![window.density_layer(s.exact(), level)];
        panel
    };
    let under = [still(noised, level, &field_is), still(clean, CLEAN, &ends_are)];
    let frame = |i: usize| -> Result<Figure> {
        let value = gamma_of(i, frames);
        let gap = if value < 9.95 { "\u{2007}" } else { "" }; // as wide as a digit, so that nothing jumps
        let score = guided(score, likelihood, Gamma::new(value)?);
        let role = if value == 0.0 { Role::Unconditional } else { Role::Guided };
        let small = Points { size: 8.0, alpha: 0.8, ..Points::default() };
        let ends = dots("ends", "where the same noise ends", role, s.sample(&score, n), small);
        let layers: [Layer; 2] = [field.score("field", role, &score, level), ends];
        let mut f = SPEC.figure();
        let names = [level, CLEAN].map(|level| clean_names(s, level));
        f.panels = under.iter().cloned().zip(layers.into_iter().zip(names)).map(over).collect();
        f.formula = guided_sum(format!(",    γ = {gap}{value:.1}"));
        f.notes = vec![Field::NOTE];
        f.number("gamma", value);
        f.number("σ/α", level.ratio());
        Ok(f)
    };
    Ok((0..frames).map(frame).collect::<Result<Vec<_>>>()?.into_iter())
}
