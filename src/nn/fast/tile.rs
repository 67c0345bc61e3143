//! A tile of a product: a few rows of a few vectors, held in registers while the depth runs by.

use pulp::{Arch, Simd, WithSimd};

/// Work on tiles: R rows of V vectors, and `REST` rows at a time where fewer than R are left.
///
/// Compiled for each instruction set with the largest tile that its registers hold beside a row of b and an element of a.
pub(super) trait Tiled {
    type Output;

    fn run<S: Simd, const R: usize, const REST: usize, const V: usize>(
        self,
        simd: S,
    ) -> Self::Output;
}

/// Runs the work on the tile of an instruction set.
pub(super) fn on<T: Tiled>(arch: Arch, work: T) -> T::Output {
    arch.dispatch(Work(work))
}

struct Work<T>(T);

impl<T: Tiled> WithSimd for Work<T> {
    type Output = T::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> T::Output {
        if S::F32_LANES == 1 {
            self.0.run::<S, 4, 4, 8>(simd)
        } else if S::REGISTER_COUNT < 32 {
            self.0.run::<S, 6, 4, 2>(simd) // AVX2
        } else if S::F32_LANES < 16 {
            self.0.run::<S, 6, 4, 4>(simd) // NEON
        } else {
            self.0.run::<S, 12, 4, 2>(simd) // AVX-512
        }
    }
}

/// Rows of a matrix are a multiple of this many, so that tiles cover them whatever the instruction set.
pub(super) const REST: usize = 4;

/// P, the columns of a panel.
pub(super) fn panel_width(arch: Arch) -> usize {
    struct Width;
    impl Tiled for Width {
        type Output = usize;
        #[inline(always)]
        fn run<S: Simd, const R: usize, const REST: usize, const V: usize>(self, _: S) -> usize {
            V * S::F32_LANES
        }
    }
    on(arch, Width)
}

/// Of so many rows, how many go in tiles of R: as many as leave a multiple of `REST`.
#[inline(always)]
pub(super) fn in_large_tiles<const R: usize>(rows: usize) -> usize {
    let mut large = rows - rows % R;
    while !(rows - large).is_multiple_of(REST) {
        large -= R;
    }
    large
}

/// sums ← sums + Σ a(i, p)·b(p), p running over the rows of `b`, which are V vectors each.
///
/// a(i, p) is `a[i·P + p]`, or with `DOWN` `a[p·P + i]`, P being the length of a row of `b`.
#[inline(always)]
pub(super) fn add_products<S: Simd, const R: usize, const V: usize, const DOWN: bool>(
    simd: S,
    sums: &mut [[S::f32s; V]; R],
    a: &[f32],
    b: &[f32],
) {
    let width = V * S::F32_LANES;
    let (b, _) = S::as_simd_f32s(b);
    if DOWN {
        for (a, b) in a.chunks(width).zip(b.chunks_exact(V)) {
            let a = &a[..R];
            add_row(
                simd,
                sums,
                #[inline(always)]
                |i| a[i],
                b,
            );
        }
    } else if b.len() == width * V {
        let a = &a[..R * width];
        for (p, b) in b.chunks_exact(V).enumerate() {
            add_row(
                simd,
                sums,
                #[inline(always)]
                |i| a[i * width + p % width],
                b,
            );
        }
    } else {
        for (p, b) in b.chunks_exact(V).enumerate() {
            add_row(
                simd,
                sums,
                #[inline(always)]
                |i| a[i * width + p],
                b,
            );
        }
    }
}

/// sums(i) ← sums(i) + a(i)·b.
#[inline(always)]
fn add_row<S: Simd, const R: usize, const V: usize>(
    simd: S,
    sums: &mut [[S::f32s; V]; R],
    a: impl Fn(usize) -> f32,
    b: &[S::f32s],
) {
    let b: &[S::f32s; V] = b.try_into().expect("V vectors");
    for i in 0..R {
        let a = simd.splat_f32s(a(i));
        for v in 0..V {
            sums[i][v] = simd.mul_add_e_f32s(a, b[v], sums[i][v]);
        }
    }
}
