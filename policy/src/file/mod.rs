//! Reading `route-role.yaml`.
//!
//! [`load`] never fails: it returns what is valid together with everything that isn't, each with its place. A text becomes
//! a tree of nodes with places; then each section of the file, in its own module, turns its part of the tree into a
//! part of the [`Policy`].

mod braces;
pub mod constants;
pub(crate) mod keys;
pub mod problem;
mod reader;
mod section;
pub mod tree;

use std::path::{Component, Path, PathBuf};

#[cfg(feature = "constants")]
pub use constants::RustConstants;
pub use constants::{ConstantSource, NoConstants};
pub use problem::{Problem, Severity};

use crate::Policy;
use reader::Reader;
use tree::Limits;

/// The name of the policy file.
pub const FILE_NAME: &str = "route-role.yaml";

/// What a policy file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// All that is valid. Empty if the text can't be read at all.
    pub policy: Policy,
    /// All that isn't, in the order of the file.
    pub problems: Vec<Problem>,
}

impl Loaded {
    /// Whether a part of the policy can't be used.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }
}

/// Reads a policy. References to source code are evaluated by `constants`.
///
/// What is valid stays usable beside what isn't, which is right for showing findings. To *enforce* such a policy would be
/// wrong, because an entry whose part is missing may let in too many: refuse it when [`Loaded::has_errors`].
pub fn load(text: &str, constants: &mut dyn ConstantSource) -> Loaded {
    let mut problems = Vec::new();
    let Some(root) = tree::parse(text, Limits::POLICY, &mut problems) else {
        if problems.is_empty() {
            problems.push(empty());
        }
        return Loaded { policy: Policy::default(), problems };
    };
    if matches!(root.kind, tree::Kind::Null) {
        problems.push(empty());
        return Loaded { policy: Policy::default(), problems };
    }
    let mut reader = Reader { problems, constants };
    let policy = section::read(&mut reader, &root);
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| (problem.primary.start, problem.primary.end));
    Loaded { policy, problems }
}

fn empty() -> Problem {
    Problem::error(0..0, "the policy is empty")
        .with_help("begin with `version: 1`; `route-role init` writes a policy".to_owned())
}

/// The nearest policy file at or above a folder or file.
pub fn find(start: &Path) -> Option<PathBuf> {
    // A relative path has only so many ancestors: the folders above the current one need the absolute form.
    let absolute = std::path::absolute(start).ok()?;
    absolute.ancestors().map(|folder| folder.join(FILE_NAME)).find(|candidate| candidate.is_file())
}

/// The path of a file that lies below a folder, links followed: a policy reads nothing else of the machine.
///
/// # Errors
///
/// Why it isn't one, in one sentence.
pub fn inside(folder: &Path, file: &str) -> Result<PathBuf, String> {
    const OUTSIDE: &str = "the file must lie below the policy's own folder";
    let relative = Path::new(file);
    if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(OUTSIDE.to_owned());
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let root = folder.canonicalize().map_err(|error| error.to_string())?;
    let path = root.join(relative).canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file beside the policy".to_owned(),
        _ => error.to_string(),
    })?;
    if !path.starts_with(&root) {
        return Err(format!("{OUTSIDE}, but a link leads out of it"));
    }
    if !path.is_file() {
        return Err("it isn't a file".to_owned());
    }
    Ok(path)
}
