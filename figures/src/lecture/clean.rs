//! F13: a classifier that has seen noise beside one that has not.

use super::fields::{FOUR, draws};
use super::frame::{ARROWS, Frame, Names, count, likeliest, names, width};
use super::{Setting, at_least, figure, guided};
use crate::plot::{Axis, Curve, Figure, Layer, Marker, Panel, Regions, Role, Text, words};
use ndarray::{Array2, Array3, ArrayView2, Axis as Dim, s};
use scorelab::guidance::Gamma;
use scorelab::metrics::{Interval, root_ratio, spread, spread_with_se};
use scorelab::noise::{Grid, NoiseLevel, Spacing};
use scorelab::rng::Purpose;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};

/// A classifier as one likelihood for each class, with a name.
pub struct Judge {
    /// What it is called on the slide.
    pub title: Text,
    /// p(y | x_t) for every class y of the scene, in order.
    pub classes: Vec<Box<dyn Likelihood>>,
}

impl Judge {
    /// A classifier of this name: p(y | x_t) of every class y, in order.
    pub fn new<L: Likelihood + 'static>(title: Text, classes: impl IntoIterator<Item = L>) -> Self {
        Judge { title, classes: classes.into_iter().map(|l| Box::new(l) as _).collect() }
    }

    /// Refuses a judge that has not one likelihood for each class.
    pub(super) fn checked(&self, s: &Setting) -> Result<()> {
        let (own, classes) = (self.classes.len(), s.exact().classes());
        if own == classes {
            return Ok(());
        }
        Err(Error::value(
            "the number of likelihoods",
            own,
            format!("{classes}, one for each class"),
        ))
    }
}

/// Most draws of p_t behind accuracy and gradient: ten for each sample, up to this.
const DRAWS: usize = 4000;
/// Steps of the walks whose spread is measured.
const STEPS: [usize; 6] = [20, 40, 80, 160, 320, 640];

/// F13: decision regions of both classifiers at four noise levels, their accuracy, their gradients, and what they do to samples.
///
/// Four figures: `13a` and `13b` the regions, `13c` accuracy (the curves coincide) and the size of ∇log p(y | x_t)
/// relative to the exact one (they do not), `13d` the standard deviation of `n` samples at γ = 1 against the number of
/// steps. `score` is the unconditional score that is steered.
///
/// # Errors
/// If the scene is not two-dimensional, a judge has not one likelihood for each class, or `n` is less than 2.
pub fn clean_classifier(
    s: &Setting,
    score: &dyn ScoreFn,
    noisy: &Judge,
    clean: &Judge,
    n: usize,
) -> Result<Vec<Figure>> {
    s.checked()?;
    at_least("samples", n, 2)?;
    noisy.checked(s)?;
    clean.checked(s)?;
    Ok(vec![
        regions(s, noisy, "13a_noisy_classifier_regions"),
        regions(s, clean, "13b_clean_classifier_regions"),
        accuracy_and_gradient(s, noisy, clean, (10 * n).min(DRAWS)),
        spread_over_steps(s, score, noisy, clean, n)?,
    ])
}

fn regions(s: &Setting, judge: &Judge, stem: &str) -> Figure {
    let mut f = figure(
        stem,
        Text::new("Decision regions: ", "Vùng quyết định: ").then(judge.title.clone()),
        Text::new(
            "The blend of class colours is p(y∣x_t): where noise hides the class an honest classifier fades to a mixture.",
            "Màu pha trộn là p(y∣x_t): ở nơi nhiễu che mất lớp, một bộ phân loại trung thực phải nhạt thành hỗn hợp.",
        ),
    );
    f.layout = Some((1, FOUR.len()));
    for share in FOUR {
        let level = s.level_by_radius(share);
        let frame = Frame::of(s.exact()).scaled(width(level));
        let mut panel = frame.panel(format!("σ/α = {:.2}", level.ratio()));
        panel.layers = vec![region_layer(frame, judge, level)];
        panel.layers.extend(
            names(s, level, Names::Apart)
                .into_iter()
                .map(|layer| Layer { role: Role::Neutral, ..layer }),
        );
        f.panels.push(panel);
    }
    f.formula = vec![(Role::Likelihood, "p(y ∣ x_t)".into())];
    f.notes = vec![Text::new(
        "colours blend as the probabilities do: a soft border is doubt",
        "màu pha trộn theo xác suất: ranh giới mờ là sự nghi ngờ",
    )];
    f
}

