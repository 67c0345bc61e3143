//! F23: samples of one class on fine structure, without guidance and with two kinds of it.

use super::prelude::*;
use ndarray::ArrayView2;
use scorelab::Error;
use scorelab::metrics::{Interval, Support, energy_rows, energy_with_se};
use scorelab::number::plus_minus;
use scorelab::rng::Purpose;

pub const SPEC: Spec = Spec {
    name: "autoguidance",
    stem: "23_autoguidance",
    part: FREE,
    latex: r"s_\gamma = s_w + \gamma\,(s_y - s_w)",
    title: Text::new(
        "Guided by a worse version of itself",
        "Điều hướng bằng một phiên bản kém hơn của chính nó",
    ),
    caption: Text::new(
        "A network's stray samples are fewer when it is pushed away from a worse network of the same condition; pushed away from the unconditional score, it leaves whole branches empty.",
        "Mạng cho ít mẫu lạc hơn khi được đẩy ra xa một mạng kém hơn của cùng điều kiện; đẩy ra xa score không điều kiện thì cả những cành bị bỏ trống.",
    ),
    needs: &[Need::Plane, Need::Class, Need::Joint, Need::Guiding, Need::OneScore, Need::LastGamma],
    uses: &[Use::Walk, Use::Samples],
    draw,
};

/// The share of p(x | y) that the support holds, and the draws by which it is found.
const SUPPORT: (f64, usize) = (0.99, 40_000);

/// The truth, the joint score alone, guided by the worse one, and guided by its own ∅.
fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let (s, n, joint, gamma) = (i.setting(), i.samples, i.joint(), i.last_gamma());
    at_least("samples", n, 20)?;
    let given = s.exact().given(s.class);
    let truth = given.sample(2 * n, s.seed, Purpose::Reference).x;
    let (reference, twin) = truth.view().split_at(Dim(0), n);
    let seed = s.seed.wrapping_add(1); // other draws than the reference's
    let support = Support::of(&given, SUPPORT.0, SUPPORT.1, seed);
    let at = |title: Text| title.then(format!(", γ = {}", gamma.value()));
    let alone = Text::new("unguided, γ = 1", "không điều hướng, γ = 1");
    let worse = at(Text::new("autoguided", "tự điều hướng"));
    let free = at(Text::new("classifier-free", "không bộ phân loại"));
    let clouds = [
        (Text::new("truth p(x ∣ y)", "sự thật p(x ∣ y)"), twin.to_owned()),
        (alone, s.sample(&joint.given(s.class), n)),
        (worse, s.sample(&(i.guided)(gamma), n)),
        (free, s.sample(&joint.guided(s.class, gamma), n)),
    ];
    let clouds = clouds.map(|(title, x)| Cloud::new(title, x, &support, reference));
    Ok(vec![autoguidance(s, &clouds, &support)?])
}

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
    s.in_plane()?;
    if !(1..=4).contains(&clouds.len()) {
        let must = "1 to 4, one for each panel";
        return Err(Error::value("the number of clouds", clouds.len(), must));
    }
    let mut f = SPEC.figure();
    f.layout = Some((1, clouds.len()));
    for cloud in clouds {
        f.panels.push(one(s, cloud, support));
        let of = format!("{}: ", cloud.title.en);
        f.measured(&of, "off the support", cloud.missed.pair());
        f.measured(&of, "energy distance", cloud.energy);
    }
    let (s_y, s_w) = ((Role::Guided, Text::from("s_y")), (Role::Unconditional, Text::from("s_w")));
    let worse = Text::new(",   s_w: the worse network, or ∅", ",   s_w: mạng kém hơn, hoặc ∅");
    f.formula = vec![
        (Role::Guided, "s_γ".into()),
        (Role::Neutral, "  =  ".into()),
        s_w.clone(),
        (Role::Neutral, "  +  γ·(".into()),
        s_y,
        (Role::Neutral, "  −  ".into()),
        s_w,
        (Role::Neutral, ")".into()),
        (Role::Muted, worse),
    ];
    let n = count(clouds.iter().map(|c| c.x.nrows()).max().unwrap_or(0));
    f.notes = vec![Text::from((
        format!(
            "×: where p(x ∣ y) is lower than at 99 % of the data;  E: energy distance;  {n} samples each"
        ),
        format!(
            "×: nơi p(x ∣ y) thấp hơn ở 99 % dữ liệu;  E: khoảng cách năng lượng;  mỗi ô {n} mẫu"
        ),
    ))];
    Ok(f)
}

/// The rectangle of the wanted class: its modes to three standard deviations and a margin.
fn close(s: &Setting) -> Window {
    let given = s.exact().given(s.class);
    let side = |axis: usize| {
        let (low, high) = mixture_extent(&given, axis, 3.0);
        let margin = 0.07 * (high - low);
        (low - margin, high + margin)
    };
    Window { x: side(0), y: side(1) }
}

fn one(s: &Setting, cloud: &Cloud, support: &Support) -> Panel {
    let window = close(s);
    let line = 0.1 * window.width();
    let mut panel = window.panel(cloud.title.clone());
    panel.y = Axis::hidden((window.y.0 - (LINES + 0.4) * line, window.y.1));
    let (shown, holds) = (cloud.x.nrows().min(SHOWN), support.holds(cloud.x.view()));
    let inside = |i: usize| window.holds([cloud.x[[i, 0]], cloud.x[[i, 1]]]);
    let rows = |held: bool| -> Array2<f64> {
        let rows: Vec<usize> = (0..shown).filter(|i| holds[*i] == held && inside(*i)).collect();
        cloud.x.select(Dim(0), &rows)
    };
    let small = |size| Points { size, ..Points::default() };
    panel.layers = vec![
        window.density_layer(&s.exact().given(s.class), CLEAN),
        dots("off", "samples off the support", Role::Hybrid, rows(false), small(5.0)),
        dots("on", "samples on the support", Role::Target, rows(true), small(4.0)),
    ];
    let words = [
        (Text::new("× off", "× lạc"), percent(cloud.missed)),
        (Text::from("E"), plus_minus(cloud.energy)),
    ];
    for (k, (word, value)) in words.into_iter().enumerate() {
        let y = window.y.0 - (k as f64 + 0.7) * line;
        let at = vec![([window.x.0 + 0.01 * window.width(), y], word)];
        let name = Labels { at, side: Side::Right, ..Labels::default() };
        panel.layers.push(Layer::new("word", "what is measured", Role::Neutral, name));
        panel.layers.push(line_below(window, y, "number", Role::Neutral, value));
    }
    panel
}
