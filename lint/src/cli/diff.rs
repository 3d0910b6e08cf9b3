//! `route-role diff`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use route_role_policy::file;

use super::project::Project;
use super::{CliError, ExitStatus, InputArgs, output};
use crate::drift::git::{Commit, Repository, Tree};
use crate::drift::{Class, Drift, Snapshot, compare};
use crate::report::drift::{json, markdown, terminal};
use crate::report::escape::visible;
use crate::rule::engine::list::{counted, quoted};
use crate::source::ScanOptions;

/// Show what a change does to who may call which route.
///
/// Compares two commits, or a commit with the work tree. Commits are read from git's objects: the work tree stays as it is. Each side is read by its own policy.
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// The commit to start from.
    base: String,
    /// The commit to compare with it. [default: the work tree]
    head: Option<String>,
    /// The folder to read.
    #[arg(long, value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Start from the commit at which the two parted, so that only this side's changes are shown.
    #[arg(long)]
    merge_base: bool,
    /// How to print what changed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Fail with status 5 if the change does this, and with 4 if it can't be excluded; may be repeated.
    #[arg(long, value_name = "WHAT", value_enum)]
    fail_on: Vec<FailOn>,
    /// The policy file. If it is in the repository, each side is read by its own version of it. [default: `route-role.yaml`, found upward from the path]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How many threads read and parse. [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Read tests, benches and examples too.
    #[arg(long)]
    include_tests: bool,
    /// Print the difference only: no remarks about the run.
    #[arg(long, short)]
    quiet: bool,
    /// Accept that it can't be said of some routes whether they were widened.
    #[arg(long)]
    allow_incomplete: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Terminal,
    /// For a comment on a pull request.
    Markdown,
    /// For programs; `route-role schema drift` describes it.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Callers are let in who weren't before, or may be granted more.
    Widened,
    /// There is a new route.
    Added,
    /// Anything changed.
    Any,
}

pub(super) fn run(args: &DiffArgs) -> Result<ExitStatus, CliError> {
    let repository = Repository::open(&args.path)?;
    let mut base = repository.commit(&args.base)?;
    let head = args.head.as_deref().map(|head| repository.commit(head)).transpose()?;
    if args.merge_base {
        let other = head.clone().map_or_else(|| repository.commit("HEAD"), Ok)?;
        base = repository.merge_base(&base, &other)?;
    }
    if head.as_ref() == Some(&base) {
        return finish(args, &Drift::default());
    }
    remark_on_submodules(args, &repository, head.as_ref().unwrap_or(&base))?;
    let after = match &head {
        Some(head) => Side::of_commit(args, &repository, head)?,
        None => Side::of_work_tree(args, &repository)?,
    };
    let before = Side::of_commit(args, &repository, &base)?;
    let (before, after) = read_both(args, &before, &after)?;
    finish(args, &compare(&before, &after))
}

fn finish(args: &DiffArgs, drift: &Drift) -> Result<ExitStatus, CliError> {
    output::print(|out| match args.format {
        Format::Terminal => terminal::write(out, drift),
        Format::Markdown => markdown::write(out, drift),
        Format::Json => json::write(out, drift),
    })?;
    let fails = args.fail_on.iter().any(|what| match what {
        FailOn::Widened => drift.is_widened(),
        FailOn::Added => drift.count(Class::Added) > 0,
        FailOn::Any => !drift.is_empty(),
    });
    let is_unsure = drift.count(Class::Unknown) > 0 || !drift.coverage.is_empty();
    Ok(match (fails, args.fail_on.is_empty() || args.allow_incomplete) {
        (true, _) => ExitStatus::Drift,
        (false, false) if is_unsure => ExitStatus::Incomplete,
        (false, _) => ExitStatus::Clean,
    })
}

/// What stands on one side of the comparison.
struct Side {
    /// Keeps the files of a commit there.
    tree: Option<Tree>,
    root: PathBuf,
    policy: Option<PathBuf>,
    left_out: Vec<String>,
    name: String,
}

impl Side {
    fn of_commit(args: &DiffArgs, repository: &Repository, commit: &Commit) -> Result<Self, CliError> {
        // A policy outside of the repository is the same for every commit.
        let fixed = args.policy.as_ref().filter(|path| !repository.holds(path));
        let tree = repository.checkout(commit, args.policy.as_deref())?;
        let policy = fixed.cloned().or_else(|| tree.policy().map(Path::to_path_buf));
        let root = tree.root().to_path_buf();
        Ok(Self { root, policy, left_out: Vec::new(), name: commit.short().to_owned(), tree: Some(tree) })
    }

    fn of_work_tree(args: &DiffArgs, repository: &Repository) -> Result<Self, CliError> {
        let submodules = match repository.commit("HEAD") {
            Ok(head) => repository.submodules(&head)?,
            Err(_) => Vec::new(),
        };
        Ok(Self {
            tree: None,
            root: args.path.clone(),
            policy: args.policy.clone().or_else(|| file::find(&args.path)),
            // No commit has what is in them, so they would seem to be new.
            left_out: submodules.iter().map(|path| format!("/{}/", escaped_glob(path))).collect(),
            name: "the work tree".to_owned(),
        })
    }

    fn read(&self, args: &DiffArgs, policy: Option<&Path>) -> Result<Snapshot, CliError> {
        let input = InputArgs {
            paths: vec![self.root.clone()],
            policy: None,
            threads: args.threads,
            include_tests: args.include_tests,
        };
        let project = Project::read_by(&input, policy, args.quiet, |mut options| {
            options.exclude.extend_from_slice(&self.left_out);
            ScanOptions { skips_bodies: true, ..options }
        })?;
        if project.has_policy_errors() && !args.quiet {
            output::say(&format!(
                "note: the policy of {} has mistakes; what is valid of it is applied",
                visible(&self.name)
            ));
        }
        Ok(project.snapshot())
    }
}

fn read_both(args: &DiffArgs, before: &Side, after: &Side) -> Result<(Snapshot, Snapshot), CliError> {
    // A service that gets its first policy changes nothing by that: both sides are read by it.
    let policy = before.policy.as_deref().or(after.policy.as_deref());
    if before.policy.is_none() && after.policy.is_some() && before.tree.is_some() && !args.quiet {
        output::say(&format!(
            "note: {} has no policy, so both sides are read by that of {}",
            visible(&before.name),
            visible(&after.name)
        ));
    }
    let before = before.read(args, policy)?;
    let after = after.read(args, after.policy.as_deref())?;
    if before.routes.is_empty() && after.routes.is_empty() && !args.quiet {
        output::say("note: neither side has routes; is this the folder of a web service?");
    }
    Ok((before, after))
}

fn remark_on_submodules(args: &DiffArgs, repository: &Repository, commit: &Commit) -> Result<(), CliError> {
    let submodules = repository.submodules(commit)?;
    if !args.quiet && !submodules.is_empty() {
        let (those, are) = if submodules.len() == 1 { ("its", "is") } else { ("their", "are") };
        output::say(&format!(
            "note: {} ({}) {are} left out: a commit doesn't hold {those} files; run `diff` in there",
            counted(submodules.len(), "submodule"),
            quoted(submodules.iter().map(|path| visible(path)))
        ));
    }
    Ok(())
}

/// A path as a glob that means nothing else.
fn escaped_glob(path: &str) -> String {
    let escaped = |character: char| match character {
        '*' | '?' | '[' | ']' | '{' | '}' | '!' | '#' | '\\' | ' ' => format!("\\{character}"),
        character => character.to_string(),
    };
    path.chars().map(escaped).collect()
}
