//! What to scan.

use std::fmt;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Scope;

/// What to scan, and how.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// Folders or single files.
    pub roots: Vec<PathBuf>,
    /// The part of the roots that is meant, with its own folder in place of the root for what is left out and taken; everything if not given.
    pub scope: Option<Scope>,
    /// What to leave out, written as in a `.gitignore` file, relative to each root.
    pub exclude: Vec<String>,
    /// If not empty: the only Rust files to take, written likewise.
    pub include: Vec<String>,
    /// Whether `tests/`, `benches/` and `examples/` of a package count.
    pub include_tests: bool,
    /// How many threads read and parse; as many as there are processors if not given.
    pub threads: Option<NonZeroUsize>,
    /// Whether every file is parsed in full, so that every syntax error is found.
    pub strict: bool,
    /// One file whose text isn't taken from the disk.
    pub overlay: Option<Overlay>,
    /// Whether to parse files that the byte search would leave out. The answer must be the same; tests compare both.
    pub no_filter: bool,
    /// Whether to leave the bodies of handlers alone: what they do isn't known then, and no more files are read than routes need.
    pub skips_bodies: bool,
}

/// The text of a file as somebody has it who didn't save it yet.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// Where the file lies, without links.
    pub path: PathBuf,
    /// What it shall say.
    pub text: Arc<str>,
}

impl Overlay {
    /// Whether it stands for the file at a path.
    pub fn is_for(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| real == self.path)
    }
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            roots: vec![PathBuf::from(".")],
            scope: None,
            exclude: Vec::new(),
            include: Vec::new(),
            include_tests: false,
            threads: None,
            strict: false,
            overlay: None,
            no_filter: false,
            skips_bodies: false,
        }
    }
}

/// Why nothing could be scanned.
#[derive(Debug)]
pub enum ScanError {
    /// No path was given.
    NoRoot,
    /// A path that doesn't exist.
    NotFound(PathBuf),
    /// A path that can't be read.
    Unreadable(PathBuf, io::Error),
    /// A single file that isn't Rust.
    NotRust(PathBuf),
    /// The file that an overlay stands for isn't one of those that are read.
    NotRead(PathBuf),
    /// A glob that can't be understood.
    Glob {
        /// The glob.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The threads could not be started.
    Threads(String),
}

impl fmt::Display for ScanError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoot => formatter.write_str("no path to lint was given"),
            Self::NotFound(path) => {
                write!(formatter, "`{}` doesn't exist; give a folder or a file to lint", path.display())
            }
            Self::Unreadable(path, error) => write!(formatter, "`{}` can't be read: {error}", path.display()),
            Self::NotRust(path) => {
                write!(formatter, "`{}` is neither a folder, a `.rs` file nor a `Cargo.toml`", path.display())
            }
            Self::NotRead(path) => write!(
                formatter,
                "`{}` isn't among the files that are read: it lies elsewhere, isn't Rust, or is ignored or excluded",
                path.display()
            ),
            Self::Glob { glob, reason } => write!(formatter, "the glob `{glob}` can't be understood: {reason}"),
            Self::Threads(reason) => write!(formatter, "threads can't be started: {reason}; try `--threads 1`"),
        }
    }
}

impl std::error::Error for ScanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(_, error) => Some(error),
            _ => None,
        }
    }
}
