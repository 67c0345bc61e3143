//! SiLU and its derivative, and the cosines that tell the noise level, a vector of numbers at a time.

use crate::arch::arch;
use pulp::{Simd, WithSimd};

/// 1.5·2²³: adding it to a number below 2²² leaves the nearest integer in the lowest bits.
const ROUND: f32 = 12_582_912.0;

/// p(x) = c₀ + x·(c₁ + x·(c₂ + …)).
#[inline(always)]
fn polynomial<S: Simd, const K: usize, const N: usize>(
    simd: S,
    x: [S::f32s; K],
    c: [f32; N],
) -> [S::f32s; K] {
    let mut sum = [simd.splat_f32s(c[N - 1]); K];
    for c in c[..N - 1].iter().rev() {
        let c = simd.splat_f32s(*c);
        for k in 0..K {
            sum[k] = simd.mul_add_e_f32s(sum[k], x[k], c);
        }
    }
    sum
}

/// 2ʸ for |y| ≤ 60, to 2·10⁻⁷ relative; beyond, the value at the nearer end.
///
/// ```text
/// 2ʸ = 2ᵏ·2ᶠ,   k = round(y),   2ᶠ by its polynomial of degree 5 with the least relative error on |f| ≤ ½
/// ```
///
/// So no answer, and no product of two, is denormal: denormals would slow every product that meets them. Each step is taken
/// for K vectors before the next one: a vector's steps wait for one another, those of several do not.
#[inline(always)]
pub fn exp2<S: Simd, const K: usize>(simd: S, y: [S::f32s; K]) -> [S::f32s; K] {
    #[expect(clippy::approx_constant, reason = "the best polynomial begins near ln 2, not with it")]
    const COEFFICIENTS: [f32; 6] =
        [1.0, 0.693_147, 0.240_222_42, 0.055_507_336, 0.009_671_513, 0.001_326_472_7];
    let (low, high) = (simd.splat_f32s(-60.0), simd.splat_f32s(60.0));
    let (round, exponent) = (simd.splat_f32s(ROUND), simd.splat_u32s(23));
    // the bound first: min and max answer with their second argument where the other is not a number
    let (mut f, mut shifted) = (y, y);
    for k in 0..K {
        let y = simd.min_f32s(high, simd.max_f32s(low, y[k]));
        shifted[k] = simd.add_f32s(y, round);
        f[k] = simd.sub_f32s(y, simd.sub_f32s(shifted[k], round));
    }
    let mut power = polynomial(simd, f, COEFFICIENTS);
    for k in 0..K {
        // the integer, moved to where the exponent stands, is added to it
        let whole = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted[k]), exponent);
        let sum = simd.add_u32s(simd.transmute_u32s_f32s(power[k]), whole);
        power[k] = simd.transmute_f32s_u32s(sum);
    }
    power
}

/// SiLU and its derivative at once: z·s and s + z·s·(1 − s), with s = 1/(1 + e^−z).
///
/// At 0 they are 0 and ½. Source: Elfwing et al. 2018 (1702.03118), eq. 4 and 5.
#[inline(always)]
pub fn silu<S: Simd, const K: usize>(simd: S, z: [S::f32s; K]) -> ([S::f32s; K], [S::f32s; K]) {
    let (one, s) = (simd.splat_f32s(1.0), logistic(simd, z));
    let (mut h, mut slope) = (z, s);
    for k in 0..K {
        h[k] = simd.mul_f32s(z[k], s[k]);
        slope[k] = simd.mul_add_e_f32s(h[k], simd.sub_f32s(one, s[k]), s[k]);
    }
    (h, slope)
}

/// 1/(1 + e^−z).
#[inline(always)]
fn logistic<S: Simd, const K: usize>(simd: S, z: [S::f32s; K]) -> [S::f32s; K] {
    let (one, log) = (simd.splat_f32s(1.0), simd.splat_f32s(-std::f32::consts::LOG2_E));
    let mut s = z;
    for s in &mut s {
        *s = simd.mul_f32s(*s, log);
    }
    s = exp2(simd, s);
    for s in &mut s {
        *s = simd.div_f32s(one, simd.add_f32s(one, *s));
    }
    s
}

/// SiLU with its first and second derivatives: h = z·s, h' = h·(1 − s) + s, h'' = s·(1 − s)·(2 + z − 2h), s = 1/(1 + e^−z).
///
/// At 0 they are 0, ½ and ½.
#[inline(always)]
pub fn silu_bend<S: Simd, const K: usize>(simd: S, z: [S::f32s; K]) -> [[S::f32s; K]; 3] {
    let (one, two, s) = (simd.splat_f32s(1.0), simd.splat_f32s(2.0), logistic(simd, z));
    let (mut h, mut slope, mut bend) = (z, s, s);
    for k in 0..K {
        h[k] = simd.mul_f32s(z[k], s[k]);
        let rest = simd.sub_f32s(one, s[k]);
        let inner = simd.sub_f32s(simd.add_f32s(two, z[k]), simd.add_f32s(h[k], h[k]));
        slope[k] = simd.mul_add_e_f32s(h[k], rest, s[k]);
        bend[k] = simd.mul_f32s(simd.mul_f32s(s[k], rest), inner);
    }
    [h, slope, bend]
}

