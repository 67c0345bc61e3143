//! SiLU and its derivative.

/// eˣ for f32, to 2·10⁻⁷ relative, written so that the compiler can vectorise it.
///
/// ```text
/// eˣ = 2ᵏ·2ᶠ,   k = round(x·log₂e),   2ᶠ by its Taylor polynomial of degree 6 on |f| ≤ ½
/// ```
///
/// The argument is clamped to ±87, where the answer is still a normal number: denormals would slow every product that
/// meets them.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5·2²³: adding it leaves the nearest integer in the low bits
    let y = x.clamp(-87.0, 87.0) * std::f32::consts::LOG2_E;
    let shifted = y + ROUND;
    let f = (y - (shifted - ROUND)) * std::f32::consts::LN_2;
    let tail = 1.0 / 6.0 + f * (1.0 / 24.0 + f * (1.0 / 120.0 + f * (1.0 / 720.0)));
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23); // 2ᵏ
    (1.0 + f * (1.0 + f * (0.5 + f * tail))) * power
}

/// SiLU and its derivative at once: z·σ(z) and σ(z)·(1 + z·(1 − σ(z))), with σ the logistic function.
///
/// At 0 they are 0 and ½. Source: Elfwing et al. 2018 (1702.03118), eq. 4 and 5.
#[inline(always)]
pub fn silu(z: f32) -> (f32, f32) {
    let s = 1.0 / (1.0 + exp(-z));
    (z * s, s * (1.0 + z * (1.0 - s)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_keeps_its_error() {
        let worst = |scale: f64| {
            (-8700..=8700)
                .map(|i| i as f32 / 100.0)
                .map(|x| ((exp(x) as f64 * scale) / (x as f64).exp() - 1.0).abs())
                .fold(0.0, f64::max)
        };
        // the argument x·log₂e itself is rounded: |x|·2⁻²⁴ of relative error on top of the polynomial's
        assert!(worst(1.0) < 2e-7 + 87.0 * 2f64.powi(-24) * 2.0, "{}", worst(1.0));
        assert!(worst(1.001) > 1e-4);
        assert!(exp(-1000.0).is_normal() && exp(1000.0).is_finite());
    }

    #[test]
    fn the_derivative_is_the_derivative() {
        for i in -60..=60 {
            let z = i as f32 / 5.0;
            let exact = |z: f64| z / (1.0 + (-z).exp());
            let slope = (exact(z as f64 + 1e-5) - exact(z as f64 - 1e-5)) / 2e-5;
            let (value, derivative) = silu(z);
            assert!(
                (value as f64 - exact(z as f64)).abs() < 2e-6
                    && (derivative as f64 - slope).abs() < 2e-6,
                "at {z}"
            );
        }
        assert!(silu(f32::NAN).0.is_nan(), "what is not a number must not be hidden");
    }
}
