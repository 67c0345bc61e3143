//! The machine's instruction set: asked once, used by every loop that is worth compiling for wide registers.
//!
//! [`pulp`] compiles a loop several times and chooses when the program runs. The environment variable `SCORELAB_KERNEL` set
//! to `portable` or `avx2` asks for less than the machine has. Bits are promised for one machine and one kernel; different
//! kernels round differently.

use crate::{Error, Result};
use pulp::{Arch, Simd, WithSimd};
use std::sync::OnceLock;

/// The environment variable that asks for another kernel than the machine's best.
pub const KERNEL_VARIABLE: &str = "SCORELAB_KERNEL";

/// The instruction set in use, chosen once.
pub fn arch() -> Arch {
    static ARCH: OnceLock<Arch> = OnceLock::new();
    *ARCH.get_or_init(|| match std::env::var(KERNEL_VARIABLE).as_deref() {
        Ok("portable") => Arch::Scalar,
        #[cfg(target_arch = "x86_64")]
        Ok("avx2") => pulp::x86::V3::try_new().map_or(Arch::Scalar, Arch::V3),
        _ => Arch::new(),
    })
}

/// Refuses a kernel that does not exist, so that a misspelt variable does not pass for a choice.
///
/// # Errors
/// If `SCORELAB_KERNEL` is set to anything but `portable` or `avx2`.
pub fn check_kernel_variable() -> Result<()> {
    match std::env::var(KERNEL_VARIABLE) {
        Ok(name) if name != "portable" && name != "avx2" => {
            Err(Error::value(KERNEL_VARIABLE, format!("{name:?}"), "portable or avx2, or not set"))
        }
        _ => Ok(()),
    }
}

/// The kernel in use: `avx512`, `avx2`, `neon` or `portable`.
pub fn kernel_name() -> &'static str {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::F32_LANES
        }
    }
    match arch().dispatch(Lanes) {
        16 => "avx512",
        8 => "avx2",
        4 => "neon",
        _ => "portable",
    }
}

/// Runs a loop compiled for the machine's widest registers; the closure should be marked `#[inline(always)]`.
#[inline(always)]
pub fn wide<T>(f: impl FnOnce() -> T) -> T {
    arch().dispatch(f)
}