/// The blend of the class colours over a frame.
pub(super) fn region_layer(frame: Frame, judge: &Judge, level: NoiseLevel) -> Layer {
    let map = Regions { probabilities: probabilities(frame, judge, level), x: frame.x, y: frame.y };
    Layer::new("regions", "class probabilities as blended colours", Role::Neutral, map)
}

/// p(y | x) on a grid: (rows, columns, classes).
fn probabilities(frame: Frame, judge: &Judge, level: NoiseLevel) -> Array3<f64> {
    let side = 4 * ARROWS;
    let grid = frame.grid(side, side);
    let mut out = Array3::zeros((side, side, judge.classes.len()));
    for (c, likelihood) in judge.classes.iter().enumerate() {
        let p = likelihood.log_likelihood(grid.view(), level).mapv(f64::exp);
        let p = p.into_shape_with_order((side, side)).expect("the grid's own shape");
        out.index_axis_mut(Dim(2), c).assign(&p);
    }
    out
}

/// The noise levels σ/α of the curves, from nearly clean to several radii of the data.
fn ladder(s: &Setting) -> Vec<NoiseLevel> {
    (0..13).map(|i| s.level_by_radius(0.1 * 60f64.powf(f64::from(i) / 12.0))).collect()
}

/// One curve: a dash, a role, a name, and rows of (x, y) with standard errors.
struct Line {
    judge: usize,
    at: Array2<f64>,
    se: Vec<f64>,
}

fn accuracy_and_gradient(s: &Setting, noisy: &Judge, clean: &Judge, n: usize) -> Figure {
    let mut f = figure(
        "13c_accuracy_and_gradient",
        Text::new("Equal accuracy, different gradients", "Cùng độ chính xác, khác gradient"),
        Text::new(
            "On noisy data both classifiers name the class equally well, but where noise is high the gradient of the one trained on clean data is many times too large.",
            "Trên dữ liệu nhiễu hai bộ phân loại đoán lớp tốt như nhau, nhưng khi nhiễu lớn, gradient của bộ học trên dữ liệu sạch lớn quá nhiều lần.",
        ),
    );
    let levels = ladder(s);
    let (mut accuracy, mut ratio) = (vec![], vec![]);
    for (k, judge) in [noisy, clean].into_iter().enumerate() {
        let of = |measure: &dyn Fn(NoiseLevel) -> (f64, f64)| {
            let values: Vec<(f64, f64)> = levels.iter().map(|l| measure(*l)).collect();
            let at = Array2::from_shape_fn((levels.len(), 2), |(i, j)| {
                if j == 0 { levels[i].ratio() } else { values[i].0 }
            });
            Line { judge: k, at, se: values.iter().map(|v| v.1).collect() }
        };
        accuracy.push(of(&|level| accuracy_at(s, judge, n, level)));
        ratio.push(of(&|level| gradient_ratio(s, judge, n, level)));
    }
    for (what, lines) in [("accuracy", &accuracy), ("gradient ratio", &ratio)] {
        for line in lines {
            let name = if line.judge == 0 { "noisy" } else { "clean" };
            for ((row, se), _) in line.at.rows().into_iter().zip(&line.se).zip(0..) {
                f.numbers.push((format!("{what}, {name}, σ/α = {:.2}", row[0]), row[1]));
                f.numbers.push((format!("se of {what}, {name}, σ/α = {:.2}", row[0]), *se));
            }
        }
    }
    let x = || {
        Axis::log(
            words::NOISE_LEVEL.then(" σ/α"),
            (0.9 * levels[0].ratio(), 1.1 * levels[levels.len() - 1].ratio()),
        )
    };
    let judges = [noisy, clean];
    let (low, high) = log_range(&ratio);
    let x_low = 1.15 * levels[0].ratio();
    f.panels = vec![
        Panel {
            title: Text::new("accuracy", "độ chính xác"),
            x: x(),
            y: Axis::new("", (0.0, 1.05)),
            layers: curves(&judges, accuracy, [[x_low, 0.26], [x_low, 0.17]]),
            ..Panel::default()
        },
        Panel {
            title: Text::new(
                "‖∇log p(y ∣ x_t)‖, relative to the exact one",
                "‖∇log p(y ∣ x_t)‖, so với chính xác",
            ),
            x: x(),
            y: Axis::log("", (low, high)),
            layers: curves(
                &judges,
                ratio,
                [
                    [levels[5].ratio(), low * (high / low).powf(0.08)],
                    [x_low, high * (low / high).powf(0.08)],
                ],
            ),
            ..Panel::default()
        },
    ];
    f.notes = vec![
        (
            format!("means over {} draws of p_t; bars: ± one standard error", count(n)),
            format!("trung bình trên {} mẫu của p_t; vạch: ± một sai số chuẩn", count(n)),
        )
            .into(),
    ];
    f
}

