//! F21: one guided score, three samplers, and the tilt that all of them are said to sample.

use super::frame::{count, density_curve, histogram};
use super::{Setting, at_least, figure, finer};
use crate::plot::{Axis, Band, Curve, Figure, Layer, Panel, Role, Text};
use ndarray::{Array2, concatenate};
use scorelab::Result;
use scorelab::data::Scene;
use scorelab::guidance::{Gamma, Guided};
use scorelab::metrics::{mean_with_se, spread, spread_with_se};
use scorelab::mixture::Tilt;
use scorelab::number::{plus_minus, significant};
use scorelab::sampler::{Ddim, EulerMaruyama, Heun, Langevin, Sampler, sample, start};
use scorelab::score::ScoreFn;

/// A way to walk along s_γ = s_u + γ·(s_c − s_u).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Solver {
    /// Heun's method on the probability-flow ODE of s_γ, in twice as many steps as the setting's.
    Ode,
    /// Euler–Maruyama on the reverse SDE of s_γ with noise factor λ, in as many steps.
    Sde {
        /// λ.
        lambda: f64,
    },
    /// DDIM on s_c, and after each of its steps so many Langevin steps on s_γ.
    PredictorCorrector {
        /// K.
        corrections: usize,
    },
}

/// e/σ² of the corrector.
const STEP_SIZE: f64 = 0.5;
/// Steps of the ODE and of the SDE for each step of the predictor–corrector, which pays for its corrections.
const STEPS: usize = 2;

impl Solver {
    /// What it is called on a slide.
    pub fn name(self) -> Text {
        match self {
            Solver::Ode => Text::new("ODE", "ODE"),
            Solver::Sde { lambda } => format!("SDE, λ = {lambda}").into(),
            Solver::PredictorCorrector { corrections } => Text::from((
                format!("predictor–corrector, K = {corrections}"),
                format!("dự đoán–hiệu chỉnh, K = {corrections}"),
            )),
        }
    }

    /// Where n starting points end, with `times` the steps of the setting's grid: (n, d). Main and guiding are s_c and s_u.
    ///
    /// The ODE and, as λ grows, less and less the SDE miss the tilt p(x)^(1−γ)·p(x|y)^γ; the predictor–corrector
    /// approaches it as its steps shrink. At γ = 1 all agree. Source: Bradley & Nakkiran 2024 (2408.09000), section 4.
    ///
    /// # Errors
    /// If there would be too many steps.
    pub fn ends(
        self,
        s: &Setting,
        guided: &Guided<impl ScoreFn, impl ScoreFn>,
        n: usize,
        times: usize,
    ) -> Result<Array2<f64>> {
        fn walk<S: Sampler + Clone + Sync>(
            s: &Setting,
            sampler: &S,
            score: &dyn ScoreFn,
            n: usize,
            times: usize,
        ) -> Result<Array2<f64>> {
            let grid = finer(s, times)?;
            let from = start(n, score.dim(), &s.process, &grid, s.seed);
            Ok(sample(sampler, score, &s.process, &grid, from.view(), s.seed))
        }
        match self {
            Solver::Ode => walk(s, &Heun, guided, n, STEPS * times),
            Solver::Sde { lambda } => walk(s, &EulerMaruyama { lambda }, guided, n, STEPS * times),
            Solver::PredictorCorrector { corrections } => {
                let sampler = Langevin {
                    inner: Ddim { eta: 0.0 },
                    corrector: guided,
                    steps: corrections,
                    step_size: STEP_SIZE,
                };
                walk(s, &sampler, &guided.main, n, times)
            }
        }
    }
}

/// The three of the figure.
const WAYS: [Solver; 3] =
    [Solver::Ode, Solver::Sde { lambda: 1.0 }, Solver::PredictorCorrector { corrections: 5 }];
/// Cells of a histogram.
const BINS: usize = 48;

