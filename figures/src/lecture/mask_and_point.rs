//! F18: a mask or a point instead of a class: prior, likelihood, posterior.

use super::prelude::*;
use ndarray::{Array1, ArrayView2};
use scorelab::condition::Observation;
use scorelab::metrics::{Modes, drawn_mode_counts};
use scorelab::mixture::Measured;
use scorelab::number::plus_minus;
use scorelab::rng::Purpose;

pub const SPEC: Spec = Spec {
    name: "mask-and-point",
    stem: "18_mask_and_point",
    part: CONDITIONS,
    latex: r"p(x_0 \mid y) \propto p(x_0)\, \mathcal{N}(y;\, A x_0,\, \tau^2 I)",
    title: Text::new("y is a mask, or a point", "y là một mặt nạ, hay một điểm"),
    caption: Text::new(
        "What is observed need not be a class: known coordinates or a point nearby leave another mixture, whose score is exact at every noise level.",
        "Điều quan sát được không nhất thiết là một lớp: vài toạ độ đã biết, hay một điểm ở gần, để lại một hỗn hợp khác, với score chính xác ở mọi mức nhiễu.",
    ),
    needs: &[Need::Plane],
    uses: &[Use::Observation, Use::Walk, Use::Samples],
    draw,
};

/// Samples that are shown as dots.
const DOTS: usize = 250;
/// The noise at which the three are drawn where the observation is exact, of the data's radius: without noise it has no width.
const NOISE: f64 = 0.05;

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let (s, n) = (i.setting(), i.samples);
    if let Some(observation) = &i.observation {
        return Ok(vec![mask_and_point(s, observation, n)?]);
    }
    of_one_draw(s, n)
}

/// F18 twice: of what one draw of the scene shows, its first coordinate exactly, and all of it loosely.
///
/// # Errors
/// As [`mask_and_point`].
pub fn of_one_draw(s: &Setting, n: usize) -> Result<Vec<Figure>> {
    s.in_plane()?;
    let seen = s.exact().sample(1, s.seed, Purpose::Data).x.row(0).to_owned();
    let tau = 0.4 * s.exact().radius();
    let mask = Observation::mask(&[(0, seen[0])], seen.len(), 0.0)?;
    let both = [("18a_mask", mask), ("18b_point", Observation::point(seen, tau)?)];
    let named = |(stem, observation): (&str, Observation)| {
        let figure = mask_and_point(s, &observation, n)?;
        Ok(Figure { stem: stem.into(), ..figure })
    };
    both.into_iter().map(named).collect()
}

/// F18: p(x), p(y | x) and p(x | y) of an observation, with n samples walked along the exact posterior score; where it is exact, at a
/// little noise.
///
/// The number is the largest distance between the share of samples of a component and its weight in the posterior.
///
/// # Errors
/// If the scene is not two-dimensional, or the observation is not one of it.
pub fn mask_and_point(s: &Setting, observation: &Observation, n: usize) -> Result<Figure> {
    s.in_plane()?;
    at_least("samples", n, 1)?;
    let measured = s.exact().measured(observation)?;
    let posterior = measured.posterior();
    let known = observation.tolerance() == 0.0;
    let level = if known { NoiseLevel::ve(NOISE * s.exact().radius()) } else { CLEAN };
    let x = s.sample(posterior, n);
    let mut f = SPEC.figure_of(said(observation));
    f.panels = panels(s, &measured, level, &x).into();
    f.formula = vec![
        (Role::Unconditional, "p(x)".into()),
        (Role::Neutral, "  ·  ".into()),
        (Role::Likelihood, "p(y ∣ x)".into()),
        (Role::Neutral, "  ∝  ".into()),
        (Role::Guided, "p(x ∣ y)".into()),
    ];
    let off = share_off(s, posterior.weights(), &x);
    let (told, many) = (plus_minus(off), count(n));
    let mut note = Text::from((
        format!("{many} samples: a component's share is off its weight by {told} at most"),
        format!("{many} mẫu: tỉ lệ của một thành phần lệch trọng số nhiều nhất {told}"),
    ));
    if known {
        let at = |drawn: &str| format!(";  {drawn} σ = {}", ratio(level));
        note = note.then((at("drawn at"), at("vẽ tại")));
    }
    f.notes = vec![note];
    f.measured("", "largest share off", off);
    f.number("σ", level.sigma);
    Ok(f)
}

