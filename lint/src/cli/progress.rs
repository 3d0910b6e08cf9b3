//! A sign of life on a terminal while a run takes long.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
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
        let ticker = thread::spawn(move || show(&mut io::stderr(), what, &wait, PATIENCE));
        Self { running: Some((done, ticker)) }
    }
}

/// Shows the line from when patience is over until the other end of `wait` is gone, and takes it away again.
fn show(out: &mut impl Write, what: &str, wait: &Receiver<()>, patience: Duration) {
    let begun = Instant::now();
    let mut pause = patience;
    let mut is_shown = false;
    while wait.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        pause = INTERVAL;
        is_shown = true;
        // Nobody is harmed by a sign of life that can't be given.
        let _ = write!(out, "{CLEAR}{what} … {}s", begun.elapsed().as_secs());
        let _ = out.flush();
    }
    if is_shown {
        let _ = write!(out, "{CLEAR}");
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A terminal at which the run ends once something was printed.
    struct Terminal {
        text: Vec<u8>,
        running: Option<Sender<()>>,
    }

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.text.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.running = None;
            Ok(())
        }
    }

    #[test]
    fn a_run_that_takes_long_shows_a_line_and_takes_it_away() {
        let (done, wait) = channel();
        let mut terminal = Terminal { text: Vec::new(), running: Some(done) };
        show(&mut terminal, "reading", &wait, Duration::ZERO);
        assert_eq!(String::from_utf8_lossy(&terminal.text), format!("{CLEAR}reading … 0s{CLEAR}"));
    }

    #[test]
    fn a_run_that_is_done_soon_says_nothing() {
        let (done, wait) = channel();
        drop(done);
        let mut terminal = Terminal { text: Vec::new(), running: None };
        show(&mut terminal, "reading", &wait, Duration::from_secs(3600));
        assert!(terminal.text.is_empty());
    }
}
