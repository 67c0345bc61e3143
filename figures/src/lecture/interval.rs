//! F22: guidance in an interval of the noise level.

use super::prelude::*;
use scorelab::Error;
use scorelab::data::Scene;
use scorelab::methods::{Knobs, Parts, Run, build, method_named};
use scorelab::metrics::Interval;
use scorelab::number::significant;
use scorelab::sampler::{AnySampler, Heun};
use std::sync::Arc;

pub const SPEC: Spec = Spec {
    name: "interval",
    stem: "22_interval",
    part: LIMITS,
    latex: r"\gamma(\sigma) = \gamma \text{ for } \sigma_{lo} < \sigma \le \sigma_{hi}, \quad 1 \text{ elsewhere}",
    title: Text::new("When to guide", "Khi nào điều hướng"),
    caption: Text::new(
        "Guided while there is much noise, a class keeps only the mode that lies far from the other class; guided only at the end, it keeps both.",
        "Nếu điều hướng khi nhiễu lớn, lớp chỉ còn đỉnh nằm xa lớp kia; nếu chỉ điều hướng ở cuối, cả hai đỉnh được giữ.",
    ),
    needs: &[Need::Scene, Need::Line],
    uses: &[Use::Process, Use::Steps, Use::Seed, Use::Samples],
    draw: |i: &Inputs| Ok(vec![on_its_scene(i.setting(), i.samples)?]),
};

/// γ = 4 on a scene of its own, with this process, seed and number of steps.
pub(super) fn on_its_scene(s: &Setting, n: usize) -> Result<Figure> {
    let scene = Scene::named("far-mode-1d")?;
    interval(&Setting { scene: &scene, class: 0, ..*s }, Gamma::new(4.0)?, 1.0, n)
}

/// Where n starting points end when γ acts only while σ/α is within `interval`, and s_c alone elsewhere: (n, d).
///
/// The method [`Interval`](scorelab::methods::Interval) on the exact scores, by Heun on the setting's grid with `times` as
/// many steps. An interval that holds every level is guidance everywhere, an empty one is s_c.
///
/// # Errors
/// If there would be too many steps, or the interval does not rise from at least 0.
pub fn in_interval(
    s: &Setting,
    gamma: Gamma,
    (low, high): (f64, f64),
    n: usize,
    times: usize,
) -> Result<Array2<f64>> {
    let (method, exact, grid) = (method_named("interval")?, s.exact(), finer(s, times)?);
    let parts = Parts {
        unconditional: Some(Arc::new(exact.clone())),
        conditional: Some(Arc::new(exact.given(s.class))),
        ..Parts::default()
    };
    let knobs = Knobs::defaults(method.about()).with("gamma", gamma.value())?;
    let knobs = knobs.with("low", low)?.with("high", high)?;
    let start = s.start(n);
    let run = Run { process: &s.process, grid: &grid, start: start.view(), seed: s.seed };
    Ok(build(method, &parts, &knobs)?.walk(&AnySampler::new(Heun), run))
}

/// Edges on the curve.
const EDGES: usize = 11;
/// Cells of a histogram.
const BINS: usize = 72;

/// The share of the far mode at the setting's steps and at twice as many, each with its standard error.
type Twice = [(f64, f64); 2];

