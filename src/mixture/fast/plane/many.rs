//! Many components in the plane: eight of them side by side, the points one after the other.

use super::tiles::{Eight, TILE, Tile, put, take};
use super::{ROWS, add, exp, pull, vectors_mut};
use crate::mixture::fast::lanes::LANES;
use crate::noise::NoiseLevel;
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2};
use pulp::{Simd, WithSimd};

/// How components of N numbers look from a point, in M numbers.
pub trait Seen<const N: usize, const M: usize> {
    /// No d of the tile is less.
    fn least(&self, point: [f64; 2], tile: &Tile<N>) -> f64;

    /// d first, and what [`Seen::share`] needs.
    fn distance<S: Simd>(&self, simd: S, point: [f64; 2], component: [S::f64s; N]) -> [S::f64s; M];

    /// π·|C|^(−½) and v.
    fn share<S: Simd>(simd: S, distance: [S::f64s; M], component: [S::f64s; N]) -> [S::f64s; 3];
}

/// Components at one level: α·μ (2), the entries xx, xy and yy of C⁻¹, and π·|C|^(−½).
pub struct OneLevel;

impl Seen<6, 3> for OneLevel {
    #[inline(always)]
    fn least(&self, point: [f64; 2], tile: &Tile<6>) -> f64 {
        tile.gap(point, 1.0) / tile.widest
    }

    /// [d, v].
    #[inline(always)]
    fn distance<S: Simd>(&self, simd: S, [x, y]: [f64; 2], c: [S::f64s; 6]) -> [S::f64s; 3] {
        let (x, y) = (simd.splat_f64s(x), simd.splat_f64s(y));
        pull(simd, simd.sub_f64s(c[0], x), simd.sub_f64s(c[1], y), [c[2], c[3], c[4]])
    }

    #[inline(always)]
    fn share<S: Simd>(_: S, [_, p, q]: [S::f64s; 3], c: [S::f64s; 6]) -> [S::f64s; 3] {
        [c[5], p, q]
    }
}

/// A [`Component`](super::Component), seen at the level of the point.
pub struct OwnLevel {
    alpha: f64,
    alpha2: f64,
    sigma2: f64,
}

impl OwnLevel {
    pub fn new(level: NoiseLevel) -> Self {
        let NoiseLevel { alpha, sigma } = level;
        OwnLevel { alpha, alpha2: alpha * alpha, sigma2: sigma * sigma }
    }
}

impl Seen<7, 4> for OwnLevel {
    #[inline(always)]
    fn least(&self, point: [f64; 2], tile: &Tile<7>) -> f64 {
        tile.gap(point, self.alpha) / (self.alpha2 * tile.widest + self.sigma2)
    }

    /// [d, the two coordinates of v along the axes of Σ, 1/|C|].
    #[inline(always)]
    fn distance<S: Simd>(&self, simd: S, [x, y]: [f64; 2], c: [S::f64s; 7]) -> [S::f64s; 4] {
        let (alpha, alpha2) = (simd.splat_f64s(self.alpha), simd.splat_f64s(self.alpha2));
        let sigma2 = simd.splat_f64s(self.sigma2);
        let u = simd.mul_add_e_f64s(alpha, c[0], simd.splat_f64s(-x));
        let v = simd.mul_add_e_f64s(alpha, c[1], simd.splat_f64s(-y));
        let along = simd.mul_add_e_f64s(c[2], u, simd.mul_f64s(c[3], v));
        let across = simd.negate_mul_add_e_f64s(c[3], u, simd.mul_f64s(c[2], v));
        let first = simd.mul_add_e_f64s(alpha2, c[4], sigma2);
        let second = simd.mul_add_e_f64s(alpha2, c[5], sigma2);
        let inverse = simd.div_f64s(simd.splat_f64s(1.0), simd.mul_f64s(first, second));
        let p = simd.mul_f64s(along, simd.mul_f64s(second, inverse));
        let q = simd.mul_f64s(across, simd.mul_f64s(first, inverse));
        [simd.mul_add_e_f64s(along, p, simd.mul_f64s(across, q)), p, q, inverse]
    }

    #[inline(always)]
    fn share<S: Simd>(simd: S, [_, p, q, inverse]: [S::f64s; 4], c: [S::f64s; 7]) -> [S::f64s; 3] {
        let weight = simd.mul_f64s(c[6], simd.sqrt_f64s(inverse));
        let x = simd.negate_mul_add_e_f64s(c[3], q, simd.mul_f64s(c[2], p));
        let y = simd.mul_add_e_f64s(c[3], p, simd.mul_f64s(c[2], q));
        [weight, x, y]
    }
}

/// Many components, side by side; the points one after the other.
pub struct Many<'a, const N: usize, const M: usize, F, A> {
    pub tiles: &'a [Tile<N>],
    pub reach: f64, // components whose d exceeds the least one by more are left out
    pub seen: F,    // how the components look from a row
    pub answer: A,  // what a row makes of its sums
    pub x: ArrayView2<'a, f64>,
    pub out: ArrayViewMut2<'a, f64>,
}

