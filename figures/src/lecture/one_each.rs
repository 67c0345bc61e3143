//! F26: one classifier for each y, each with a γ of its own.

use super::prelude::*;

pub const SPEC: Spec = Spec {
    name: "one-each",
    stem: "26_one_classifier_each",
    part: NOISY,
    latex: r"s_\gamma = \nabla \log p_t(x_t) + \sum_i \gamma_i \nabla \log p(y_i \mid x_t)",
    title: Text::new("One classifier for each y", "Mỗi y một bộ phân loại"),
    caption: Text::new(
        "Every condition asks for a classifier of its own, trained on noisy data, whose gradient is computed at every step and added to the same score.",
        "Mỗi điều kiện cần một bộ phân loại riêng, học trên dữ liệu nhiễu; gradient của nó được tính ở mỗi bước và cộng vào cùng một score.",
    ),
    needs: &[Need::Scene],
    uses: &[],
    draw: |i: &Inputs| Ok(vec![one_each(i.setting())]),
};

/// Classes that have a line.
const LINES: usize = 4;
/// Width and height of the drawing.
const SIZE: (f64, f64) = (1200.0, 460.0);

/// F26: x_t goes into the score network and into a classifier for each class; what comes out is summed.
///
/// At most four classes have a line of their own; how many more there are is said below.
pub fn one_each(s: &Setting) -> Figure {
    let classes = s.exact().classes();
    let drawn = classes.min(LINES);
    let mut f = SPEC.figure();
    f.panels = vec![diagram("", SIZE, layers(s, drawn))];
    let more = classes - drawn;
    let [en, vi] = match more {
        0 => [String::new(), String::new()],
        _ => [format!(" ({more} more than drawn)"), format!(" ({more} bộ nữa không vẽ)")],
    };
    f.notes = vec![Text::from((
        format!("{classes} classes: {classes} classifiers to train beside the score{en}."),
        format!("{classes} lớp: {classes} bộ phân loại phải huấn luyện ngoài score{vi}."),
    ))];
    f.number("classifiers", classes as f64);
    f
}

/// The arrows, and over them a line for the score and one for each class that is drawn.
fn layers(s: &Setting, drawn: usize) -> Vec<Layer> {
    let (centre, height) = (0.5 * SIZE.1, SIZE.1 / (drawn + 1) as f64);
    let middle = |line: usize| SIZE.1 - (line as f64 + 0.5) * height;
    let into: Vec<[f64; 4]> = (0..=drawn).map(|k| [92.0, centre, 206.0, middle(k)]).collect();
    let through = |k: usize| [622.0, middle(k), 688.0, middle(k)];
    let out = |k: usize| [962.0, middle(k), 1058.0, centre + 0.12 * (middle(k) - centre)];
    let blue: Vec<[f64; 4]> = (1..=drawn).flat_map(|k| [through(k), out(k)]).collect();
    let mut all = vec![
        arrows("inputs", Role::Neutral, &into),
        arrows("score", Role::Unconditional, &[through(0), out(0)]),
        arrows("gradients", Role::Likelihood, &blue),
        boxed("input", Role::Neutral, [0.0, centre - 40.0, 90.0, centre + 40.0], "x_t"),
        boxed("sum", Role::Guided, [1060.0, centre - 45.0, 1200.0, centre + 45.0], "Σ = s_γ"),
    ];
    let tall = 0.36 * height.min(110.0);
    for k in 0..=drawn {
        let role = if k == 0 { Role::Unconditional } else { Role::Likelihood };
        let (name, gradient) = line(s, k);
        let y = middle(k);
        let at = |left, right| [left, y - tall, right, y + tall];
        all.push(boxed(&format!("network-{k}"), role, at(210.0, 620.0), name));
        all.push(boxed(&format!("gradient-{k}"), role, at(690.0, 960.0), gradient));
    }
    all
}

/// What a line's network is called and what comes out of it: the score first, then the classes.
fn line(s: &Setting, k: usize) -> (Text, Text) {
    if k == 0 {
        return (Text::new("score network", "mạng score"), "∇log p_t(x_t)".into());
    }
    let name = Text::from((format!("classifier {k}: "), format!("bộ phân loại {k}: ")));
    (name.then(s.class_name(k - 1)), format!("γ_{k} ∇log p(y_{k} ∣ x_t)").into())
}