/// F21: the samples of three samplers at one γ, each against the tilt p(x)^(1−γ)·p(x|y)^γ and against p(x|y).
///
/// The mean and the standard deviation of `n` samples are printed at the setting's steps and at twice as many, beside
/// those of the tilt by quadrature.
///
/// # Errors
/// If the scene is not one-dimensional, `n` is less than 2, or the tilt is improper.
pub fn sampler_choice(s: &Setting, gamma: Gamma, n: usize) -> Result<Figure> {
    s.checked_line()?;
    at_least("samples", n, 2)?;
    let tilt = Tilt::guided(s.exact(), s.class, gamma.value())?;
    let given = s.exact().given(s.class);
    let guided = Guided { main: &given, guiding: s.exact(), gamma };
    let mut f = figure(
        "21_sampler_choice",
        Text::from((
            format!("One γ = {}, three samplers, three answers", gamma.value()),
            format!("Cùng γ = {}, ba bộ lấy mẫu, ba kết quả", gamma.value()),
        )),
        Text::new(
            "The same guided score is walked along by an ODE, an SDE and a predictor–corrector; only the last approaches the tilted distribution that guidance is said to sample.",
            "Cùng một score đã điều hướng đi bằng ODE, SDE và dự đoán–hiệu chỉnh; chỉ cách cuối tiến tới phân phối nghiêng mà người ta cho rằng điều hướng lấy mẫu.",
        ),
    );
    let mut rows = Vec::new();
    for way in WAYS {
        let x = way.ends(s, &guided, n, 1)?;
        let again = way.ends(s, &guided, n, 2)?;
        for (times, x) in [(1, &x), (2, &again)] {
            let (mean, se) = mean_with_se(&x.column(0).to_vec());
            let place = format!("{}, steps × {times}", way.name().en);
            f.numbers.push((format!("{place}: mean"), mean));
            f.numbers.push((format!("{place}: se of the mean"), se));
            let (sd, se) = spread_with_se(x.view());
            f.numbers.push((format!("{place}: sd"), sd));
            f.numbers.push((format!("{place}: se of the sd"), se));
        }
        rows.push((way, x, again));
    }
    let (centre, sd) = (tilt.mean()[0], tilt.covariance()[[0, 0]].sqrt());
    f.numbers.push(("tilt: mean".into(), centre));
    f.numbers.push(("tilt: sd".into(), sd));
    let (range, top) = window(s, &tilt, &rows);
    f.panels = rows
        .iter()
        .map(|(way, x, again)| {
            let mut panel = one(s, &tilt, x, range, top);
            panel.title = way.name();
            let own = plus_minus(mean_with_se(&x.column(0).to_vec()));
            let mean = format!("{own} ({})", significant(mean(again), 3));
            panel.x.label = Text::from((format!("mean {mean}"), format!("tb {mean}")));
            panel
        })
        .collect();
    let sds: Vec<String> = rows.iter().map(|(_, x, again)| both(x, again)).collect();
    let [centre, sd] = [centre, sd].map(|v| significant(v, 3));
    f.notes = vec![Text::from((
        format!(
            "sd: {};  tilt: mean {centre}, sd {sd};  {} samples;  ( ) twice the steps",
            sds.join(", "),
            count(n)
        ),
        format!(
            "sd: {};  nghiêng: tb {centre}, sd {sd};  {} mẫu;  ( ) số bước gấp đôi",
            sds.join(", "),
            count(n)
        ),
    ))];
    f.formula = vec![
        (Role::Guided, Text::new("samples", "mẫu")),
        (
            Role::Neutral,
            Text::new("      tilt  ∝ p(x) p(y ∣ x)ᵞ", "      phân phối nghiêng  ∝ p(x) p(y ∣ x)ᵞ"),
        ),
        (Role::Muted, "      p(x ∣ y)".into()),
    ];
    Ok(f)
}

