//! The exact score in the plane, where nearly everything happens, in the machine's widest registers.
//!
//! ```text
//! ∇ₓ log p_t(x) = Σₖ wₖ·vₖ/Σₖ wₖ,   vₖ = Cₖ⁻¹(α·μₖ − x),   wₖ = πₖ·|Cₖ|^(−½)·exp(−½·dₖ),   dₖ = (α·μₖ − x)ᵀ·vₖ
//! ```
//!
//! The exponentials are taken of ½·(min d − dₖ), so the result is finite far from the data. Of a few components eight points
//! go side by side; of many, eight components, so that where all eight are too far away to change a digit their
//! exponentials are left out, and those of a tile of the plane at once, so that a far tile is not looked at.

mod many;
mod tiles;

use super::lanes::exponential::{LN_2_HIGH, LN_2_LOW, POLYNOMIAL, ROUND};
use super::lanes::{LANES, Lane};
use crate::arch::arch;
use crate::mixture::Mixture;
use crate::noise::NoiseLevel;
use crate::parallel::each;
use many::{Many, OneLevel, OwnLevel, Total};
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis};
use pulp::{Simd, WithSimd};
pub use tiles::Components;
use tiles::{Component, component, tiles};

/// From this number of components on they go side by side.
pub const MANY: usize = 32;
/// Rows that one thread handles at a time.
const ROWS: usize = 128;

/// The score of a mixture in the plane at one level: `x` (n, 2) → (n, 2).
pub fn score(mixture: &Mixture, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
    let mut out = Array2::zeros(x.raw_dim());
    if mixture.weights.len() < MANY {
        let components: Vec<[f64; 6]> =
            (0..mixture.weights.len()).map(|k| at_level(&component(mixture, k), level)).collect();
        for_blocks(x, out.view_mut(), |_, x, out| {
            arch().dispatch(Few { components: &components, x, out })
        });
    } else {
        many_at(mixture, x, level, out.view_mut(), as_score);
    }
    out
}

/// log p_t(x) of at least [`MANY`] components in the plane: `x` (n, 2) → (n).
pub fn log_density(mixture: &Mixture, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
    let mut out = Array1::zeros(x.nrows());
    many_at(mixture, x, level, out.view_mut().insert_axis(Axis(1)), |total, mut out| {
        out[0] = total.weight.ln() - 0.5 * total.least - std::f64::consts::TAU.ln();
    });
    out
}

/// What rows make of the sums over many components at one level.
fn many_at(
    mixture: &Mixture,
    x: ArrayView2<f64>,
    level: NoiseLevel,
    out: ArrayViewMut2<f64>,
    answer: impl Fn(Total, ArrayViewMut1<f64>) + Copy + Sync,
) {
    let NoiseLevel { alpha, sigma } = level;
    let widest = |c: &Component| alpha * alpha * c[4].max(c[5]) + sigma * sigma;
    let components = mixture.components.of(mixture).iter();
    let components: Vec<([f64; 6], f64)> =
        components.map(|c| (at_level(c, level), widest(c))).collect();
    let weights = components.iter().map(|(c, _)| c[5]);
    let reach = 2.0 * (FAINT + (components.len() as f64).ln() + log_ratio(weights));
    let tiles = &tiles(&components);
    for_blocks(x, out, |_, x, out| {
        arch().dispatch(Many { tiles, reach, seen: |_| OneLevel, answer, x, out })
    });
}

/// As [`score`] where every point has a level of its own: `x` (n, 2), `levels` (n) → (n, 2).
pub fn score_each(mixture: &Mixture, x: ArrayView2<f64>, levels: &[NoiseLevel]) -> Array2<f64> {
    let components = mixture.components.of(mixture).iter();
    let components: Vec<(Component, f64)> = components.map(|c| (*c, c[4].max(c[5]))).collect();
    // at no level do the |C|^(−½) of two components differ by more than the variances of the data do
    let variances = components.iter().flat_map(|(c, _)| [c[4], c[5]]);
    let weights = components.iter().map(|(c, _)| c[6]);
    let ratios = log_ratio(weights) + log_ratio(variances);
    let reach = 2.0 * (FAINT + (components.len() as f64).ln() + ratios);
    let tiles = &tiles(&components);
    let mut out = Array2::zeros(x.raw_dim());
    for_blocks(x, out.view_mut(), |first, x, out| {
        let seen = |row: usize| OwnLevel::new(levels[first + row]);
        arch().dispatch(Many { tiles, reach, seen, answer: as_score, x, out })
    });
    out
}

