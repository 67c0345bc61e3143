//! F10: what a larger γ wins in fidelity and loses in diversity, for several ways to steer.

use super::frame::{count, dots};
use super::way::{Measured, Way, curve};
use super::{at_least, figure};
use crate::plot::{
    Axis, Figure, Labels, Layer, Marker, Panel, Points, Role, Rules, Side, Text, words,
};
use ndarray::arr2;
use scorelab::guidance::Gamma;
use scorelab::metrics::{Outcome, Verdict};
use scorelab::{Error, Result};

/// F10: what is won in fidelity and lost in diversity as γ grows, and how far the samples are from p(x | y).
///
/// Left, a curve for each way over its γ: how many samples are on the target against how spread they are, with `truth`, a
/// true sample of p(x | y), for comparison. Right, the energy distance to p(x | y) over γ. The γ are written beside the
/// points of the first way. Every number is that of the [`Outcome`]s.
///
/// # Errors
/// If there are no ways or more than four, or one has no γ.
pub fn fidelity_diversity(ways: &[Way<Vec<(Gamma, Outcome)>>], truth: &Outcome) -> Result<Figure> {
    if !(1..=4).contains(&ways.len()) {
        return Err(Error::value("the number of ways to steer", ways.len(), "1 to 4"));
    }
    for way in ways {
        at_least("γ", way.found.len(), 1)?;
    }
    let mut f = figure(
        "10_fidelity_against_diversity",
        Text::new("Fidelity against diversity", "Độ trung thực và độ đa dạng"),
        Text::new(
            "A larger γ first brings the samples to the class, then only together, and at last past it; γ = 1 is nearest to the class's own distribution.",
            "γ tăng trước hết đưa mẫu về đúng lớp, sau đó chỉ làm chúng co cụm, cuối cùng vượt quá; γ = 1 gần phân phối thật của lớp nhất.",
        ),
    );
    f.panels = vec![tradeoff(ways, truth), distances(ways)];
    for (way, (gamma, o)) in ways.iter().flat_map(|w| w.found.iter().map(move |row| (w, row))) {
        let mut number = |what: &str, value| {
            f.numbers.push((format!("{}, γ = {}: {what}", way.title.en, gamma.value()), value));
        };
        number("target", o.shares.target);
        number("se of target", o.shares.se(Verdict::Target));
        number("spread", o.spread);
        number("se of spread", o.spread_se);
        number("energy distance", o.energy);
        number("se of energy distance", o.energy_se);
    }
    f.notes = vec![
        (
            format!(
                "{} samples at each γ, from the same noise; bars: ± one standard error",
                count(truth.shares.n)
            ),
            format!(
                "{} mẫu với mỗi γ, từ cùng một nhiễu; vạch: ± một sai số chuẩn",
                count(truth.shares.n)
            ),
        )
            .into(),
    ];
    Ok(f)
}

/// Share on the target over spread.
fn tradeoff(ways: &[Way<Vec<(Gamma, Outcome)>>], truth: &Outcome) -> Panel {
    let percent = |o: &Outcome| 100.0 * o.shares.target;
    let all = || ways.iter().flat_map(|w| w.found.iter().map(|(_, o)| o));
    let (low, high) = all()
        .map(|o| o.spread)
        .chain([truth.spread])
        .filter(|v| *v > 0.0)
        .fold((f64::INFINITY, 0.0f64), |(a, b), v| (a.min(v), b.max(v)));
    let x = if low < high { (low / 1.35, 1.3 * high) } else { (0.5, 2.0) };
    let along = |u: f64| x.0 * (x.1 / x.0).powf(u);
    let mut layers: Vec<Layer> = (0..ways.len())
        .map(|k| {
            let point = |(_, o): &(Gamma, Outcome)| -> Measured {
                [o.spread, percent(o), 100.0 * o.shares.interval(Verdict::Target).half()]
            };
            let way = ways[k].with(ways[k].found.iter().map(point).collect());
            curve(&way, k, [along(0.64), 107.0 - 8.5 * k as f64])
        })
        .collect();
    let star = Points { size: 26.0, marker: Some(Marker::Ring), ..Points::default() };
    let at = arr2(&[[truth.spread, percent(truth)]]);
    layers.push(
        dots("truth", "a true sample of p(x | y)", Role::Neutral, at, star)
            .label_at("p(x ∣ y)", [truth.spread * 1.08, percent(truth) + 6.5]),
    );
    layers.extend(gammas(&ways[0].found, x));
    Panel {
        x: Axis::log(Text::new("diversity: spread of the samples", "đa dạng: độ tản của mẫu"), x),
        y: Axis::new(
            Text::new("fidelity: on the target, %", "trung thực: đúng đích, %"),
            (0.0, 114.0),
        )
        .with_ticks([0.0, 20.0, 40.0, 60.0, 80.0, 100.0].map(|v| (v, format!("{v}").into()))),
        layers,
        ..Panel::default()
    }
}

