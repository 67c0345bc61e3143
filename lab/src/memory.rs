//! Memory is estimated before it is used.

use scorelab::{Error, Result};

const GIB: f64 = (1u64 << 30) as f64;

/// Refuses work that needs more than `gib` GiB.
///
/// # Errors
/// If `bytes` are more; the message gives both numbers.
pub fn refuse(what: &str, bytes: f64, gib: f64) -> Result<()> {
    if gib.is_nan() || gib <= 0.0 {
        return Err(Error::value("--memory", gib, "a number of GiB above 0"));
    }
    if bytes <= gib * GIB {
        return Ok(());
    }
    Err(Error::Memory { what: what.into(), needed: bytes / GIB, most: gib })
}
