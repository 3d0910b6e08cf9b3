//! Commits as folders to scan, through the `git` program.
//!
//! The work tree is neither read nor written: the few files of a commit that a scan looks at (source, manifests, what is ignored, the
//! policy) are taken from git's objects and put into a temporary folder. Nothing is fetched, and nothing of the commit is run.

mod batch;
mod error;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use route_role_policy::file::FILE_NAME;
use tempfile::TempDir;

pub use error::GitError;

use crate::source::MAX_FILE_SIZE;

/// A repository, seen from one of its folders.
#[derive(Debug)]
pub struct Repository {
    /// The work tree.
    top: PathBuf,
    /// The folder, from the top; empty or with `/` at its end.
    prefix: String,
}

/// A commit that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit(String);

impl Commit {
    /// The beginning of its number, as people use it.
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }
}

/// The files of a commit, until it is dropped.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    policy: Option<PathBuf>,
    /// Removes everything at the end.
    _folder: TempDir,
}

/// A file of a commit.
struct Blob {
    object: String,
    size: u64,
}

/// What a commit holds below a folder.
#[derive(Default)]
struct Listing {
    blobs: BTreeMap<String, Blob>,
    submodules: Vec<String>,
}

impl Repository {
    /// The repository that a folder belongs to.
    ///
    /// # Errors
    ///
    /// No `git`, no such folder, no repository, or one without a work tree.
    pub fn open(folder: &Path) -> Result<Self, GitError> {
        let folder = fs::canonicalize(folder).map_err(|error| GitError::Folder(folder.to_owned(), error))?;
        let output = run(&folder, ["rev-parse", "--show-prefix", "--show-toplevel"])?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(if said.contains("not a git repository") {
                GitError::NotARepository(folder)
            } else if said.contains("must be run in a work tree") {
                GitError::NoWorkTree(folder)
            } else {
                GitError::failed("rev-parse", &said)
            });
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (prefix, top) = text.split_once('\n').unwrap_or_default();
        Ok(Self { top: PathBuf::from(top.trim_end_matches(['\n', '\r'])), prefix: prefix.to_owned() })
    }

    /// The commit that a branch, a tag or any other name stands for.
    ///
    /// # Errors
    ///
    /// No such commit, or not in this clone.
    pub fn commit(&self, name: &str) -> Result<Commit, GitError> {
        let missing = || GitError::NoSuchCommit { name: name.to_owned(), is_shallow: self.is_shallow() };
        if name.is_empty() || name.starts_with('-') {
            return Err(missing());
        }
        let output = run(&self.top, ["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")])?;
        if !output.status.success() {
            return Err(missing());
        }
        Ok(Commit(String::from_utf8_lossy(&output.stdout).trim().to_owned()))
    }

    /// The commit at which two branches parted.
    ///
    /// # Errors
    ///
    /// They never met, as far as this clone knows.
    pub fn merge_base(&self, left: &Commit, right: &Commit) -> Result<Commit, GitError> {
        let output = run(&self.top, ["merge-base", &left.0, &right.0])?;
        if !output.status.success() {
            return Err(GitError::NoMergeBase { is_shallow: self.is_shallow() });
        }
        Ok(Commit(String::from_utf8_lossy(&output.stdout).trim().to_owned()))
    }

    /// The submodules below the folder that a commit names, from the folder. A commit holds nothing of what is in them.
    ///
    /// # Errors
    ///
    /// `git` can't list the commit.
    pub fn submodules(&self, commit: &Commit) -> Result<Vec<String>, GitError> {
        let submodules = self.list(commit)?.submodules;
        Ok(submodules.iter().filter_map(|path| path.strip_prefix(&self.prefix)).map(str::to_owned).collect())
    }

    /// What a scan of the folder would look at, as of a commit. `policy` is the policy's path where it isn't to be found.
    ///
    /// # Errors
    ///
    /// Objects that aren't in this clone, and whatever keeps files from being written.
    pub fn checkout(&self, commit: &Commit, policy: Option<&Path>) -> Result<Tree, GitError> {
        let Listing { blobs, .. } = self.list(commit)?;
        // Without one that is named, every folder may have its own.
        let may_be_several = policy.is_none();
        let policy = match policy.map(|policy| self.inside(policy)) {
            Some(inside) => inside.filter(|path| blobs.contains_key(path)),
            None => policies_above(&self.prefix).find(|path| blobs.contains_key(path)),
        };
        // A policy may name constants in any source below it.
        let below = policy.as_deref().and_then(|path| path.strip_suffix(FILE_NAME)).unwrap_or(&self.prefix);
        let is_wanted = |path: &str| {
            policy.as_deref() == Some(path)
                || is_read(path) && (path.starts_with(&self.prefix) || path.starts_with(below))
                || is_ignore_file(path)
                || may_be_several && is_policy(path) && path.starts_with(&self.prefix)
        };
        let wanted: Vec<(&String, &Blob)> = blobs.iter().filter(|(path, _)| is_wanted(path)).collect();
        let folder = tempfile::tempdir().map_err(GitError::Temporary)?;
        // Code without a manifest is called after its folder.
        let top = folder.path().join(self.top.file_name().unwrap_or(OsStr::new("root")));
        fs::create_dir_all(top.join(&self.prefix)).map_err(GitError::Temporary)?;
        let (small, large): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|(_, blob)| blob.size <= MAX_FILE_SIZE);
        for (path, blob) in large {
            // The scan says that it is too large, and reads nothing of it.
            let file = fs::File::create(made(&top, path)?).map_err(GitError::Temporary)?;
            file.set_len(blob.size).map_err(GitError::Temporary)?;
        }
        let objects: Vec<&str> = small.iter().map(|(_, blob)| blob.object.as_str()).collect();
        let mut paths = small.iter().map(|(path, _)| path.as_str());
        batch::read(&self.top, &objects, |bytes| match paths.next() {
            Some(path) => fs::write(made(&top, path)?, bytes).map_err(GitError::Temporary),
            None => Ok(()),
        })?;
        Ok(Tree { policy: policy.map(|path| top.join(path)), root: top.join(&self.prefix), _folder: folder })
    }

    /// A path of the work tree, from its top; `None` for one outside.
    fn inside(&self, path: &Path) -> Option<String> {
        let absolute = fs::canonicalize(path).or_else(|_| std::path::absolute(path)).ok()?;
        let top = fs::canonicalize(&self.top).ok()?;
        let parts = absolute.strip_prefix(top).ok()?.iter().map(|part| part.to_str());
        Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
    }

    /// Whether a path lies in the work tree.
    pub fn holds(&self, path: &Path) -> bool {
        self.inside(path).is_some()
    }

    fn list(&self, commit: &Commit) -> Result<Listing, GitError> {
        let output = run(&self.top, ["ls-tree", "-r", "-l", "-z", "--full-tree", &commit.0])?;
        if !output.status.success() {
            return Err(GitError::failed("ls-tree", &String::from_utf8_lossy(&output.stderr)));
        }
        let mut listing = Listing::default();
        for line in output.stdout.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let line = String::from_utf8_lossy(line);
            let Some((head, path)) = line.split_once('\t') else { continue };
            let mut words = head.split_ascii_whitespace();
            let (mode, object, size) = (words.next(), words.nth(1), words.next());
            match (mode, object) {
                (Some("160000"), _) => listing.submodules.push(path.to_owned()),
                // Symbolic links aren't followed in a work tree either.
                (Some("100644" | "100755" | "100664"), Some(object)) if is_harmless(path) => {
                    let size = size.and_then(|size| size.parse().ok()).unwrap_or_default();
                    listing.blobs.insert(path.to_owned(), Blob { object: object.to_owned(), size });
                }
                _ => {}
            }
        }
        Ok(listing)
    }

    fn is_shallow(&self) -> bool {
        let output = run(&self.top, ["rev-parse", "--is-shallow-repository"]);
        output.is_ok_and(|output| output.stdout.starts_with(b"true"))
    }
}

