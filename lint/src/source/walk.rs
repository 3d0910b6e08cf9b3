//! Which files there are.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, WalkBuilder};

use super::{ScanError, ScanOptions, SourceProblem};

/// What a walk found, each path once, sorted by the path as shown.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The folder that shown paths are relative to.
    pub(super) base: PathBuf,
    /// The Rust files: path as shown, and where they are.
    pub(super) files: BTreeMap<String, PathBuf>,
    /// The `Cargo.toml` files, likewise.
    pub(super) manifests: BTreeMap<String, PathBuf>,
    pub(super) problems: Vec<SourceProblem>,
}

/// Walks all roots. Symbolic links inside of them are not followed: nothing outside is read, and no loop can hang the walk.
pub(super) fn walk(options: &ScanOptions) -> Result<Found, ScanError> {
    let roots = options.roots.iter().map(|root| Root::open(root)).collect::<Result<Vec<_>, _>>()?;
    let base = common_folder(&roots).ok_or(ScanError::NoRoot)?;
    let mut found = Found { base, ..Found::default() };
    for root in &roots {
        match root {
            Root::File(path) => found.add(path.clone()),
            Root::Folder(path) => walk_folder(path, options, &mut found)?,
        }
    }
    Ok(found)
}

enum Root {
    File(PathBuf),
    Folder(PathBuf),
}

impl Root {
    fn open(given: &Path) -> Result<Self, ScanError> {
        let refuse = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ScanError::NotFound(given.to_owned()),
            _ => ScanError::Unreadable(given.to_owned(), error),
        };
        let path = fs::canonicalize(given).map_err(refuse)?;
        if path.is_dir() {
            fs::read_dir(&path).map_err(refuse)?;
            return Ok(Self::Folder(path));
        }
        if is_manifest(&path) {
            return path.parent().map(|folder| Self::Folder(folder.to_owned())).ok_or(ScanError::NoRoot);
        }
        if is_rust(&path) { Ok(Self::File(path)) } else { Err(ScanError::NotRust(given.to_owned())) }
    }

    fn folder(&self) -> &Path {
        match self {
            Self::File(path) => path.parent().unwrap_or(path),
            Self::Folder(path) => path,
        }
    }
}

fn common_folder(roots: &[Root]) -> Option<PathBuf> {
    let mut folders = roots.iter().map(Root::folder);
    let mut common = folders.next()?.to_owned();
    for folder in folders {
        while !folder.starts_with(&common) {
            common.pop();
        }
    }
    Some(common)
}

/// The files of some names below a folder, as a walk for source would come by them.
pub(super) fn named(root: &Path, names: &[&str]) -> Result<Vec<PathBuf>, ScanError> {
    let exclude = globs(root, &[])?;
    let entries = walker(root, root, exclude, false).build().filter_map(Result::ok);
    let is_file = |entry: &DirEntry| entry.file_type().is_some_and(|kind| kind.is_file());
    let is_meant = |entry: &DirEntry| names.iter().any(|name| entry.file_name() == *name);
    Ok(entries.filter(|entry| is_file(entry) && is_meant(entry)).map(DirEntry::into_path).collect())
}

/// A walk below `root`. `exclude` speaks of what lies in `area`.
fn walker(root: &Path, area: &Path, exclude: Gitignore, include_tests: bool) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    let area = area.to_owned();
    builder
        .follow_links(false)
        .require_git(false)
        // What a user's own configuration or a folder above the root ignores is no property of this tree.
        .parents(false)
        .git_global(false)
        .git_exclude(false)
        .ignore(false)
        .filter_entry(move |entry| {
            let is_excluded =
                |kind: bool| entry.path().starts_with(&area) && exclude.matched(entry.path(), kind).is_ignore();
            entry.depth() == 0 || !is_left_out(entry, is_excluded, include_tests)
        });
    builder
}

fn walk_folder(root: &Path, options: &ScanOptions, found: &mut Found) -> Result<(), ScanError> {
    let area = options.scope.as_ref().map_or(root, |scope| scope.folder.as_path());
    let exclude = globs(area, &options.exclude)?;
    let include = globs(area, &options.include)?;
    let is_taken = |path: &Path| !path.starts_with(area) || is_included(path, &include);
    for entry in walker(root, area, exclude, options.include_tests).build() {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                let path = entry.into_path();
                if is_file && (is_manifest(&path) || is_rust(&path) && is_taken(&path)) {
                    found.add(path);
                }
            }
            Err(error) => found.problems.push(unreadable(root, &found.base, &error)),
        }
    }
    Ok(())
}

fn globs(root: &Path, globs: &[String]) -> Result<Gitignore, ScanError> {
    let mut builder = GitignoreBuilder::new(root);
    let refuse = |glob: &str, error: ignore::Error| {
        let reason = match error {
            ignore::Error::Glob { err, .. } => err,
            other => other.to_string(),
        };
        ScanError::Glob { glob: glob.to_owned(), reason }
    };
    for glob in globs {
        builder.add_line(None, glob).map_err(|error| refuse(glob, error))?;
    }
    builder.build().map_err(|error| refuse(&globs.join("`, `"), error))
}

fn is_included(path: &Path, include: &Gitignore) -> bool {
    include.is_empty() || include.matched_path_or_any_parents(path, false).is_ignore()
}

fn is_left_out(entry: &DirEntry, is_excluded: impl Fn(bool) -> bool, include_tests: bool) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    if is_excluded(is_folder) {
        return true;
    }
    if !is_folder {
        return false;
    }
    let beside_manifest = || entry.path().with_file_name("Cargo.toml").is_file();
    match entry.file_name().to_str() {
        Some("node_modules") => true,
        // A module may be called `target` too.
        Some("target") => beside_manifest() || entry.path().join("CACHEDIR.TAG").is_file(),
        Some("tests" | "benches" | "examples") => !include_tests && beside_manifest(),
        _ => false,
    }
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

fn is_manifest(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "Cargo.toml")
}

fn unreadable(root: &Path, base: &Path, error: &ignore::Error) -> SourceProblem {
    let (path, reason) = match error {
        ignore::Error::WithPath { path, err } => (path.as_path(), err.as_ref()),
        ignore::Error::WithDepth { err, .. } => return unreadable(root, base, err),
        other => (root, other),
    };
    // An input error repeats the path, in full.
    let reason = match reason.io_error() {
        Some(error) => error.kind().to_string(),
        None => reason.to_string(),
    };
    SourceProblem::unread(shown(path, base), format!("this can't be read: {reason}"))
        .help("make it readable, or leave it out in the policy's `paths: { exclude: […] }`")
}

/// A path as it is shown: relative to the base, `/` between its parts on every system.
fn shown(path: &Path, base: &Path) -> String {
    let relative = path.strip_prefix(base).unwrap_or(path);
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

impl Found {
    fn add(&mut self, path: PathBuf) {
        let list = if is_manifest(&path) { &mut self.manifests } else { &mut self.files };
        list.insert(shown(&path, &self.base), path);
    }
}
