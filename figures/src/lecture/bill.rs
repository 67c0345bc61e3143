//! F14: what one classifier for each label costs, beside one joint network.

use super::prelude::*;
use super::trainer::Bill;
use scorelab::number::significant;

pub const SPEC: Spec = Spec {
    name: "bill",
    stem: "14_classifier_bill",
    part: FREE,
    latex: r"s_\gamma = \nabla \log p_t(x) + \sum_i \gamma_i \nabla \log p(y_i \mid x_t)",
    title: Text::new(
        "One classifier for each label: the bill",
        "Mỗi nhãn một bộ phân loại: hoá đơn",
    ),
    caption: Text::new(
        "A classifier for each label costs a network for each label; one joint network learns all labels and none in one training.",
        "Mỗi nhãn một bộ phân loại thì mỗi nhãn tốn một mạng; một mạng chung học mọi nhãn và cả không nhãn trong một lần huấn luyện.",
    ),
    needs: &[Need::Scene, Need::Trains],
    uses: &[Use::Samples],
    draw,
};

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let [apart, joint] = i.trainer().bills()?;
    Ok(vec![classifier_bill(&apart, &joint)])
}

/// The most labels on the right panel.
const LABELS: usize = 10;
/// Lines of the table.
const LINES: usize = 9;

/// F14: on the left the two bills line by line, on the right networks against the number of labels that combine.
///
/// ```text
/// M labels: 2^M compositions; one classifier for each label and a score: M + 1 networks; jointly: 1
/// ```
pub fn classifier_bill(apart: &Bill, joint: &Bill) -> Figure {
    let mut f = SPEC.figure();
    f.panels = vec![lines(apart, joint), growth()];
    f.notes = vec![Text::new(
        "seconds and µs as measured on this machine;  µs: one guided step of one sample",
        "giây và µs đo trên máy này;  µs: một bước có điều hướng của một mẫu",
    )];
    for (name, bill) in [("apart", apart), ("joint", joint)] {
        for (what, value) in [
            ("networks", bill.networks as f64),
            ("parameters", bill.parameters as f64),
            ("seconds to train", bill.seconds),
            ("µs, one label", bill.one_label),
            ("µs, two labels", bill.two_labels),
            ("networks of a new label", bill.new_networks as f64),
            ("parameters of a new label", bill.new_parameters as f64),
            ("seconds of a new label", bill.new_seconds),
        ] {
            f.number(format!("{name}: {what}"), value);
        }
    }
    f
}

/// The table: a line for each thing to pay, a column for each way.
fn lines(apart: &Bill, joint: &Bill) -> Panel {
    let row = |en: &'static str, vi: &'static str, cell: &dyn Fn(&Bill) -> String| {
        (Text::new(en, vi), [cell(apart).into(), cell(joint).into()])
    };
    let measured = |v: f64| significant(v, 2);
    let heads = [Text::new("one each", "tách riêng"), Text::new("one joint", "học chung")];
    let rows: [(Text, [Text; 2]); LINES] = [
        (Text::default(), heads),
        row("networks", "số mạng", &|b| b.networks.to_string()),
        row("parameters", "tham số", &|b| count(b.parameters)),
        row("seconds to train", "giây huấn luyện", &|b| measured(b.seconds)),
        row("µs a step, one label", "µs mỗi bước, một nhãn", &|b| measured(b.one_label)),
        row("µs a step, two labels", "µs mỗi bước, hai nhãn", &|b| measured(b.two_labels)),
        row("new label: networks", "nhãn mới: số mạng", &|b| format!("+{}", b.new_networks)),
        row("new label: parameters", "nhãn mới: tham số", &|b| {
            format!("+{}", count(b.new_parameters))
        }),
        row("new label: seconds", "nhãn mới: giây", &|b| measured(b.new_seconds)),
    ];
    let mut layers = vec![];
    for (k, (name, cells)) in rows.into_iter().enumerate() {
        let y = 1.0 - (k as f64 + 0.5) / LINES as f64;
        let word = |role, x, side, text| {
            let at = Labels { at: vec![([x, y], text)], side, ..Labels::default() };
            Layer::new(&format!("line-{k}"), "a line of the bill", role, at)
        };
        let [left, right] = cells;
        layers.push(word(Role::Neutral, 0.0, Side::Right, name));
        layers.push(word(Role::Likelihood, 0.74, Side::Left, left));
        layers.push(word(Role::Guided, 1.02, Side::Left, right));
    }
    Panel { x: Axis::hidden((0.0, 1.0)), y: Axis::hidden((0.0, 1.0)), layers, ..Panel::default() }
}

/// Networks against labels.
fn growth() -> Panel {
    let curve = |of: &dyn Fn(f64) -> f64| {
        let at = Array2::from_shape_fn((LABELS, 2), |(i, j)| {
            if j == 0 { (i + 1) as f64 } else { of((i + 1) as f64) }
        });
        Curve { at, dashed: Some(false), ..Curve::default() }
    };
    let layer = |name, role, of: &dyn Fn(f64) -> f64, words, at| {
        Layer::new(name, "networks against labels", role, curve(of)).label_at(words, at)
    };
    let (apart, joint) = (Role::Likelihood, Role::Guided);
    let each = Text::new("2ᴹ: one for each composition", "2ᴹ: mỗi tổ hợp một mạng");
    let labels = Text::new("M + 1: one for each label", "M + 1: mỗi nhãn một mạng");
    let jointly = Text::new("1: jointly", "1: học chung");
    let combine = Text::new("labels M that combine", "số nhãn M kết hợp được");
    Panel {
        title: Text::new("networks to train", "số mạng phải huấn luyện"),
        x: Axis::new(combine, (1.0, LABELS as f64))
            .with_ticks([2, 4, 6, 8, 10].map(|m| (f64::from(m), m.to_string().into()))),
        y: Axis::log("", (0.7, 1500.0)),
        layers: vec![
            layer("compositions", Role::Neutral, &|m| m.exp2(), each, [1.3, 700.0]),
            layer("apart", apart, &|m| m + 1.0, labels, [3.9, 3.4]),
            layer("joint", joint, &|_| 1.0, jointly, [3.9, 1.35]),
        ],
        ..Panel::default()
    }
}
