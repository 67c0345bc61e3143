//! F23: samples of one class on fine structure, without guidance and with two kinds of it.

use super::frame::{CLEAN, Frame, count, dots};
use super::{Setting, figure};
use crate::plot::{Axis, Figure, Labels, Layer, Panel, Points, Role, Side, Text};
use ndarray::{Array2, ArrayView2, Axis as Dim};
use scorelab::metrics::{Interval, Support, energy_rows, energy_with_se};
use scorelab::number::{percent, plus_minus};
use scorelab::{Error, Result};

/// Samples of one class with a name and what is measured of them.
#[derive(Clone, Debug)]
pub struct Cloud {
    /// What it is called on the slide.
    pub title: Text,
    /// The samples (n, 2).
    pub x: Array2<f64>,
    /// The share off the support.
    pub missed: Interval,
    /// The energy distance of the first 2,000 to as many exact samples.
    pub energy: (f64, f64),
}

impl Cloud {
    /// Measures the samples `x` (n, 2) against the support of p(x | y) and exact samples `truth` (m, 2) of it.
    ///
    /// # Panics
    /// If either set has fewer than two samples.
    pub fn new(
        title: impl Into<Text>,
        x: Array2<f64>,
        support: &Support,
        truth: ArrayView2<f64>,
    ) -> Self {
        let missed = support.missed(x.view());
        let energy = energy_with_se(energy_rows(x.view()), energy_rows(truth));
        Cloud { title: title.into(), x, missed, energy }
    }
}

/// Samples drawn in a panel; all of them are counted.
const SHOWN: usize = 1500;
/// Lines under a cloud.
const LINES: f64 = 2.0;

/// F23: up to four clouds of one class; samples off its support are crossed.
///
/// Under each cloud stand the share off `support` and the energy distance. Exact samples miss the support in the share
/// that it leaves out.
///
/// # Errors
/// If the scene is not two-dimensional, or there are no clouds or more than four.
pub fn autoguidance(s: &Setting, clouds: &[Cloud], support: &Support) -> Result<Figure> {
    s.checked()?;
    if !(1..=4).contains(&clouds.len()) {
        return Err(Error::value(
            "the number of clouds",
            clouds.len(),
            "1 to 4, one for each panel",
        ));
    }
    let mut f = figure(
        "23_autoguidance",
        Text::new(
            "Guided by a worse version of itself",
            "Điều hướng bằng một phiên bản kém hơn của chính nó",
        ),
        Text::new(
            "A network's stray samples are fewer when it is pushed away from a worse network of the same condition; pushed away from the unconditional score it leaves whole branches empty.",
            "Mạng cho ít mẫu lạc hơn khi được đẩy ra xa một mạng kém hơn của cùng điều kiện; đẩy ra xa score không điều kiện thì cả những cành bị bỏ trống.",
        ),
    );
    f.layout = Some((1, clouds.len()));
    for cloud in clouds {
        f.panels.push(one(s, cloud, support));
        for (what, (value, se)) in
            [("off the support", cloud.missed.pair()), ("energy distance", cloud.energy)]
        {
            f.numbers.push((format!("{}: {what}", cloud.title.en), value));
            f.numbers.push((format!("{}: se of {what}", cloud.title.en), se));
        }
    }
    f.formula = vec![
        (Role::Guided, "s_γ".into()),
        (Role::Neutral, "  =  ".into()),
        (Role::Unconditional, "s_w".into()),
        (Role::Neutral, "  +  γ·(".into()),
        (Role::Guided, "s_y".into()),
        (Role::Neutral, "  −  ".into()),
        (Role::Unconditional, "s_w".into()),
        (Role::Neutral, ")".into()),
        (
            Role::Muted,
            Text::new(",   s_w: the worse network, or ∅", ",   s_w: mạng kém hơn, hoặc ∅"),
        ),
    ];
    let n = clouds.iter().map(|c| c.x.nrows()).max().unwrap_or(0);
    f.notes = vec![Text::from((
        format!(
            "×: where p(x ∣ y) is lower than at 99 % of the data;  E: energy distance;  {} samples each",
            count(n)
        ),
        format!(
            "×: nơi p(x ∣ y) thấp hơn ở 99 % dữ liệu;  E: khoảng cách năng lượng;  mỗi ô {} mẫu",
            count(n)
        ),
    ))];
    Ok(f)
}

/// The rectangle of the wanted class: its modes to three standard deviations and a margin.
fn close(s: &Setting) -> Frame {
    let given = s.exact().given(s.class);
    let side = |i: usize| {
        let reach = |k: usize, sign: f64| {
            given.means()[[k, i]] + sign * 3.0 * given.covs()[k][[i, i]].sqrt()
        };
        let all = 0..given.weights().len();
        let low = all.clone().map(|k| reach(k, -1.0)).fold(f64::INFINITY, f64::min);
        let high = all.map(|k| reach(k, 1.0)).fold(f64::NEG_INFINITY, f64::max);
        let margin = 0.07 * (high - low);
        (low - margin, high + margin)
    };
    Frame { x: side(0), y: side(1) }
}

fn one(s: &Setting, cloud: &Cloud, support: &Support) -> Panel {
    let frame = close(s);
    let line = 0.1 * frame.width();
    let mut panel = frame.panel(cloud.title.clone());
    panel.y = Axis::hidden((frame.y.0 - (LINES + 0.4) * line, frame.y.1));
    let shown = cloud.x.nrows().min(SHOWN);
    let inside = |i: usize| {
        (frame.x.0..=frame.x.1).contains(&cloud.x[[i, 0]])
            && (frame.y.0..=frame.y.1).contains(&cloud.x[[i, 1]])
    };
    let holds = support.holds(cloud.x.view());
    let rows = |held: bool| -> Array2<f64> {
        let rows: Vec<usize> = (0..shown).filter(|i| holds[*i] == held && inside(*i)).collect();
        cloud.x.select(Dim(0), &rows)
    };
    let (on, off) =
        (Points { size: 4.0, ..Points::default() }, Points { size: 5.0, ..Points::default() });
    panel.layers = vec![
        frame.density_layer(&s.exact().given(s.class), CLEAN),
        dots("off", "samples off the support", Role::Hybrid, rows(false), off),
        dots("on", "samples on the support", Role::Target, rows(true), on),
    ];
    let (left, right) = (frame.x.0 + 0.01 * frame.width(), frame.x.1 - 0.01 * frame.width());
    let (missed, energy) = (cloud.missed, cloud.energy);
    let words = [
        (Text::new("× off", "× lạc"), percent(missed.value, missed.low, missed.high) + " %"),
        (Text::from("E"), plus_minus(energy)),
    ];
    for (k, (word, value)) in words.into_iter().enumerate() {
        let y = frame.y.0 - (k as f64 + 0.7) * line;
        let name = Labels { at: vec![([left, y], word)], side: Side::Right };
        let number = Labels { at: vec![([right, y], value.into())], side: Side::Left };
        panel.layers.push(Layer::new("word", "what is measured", Role::Neutral, name));
        panel.layers.push(Layer::new(
            "number",
            "its value ± one standard error",
            Role::Neutral,
            number,
        ));
    }
    panel
}
