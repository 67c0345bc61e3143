//! Memory is estimated before it is used.

use scorelab::{Error, Result};

/// What work may take where nothing else is said, in GiB.
pub const MOST_GIB: f64 = 4.0;

/// Bytes that a coordinate of a sample takes while it is walked.
pub const A_COORDINATE: f64 = 100.0;

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