/// F22: how much of a class's mode that lies farthest from the rest survives guidance below, or only above, a level.
///
/// Left, against the edge: γ acts for σ/α up to the edge, or only beyond it; bands are ± two standard errors of `n`
/// samples, and the curve at twice the steps is dashed over each. Right: the samples with γ everywhere and with γ up to `edge`, against p(x|y).
/// The printed numbers are those of `edge`.
///
/// # Errors
/// If the scene is not one-dimensional, its class has not two modes, `n` is less than 2, or the edge is not above 0.
pub fn interval(s: &Setting, gamma: Gamma, edge: f64, n: usize) -> Result<Figure> {
    s.on_line()?;
    at_least("samples", n, 2)?;
    let border = far_border(s)?;
    let ends = |interval, times| in_interval(s, gamma, interval, n, times);
    let far = |interval| -> Result<Twice> {
        Ok([far_share(s, &ends(interval, 1)?, border), far_share(s, &ends(interval, 2)?, border)])
    };
    let all = f64::INFINITY;
    let range = (0.08f64, s.process.level(s.grid.times()[0]).ratio().min(60.0));
    let ladder = |i: usize| range.0 * (range.1 / range.0).powf(i as f64 / (EDGES - 1) as f64);
    let edges: Vec<f64> = (0..EDGES).map(ladder).collect();
    let below = edges.iter().map(|at| far((0.0, *at))).collect::<Result<Vec<_>>>()?;
    let above = edges.iter().map(|at| far((*at, all))).collect::<Result<Vec<_>>>()?;
    let told = [far((0.0, all))?, far((0.0, edge))?, far((edge, all))?];
    let truth = far_weight(s, border);
    let mut f = SPEC.figure_of((
        format!(": γ = {} in an interval of σ", gamma.value()),
        format!(": γ = {} trong một khoảng của σ", gamma.value()),
    ));
    for (name, twice) in ["everywhere", "up to the edge", "beyond the edge"].iter().zip(told) {
        for (times, (share, se)) in [1, 2].into_iter().zip(twice) {
            f.number(format!("γ {name}, steps × {times}: far mode"), share);
            f.number(format!("γ {name}, steps × {times}: se"), se);
        }
    }
    f.number("far mode in p(x|y)", truth);
    let shares = [(below, Role::Guided), (above, Role::Likelihood)];
    f.panels = vec![
        share_panel(&edges, shares, truth, edge, range),
        densities(s, &ends((0.0, all), 1)?, &ends((0.0, edge), 1)?, edge),
    ];
    f.notes = notes(&told, edge, n);
    Ok(f)
}

