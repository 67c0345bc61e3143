//! F12: samples of several methods beside the tilt that guidance is said to sample.

use super::implicit::IMPLICIT;
use super::prelude::*;
use ndarray::{Array1, ArrayView2};
use scorelab::metrics::{mean_with_se, root_ratio};
use scorelab::mixture::{Empirical, Mixture, Tilt};
use scorelab::number::{plus_minus, significant};
use std::collections::BTreeMap;

pub const SPEC: Spec = Spec {
    name: "tilt",
    stem: "12a_densities_and_tilt",
    part: FREE,
    latex: IMPLICIT,
    title: Text::new("Guided samples, and the tilt", "Mẫu đã điều hướng và phân phối nghiêng"),
    caption: Text::new(
        "With a classifier or without one, the samples are nearly the same; neither are those of the tilt.",
        "Có hay không có bộ phân loại thì mẫu gần như nhau; cả hai đều không phải mẫu của phân phối nghiêng.",
    ),
    needs: &[Need::Plane, Need::Class, Need::OneScore, Need::LastGamma],
    uses: &[Use::Walk, Use::Method, Use::Samples],
    draw,
};

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let (s, gamma) = (i.setting(), i.last_gamma());
    let ends = |_, score: &dyn ScoreFn| s.sample(score, i.samples);
    let all = i.beside_exact(&[gamma], ends).into_iter();
    let samples: Vec<_> = all.map(|m| m.with(m.found[0].clone())).collect();
    densities_and_tilt(s, gamma, &samples)
}

/// Samples of a method that make its density; all of them make its mean.
const SHOWN: usize = 1500;
/// Height over width of a map: four of them fill a slide.
const UPRIGHT: f64 = 1.5;
/// Places of a marginal.
const PLACES: usize = 161;

/// F12: the densities of several methods at one γ beside the tilt p(x)^(1 − γ)·p(x | y)^γ, and their marginals.
///
/// Two figures: `12a` a panel for each method, at most three, and the tilt by quadrature; `12b` the marginals along the
/// direction μ_y − μ̄ from the mean of the data to that of the class, the tilt dashed, p(x | y) thin. Densities of samples
/// are smoothed by a Gaussian with a fifth of the class's standard deviation, and in `12b` so is everything else. The
/// numbers are mean and standard deviation along that direction, of all samples `found` (n, 2).
///
/// # Errors
/// If the scene is not two-dimensional, there are no methods or more than three, one has fewer than two samples or one
/// that is not finite, or the tilt cannot be normalised.
pub fn densities_and_tilt(
    s: &Setting,
    gamma: Gamma,
    methods: &[Series<Array2<f64>>],
) -> Result<Vec<Figure>> {
    s.in_plane()?;
    Series::at_most(methods, 3)?;
    for method in methods {
        at_least("samples", method.found.nrows(), 2)?;
    }
    let tilt = Tilt::guided(s.exact(), s.class, gamma.value())?;
    let line = Line::new(s);
    let places: Vec<Array1<f64>> = methods.iter().map(|m| line.of(m.found.view())).collect();
    let mean = line.direction.dot(&(tilt.mean() - &line.origin));
    let sd = line.direction.dot(&tilt.covariance().dot(&line.direction)).sqrt();
    let mut figures =
        [maps(s, gamma, methods, &line)?, marginals(gamma, methods, &tilt, &line, &places)];
    for (k, method) in methods.iter().enumerate() {
        let [mean, sd] = moments(&places[k]);
        figures[0].panels[k].x.label = plus_minus(mean).into();
        figures[1].panels[0].layers[k].label =
            Some(method.title.map(|w| format!("{w}: {}, {}", plus_minus(mean), plus_minus(sd))));
        for f in &mut figures {
            f.measured("", &format!("mean, {}", method.title.en), mean);
            f.measured("", &format!("sd, {}", method.title.en), sd);
        }
    }
    let [told, wide] = [mean, sd].map(|v| significant(v, 3));
    figures[0].panels[methods.len()].x.label = told.clone().into();
    figures[1].panels[0].layers[methods.len()].label = Some(TILT.then(format!(": {told}, {wide}")));
    for f in &mut figures {
        f.number("mean, tilt", mean);
        f.number("sd, tilt", sd);
    }
    Ok(figures.into())
}

const TILT: Text = Text::new("the tilt", "phân phối nghiêng");

/// The line from the mean of the data to that of the class, and the class's marginal on it.
struct Line {
    origin: Array1<f64>,
    direction: Array1<f64>,
    modes: Vec<[f64; 3]>, // weight, mean and variance of each component
    blur: f64,
}

impl Line {
    fn new(s: &Setting) -> Self {
        let (origin, own) = (s.exact().mean(), s.exact().given(s.class));
        let off = own.mean() - &origin;
        let length = off.dot(&off).sqrt();
        let direction = if length > 0.0 { off / length } else { Array1::from(vec![1.0, 0.0]) };
        let mode = |k: usize| {
            let place = direction.dot(&(&own.means().row(k) - &origin));
            [own.weights()[k], place, direction.dot(&own.covs()[k].dot(&direction))]
        };
        let modes: Vec<[f64; 3]> = (0..own.weights().len()).map(mode).collect();
        let blur = 0.2 * variance(&modes).sqrt();
        Line { origin, direction, modes, blur }
    }

