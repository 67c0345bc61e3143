//! At which noise levels has guidance anything to say, and how much in all?
//!
//! ```text
//! cargo run --example where_guidance_speaks
//! ```
//!
//! The difference D_c − D_u at a level is what a label is worth there: ½·∫ E|D_c − D_u|² d(1/σ²) over all levels is
//! KL(p(x|c) | p(x)), and its mean over the classes I(y; x₀), the entropy of the label where the classes are apart. Expect ln 4 =
//! 1.386 nats on `animals`, by levels about the distance of the classes and by few others; on a line, by quadrature, the two
//! sides equal to 1e-3. A network's difference is the same curve with its error on top, which at small and at large σ falls no
//! faster than σ: so its integral is told for the levels that hold 1–99 % of the exact one alone. Source: Guo, Shamai &
//! Verdú 2005 (cs/0412108); Verdú 2010 (0911.0043), eq. 17.

use ndarray::{Array2, ArrayView2, Axis as Dim, arr2};
use rayon::prelude::*;
use scorelab::Result;
use scorelab::checkpoint::Kind;
use scorelab::metrics::mean_with_se;
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::number::{plus_minus, significant};
use scorelab::rng::{Purpose, normals};
use scorelab::score::ScoreFn;
use scorelab_figures::plot::{Axis, Band, Curve, Figure, Layer, Panel, Role, Text};
use scorelab_lab::{Defaults, Experiment, JOINT_STEPS, Table, run};
use std::process::ExitCode;

const QUESTION: &str = "at which noise levels has guidance anything to say, and how much in all?";

fn main() -> ExitCode {
    let unused = &[
        "scene",
        "class",
        "data",
        "train-steps",
        "sampler",
        "process",
        "steps",
        "gamma",
        "gradient-scale",
        "all",
    ];
    let defaults = Defaults { samples: (20_000, 500), unused, ..Defaults::default() };
    run("where_guidance_speaks", QUESTION, "interval", defaults, experiment)
}

const SCENES: [&str; 4] = ["animals", "three", "tree", "two-1d"];
/// Updates of the joint networks, at full size and at --quick.
const STEPS: (usize, usize) = (JOINT_STEPS.0, 240);
/// Levels of the integral, even in ln σ.
const LEVELS: usize = 160;
const RANGE: (f64, f64) = (1e-3, 1e3);

fn step() -> f64 {
    (RANGE.1 / RANGE.0).ln() / LEVELS as f64
}

fn level(k: usize) -> NoiseLevel {
    NoiseLevel::ve(RANGE.0 * (step() * (k as f64 + 0.5)).exp())
}

/// The integrand over ln σ at each level, and the integral of each sample with its own noise at every level.
struct Speech {
    integrand: Vec<f64>,
    whole: (f64, f64),
    /// Over the levels of a window.
    within: (f64, f64),
}

/// |D_c − D_u|²/σ² of samples x₀ of the class (levels, n).
fn differences(c: &dyn ScoreFn, u: &dyn ScoreFn, x0: ArrayView2<f64>, seed: u64) -> Array2<f64> {
    let at = |k: usize| {
        let level = level(k);
        let x = &x0 + &(normals(seed, Purpose::Reference, 10 + k, x0.dim()) * level.sigma);
        let apart = c.denoised(x.view(), level) - u.denoised(x.view(), level);
        apart.map_axis(Dim(1), |d| d.dot(&d) / level.sigma.powi(2))
    };
    let rows: Vec<_> = (0..LEVELS).into_par_iter().map(at).collect();
    let views: Vec<_> = rows.iter().map(|row| row.view()).collect();
    ndarray::stack(Dim(0), &views).expect("a row for each level")
}

fn speech(differences: &Array2<f64>, (first, last): (usize, usize)) -> Speech {
    let over = |levels: std::ops::Range<usize>| {
        let part = differences.slice(ndarray::s![levels, ..]);
        mean_with_se(&(part.sum_axis(Dim(0)) * step()).to_vec())
    };
    let integrand = differences.mean_axis(Dim(1)).expect("samples").to_vec();
    Speech { integrand, whole: over(0..LEVELS), within: over(first..last) }
}

