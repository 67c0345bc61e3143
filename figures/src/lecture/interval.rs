//! F22: guidance in an interval of the noise level.

use super::frame::{count, density_curve, histogram};
use super::{Setting, at_least, figure, finer};
use crate::plot::{Axis, Band, Curve, Figure, Labels, Layer, Panel, Role, Rules, Side, Text};
use ndarray::{Array2, arr2};
use scorelab::guidance::{Gamma, Guided};
use scorelab::metrics::Interval;
use scorelab::noise::Grid;
use scorelab::number::significant;
use scorelab::sampler::{Heun, sample_parts};
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};

/// Where n starting points end when γ acts only while σ/α is within `interval`, and s_c alone elsewhere: (n, d).
///
/// The grid is the setting's with `times` as many steps, cut at the two edges, so that no step of the solver (Heun)
/// sees both scores. An interval that holds every level is guidance everywhere, an empty one is s_c. Source:
/// Kynkäänniemi et al. 2024 (2404.07724), eq. 5.
///
/// # Errors
/// If there would be too many steps, or the interval does not rise from at least 0.
pub fn in_interval(
    s: &Setting,
    guided: &Guided<impl ScoreFn, impl ScoreFn>,
    interval: (f64, f64),
    n: usize,
    times: usize,
) -> Result<Array2<f64>> {
    let (low, high) = interval;
    if !(low >= 0.0 && high > low) {
        let given = format!("{low} … {high}");
        return Err(Error::value("the interval of σ/α", given, "rising, from at least 0"));
    }
    let grid = finer(s, times)?;
    let edges = [low, high].map(|ratio| s.process.t_of_log_snr(-2.0 * ratio.ln()));
    let pieces = grid.cut(&edges);
    let score = |piece: &Grid| -> &dyn ScoreFn {
        let first = s.process.level(piece.times()[0]).ratio();
        let last = s.process.level(piece.times()[piece.steps()]).ratio();
        let middle = 0.5 * (first + last); // an edge itself is rounded in t
        if (low..high).contains(&middle) { guided } else { &guided.main }
    };
    let parts: Vec<(&dyn ScoreFn, &Grid)> = pieces.iter().map(|g| (score(g), g)).collect();
    Ok(sample_parts(&Heun, &parts, &s.process, s.start(n).view(), s.seed))
}

/// Edges on the curve.
const EDGES: usize = 11;
/// Cells of a histogram.
const BINS: usize = 72;

