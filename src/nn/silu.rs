//! SiLU and its derivative, and the cosines that tell the noise level, a vector of numbers at a time.

use crate::arch::arch;
use pulp::{Simd, WithSimd};

/// 1.5·2²³: adding it to a number below 2²² leaves the nearest integer in the lowest bits.
const ROUND: f32 = 12_582_912.0;

/// p(x) = c₀ + x·(c₁ + x·(c₂ + …)).
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, x: S::f32s, c: [f32; N]) -> S::f32s {
    let mut sum = simd.splat_f32s(c[N - 1]);
    for c in c[..N - 1].iter().rev() {
        sum = simd.mul_add_e_f32s(sum, x, simd.splat_f32s(*c));
    }
    sum
}

/// eˣ, to 2·10⁻⁷ relative plus what rounding x·log₂e costs.
///
/// ```text
/// eˣ = 2ᵏ·2ᶠ,   k = round(x·log₂e),   2ᶠ by its Taylor polynomial of degree 6 on |f| ≤ ½
/// ```
///
/// The argument is clamped to ±87, where the answer is still a normal number: denormals would slow every product that
/// meets them.
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const FACTORIALS: [f32; 7] =
        [1.0, 1.0, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0];
    let (low, high) = (simd.splat_f32s(-87.0), simd.splat_f32s(87.0));
    // the bound first: min and max answer with their second argument where the other is not a number
    let clamped = simd.min_f32s(high, simd.max_f32s(low, x));
    let y = simd.mul_f32s(clamped, simd.splat_f32s(std::f32::consts::LOG2_E));
    let shifted = simd.add_f32s(y, simd.splat_f32s(ROUND));
    let f = simd.sub_f32s(y, simd.sub_f32s(shifted, simd.splat_f32s(ROUND)));
    let f = simd.mul_f32s(f, simd.splat_f32s(std::f32::consts::LN_2));
    let biased = simd.add_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(127));
    let power = simd.wrapping_dyn_shl_u32s(biased, simd.splat_u32s(23)); // the exponent's place
    simd.mul_f32s(polynomial(simd, f, FACTORIALS), simd.transmute_f32s_u32s(power))
}

/// SiLU and its derivative at once: z·s and s·(1 + z·(1 − s)), with s = 1/(1 + e^−z).
///
/// At 0 they are 0 and ½. Source: Elfwing et al. 2018 (1702.03118), eq. 4 and 5.
#[inline(always)]
pub fn silu<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s) {
    let one = simd.splat_f32s(1.0);
    let s = simd.div_f32s(one, simd.add_f32s(one, exp(simd, simd.neg_f32s(z))));
    let slope = simd.mul_add_e_f32s(z, simd.sub_f32s(one, s), one);
    (simd.mul_f32s(z, s), simd.mul_f32s(s, slope))
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
    polynomial(simd, simd.mul_f32s(r, r), COEFFICIENTS)
}

/// z ← silu(z + bias), row by row, and `slopes` ← silu'(z + bias) unless it is empty.
///
/// `z` and `slopes` hold rows as long as `bias`.
pub fn activate(z: &mut [f32], bias: &[f32], slopes: &mut [f32]) {
    arch().dispatch(Activate { z, bias, slopes });
}

struct Activate<'a> {
    z: &'a mut [f32],
    bias: &'a [f32],
    slopes: &'a mut [f32],
}

impl WithSimd for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n = self.bias.len();
        let (bias, bias_tail) = S::as_simd_f32s(self.bias);
        let last = simd.partial_load_f32s(bias_tail);
        let mut slopes = self.slopes.chunks_exact_mut(n);
        for z in self.z.chunks_exact_mut(n) {
            let (z, z_tail) = S::as_mut_simd_f32s(z);
            let (slope, slope_tail) = S::as_mut_simd_f32s(slopes.next().unwrap_or_default());
            if slope.is_empty() {
                for (z, b) in z.iter_mut().zip(bias) {
                    *z = silu(simd, simd.add_f32s(*z, *b)).0;
                }
            } else {
                for ((z, b), slope) in z.iter_mut().zip(bias).zip(slope) {
                    (*z, *slope) = silu(simd, simd.add_f32s(*z, *b));
                }
            }
            if !z_tail.is_empty() {
                let sum = simd.add_f32s(simd.partial_load_f32s(z_tail), last);
                let (value, slope) = silu(simd, sum);
                simd.partial_store_f32s(z_tail, value);
                simd.partial_store_f32s(slope_tail, slope);
            }
        }
    }
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

    /// Applies `exp` on whatever vectors the machine has.
    fn exps(x: &[f32]) -> Vec<f32> {
        struct Exps<'a>(&'a [f32], &'a mut [f32]);
        impl WithSimd for Exps<'_> {
            type Output = ();
            fn with_simd<S: Simd>(self, simd: S) {
                for (x, out) in self.0.iter().zip(self.1) {
                    let e = exp(simd, simd.splat_f32s(*x));
                    simd.partial_store_f32s(std::slice::from_mut(out), e);
                }
            }
        }
        let mut out = vec![0.0; x.len()];
        arch().dispatch(Exps(x, &mut out));
        out
    }

    #[test]
    fn the_exponential_keeps_its_error() {
        let x: Vec<f32> = (-8700..=8700).map(|i| i as f32 / 100.0).collect();
        let answers = exps(&x);
        let worst = |scale: f64| {
            let off = x
                .iter()
                .zip(&answers)
                .map(|(x, e)| (f64::from(*e) * scale / f64::from(*x).exp() - 1.0).abs());
            off.fold(0.0, f64::max)
        };
        // the argument x·log₂e itself is rounded: |x|·2⁻²⁴ of relative error on top of the polynomial's
        assert!(worst(1.0) < 2e-7 + 87.0 * 2f64.powi(-24) * 2.0, "{}", worst(1.0));
        assert!(worst(1.001) > 1e-4);
        let ends = exps(&[-1000.0, 1000.0]);
        assert!(ends[0].is_normal() && ends[1].is_finite());
    }

    #[test]
    fn the_activation_is_silu_and_its_derivative_in_rows_of_any_length() {
        for n in [1, 5, 16, 35] {
            let bias: Vec<f32> = (0..n).map(|i| 0.1 * i as f32 - 1.0).collect();
            let z: Vec<f32> = (0..3 * n).map(|i| i as f32 / 5.0 - 4.0).collect();
            let (mut values, mut slopes) = (z.clone(), vec![0.0; 3 * n]);
            activate(&mut values, &bias, &mut slopes);
            let mut alone = z.clone();
            activate(&mut alone, &bias, &mut []);
            assert_eq!(alone, values, "with and without slopes");
            for i in 0..3 * n {
                let exact = |z: f64| z / (1.0 + (-z).exp());
                let at = f64::from(z[i]) + f64::from(bias[i % n]);
                let slope = (exact(at + 1e-5) - exact(at - 1e-5)) / 2e-5;
                assert!((f64::from(values[i]) - exact(at)).abs() < 3e-6, "at {at}");
                assert!((f64::from(slopes[i]) - slope).abs() < 3e-6, "at {at}");
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_not_hidden() {
        let (mut z, mut slopes) = ([f32::NAN; 20], [0.0; 20]);
        activate(&mut z, &[0.0; 20], &mut slopes);
        assert!(z.iter().chain(&slopes).all(|v| v.is_nan()), "{z:?}");
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
