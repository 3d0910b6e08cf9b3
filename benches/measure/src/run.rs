//! Programs, and how long and how large they are.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// How long one run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) wall: Duration,
    /// What all its threads took together; other programs disturb it less.
    pub(crate) cpu: Duration,
}

/// A command line that can be run again and again.
#[derive(Debug)]
pub(crate) struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
}

impl Program {
    pub(crate) fn new<'a>(
        path: &Path,
        first: &str,
        folder: &Path,
        options: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        let arguments = [first.to_owned()].into_iter().chain(options.into_iter().cloned()).collect();
        Self { path: path.to_owned(), arguments, folder: folder.to_owned() }
    }

    /// Runs it once and gives what it printed.
    pub(crate) fn output(&self) -> io::Result<String> {
        Ok(String::from_utf8_lossy(&self.run()?.1.stdout).into_owned())
    }

    /// Runs it once and gives the largest resident size, in bytes, of any child so far.
    pub(crate) fn peak(&self) -> io::Result<u64> {
        self.run()?;
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
        Ok(u64::try_from(usage.max_rss()).unwrap_or(0) * unit)
    }

    /// Runs this and another in turns, after one turn that doesn't count.
    pub(crate) fn alternate(&self, other: &Self, runs: NonZeroUsize) -> io::Result<(Vec<Times>, Vec<Times>)> {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for turn in 0..=runs.get() {
            let times = (self.run()?.0, other.run()?.0);
            if turn > 0 {
                own.push(times.0);
                others.push(times.1);
            }
        }
        Ok((own, others))
    }

    fn run(&self) -> io::Result<(Times, Output)> {
        let mut command = Command::new(&self.path);
        // The output is made, but nobody reads it while the clock runs.
        command
            .args(&self.arguments)
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let (start, cpu_before) = (Instant::now(), cpu_time()?);
        let output = command.output().map_err(|error| self.error(&error.to_string()))?;
        let wall = start.elapsed();
        if output.status.success() {
            return Ok((Times { wall, cpu: cpu_time()?.saturating_sub(cpu_before) }, output));
        }
        Err(self.error(&format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim_end())))
    }

    fn error(&self, reason: &str) -> io::Error {
        let line = format!("{} {} {}", self.path.display(), self.arguments.join(" "), self.folder.display());
        io::Error::other(format!("`{line}` failed: {reason}"))
    }
}

/// The processor time of all children so far.
fn cpu_time() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let times = [usage.user_time(), usage.system_time()];
    let microseconds = times.map(|time| time.num_microseconds().unsigned_abs());
    Ok(Duration::from_micros(microseconds.iter().sum()))
}

/// The middle of a list of times.
pub(crate) fn median(times: impl IntoIterator<Item = Duration>) -> Duration {
    let mut sorted: Vec<Duration> = times.into_iter().collect();
    sorted.sort();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// A time in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::median;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median([9, 1, 5, 100, 3].map(Duration::from_millis)), Duration::from_millis(5));
        assert_eq!(median([]), Duration::ZERO);
    }
}
