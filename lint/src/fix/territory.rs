//! Which files may be changed: those of the tree that is linted, and the policy that was named.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::source::{FileId, SourceMap};

/// The byte order mark, which no offset counts.
const MARK: &str = "\u{feff}";

/// The files that may be changed.
#[derive(Debug)]
pub struct Territory {
    /// The folder that shown paths are relative to.
    base: PathBuf,
    /// The folders and files that are linted.
    roots: Vec<PathBuf>,
    /// The policy, with its place if it is one that may be changed.
    policy: Option<(FileId, Option<PathBuf>)>,
}

/// A file that may be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where it lies.
    pub path: PathBuf,
    /// What it begins with that no offset counts: a byte order mark, or nothing.
    pub lead: &'static str,
}

/// Why a file isn't changed.
#[derive(Debug)]
pub enum Refusal {
    /// It lies outside of what is linted, or a link leads there.
    Outside,
    /// It is no longer what was linted.
    Changed,
    /// It can't be read.
    Unreadable(io::Error),
}

impl Territory {
    /// The territory of a run.
    pub fn new(roots: &[PathBuf]) -> Option<Self> {
        let roots = roots.iter().map(|root| real_root(root)).collect::<Option<Vec<_>>>()?;
        let mut base = folder_of(roots.first()?).to_owned();
        for root in &roots {
            while !folder_of(root).starts_with(&base) {
                base.pop();
            }
        }
        Some(Self { base, roots, policy: None })
    }

    /// The folder that shown paths are relative to.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Says where the policy lies. It may be changed if it was named on the command line, or lies in what is linted.
    #[must_use]
    pub fn with_policy(self, file: FileId, path: &Path, was_named: bool) -> Self {
        let real = fs::canonicalize(path).ok().filter(|real| was_named || self.contains(real));
        // Writing would put a file in the place of the link.
        let is_link = fs::symlink_metadata(path).is_ok_and(|known| known.is_symlink());
        Self { policy: Some((file, real.filter(|_| !is_link))), ..self }
    }

    /// Where a file lies, if it may be changed and still is what was linted.
    ///
    /// # Errors
    ///
    /// Why it may not be changed.
    pub fn open(&self, file: FileId, sources: &SourceMap) -> Result<Place, Refusal> {
        let path = match &self.policy {
            Some((policy, place)) if *policy == file => place.clone().ok_or(Refusal::Outside)?,
            _ => self.place_of(sources.path(file))?,
        };
        let text = fs::read_to_string(&path).map_err(Refusal::Unreadable)?;
        let linted = sources.text(file);
        if text == linted {
            Ok(Place { path, lead: "" })
        } else if text.strip_prefix(MARK) == Some(linted) {
            Ok(Place { path, lead: MARK })
        } else {
            Err(Refusal::Changed)
        }
    }

    fn place_of(&self, shown: &str) -> Result<PathBuf, Refusal> {
        let path = shown.split('/').fold(self.base.clone(), |path, part| path.join(part));
        let real = fs::canonicalize(&path).map_err(Refusal::Unreadable)?;
        // No link on the way, so that it is the file that was read: links aren't followed when the tree is walked.
        if real == path && self.contains(&real) { Ok(real) } else { Err(Refusal::Outside) }
    }

    fn contains(&self, real: &Path) -> bool {
        self.roots.iter().any(|root| real.starts_with(root))
    }
}

/// A root as it is walked: a manifest stands for its folder.
fn real_root(given: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(given).ok()?;
    let is_manifest = real.file_name().is_some_and(|name| name == "Cargo.toml");
    if is_manifest { real.parent().map(Path::to_path_buf) } else { Some(real) }
}

fn folder_of(root: &Path) -> &Path {
    if root.is_dir() { root } else { root.parent().unwrap_or(root) }
}
