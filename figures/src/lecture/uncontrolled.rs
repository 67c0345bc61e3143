//! F1 and F2: generation without control, and the same starting points steered.

use super::frame::{
    CLEAN, Frame, Names, classes_of, count, dots, ends_by_class, lines, names, path_layer, percent,
};
use super::{Setting, at_least, figure, guided};
use crate::plot::{
    Axis, Bars, Figure, Labels, Layer, Marker, Panel, Paths, Points, Role, Rules, Side, Text, words,
};
use ndarray::{Array2, s as slice};
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::metrics::Interval;
use scorelab::number;
use scorelab::score::{Likelihood, ScoreFn};

/// Paths drawn on F1.
const PATHS: usize = 40;
/// Starting points drawn on F1.
const CLOUD: usize = 400;
/// Starting points of F2.
const SIX: usize = 6;

/// F1: a cloud of noise, forty paths, the classes they end in, and how often each is reached.
///
/// `n` samples give the shares; their classes are the exact classifier's. Shares come with their standard errors.
///
/// # Errors
/// If the scene is not two-dimensional, or `n` is less than 2.
pub fn uncontrolled(s: &Setting, score: &dyn ScoreFn, n: usize) -> Result<Figure> {
    s.checked()?;
    at_least("samples", n, 2)?;
    let x = s.sample(score, n);
    let classes = classes_of(s.exact(), x.view(), CLEAN);
    let shares: Vec<f64> = (0..s.exact().classes())
        .map(|c| classes.iter().filter(|y| **y == c).count() as f64 / n as f64)
        .collect();
    let mut f = figure(
        "01_uncontrolled",
        Text::new(
            "Without control: noise chooses the class",
            "Không điều khiển: nhiễu tự chọn lớp",
        ),
        Text::new(
            "From a cloud of noise, paths of the unconditional score end in every class, as often as the data do.",
            "Từ một đám nhiễu, quỹ đạo của score không điều kiện kết thúc ở mọi lớp, với tần suất như trong dữ liệu.",
        ),
    );
    f.panels = vec![cloud(s, score), share_bars(s, &shares, n)];
    f.notes = vec![Text::from((
        format!(
            "{} samples; bars: share ± one standard error; dotted: the data's own shares",
            count(n)
        ),
        format!("{} mẫu; cột: tỉ lệ ± một sai số chuẩn; chấm: tỉ lệ trong dữ liệu", count(n)),
    ))];
    for (c, share) in shares.iter().enumerate() {
        let name = &s.class_name(c).en.to_string();
        f.numbers.push((format!("share of {name}"), *share));
        f.numbers.push((
            format!("se of the share of {name}"),
            (share * (1.0 - share) / n as f64).sqrt(),
        ));
    }
    Ok(f)
}

fn cloud(s: &Setting, score: &dyn ScoreFn) -> Panel {
    let frame = Frame::of(s.exact());
    let z = s.start(CLOUD);
    let begin = s.process.level(s.grid.times()[0]);
    let walk = s.walk(score, &z.slice(slice![..PATHS, ..]).to_owned());
    let ends = walk.index_axis(ndarray::Axis(0), walk.shape()[0] - 1);
    let classes = classes_of(s.exact(), ends, CLEAN);
    let mut panel =
        frame.panel(Text::new("40 paths from noise to data", "40 quỹ đạo từ nhiễu đến dữ liệu"));
    panel.layers = vec![
        frame.density_layer(s.exact(), CLEAN),
        dots(
            "noise",
            "starting points z",
            Role::Muted,
            &z / super::frame::width(begin),
            Points { size: 5.0, alpha: 0.55, ..Points::default() },
        ),
        path_layer(
            "paths",
            "forty unconditional paths",
            Role::Unconditional,
            lines(s, &walk),
            Paths { alpha: 0.75, ..Paths::default() },
        ),
    ];
    panel.layers.extend(ends_by_class(ends, &classes, 12.0));
    panel.layers.extend(names(s, CLEAN, Names::Outside));
    panel
}

fn share_bars(s: &Setting, shares: &[f64], n: usize) -> Panel {
    let top = shares.iter().fold(0.0f64, |a, b| a.max(*b));
    let ticks = (0..shares.len()).map(|c| (c as f64, s.class_name(c)));
    let room = if shares.len() > 5 {
        ticks.clone().map(|(c, _)| (c, (c as usize + 1).to_string().into())).collect()
    } else {
        ticks.collect::<Vec<_>>()
    };
    let label = if shares.len() > 5 {
        Text::new("class number", "số thứ tự của lớp")
    } else {
        Text::default()
    };
    let mut panel = Panel {
        title: Text::new("share of each class, %", "tỉ lệ mỗi lớp, %"),
        x: Axis::new(label, (-0.6, shares.len() as f64 - 0.4)).with_ticks(room),
        y: Axis::new("", (0.0, 130.0 * top)),
        ..Panel::default()
    };
    for (c, share) in shares.iter().enumerate() {
        let se = 100.0 * Interval::share(*share, n).half();
        let bar =
            Bars { at: ndarray::arr2(&[[c as f64, 100.0 * share]]), width: 0.7, se: vec![se] };
        panel.layers.push(Layer::new(
            &format!("share-{c}"),
            "share of a class",
            Role::Class(c),
            bar,
        ));
    }
    if shares.len() <= 5 {
        let at = |(c, share): (usize, &f64)| {
            let Interval { low, high, .. } = Interval::share(*share, n);
            (
                [c as f64, (100.0 * high).max(100.0 * s.exact().class_weights()[c])],
                number::percent(*share, low, high).into(),
            )
        };
        let at = shares.iter().enumerate().map(at).collect();
        panel.layers.push(Layer::new(
            "values",
            "the shares",
            Role::Neutral,
            Labels { at, side: Side::Above },
        ));
    }
    let mut prior: Vec<f64> = s.exact().class_weights().iter().map(|w| 100.0 * w).collect();
    prior.sort_by(f64::total_cmp);
    prior.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    panel.layers.push(Layer::new(
        "prior",
        "shares in the data",
        Role::Neutral,
        Rules { x: vec![], y: prior },
    ));
    panel
}