/// The spread of the samples at the setting's steps, and in brackets at twice as many: `2.031 ± 0.022 (2.03)`.
fn both(x: &Array2<f64>, again: &Array2<f64>) -> String {
    format!("{} ({})", plus_minus(spread_with_se(x.view())), significant(spread(again.view()), 3))
}

fn mean(x: &Array2<f64>) -> f64 {
    mean_with_se(&x.column(0).to_vec()).0
}

/// The range of x that holds the tilt and nearly all samples, and the top of the densities.
fn window(
    s: &Setting,
    tilt: &Tilt,
    rows: &[(Solver, Array2<f64>, Array2<f64>)],
) -> ((f64, f64), f64) {
    let given = s.exact().given(s.class);
    let far = |mean: f64, sd: f64| (mean - 3.4 * sd, mean + 3.4 * sd);
    let mut ends = far(tilt.mean()[0], tilt.covariance()[[0, 0]].sqrt());
    let wide = |x: &Array2<f64>| far(mean(x), spread(x.view()));
    let class = given.sample(1000, 0, scorelab::rng::Purpose::Reference).x;
    for (lo, hi) in rows.iter().map(|(_, x, _)| wide(x)).chain([wide(&class)]) {
        ends = (ends.0.min(lo), ends.1.max(hi));
    }
    let height = |at: &Array2<f64>| at.column(1).fold(0.0f64, |a, b| a.max(*b));
    let top = rows.iter().map(|(_, x, _)| height(&histogram(x.column(0), ends, BINS)));
    let top = top.fold(height(&density_curve(&given, ends)), f64::max);
    (ends, 1.12 * top.max(tilt.density().fold(0.0f64, |a, b| a.max(*b))))
}

/// Samples as a histogram, the tilt dashed over it, p(x|y) behind.
fn one(s: &Setting, tilt: &Tilt, x: &Array2<f64>, range: (f64, f64), top: f64) -> Panel {
    let class = density_curve(&s.exact().given(s.class), range);
    let steps = histogram(x.column(0), range, BINS);
    let floor = Array2::zeros((steps.nrows(), 1));
    let area = concatenate![
        ndarray::Axis(1),
        steps.slice(ndarray::s![.., ..1]),
        floor,
        steps.slice(ndarray::s![.., 1..])
    ];
    let quadrature = (&tilt.axes()[0], tilt.density());
    let tilted: Vec<[f64; 2]> =
        quadrature.0.iter().zip(&quadrature.1).step_by(8).map(|(x, p)| [*x, *p]).collect();
    let tilted: Vec<[f64; 2]> =
        tilted.into_iter().filter(|r| (range.0..=range.1).contains(&r[0])).collect();
    let line =
        |at, dashed| Curve { at, dashed: Some(dashed), width: Some(4.0), ..Curve::default() };
    Panel {
        x: Axis::new("", range),
        y: Axis::hidden((0.0, top)),
        layers: vec![
            Layer::new("samples", "histogram of the samples", Role::Guided, Band { at: area }),
            Layer::new(
                "outline",
                "its outline",
                Role::Guided,
                Curve { at: steps, width: Some(3.0), ..Curve::default() },
            ),
            Layer::new("given", "p(x|y)", Role::Muted, line(class, false)),
            Layer::new("tilt", "the tilt", Role::Neutral, line(ndarray::arr2(&tilted), true)),
        ],
        ..Panel::default()
    }
}

/// F21 at γ = 3 and F22 at γ = 4, each on its own built-in scene with this process, seed and number of steps.
///
/// # Errors
/// As [`sampler_choice`] and [`interval`](super::interval).
pub fn over_a_line(s: &Setting, n: usize) -> Result<[Figure; 2]> {
    let (two, far) = (Scene::named("two-1d")?, Scene::named("far-mode-1d")?);
    Ok([
        sampler_choice(&Setting { scene: &two, class: 0, ..*s }, Gamma::new(3.0)?, n)?,
        super::interval(&Setting { scene: &far, class: 0, ..*s }, Gamma::new(4.0)?, 1.0, n)?,
    ])
}
