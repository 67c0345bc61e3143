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

/// sums + Σ a(i, p)·b(p), p running over the rows of every `b`, which are V vectors each; a(i, p) is `a[i·P + p]`, P being the
/// length of a row of `b`.
///
/// The sums go in and come out by value: one whose address is known elsewhere would be written to memory at every step.
#[inline(always)]
pub(super) fn add_products<'a, S: Simd, const R: usize, const V: usize>(
    simd: S,
    mut sums: [[S::f32s; V]; R],
    parts: impl Iterator<Item = (&'a [f32], &'a [f32])>,
) -> [[S::f32s; V]; R] {
    let width = V * S::F32_LANES;
    for (a, b) in parts {
        let a = &a[..R * width];
        let (b, _) = S::as_simd_f32s(b);
        for (p, b) in b.chunks_exact(V).enumerate() {
            add_row(
                simd,
                &mut sums,
                #[inline(always)]
                |i| a[i * width + p % width],
                b,
            );
        }
    }
    sums
}

/// Σ a(i, p)·b(p), p running over the rows of `a`, P long, and of `b`; a(i, p) is `a[p·P + from + i]`.
#[inline(always)]
pub(super) fn products_down<S: Simd, const R: usize, const V: usize>(
    simd: S,
    a: &[f32],
    from: usize,
    b: &[f32],
) -> [[S::f32s; V]; R] {
    let width = V * S::F32_LANES;
    let mut sums = [[simd.splat_f32s(0.0); V]; R];
    let (b, _) = S::as_simd_f32s(b);
    for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(V)) {
        let a = &a[from..][..R];
        add_row(
            simd,
            &mut sums,
            #[inline(always)]
            |i| a[i],
            b,
        );
    }
    sums
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
    for (i, sums) in sums.iter_mut().enumerate() {
        let a = simd.splat_f32s(a(i));
        for v in 0..V {
            sums[v] = simd.mul_add_e_f32s(a, b[v], sums[v]);
        }
    }
}