/// F22: how much of a class's mode that lies farthest from the rest survives guidance below, or only above, a level.
///
/// Left, against the edge: γ acts for σ/α up to the edge, or only beyond it; bands are ± two standard errors of `n`
/// samples, and the curve at twice the steps is dashed over each. Right: the samples with γ everywhere and with γ up to `edge`, against p(x|y).
/// The printed numbers are those of `edge`.
///
/// # Errors
/// If the scene is not one-dimensional, its class has not two modes, `n` is less than 2, or the edge is not above 0.
pub fn interval(s: &Setting, gamma: Gamma, edge: f64, n: usize) -> Result<Figure> {
    s.checked_line()?;
    at_least("samples", n, 2)?;
    let border = far_border(s)?;
    let given = s.exact().given(s.class);
    let guided = Guided { main: &given, guiding: s.exact(), gamma };
    let mut f = figure(
        "22_interval",
        Text::from((
            format!("When to guide: γ = {} in an interval of σ", gamma.value()),
            format!("Khi nào điều hướng: γ = {} trong một khoảng của σ", gamma.value()),
        )),
        Text::new(
            "Guided while there is much noise a class loses the mode that lies far from the others; guided only at the end it keeps it.",
            "Nếu điều hướng khi nhiễu lớn, lớp mất đỉnh nằm xa các lớp khác; nếu chỉ điều hướng ở cuối, đỉnh đó được giữ.",
        ),
    );
    let all = f64::INFINITY;
    let far = |interval, times| -> Result<(f64, f64)> {
        Ok(far_share(s, &in_interval(s, &guided, interval, n, times)?, border))
    };
    let highest = s.process.level(s.grid.times()[0]).ratio().min(60.0);
    let (low, high) = (0.08f64, highest);
    let ladder = |i: usize| low * (high / low).powf(i as f64 / (EDGES - 1) as f64);
    let (mut below, mut above) = (vec![], vec![]);
    for i in 0..EDGES {
        let at = ladder(i);
        below.push((at, far((0.0, at), 1)?, far((0.0, at), 2)?));
        above.push((at, far((at, all), 1)?, far((at, all), 2)?));
    }
    let named = [
        ("everywhere", (0.0, all)),
        ("up to the edge", (0.0, edge)),
        ("beyond the edge", (edge, all)),
    ];
    let mut told = vec![];
    for (name, part) in named {
        for times in [1, 2] {
            let (share, se) = far(part, times)?;
            f.numbers.push((format!("γ {name}, steps × {times}: far mode"), share));
            f.numbers.push((format!("γ {name}, steps × {times}: se"), se));
            told.push(format!("{:.1}", 100.0 * share));
        }
    }
    let truth = far_weight(s, border);
    f.numbers.push(("far mode in p(x|y)".into(), truth));
    f.panels = vec![
        curve(&below, &above, truth, edge, (low, high)),
        densities(
            s,
            &in_interval(s, &guided, (0.0, all), n, 1)?,
            &in_interval(s, &guided, (0.0, edge), n, 1)?,
            edge,
        ),
    ];
    let se = 100.0 * f.numbers[1].1.max(f.numbers[5].1);
    let list = |words: [&str; 3]| {
        let each = words
            .iter()
            .enumerate()
            .map(|(i, w)| format!("{w} {} ({})", told[2 * i], told[2 * i + 1]));
        each.collect::<Vec<_>>().join(",  ")
    };
    let (up, past) = (format!("σ/α ≤ {edge}:"), format!("σ/α > {edge}:"));
    f.notes = vec![
        Text::from((
            format!("far mode, %:  {}", list(["γ everywhere:", &up, &past])),
            format!("đỉnh xa, %:  {}", list(["γ ở mọi mức:", &up, &past])),
        )),
        Text::from((
            format!(
                "± {} at most;  {} samples;  ( ) and dashes: twice the steps",
                significant(se, 2),
                count(n)
            ),
            format!(
                "± {} là nhiều nhất;  {} mẫu;  ( ) và nét đứt: số bước gấp đôi",
                significant(se, 2),
                count(n)
            ),
        )),
    ];
    Ok(f)
}

/// Where the far mode of the class begins: half way between the mean that lies farthest from the middle of the scene and the
/// next, along the first coordinate.
///
/// # Errors
/// If the class has fewer than two modes.
pub fn far_border(s: &Setting) -> Result<f64> {
    let centre = s.exact().mean()[0];
    let mut own: Vec<f64> = s.exact().given(s.class).means().column(0).to_vec();
    if own.len() < 2 {
        let must = "2 or more: there is no far mode to lose";
        return Err(Error::value("the number of the class's modes", own.len(), must));
    }
    own.sort_by(|a, b| (b - centre).abs().total_cmp(&(a - centre).abs()));
    Ok(0.5 * (own[0] + own[1]))
}

/// Whether x (the first coordinate) lies on the far side of the border, seen from the middle of the scene.
pub fn beyond(s: &Setting, border: f64) -> impl Fn(f64) -> bool + use<> {
    let centre = s.exact().mean()[0];
    move |x| (x - border) * (border - centre) > 0.0
}

fn far_weight(s: &Setting, border: f64) -> f64 {
    let (given, far) = (s.exact().given(s.class), beyond(s, border));
    let weights = given.weights().iter().zip(given.means().column(0).to_vec());
    weights.filter(|(_, m)| far(*m)).map(|(w, _)| w).sum()
}

fn far_share(s: &Setting, x: &Array2<f64>, border: f64) -> (f64, f64) {
    let far = beyond(s, border);
    Interval::of_hits(x.column(0).iter().map(|v| far(*v))).pair()
}

type Row = (f64, (f64, f64), (f64, f64));