/// The range of a log axis around curves, standard errors included.
fn log_range(lines: &[Line]) -> (f64, f64) {
    let all =
        lines.iter().flat_map(|l| l.at.column(1).to_vec()).filter(|v| v.is_finite() && *v > 0.0);
    let (lo, hi) = all.fold((f64::INFINITY, 0.0f64), |(a, b), v| (a.min(v), b.max(v)));
    if lo < hi { (0.5 * lo, 1.6 * hi) } else { (0.1, 10.0) }
}

/// Curves of both classifiers with their words at these places: the noisy one blue and solid, the clean one dark and dashed.
fn curves(judges: &[&Judge; 2], lines: Vec<Line>, places: [[f64; 2]; 2]) -> Vec<Layer> {
    let layer = |line: Line| {
        let noisy = line.judge == 0;
        let (role, marker, sign) = match noisy {
            true => (Role::Likelihood, Marker::Dot, "● "),
            false => (Role::Neutral, Marker::Ring, "○ "),
        };
        let look = Curve {
            at: line.at,
            se: line.se,
            dashed: Some(!noisy),
            width: Some(4.0),
            marker: Some(marker),
        };
        let name = if noisy { "noisy" } else { "clean" };
        let words = judges[line.judge].title.map(|w| format!("{sign}{w}"));
        Layer::new(name, "one classifier", role, look).label_at(words, places[line.judge])
    };
    lines.into_iter().map(layer).collect()
}

/// How often the likeliest class is the true one, over draws of p_t.
fn accuracy_at(s: &Setting, judge: &Judge, n: usize, level: NoiseLevel) -> (f64, f64) {
    let (x, y) = draws(s, n, level);
    let right = likeliest(&judge.classes, x.view(), level);
    Interval::of_hits(right.iter().zip(&y).map(|(a, b)| a == b)).pair()
}

/// √(E|g|²/E|g*|²), g* being the exact gradient, over draws of p_t, and its standard error by the delta method.
fn gradient_ratio(s: &Setting, judge: &Judge, n: usize, level: NoiseLevel) -> (f64, f64) {
    let (x, _) = draws(s, n, level);
    let squares = |l: &dyn Likelihood| -> Vec<f64> {
        l.grad_log_likelihood(x.view(), level).rows().into_iter().map(|g| g.dot(&g)).collect()
    };
    let own = squares(&judge.classes[s.class]);
    root_ratio(&own, &squares(&s.exact().posterior(s.class)))
}