/// The levels that hold 1–99 % of an integrand.
fn window(integrand: &[f64]) -> (usize, usize) {
    let total: f64 = integrand.iter().sum();
    let mut sum = 0.0;
    let up_to: Vec<f64> = integrand
        .iter()
        .map(|v| {
            sum += v / total;
            sum
        })
        .collect();
    let passed = |share: f64| up_to.partition_point(|s| *s < share);
    (passed(0.01), passed(0.99) + 1)
}

/// E log p(x₀|c) − log p(x₀) over samples of the class, with its standard error.
fn divergence(mixture: &Mixture, given: &Mixture, x0: ArrayView2<f64>) -> (f64, f64) {
    let data = NoiseLevel::ve(0.0);
    mean_with_se(&(given.log_density(x0, data) - mixture.log_density(x0, data)).to_vec())
}

/// Both sides on a line, by quadrature: ½·∫ E|D_c − D_u|² d(1/σ²), and KL(p(x|c) | p(x)).
fn by_quadrature(mixture: &Mixture, given: &Mixture) -> [f64; 2] {
    let expected =
        |level: NoiseLevel, f: &(dyn Fn(ArrayView2<f64>) -> ndarray::Array1<f64> + Sync)| {
            let half = 10.0 * given.radius().hypot(level.sigma);
            let (n, middle) = (4000, given.mean()[0]);
            let cell = 2.0 * half / n as f64;
            let x = Array2::from_shape_fn((n, 1), |(i, _)| middle - half + cell * (i as f64 + 0.5));
            (given.log_density(x.view(), level).mapv(f64::exp) * f(x.view())).sum() * cell
        };
    let at = |k: usize| {
        let level = level(k);
        expected(level, &|x| {
            let apart = given.denoised(x, level) - mixture.denoised(x, level);
            apart.column(0).mapv(|d| d * d / level.sigma.powi(2))
        })
    };
    let energy: Vec<f64> = (0..LEVELS).into_par_iter().map(at).collect();
    let data = NoiseLevel::ve(0.0);
    let kl = expected(data, &|x| given.log_density(x, data) - mixture.log_density(x, data));
    [energy.iter().sum::<f64>() * step(), kl]
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let headers =
        ["scene", "scores", "½∫ over all σ", "1–99 % of it", "σ from … to", "KL(p(x|c) | p(x))"];
    let mut table = Table::new(&headers);
    table.notes = vec![format!(
        "nats; {} samples, ± is one standard error; 1–99 %: over the levels that hold so much of the exact integral",
        lab.samples
    )];
    let (mut figure, mut told) = (empty_figure(), [vec![], vec![]]);
    for scene in SCENES {
        lab.change_scene(scene)?;
        let (mixture, given) =
            (lab.scene().mixture.clone(), lab.scene().mixture.given(lab.target()));
        let net = lab.train_joint_by(
            "training the joint network",
            &lab.recipe(Kind::Joint, STEPS),
            &lab.training_set()?,
        )?;
        let x0 = lab.truth(lab.samples).x;
        let exact = differences(&given, &mixture, x0.view(), lab.seed);
        let edges = window(&exact.mean_axis(Dim(1)).expect("samples").to_vec());
        let exact = speech(&exact, edges);
        let (c, u) = (net.given(lab.target()), net.unconditional());
        let learned = speech(&differences(&c, &u, x0.view(), lab.seed), edges);
        let kl = divergence(&mixture, &given, x0.view());
        let [from, to] = [edges.0, edges.1 - 1].map(|k| significant(level(k).sigma, 2));
        for (name, found) in [("exact", &exact), ("learned", &learned)] {
            let all = if name == "exact" { plus_minus(found.whole) } else { "–".into() };
            let kl = if name == "exact" { plus_minus(kl) } else { "".into() };
            let within = plus_minus(found.within);
            table.row(&[scene.into(), name.into(), all, within, format!("{from} … {to}"), kl]);
        }
        check(lab, scene, [&exact, &learned], kl);
        let nats = plus_minus(exact.whole);
        told[0].push(format!("on {scene} {nats} nats, nearly all from σ = {from} to {to}"));
        told[1].push(format!("trên {scene}: {nats} nat, gần như tất cả ở σ từ {from} đến {to}"));
        figure.panels.push(panel(scene, [&exact, &learned], edges));
        figure.measured(&format!("{scene}: "), "energy", exact.whole);
        figure.measured(&format!("{scene}, learned: "), "energy within the window", learned.within);
    }
    lab.show("where_guidance_speaks", &table)?;
    let [en, vi] = told.map(|scenes| scenes.join("; "));
    lab.answer((en, vi));
    lab.draw(&[figure])
}