/// The share of the far mode with γ everywhere, up to the edge and beyond it.
fn notes(told: &[Twice; 3], edge: f64, n: usize) -> Vec<Text> {
    let worst = told.iter().map(|twice| 100.0 * twice[0].1).fold(0.0, f64::max);
    let share = |which: usize, times: usize| rounded(100.0 * told[which][times].0, worst);
    let [all, up, past] = [0, 1, 2].map(|which| share(which, 0));
    let again = [0, 1, 2].map(|which| share(which, 1)).join(", ");
    let (se, n) = (significant(worst, 2), count(n));
    vec![
        Text::from((
            format!(
                "The far mode holds {all} % of the samples with γ everywhere, {up} % with γ for σ/α ≤ {edge}, {past} % with γ for σ/α > {edge}."
            ),
            format!(
                "Đỉnh xa chứa {all} % số mẫu khi điều hướng ở mọi mức, {up} % khi chỉ ở σ/α ≤ {edge}, {past} % khi chỉ ở σ/α > {edge}."
            ),
        )),
        Text::from((
            format!("{n} samples each, ± {se} at most; with twice the steps (dashed) {again} %."),
            format!(
                "Mỗi trường hợp {n} mẫu, sai số nhiều nhất ± {se}; với số bước gấp đôi (nét đứt): {again} %."
            ),
        )),
    ]
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

/// The share of the far mode over the edge: γ up to it, and γ beyond it.
fn share_panel(
    edges: &[f64],
    shares: [(Vec<Twice>, Role); 2],
    truth: f64,
    edge: f64,
    range: (f64, f64),
) -> Panel {
    let shaded = Band { at: arr2(&[[range.0, 0.0, 112.0], [edge, 0.0, 112.0]]) };
    let rule = Rules { x: vec![], y: vec![100.0 * truth] };
    let mut layers = vec![
        Layer::new("interval", "where γ acts on the right", Role::Muted, shaded),
        Layer::new("truth", "p(x|y)", Role::Neutral, rule),
    ];
    let names = [("below", "γ up to the edge"), ("above", "γ beyond the edge")];
    for ((found, role), named) in shares.iter().zip(names) {
        layers.extend(share_layers(edges, found, *role, named));
    }
    let middle = (range.0 * range.1).sqrt();
    let word = |name: &str, role, y, text| {
        let labels = Labels { at: vec![([middle, y], text)], side: Side::On, ..Labels::default() };
        Layer::new(name, "its name", role, labels)
    };
    let (up, past) = (
        Text::new("γ up to the edge", "γ chỉ dưới mép"),
        Text::new("γ only beyond it", "γ chỉ phía trên mép"),
    );
    layers.push(word("below word", Role::Guided, 20.0, up));
    layers.push(word("above word", Role::Likelihood, 10.0, past));
    Panel {
        title: Text::new("samples in the far mode, %", "mẫu ở đỉnh xa, %"),
        x: Axis::log(Text::new("edge of the interval, σ/α", "mép của khoảng, σ/α"), range),
        y: Axis::new("", (0.0, 112.0)),
        layers,
        ..Panel::default()
    }
}

/// A share over the edge with its band, and over it the curve at twice the steps.
fn share_layers(
    edges: &[f64],
    found: &[Twice],
    role: Role,
    (name, desc): (&str, &str),
) -> [Layer; 3] {
    let curve = |k: usize| {
        Array2::from_shape_fn((edges.len(), 2), |(i, j)| [edges[i], 100.0 * found[i][k].0][j])
    };
    let band = Array2::from_shape_fn((edges.len(), 3), |(i, j)| {
        let (share, se) = found[i][0];
        [edges[i], 100.0 * (share - 2.0 * se).max(0.0), 100.0 * (share + 2.0 * se).min(1.0)][j]
    });
    let solid = Curve { at: curve(0), dashed: Some(false), ..Curve::default() };
    let dashed = Curve { at: curve(1), dashed: Some(true), width: Some(3.0), ..Curve::default() };
    let (around, twice) = (format!("{name} band"), format!("{name}, twice"));
    [
        Layer::new(&around, "± two standard errors", role, Band { at: band }),
        Layer::new(name, desc, role, solid),
        Layer::new(&twice, "at twice the steps", Role::Neutral, dashed),
    ]
}

fn densities(s: &Setting, everywhere: &Array2<f64>, within: &Array2<f64>, edge: f64) -> Panel {
    let given = s.exact().given(s.class);
    let range = mixture_extent(&given, 0, 5.0);
    let steps = |x: &Array2<f64>| histogram(x.column(0), range, BINS);
    let class = density_curve(&given, range);
    let truth =
        Array2::from_shape_fn((class.nrows(), 3), |(i, j)| [class[[i, 0]], 0.0, class[[i, 1]]][j]);
    let (one, two) = (steps(everywhere), steps(within));
    let top = height(&one).max(height(&two)).max(height(&class));
    let line =
        |at, dashed| Curve { at, dashed: Some(dashed), width: Some(4.0), ..Curve::default() };
    let word = |k: usize, role, text: Text| {
        let at = [1.27, 1.18, 1.09][k] * top;
        let labels =
            Labels { at: vec![([range.0, at], text)], side: Side::Right, ..Labels::default() };
        Layer::new(&format!("word {}", k + 1), "name", role, labels)
    };
    let dashed = Text::new("γ everywhere (dashed)", "γ ở mọi mức (nét đứt)");
    Panel {
        title: Text::new("where the samples end", "mẫu kết thúc ở đâu"),
        x: Axis::new("x", range),
        y: Axis::hidden((0.0, 1.34 * top)),
        layers: vec![
            Layer::new("given", "p(x|y)", Role::Muted, Band { at: truth }),
            Layer::new("everywhere", "γ at every level", Role::Neutral, line(one, true)),
            Layer::new("within", "γ up to the edge", Role::Guided, line(two, false)),
            word(0, Role::Neutral, dashed),
            word(1, Role::Guided, format!("γ, σ/α ≤ {edge}").into()),
            word(2, Role::Muted, "p(x ∣ y)".into()),
        ],
        ..Panel::default()
    }
}
