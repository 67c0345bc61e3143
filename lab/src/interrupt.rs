//! Ctrl-C: the first asks long work to stop at the end of its step, the second, a second later, ends the program at once.

use scorelab::nn::Net;
use scorelab::training_loop::{Now, Watcher};
use scorelab::{Error, Result};
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The exit code of a program that Ctrl-C ended.
pub const INTERRUPTED: u8 = 130;

static ASKED: AtomicBool = AtomicBool::new(false);
static FIRST: OnceLock<Instant> = OnceLock::new();

/// A second one within it is the first again: `timeout` sends one to the program and one to its group.
const MOMENT: Duration = Duration::from_secs(1);

/// Listens for Ctrl-C from now on; a second call changes nothing.
///
/// # Errors
/// If the system does not let the program listen.
pub fn listen() -> Result<()> {
    static LISTENING: AtomicBool = AtomicBool::new(false);
    if LISTENING.swap(true, Ordering::SeqCst) {
        return Ok(());
    }
    ctrlc::set_handler(|| {
        let first = FIRST.get_or_init(Instant::now);
        if ASKED.swap(true, Ordering::SeqCst) && first.elapsed() >= MOMENT {
            std::process::exit(i32::from(INTERRUPTED));
        }
    })
    .map_err(|e| Error::value("Ctrl-C", e, "free for this program to listen to"))
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Ctrl-C, which stops a training at the end of its step.
pub(crate) struct CtrlC;

impl<N: Net> Watcher<N> for CtrlC {
    fn step(&mut self, _: &Now<N>) -> Result<ControlFlow<()>> {
        Ok(if interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}
