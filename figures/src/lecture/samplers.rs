//! F21: one guided score, three samplers, and the tilt that all of them are said to sample.

use super::prelude::*;
use ndarray::concatenate;
use scorelab::data::Scene;
use scorelab::guidance::Guided;
use scorelab::metrics::{mean_with_se, spread, spread_with_se};
use scorelab::mixture::Tilt;
use scorelab::number::{plus_minus, significant};
use scorelab::rng::Purpose;
use scorelab::sampler::{Ddim, EulerMaruyama, Heun, Langevin, Sampler, sample, start};

pub const SPEC: Spec = Spec {
    name: "samplers",
    stem: "21_sampler_choice",
    part: LIMITS,
    latex: r"s_\gamma(x_t) \ne \nabla_{x_t} \log \pi_t(x_t), \quad \pi_0(x) \propto p(x)^{1-\gamma}\, p(x \mid y)^\gamma",
    title: Text::new("One γ, three samplers, three answers", "Cùng γ, ba bộ lấy mẫu, ba kết quả"),
    caption: Text::new(
        "The same guided score is walked along by an ODE, an SDE and a predictor–corrector; only the last approaches the tilted distribution that guidance is said to sample.",
        "Cùng một score đã điều hướng đi bằng ODE, SDE và dự đoán–hiệu chỉnh; chỉ cách cuối tiến tới phân phối nghiêng mà người ta cho rằng điều hướng lấy mẫu.",
    ),
    needs: &[Need::Scene, Need::Line],
    uses: &[Use::Process, Use::Steps, Use::Seed, Use::Samples],
    draw: |i: &Inputs| Ok(vec![on_its_scene(i.setting(), i.samples)?]),
};

/// γ = 3 on a scene of its own, with this process, seed and number of steps.
pub(super) fn on_its_scene(s: &Setting, n: usize) -> Result<Figure> {
    let scene = Scene::named("two-1d")?;
    sampler_choice(&Setting { scene: &scene, class: 0, ..*s }, Gamma::new(3.0)?, n)
}

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

/// e/σ² of the corrector of [`Solver::PredictorCorrector`].
pub const STEP_SIZE: f64 = 0.5;
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
const SOLVERS: [Solver; 3] =
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
    s.on_line()?;
    at_least("samples", n, 2)?;
    let tilt = Tilt::guided(s.exact(), s.class, gamma.value())?;
    let given = s.exact().given(s.class);
    let guided = Guided { main: &given, guiding: s.exact(), gamma };
    let mut f = SPEC.figure();
    f.title = f.title.map(|w| w.replacen('γ', &format!("γ = {}", gamma.value()), 1));
    let mut rows = Vec::new();
    for solver in SOLVERS {
        let ends = |times| solver.ends(s, &guided, n, times);
        let (x, again) = (ends(1)?, ends(2)?);
        for (times, x) in [(1, &x), (2, &again)] {
            told(&mut f, &format!("{}, steps × {times}", solver.name().en), x);
        }
        rows.push((solver, x, again));
    }
    let (centre, sd) = (tilt.mean()[0], tilt.covariance()[[0, 0]].sqrt());
    f.number("tilt: mean", centre);
    f.number("tilt: sd", sd);
    let (range, top) = window(s, &tilt, &rows);
    let panel = |(solver, x, again): &(Solver, Array2<f64>, Array2<f64>)| {
        let own = plus_minus(mean_with_se(&x.column(0).to_vec()));
        let mean = format!("{own} ({})", significant(mean(again), 3));
        let mut panel = one(s, &tilt, x, range, top);
        panel.title = solver.name();
        panel.x.label = Text::from((format!("mean {mean}"), format!("tb {mean}")));
        panel
    };
    f.panels = rows.iter().map(panel).collect();
    f.notes = notes(&rows, [centre, sd]);
    f.formula = legend();
    Ok(f)
}

fn legend() -> Vec<(Role, Text)> {
    vec![
        (Role::Guided, Text::new("samples", "mẫu")),
        (
            Role::Neutral,
            Text::new("      tilt  ∝ p(x) p(y ∣ x)ᵞ", "      phân phối nghiêng  ∝ p(x) p(y ∣ x)ᵞ"),
        ),
        (Role::Muted, "      p(x ∣ y)".into()),
    ]
}

