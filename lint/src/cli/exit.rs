//! Exit statuses, the same for every command and format.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing to complain about.
    Clean,
    /// Findings at or above the denied level.
    Findings,
    /// The command line or the policy is wrong, or the output can't be written.
    Usage,
    /// No routes were found.
    NothingToAnalyse,
    /// Something couldn't be seen, and `--allow-incomplete` wasn't given.
    Incomplete,
    /// The code isn't what the lock says, or a change lets in more callers.
    Drift,
    /// A bug of ours.
    Bug,
}

impl ExitStatus {
    /// The number that a shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::NothingToAnalyse => 3,
            Self::Incomplete => 4,
            Self::Drift => 5,
            Self::Bug => 70,
        }
    }
}

impl ExitStatus {
    /// The status of a run over several services: that of the worst. First comes what kept a service from being judged, then what was found.
    pub fn worst(all: impl IntoIterator<Item = Self>) -> Self {
        let badness = |status: &Self| match status {
            Self::Bug => 6,
            Self::Usage => 5,
            Self::NothingToAnalyse => 4,
            Self::Drift => 3,
            Self::Findings => 2,
            Self::Incomplete => 1,
            Self::Clean => 0,
        };
        all.into_iter().max_by_key(badness).unwrap_or(Self::Clean)
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}
