//! F12 and F16: how near the joint network comes to the exact answers, over noise and over p_drop.

use super::figure;
use super::way::{Measured, Way, curve, range};
use crate::plot::{Axis, Figure, Layer, Panel, Role, Text, words};
use crate::{Error, Result};

/// F12, third part: the gradients of several classifiers, explicit or implicit, against the exact one over the noise.
///
/// `relative` and `own` hold rows of (σ, value, standard error), a curve each. Left relative errors over draws of p_σ;
/// right errors in units of 1/σ over draws of p_σ(· | y), where guided walks go, with the size of the exact gradient among
/// the curves. What is a thousand times smaller than the largest, or at σ = 0, is left out.
///
/// # Errors
/// If a panel has no curves or more than four, or none is above 0.
pub fn implicit_classifier(
    relative: &[Way<Vec<Measured>>],
    own: &[Way<Vec<Measured>>],
) -> Result<Figure> {
    let mut f = figure(
        "12c_implicit_classifier",
        Text::new(
            "Two scores of one network are a classifier",
            "Hai score của một mạng là một bộ phân loại",
        ),
        Text::new(
            "At the noise where classes part the joint network's s_c − s_{∅} is as near to ∇log p(y∣x_t) as a classifier's gradient; where p(y∣x_t) is certain it is only the network's error.",
            "Ở mức nhiễu mà các lớp tách nhau, s_c − s_{∅} của mạng học chung gần ∇log p(y∣x_t) như gradient của bộ phân loại; nơi p(y∣x_t) đã chắc chắn, nó chỉ còn là sai số của mạng.",
        ),
    );
    let titles = [
        Text::new("relative error, x ∼ p_σ", "sai số tương đối, x ∼ p_σ"),
        Text::new("σ · error, x ∼ p_σ(· ∣ y)", "σ · sai số, x ∼ p_σ(· ∣ y)"),
    ];
    for (title, ways) in titles.into_iter().zip([relative, own]) {
        let y = positive(ways, ways.len())?;
        let sigmas = ways.iter().flat_map(|w| w.found.iter().map(|p| p[0]));
        let x = sigmas
            .filter(|s| *s > 0.0)
            .fold((f64::INFINITY, 0.0f64), |(a, b), s| (a.min(s), b.max(s)));
        numbers(&mut f, &title.en, "σ", ways);
        f.panels.push(Panel {
            title,
            x: Axis::log(words::NOISE_LEVEL.then(" σ"), (x.0 / 1.2, 1.2 * x.1)),
            y: Axis::log("", y),
            layers: named(ways, x.0, y),
            ..Panel::default()
        });
    }
    f.notes = vec![Text::new(
        "root mean squares; bars: ± one standard error; what is a thousand times below the largest is not drawn",
        "căn trung bình bình phương; vạch: ± một sai số chuẩn; phần nhỏ hơn giá trị lớn nhất nghìn lần không vẽ",
    )];
    Ok(f)
}

/// F16: the errors of the joint network's scores over the probability of dropping a label.
///
/// Each panel is (σ, curves), the curves rows of (p_drop, relative error, standard error). The rates
/// stand at equal distances, in the order of the first curve.
///
/// # Errors
/// If there are no panels, or no curves or more than four on one, or no error above 0.
pub fn p_drop_sweep(panels: &[(f64, Vec<Way<Vec<Measured>>>)]) -> Result<Figure> {
    let mut f = figure(
        "16_p_drop",
        Text::new("How often to drop the label", "Bỏ nhãn bao nhiêu lần"),
        Text::new(
            "Without dropped labels ∅ is never trained and its score is garbage; dropping nearly all of them spoils the conditional score instead.",
            "Không bỏ nhãn thì ∅ không được học và score của nó vô nghĩa; bỏ gần hết nhãn thì score có điều kiện kém đi.",
        ),
    );
    let all: Vec<Way<Vec<Measured>>> = panels.iter().flat_map(|(_, ways)| ways.clone()).collect();
    let names = panels.iter().map(|(_, ways)| ways.len());
    if names.clone().any(|n| n == 0) {
        return Err(Error::value("the number of curves on a panel", 0, "1 to 4"));
    }
    let y = positive(&all, names.max().unwrap_or(0))?;
    for (sigma, ways) in panels {
        let rates: Vec<f64> = ways[0].found.iter().map(|p| p[0]).collect();
        let place = |rate: f64| rates.iter().position(|r| *r == rate).unwrap_or(0) as f64;
        let moved = |p: &Measured| [place(p[0]), p[1], p[2]];
        let curves: Vec<_> =
            ways.iter().map(|way| way.with(way.found.iter().map(moved).collect())).collect();
        let ticks = rates.iter().map(|r| (place(*r), r.to_string().into()));
        f.panels.push(Panel {
            title: format!("σ = {sigma}").into(),
            x: Axis::new("p_drop", (-0.3, rates.len() as f64 - 0.7)).with_ticks(ticks),
            y: Axis::log(Text::new("relative error", "sai số tương đối"), y),
            layers: named(&curves, 0.0, y),
            ..Panel::default()
        });
        numbers(&mut f, &format!("error at σ = {sigma}"), "p_drop", ways);
    }
    f.formula = vec![(
        Role::Neutral,
        Text::new("y → ∅ with probability p_{drop}", "y → ∅ với xác suất p_{drop}"),
    )];
    f.notes = vec![Text::new(
        "one training each, of equal length; bars: ± one standard error over draws of p_σ",
        "mỗi điểm một lần huấn luyện, cùng độ dài; vạch: ± một sai số chuẩn trên mẫu của p_σ",
    )];
    Ok(f)
}

/// The range of a log axis around curves, with room for their names above.
fn positive(ways: &[Way<Vec<Measured>>], names: usize) -> Result<(f64, f64)> {
    if !(1..=4).contains(&names) {
        return Err(Error::value("the number of curves on a panel", names, "1 to 4"));
    }
    let (low, high) = range(ways);
    if low.is_nan() {
        return Err(Error::value("the errors", "nowhere above 0", "errors of a learned score"));
    }
    let (low, high) = (low.max(1e-3 * high) / 1.4, 1.25 * high);
    let room = 0.04 + LINE * names as f64; // of the height
    Ok((low, high * (high / low).powf(room / (1.0 - room))))
}

/// The height of a line of words, as a part of the panel's.
const LINE: f64 = 0.077;

/// Curves with their names from the top left corner, (from, to) being x and y ranges; what lies below is not drawn.
fn named(ways: &[Way<Vec<Measured>>], left: f64, (low, high): (f64, f64)) -> Vec<Layer> {
    let name = |k: usize| [left, low * (high / low).powf(0.96 - LINE * k as f64)];
    let seen = |p: &Measured| if p[1] < low { [p[0], f64::NAN, p[2]] } else { *p };
    let drawn = |way: &Way<Vec<Measured>>| way.with(way.found.iter().map(seen).collect());
    ways.iter().enumerate().map(|(k, way)| curve(&drawn(way), k, name(k))).collect()
}

fn numbers(f: &mut Figure, what: &str, over: &str, ways: &[Way<Vec<Measured>>]) {
    for way in ways {
        for [x, y, se] in &way.found {
            f.numbers.push((format!("{what}, {}, {over} = {x}", way.title.en), *y));
            if se.is_finite() {
                f.numbers.push((format!("se of {what}, {}, {over} = {x}", way.title.en), *se));
            }
        }
    }
}
