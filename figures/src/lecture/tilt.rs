//! F12: samples of several ways to steer beside the tilt that guidance is said to sample.

use super::frame::{CLEAN, Frame, count, dots};
use super::way::Way;
use super::{Setting, at_least, figure};
use crate::plot::{Axis, Curve, Figure, Layer, Marker, Panel, Points, Role, Text};
use ndarray::{Array1, Array2, ArrayView2, Axis as Dim};
use scorelab::guidance::Gamma;
use scorelab::metrics::{mean_with_se, root_ratio};
use scorelab::mixture::{Empirical, Mixture, Tilt};
use scorelab::noise::NoiseLevel;
use scorelab::number::{plus_minus, significant};
use scorelab::{Error, Result};
use std::collections::BTreeMap;

/// Samples of a way that make its density; all of them make its mean.
const SHOWN: usize = 1500;
/// Height over width of a map: four of them fill a slide.
const UPRIGHT: f64 = 1.5;
/// Places of a marginal.
const PLACES: usize = 161;

/// F12: the densities of several ways to steer at one γ beside the tilt p(x)^(1 − γ)·p(x | y)^γ, and their marginals.
///
/// Two figures: `12a` a panel for each way, at most three, and the tilt by quadrature; `12b` the marginals along the
/// direction μ_y − μ̄ from the mean of the data to that of the class, the tilt dashed, p(x | y) thin. Densities of samples
/// are smoothed by a Gaussian with a fifth of the class's standard deviation, and in `12b` so is everything else. The
/// numbers are mean and standard deviation along that direction, of all samples `found` (n, 2).
///
/// # Errors
/// If the scene is not two-dimensional, there are no ways or more than three, one has fewer than two samples or one
/// that is not finite, or the tilt cannot be normalised.
pub fn densities_and_tilt(
    s: &Setting,
    gamma: Gamma,
    ways: &[Way<Array2<f64>>],
) -> Result<Vec<Figure>> {
    s.checked()?;
    if !(1..=3).contains(&ways.len()) {
        return Err(Error::value("the number of ways to steer", ways.len(), "1 to 3"));
    }
    for way in ways {
        at_least("samples", way.found.nrows(), 2)?;
    }
    let tilt = Tilt::guided(s.exact(), s.class, gamma.value())?;
    let line = Line::new(s);
    let kernels: Vec<Empirical> =
        ways.iter().map(|way| smoothed(way.found.view())).collect::<Result<_>>()?;
    let places: Vec<Array1<f64>> = ways.iter().map(|way| line.of(way.found.view())).collect();
    let mean = line.way.dot(&(tilt.mean() - &line.origin));
    let sd = line.way.dot(&tilt.covariance().dot(&line.way)).sqrt();
    let mut figures =
        [maps(s, gamma, ways, &kernels, &line), marginals(gamma, ways, &tilt, &line, &places)];
    for (k, way) in ways.iter().enumerate() {
        let [mean, sd] = moments(&places[k]);
        let name = &way.title;
        figures[0].panels[k].x.label = plus_minus(mean).into();
        figures[1].panels[0].layers[k].label =
            Some(name.map(|w| format!("{w}: {}, sd {}", plus_minus(mean), plus_minus(sd))));
        for f in &mut figures {
            for (what, value) in [("mean", mean), ("sd", sd)] {
                f.numbers.push((format!("{what}, {}", name.en), value.0));
                f.numbers.push((format!("se of {what}, {}", name.en), value.1));
            }
        }
    }
    figures[0].panels[ways.len()].x.label = significant(mean, 3).into();
    figures[1].panels[0].layers[ways.len()].label =
        Some(TILT.map(|w| format!("{w}: {}, sd {}", significant(mean, 3), significant(sd, 3))));
    for f in &mut figures {
        f.numbers.extend([("mean, tilt".into(), mean), ("sd, tilt".into(), sd)]);
    }
    Ok(figures.into())
}

const TILT: Text = Text::new("the tilt", "phân phối nghiêng");

/// The line from the mean of the data to that of the class, and the class's marginal on it.
struct Line {
    origin: Array1<f64>,
    way: Array1<f64>,
    modes: Vec<[f64; 3]>, // weight, mean and variance of each component
    blur: f64,
}