/// Tells the mean and the spread of samples.
fn told(f: &mut Figure, place: &str, x: &Array2<f64>) {
    let (mean, sd) = (mean_with_se(&x.column(0).to_vec()), spread_with_se(x.view()));
    for (what, (value, se)) in [("mean", mean), ("sd", sd)] {
        f.number(format!("{place}: {what}"), value);
        f.number(format!("{place}: se of the {what}"), se);
    }
}

/// The spreads at the setting's steps, in brackets those at twice as many; and the tilt's mean and spread.
fn notes(rows: &[(Solver, Array2<f64>, Array2<f64>)], tilt: [f64; 2]) -> Vec<Text> {
    let sd = |(_, x, again): &(Solver, Array2<f64>, Array2<f64>)| {
        format!(
            "{} ({})",
            plus_minus(spread_with_se(x.view())),
            significant(spread(again.view()), 3)
        )
    };
    let sds = rows.iter().map(sd).collect::<Vec<_>>().join(", ");
    let ([centre, sd], n) = (tilt.map(|v| significant(v, 3)), count(rows[0].1.nrows()));
    let samples = Text::from((
        format!("Spreads: {sds}; in brackets with twice the steps."),
        format!("Độ lệch chuẩn: {sds}; trong ngoặc: số bước gấp đôi."),
    ));
    let tilt = Text::from((
        format!("The tilt has mean {centre} and standard deviation {sd}; {n} samples each."),
        format!(
            "Phân phối nghiêng có trung bình {centre}, độ lệch chuẩn {sd}; mỗi trường hợp {n} mẫu."
        ),
    ));
    vec![samples, tilt]
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
    let far = |mean: f64, sd: f64| [mean - 3.4 * sd, mean + 3.4 * sd];
    let wide = |x: &Array2<f64>| far(mean(x), spread(x.view()));
    let class = given.sample(1000, 0, Purpose::Reference).x;
    let of_tilt = far(tilt.mean()[0], tilt.covariance()[[0, 0]].sqrt());
    let samples = rows.iter().flat_map(|(_, x, _)| wide(x));
    let ends = extent(samples.chain(of_tilt).chain(wide(&class)));
    let top = rows.iter().map(|(_, x, _)| height(&histogram(x.column(0), ends, BINS)));
    let top = top.fold(height(&density_curve(&given, ends)), f64::max);
    (ends, 1.12 * top.max(tilt.density().fold(0.0f64, |a, b| a.max(*b))))
}

/// Samples as a histogram, the tilt dashed over it, p(x|y) behind.
fn one(s: &Setting, tilt: &Tilt, x: &Array2<f64>, range: (f64, f64), top: f64) -> Panel {
    let class = density_curve(&s.exact().given(s.class), range);
    let steps = histogram(x.column(0), range, BINS);
    let (place, floor) = (steps.slice(slice![.., ..1]), Array2::zeros((steps.nrows(), 1)));
    let area = concatenate![Dim(1), place, floor, steps.slice(slice![.., 1..])];
    let quadrature = tilt.axes()[0].iter().zip(tilt.density()).step_by(8);
    let tilted: Vec<[f64; 2]> =
        quadrature.map(|(x, p)| [*x, p]).filter(|r| (range.0..=range.1).contains(&r[0])).collect();
    let line =
        |at, dashed| Curve { at, dashed: Some(dashed), width: Some(4.0), ..Curve::default() };
    let outline = Curve { at: steps, width: Some(3.0), ..Curve::default() };
    Panel {
        x: Axis::new("", range),
        y: Axis::hidden((0.0, top)),
        layers: vec![
            Layer::new("samples", "histogram of the samples", Role::Guided, Band { at: area }),
            Layer::new("outline", "its outline", Role::Guided, outline),
            Layer::new("given", "p(x|y)", Role::Muted, line(class, false)),
            Layer::new("tilt", "the tilt", Role::Neutral, line(arr2(&tilted), true)),
        ],
        ..Panel::default()
    }
}
