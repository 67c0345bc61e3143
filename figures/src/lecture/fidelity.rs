//! F10: what a larger γ gains in fidelity and loses in diversity, for several methods.

use super::prelude::*;
use scorelab::metrics::{Outcome, Verdict, outcome};
use scorelab::rng::Purpose;

pub const SPEC: Spec = Spec {
    name: "fidelity",
    stem: "10_fidelity_against_diversity",
    part: FREE,
    latex: CLASSIFIER_FREE,
    title: Text::new("Fidelity against diversity", "Độ trung thực và độ đa dạng"),
    caption: Text::new(
        "A larger γ first brings the samples to the class, then only together, and at last past it; γ = 1 is nearest to the class's own distribution.",
        "γ tăng trước hết đưa mẫu về đúng lớp, sau đó chỉ làm chúng co cụm, cuối cùng vượt quá; γ = 1 gần phân phối thật của lớp nhất.",
    ),
    needs: &[Need::Plane, Need::Class, Need::OneScore],
    uses: &[Use::Walk, Use::Gammas, Use::Method, Use::Samples],
    draw,
};

/// γ, unless others are asked for.
const GAMMAS: [f64; 8] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0];

/// What became of the samples at each γ, for the exact score and for the inputs' own method.
fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let (s, n) = (i.setting(), i.samples);
    let truth = s.exact().given(s.class).sample(2 * n, s.seed, Purpose::Reference).x;
    let (reference, twin) = truth.view().split_at(Dim(0), n);
    let measure = |x: &Array2<f64>| outcome(x.view(), reference, s.exact(), s.class);
    let all = i.beside_exact(&i.growing_gammas_or(&GAMMAS), |gamma, score| {
        (gamma, measure(&s.sample(score, n)))
    });
    Ok(vec![fidelity_diversity(&all, &measure(&twin.to_owned()))?])
}

type Outcomes = Series<Vec<(Gamma, Outcome)>>;

/// F10: what is gained in fidelity and lost in diversity as γ grows, and how far the samples are from p(x | y).
///
/// Left, a curve for each method over its γ: how many samples are on the target against how spread they are, with
/// `truth`, a true sample of p(x | y), for comparison. Right, the energy distance to p(x | y) over γ. The γ are written
/// beside the points of the first method. Every number is that of the [`Outcome`]s.
///
/// # Errors
/// If there are no methods or more than four, or one has no γ.
pub fn fidelity_diversity(methods: &[Outcomes], truth: &Outcome) -> Result<Figure> {
    Series::at_most(methods, 4)?;
    for method in methods {
        at_least("γ", method.found.len(), 1)?;
    }
    let mut f = SPEC.figure();
    f.panels = vec![tradeoff(methods, truth), distances(methods)];
    for (title, (gamma, o)) in methods.iter().flat_map(|m| m.found.iter().map(|f| (&m.title, f))) {
        let of = format!("{}, γ = {}: ", title.en, gamma.value());
        f.measured(&of, "target", o.shares.interval(Verdict::Target).pair());
        f.measured(&of, "spread", (o.spread, o.spread_se));
        f.measured(&of, "energy distance", (o.energy, o.energy_se));
    }
    let n = count(truth.shares.n);
    f.notes = vec![Text::from((
        format!("{n} samples at each γ, from the same noise; bars: ± one standard error"),
        format!("{n} mẫu với mỗi γ, từ cùng một nhiễu; vạch: ± một sai số chuẩn"),
    ))];
    Ok(f)
}

/// Share on the target over spread.
fn tradeoff(methods: &[Outcomes], truth: &Outcome) -> Panel {
    let percent = |o: &Outcome| 100.0 * o.shares.target;
    let spreads = methods.iter().flat_map(|m| m.found.iter().map(|(_, o)| o.spread));
    let (low, high) = extent(spreads.chain([truth.spread]).filter(|v| *v > 0.0));
    let x = if low < high { (low / 1.35, 1.3 * high) } else { (0.5, 2.0) };
    let along = |u: f64| x.0 * (x.1 / x.0).powf(u);
    let curve = |(k, method): (usize, &Outcomes)| {
        let points = method.points(|(_, o)| {
            [o.spread, percent(o), 100.0 * o.shares.interval(Verdict::Target).half()]
        });
        series_curve(&points, k, [along(0.64), 102.0 - 8.5 * k as f64])
    };
    let mut layers: Vec<Layer> = methods.iter().enumerate().map(curve).collect();
    let star = Points { size: 26.0, marker: Some(Marker::Ring), ..Points::default() };
    let at = arr2(&[[truth.spread, percent(truth)]]);
    layers.push(
        dots("truth", "a true sample of p(x | y)", Role::Neutral, at, star)
            .label_at("p(x ∣ y)", [truth.spread * 1.08, percent(truth) + 9.5]),
    );
    layers.extend(gammas(&methods[0].found, x));
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
        let labels = Labels { at, side, ..Labels::default() };
        let desc = "the guidance scale of a point of the first method";
        layers.push(Layer::new(&format!("gamma-{gamma}"), desc, Role::Neutral, labels));
    }
    layers
}

/// Energy distance over γ.
fn distances(methods: &[Outcomes]) -> Panel {
    let all = || methods.iter().flat_map(|m| m.found.iter());
    let (low, high) = reaching((0.0, 1.0), all().map(|(g, _)| g.value()));
    let (_, top) = reaching((0.0, 0.1), all().map(|(_, o)| o.energy));
    let bars = all().map(|(_, o)| 1.01 * (o.energy + o.energy_se));
    let (_, above) = reaching((0.0, 1.06 * top), bars);
    let margin = 0.04 * (high - low);
    // no higher than the names of the curves
    let one = arr2(&[[1.0, -0.04 * top], [1.0, (0.96 - 0.09 * methods.len() as f64) * top]]);
    let one = Paths { lines: vec![one], dashed: Some(true), ..Paths::default() };
    let mut layers = vec![Layer::new("one", "γ = 1, the conditional score", Role::Muted, one)];
    layers.extend(methods.iter().enumerate().map(|(k, method)| {
        let points = method.points(|(g, o)| [g.value(), o.energy, o.energy_se]);
        series_curve(&points, k, [low + 0.24 * (high - low), (0.98 - 0.09 * k as f64) * top])
    }));
    Panel {
        x: Axis::new(words::GUIDANCE_SCALE, (low - margin, high + margin)),
        y: Axis::new(
            Text::new("energy distance to p(x ∣ y)", "khoảng cách năng lượng tới p(x ∣ y)"),
            (-0.04 * top, above),
        ),
        layers,
        ..Panel::default()
    }
}