impl Line {
    fn new(s: &Setting) -> Self {
        let (origin, own) = (s.exact().mean(), s.exact().given(s.class));
        let off = own.mean() - &origin;
        let length = off.dot(&off).sqrt();
        let way = if length > 0.0 { off / length } else { Array1::from(vec![1.0, 0.0]) };
        let place = |k: usize| way.dot(&(&own.means().row(k) - &origin));
        let mode = |k: usize| [own.weights()[k], place(k), way.dot(&own.covs()[k].dot(&way))];
        let modes: Vec<[f64; 3]> = (0..own.weights().len()).map(mode).collect();
        let blur = 0.2 * variance(&modes).sqrt();
        Line { origin, way, modes, blur }
    }

    /// The places of points (n, 2) along the line (n).
    fn of(&self, x: ArrayView2<f64>) -> Array1<f64> {
        (&x - &self.origin).dot(&self.way)
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

/// The first samples of a way as a density.
fn smoothed(x: ArrayView2<f64>) -> Result<Empirical> {
    Empirical::new(x.slice(ndarray::s![..x.nrows().min(SHOWN), ..]).to_owned())
}

fn maps(
    s: &Setting,
    gamma: Gamma,
    ways: &[Way<Array2<f64>>],
    kernels: &[Empirical],
    line: &Line,
) -> Figure {
    let given = s.exact().given(s.class);
    let tilt = |x: ArrayView2<f64>| {
        let (p, c) = (s.exact().log_density(x, CLEAN), given.log_density(x, CLEAN));
        p * (1.0 - gamma.value()) + c * gamma.value()
    };
    let frame = around(ways, &given);
    let mut f = figure(
        "12a_densities_and_tilt",
        Text::new(
            "Two ways to steer, and the tilt: γ = ",
            "Hai cách điều hướng và phân phối nghiêng: γ = ",
        )
        .then(gamma.value().to_string()),
        Text::new(
            "With a classifier or without one the samples are nearly the same; neither are those of the tilt.",
            "Có hay không có bộ phân loại thì mẫu gần như nhau; cả hai đều không phải mẫu của phân phối nghiêng.",
        ),
    );
    f.layout = Some((1, ways.len() + 1));
    let panel = |title: Text, map| {
        let mut panel = frame.panel(title);
        let centre = given.mean().insert_axis(Dim(0));
        let cross = Points { size: 15.0, marker: Some(Marker::Cross), ..Points::default() };
        panel.layers = vec![
            Layer::new("density", "darker where larger", Role::Muted, map),
            dots("class", "the mean of the class", Role::Neutral, centre, cross),
        ];
        panel
    };
    for (way, kernel) in ways.iter().zip(kernels) {
        let map = frame.density(|x| kernel.log_density(x, NoiseLevel::ve(line.blur)));
        f.panels.push(panel(way.title.clone(), map));
    }
    f.panels.push(panel(TILT, frame.density(tilt)));
    f.formula = vec![(
        Role::Neutral,
        Text::new(
            "log of the tilt = (1 − γ)·log p(x) + γ·log p(x ∣ y) + const",
            "log phân phối nghiêng = (1 − γ)·log p(x) + γ·log p(x ∣ y) + hằng số",
        ),
    )];
    f.notes = vec![Text::from((
        format!(
            "below: the mean along the line from the data's mean to the class's (×: {:.2}); {} samples each",
            line.mean(),
            count(ways[0].found.nrows())
        ),
        format!(
            "bên dưới: trung bình dọc đường từ tâm dữ liệu đến tâm lớp (×: {:.2}); mỗi cách {} mẫu",
            line.mean(),
            count(ways[0].found.nrows())
        ),
    ))];
    f
}

/// The upright rectangle that holds the class and all but a few of the samples.
fn around(ways: &[Way<Array2<f64>>], given: &Mixture) -> Frame {
    let side = |i: usize| {
        let reach = |k: usize| (given.means()[[k, i]], 2.5 * given.covs()[k][[i, i]].sqrt());
        let class = (0..given.weights().len()).map(reach).flat_map(|(m, r)| [m - r, m + r]);
        let samples = ways.iter().flat_map(|way| {
            let mut values = way.found.column(i).to_vec();
            values.sort_by(f64::total_cmp);
            let cut = values.len() / 100;
            [values[cut], values[values.len() - 1 - cut]]
        });
        let ends = |(a, b): (f64, f64), v: f64| (a.min(v), b.max(v));
        let (lo, hi) = class.chain(samples).fold((f64::INFINITY, f64::NEG_INFINITY), ends);
        (0.5 * (lo + hi), 0.5 * (hi - lo))
    };
    let ((cx, rx), (cy, ry)) = (side(0), side(1));
    let r = 1.25 * rx.max(ry / UPRIGHT);
    Frame { x: (cx - r, cx + r), y: (cy - UPRIGHT * r, cy + UPRIGHT * r) }
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
        let t = line.way[0] * (x[i] - line.origin[0]) + line.way[1] * (y[j] - line.origin[1]);
        *bins.entry((t / width).round() as i64).or_insert(0.0) += q / total;
    }
    bins.into_iter().map(|(bin, p)| (bin as f64 * width, p)).collect()
}

fn marginals(
    gamma: Gamma,
    ways: &[Way<Array2<f64>>],
    tilt: &Tilt,
    line: &Line,
    places: &[Array1<f64>],
) -> Figure {
    let square = line.blur * line.blur;
    let own = |t: f64| line.modes.iter().map(|[w, m, v]| w * normal(t, *m, v + square)).sum();
    let ends = |(a, b): (f64, f64), v: &f64| (a.min(*v), b.max(*v));
    let wide = line.modes.iter().flat_map(|[_, m, v]| [m - 3.2 * v.sqrt(), m + 3.2 * v.sqrt()]);
    let all: Vec<f64> = places.iter().flatten().copied().chain(wide).collect();
    let (lo, hi) = all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), ends);
    let at = |density: &dyn Fn(f64) -> f64| {
        let t = |i: usize| lo + (hi - lo) * i as f64 / (PLACES - 1) as f64;
        Array2::from_shape_fn((PLACES, 2), |(i, j)| if j == 0 { t(i) } else { density(t(i)) })
    };
    let sampled = |found: &Array1<f64>, t: f64| {
        found.iter().map(|m| normal(t, *m, square)).sum::<f64>() / found.len() as f64
    };
    let bins = binned(tilt, line);
    let tilted = |t: f64| bins.iter().map(|(m, p)| p * normal(t, *m, square)).sum::<f64>();
    let mut curves: Vec<(String, Role, Array2<f64>, bool)> = (0..ways.len())
        .map(|k| {
            (ways[k].title.en.to_string(), ways[k].role, at(&|t| sampled(&places[k], t)), false)
        })
        .collect();
    curves.push(("tilt".into(), Role::Neutral, at(&tilted), true));
    curves.push(("class".into(), Role::Muted, at(&own), false));
    let top = curves.iter().flat_map(|c| c.2.column(1).to_vec()).fold(0.0, f64::max);
    let layer = |(k, (name, role, at, dashed)): (usize, (String, Role, Array2<f64>, bool))| {
        let width = Some(match k {
            0 => 9.0, // under the others
            _ if role == Role::Muted => 3.0,
            _ => 4.5,
        });
        let look = Curve { at, dashed: Some(dashed), width, ..Curve::default() };
        let words = format!("p(x ∣ y): {:.2}, sd {:.2}", line.mean(), variance(&line.modes).sqrt());
        let place = [lo + 0.015 * (hi - lo), (1.12 - 0.085 * k as f64) * top];
        Layer::new(&name, "a density along the line", role, look).label_at(words, place)
    };
    let mut f = figure(
        "12b_marginals_and_tilt",
        Text::new(
            "Guidance does not sample the tilt: γ = ",
            "Điều hướng không lấy mẫu từ phân phối nghiêng: γ = ",
        )
        .then(gamma.value().to_string()),
        Text::new(
            "Along the line from the data's mean to the class's, guided samples are narrower than the tilt and further out.",
            "Dọc đường từ tâm dữ liệu đến tâm lớp, mẫu đã điều hướng hẹp hơn phân phối nghiêng và lệch ra xa hơn.",
        ),
    );
    f.panels = vec![Panel {
        x: Axis::new(
            Text::new("from the data's mean towards the class's", "từ tâm dữ liệu về phía tâm lớp"),
            (lo, hi),
        ),
        y: Axis::new(Text::new("density", "mật độ"), (0.0, 1.18 * top)),
        layers: curves.into_iter().enumerate().map(layer).collect(),
        ..Panel::default()
    }];
    f.notes = vec![Text::from((
        format!(
            "{} samples each; all curves smoothed by a Gaussian of sd {:.2}; numbers: mean, standard deviation",
            count(places[0].len()),
            line.blur
        ),
        format!(
            "mỗi cách {} mẫu; mọi đường được làm trơn bằng Gauss sd {:.2}; số: trung bình, độ lệch chuẩn",
            count(places[0].len()),
            line.blur
        ),
    ))];
    f
}