/// Prior, likelihood and posterior, the last with samples.
fn panels(s: &Setting, measured: &Measured, level: NoiseLevel, x: &Array2<f64>) -> [Panel; 3] {
    let (window, posterior) = (Window::of(s.exact()), measured.posterior());
    let panel = |title: Text, joiner, name: &str, log: &LogOf| {
        let map = Density { top: Some(0.75), ..window.density(log) };
        let map = Layer::new(name, "darker where larger", Role::Muted, map);
        Panel { joiner, layers: vec![map], ..window.panel(title) }
    };
    let prior = Text::new("prior", "tiên nghiệm");
    let likelihood = Text::new("likelihood", "hàm hợp lý");
    let after = Text::new("posterior, and samples", "hậu nghiệm và mẫu");
    let shown = x.slice(slice![..x.nrows().min(DOTS), ..]).to_owned();
    let small = Points { size: 5.0, ..Points::default() };
    let mut last = panel(after, None, "posterior", &|x| posterior.log_density(x, level));
    last.layers.push(dots("samples", "samples of the posterior", Role::Guided, shown, small));
    [
        panel(prior, Some("×"), "prior", &|x| s.exact().log_density(x, level)),
        panel(likelihood, Some("∝"), "likelihood", &|x| measured.log_likelihood(x, level)),
        last,
    ]
}

/// A function of points (n, 2) to logarithms (n).
type LogOf<'a> = dyn Fn(ArrayView2<f64>) -> Array1<f64> + 'a;

/// The largest distance of a component's share from its weight, with the standard error of that share.
fn share_off(s: &Setting, weights: &[f64], x: &Array2<f64>) -> (f64, f64) {
    let (counts, n) =
        (drawn_mode_counts(x.view(), &Modes::of(s.exact()), s.seed), x.nrows() as f64);
    let off =
        |(count, w): (&usize, &f64)| ((*count as f64 / n - w).abs(), (w * (1.0 - w) / n).sqrt());
    let all = counts.iter().zip(weights).map(off);
    all.fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a })
}

/// What is observed, in words: `: x₁ = 0.40`.
fn said(observation: &Observation) -> Text {
    let tau = observation.tolerance();
    let near = if tau > 0.0 { format!(" ± {}", decimals(tau)) } else { String::new() };
    let y = observation.miss(Array2::zeros((1, 2)).view());
    let known = |a: ndarray::ArrayView1<f64>, y: f64| match (a[0], a[1]) {
        (1.0, 0.0) => format!("x₁ = {}", decimals(y)),
        (0.0, 1.0) => format!("x₂ = {}", decimals(y)),
        _ => format!("{}·x₁ + {}·x₂ = {}", decimals(a[0]), decimals(a[1]), decimals(y)),
    };
    let all: Vec<String> =
        observation.map().outer_iter().zip(&y.row(0)).map(|(a, y)| known(a, *y)).collect();
    format!(": {}{near}", all.join(", ")).into()
}

/// Rows of a figure of images that are filled in.
const FILLED: usize = 6;
/// The grey of a pixel that is not known.
const UNKNOWN: u8 = 110;

/// Images of which some pixels are known, and what several ways make of the rest.
pub struct Filled<'a> {
    /// The stem of the figure's files.
    pub stem: &'a str,
    /// Height and width of an image.
    pub size: (usize, usize),
    /// The pixels that are known, line by line.
    pub known: &'a [usize],
    /// What they are called.
    pub name: Text,
    /// The images themselves and then each way's (n, height·width), with its name.
    pub columns: &'a [(Text, &'a Array2<u8>)],
}

/// F18 of images: a row for each of the first images, with what is known of it and what each way makes of the rest.
///
/// # Errors
/// If there is no image, or no column.
pub fn inpainting(filled: &Filled) -> Result<Figure> {
    at_least("columns", filled.columns.len(), 1)?;
    let whole = filled.columns[0].1;
    at_least("images", whole.nrows(), 1)?;
    let mut known = Array2::from_elem(whole.raw_dim(), UNKNOWN);
    for pixel in filled.known {
        known.column_mut(*pixel).assign(&whole.column(*pixel));
    }
    let mut columns: Vec<(Text, &Array2<u8>)> = filled.columns.to_vec();
    columns.insert(1, (Text::new("known", "đã biết"), &known));
    let (rows, n) = (FILLED.min(whole.nrows()), columns.len());
    let pixels = Array2::from_shape_fn((rows * n, whole.ncols()), |(cell, pixel)| {
        columns[cell % n].1[[cell / n, pixel]]
    });
    let above = columns.iter().map(|(name, _)| name.clone()).collect();
    let sheet = Sheet { pixels, size: filled.size, columns: n, above, ..Sheet::default() };
    let title = Text::new("What is known of an image: ", "Phần đã biết của ảnh: ");
    let mut f = slide(filled.stem, title.then(filled.name.clone()), SPEC.caption.clone());
    f.panels = vec![sheet_panel("", "a row for each image, a column for each way", sheet)];
    f.notes = vec![Text::new(
        "grey: not known; every way begins a row from the same noise",
        "xám: chưa biết; trong một hàng, mọi cách bắt đầu từ cùng một nhiễu",
    )];
    Ok(f)
}