/// Σ w, Σ w·v of a point, with w = π·|C|^(−½)·e^(−½·(d − least)).
pub struct Total {
    pub least: f64,
    pub weight: f64,
    pub pull: [f64; 2],
}

/// The sums of a point so far, relative to e^(−½·least).
#[derive(Clone, Copy)]
struct Sums {
    least: f64,
    lanes: Eight<3>,
}

impl Sums {
    /// The sums as they are when all tiles have been seen.
    fn total(&self) -> Total {
        let [weight, x, y] = self.lanes.0.map(|lane| lane.iter().sum::<f64>());
        Total { least: self.least, weight, pull: [x, y] }
    }
}

impl<const N: usize, const M: usize, T, F, A> WithSimd for Many<'_, N, M, F, A>
where
    T: Seen<N, M>,
    F: Fn(usize) -> T,
    A: Fn(Total, ArrayViewMut1<f64>),
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let empty = Sums { least: f64::INFINITY, lanes: Eight([[0.0; LANES]; 3]) };
        let mut sums = [empty; ROWS];
        let sums = &mut sums[..self.x.nrows()];
        let mut kept = [Eight([[0.0; LANES]; M]); TILE];
        let row_of = |row: usize| ((self.seen)(row), [self.x[[row, 0]], self.x[[row, 1]]]);
        if self.tiles.len() > 1 {
            for (row, sums) in sums.iter_mut().enumerate() {
                let (seen, point) = row_of(row);
                if let Some(nearest) = nearest(&seen, point, self.tiles) {
                    sums.least = look(simd, &seen, point, &nearest.groups, &mut kept);
                }
            }
        }
        for tile in self.tiles {
            for (row, sums) in sums.iter_mut().enumerate() {
                let (seen, point) = row_of(row);
                if seen.least(point, tile) > sums.least + self.reach {
                    continue;
                }
                add_tile(simd, &seen, point, &tile.groups, self.reach, &mut kept, sums);
            }
        }
        for (out, sums) in self.out.outer_iter_mut().zip(sums.iter()) {
            (self.answer)(sums.total(), out);
        }
    }
}

/// The tile whose box is nearest, in units of its width; none for a point that is no number.
#[inline(always)]
fn nearest<'t, const N: usize, const M: usize, T: Seen<N, M>>(
    seen: &T,
    point: [f64; 2],
    tiles: &'t [Tile<N>],
) -> Option<&'t Tile<N>> {
    let mut found = (f64::INFINITY, None);
    for tile in tiles {
        let least = seen.least(point, tile);
        if least < found.0 {
            found = (least, Some(tile));
        }
    }
    found.1
}

/// The least d of a tile; `kept` holds what was seen of each group.
#[inline(always)]
fn look<const N: usize, const M: usize, S: Simd, T: Seen<N, M>>(
    simd: S,
    seen: &T,
    point: [f64; 2],
    tile: &[Eight<N>],
    kept: &mut [Eight<M>; TILE],
) -> f64 {
    let mut least = Eight([[f64::INFINITY; LANES]]);
    let nearest = vectors_mut::<S>(&mut least.0[0]);
    for (kept, group) in kept.iter_mut().zip(tile) {
        for (part, nearest) in nearest.iter_mut().enumerate() {
            let d = seen.distance(simd, point, take::<S, N>(group, part));
            put::<S, M>(kept, part, d);
            *nearest = simd.min_f64s(*nearest, d[0]);
        }
    }
    least.0[0].iter().fold(f64::INFINITY, |a, b| if *b < a { *b } else { a })
}

/// Adds the components of a tile to the sums of a point.
#[inline(always)]
fn add_tile<const N: usize, const M: usize, S: Simd, T: Seen<N, M>>(
    simd: S,
    seen: &T,
    point: [f64; 2],
    tile: &[Eight<N>],
    reach: f64,
    kept: &mut [Eight<M>; TILE], // what the first look at each group leaves for the second
    sums: &mut Sums,
) {
    let least = look(simd, seen, point, tile, kept);
    if least > sums.least + reach {
        return;
    }
    if least < sums.least {
        let fade = (0.5 * (least - sums.least)).exp();
        sums.lanes.0.as_flattened_mut().iter_mut().for_each(|s| *s *= fade);
        sums.least = least;
    }
    let (from, farthest) = (simd.splat_f64s(sums.least), simd.splat_f64s(sums.least + reach));
    for part in 0..LANES / S::F64_LANES {
        let mut total = take::<S, 3>(&sums.lanes, part);
        for (kept, group) in kept.iter().zip(tile) {
            let d = take::<S, M>(kept, part);
            if simd.first_true_m64s(simd.less_than_f64s(d[0], farthest)) < S::F64_LANES {
                let [weight, x, y] = T::share(simd, d, take::<S, N>(group, part));
                let gap = simd.mul_f64s(simd.splat_f64s(0.5), simd.sub_f64s(from, d[0]));
                add(simd, &mut total, simd.mul_f64s(weight, exp(simd, gap)), [x, y]);
            }
        }
        put::<S, 3>(&mut sums.lanes, part, total);
    }
}
