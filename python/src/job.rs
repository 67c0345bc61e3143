//! Long work on a thread of its own, while the thread that called answers Python functions and listens for Ctrl-C.

use crate::error::refused;
use ndarray::{Array2, ArrayView2};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use scorelab::Result;
use scorelab::methods::Score;
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Something to be done by the thread that called, with the interpreter.
type Errand = Box<dyn FnOnce(Python) -> PyResult<()> + Send>;

enum Message {
    Errand(Errand),
    Done,
}

thread_local! {
    /// Where the thread of a job leaves its errands.
    static DESK: RefCell<Option<Sender<Message>>> = const { RefCell::new(None) };
}

/// An exception on its way through the library.
struct Raised(PyErr);

/// Work that nobody waits for any more.
struct Stopped;

/// Whether anybody still waits for the work.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether nobody waits any more.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Leaves the work if nobody waits any more.
    pub fn check(&self) {
        if self.asked() {
            resume_unwind(Box::new(Stopped));
        }
    }
}

/// Between two looks for Ctrl-C.
const POLL: Duration = Duration::from_millis(50);

/// The answer of long work, which may have [errands](errand).
///
/// The interpreter's lock is released meanwhile. Where a signal's handler raises, as that of Ctrl-C does, the exception comes at
/// once and the work is left at its next [`Stop::check`].
///
/// # Errors
/// Those of the work as `ValueError`, and whatever an errand or a signal's handler raises.
pub fn run<T: Send + 'static>(
    py: Python,
    work: impl FnOnce(&Stop) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    let (desk, inbox) = mpsc::channel();
    let stop = Stop::default();
    let worker = {
        let stop = stop.clone();
        thread::spawn(move || {
            DESK.set(Some(desk.clone()));
            let done = catch_unwind(AssertUnwindSafe(|| work(&stop)));
            let _ = desk.send(Message::Done); // nobody waits if it cannot be sent
            done
        })
    };
    if let Err(raised) = attend(py, &Mutex::new(inbox)) {
        stop.0.store(true, Ordering::Relaxed);
        return Err(raised);
    }
    ended(py, worker)
}

/// Runs errands and looks for signals until the work is done.
fn attend(py: Python, inbox: &Mutex<Receiver<Message>>) -> PyResult<()> {
    loop {
        let message = py.detach(|| inbox.lock().expect("one reader").recv_timeout(POLL));
        py.check_signals()?;
        match message {
            Ok(Message::Errand(errand)) => errand(py)?,
            Ok(Message::Done) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

type Ended<T> = std::result::Result<Result<T>, Box<dyn Any + Send>>;

fn ended<T: Send>(py: Python, worker: JoinHandle<Ended<T>>) -> PyResult<T> {
    let joined = py.detach(|| worker.join());
    match joined.and_then(|done| done) {
        Ok(done) => done.map_err(refused),
        Err(panic) => Err(exception(panic)),
    }
}

/// The exception that stopped the work, or an error of the library itself.
fn exception(panic: Box<dyn Any + Send>) -> PyErr {
    let panic = match panic.downcast::<Raised>() {
        Ok(raised) => return raised.0,
        Err(other) => other,
    };
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    PyRuntimeError::new_err(format!("a defect of scorelab, please report it: {text}"))
}

/// The answer of short work, with the interpreter's lock released.
///
/// # Errors
/// Whatever a Python function raises that is asked meanwhile.
pub fn briefly<T: Send>(py: Python, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work))).map_err(exception)
}

/// Has something done with the interpreter: by the thread that called if this is the thread of a job, and else here.
///
/// An exception leaves the work, and reaches the caller as it is.
pub fn errand<T: Send + 'static>(what: impl FnOnce(Python) -> PyResult<T> + Send + 'static) -> T {
    let Some(desk) = DESK.with_borrow(Clone::clone) else {
        return match Python::attach(what) {
            Ok(answer) => answer,
            Err(raised) => resume_unwind(Box::new(Raised(raised))),
        };
    };
    let (reply, answer) = mpsc::channel();
    let errand: Errand = Box::new(move |py| {
        let _ = reply.send(what(py)?); // whoever asked waits
        Ok(())
    });
    let sent = desk.send(Message::Errand(errand)).is_ok();
    match answer.recv() {
        Ok(answer) if sent => answer,
        _ => resume_unwind(Box::new(Stopped)),
    }
}

/// A score that looks whether anybody still waits for its answer.
pub struct Watched {
    score: Score,
    stop: Stop,
}

impl Watched {
    /// This score, watched.
    pub fn around(score: Score, stop: &Stop) -> Score {
        Arc::new(Watched { score, stop: stop.clone() })
    }
}

impl ScoreFn for Watched {
    fn dim(&self) -> usize {
        self.score.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.stop.check();
        self.score.score(x, level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.stop.check();
        self.score.denoised(x, level)
    }
}
