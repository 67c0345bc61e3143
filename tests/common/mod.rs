//! Tiny helpers: residuals, points to look at, differences, quadrature, elimination.

pub mod cases;
pub mod textbook;

use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};
use scorelab::mixture::Mixture;
use scorelab::noise::{NoiseLevel, Process};
use scorelab::rng::{self, Purpose};
use scorelab::score::ScoreFn;
use std::path::PathBuf;

/// A file or folder of the repository.
pub fn repository(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(name)
}

/// A law: its residual is within the tolerance, and that of its wrong twin is not, so the tolerance can see something.
#[track_caller]
pub fn assert_law(law: &str, truth: f64, twin: f64, tolerance: f64) {
    assert!(truth < tolerance, "{law}: the residual is {truth:.3e}, above {tolerance:.0e}");
    assert!(twin > tolerance, "{law}: a wrong twin passes with {twin:.3e}, below {tolerance:.0e}");
}

/// The largest |value|; NaN if there is one, so that no NaN passes for a small residual.
pub fn max_abs<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    worst(values.into_iter().map(|v| v.abs()))
}

/// The largest residual; NaN if there is one.
pub fn worst(residuals: impl IntoIterator<Item = f64>) -> f64 {
    residuals.into_iter().fold(0.0, |m, r| if r.is_nan() || r > m { r } else { m })
}

/// The largest of |aᵢ − bᵢ| over rows i, each relative to its scale.
pub fn row_residual(a: &Array2<f64>, b: &Array2<f64>, scale: &Array1<f64>) -> f64 {
    worst((a - b).outer_iter().zip(scale).map(|(row, s)| max_abs(row) / s))
}

/// The length of each row (n).
pub fn lengths(a: &Array2<f64>) -> Array1<f64> {
    a.map_axis(Axis(1), |row| row.dot(&row).sqrt())
}

/// Elementwise the larger of two (n).
pub fn larger(a: &Array1<f64>, b: &Array1<f64>) -> Array1<f64> {
    Zip::from(a).and(b).map_collect(|a, b| a.max(*b))
}

/// The four processes; VE far enough that σ/α reaches 100 in all of them.
pub const PROCESSES: [Process; 4] = [
    Process::VP_LINEAR,
    Process::VpCosine,
    Process::Ve { sigma_min: 0.002, sigma_max: 100.0 },
    Process::Flow,
];

/// Every process at σ/α from 10⁻² to 10².
pub fn levels() -> Vec<(&'static str, NoiseLevel)> {
    let ratios = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0f64];
    let at = |p: &Process, r: f64| p.level(p.t_of_log_snr(-2.0 * r.ln()));
    PROCESSES.iter().flat_map(|p| ratios.map(|r| (p.name(), at(p, r)))).collect()
}

/// √(α²·sd² + σ²), sd that of the narrowest component: the length on which log p_t changes.
pub fn width(mixture: &Mixture, level: NoiseLevel) -> f64 {
    let least = mixture.covs().iter().flat_map(|c| c.diag().to_vec()).fold(f64::MAX, f64::min);
    (level.alpha * level.alpha * least + level.sigma * level.sigma).sqrt()
}

/// n points up to `reach` widths away from noised samples of the mixture (n, d), the first of them a sample itself.
pub fn points(mixture: &Mixture, level: NoiseLevel, n: usize, reach: f64) -> Array2<f64> {
    let mut x = mixture.sample(n, 11, Purpose::Data).x * level.alpha;
    let far = reach * width(mixture, level);
    for (i, (mut x, way)) in
        x.outer_iter_mut().zip(normals(n, mixture.dim()).outer_iter()).enumerate()
    {
        let step = far * i as f64 / n as f64;
        x.scaled_add(step / way.dot(&way).sqrt(), &way);
    }
    x
}

/// Standard normals (n, d), always the same.
pub fn normals(n: usize, dim: usize) -> Array2<f64> {
    rng::normals(12, Purpose::Reference, 0, (n, dim))
}

/// ∂f/∂xᵢ by central differences with steps h: `x` (n, d) → (n, d).
pub fn gradient(
    f: impl Fn(ArrayView2<f64>) -> Array1<f64>,
    x: &Array2<f64>,
    h: f64,
) -> Array2<f64> {
    let mut out = Array2::zeros(x.raw_dim());
    for i in 0..x.ncols() {
        let shifted = |h: f64| {
            let mut x = x.clone();
            x.column_mut(i).mapv_inplace(|v| v + h);
            f(x.view())
        };
        out.column_mut(i).assign(&((shifted(h) - shifted(-h)) / (2.0 * h)));
    }
    out
}

/// ∫ f over [a, b] by Simpson's rule with `n` (even) intervals.
pub fn simpson(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
    let h = (b - a) / n as f64;
    let weight = |i: usize| {
        if i == 0 || i == n {
            1.0
        } else if i % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    (0..=n).map(|i| weight(i) * f(a + h * i as f64)).sum::<f64>() * h / 3.0
}

/// A score multiplied by a number: the wrong twin of every score.
pub struct Scaled<'a>(pub &'a dyn ScoreFn, pub f64);

impl ScoreFn for Scaled<'_> {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.0.score(x, level) * self.1
    }
}
