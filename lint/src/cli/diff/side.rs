//! What stands on one side of a comparison.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use route_role_policy::file::{self, FILE_NAME};

use super::DiffArgs;
use crate::cli::part::Part;
use crate::cli::project::Project;
use crate::cli::{CliError, InputArgs, output};
use crate::drift::Snapshot;
use crate::drift::git::{Commit, Repository, Tree};
use crate::report::escape::visible;
use crate::source::{ScanOptions, Scope, Service, services};

/// What stands on one side of the comparison.
pub(super) struct Side {
    /// Keeps the files of a commit there.
    pub(super) tree: Option<Tree>,
    root: PathBuf,
    /// The policy of the folder itself.
    pub(super) policy: Option<PathBuf>,
    /// The folders with a policy, if there are others than the root.
    pub(super) services: Vec<Service>,
    left_out: Vec<String>,
    pub(super) name: String,
}

impl Side {
    pub(super) fn of_commit(args: &DiffArgs, repository: &Repository, commit: &Commit) -> Result<Self, CliError> {
        // A policy outside of the repository is the same for every commit.
        let fixed = args.policy.as_ref().filter(|path| !repository.holds(path));
        let tree = repository.checkout(commit, args.policy.as_deref())?;
        let policy = fixed.cloned().or_else(|| tree.policy().map(Path::to_path_buf));
        let root = tree.root().to_path_buf();
        let services = services_of(args, &root, policy.as_deref(), &[])?;
        Ok(Self { root, policy, services, left_out: Vec::new(), name: commit.short().to_owned(), tree: Some(tree) })
    }

    pub(super) fn of_work_tree(args: &DiffArgs, repository: &Repository) -> Result<Self, CliError> {
        let submodules = match repository.commit("HEAD") {
            Ok(head) => repository.submodules(&head)?,
            Err(_) => Vec::new(),
        };
        let policy = args.policy.clone().or_else(|| file::find(&args.path));
        Ok(Self {
            tree: None,
            services: services_of(args, &args.path, policy.as_deref(), &submodules)?,
            root: args.path.clone(),
            policy,
            // No commit has what is in them, so they would seem to be new.
            left_out: submodules.iter().map(|path| format!("/{}/", escaped_glob(path))).collect(),
            name: "the work tree".to_owned(),
        })
    }

    /// Reads everything by a policy.
    pub(super) fn read(&self, args: &DiffArgs, policy: Option<&Path>) -> Result<Snapshot, CliError> {
        self.read_part(args, Part { service: None, folder: None, policy: policy.map(Path::to_path_buf), scope: None })
    }

    /// Reads the code of one of several services, if there is any. `all` are the services of both sides: what one side has divided is
    /// compared in the same parts. A folder without a policy is read by the nearest one above, and then by `otherwise`.
    pub(super) fn read_service(
        &self,
        args: &DiffArgs,
        name: &str,
        all: &BTreeSet<String>,
        otherwise: Option<&Path>,
    ) -> Result<Snapshot, CliError> {
        let Ok(folder) = std::fs::canonicalize(self.root.join(name)) else { return Ok(Snapshot::default()) };
        let others = all.iter().filter(|other| *other != name && is_below(other, name));
        let others = others.filter_map(|other| std::fs::canonicalize(self.root.join(other)).ok()).collect();
        let above = self.services.iter().filter(|service| service.name == name || is_below(name, &service.name));
        let nearest = above.max_by_key(|service| (!service.is_root(), service.name.len()));
        let policy = nearest.map(|service| service.policy.as_path()).or(self.policy.as_deref()).or(otherwise);
        self.read_part(
            args,
            Part {
                service: Some(name.to_owned()),
                folder: None,
                policy: policy.map(Path::to_path_buf),
                scope: Some(Scope { folder, others }),
            },
        )
    }

    fn read_part(&self, args: &DiffArgs, part: Part) -> Result<Snapshot, CliError> {
        let input = InputArgs {
            paths: vec![self.root.clone()],
            policy: None,
            threads: args.threads,
            include_tests: args.include_tests,
        };
        let project = Project::read_by(&input, part, args.quiet, |mut options| {
            options.exclude.extend_from_slice(&self.left_out);
            ScanOptions { skips_bodies: true, ..options }
        })?;
        if project.has_policy_errors() && !args.quiet {
            output::say(&format!(
                "note: the policy of {}{} has mistakes; what is valid of it is applied",
                visible(&self.name),
                project.in_service()
            ));
        }
        Ok(project.snapshot())
    }
}

fn services_of(
    args: &DiffArgs,
    root: &Path,
    policy: Option<&Path>,
    left_out: &[String],
) -> Result<Vec<Service>, CliError> {
    if args.policy.is_some() || !root.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = services(root, policy, FILE_NAME)?.services;
    found.retain(|service| !left_out.iter().any(|path| service.name == *path || is_below(&service.name, path)));
    Ok(if found.iter().all(Service::is_root) { Vec::new() } else { found })
}

/// Whether one service lies below another.
fn is_below(name: &str, other: &str) -> bool {
    other == "." && name != "." || name.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'))
}

/// A path as a glob that means nothing else.
fn escaped_glob(path: &str) -> String {
    let escaped = |character: char| match character {
        '*' | '?' | '[' | ']' | '{' | '}' | '!' | '#' | '\\' | ' ' => format!("\\{character}"),
        character => character.to_string(),
    };
    path.chars().map(escaped).collect()
}
