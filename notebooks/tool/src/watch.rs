//! A program that is run to its end, or stopped if it hangs.

use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long it takes at most to notice the end.
const PAUSE: Duration = Duration::from_millis(20);

/// What a program said, and how it ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status; none if it was ended.
    pub status: Option<ExitStatus>,
    /// Its standard output, up to where it was ended.
    pub out: String,
    /// Its standard error.
    pub err: String,
    /// The seconds it took.
    pub seconds: f64,
}

/// Runs a program, and ends it if it takes longer than `limit`.
///
/// # Errors
/// If it cannot be started.
pub fn watched(command: &mut Command, limit: Duration) -> io::Result<Ended> {
    let began = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    // a pipe that nobody reads is full after some 64 KiB, and then the program waits for ever
    let out = read(child.stdout.take());
    let err = read(child.stderr.take());
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if began.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(PAUSE);
    };
    let seconds = began.elapsed().as_secs_f64();
    let text = |thread: thread::JoinHandle<Vec<u8>>| {
        String::from_utf8_lossy(&thread.join().unwrap_or_default()).into_owned()
    };
    Ok(Ended { status, out: text(out), err: text(err), seconds })
}

/// Reads all that comes, in a thread of its own.
fn read(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // what was read before an error is what there is
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        bytes
    })
}
