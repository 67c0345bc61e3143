//! The library's errors as Python's exceptions, with the library's own sentence.

use pyo3::PyErr;
use pyo3::exceptions::{PyOSError, PyValueError};
use scorelab::Error;

/// `ValueError`; what the system refuses is an `OSError`.
pub fn refused(error: Error) -> PyErr {
    match error {
        Error::Io { .. } | Error::InUse { .. } => PyOSError::new_err(error.to_string()),
        _ => PyValueError::new_err(error.to_string()),
    }
}

/// Refuses a value that must be something else.
pub fn value(what: &str, value: impl ToString, must: impl Into<String>) -> PyErr {
    refused(Error::value(what, value, must))
}