/// Σ w·v/Σ w.
fn as_score(Total { weight, pull: [x, y], .. }: Total, mut out: ArrayViewMut1<f64>) {
    (out[0], out[1]) = (x / weight, y / weight);
}

/// Runs `f` on blocks of rows, with the number of their first row, shared out over the threads.
fn for_blocks(
    x: ArrayView2<f64>,
    mut out: ArrayViewMut2<f64>,
    f: impl Fn(usize, ArrayView2<f64>, ArrayViewMut2<f64>) + Sync,
) {
    let blocks = out.axis_chunks_iter_mut(Axis(0), ROWS);
    let blocks = blocks.zip(x.axis_chunks_iter(Axis(0), ROWS)).enumerate();
    each(blocks, |(block, (out, x))| f(block * ROWS, x, out));
}

/// All that is left out of a sum is at most e^−40 = 4·10⁻¹⁸ of it.
const FAINT: f64 = 40.0;

/// ln(largest/smallest) of positive numbers.
fn log_ratio(values: impl Iterator<Item = f64>) -> f64 {
    let (low, high) =
        values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), v| (low.min(v), high.max(v)));
    (high / low).ln()
}

/// A component at a level: α·μ (2), the entries xx, xy and yy of C⁻¹, and π·|C|^(−½).
fn at_level(component: &Component, NoiseLevel { alpha, sigma }: NoiseLevel) -> [f64; 6] {
    let [x, y, cos, sin, first, second, weight] = *component;
    let [first, second] = [first, second].map(|v| alpha * alpha * v + sigma * sigma);
    let (along, across) = (1.0 / first, 1.0 / second);
    let xx = cos * cos * along + sin * sin * across;
    let xy = cos * sin * (along - across);
    let yy = sin * sin * along + cos * cos * across;
    [alpha * x, alpha * y, xx, xy, yy, weight / (first * second).sqrt()]
}

/// Few components, one after the other; the points side by side.
struct Few<'a> {
    components: &'a [[f64; 6]],
    x: ArrayView2<'a, f64>,
    out: ArrayViewMut2<'a, f64>,
}

impl WithSimd for Few<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Few { components, x, mut out } = self;
        let mut seen = vec![[simd.splat_f64s(0.0); 3]; components.len()];
        let rows = x.axis_chunks_iter(Axis(0), LANES);
        for (x, mut out) in rows.zip(out.axis_chunks_iter_mut(Axis(0), LANES)) {
            let mut points = [[0.0; LANES]; 2];
            for (axis, lane) in points.iter_mut().enumerate() {
                lane.iter_mut().zip(x.column(axis)).for_each(|(p, x)| *p = *x);
            }
            for part in 0..LANES / S::F64_LANES {
                let [x, y] = points.each_mut().map(|lane| &mut vectors_mut::<S>(lane)[part]);
                [*x, *y] = score_of(simd, components, [*x, *y], &mut seen);
            }
            for (axis, lane) in points.iter().enumerate() {
                out.column_mut(axis).iter_mut().zip(lane).for_each(|(o, p)| *o = *p);
            }
        }
    }
}

/// The score at points side by side.
#[inline(always)]
fn score_of<S: Simd>(
    simd: S,
    components: &[[f64; 6]],
    [x, y]: [S::f64s; 2],
    seen: &mut [[S::f64s; 3]], // [d, v] of every component
) -> [S::f64s; 2] {
    let splat = |v: f64| simd.splat_f64s(v);
    let mut least = splat(f64::INFINITY);
    for (seen, component) in seen.iter_mut().zip(components) {
        // one by one: a map over an array would be a call, in narrow registers
        let [mean_x, mean_y, xx, xy, yy, _] = *component;
        let (u, v) = (simd.sub_f64s(splat(mean_x), x), simd.sub_f64s(splat(mean_y), y));
        *seen = pull(simd, u, v, [splat(xx), splat(xy), splat(yy)]);
        least = simd.min_f64s(least, seen[0]);
    }
    let mut sums = [splat(0.0); 3];
    for (seen, component) in seen.iter().zip(components) {
        let gap = simd.mul_f64s(splat(0.5), simd.sub_f64s(least, seen[0]));
        let weight = simd.mul_f64s(splat(component[5]), exp(simd, gap));
        add(simd, &mut sums, weight, [seen[1], seen[2]]);
    }
    [simd.div_f64s(sums[1], sums[0]), simd.div_f64s(sums[2], sums[0])]
}

