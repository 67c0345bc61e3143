//! F13: a classifier that has seen noise beside one that has not.

use super::classifier::Classifier;
use super::field_over_noise::FOUR_LEVELS;
use super::prelude::*;
use ndarray::ArrayView2;
use scorelab::metrics::{Interval, root_ratio, spread, spread_with_se};
use scorelab::noise::{Grid, Spacing};
use scorelab::rng::Purpose;

/// The formula of F13 and A4.
pub(super) const NOISY_GRADIENT: &str = r"\nabla_{x_t} \log p_\phi(y \mid x_t, \sigma_t)";

pub const SPEC: Spec = Spec {
    name: "clean-classifier",
    stem: "13_clean_classifier",
    part: NOISY,
    latex: NOISY_GRADIENT,
    title: Text::new(
        "A classifier that knows noise, and one that does not",
        "Bộ phân loại học trên dữ liệu nhiễu và bộ chỉ học trên dữ liệu sạch",
    ),
    caption: Text::new(
        "The blend of class colours is p(y∣x_t): where noise hides the class, an honest classifier fades to a mixture.",
        "Màu pha trộn là p(y∣x_t): ở nơi nhiễu che mất lớp, một bộ phân loại trung thực phải nhạt thành hỗn hợp.",
    ),
    needs: &[Need::Plane, Need::Clean],
    uses: &[Use::Process, Use::Sampler, Use::Seed, Use::Class, Use::Classifier, Use::Samples],
    draw,
};

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let [noisy, clean] = i.with_and_without_noise();
    clean_classifier(i.setting(), &i.score, noisy, clean, i.samples)
}

/// Most draws of p_t behind accuracy and gradient: ten for each sample, up to this.
const DRAWS: usize = 4000;
/// Steps of the walks whose spread is measured.
const STEPS: [usize; 6] = [20, 40, 80, 160, 320, 640];
/// What the two classifiers are called in files.
const NAMES: [&str; 2] = ["noisy", "clean"];

/// F13: decision regions of both classifiers at four noise levels, their accuracy, their gradients, and what they do to samples.
///
/// Three figures: `13a` the regions, `13b` accuracy (the curves coincide) and the size of ∇log p(y | x_t)
/// relative to the exact one (they do not), `13c` the standard deviation of `n` samples at γ = 1 against the number of
/// steps. `score` is the unconditional score that is steered.
///
/// # Errors
/// If the scene is not two-dimensional, a classifier does not have one likelihood for each class, or `n` is less than
/// 2.
pub fn clean_classifier(
    s: &Setting,
    score: &dyn ScoreFn,
    noisy: &Classifier,
    clean: &Classifier,
    n: usize,
) -> Result<Vec<Figure>> {
    s.in_plane()?;
    at_least("samples", n, 2)?;
    noisy.checked(s)?;
    clean.checked(s)?;
    let both = [noisy, clean];
    Ok(vec![
        regions(s, both),
        accuracy_and_gradient(s, both, (10 * n).min(DRAWS)),
        spread_over_steps(s, score, both, n)?,
    ])
}

/// A row of panels for each classifier, a column for each noise level.
fn regions(s: &Setting, both: [&Classifier; 2]) -> Figure {
    let title = Text::new(
        "Decision regions, with noise known and unknown",
        "Vùng quyết định, khi biết và khi không biết nhiễu",
    );
    let mut f = slide("13a_classifier_regions", title, SPEC.caption.clone());
    f.layout = Some((both.len(), FOUR_LEVELS.len()));
    for classifier in both {
        for (column, share) in FOUR_LEVELS.into_iter().enumerate() {
            let level = s.level_by_radius(share);
            let mut panel = classifier.regions(s, format!("σ/α = {}", ratio(level)), level);
            if column == 0 {
                panel.y.label = classifier.title.clone();
            }
            f.panels.push(panel);
        }
    }
    f.formula = vec![(Role::Likelihood, "p(y ∣ x_t)".into())];
    f.notes = vec![Text::new(
        "colours blend as the probabilities do: a soft border is doubt",
        "màu pha trộn theo xác suất: ranh giới mờ là sự nghi ngờ",
    )];
    f
}

/// A number of each classifier over x, as a curve each: the noisy one blue, the clean one dark.
fn measured<X: Copy>(
    both: [&Classifier; 2],
    over: &[X],
    number: impl Fn(&Classifier, X) -> Result<Measured>,
) -> Result<Vec<Series<Vec<Measured>>>> {
    let roles = both.into_iter().zip([Role::Likelihood, Role::Neutral]);
    let curve = |(classifier, role): (&Classifier, Role)| {
        let found = over.iter().map(|x| number(classifier, *x)).collect::<Result<_>>()?;
        Ok(Series { title: classifier.title.clone(), role, found })
    };
    roles.map(curve).collect()
}