fn curve(below: &[Row], above: &[Row], truth: f64, edge: f64, range: (f64, f64)) -> Panel {
    let line = |rows: &[Row], again: bool| {
        let at =
            rows.iter().map(|(x, once, twice)| [*x, 100.0 * if again { twice.0 } else { once.0 }]);
        arr2(&at.collect::<Vec<_>>())
    };
    let band = |rows: &[Row]| {
        let at =
            rows.iter().map(|(x, (v, se), _)| [*x, 100.0 * (v - 2.0 * se), 100.0 * (v + 2.0 * se)]);
        Band { at: arr2(&at.collect::<Vec<_>>()) }
    };
    let shaded = Band { at: arr2(&[[range.0, 0.0, 112.0], [edge, 0.0, 112.0]]) };
    let solid =
        |rows: &[Row]| Curve { at: line(rows, false), dashed: Some(false), ..Curve::default() };
    let dashed = |rows: &[Row]| Curve {
        at: line(rows, true),
        dashed: Some(true),
        width: Some(3.0),
        ..Curve::default()
    };
    let word = |at: [f64; 2], text: Text, side| Labels { at: vec![(at, text)], side };
    let middle = (range.0 * range.1).sqrt();
    Panel {
        title: Text::new("samples in the far mode, %", "mẫu ở đỉnh xa, %"),
        x: Axis::log(Text::new("edge of the interval, σ/α", "mép của khoảng, σ/α"), range),
        y: Axis::new("", (0.0, 112.0)),
        layers: vec![
            Layer::new("interval", "where γ acts on the right", Role::Muted, shaded),
            Layer::new(
                "truth",
                "p(x|y)",
                Role::Neutral,
                Rules { x: vec![], y: vec![100.0 * truth] },
            ),
            Layer::new("below band", "± two standard errors", Role::Guided, band(below)),
            Layer::new("below", "γ up to the edge", Role::Guided, solid(below)),
            Layer::new("below, twice", "at twice the steps", Role::Neutral, dashed(below)),
            Layer::new("above band", "± two standard errors", Role::Likelihood, band(above)),
            Layer::new("above", "γ beyond the edge", Role::Likelihood, solid(above)),
            Layer::new("above, twice", "at twice the steps", Role::Neutral, dashed(above)),
            Layer::new(
                "below word",
                "its name",
                Role::Guided,
                word([middle, 20.0], Text::new("γ up to the edge", "γ cho tới mép"), Side::On),
            ),
            Layer::new(
                "above word",
                "its name",
                Role::Likelihood,
                word(
                    [middle, 10.0],
                    Text::new("γ only beyond it", "γ chỉ phía trên mép"),
                    Side::On,
                ),
            ),
        ],
        ..Panel::default()
    }
}

fn densities(s: &Setting, everywhere: &Array2<f64>, within: &Array2<f64>, edge: f64) -> Panel {
    let given = s.exact().given(s.class);
    let reach = |k: usize| 5.0 * given.covs()[k][[0, 0]].sqrt();
    let ends = (0..given.labels().len()).map(|k| (given.means()[[k, 0]], reach(k)));
    let range = ends.fold((f64::MAX, f64::MIN), |(lo, hi), (m, r)| (lo.min(m - r), hi.max(m + r)));
    let steps = |x: &Array2<f64>| histogram(x.column(0), range, BINS);
    let class = density_curve(&given, range);
    let truth = Array2::from_shape_fn((class.nrows(), 3), |(i, j)| match j {
        0 => class[[i, 0]],
        1 => 0.0,
        _ => class[[i, 1]],
    });
    let (one, two) = (steps(everywhere), steps(within));
    let height = |at: &Array2<f64>| at.column(1).fold(0.0f64, |a, b| a.max(*b));
    let top = height(&one).max(height(&two)).max(height(&class));
    let line =
        |at, dashed| Curve { at, dashed: Some(dashed), width: Some(4.0), ..Curve::default() };
    let words =
        |at: f64, text: Text| Labels { at: vec![([range.0, at * top], text)], side: Side::Right };
    Panel {
        title: Text::new("where the samples end", "mẫu kết thúc ở đâu"),
        x: Axis::new("x", range),
        y: Axis::hidden((0.0, 1.34 * top)),
        layers: vec![
            Layer::new("given", "p(x|y)", Role::Muted, Band { at: truth }),
            Layer::new("everywhere", "γ at every level", Role::Neutral, line(one, true)),
            Layer::new("within", "γ up to the edge", Role::Guided, line(two, false)),
            Layer::new(
                "word 1",
                "name",
                Role::Neutral,
                words(1.27, Text::new("γ everywhere (dashed)", "γ ở mọi mức (nét đứt)")),
            ),
            Layer::new(
                "word 2",
                "name",
                Role::Guided,
                words(1.18, format!("γ, σ/α ≤ {edge}").into()),
            ),
            Layer::new("word 3", "name", Role::Muted, words(1.09, "p(x ∣ y)".into())),
        ],
        ..Panel::default()
    }
}
