//! A sign of life on a terminal while a run takes long.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Runs that are done before say nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const INTERVAL: Duration = Duration::from_millis(500);
/// Back to the start of the line, and erase it.
const CLEAR: &str = "\r\u{1b}[2K";

/// Shows how long a run has been going on, until it is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to wait; on anything but a terminal, and when told to be quiet, does nothing.
    pub(super) fn start(what: &'static str, quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return Self { running: None };
        }
        let (done, wait) = channel();
        let begun = Instant::now();
        let ticker = thread::spawn(move || {
            let mut pause = PATIENCE;
            while wait.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = INTERVAL;
                let _ = write!(io::stderr(), "{CLEAR}{what} … {}s", begun.elapsed().as_secs());
                let _ = io::stderr().flush();
            }
            if begun.elapsed() >= PATIENCE {
                let _ = write!(io::stderr(), "{CLEAR}");
            }
        });
        Self { running: Some((done, ticker)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, ticker)) = self.running.take() {
            drop(done);
            // The line must be gone before anything else is printed.
            let _ = ticker.join();
        }
    }
}