/// The γ beside their points, where there is room: below the flat top and the first, else on the outer side of the arch.
fn gammas(found: &[(Gamma, Outcome)], x: (f64, f64)) -> Vec<Layer> {
    let mut taken: Vec<[f64; 2]> = vec![];
    let mut layers = vec![];
    for (gamma, o) in found.iter().filter(|(_, o)| o.spread > 0.0) {
        let (gamma, target) = (gamma.value(), o.shares.target);
        let place = [(o.spread / x.0).ln() / (x.1 / x.0).ln(), target / 1.14];
        let free = |t: &[f64; 2]| (t[0] - place[0]).abs() > 0.07 || (t[1] - place[1]).abs() > 0.09;
        if !taken.iter().all(free) {
            continue;
        }
        taken.push(place);
        let (side, down) = match gamma {
            _ if taken.len() == 1 || target > 0.98 => (Side::Below, 2.0),
            beyond if beyond > 1.0 => (Side::Left, 0.0),
            _ => (Side::Right, -2.0),
        };
        let name = if taken.len() == 1 { "γ = " } else { "" };
        let at = vec![([o.spread, 100.0 * target - down], format!("{name}{gamma}").into())];
        let labels = Labels { at, side };
        let desc = "the guidance scale of a point of the first way";
        layers.push(Layer::new(&format!("gamma-{gamma}"), desc, Role::Neutral, labels));
    }
    layers
}

/// Energy distance over γ.
fn distances(ways: &[Way<Vec<(Gamma, Outcome)>>]) -> Panel {
    let all = || ways.iter().flat_map(|w| w.found.iter().map(|(g, o)| (g.value(), o.energy)));
    let ends = |v: f64, (a, b): (f64, f64)| (a.min(v), b.max(v));
    let (low, high) = all().fold((0.0, 1.0), |r, (g, _)| ends(g, r));
    let (_, top) = all().fold((0.0, 0.1), |r, (_, e)| ends(e, r));
    let margin = 0.04 * (high - low);
    let mut layers = vec![Layer::new(
        "one",
        "γ = 1, the conditional score",
        Role::Muted,
        Rules { x: vec![1.0], y: vec![] },
    )];
    layers.extend((0..ways.len()).map(|k| {
        let point = |(g, o): &(Gamma, Outcome)| [g.value(), o.energy, o.energy_se];
        let way = ways[k].with(ways[k].found.iter().map(point).collect());
        curve(&way, k, [low + 0.24 * (high - low), (0.98 - 0.09 * k as f64) * top])
    }));
    Panel {
        x: Axis::new(words::GUIDANCE_SCALE, (low - margin, high + margin)),
        y: Axis::new(
            Text::new("energy distance to p(x ∣ y)", "khoảng cách năng lượng tới p(x ∣ y)"),
            (-0.04 * top, 1.06 * top),
        ),
        layers,
        ..Panel::default()
    }
}
