//! A message on standard error when work takes longer than people wait in silence.

use crate::tell::tell;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The time until the first message, and between later ones.
const FIRST: Duration = Duration::from_secs(2);
const AGAIN: Duration = Duration::from_secs(10);

/// Says what is being done, until it is dropped.
pub struct Patience {
    done: Option<Sender<()>>,
    teller: Option<JoinHandle<()>>,
}

impl Patience {
    /// Work of this name begins.
    pub fn new(what: String) -> Self {
        Patience::after(what, FIRST, tell)
    }

    fn after(what: String, first: Duration, say: impl Fn(String) + Send + 'static) -> Self {
        let ((done, ended), began) = (channel(), Instant::now());
        let teller = std::thread::spawn(move || {
            let mut wait = first;
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                say(format!("  {what}: {:.0} s so far", began.elapsed().as_secs_f64()));
                wait = AGAIN;
            }
        });
        Patience { done: Some(done), teller: Some(teller) }
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        drop(self.done.take());
        let _ = self.teller.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_word_is_said_once_work_takes_long_and_none_before() {
        let said = Arc::new(Mutex::new(Vec::new()));
        let listen = |said: &Arc<Mutex<Vec<String>>>| {
            let said = said.clone();
            move |word: String| said.lock().unwrap().push(word)
        };
        drop(Patience::after("work".into(), Duration::from_secs(600), listen(&said)));
        assert!(said.lock().unwrap().is_empty(), "it ends at once and says nothing");
        let long = Patience::after("work".into(), Duration::from_millis(1), listen(&said));
        while said.lock().unwrap().is_empty() {
            std::thread::yield_now();
        }
        drop(long);
        assert_eq!(*said.lock().unwrap(), ["  work: 0 s so far"]);
    }
}
