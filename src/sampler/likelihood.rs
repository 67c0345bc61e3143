//! Log-likelihood by the probability-flow ODE: the density that a score implies.

use crate::noise::{Grid, NoiseLevel, Process};
use crate::score::ScoreFn;
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

/// The log density that the probability-flow ODE of a score gives to points.
///
/// ```text
/// dx/dr = −r·s(x; r),   log p(x_first) = log p_T(x_T) − ∫ r·div s(x_r; r) dr      (x for x/α, r = σ/α)
/// ```
///
/// Heun's method, so the error falls by four when the steps double. Source: Song et al. 2021 (2011.13456), eq. 39;
/// Chen et al. 2018 (1806.07366) for the change of density along a flow.
pub struct FlowLikelihood<'a> {
    /// The score.
    pub score: &'a dyn ScoreFn,
    /// Its divergence: (n, d) → (n,). [`divergence`] is one for any score; a mixture knows its own.
    pub divergence: &'a dyn Fn(ArrayView2<f64>, NoiseLevel) -> Array1<f64>,
    /// log p_T at the grid's first time: (n, d) → (n,).
    pub terminal: &'a dyn Fn(ArrayView2<f64>, NoiseLevel) -> Array1<f64>,
}

impl FlowLikelihood<'_> {
    /// log p_t(x) at the *last* time of the grid, by walking the grid backwards from there: `x` (n, d) → (n,).
    ///
    /// # Panics
    /// If the grid ends at σ = 0, where the ODE has no slope: end it at t_min.
    pub fn log_density(&self, x: ArrayView2<f64>, process: &Process, grid: &Grid) -> Array1<f64> {
        let times: Vec<f64> = grid.times().iter().rev().copied().collect();
        let first = process.level(times[0]);
        assert!(first.sigma > 0.0, "the probability-flow ODE has no slope at σ = 0");
        let dim = x.ncols() as f64;
        let mut y = &x / first.alpha; // x/α
        let mut log_p = Array1::from_elem(x.nrows(), -dim * first.alpha.ln());
        for pair in times.windows(2) {
            let (here, there) = (process.level(pair[0]), process.level(pair[1]));
            let dr = there.ratio() - here.ratio();
            let (slope, growth) = self.slope(y.view(), here);
            let guess = &y + &(&slope * dr);
            let (slope_there, growth_there) = self.slope(guess.view(), there);
            y += &((slope + slope_there) * (0.5 * dr));
            log_p += &((growth + growth_there) * (0.5 * dr));
        }
        let end = process.level(times[times.len() - 1]);
        let terminal = (self.terminal)((&y * end.alpha).view(), end);
        Zip::from(&mut log_p).and(&terminal).for_each(|l, t| *l += t + dim * end.alpha.ln());
        log_p
    }

    /// dy/dr = −r·s and −r·div s of the equivalent variance-exploding score, at y = x/α.
    fn slope(&self, y: ArrayView2<f64>, level: NoiseLevel) -> (Array2<f64>, Array1<f64>) {
        let (x, r, alpha) = (&y * level.alpha, level.ratio(), level.alpha);
        let s = self.score.score(x.view(), level) * (-r * alpha);
        (s, (self.divergence)(x.view(), level) * (-r * alpha * alpha))
    }
}

/// The divergence of any score by central differences, 2d evaluations: `x` (n, d) → (n,).
///
/// ```text
/// div s ≈ Σᵢ (sᵢ(x + h·eᵢ) − sᵢ(x − h·eᵢ))/2h,   h = 10⁻⁴·σ
/// ```
pub fn divergence(score: &dyn ScoreFn, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
    let h = 1e-4 * level.sigma;
    let mut out = Array1::zeros(x.nrows());
    for i in 0..x.ncols() {
        let shifted = |h: f64| {
            let mut x = x.to_owned();
            x.index_axis_mut(Axis(1), i).mapv_inplace(|v| v + h);
            score.score(x.view(), level).index_axis_move(Axis(1), i)
        };
        out += &((shifted(h) - shifted(-h)) / (2.0 * h));
    }
    out
}
