//! The machine's peak: multiply-adds in registers and nothing else.

use pulp::{Simd, WithSimd};
use std::hint::black_box;
use std::time::Instant;

/// Independent sums, more than the latency of a multiply-add times how many start in a cycle.
const SUMS: usize = 12;
const ROUNDS: usize = 200_000;

struct Loop;

impl WithSimd for Loop {
    type Output = f64; // FLOPs done

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (x, y) = (simd.splat_f32s(black_box(0.999)), simd.splat_f32s(black_box(0.001)));
        let mut sums = [simd.splat_f32s(1.0); SUMS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, x, y);
            }
        }
        black_box(sums.map(|s| simd.reduce_sum_f32s(s)));
        (2 * SUMS * ROUNDS * S::F32_LANES) as f64
    }
}

/// Single-precision FLOPs a second of one core, the best of several short runs.
pub fn peak_flops() -> f64 {
    let arch = pulp::Arch::new();
    let once = || {
        let began = Instant::now();
        let flops = arch.dispatch(Loop);
        flops / began.elapsed().as_secs_f64()
    };
    (0..30).map(|_| once()).fold(0.0, f64::max)
}
