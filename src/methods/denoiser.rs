//! A score that is given by its denoised points.

use super::Score;
use crate::guidance::Guided;
use crate::noise::NoiseLevel;
use crate::score::{ScoreFn, score_of_denoised};
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1};
use std::sync::Arc;

/// A score made of a function x, level → D(x).
pub struct Denoiser<F> {
    /// The dimension of a point.
    pub dim: usize,
    /// D: (n, d) → (n, d).
    pub denoised: F,
}

impl<F> ScoreFn for Denoiser<F>
where
    F: Fn(ArrayView2<f64>, NoiseLevel) -> Array2<f64> + Send + Sync,
{
    fn dim(&self) -> usize {
        self.dim
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        (self.denoised)(x, level)
    }
}

/// A point with its two denoised ones.
pub struct Point<'a> {
    /// x_t (d).
    pub x: ArrayView1<'a, f64>,
    /// D_u (d).
    pub unconditional: ArrayView1<'a, f64>,
    /// Where it is.
    pub level: NoiseLevel,
}

/// A score by a formula on D_c and D_u of a single point: `formula` finds D_c in its second argument and leaves D there.
pub fn row_by_row(
    pair: Guided<Score, Score>,
    formula: impl Fn(Point, ArrayViewMut1<f64>) + Send + Sync + 'static,
) -> Score {
    let dim = pair.main.dim();
    let denoised = move |x: ArrayView2<f64>, level: NoiseLevel| {
        let mut d = pair.main.denoised(x, level);
        let u = pair.guiding.denoised(x, level);
        for ((x, u), d) in x.outer_iter().zip(u.outer_iter()).zip(d.outer_iter_mut()) {
            formula(Point { x, unconditional: u, level }, d);
        }
        d
    };
    Arc::new(Denoiser { dim, denoised })
}

/// ⟨a, b⟩/⟨b, b⟩, by how much of b a goes along b; 0 where b is 0.
pub fn along(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    let square = b.dot(&b);
    if square > 0.0 { a.dot(&b) / square } else { 0.0 }
}
