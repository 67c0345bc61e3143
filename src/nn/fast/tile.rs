//! A tile of a product: a few rows of a few vectors, held in registers while the depth runs by.

use super::finish::part_mut;
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

/// out ← Σ a(i, p)·b(p), or with `add` out + …, p running over the rows of `b`, which are V vectors each as those of `out` are;
/// with P the length of a row, a(i, p) is `a[(p div P)·next + i·P + p mod P]`.
///
/// Compiled as a function of its own: among other code the sums would be written to memory at every P.
pub(super) struct Products<'a, const R: usize, const V: usize> {
    pub add: bool,
    pub a: &'a [f32],
    pub next: usize,
    pub b: &'a [f32],
    pub out: &'a mut [f32],
}

impl<const R: usize, const V: usize> WithSimd for Products<'_, R, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (width, a, next) = (V * S::F32_LANES, self.a, self.next);
        let out = S::as_mut_simd_f32s(self.out).0;
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        if self.add {
            for (sums, out) in sums.iter_mut().zip(out.chunks_exact(V)) {
                sums.copy_from_slice(out);
            }
        }
        for (panel, b) in self.b.chunks(width * width).enumerate() {
            let a = &a[panel * next..][..R * width];
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
        for (sums, out) in sums.iter().zip(out.chunks_exact_mut(V)) {
            out.copy_from_slice(sums);
        }
    }
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

/// As [`products_down`], left in rows that lie `next` apart, or with `ADD` added to them. A function of its own too.
pub(super) struct ProductsDown<'a, const R: usize, const V: usize, const ADD: bool> {
    pub a: &'a [f32],
    pub from: usize,
    pub b: &'a [f32],
    pub out: &'a mut [f32],
    pub next: usize,
}

impl<const R: usize, const V: usize, const ADD: bool> WithSimd for ProductsDown<'_, R, V, ADD> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let sums = products_down::<S, R, V>(simd, self.a, self.from, self.b);
        for (sums, row) in sums.into_iter().zip(self.out.chunks_mut(self.next)) {
            put_whole::<S, V, ADD>(simd, sums, row);
        }
    }
}

/// Leaves, or adds, the vectors of a row.
#[inline(always)]
pub(super) fn put_whole<S: Simd, const V: usize, const ADD: bool>(
    simd: S,
    sums: [S::f32s; V],
    row: &mut [f32],
) {
    let out = part_mut::<S>(row, 0, V);
    for v in 0..V {
        out[v] = if ADD { simd.add_f32s(out[v], sums[v]) } else { sums[v] };
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
    for (i, sums) in sums.iter_mut().enumerate() {
        let a = simd.splat_f32s(a(i));
        for v in 0..V {
            sums[v] = simd.mul_add_e_f32s(a, b[v], sums[v]);
        }
    }
}