    /// The places of points (n, 2) along the line (n).
    fn of(&self, x: ArrayView2<f64>) -> Array1<f64> {
        (&x - &self.origin).dot(&self.direction)
    }

    /// The mean of the class on the line: how far it is from the mean of the data.
    fn mean(&self) -> f64 {
        self.modes.iter().map(|[w, m, _]| w * m).sum()
    }
}

/// The variance of a mixture of (weight, mean, variance).
fn variance(modes: &[[f64; 3]]) -> f64 {
    let mean: f64 = modes.iter().map(|[w, m, _]| w * m).sum();
    modes.iter().map(|[w, m, v]| w * (v + (m - mean).powi(2))).sum()
}

/// Mean and standard deviation, each with its standard error.
fn moments(t: &Array1<f64>) -> [(f64, f64); 2] {
    let mean = mean_with_se(&t.to_vec());
    let squares = t.mapv(|v| (v - mean.0).powi(2)).to_vec();
    [mean, root_ratio(&squares, &vec![1.0; squares.len()])]
}

fn maps(s: &Setting, gamma: Gamma, methods: &[Series<Array2<f64>>], line: &Line) -> Result<Figure> {
    let (given, blurred) = (s.exact().given(s.class), NoiseLevel::ve(line.blur));
    let tilt = |x: ArrayView2<f64>| {
        let (p, c) = (s.exact().log_density(x, CLEAN), given.log_density(x, CLEAN));
        p * (1.0 - gamma.value()) + c * gamma.value()
    };
    let window = upright(methods, &given);
    let panel = |title: Text, map: Density| {
        let mut panel = window.panel(title);
        let centre = given.mean().insert_axis(Dim(0));
        let cross = Points { size: 15.0, marker: Some(Marker::Cross), ..Points::default() };
        panel.layers = vec![
            Layer::new(
                "density",
                "darker where larger",
                Role::Muted,
                Density { strong: true, ..map },
            ),
            dots("class", "the mean of the class", Role::Neutral, centre, cross),
        ];
        panel
    };
    let mut f = SPEC.figure_of(format!(": γ = {}", gamma.value()));
    f.layout = Some((1, methods.len() + 1));
    for method in methods {
        let x = method.found.slice(slice![..method.found.nrows().min(SHOWN), ..]);
        let kernel = Empirical::new(x.to_owned())?;
        let map = window.density(|x| kernel.log_density(x, blurred));
        f.panels.push(panel(method.title.clone(), map));
    }
    f.panels.push(panel(TILT, window.density(tilt)));
    let formula = Text::new(
        "log of the tilt = (1 − γ)·log p(x) + γ·log p(x ∣ y) + const",
        "log phân phối nghiêng = (1 − γ)·log p(x) + γ·log p(x ∣ y) + hằng số",
    );
    f.formula = vec![(Role::Neutral, formula)];
    f.notes = vec![means_along(line, methods[0].found.nrows())];
    Ok(f)
}

fn means_along(line: &Line, n: usize) -> Text {
    let (n, mean) = (count(n), decimals(line.mean()));
    Text::from((
        format!(
            "below: the mean along the line from the data's mean to the class's (×: {mean}); {n} samples each"
        ),
        format!(
            "bên dưới: trung bình dọc đường từ tâm dữ liệu đến tâm lớp (×: {mean}); mỗi cách {n} mẫu"
        ),
    ))
}

/// The upright rectangle that holds the class and all but a few of the samples.
fn upright(methods: &[Series<Array2<f64>>], given: &Mixture) -> Window {
    let side = |axis: usize| {
        let samples = methods.iter().flat_map(|method| {
            let mut values = method.found.column(axis).to_vec();
            values.sort_by(f64::total_cmp);
            let cut = values.len() / 100;
            [values[cut], values[values.len() - 1 - cut]]
        });
        let (low, high) = reaching(mixture_extent(given, axis, 2.5), samples);
        (0.5 * (low + high), 0.5 * (high - low))
    };
    let ((cx, rx), (cy, ry)) = (side(0), side(1));
    let r = 1.25 * rx.max(ry / UPRIGHT);
    Window { x: (cx - r, cx + r), y: (cy - UPRIGHT * r, cy + UPRIGHT * r) }
}

/// The density of N(m, v) at t.
fn normal(t: f64, m: f64, v: f64) -> f64 {
    (-0.5 * (t - m).powi(2) / v).exp() / (std::f64::consts::TAU * v).sqrt()
}

