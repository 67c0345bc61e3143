//! F10 on images: what γ wins and loses, by a judge.

use super::hybrid_images::FEWEST;
use super::prelude::*;
use scorelab::metrics::Judgement;

pub const SPEC: Spec = Spec {
    name: "fidelity",
    stem: "10_images_over_gamma",
    part: FREE,
    latex: CLASSIFIER_FREE,
    title: Text::new("What γ wins and loses on images", "γ được gì và mất gì trên ảnh"),
    caption: Text::new(
        "With γ the label becomes certain; the distance from the data is least at a small γ; coverage falls.",
        "γ tăng thì nhãn chắc chắn hơn; khoảng cách tới dữ liệu nhỏ nhất ở γ nhỏ; độ phủ giảm.",
    ),
    needs: &[Need::Images, Need::Class, Need::Judge],
    uses: &[Use::Walk, Use::Gammas, Use::Method, Use::Samples],
    draw,
};

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    at_least("samples", i.samples, FEWEST)?;
    let (by, images) = (i.judge(), i.images());
    let at = |gamma: &Gamma| {
        let pixels = (images.samples)(*gamma, by.wanted())?;
        Ok(Scored::new(gamma.value(), by.judged(&pixels)))
    };
    let gammas = i.usual_gammas();
    let found = gammas.iter().map(at).collect::<Result<_>>()?;
    let method = Series { title: i.method.clone(), role: i.role, found };
    let floor = Scored::new(f64::NAN, by.floor());
    Ok(vec![images_over_gamma(&[method], &floor, i.samples)?])
}

/// What one method gave on images at one γ; each number with its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    /// γ.
    pub gamma: f64,
    /// The share of the samples that are of the class asked for, by the judge.
    pub accuracy: (f64, f64),
    /// The Fréchet distance from held-out data in the judge's features.
    pub fd: (f64, f64),
    /// The share of held-out images that have a sample beside them.
    pub coverage: (f64, f64),
}

impl Scored {
    /// What a judge says of the samples at a γ.
    pub fn new(gamma: f64, judged: Judgement) -> Scored {
        let coverage = judged.prdc.coverage;
        Scored { gamma, accuracy: judged.accuracy.pair(), fd: judged.fd, coverage }
    }
}

/// F10 on images: accuracy, Fréchet distance and coverage over γ, a curve for each method; `floor` is what another
/// sample of the data has.
///
/// # Errors
/// If there are no methods or more than four, or one has no γ.
pub fn images_over_gamma(
    methods: &[Series<Vec<Scored>>],
    floor: &Scored,
    n: usize,
) -> Result<Figure> {
    Series::at_most(methods, 4)?;
    for method in methods {
        at_least("γ", method.found.len(), 1)?;
    }
    let mut f = SPEC.figure();
    let percent = |(v, se): (f64, f64)| (100.0 * v, 100.0 * se);
    f.layout = Some((1, 3));
    let right = Text::new("judged right, %", "trọng tài nhận đúng, %");
    let far = Text::new("Fréchet distance", "khoảng cách Fréchet");
    let covered = Text::new("coverage, %", "độ phủ, %");
    f.panels = vec![
        over(methods, floor, (right, true), |s| percent(s.accuracy)),
        over(methods, floor, (far, false), |s| s.fd),
        over(methods, floor, (covered, true), |s| percent(s.coverage)),
    ];
    // the names are too long for a third of a slide: they stand once, below
    f.formula = f.panels[0].layers.iter().filter_map(named).collect();
    for layer in f.panels.iter_mut().flat_map(|panel| &mut panel.layers) {
        layer.label = None;
    }
    for (title, s) in methods.iter().flat_map(|m| m.found.iter().map(|s| (&m.title, s))) {
        let values = [("accuracy", s.accuracy), ("FD", s.fd), ("coverage", s.coverage)];
        for (what, (value, se)) in values {
            let name = format!("{}, γ = {}: {what}", title.en, s.gamma);
            f.number(name.clone(), value);
            f.number(format!("{name}, se"), se);
        }
    }
    let n = count(n);
    f.notes = vec![Text::from((
        format!(
            "{n} samples at each γ from the same noise; bars: ± one standard error; dotted: another sample of the data"
        ),
        format!(
            "{n} mẫu với mỗi γ từ cùng một nhiễu; vạch: ± một sai số chuẩn; nét chấm: một mẫu dữ liệu khác"
        ),
    ))];
    Ok(f)
}

/// A curve's sign and name as a part of the line under the panels.
fn named(layer: &Layer) -> Option<(Role, Text)> {
    layer.label.as_ref().map(|name| (layer.role, Text::from("    ").then(name.clone())))
}

fn over(
    methods: &[Series<Vec<Scored>>],
    floor: &Scored,
    (title, percent): (Text, bool),
    value: impl Fn(&Scored) -> (f64, f64),
) -> Panel {
    let all = || methods.iter().flat_map(|m| m.found.iter());
    let (left, right) = reaching((0.0, 1.0), all().map(|s| s.gamma));
    let ends = all().chain([floor]).map(&value).flat_map(|(v, se)| [v - se, v + se]);
    let (low, high) = reaching((0.0, 1.0), ends);
    let (wide, tall) = (right - left, high - low);
    let dotted = Rules { x: vec![], y: vec![value(floor).0] };
    let mut layers = vec![Layer::new("floor", "another sample of the data", Role::Muted, dotted)];
    layers.extend(methods.iter().enumerate().map(|(k, method)| {
        let points = method.points(|s| [s.gamma, value(s).0, value(s).1]);
        series_curve(&points, k, [left, high])
    }));
    let y = Axis::new("", (low - 0.04 * tall, high + 0.08 * tall));
    let hundred = [0.0, 20.0, 40.0, 60.0, 80.0, 100.0].map(|v| (v, v.to_string().into()));
    let y = if percent { y.with_ticks(hundred) } else { y };
    Panel {
        title,
        x: Axis::new(words::GUIDANCE_SCALE, (left - 0.05 * wide, right + 0.05 * wide)),
        y,
        layers,
        ..Panel::default()
    }
}
