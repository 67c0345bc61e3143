//! Nothing here is needed to understand: the formulas of [`plain`](super::plain), written out for the machine's registers.
//!
//! | module | what it holds |
//! |---|---|
//! | [`lanes`] | eight points side by side, and their exponentials |
//! | [`noised`] | the components at a level, in any dimension |
//! | [`plane`] | the score in the plane, where nearly everything happens |

mod lanes;
mod noised;
mod plane;

pub use lanes::{LANES, Lane, exp, minus, softmax, softmax_lanes, weighted_sum};
pub use noised::{Noised, Scratch};
pub use plane::Components;

use super::Mixture;
use crate::arch::wide;
use crate::noise::NoiseLevel;
use crate::parallel::each;
use ndarray::{Array1, Array2, Array3, ArrayView2, ArrayViewMut2, Axis, s};

/// Rows that one thread handles at a time.
const ROWS: usize = 512;

/// The score at one level: `x` (n, d) → (n, d).
pub fn score(mixture: &Mixture, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
    mixture.check_dim(x.ncols());
    if x.ncols() == 2 { plane::score(mixture, x, level) } else { score_by_lanes(mixture, x, level) }
}

/// The score in any dimension.
fn score_by_lanes(mixture: &Mixture, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
    let noised = Noised::new(mixture, level);
    let mut out = Array2::zeros(x.raw_dim());
    mixture.for_rows(
        x,
        out.view_mut(),
        #[inline(always)]
        |x, out, scratch| {
            noised.at(x, scratch);
            weighted_sum(&scratch.resp, &scratch.pulls, out);
        },
    );
    out
}

/// The score where every point has a level of its own: `x` (n, d), `levels` (n) → (n, d).
pub fn score_each(mixture: &Mixture, x: ArrayView2<f64>, levels: &[NoiseLevel]) -> Array2<f64> {
    let (n, d) = x.dim();
    assert_eq!(n, levels.len(), "a level for each point");
    mixture.check_dim(d);
    if d == 2 {
        return plane::score_each(mixture, x, levels);
    }
    let mut with_level = Array2::zeros((n, d + 2)); // the level travels beside its point
    with_level.slice_mut(s![.., ..d]).assign(&x);
    for (mut row, level) in with_level.outer_iter_mut().zip(levels) {
        (row[d], row[d + 1]) = (level.alpha, level.sigma);
    }
    let mut out = Array2::zeros(x.raw_dim());
    mixture.for_lanes(
        with_level.view(),
        out.view_mut(),
        #[inline(always)]
        |x, out, scratch| {
            mixture.at_each(&x[..d], x[d], x[d + 1], scratch);
            weighted_sum(&scratch.resp, &scratch.pulls, out);
        },
    );
    out
}

/// log p_t(x): `x` (n, d) → (n,).
pub fn log_density(mixture: &Mixture, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
    mixture.check_dim(x.ncols());
    match x.ncols() == 2 && mixture.weights.len() >= plane::MANY {
        true => plane::log_density(mixture, x, level),
        false => log_density_by_lanes(mixture, x, level),
    }
}

/// log p_t(x) in any dimension.
fn log_density_by_lanes(mixture: &Mixture, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
    let noised = Noised::new(mixture, level);
    let mut out = Array1::zeros(x.nrows());
    mixture.for_rows(
        x,
        out.view_mut().insert_axis(Axis(1)),
        #[inline(always)]
        |x, out, scratch| {
            out[0] = noised.at(x, scratch);
        },
    );
    out
}

/// P(y | x_t = x) of every class: `x` (n, d) → (n, classes).
pub fn class_probabilities(
    mixture: &Mixture,
    x: ArrayView2<f64>,
    level: NoiseLevel,
) -> Array2<f64> {
    let noised = Noised::new(mixture, level);
    let mut out = Array2::zeros((x.nrows(), mixture.classes));
    mixture.for_rows(
        x,
        out.view_mut(),
        #[inline(always)]
        |x, out, scratch| {
            noised.at(x, scratch);
            out.fill([0.0; LANES]);
            for (r, y) in scratch.resp.iter().zip(mixture.labels()) {
                for l in 0..LANES {
                    out[*y][l] += r[l];
                }
            }
        },
    );
    out
}

/// The Jacobian of the score, as Σₖ rₖ (vₖvₖᵀ − Cₖ⁻¹) − s·sᵀ: `x` (n, d) → (n, d, d).
pub fn jacobian(mixture: &Mixture, x: ArrayView2<f64>, level: NoiseLevel) -> Array3<f64> {
    let (n, d) = x.dim();
    let noised = Noised::new(mixture, level);
    let mut out = Array2::zeros((n, d * d));
    mixture.for_rows(
        x,
        out.view_mut(),
        #[inline(always)]
        |x, out, scratch| {
            noised.at(x, scratch);
            let mut score = vec![[0.0; LANES]; d];
            weighted_sum(&scratch.resp, &scratch.pulls, &mut score);
            for (e, jac) in out.iter_mut().enumerate() {
                let (i, j) = (e / d, e % d);
                for l in 0..LANES {
                    jac[l] = -score[i][l] * score[j][l];
                }
                for (k, r) in scratch.resp.iter().enumerate() {
                    let (v, precision) = (&scratch.pulls[k * d..][..d], noised.precision(k)[e]);
                    for l in 0..LANES {
                        jac[l] += r[l] * (v[i][l] * v[j][l] - precision);
                    }
                }
            }
        },
    );
    out.into_shape_with_order((n, d, d)).expect("d·d numbers for each row")
}

impl Mixture {
    fn check_dim(&self, d: usize) {
        assert_eq!(d, self.means.ncols(), "points of dimension {}", self.means.ncols());
    }

    /// As [`Mixture::for_lanes`], for points and nothing else.
    pub(super) fn for_rows<F>(&self, x: ArrayView2<f64>, out: ArrayViewMut2<f64>, f: F)
    where
        F: Fn(&[Lane], &mut [Lane], &mut Scratch) + Sync,
    {
        self.check_dim(x.ncols());
        self.for_lanes(x, out, f);
    }

    /// Runs `f` on the rows of `x` and of `out`, some of them side by side, blocks of rows shared out over the threads.
    ///
    /// A lane never sees another, so a row's answer does not depend on its neighbours.
    fn for_lanes<F>(&self, x: ArrayView2<f64>, mut out: ArrayViewMut2<f64>, f: F)
    where
        F: Fn(&[Lane], &mut [Lane], &mut Scratch) + Sync,
    {
        let blocks = out.axis_chunks_iter_mut(Axis(0), ROWS);
        each(blocks.zip(x.axis_chunks_iter(Axis(0), ROWS)), |(mut out, x)| {
            let mut scratch = Scratch::new(self);
            let mut seen = vec![[0.0; LANES]; x.ncols()];
            let mut answer = vec![[0.0; LANES]; out.ncols()];
            for (x, mut out) in
                x.axis_chunks_iter(Axis(0), LANES).zip(out.axis_chunks_iter_mut(Axis(0), LANES))
            {
                for l in 0..LANES {
                    let row = x.row(l.min(x.nrows() - 1)); // the last row again where none is left
                    seen.iter_mut().zip(row).for_each(|(s, x)| s[l] = *x);
                }
                wide(
                    #[inline(always)]
                    || f(&seen, &mut answer, &mut scratch),
                );
                for (l, mut row) in out.outer_iter_mut().enumerate() {
                    row.iter_mut().zip(&answer).for_each(|(o, a)| *o = a[l]);
                }
            }
        });
    }
}