/// Curves of both classifiers with their words at these places, the clean one dashed.
fn curves(lines: &[Series<Vec<Measured>>], places: [[f64; 2]; 2]) -> Vec<Layer> {
    let layer = |k: usize| {
        let mut layer = Layer { name: NAMES[k].into(), ..series_curve(&lines[k], k, places[k]) };
        if let Mark::Curve(curve) = &mut layer.mark {
            curve.dashed = Some(k == 1);
        }
        layer
    };
    vec![layer(0), layer(1)]
}

fn accuracy_and_gradient(s: &Setting, both: [&Classifier; 2], n: usize) -> Figure {
    let mut f = slide(
        "13b_accuracy_and_gradient",
        Text::new("Equal accuracy, different gradients", "Cùng độ chính xác, khác gradient"),
        Text::new(
            "On noisy data both classifiers name the class equally well, but where noise is high the gradient of the one trained on clean data is many times too large.",
            "Trên dữ liệu nhiễu hai bộ phân loại đoán lớp tốt như nhau, nhưng khi nhiễu lớn, gradient của bộ học trên dữ liệu sạch lớn quá nhiều lần.",
        ),
    );
    // from nearly clean to several radii of the data
    let ladder = |i| s.level_by_radius(0.1 * 60f64.powf(f64::from(i) / 12.0));
    let levels: Vec<NoiseLevel> = (0..13).map(ladder).collect();
    type Number = fn(&Setting, &Classifier, usize, NoiseLevel) -> (f64, f64);
    let over_levels = |number: Number| {
        let point = |classifier: &Classifier, level: NoiseLevel| {
            let (value, se) = number(s, classifier, n, level);
            Ok([level.ratio(), value, se])
        };
        measured(both, &levels, point).expect("nothing here can fail")
    };
    let (accuracy, gradient) = (over_levels(accuracy_at), over_levels(gradient_ratio));
    for (what, lines) in [("accuracy", &accuracy), ("gradient ratio", &gradient)] {
        for (name, line) in NAMES.iter().zip(lines) {
            for ([_, value, se], level) in line.found.iter().zip(&levels) {
                let name = format!("{what}, {name}, σ/α = {}", ratio(*level));
                f.measured("", &name, (*value, *se));
            }
        }
    }
    f.panels = over_levels_panels(&levels, &accuracy, &gradient);
    let n = count(n);
    f.notes = vec![Text::from((
        format!("means over {n} draws of p_t; bars: ± one standard error"),
        format!("trung bình trên {n} mẫu của p_t; vạch: ± một sai số chuẩn"),
    ))];
    f
}

/// The accuracy and the gradient's length over the noise level, side by side.
fn over_levels_panels(
    levels: &[NoiseLevel],
    accuracy: &[Series<Vec<Measured>>],
    gradient: &[Series<Vec<Measured>>],
) -> Vec<Panel> {
    let (first, last) = (levels[0].ratio(), levels[levels.len() - 1].ratio());
    let (low, high) = log_range(gradient);
    let left = 1.15 * first;
    let places = [
        [levels[5].ratio(), low * (high / low).powf(0.08)],
        [left, high * (low / high).powf(0.08)],
    ];
    let panel = |title: Text, y: Axis, layers: Vec<Layer>| Panel {
        title,
        x: Axis::log(words::NOISE_LEVEL.then(" σ/α"), (0.9 * first, 1.1 * last)),
        y,
        layers,
        ..Panel::default()
    };
    let relative = Text::new(
        "‖∇log p(y ∣ x_t)‖, relative to the exact one",
        "‖∇log p(y ∣ x_t)‖, so với chính xác",
    );
    let right = Text::new("accuracy", "độ chính xác");
    vec![
        panel(right, Axis::new("", (0.0, 1.05)), curves(accuracy, [[left, 0.26], [left, 0.17]])),
        panel(relative, Axis::log("", (low, high)), curves(gradient, places)),
    ]
}

/// The range of a log axis around curves.
fn log_range(lines: &[Series<Vec<Measured>>]) -> (f64, f64) {
    match positive_extent(lines) {
        Some((low, high)) if low < high => (0.5 * low, 1.6 * high),
        _ => (0.1, 10.0),
    }
}

/// How often the likeliest class is the true one, over draws of p_t.
fn accuracy_at(s: &Setting, of: &Classifier, n: usize, level: NoiseLevel) -> (f64, f64) {
    let (x, y) = draws(s, n, level);
    let right = likeliest(&of.classes, x.view(), level);
    Interval::of_hits(right.iter().zip(&y).map(|(a, b)| a == b)).pair()
}