/// cos(2π·t), to 10⁻⁶, for |t| < 2²².
///
/// ```text
/// cos(2π·t) = cos(2π·r),   r = t − round(t),   by its Taylor polynomial of degree 18 in 2π·r on |r| ≤ ½
/// ```
#[inline(always)]
pub fn cos_of_turns<S: Simd>(simd: S, t: S::f32s) -> S::f32s {
    // (−1)ᵏ·(2π)²ᵏ/(2k)!
    const COEFFICIENTS: [f32; 10] = {
        let (mut c, mut term, mut k) = ([0.0; 10], 1.0f64, 0);
        while k < 10 {
            c[k] = term as f32;
            let n = (2 * k) as f64;
            term *= -std::f64::consts::TAU * std::f64::consts::TAU / ((n + 1.0) * (n + 2.0));
            k += 1;
        }
        c
    };
    let round = simd.splat_f32s(ROUND);
    let r = simd.sub_f32s(t, simd.sub_f32s(simd.add_f32s(t, round), round));
    polynomial(simd, [simd.mul_f32s(r, r)], COEFFICIENTS)[0]
}

/// out ← cos(2π·(turns + shift)), element by element.
pub fn cosines(turns: &[f32], shift: f32, out: &mut [f32]) {
    struct Cosines<'a>(&'a [f32], f32, &'a mut [f32]);
    impl WithSimd for Cosines<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let shift = simd.splat_f32s(self.1);
            let (turns, turns_tail) = S::as_simd_f32s(self.0);
            let (out, out_tail) = S::as_mut_simd_f32s(self.2);
            for (t, o) in turns.iter().zip(out) {
                *o = cos_of_turns(simd, simd.add_f32s(*t, shift));
            }
            let last = simd.add_f32s(simd.partial_load_f32s(turns_tail), shift);
            simd.partial_store_f32s(out_tail, cos_of_turns(simd, last));
        }
    }
    assert_eq!(turns.len(), out.len(), "a place for each cosine");
    arch().dispatch(Cosines(turns, shift, out));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies a function on whatever vectors the machine has, a number at a time.
    fn answers(x: &[f32], what: What) -> Vec<f32> {
        struct Each<'a>(&'a [f32], &'a mut [f32], What);
        impl WithSimd for Each<'_> {
            type Output = ();
            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                for (x, out) in self.0.iter().zip(self.1) {
                    let x = simd.splat_f32s(*x);
                    let y = match self.2 {
                        What::Exp2 => exp2(simd, [x])[0],
                        What::Silu => silu(simd, [x]).0[0],
                        What::Slope => silu(simd, [x]).1[0],
                    };
                    simd.partial_store_f32s(std::slice::from_mut(out), y);
                }
            }
        }
        let mut out = vec![0.0; x.len()];
        arch().dispatch(Each(x, &mut out, what));
        out
    }

    #[derive(Clone, Copy)]
    enum What {
        Exp2,
        Silu,
        Slope,
    }

    #[test]
    fn the_power_of_two_keeps_its_error() {
        let x: Vec<f32> = (-6000..=6000).map(|i| i as f32 / 100.0).collect();
        let found = answers(&x, What::Exp2);
        let worst = |scale: f64| {
            let off = x
                .iter()
                .zip(&found)
                .map(|(x, e)| (f64::from(*e) * scale / f64::from(*x).exp2() - 1.0).abs());
            off.fold(0.0, f64::max)
        };
        assert!(worst(1.0) < 4e-7, "{}", worst(1.0));
        assert!(worst(1.001) > 1e-4);
        let ends = answers(&[-1000.0, 1000.0, 0.0], What::Exp2);
        assert_eq!(ends, [-60f32, 60.0, 0.0].map(f32::exp2));
    }

    #[test]
    fn the_activation_is_silu_and_its_derivative() {
        let z: Vec<f32> = (-2000..2000).map(|i| i as f32 / 97.0).collect();
        let (values, slopes) = (answers(&z, What::Silu), answers(&z, What::Slope));
        let exact = |z: f64| z / (1.0 + (-z).exp());
        for (z, (value, slope)) in z.iter().zip(values.iter().zip(&slopes)) {
            let at = f64::from(*z);
            let rise = (exact(at + 1e-5) - exact(at - 1e-5)) / 2e-5;
            assert!((f64::from(*value) - exact(at)).abs() < 3e-6, "at {at}");
            assert!((f64::from(*slope) - rise).abs() < 3e-6, "at {at}");
        }
        assert_eq!(
            (answers(&[0.0], What::Silu), answers(&[0.0], What::Slope)),
            (vec![0.0], vec![0.5])
        );
        assert!(
            answers(&[-1e30], What::Silu)[0].abs() < 1e13,
            "what is far below is small beside itself"
        );
    }

    #[test]
    fn what_is_not_a_number_is_not_hidden() {
        let odd = [f32::NAN, -f32::NAN, f32::from_bits(0x7fc0_0001)];
        let all = [answers(&odd, What::Silu), answers(&odd, What::Slope)].concat();
        assert!(all.iter().all(|v| v.is_nan()), "{all:?}");
    }

    #[test]
    fn cosines_of_turns_are_cosines() {
        let turns: Vec<f32> = (-700..=700).map(|i| i as f32 / 97.0).collect();
        let worst = |shift: f32, meant: f64| {
            let mut out = vec![0.0; turns.len()];
            cosines(&turns, shift, &mut out);
            let off = turns.iter().zip(&out).map(|(t, c)| {
                let exact = (std::f64::consts::TAU * (f64::from(*t) + meant)).cos();
                (f64::from(*c) - exact).abs()
            });
            off.fold(0.0, f64::max)
        };
        assert!(worst(0.0, 0.0) < 2e-6, "{}", worst(0.0, 0.0));
        assert!(worst(-0.25, -0.25) < 4e-6, "sine; the sum is rounded: {}", worst(-0.25, -0.25));
        assert!(worst(0.0, 0.001) > 1e-3);
    }
}
