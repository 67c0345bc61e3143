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
    let lines = classes.min(LINES);
    let height = SIZE.1 / (lines + 1) as f64;
    let middle = |line: usize| SIZE.1 - (line as f64 + 0.5) * height;
    let tall = 0.36 * height.min(110.0);
    let (mut layers, mut into, mut out) = (vec![], vec![], vec![]);
    let centre = 0.5 * SIZE.1;
    for line in 0..=lines {
        let y = middle(line);
        let role = if line == 0 { Role::Unconditional } else { Role::Likelihood };
        let (name, gradient): (Text, Text) = match line {
            0 => (Text::new("score network", "mạng score"), "∇log p_t(x_t)".into()),
            k => {
                let named = |prefix: &str| format!("{prefix}{k}: ");
                let who = s.class_name(k - 1);
                let name = Text::from((named("classifier "), named("bộ phân loại "))).then(who);
                (name, format!("γ_{k} ∇log p(y_{k} ∣ x_t)").into())
            }
        };
        layers.push(boxed(
            &format!("network-{line}"),
            role,
            [210.0, y - tall, 620.0, y + tall],
            name,
        ));
        layers.push(boxed(
            &format!("gradient-{line}"),
            role,
            [690.0, y - tall, 960.0, y + tall],
            gradient,
        ));
        into.push([92.0, centre, 206.0, y]);
        out.push(([622.0, y, 688.0, y], role));
        out.push(([962.0, y, 1058.0, centre + 0.12 * (y - centre)], role));
    }
    let (green, blue): (Vec<_>, Vec<_>) =
        out.into_iter().partition(|(_, r)| *r == Role::Unconditional);
    let ends = |all: Vec<([f64; 4], Role)>| all.into_iter().map(|(e, _)| e).collect::<Vec<_>>();
    let mut flows = vec![
        arrows("inputs", Role::Neutral, &into),
        arrows("score", Role::Unconditional, &ends(green)),
        arrows("gradients", Role::Likelihood, &ends(blue)),
    ];
    flows.extend(layers);
    flows.push(boxed("input", Role::Neutral, [0.0, centre - 40.0, 90.0, centre + 40.0], "x_t"));
    flows.push(boxed(
        "sum",
        Role::Guided,
        [1060.0, centre - 45.0, 1200.0, centre + 45.0],
        "Σ = s_γ",
    ));
    let mut f = SPEC.figure();
    f.panels = vec![diagram("", SIZE, flows)];
    let more = classes - lines;
    f.notes = vec![match more {
        0 => Text::from((
            format!("{classes} classes: {classes} classifiers to train beside the score."),
            format!("{classes} lớp: {classes} bộ phân loại phải huấn luyện ngoài score."),
        )),
        _ => Text::from((
            format!(
                "{classes} classes: {classes} classifiers to train beside the score ({more} more than drawn)."
            ),
            format!(
                "{classes} lớp: {classes} bộ phân loại phải huấn luyện ngoài score ({more} bộ nữa không vẽ)."
            ),
        )),
    }];
    f.number("classifiers", classes as f64);
    f
}
