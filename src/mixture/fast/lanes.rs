//! Eight points side by side: numbers in lanes, their exponentials, logarithms and softmax.

/// Points that are worked on side by side, one in each lane of a wide register.
pub const LANES: usize = 8;

/// One number for each of [`LANES`] points.
pub type Lane = [f64; LANES];

/// Shares below e⁻⁶⁰ of the largest are taken as 0: they change no digit of a sum, and as denormals they would slow it.
const LEAST_LOG_RESP: f64 = -60.0;

/// The numbers of eˣ = 2ᵏ·eᶠ with k = round(x·log₂e) and f = x − k·ln 2.
pub mod exponential {
    /// 1.5·2⁵²: adding it leaves the nearest integer in the lowest bits.
    pub const ROUND: f64 = 6_755_399_441_055_744.0;
    /// ln 2 to 33 bits, so that k times it is exact.
    pub const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    /// What is left of ln 2.
    pub const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// The polynomial of degree 11 that is nearest to eᶠ for |f| ≤ ½ ln 2: 3·10⁻¹⁸ off, by Remez' exchange.
    pub const POLYNOMIAL: [f64; 12] = [
        1.0,
        1.0,
        0.500_000_000_000_001_8,
        0.166_666_666_666_661_7,
        0.041_666_666_666_492_77,
        0.008_333_333_333_559_274,
        0.001_388_888_895_122_405_2,
        0.000_198_412_694_326_748_36,
        2.480_148_652_134_197e-5,
        2.755_762_253_348_774_4e-6,
        2.763_229_331_362_888e-7,
        2.499_430_433_592_357_2e-8,
    ];
}
use exponential::{LN_2_HIGH, LN_2_LOW, POLYNOMIAL, ROUND};

/// eˣ for x ≤ 0, to 5·10⁻¹⁶; 0 below −60.
#[inline(always)]
pub fn exp(x: Lane) -> Lane {
    // a loop for each operation, so that each becomes one instruction on all lanes
    let (mut shifted, mut f) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        shifted[l] = x[l] * std::f64::consts::LOG2_E + ROUND;
        let k = shifted[l] - ROUND;
        f[l] = (x[l] - k * LN_2_HIGH) - k * LN_2_LOW;
    }
    let mut sum = polynomial(f, &POLYNOMIAL);
    for l in 0..LANES {
        sum[l] *= f64::from_bits(shifted[l].to_bits().wrapping_add(1023) << 52);
    }
    for l in 0..LANES {
        sum[l] = if x[l] < LEAST_LOG_RESP { 0.0 } else { sum[l] };
    }
    sum
}

/// c₀ + x·(c₁ + x·(c₂ + …)).
#[inline(always)]
fn polynomial(x: Lane, c: &[f64]) -> Lane {
    let mut sum = [0.0; LANES];
    for c in c.iter().rev() {
        for l in 0..LANES {
            sum[l] = sum[l] * x[l] + c;
        }
    }
    sum
}

/// The bits of a number behind its exponent.
const MANTISSA: u64 = (1 << 52) - 1;

/// Takes from positive normal numbers their powers of two and adds those to `doublings`; leaves a number from 1 to 2.
#[inline(always)]
pub fn split(x: &mut Lane, doublings: &mut Lane) {
    for l in 0..LANES {
        let bits = x[l].to_bits();
        // the exponent as a number: the bits of 2⁵² + 1023 + k, from which 2⁵² + 1023 is taken again
        doublings[l] +=
            f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - 4_503_599_627_371_519.0;
        x[l] = f64::from_bits((bits & MANTISSA) | 1.0f64.to_bits());
    }
}

/// ln x of positive normal numbers, to 2·10⁻¹⁶ of the larger of 1 and |ln x|.
#[inline(always)]
fn ln(x: Lane) -> Lane {
    ln_split(x, [0.0; LANES])
}

/// ln(x·2^doublings), as [`split`] leaves a number.
///
/// ```text
/// ln x = k·ln 2 + 2·artanh(z),   x = 2ᵏ·m with m from √½ to √2,   z = (m − 1)/(m + 1),   artanh z = z + z³/3 + … + z²¹/21
/// ```
#[inline(always)]
pub fn ln_split(x: Lane, doublings: Lane) -> Lane {
    const HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const ODD_INVERSES: [f64; 11] = {
        let (mut c, mut n) = ([1.0; 11], 0);
        while n < 11 {
            c[n] = 1.0 / (2 * n + 1) as f64;
            n += 1;
        }
        c
    };
    let (mut k, mut z, mut square) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        // the exponent of x/√½ counts the doublings, what is left of it is m
        let above = x[l].to_bits().wrapping_sub(HALF);
        // as a number: the bits of 2⁵² + 2¹¹ + k, from which 2⁵² + 2¹¹ is taken again
        k[l] = f64::from_bits(((above >> 52) ^ 0x800) | 0x4330_0000_0000_0000)
            - 4_503_599_627_372_544.0
            + doublings[l];
        let m = f64::from_bits((above & MANTISSA).wrapping_add(HALF));
        z[l] = (m - 1.0) / (m + 1.0);
        square[l] = z[l] * z[l];
    }
    let mut sum = polynomial(square, &ODD_INVERSES);
    for l in 0..LANES {
        sum[l] = k[l] * std::f64::consts::LN_2 + 2.0 * z[l] * sum[l];
    }
    sum
}

