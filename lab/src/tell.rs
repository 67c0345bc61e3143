//! Messages besides the answer: lines on standard error.

use scorelab::text::{one_line, printable_lines};
use std::io::Write;

/// Prints a line on standard error, if it is open; what cannot be printed is escaped.
pub fn tell(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{}", printable_lines(&line.to_string()));
}

/// Prints an error on standard error, in one line of bounded length.
pub fn tell_error(error: &scorelab::Error) {
    tell(format!("error: {}", one_line(&error.to_string())));
}