/// The tilt on the line, as (place, probability) of bins a twentieth of the blur wide.
fn binned(tilt: &Tilt, line: &Line) -> Vec<(f64, f64)> {
    let (density, width) = (tilt.density(), line.blur / 20.0);
    let (x, y) = (&tilt.axes()[0], &tilt.axes()[1]);
    let (total, mut bins) = (density.sum(), BTreeMap::new());
    for (cell, q) in density.iter().enumerate() {
        let (i, j) = (cell / y.len(), cell % y.len());
        let t = line.direction[0] * (x[i] - line.origin[0])
            + line.direction[1] * (y[j] - line.origin[1]);
        *bins.entry((t / width).round() as i64).or_insert(0.0) += q / total;
    }
    bins.into_iter().map(|(bin, p)| (bin as f64 * width, p)).collect()
}

/// The densities along the line of the samples of each method, of the tilt and of the class, all of them blurred.
fn densities_along(
    methods: &[Series<Array2<f64>>],
    tilt: &Tilt,
    line: &Line,
    places: &[Array1<f64>],
    (lo, hi): (f64, f64),
) -> Vec<Series<Array2<f64>>> {
    let square = line.blur * line.blur;
    let own = |t: f64| line.modes.iter().map(|[w, m, v]| w * normal(t, *m, v + square)).sum();
    let at = |density: &dyn Fn(f64) -> f64| {
        let t = |i: usize| lo + (hi - lo) * i as f64 / (PLACES - 1) as f64;
        Array2::from_shape_fn((PLACES, 2), |(i, j)| if j == 0 { t(i) } else { density(t(i)) })
    };
    let sampled = |found: &Array1<f64>, t: f64| {
        found.iter().map(|m| normal(t, *m, square)).sum::<f64>() / found.len() as f64
    };
    let bins = binned(tilt, line);
    let tilted = |t: f64| bins.iter().map(|(m, p)| p * normal(t, *m, square)).sum::<f64>();
    let of = |(method, x): (&Series<Array2<f64>>, _)| method.with(at(&|t| sampled(x, t)));
    let mut curves: Vec<Series<Array2<f64>>> = methods.iter().zip(places).map(of).collect();
    curves.push(Series { title: "tilt".into(), role: Role::Neutral, found: at(&tilted) });
    curves.push(Series { title: "class".into(), role: Role::Muted, found: at(&own) });
    curves
}

const MARGINALS_TITLE: Text = Text::new(
    "Guidance does not sample the tilt: γ = ",
    "Điều hướng không lấy mẫu từ phân phối nghiêng: γ = ",
);
const MARGINALS_CAPTION: Text = Text::new(
    "Along the line from the data's mean to the class's, guided samples are narrower than the tilt and further out.",
    "Dọc đường từ tâm dữ liệu đến tâm lớp, mẫu đã điều hướng hẹp hơn phân phối nghiêng và lệch ra xa hơn.",
);

/// F12, the second picture: densities along the line through the means.
fn marginals(
    gamma: Gamma,
    methods: &[Series<Array2<f64>>],
    tilt: &Tilt,
    line: &Line,
    places: &[Array1<f64>],
) -> Figure {
    let wide = line.modes.iter().flat_map(|[_, m, v]| [m - 3.2 * v.sqrt(), m + 3.2 * v.sqrt()]);
    let (lo, hi) = extent(places.iter().flatten().copied().chain(wide));
    let curves = densities_along(methods, tilt, line, places, (lo, hi));
    let top = curves.iter().map(|curve| height(&curve.found)).fold(0.0, f64::max);
    let [mean, sd] = [line.mean(), variance(&line.modes).sqrt()].map(|v| significant(v, 3));
    let layer = |(k, Series { title, role, found: at }): (usize, Series<Array2<f64>>)| {
        let width = Some(match k {
            0 => 9.0, // under the others
            _ if role == Role::Muted => 3.0,
            _ => 4.5,
        });
        let look = Curve { at, dashed: Some(k == methods.len()), width, ..Curve::default() };
        let place = [lo + 0.015 * (hi - lo), (1.12 - 0.085 * k as f64) * top];
        Layer::new(&title.en, "a density along the line", role, look)
            .label_at(format!("p(x ∣ y): {mean}, {sd}"), place)
    };
    let title = MARGINALS_TITLE.then(gamma.value().to_string());
    let mut f = slide("12b_marginals_and_tilt", title, MARGINALS_CAPTION);
    let along =
        Text::new("from the data's mean towards the class's", "từ tâm dữ liệu về phía tâm lớp");
    f.panels = vec![Panel {
        x: Axis::new(along, (lo, hi)),
        y: Axis::new(Text::new("density", "mật độ"), (0.0, 1.18 * top)),
        layers: curves.into_iter().enumerate().map(layer).collect(),
        ..Panel::default()
    }];
    f.notes = vec![smoothed(places[0].len(), line.blur)];
    f
}

/// How many samples a curve is of, and by how much it is smoothed.
fn smoothed(n: usize, blur: f64) -> Text {
    let (n, blur) = (count(n), decimals(blur));
    Text::from((
        format!(
            "{n} samples each; all curves smoothed by a Gaussian of sd {blur}; numbers: mean, standard deviation"
        ),
        format!(
            "mỗi cách {n} mẫu; mọi đường được làm trơn bằng Gauss có độ lệch chuẩn {blur}; số: trung bình, độ lệch chuẩn"
        ),
    ))
}