/// [d, v] of a component that lies (u, v) from the point, its C⁻¹ given.
#[inline(always)]
fn pull<S: Simd>(simd: S, u: S::f64s, v: S::f64s, [xx, xy, yy]: [S::f64s; 3]) -> [S::f64s; 3] {
    let p = simd.mul_add_e_f64s(xx, u, simd.mul_f64s(xy, v));
    let q = simd.mul_add_e_f64s(xy, u, simd.mul_f64s(yy, v));
    [simd.mul_add_e_f64s(u, p, simd.mul_f64s(v, q)), p, q]
}

/// Adds (w, w·v) to the sums.
#[inline(always)]
fn add<S: Simd>(simd: S, sums: &mut [S::f64s; 3], weight: S::f64s, v: [S::f64s; 2]) {
    sums[0] = simd.add_f64s(sums[0], weight);
    sums[1] = simd.mul_add_e_f64s(weight, v[0], sums[1]);
    sums[2] = simd.mul_add_e_f64s(weight, v[1], sums[2]);
}

/// A lane as the machine's vectors.
#[inline(always)]
fn vectors_mut<S: Simd>(lane: &mut Lane) -> &mut [S::f64s] {
    S::as_mut_simd_f64s(lane).0
}

/// eˣ for x ≤ 0, to 4·10⁻¹⁶; below −700 it is e⁻⁷⁰⁰, so that no denormal slows a product.
#[inline(always)]
fn exp<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let splat = |v: f64| simd.splat_f64s(v);
    let x = simd.max_f64s(splat(-700.0), x);
    let shifted = simd.mul_add_e_f64s(x, splat(std::f64::consts::LOG2_E), splat(ROUND));
    let k = simd.sub_f64s(shifted, splat(ROUND));
    let f = simd.negate_mul_add_e_f64s(k, splat(LN_2_HIGH), x);
    let f = simd.negate_mul_add_e_f64s(k, splat(LN_2_LOW), f);
    let mut sum = splat(POLYNOMIAL[11]);
    for c in POLYNOMIAL[..11].iter().rev() {
        sum = simd.mul_add_e_f64s(sum, f, splat(*c));
    }
    let mut power = [0.0; LANES]; // 2ᵏ: k in the exponent's place
    vectors_mut::<S>(&mut power)[0] = shifted;
    for p in &mut power[..S::F64_LANES] {
        *p = f64::from_bits(p.to_bits().wrapping_add(1023) << 52);
    }
    simd.mul_f64s(sum, vectors_mut::<S>(&mut power)[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;
    use ndarray::{array, s};

    /// Slanted components of uneven weights along a spiral, some of them needles.
    fn spiral(components: usize) -> Mixture {
        let at = |k: usize| 0.1 + 3.0 * k as f64 / components as f64;
        let means = Array2::from_shape_fn((components, 2), |(k, i)| {
            at(k) * if i == 0 { (3.0 * at(k)).cos() } else { (3.0 * at(k)).sin() }
        });
        let cov = |k: usize| {
            let ((s, c), thin) = ((k as f64).sin_cos(), if k % 7 == 3 { 1e-6 } else { 0.01 });
            let [long, thin] = [0.02 * at(k), thin];
            let across = (long - thin) * s * c;
            array![[long * c * c + thin * s * s, across], [across, long * s * s + thin * c * c]]
        };
        let weights = (0..components).map(|k| 1.0 + (k % 5) as f64).collect();
        let covs = (0..components).map(cov).collect();
        Mixture::new(weights, means, covs, vec![0; components]).unwrap()
    }

    fn levels() -> [NoiseLevel; 4] {
        let vp = |sigma: f64| NoiseLevel { alpha: (1.0 - sigma * sigma).sqrt(), sigma };
        [NoiseLevel::ve(0.0), NoiseLevel::ve(1e-2), vp(0.6), NoiseLevel::ve(50.0)]
    }

    /// The largest difference of two fields, relative to the larger of their vectors at that point.
    fn off(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
        let size = |v: ndarray::ArrayView1<f64>| v.dot(&v).sqrt();
        let rows = a.outer_iter().zip(b.outer_iter());
        rows.map(|(a, b)| size((&a - &b).view()) / size(a).max(size(b))).fold(0.0, f64::max)
    }

    #[test]
    fn in_the_plane_the_score_is_what_it_is_in_any_dimension() {
        for components in [1, 2, 8, 31, 32, 33, 64, 300, 700, 3000] {
            let mixture = spiral(components);
            let mut x = mixture.sample(301, 5, Purpose::Reference).x;
            x.slice_mut(s![..20, ..]).mapv_inplace(|v| 1000.0 * v); // far outside
            for level in levels() {
                let by_lanes = super::super::score_by_lanes(&mixture, x.view(), level);
                let in_plane = score(&mixture, x.view(), level);
                let each = score_each(&mixture, x.view(), &vec![level; x.nrows()]);
                let place = format!("{components} components at σ = {}", level.sigma);
                assert!(
                    off(&by_lanes, &in_plane) < 1e-10,
                    "{place}: {:e}",
                    off(&by_lanes, &in_plane)
                );
                assert!(off(&by_lanes, &each) < 1e-10, "{place}: {:e}", off(&by_lanes, &each));
                let wrong = 1.0 + 1e-6;
                let twin = NoiseLevel { alpha: level.alpha * wrong, ..level };
                assert!(off(&by_lanes, &score(&mixture, x.view(), twin)) > 1e-8, "{place}");
                let log = super::super::log_density_by_lanes(&mixture, x.view(), level);
                let log = |v: Array1<f64>| {
                    (v - &log)
                        .iter()
                        .zip(&log)
                        .fold(0.0f64, |m, (d, v)| m.max(d.abs() / (1.0 + v.abs())))
                };
                let found = log(super::super::log_density(&mixture, x.view(), level));
                assert!(found < 1e-10, "{place}: log p off by {found:e}");
                let twin = NoiseLevel { alpha: level.alpha * wrong, sigma: level.sigma * wrong };
                let found = log(super::super::log_density(&mixture, x.view(), twin));
                assert!(found > 1e-8, "{place}: log p of the twin off by {found:e}");
            }
        }
    }

    #[test]
    fn a_row_has_the_same_bits_in_any_company() {
        for components in [5, 200, 3000] {
            let mixture = spiral(components);
            let x = mixture.sample(300, 6, Purpose::Reference).x;
            let level = |i: usize| NoiseLevel::ve(0.01 * (i % 50 + 1) as f64);
            let each: Vec<NoiseLevel> = (0..300).map(level).collect();
            let whole = score(&mixture, x.view(), level(9));
            let whole_each = score_each(&mixture, x.view(), &each);
            for row in [0, 7, 130, 299] {
                let one = x.slice(s![row..row + 1, ..]);
                assert_eq!(score(&mixture, one, level(9)).row(0), whole.row(row));
                let alone = score_each(&mixture, one, &each[row..row + 1]);
                assert_eq!(alone.row(0), whole_each.row(row));
            }
        }
    }

    #[test]
    fn the_exponential_keeps_its_error() {
        struct Exp(Lane);
        impl WithSimd for Exp {
            type Output = Lane;
            #[inline(always)]
            fn with_simd<S: Simd>(mut self, simd: S) -> Lane {
                for x in vectors_mut::<S>(&mut self.0) {
                    *x = exp(simd, *x);
                }
                self.0
            }
        }
        for kernel in [pulp::Arch::Scalar, arch()] {
            for scale in [1.0, 1.0 + 1e-12] {
                let error = |i: i32| {
                    let x = -f64::from(i) / 1000.0;
                    (kernel.dispatch(Exp([x * scale; LANES]))[3] / x.exp() - 1.0).abs()
                };
                let worst = (0..60_000).map(error).fold(0.0, f64::max);
                assert_eq!(worst < 4.5e-16, scale == 1.0, "{worst:e}");
            }
        }
        assert!(arch().dispatch(Exp([-1e9; LANES]))[0] < 1e-304);
        assert!(arch().dispatch(Exp([f64::NAN; LANES]))[0].is_nan());
    }
}
