//! Objects that pickle makes again by the call that made them.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// The call that makes an object again, if there is one.
pub struct Again(Option<(Py<PyAny>, Py<PyTuple>)>);

impl Again {
    /// No call makes it again.
    pub const NEVER: Again = Again(None);

    /// This call does, of arguments that can be pickled themselves.
    ///
    /// # Errors
    /// Never but for want of memory.
    pub fn by<'py, A>(call: Bound<'py, PyAny>, arguments: A) -> PyResult<Again>
    where
        A: IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
    {
        let arguments = arguments.into_pyobject(call.py())?;
        Ok(Again(Some((call.unbind(), arguments.unbind()))))
    }

    /// The call and its arguments, which is what pickle asks for.
    ///
    /// # Errors
    /// `TypeError` if no call makes it again.
    pub fn reduced<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        match &self.0 {
            Some((call, arguments)) => {
                (call.clone_ref(py), arguments.clone_ref(py)).into_pyobject(py)
            }
            None => {
                let why = "this object cannot be pickled; pickle what it is made of";
                Err(PyTypeError::new_err(why))
            }
        }
    }
}

/// A function of the package, which pickle finds by its name.
///
/// # Errors
/// If there is none of this name.
pub fn function<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("scorelab._scorelab")?.getattr(name)
}
