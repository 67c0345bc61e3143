//! Messages besides the answer: lines on standard error.

use crate::called::as_typed;
use scorelab::text::{one_line, printable_lines};
use std::io::Write;

/// Prints a line on standard error, if it is open; what cannot be printed is escaped, and commands in backticks begin as they are
/// typed here.
pub fn tell(line: impl std::fmt::Display) {
    let line = as_typed(&line.to_string());
    let _ = writeln!(std::io::stderr(), "{}", printable_lines(&line));
}

/// Prints an error on standard error, in one line of bounded length.
pub fn tell_error(error: &scorelab::Error) {
    tell(format!("error: {}", one_line(&error.to_string())));
}