/// Replaces logs by their normalised exponentials, lane by lane, and returns the logs of their sums.
#[inline(always)]
pub fn softmax_lanes(logs: &mut [Lane]) -> Lane {
    let mut top = [f64::NEG_INFINITY; LANES];
    for log in logs.iter() {
        for l in 0..LANES {
            top[l] = if log[l] > top[l] { log[l] } else { top[l] };
        }
    }
    let mut total = [0.0; LANES];
    for log in logs.iter_mut() {
        let p = exp(minus(*log, top));
        for l in 0..LANES {
            total[l] += p[l];
        }
        *log = p;
    }
    let log_total = ln(total);
    for p in logs.iter_mut() {
        *p = over(*p, total);
    }
    let mut sum = top;
    for l in 0..LANES {
        sum[l] += log_total[l];
    }
    sum
}

/// a / b.
#[inline(always)]
fn over(a: Lane, b: Lane) -> Lane {
    let mut out = a;
    for l in 0..LANES {
        out[l] /= b[l];
    }
    out
}

/// a − b.
#[inline(always)]
pub fn minus(a: Lane, b: Lane) -> Lane {
    let mut out = a;
    for l in 0..LANES {
        out[l] -= b[l];
    }
    out
}

/// Replaces logs by their normalised exponentials and returns the log of their sum.
pub fn softmax(logs: &mut [f64]) -> f64 {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exp = |l: f64| if l - top > LEAST_LOG_RESP { (l - top).exp() } else { 0.0 };
    logs.iter_mut().for_each(|l| *l = exp(*l));
    let total: f64 = logs.iter().sum();
    logs.iter_mut().for_each(|l| *l /= total);
    top + total.ln()
}

/// Σₖ wₖ·vₖ into `out` (d), `pulls` holding the vₖ one after the other (K·d).
#[inline(always)]
pub fn weighted_sum(weights: &[Lane], pulls: &[Lane], out: &mut [Lane]) {
    if out.len() == 2 {
        weighted_sum_dim(2, weights, pulls, out);
    } else {
        weighted_sum_dim(out.len(), weights, pulls, out);
    }
}

#[inline(always)]
fn weighted_sum_dim(d: usize, weights: &[Lane], pulls: &[Lane], out: &mut [Lane]) {
    for (i, out) in out[..d].iter_mut().enumerate() {
        let mut sum = [0.0; LANES];
        for (w, v) in weights.iter().zip(pulls.chunks_exact(d)) {
            let v = v[i];
            for l in 0..LANES {
                sum[l] += w[l] * v[l];
            }
        }
        *out = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_and_the_logarithm_keep_their_errors() {
        let worst = |scale: f64| {
            let off = (0..60_000).map(|i| {
                let x = -f64::from(i) / 1000.0;
                (exp([x * scale; LANES])[3] / x.exp() - 1.0).abs()
            });
            off.fold(0.0, f64::max)
        };
        assert!(worst(1.0) < 5e-16, "{:e}", worst(1.0));
        assert!(worst(1.0 + 1e-12) > 1e-14, "the wrong twin passed");
        assert_eq!(exp([-60.1; LANES]), [0.0; LANES]);
        assert!(exp([f64::NAN; LANES])[0].is_nan());
        for i in -3000..3000 {
            let x = (f64::from(i) / 10.0).exp();
            let off = (ln([x; LANES])[5] - x.ln()).abs();
            assert!(off < 4e-16 * x.ln().abs().max(1.0), "ln {x:e}: {off:e}");
        }
    }

    #[test]
    fn a_product_that_would_overflow_has_its_logarithm_all_the_same() {
        for factor in [3e-9, 0.7, 1.0, 4e4] {
            let (mut product, mut doublings) = ([1.0; LANES], [0.0; LANES]);
            for _ in 0..400 {
                product = product.map(|p| p * factor);
                split(&mut product, &mut doublings);
                assert!((1.0..2.0).contains(&product[3]));
            }
            let off = |n: f64| (ln_split(product, doublings)[3] - n * factor.ln()).abs();
            assert!(off(400.0) < 1e-13 * (1.0 + 400.0 * factor.ln().abs()), "{factor}");
            assert!(factor == 1.0 || off(400.1) > 1e-2, "the wrong twin passed");
        }
    }
}