impl Tree {
    /// The folder, as of the commit. It is empty if the commit doesn't have it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The commit's policy.
    pub fn policy(&self) -> Option<&Path> {
        self.policy.as_deref()
    }
}

/// Runs `git` in a folder.
fn run<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Result<Output, GitError> {
    command(folder, arguments).stdin(Stdio::null()).output().map_err(GitError::start)
}

fn command<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments.into_iter().map(OsStr::new));
    // Messages that can be told apart; nothing that asks, fetches or locks.
    command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
    // A hook runs with these, and they would lead to its own repository.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"] {
        command.env_remove(variable);
    }
    command
}

/// Where the policy of a folder may lie, the nearest first.
fn policies_above(prefix: &str) -> impl Iterator<Item = String> {
    let mut folder = Some(prefix.trim_end_matches('/'));
    std::iter::from_fn(move || {
        let current = folder?;
        folder = match current.rsplit_once('/') {
            Some((above, _)) => Some(above),
            None => (!current.is_empty()).then_some(""),
        };
        Some(if current.is_empty() { FILE_NAME.to_owned() } else { format!("{current}/{FILE_NAME}") })
    })
}

/// Whether a scan looks at files of this name.
fn is_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".rs") || matches!(name, "Cargo.toml" | "CACHEDIR.TAG")
}

fn is_policy(path: &str) -> bool {
    path.rsplit('/').next() == Some(FILE_NAME)
}

fn is_ignore_file(path: &str) -> bool {
    path.rsplit('/').next() == Some(".gitignore")
}

/// Whether a path can only mean a place below the folder that it is put in. Git refuses others, but whoever made the objects may not have used git.
fn is_harmless(path: &str) -> bool {
    let is_git = |name: &OsStr| name.eq_ignore_ascii_case(".git");
    let mut parts = Path::new(path).components();
    parts.all(|part| matches!(part, Component::Normal(name) if !is_git(name))) && !path.contains('\\')
}

/// A place for a file, with the folders that it needs.
fn made(folder: &Path, path: &str) -> Result<PathBuf, GitError> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(GitError::Temporary)?;
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_policy_comes_first() {
        let above = |prefix| policies_above(prefix).collect::<Vec<_>>();
        assert_eq!(above(""), ["route-role.yaml"]);
        assert_eq!(above("a/b/"), ["a/b/route-role.yaml", "a/route-role.yaml", "route-role.yaml"]);
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        assert!(is_harmless("src/main.rs"));
        for path in ["../a.rs", "/a.rs", "a/../../b.rs", ".git/config.rs", "a/.GIT/b.rs", "a\\..\\b.rs"] {
            assert!(!is_harmless(path), "{path}");
        }
    }
}
