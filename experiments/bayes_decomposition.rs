//! Is the conditional score really the unconditional score plus the classifier's gradient?
//!
//! ```text
//! cargo run --example bayes_decomposition
//! ```
//!
//! ```text
//! ∇ₓ log p_t(x | y) = ∇ₓ log p_t(x) + ∇ₓ log p_t(y | x),      ∇ₓ log p(y) = 0
//! ```
//!
//! Both sides are exact and computed apart: the left from the class's own mixture, the right from the whole mixture and
//! the softmax of its posterior. Expect residuals near 10⁻¹⁵ of the scores at every noise level, up to a thousand units from
//! the data; with a posterior taken at a level 1 % too high the same test fails by six orders of magnitude and more.

use ndarray::{Array2, ArrayView2};
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::noise::NoiseLevel;
use scorelab::rng::{Purpose, normals};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab_figures::lecture;
use scorelab_lab::{Defaults, Experiment, Table, run, yes_or_no};
use std::process::ExitCode;

const QUESTION: &str =
    "is the conditional score the unconditional score plus the classifier's gradient?";

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "gamma", "gradient-scale", "sampler", "steps"];
    let defaults = Defaults { samples: (2000, 500), unused, ..Defaults::default() };
    run("bayes_decomposition", QUESTION, "noisy_vs_clean_classifier", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let mut table = Table::new(&[
        "σ/α",
        "|s_c|",
        "|s_u|",
        "|∇log p(y|x)|",
        "residual",
        "far away",
        "Σ_y p·s_y − s_u",
        "wrong twin",
    ]);
    table.notes = vec![
        "|·|: root mean square over x ~ p_t; residuals: the largest, relative to max(|s_c|, |s_u|) at that point".into(),
        "far away: 1,000 units from the data; wrong twin: the posterior at a level 1 % too high".into(),
    ];
    let (mut worst, mut far, mut sums, mut twin) = (0.0f64, 0.0f64, 0.0f64, f64::INFINITY);
    for ratio in [0.01, 0.1, 0.5, 1.0, 2.0, 10.0, 100.0] {
        let level = lab.process.level(lab.process.t_of_log_snr(-2.0 * f64::ln(ratio)));
        let row = Residuals::at(lab, level);
        (worst, far) = (worst.max(row.near), far.max(row.far));
        (sums, twin) = (sums.max(row.sum), twin.min(row.twin));
        let sizes = row.sizes.map(|s| format!("{s:.4}"));
        let found = [row.near, row.far, row.sum, row.twin].map(|r| format!("{r:.1e}"));
        table.row(&[&[format!("{ratio}")][..], &sizes, &found].concat());
    }
    println!(
        "\nscene {}, y = {}, process {}",
        lab.scene().name,
        lab.class_name(),
        lab.process.name()
    );
    lab.show("bayes_decomposition", &table)?;
    lab.check("largest residual, × 10¹²", 1e12 * worst, 0.0..=1.0, 0.0..=1.0);
    lab.check("largest residual far away, × 10¹²", 1e12 * far, 0.0..=1.0, 0.0..=1.0);
    lab.check("largest |Σ_y p(y|x)·s_y − s_u|, × 10¹³", 1e13 * sums, 0.0..=1.0, 0.0..=1.0);
    lab.check(
        "smallest residual of the wrong twin",
        twin,
        1e-6..=f64::INFINITY,
        1e-6..=f64::INFINITY,
    );
    lab.answer(yes_or_no(worst.max(far) < 1e-9).then((
        format!(
            ": the two sides differ by {:.1e} of the scores at most, and by {twin:.1e} at least where the posterior is taken at a level 1 % too high",
            worst.max(far)
        ),
        format!(
            ": hai vế lệch nhau nhiều nhất {:.1e} lần độ lớn của score, còn nếu lấy hậu nghiệm ở mức nhiễu cao hơn 1 % thì ít nhất {twin:.1e}",
            worst.max(far)
        ),
    )));
    let s = lab.setting();
    let level = s.level_by_radius(0.6);
    let point = lecture::open_point(&s, level, Gamma::new(1.0)?)?;
    let mut figures = vec![lecture::two_scores(&s)?, lecture::bayes_plane(&s, level)?];
    for build in [None, Some(1), Some(2), Some(3), Some(4)] {
        figures.push(lecture::bayes_sum(&s, point, level, Gamma::new(1.0)?, build)?);
    }
    if lab.flags.all {
        let frames: Vec<_> = lecture::bayes_through_time(&s, lab.size(72, 24))?.collect();
        lab.animate("A1_bayes_through_time", frames)?;
    }
    lab.draw(&figures)
}

struct Residuals {
    sizes: [f64; 3],
    near: f64,
    far: f64,
    sum: f64,
    twin: f64,
}

impl Residuals {
    fn at(lab: &Experiment, level: NoiseLevel) -> Residuals {
        let mixture = &lab.scene().mixture;
        let (conditional, posterior) =
            (mixture.given(lab.target()), mixture.posterior(lab.target()));
        let mut x = mixture.sample(lab.samples, lab.seed, Purpose::Reference).x * level.alpha;
        let z = normals(lab.seed, Purpose::Reference, 1, x.dim());
        x.scaled_add(level.sigma, &z);
        let away = &z * 1000.0 + &x;

        let residual = |x: ArrayView2<f64>, posterior_level: NoiseLevel| {
            let (s_c, s_u) = (conditional.score(x, level), mixture.score(x, level));
            largest(&(&s_c - &s_u - posterior.grad_log_likelihood(x, posterior_level)), &s_c, &s_u)
        };
        let (s_c, s_u) = (conditional.score(x.view(), level), mixture.score(x.view(), level));
        let p = mixture.class_probabilities(x.view(), level);
        let mut sum = -&s_u;
        for class in 0..mixture.classes() {
            sum += &(mixture.given(class).score(x.view(), level)
                * p.column(class).insert_axis(ndarray::Axis(1)));
        }
        let higher = NoiseLevel { sigma: 1.01 * level.sigma, ..level };
        let delta = posterior.grad_log_likelihood(x.view(), level);
        Residuals {
            sizes: [&s_c, &s_u, &delta]
                .map(|s| (s.iter().map(|v| v * v).sum::<f64>() / s.nrows() as f64).sqrt()),
            near: residual(x.view(), level),
            far: residual(away.view(), level),
            sum: largest(&sum, &s_c, &s_u),
            twin: residual(x.view(), higher),
        }
    }
}

/// The largest |residual| of a row, relative to the larger of |a| and |b| there.
fn largest(residual: &Array2<f64>, a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    let norm = |m: &Array2<f64>, i: usize| m.row(i).dot(&m.row(i)).sqrt();
    (0..residual.nrows())
        .map(|i| norm(residual, i) / norm(a, i).max(norm(b, i)))
        .fold(0.0, f64::max)
}
