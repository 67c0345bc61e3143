//! F26: one classifier for each condition, each with a γ of its own.

use super::prelude::*;

pub const SPEC: Spec = Spec {
    name: "one-each",
    stem: "26_one_classifier_each",
    part: NOISY,
    latex: r"s_\gamma = \nabla \log p_t(x_t) + \sum_i \gamma_i \nabla \log p(y_i \mid x_t)",
    title: Text::new("One classifier for each condition y", "Mỗi điều kiện y một bộ phân loại"),
    caption: Text::new(
        "Every condition asks for a classifier of its own, trained on noisy data, whose gradient is computed at every step and added to the same score.",
        "Mỗi điều kiện cần một bộ phân loại riêng, học trên dữ liệu nhiễu; gradient của nó được tính ở mỗi bước và cộng vào cùng một score.",
    ),
    needs: &[Need::Scene],
    uses: &[Use::Class],
    draw: |i: &Inputs| Ok(vec![one_each(i.setting())]),
};

/// The conditions beside the class, in the order of the lecture.
static MORE: [Text; CLASSIFIERS - 1] = [
    Text::new("a mask", "mặt nạ"),
    Text::new("a point", "điểm"),
    Text::new("a caption", "chú thích"),
];
/// Classifiers, and with them y_1, y_2, …
const CLASSIFIERS: usize = 4;
/// Width and height of the drawing.
const SIZE: (f64, f64) = (1200.0, 460.0);

/// F26: x_t goes into the score network and into a classifier for each condition; what comes out is summed.
///
/// The first condition is the setting's class. All classes share one classifier, since a softmax answers for each of them; a mask, a
/// point, a caption are asked for otherwise, so each has a network of its own.
pub fn one_each(s: &Setting) -> Figure {
    let classes = s.exact().classes();
    let mut f = SPEC.figure();
    f.panels = vec![diagram("", SIZE, layers(s))];
    f.notes = vec![Text::from((
        format!(
            "One classifier answers for all {classes} classes, of which only one holds; each further condition takes another: {CLASSIFIERS} here, beside the score."
        ),
        format!(
            "Một bộ phân loại trả lời cho cả {classes} lớp, vì mỗi mẫu chỉ thuộc một lớp; mỗi điều kiện khác cần thêm một bộ: ở đây {CLASSIFIERS} bộ ngoài score."
        ),
    ))];
    f.number("classifiers", CLASSIFIERS as f64);
    f
}

/// The arrows, and over them a line for the score and one for each condition.
fn layers(s: &Setting) -> Vec<Layer> {
    let (centre, height) = (0.5 * SIZE.1, SIZE.1 / (CLASSIFIERS + 1) as f64);
    let middle = |line: usize| SIZE.1 - (line as f64 + 0.5) * height;
    let into: Vec<[f64; 4]> = (0..=CLASSIFIERS).map(|k| [92.0, centre, 206.0, middle(k)]).collect();
    let through = |k: usize| [622.0, middle(k), 688.0, middle(k)];
    let out = |k: usize| [962.0, middle(k), 1058.0, centre + 0.12 * (middle(k) - centre)];
    let blue: Vec<[f64; 4]> = (1..=CLASSIFIERS).flat_map(|k| [through(k), out(k)]).collect();
    let mut all = vec![
        arrows("inputs", Role::Neutral, &into),
        arrows("score", Role::Unconditional, &[through(0), out(0)]),
        arrows("gradients", Role::Likelihood, &blue),
        boxed("input", Role::Neutral, [0.0, centre - 40.0, 90.0, centre + 40.0], "x_t"),
        boxed("sum", Role::Guided, [1060.0, centre - 45.0, 1200.0, centre + 45.0], "Σ = s_γ"),
    ];
    let tall = 0.36 * height;
    for k in 0..=CLASSIFIERS {
        let role = if k == 0 { Role::Unconditional } else { Role::Likelihood };
        let (name, gradient) = line(s, k);
        let y = middle(k);
        let at = |left, right| [left, y - tall, right, y + tall];
        all.push(boxed(&format!("network-{k}"), role, at(210.0, 620.0), name));
        all.push(boxed(&format!("gradient-{k}"), role, at(690.0, 960.0), gradient));
    }
    all
}

/// What a line's network is called and what comes out of it: the score first, then the conditions.
fn line(s: &Setting, k: usize) -> (Text, Text) {
    let condition = match k {
        0 => return (Text::new("score network", "mạng score"), "∇log p_t(x_t)".into()),
        1 => Text::new("class (", "lớp (").then(s.class_name(s.class)).then(")"),
        _ => MORE[k - 2].clone(),
    };
    let name = Text::from((format!("classifier {k}: "), format!("bộ phân loại {k}: ")));
    (name.then(condition), format!("γ_{k} ∇log p(y_{k} ∣ x_t)").into())
}