/// √(E|g|²/E|g*|²), g* being the exact gradient, over draws of p_t, and its standard error by the delta method.
fn gradient_ratio(s: &Setting, of: &Classifier, n: usize, level: NoiseLevel) -> (f64, f64) {
    let (x, _) = draws(s, n, level);
    let squares = |l: &dyn Likelihood| -> Vec<f64> {
        l.grad_log_likelihood(x.view(), level).rows().into_iter().map(|g| g.dot(&g)).collect()
    };
    let own = squares(&of.classes[s.class]);
    root_ratio(&own, &squares(&s.exact().posterior(s.class)))
}

fn spread_over_steps(
    s: &Setting,
    score: &dyn ScoreFn,
    both: [&Classifier; 2],
    n: usize,
) -> Result<Figure> {
    let mut f = slide(
        "13c_spread_over_steps",
        Text::new(
            "What the clean classifier does to samples",
            "Bộ phân loại trên dữ liệu sạch làm gì với mẫu",
        ),
        Text::new(
            "Guided by a classifier trained on clean data, the samples crowd together, and more solver steps do not bring the diversity back.",
            "Khi điều hướng bằng bộ phân loại học trên dữ liệu sạch, mẫu co cụm lại; thêm bước giải không trả lại sự đa dạng.",
        ),
    );
    let lines = measured(both, &STEPS, |classifier, steps| {
        let grid = Grid::to_data(&s.process, Spacing::KARRAS, steps)?;
        let steered = guided(score, &classifier.classes[s.class], Gamma::new(1.0)?);
        let (sd, se) = finite_spread(Setting { grid: &grid, ..*s }.sample(&steered, n).view());
        Ok([steps as f64, sd, se])
    })?;
    for (name, line) in NAMES.iter().zip(&lines) {
        for [steps, sd, se] in &line.found {
            f.measured("", &format!("sd, {name}, {steps} steps"), (*sd, *se));
        }
    }
    let truth = s.exact().given(s.class).sample(n.max(4000), s.seed, Purpose::Reference).x;
    let truth = spread(truth.view());
    f.number("sd of the data of this class", truth);
    f.panels = vec![spread_panel(&lines, truth)];
    let n = count(n);
    f.notes = vec![Text::from((
        format!("γ = 1, {n} samples at each point; bars: ± one standard error"),
        format!("γ = 1, {n} mẫu tại mỗi điểm; vạch: ± một sai số chuẩn"),
    ))];
    Ok(f)
}

/// Both curves over the steps, and the data's own standard deviation.
fn spread_panel(lines: &[Series<Vec<Measured>>], truth: f64) -> Panel {
    let (low, high) = log_range(lines);
    let range = (low.min(0.5 * truth), high.max(2.0 * truth));
    let line = (range.1 / range.0).powf(0.05); // the height of a line of words
    // the noisy curve and the data's line are neighbours: the upper one has its words above, the lower one below; if the
    // clean curve runs there too, both stand above
    let noisy = lines[0].found[3][1];
    let (lowest, _) = extent(lines[1].found[3..].iter().map(|p| p[1]));
    let top = noisy.max(truth);
    let crowded = lowest < top && lowest > top / line.powi(4);
    let [noisy_at, truth_at] = match noisy >= truth {
        _ if crowded => [top * line.powi(2), top * line],
        true => [noisy * line, truth / line],
        false => [noisy / line, truth * line],
    };
    let mut layers = curves(lines, [[150.0, noisy_at], [150.0, lowest / line]]);
    let words = Text::new("the data of this class", "dữ liệu của lớp này");
    let rule = Rules { x: vec![], y: vec![truth] };
    let rule = Layer::new("data", "the class's own standard deviation", Role::Neutral, rule);
    layers.push(rule.label_at(words, [150.0, truth_at]));
    let deviation = Text::new("standard deviation of the samples", "độ lệch chuẩn của mẫu");
    Panel {
        x: Axis::log(Text::new("solver steps", "số bước giải"), (17.0, 760.0))
            .with_ticks(STEPS.map(|k| (k as f64, k.to_string().into()))),
        y: Axis::log(deviation, range),
        layers,
        ..Panel::default()
    }
}

/// [`spread_with_se`] of the finite rows; NaN if there are fewer than two.
fn finite_spread(x: ArrayView2<f64>) -> (f64, f64) {
    let rows: Vec<usize> =
        (0..x.nrows()).filter(|i| x.row(*i).iter().all(|v| v.is_finite())).collect();
    if rows.len() < 2 {
        return (f64::NAN, f64::NAN);
    }
    spread_with_se(x.select(Dim(0), &rows).view())
}
