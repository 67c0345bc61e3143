//! F1: generation without control.

use super::prelude::*;
use scorelab::metrics::Interval;
use scorelab::number::percent;

pub const SPEC: Spec = Spec {
    name: "uncontrolled",
    stem: "01_uncontrolled",
    part: CONTROL,
    latex: r"z \sim \mathcal{N}(0, I), \quad \frac{dx}{dt} = f(t)\,x - \tfrac12 g(t)^2\, \nabla_x \log p_t(x)",
    title: Text::new(
        "Without control: noise chooses the class",
        "Không điều khiển: nhiễu tự chọn lớp",
    ),
    caption: Text::new(
        "From a cloud of noise, paths of the unconditional score end in every class, as often as the data do.",
        "Từ một đám nhiễu, quỹ đạo của score không điều kiện kết thúc ở mọi lớp, với tần suất như trong dữ liệu.",
    ),
    needs: &[Need::Plane],
    uses: &[Use::Walk, Use::Class, Use::Samples],
    draw: |i: &Inputs| Ok(vec![uncontrolled(i.setting(), &i.score, i.samples)?]),
};

/// Paths that are drawn.
const PATHS: usize = 40;
/// Starting points that are drawn.
const CLOUD: usize = 400;

/// F1: a cloud of noise, forty paths, the classes they end in, and how often each is reached.
///
/// `n` samples give the shares; their classes are the exact classifier's. Shares come with their standard errors.
///
/// # Errors
/// If the scene is not two-dimensional, or `n` is less than 2.
pub fn uncontrolled(s: &Setting, score: &dyn ScoreFn, n: usize) -> Result<Figure> {
    s.in_plane()?;
    at_least("samples", n, 2)?;
    let classes = classes_of(s, s.sample(score, n).view());
    let share = |c: usize| Interval::of_hits(classes.iter().map(|y| *y == c));
    let shares: Vec<Interval> = (0..s.exact().classes()).map(share).collect();
    let mut f = SPEC.figure();
    f.panels =
        vec![cloud(&Setting { grid: &s.drawn_grid()?, ..*s }, score), share_lines(s, &shares)];
    let n = count(n);
    f.notes = vec![Text::from((
        format!("{n} samples; bars: share ± one standard error; dashed: the data's own shares"),
        format!("{n} mẫu; thanh: tỉ lệ ± một sai số chuẩn; nét đứt: tỉ lệ trong dữ liệu"),
    ))];
    for (c, share) in shares.iter().enumerate() {
        let name = &s.class_name(c).en;
        f.number(format!("share of {name}"), share.value);
        f.number(format!("se of the share of {name}"), share.half());
    }
    Ok(f)
}

fn cloud(s: &Setting, score: &dyn ScoreFn) -> Panel {
    let window = Window::of(s.exact());
    let z = s.start(CLOUD);
    let walk = s.walk(score, &z.slice(slice![..PATHS, ..]).to_owned());
    let ends = walk.index_axis(Dim(0), walk.shape()[0] - 1);
    let noise = &z / scale(s.process.level(s.grid.times()[0]));
    let small = Points { size: 5.0, alpha: 0.55, ..Points::default() };
    let lines = lines(s, &walk).into_iter();
    let thin: Vec<_> = lines.map(|line| thinned(line, window.unseen())).collect();
    let paths = Paths { lines: thin, alpha: 0.75, ..Paths::default() };
    let title = Text::new("40 paths from noise to data", "40 quỹ đạo từ nhiễu đến dữ liệu");
    let mut panel = window.panel(title);
    panel.layers = vec![
        window.density_layer(s.exact(), CLEAN),
        dots("noise", "starting points z", Role::Muted, noise, small),
        Layer::new("paths", "forty unconditional paths", Role::Unconditional, paths),
    ];
    panel.layers.extend(ends_by_class(ends, &classes_of(s, ends), 12.0));
    panel.layers.extend(names(s, CLEAN, Names::Outside));
    panel
}

/// The shares as lines of a list: any number of classes with names of any length.
fn share_lines(s: &Setting, shares: &[Interval]) -> Panel {
    let weights = s.exact().class_weights();
    let high = |c: usize| 100.0 * shares[c].high.max(weights[c]);
    let top = (0..shares.len()).map(high).fold(0.0f64, f64::max);
    let y = |c: usize| (shares.len() - 1 - c) as f64;
    let mut layers = vec![];
    for (c, share) in shares.iter().enumerate() {
        let bar = Boxes {
            at: vec![([0.0, y(c) - 0.35, 100.0 * share.value, y(c) + 0.35], Text::default())],
            filled: true,
        };
        layers.push(Layer::new(&format!("share-{c}"), "share of a class", Role::Class(c), bar));
    }
    let across = |at: [f64; 2], c: usize| arr2(&[[at[0], y(c)], [at[1], y(c)]]);
    let error = |(c, i): (usize, &Interval)| across([100.0 * i.low, 100.0 * i.high], c);
    let errors = shares.iter().enumerate().map(error).collect();
    let errors = Paths { lines: errors, width: Some(2.0), rimmed: true, ..Paths::default() };
    layers.push(Layer::new("errors", "± one standard error", Role::Neutral, errors));
    let upright =
        |c: usize| arr2(&[[100.0 * weights[c], y(c) - 0.5], [100.0 * weights[c], y(c) + 0.5]]);
    let prior = (0..shares.len()).map(upright).collect();
    let prior = Paths { lines: prior, dashed: Some(true), rimmed: true, ..Paths::default() };
    layers.push(Layer::new("prior", "shares in the data", Role::Neutral, prior));
    let value =
        |(c, i): (usize, &Interval)| ([high(c), y(c)], percent(i.value, i.low, i.high).into());
    let values = Labels {
        at: shares.iter().enumerate().map(value).collect(),
        side: Side::Right,
        ..Labels::default()
    };
    layers.push(Layer::new("values", "the shares", Role::Neutral, values));
    let ticks = (0..shares.len()).map(|c| (y(c), s.class_name(c)));
    Panel {
        title: Text::new("share of each class, %", "tỉ lệ mỗi lớp, %"),
        x: Axis::new("", (0.0, 1.75 * top)),
        y: Axis::new("", (-0.6, shares.len() as f64 - 0.4)).with_ticks(ticks),
        layers,
        ..Panel::default()
    }
}
