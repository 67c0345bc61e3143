//! F24: the distance of every method against its effective γ, over the curve of ordinary guidance.

use super::{Half, Row};
use ndarray::{Array2, arr2};
use scorelab::methods::Effective;
use scorelab_figures::plot::{
    Axis, Curve, Figure, Labels, Layer, Marker, Panel, Points, Role, Side, Text,
};
use scorelab_lab::{SCALES, Standing};

/// The largest γ that is drawn.
const LAST: f64 = 5.4;

/// A figure for each target and kind of scores, a panel for each scene.
pub fn figures(halves: &[Half], gamma: f64) -> Vec<Figure> {
    let target = [
        Text::new("to p(x ∣ y)", "tới p(x ∣ y)"),
        Text::new("to the tilt", "tới phân phối nghiêng"),
    ];
    let scores = [
        ("exact", Text::new("exact scores", "score chính xác")),
        ("learned", Text::new("learned scores", "score đã học")),
    ];
    let mut figures = Vec::new();
    for (k, target) in target.into_iter().enumerate() {
        for (name, scores) in &scores {
            let mut f = empty(gamma);
            f.stem = format!("24_catalogue_{name}_{}", ["class", "tilt"][k]);
            f.title = f.title.then(": ").then(target.clone()).then(", ").then(scores.clone());
            for half in halves.iter().filter(|half| half.scores == *name) {
                if half.found.iter().any(|row| row.found.at_best[k].is_some()) {
                    numbers(&mut f, half, k);
                    f.panels.push(panel(half, k));
                }
            }
            figures.push(f);
        }
    }
    figures
}

fn empty(gamma: f64) -> Figure {
    let key = [
        (Role::Guided, Text::new("— ordinary guidance", "— điều hướng thường")),
        (
            Role::Likelihood,
            Text::new("      ★ nearer than it at γ_eff", "      ★ gần hơn ở cùng γ_eff"),
        ),
        (Role::Muted, Text::new("      ○ not told apart", "      ○ không phân biệt được")),
        (Role::Neutral, Text::new("      × farther", "      × xa hơn")),
    ];
    Figure {
        title: Text::new("The catalogue at its effective γ", "Danh mục phương pháp ở γ hiệu dụng"),
        caption: Text::new(
            "Each mark is a method of guidance at the γ of ordinary guidance that it comes nearest to; below the curve it is nearer to its target than a mere change of γ makes ordinary guidance.",
            "Mỗi dấu là một phương pháp, đặt ở γ mà điều hướng thường giống nó nhất; nằm dưới đường cong nghĩa là gần đích hơn mức mà chỉ đổi γ có thể đạt.",
        ),
        formula: key.into(),
        notes: vec![Text::from((
            format!("methods with their defaults, γ = {gamma}; ± one standard error on the curve"),
            format!(
                "các phương pháp với giá trị mặc định, γ = {gamma}; ± một sai số chuẩn trên đường cong"
            ),
        ))],
        ..Figure::default()
    }
}

fn numbers(f: &mut Figure, half: &Half, target: usize) {
    for (gamma, ended) in SCALES.iter().zip(&half.ordinary.curve) {
        f.measured(&format!("{}, γ = {gamma}: ", half.scene), "distance", ended.distance(target));
    }
    for (gamma, at, row) in marks(half, target) {
        let of = format!("{}, {}: ", half.scene, row.found.name);
        f.number(format!("{of}effective γ"), gamma);
        f.measured(&of, "distance", row.found.ended.distance(target));
        f.number(format!("{of}distance as drawn"), at);
    }
}

/// (γ_eff, the distance, the method) of each that has an effective γ.
fn marks(half: &Half, target: usize) -> Vec<(f64, f64, &Row)> {
    let mark = |row: &'_ Row| match row.found.effective {
        Effective::Scale { gamma, .. } => Some((gamma, row.found.ended.distance(target).0)),
        _ => None,
    };
    half.found.iter().filter_map(|row| mark(row).map(|(gamma, at)| (gamma, at, row))).collect()
}

fn panel(half: &Half, target: usize) -> Panel {
    let curve: Vec<(f64, (f64, f64))> = SCALES
        .iter()
        .zip(&half.ordinary.curve)
        .map(|(gamma, ended)| (*gamma, ended.distance(target)))
        .filter(|(gamma, _)| (0.5..LAST).contains(gamma))
        .collect();
    let seen = |(gamma, at, _): &(f64, f64, &Row)| (0.0..LAST).contains(gamma) && at.is_finite();
    let marks: Vec<(f64, f64, &Row)> = marks(half, target).into_iter().filter(seen).collect();
    let highest = curve.iter().map(|(_, (at, _))| *at).fold(0.0, f64::max);
    let top = 1.25 * highest;
    let mut layers = vec![Layer::new(
        "ordinary",
        "ordinary guidance over γ",
        Role::Guided,
        Curve {
            at: Array2::from_shape_fn((curve.len(), 2), |(i, j)| [curve[i].0, curve[i].1.0][j]),
            se: curve.iter().map(|(_, (_, se))| *se).collect(),
            dashed: Some(false),
            width: Some(3.0),
            ..Curve::default()
        },
    )];
    let look = [
        ("worse", Role::Neutral, Marker::Cross, &[Standing::Worse][..]),
        ("like", Role::Muted, Marker::Ring, &[Standing::Same, Standing::NotToldApart][..]),
        ("better", Role::Likelihood, Marker::Star, &[Standing::Better][..]),
    ];
    for (name, role, marker, standings) in look {
        let here = |row: &Row| row.at_effective[target].is_some_and(|s| standings.contains(&s));
        let at: Vec<[f64; 2]> = marks.iter().filter(|m| here(m.2)).map(|m| [m.0, m.1]).collect();
        let points = Points { at: arr2(&at), size: 12.0, alpha: 1.0, marker: Some(marker) };
        layers.push(Layer::new(name, "methods", role, points));
    }
    layers.extend(names(&marks, target, top));
    Panel {
        title: half.scene.into(),
        x: Axis::new("γ_eff", (0.0, LAST)),
        y: Axis::new(Text::new("energy distance", "khoảng cách năng lượng"), (-0.04 * top, top)),
        layers,
        ..Panel::default()
    }
}

/// The names of the two methods that are farthest below the curve, beside their marks, on the side where there is room.
fn names(marks: &[(f64, f64, &Row)], target: usize, top: f64) -> Vec<Layer> {
    let gain =
        |m: &&(f64, f64, &Row)| m.2.found.at_effective[target].map_or(0.0, |against| against.by.0);
    let better = |m: &&(f64, f64, &Row)| m.2.at_effective[target] == Some(Standing::Better);
    let mut best: Vec<&(f64, f64, &Row)> = marks.iter().filter(better).collect();
    best.sort_by(|a, b| gain(a).total_cmp(&gain(b)));
    best.truncate(2);
    let layer = |(name, side, sign): (&str, Side, f64)| {
        let here = best.iter().filter(|m| (m.0 > 0.65 * LAST) == (side == Side::Left));
        let beside = |m: &&&(f64, f64, &Row)| [m.0 + sign * 0.06, m.1 - 0.01 * top];
        let at = here.clone().map(|m| (beside(&m), m.2.found.name.into())).collect();
        let labels = Labels { at, side, names: here.map(|m| [m.0, m.1]).collect() };
        Layer::new(name, "the nearest", Role::Likelihood, labels)
    };
    [("names", Side::Right, 1.0), ("more names", Side::Left, -1.0)].map(layer).into()
}
