//! What keeps commits from being read.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// What keeps commits from being read.
#[derive(Debug)]
pub enum GitError {
    /// There is no `git` to run.
    NotInstalled,
    /// `git` can't be started.
    Start(io::Error),
    /// The folder can't be opened.
    Folder(PathBuf, io::Error),
    /// The folder isn't in a repository.
    NotARepository(PathBuf),
    /// The repository has no work tree.
    NoWorkTree(PathBuf),
    /// A name that stands for no commit.
    NoSuchCommit {
        /// The name.
        name: String,
        /// Whether the clone has only a part of the history.
        is_shallow: bool,
    },
    /// Two commits without a common ancestor.
    NoMergeBase {
        /// Whether the clone has only a part of the history.
        is_shallow: bool,
    },
    /// An object that isn't in this clone.
    MissingObject(String),
    /// The temporary folder can't be written.
    Temporary(io::Error),
    /// `git` complained.
    Failed {
        /// What it was to do.
        command: &'static str,
        /// What it said.
        message: String,
    },
}

impl GitError {
    pub(super) fn start(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::NotInstalled } else { Self::Start(error) }
    }

    pub(super) fn failed(command: &'static str, message: &str) -> Self {
        Self::Failed { command, message: message.trim().to_owned() }
    }
}

impl fmt::Display for GitError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled => formatter.write_str("`git` isn't installed, or not in the `PATH`; commits are read through it"),
            Self::Start(error) => write!(formatter, "`git` can't be started: {error}"),
            Self::Folder(path, error) => write!(formatter, "`{}` can't be opened: {error}", path.display()),
            Self::NotARepository(path) => {
                write!(formatter, "`{}` isn't in a git repository, so there are no commits to compare", path.display())
            }
            Self::NoWorkTree(path) => {
                write!(formatter, "`{}` is a repository without a work tree; run this in a clone that has one", path.display())
            }
            Self::NoSuchCommit { name, is_shallow: true } => write!(
                formatter,
                "this shallow clone has no commit `{name}`; fetch it first: `git fetch --unshallow`, or in CI a checkout of the full history (`fetch-depth: 0`)"
            ),
            Self::NoSuchCommit { name, is_shallow: false } => {
                write!(formatter, "there is no commit `{name}`; if it is a branch of a remote, fetch it first and name the remote: `origin/main`")
            }
            Self::NoMergeBase { is_shallow: true } => formatter.write_str(
                "this shallow clone doesn't have the commit at which the two parted; fetch it first: `git fetch --unshallow`, or in CI a checkout of the full history (`fetch-depth: 0`)",
            ),
            Self::NoMergeBase { is_shallow: false } => formatter.write_str("the two commits have no common ancestor"),
            Self::MissingObject(object) => write!(
                formatter,
                "the object {object} isn't in this clone, which seems to be a partial one; nothing is fetched, so fetch it first: `git fetch --refetch --no-filter`"
            ),
            Self::Temporary(error) => write!(formatter, "files of a commit can't be put into the temporary folder: {error}"),
            Self::Failed { command, message } => write!(formatter, "`git {command}` failed: {message}"),
        }
    }
}

impl std::error::Error for GitError {}