/// The numbers this experiment promises.
fn check(lab: &mut Experiment, scene: &str, [exact, learned]: [&Speech; 2], kl: (f64, f64)) {
    let off = (exact.whole.0 - kl.0).abs() / exact.whole.1.hypot(kl.1);
    let what = format!("{scene}: the integral, off the divergence in standard errors");
    lab.check(&what, off, 0.0..=4.5, 0.0..=4.5);
    if scene == "animals" {
        let slack = 4.5 * exact.whole.1;
        let range = 4f64.ln() - slack..=4f64.ln() + slack;
        lab.check("animals: the integral, which is ln 4", exact.whole.0, range.clone(), range);
    }
    if lab.scene().mixture.dim() == 1 {
        let mixture = lab.scene().mixture.clone();
        let [energy, kl] = by_quadrature(&mixture, &mixture.given(lab.target()));
        let what = format!("{scene}, by quadrature: the integral over the divergence");
        lab.check(&what, energy / kl, 0.999..=1.001, 0.999..=1.001);
        // the twin: the divergence of the class with a little noise
        let [_, other] =
            by_quadrature(&mixture, &mixture.given(lab.target()).noised(NoiseLevel::ve(0.3)));
        let what = format!("{scene}: and over that of the class with a little noise");
        lab.check(&what, energy / other, 1.005..=2.0, 1.005..=2.0);
    }
    let what = format!("{scene}: learned over exact, within the window");
    lab.check(&what, learned.within.0 / exact.within.0, 0.8..=1.2, 0.5..=1.6);
}

fn empty_figure() -> Figure {
    Figure {
        stem: "where_guidance_speaks_by_level".into(),
        title: Text::new(
            "Where guidance has anything to say",
            "Điều hướng lên tiếng ở mức nhiễu nào",
        ),
        caption: Text::new(
            "The difference of the two denoised points, level by level: its integral is what the label says of the data, in nats.",
            "Hiệu của hai điểm đã khử nhiễu, theo từng mức: tích phân của nó là lượng thông tin mà nhãn cho về dữ liệu, tính bằng nat.",
        ),
        layout: Some((1, 4)),
        notes: vec![Text::new(
            "grey: from 1 to 99 % of the exact integral",
            "xám: từ 1 đến 99 % của tích phân chính xác",
        )],
        ..Figure::default()
    }
}

fn panel(scene: &str, [exact, learned]: [&Speech; 2], (first, last): (usize, usize)) -> Panel {
    let (low, high) = (1e-2, 1e3);
    let line = |speech: &Speech| {
        let seen = |k: usize| (low..=high).contains(&level(k).sigma);
        let points: Vec<[f64; 2]> = (0..LEVELS)
            .filter(|k| seen(*k))
            .map(|k| [level(k).sigma, speech.integrand[k]])
            .collect();
        arr2(&points)
    };
    let both = exact.integrand.iter().chain(&learned.integrand);
    let top = 1.3 * both.copied().fold(0.0, f64::max);
    let edges = [level(first).sigma, level(last - 1).sigma];
    let band = Band { at: arr2(&edges.map(|sigma| [sigma, 0.0, top])) };
    let curve =
        |at, width| Curve { at, dashed: Some(false), width: Some(width), ..Curve::default() };
    Panel {
        title: scene.into(),
        x: Axis::log("σ", (low, high)),
        y: Axis::new("E|D_c − D_u|²/σ²", (0.0, top)),
        layers: vec![
            Layer::new("window", "1–99 % of the exact integral", Role::Muted, band),
            Layer::new("exact", "exact scores", Role::Neutral, curve(line(exact), 3.0))
                .label_at(Text::new("exact", "chính xác"), [20.0, 0.92 * top]),
            Layer::new("learned", "a joint network", Role::Guided, curve(line(learned), 3.0))
                .label_at(Text::new("learned", "đã học"), [20.0, 0.82 * top]),
        ],
        ..Panel::default()
    }
}