fn spread_over_steps(
    s: &Setting,
    score: &dyn ScoreFn,
    noisy: &Judge,
    clean: &Judge,
    n: usize,
) -> Result<Figure> {
    let mut f = figure(
        "13d_spread_over_steps",
        Text::new(
            "What the clean classifier does to samples",
            "Bộ phân loại trên dữ liệu sạch làm gì với mẫu",
        ),
        Text::new(
            "Guided by a classifier trained on clean data the samples crowd together, and more solver steps do not bring the diversity back.",
            "Khi điều hướng bằng bộ phân loại học trên dữ liệu sạch, mẫu co cụm lại; thêm bước giải không trả lại sự đa dạng.",
        ),
    );
    let mut lines = vec![];
    for (k, judge) in [noisy, clean].into_iter().enumerate() {
        let (mut at, mut se) = (Array2::zeros((STEPS.len(), 2)), vec![]);
        for (i, steps) in STEPS.into_iter().enumerate() {
            let grid = Grid::to_data(&s.process, Spacing::KARRAS, steps)?;
            let x = Setting { grid: &grid, ..*s }
                .sample(&guided(score, &judge.classes[s.class], Gamma::new(1.0)?), n);
            let (sd, error) = finite_spread(x.view());
            (at[[i, 0]], at[[i, 1]]) = (steps as f64, sd);
            se.push(error);
            let name = if k == 0 { "noisy" } else { "clean" };
            f.numbers.push((format!("sd, {name}, {steps} steps"), sd));
            f.numbers.push((format!("se of sd, {name}, {steps} steps"), error));
        }
        lines.push(Line { judge: k, at, se });
    }
    let truth =
        spread(s.exact().given(s.class).sample(n.max(4000), s.seed, Purpose::Reference).x.view());
    f.numbers.push(("sd of the data of this class".into(), truth));
    let ticks = STEPS.map(|k| (k as f64, k.to_string().into()));
    let mut range = log_range(&lines);
    range = (range.0.min(0.5 * truth), range.1.max(2.0 * truth));
    let line = (range.1 / range.0).powf(0.05); // the height of a line of words
    // the noisy curve and the data's line are neighbours: the upper one has its words above, the lower one below; if the
    // clean curve runs there too, both stand above
    let height = |curve: &Line| curve.at[[3, 1]];
    let lowest = lines[1].at.slice(s![3.., 1]).fold(f64::INFINITY, |a, b| a.min(*b));
    let top = height(&lines[0]).max(truth);
    let crowded = lowest < top && lowest > top / line.powi(4);
    let [noisy_at, truth_at] = match height(&lines[0]) >= truth {
        _ if crowded => [top * line.powi(2), top * line],
        true => [height(&lines[0]) * line, truth / line],
        false => [height(&lines[0]) / line, truth * line],
    };
    let places = [[150.0, noisy_at], [150.0, lowest / line]];
    let mut layers = curves(&[noisy, clean], lines, places);
    let rule = crate::plot::Rules { x: vec![], y: vec![truth] };
    let words_at = Text::new("the data of this class", "dữ liệu của lớp này");
    layers.push(
        Layer::new("data", "the class's own standard deviation", Role::Neutral, rule)
            .label_at(words_at, [150.0, truth_at]),
    );
    f.panels = vec![Panel {
        x: Axis::log(Text::new("solver steps", "số bước giải"), (17.0, 760.0)).with_ticks(ticks),
        y: Axis::log(
            Text::new("standard deviation of the samples", "độ lệch chuẩn của mẫu"),
            range,
        ),
        layers,
        ..Panel::default()
    }];
    f.notes = vec![Text::from((
        format!(
            "γ = 1, {} samples at each point; bars: ± one standard error",
            super::frame::count(n)
        ),
        format!("γ = 1, {} mẫu tại mỗi điểm; vạch: ± một sai số chuẩn", super::frame::count(n)),
    ))];
    Ok(f)
}

/// [`spread_with_se`] of the finite rows; NaN if there are fewer than two.
fn finite_spread(x: ArrayView2<f64>) -> (f64, f64) {
    let rows: Vec<usize> =
        (0..x.nrows()).filter(|i| x.row(*i).iter().all(|v| v.is_finite())).collect();
    if rows.len() < 2 {
        return (f64::NAN, f64::NAN);
    }
    let x = x.select(Dim(0), &rows);
    spread_with_se(x.view())
}
