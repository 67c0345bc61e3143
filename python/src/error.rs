//! The library's errors as Python's exceptions, with the library's own sentence.

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::{PyErr, PyResult};
use scorelab::Error;
use scorelab_lab::MOST_GIB;

/// `ValueError`; what the system refuses is an `OSError`.
pub fn refused(error: Error) -> PyErr {
    let text = spelled(&error.to_string());
    match error {
        Error::Io { .. } | Error::InUse { .. } => PyOSError::new_err(text),
        _ => PyValueError::new_err(text),
    }
}

/// A sentence in which flags of the command are the keywords that they are in Python: `--p-drop` is `p_drop`.
fn spelled(sentence: &str) -> String {
    let word = |word: &str| match word.strip_prefix("--") {
        Some(flag) if flag.starts_with(|c: char| c.is_ascii_lowercase()) => flag.replace('-', "_"),
        _ => word.to_string(),
    };
    sentence.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Refuses a value that must be something else.
pub fn value(what: &str, value: impl ToString, must: impl Into<String>) -> PyErr {
    refused(Error::value(what, value, must))
}

/// A class that is there.
///
/// # Errors
/// If there are no more than `label` classes.
pub fn class(label: usize, classes: usize) -> PyResult<usize> {
    match label < classes {
        true => Ok(label),
        false => Err(value("the class", label, format!("below {classes}"))),
    }
}

/// A number of rows that fit into the memory, where each takes so many bytes.
///
/// # Errors
/// If they do not.
pub fn fitting(what: &str, n: usize, bytes: f64) -> PyResult<usize> {
    let most = (MOST_GIB * f64::from(1 << 30) / bytes.max(1.0)) as usize;
    match n <= most {
        true => Ok(n),
        false => {
            Err(value(what, n, format!("at most {most}: more do not fit into {MOST_GIB} GiB")))
        }
    }
}
