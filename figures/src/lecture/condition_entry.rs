//! F27: how a condition goes into a network: added, or attended to.

use super::prelude::*;

pub const SPEC: Spec = Spec {
    name: "condition-entry",
    stem: "27_condition_entry",
    part: FREE,
    latex: r"h \leftarrow h + W e(y) \qquad h \leftarrow h + \operatorname{softmax}\!\left( Q K^\top / \sqrt{d} \right) V, \; Q = W_Q h",
    title: Text::new("How y enters a network", "y đi vào mạng như thế nào"),
    caption: Text::new(
        "A class or a point is embedded and added to what a layer makes of the image; the words of a caption are attended to, so that each place takes what it needs from each word.",
        "Một lớp hay một điểm được nhúng rồi cộng vào kết quả của một tầng; các từ của một chú thích được chú ý tới, mỗi vị trí lấy từ mỗi từ phần nó cần.",
    ),
    needs: &[Need::Scene],
    uses: &[Use::Class],
    draw: |i: &Inputs| Ok(vec![condition_entry(i.setting())]),
};

/// Classes that are named below.
const NAMED: usize = 4;
/// Width and height of a drawing.
const SIZE: (f64, f64) = (600.0, 460.0);

/// F27: left the embedding of the setting's class, added; right cross-attention to the words of a caption with it.
pub fn condition_entry(s: &Setting) -> Figure {
    let mut f = SPEC.figure();
    f.panels = vec![added(s), attended(s)];
    f.formula = vec![
        (Role::Neutral, "h ← h + W e(y)".into()),
        (Role::Neutral, Text::new("     or     ", "     hoặc     ")),
        (Role::Neutral, "h ← h + A V,  A = softmax(Q Kᵀ/√d),  Q = W_Q h".into()),
    ];
    let classes = s.exact().classes();
    let names: Vec<Text> = (0..classes.min(NAMED)).map(|c| s.class_name(c)).collect();
    let more = if classes > NAMED { ", …" } else { "" };
    let list = |lang| names.iter().map(|n| n.get(lang)).collect::<Vec<_>>().join(", ") + more;
    f.notes = vec![
        Text::from((
            format!("The table e has a row for each class ({}) and one for ∅.", list(Lang::En)),
            format!("Bảng e có một hàng cho mỗi lớp ({}) và một hàng cho ∅.", list(Lang::Vi)),
        )),
        Text::new(
            "A caption without words is ∅ too: the same network gives both scores.",
            "Chú thích không có từ nào cũng là ∅: cùng một mạng cho cả hai score.",
        ),
    ];
    f
}

/// A column of boxes from the input up to the score.
fn column(role: Role, middle: &str) -> Vec<Layer> {
    vec![
        arrows(
            "upwards",
            Role::Neutral,
            &[
                [110.0, 70.0, 110.0, 118.0],
                [110.0, 182.0, 110.0, 218.0],
                [110.0, 282.0, 110.0, 318.0],
                [110.0, 382.0, 110.0, 402.0],
            ],
        ),
        boxed("input", Role::Neutral, [30.0, 10.0, 190.0, 68.0], "x_t, σ_t"),
        boxed("below", Role::Neutral, [30.0, 120.0, 190.0, 180.0], Text::new("layer", "tầng")),
        boxed("condition", role, [20.0, 220.0, 200.0, 280.0], middle),
        boxed("above", Role::Neutral, [30.0, 320.0, 190.0, 380.0], Text::new("layer", "tầng")),
        word(Role::Neutral, [110.0, 430.0], Side::On, "s_θ(x_t, y)"),
    ]
}

fn added(s: &Setting) -> Panel {
    let mut layers = column(Role::Guided, "h + W e(y)");
    layers.push(arrows(
        "label",
        Role::Guided,
        &[[388.0, 250.0, 354.0, 250.0], [260.0, 250.0, 204.0, 250.0]],
    ));
    layers.push(boxed("embedding", Role::Guided, [262.0, 220.0, 352.0, 280.0], "e(y)"));
    layers.push(boxed(
        "y",
        Role::Guided,
        [390.0, 220.0, 600.0, 280.0],
        Text::from("y: ").then(s.target_name()),
    ));
    diagram(Text::new("added: a class, a point", "cộng vào: một lớp, một điểm"), SIZE, layers)
}

fn attended(s: &Setting) -> Panel {
    let mut layers = column(Role::Guided, "h + A V");
    let words = [Text::new("a", "một"), s.target_name(), Text::new("blue", "màu xanh")];
    for (k, words) in words.into_iter().enumerate() {
        let y = 350.0 - 100.0 * k as f64;
        layers.push(boxed(
            &format!("word-{k}"),
            Role::Guided,
            [390.0, y - 30.0, 600.0, y + 30.0],
            words,
        ));
    }
    layers.push(arrows(
        "words",
        Role::Guided,
        &[
            [388.0, 350.0, 354.0, 272.0],
            [388.0, 250.0, 354.0, 250.0],
            [388.0, 150.0, 354.0, 228.0],
            [260.0, 250.0, 204.0, 250.0],
        ],
    ));
    layers.push(boxed("keys", Role::Guided, [262.0, 205.0, 352.0, 295.0], "K, V"));
    let title = Text::new("attended to: words of a caption", "chú ý tới: các từ của chú thích");
    diagram(title, SIZE, layers)
}