/// F2: the same six starting points twice, dashed to where they would go and solid to the target.
///
/// The share of paths that change their class is measured on the first `n` starting points. γ = 0 changes none.
///
/// # Errors
/// If the scene is not two-dimensional, or `n` is less than 2.
pub fn steering(
    s: &Setting,
    score: &dyn ScoreFn,
    likelihood: &dyn Likelihood,
    gamma: Gamma,
    n: usize,
) -> Result<Figure> {
    s.checked()?;
    at_least("samples", n, 2)?;
    let steered = guided(score, likelihood, gamma);
    let z = s.start(SIX);
    let (own, led) = (s.walk(score, &z), s.walk(&steered, &z));
    let class = |x: &Array2<f64>| classes_of(s.exact(), x.view(), CLEAN);
    let (before, after) = (class(&s.sample(score, n)), class(&s.sample(&steered, n)));
    let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count() as f64 / n as f64;
    let last = |walk: &ndarray::Array3<f64>| {
        class(&walk.index_axis(ndarray::Axis(0), walk.shape()[0] - 1).to_owned())
    };
    let six = last(&own).iter().zip(&last(&led)).filter(|(a, b)| a != b).count();
    let mut f = figure(
        "02_steering",
        Text::new(
            "Steering: the same noise, led to the target",
            "Điều hướng: cùng một nhiễu, được dẫn tới lớp đích",
        ),
        Text::new(
            "Six starting points follow the unconditional score to their own class and the guided score to the target.",
            "Sáu điểm xuất phát đi theo score không điều kiện về lớp của mình, và theo score đã điều hướng về lớp đích.",
        ),
    );
    f.panels = vec![six_twice(s, &own, &led)];
    f.formula = formula(gamma);
    f.notes = vec![Text::from((
        format!(
            "{six} of the 6 paths changed their class; of {} paths {}",
            count(n),
            percent(changed, n)
        ),
        format!(
            "{six} trong 6 quỹ đạo đổi lớp; trong {} quỹ đạo: {}",
            count(n),
            percent(changed, n)
        ),
    ))];
    f.numbers = vec![
        ("gamma".into(), gamma.value()),
        ("paths of six that changed class".into(), six as f64),
        ("share of paths that changed class".into(), changed),
        ("se of that share".into(), (changed * (1.0 - changed) / n as f64).sqrt()),
    ];
    Ok(f)
}

/// The guided sum in the roles' colours, and the value of γ.
fn formula(gamma: Gamma) -> Vec<(Role, Text)> {
    vec![
        (Role::Guided, "s_γ".into()),
        (Role::Neutral, " = ".into()),
        (Role::Unconditional, "∇log p_t(x)".into()),
        (Role::Neutral, " + ".into()),
        (Role::Likelihood, "γ ∇log p(y ∣ x_t)".into()),
        (Role::Neutral, format!(",   γ = {}", gamma.value()).into()),
    ]
}

fn six_twice(s: &Setting, own: &ndarray::Array3<f64>, led: &ndarray::Array3<f64>) -> Panel {
    let frame = Frame::of(s.exact()).wide(1.8);
    let (own, led) = (lines(s, own), lines(s, led));
    let starts = Array2::from_shape_fn((own.len(), 2), |(i, j)| own[i][[0, j]]);
    let ends = |lines: &[Array2<f64>]| {
        Array2::from_shape_fn((lines.len(), 2), |(i, j)| lines[i][[lines[i].nrows() - 1, j]])
    };
    let (own_ends, led_ends) = (ends(&own), ends(&led));
    let mut panel = frame.panel("");
    let dashed = Paths { dashed: Some(true), ..Paths::default() };
    let mut led_layer = path_layer("guided", "guided paths", Role::Guided, led, Paths::default());
    let mut own_layer =
        path_layer("unconditional", "unconditional paths", Role::Unconditional, own, dashed);
    let x = frame.x.0 + 0.03 * frame.width();
    led_layer = led_layer.label_at(words::GUIDED, [x, frame.y.0 + 0.46 * frame.height()]);
    own_layer = own_layer.label_at(words::UNCONDITIONAL, [x, frame.y.0 + 0.53 * frame.height()]);
    let big = |marker| Points { size: 15.0, marker: Some(marker), ..Points::default() };
    panel.layers = vec![
        frame.density_layer(s.exact(), CLEAN),
        own_layer,
        led_layer,
        dots("own ends", "ends without guidance", Role::Unconditional, own_ends, big(Marker::Dot)),
        dots("guided ends", "ends with guidance", Role::Guided, led_ends, big(Marker::Dot)),
        dots("noise", "the six starting points", Role::Neutral, starts, big(Marker::Diamond))
            .label_at(
                Text::new("◆ the same six z", "◆ cùng sáu z"),
                [x, frame.y.0 + 0.60 * frame.height()],
            ),
    ];
    panel.layers.extend(names(s, CLEAN, Names::Outside));
    panel
}
