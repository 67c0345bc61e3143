//! What is said beside an answer: lines on standard error.

use std::io::Write;

/// Says a line on standard error, if anybody listens.
pub fn tell(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
