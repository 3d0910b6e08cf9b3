//! `route-role diff`.

mod side;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::side::Side;
use super::{CliError, ExitStatus, output};
use crate::drift::git::{Commit, Repository};
use crate::drift::{Class, Drift, Fate, ServiceDrift, Snapshot, compare};
use crate::report::drift::{json, markdown, terminal};
use crate::report::escape::visible;
use crate::rule::engine::list::{counted, quoted};
use crate::source::ROOT;

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
        return finish(args, &[ServiceDrift::only(Drift::default())]);
    }
    remark_on_submodules(args, &repository, head.as_ref().unwrap_or(&base))?;
    let after = match &head {
        Some(head) => Side::of_commit(args, &repository, head)?,
        None => Side::of_work_tree(args, &repository)?,
    };
    let before = Side::of_commit(args, &repository, &base)?;
    let all = if before.services.is_empty() && after.services.is_empty() {
        let (before, after) = read_both(args, &before, &after)?;
        vec![ServiceDrift::only(compare(&before, &after))]
    } else {
        by_service(args, &before, &after)?
    };
    finish(args, &all)
}

/// Compares the services of both sides, one after the other.
fn by_service(args: &DiffArgs, before: &Side, after: &Side) -> Result<Vec<ServiceDrift>, CliError> {
    let has = |side: &Side, name: &str| match side.services.iter().any(|service| service.name == name) {
        true => true,
        // Where no folder below has one, the policy of the root isn't listed.
        false => name == ROOT && side.policy.is_some(),
    };
    let names = || before.services.iter().chain(&after.services).map(|service| service.name.clone());
    let all: BTreeSet<String> =
        names().chain([ROOT.to_owned()].into_iter().filter(|root| has(before, root) || has(after, root))).collect();
    let drift = |name: &String| {
        let later = after.services.iter().find(|service| service.name == *name);
        // Who gets a first policy changes nothing by that: both sides are read by it.
        let first = later.map(|service| service.policy.as_path());
        let drift =
            compare(&before.read_service(args, name, &all, first)?, &after.read_service(args, name, &all, None)?);
        let fate = match (has(before, name), has(after, name)) {
            (false, true) => Fate::Added,
            (true, false) => Fate::Removed,
            _ => Fate::Kept,
        };
        Ok(ServiceDrift { service: Some(name.clone()), fate, drift })
    };
    all.iter().map(drift).collect()
}

fn finish(args: &DiffArgs, all: &[ServiceDrift]) -> Result<ExitStatus, CliError> {
    output::print(|out| match args.format {
        Format::Terminal => terminal::write_all(out, all),
        Format::Markdown => markdown::write(out, all),
        Format::Json => json::write(out, all),
    })?;
    let does = |one: &ServiceDrift, what: &FailOn| match what {
        FailOn::Widened => one.drift.is_widened(),
        FailOn::Added => one.drift.count(Class::Added) > 0,
        FailOn::Any => !one.is_empty(),
    };
    let fails = args.fail_on.iter().any(|what| all.iter().any(|one| does(one, what)));
    let is_unsure = all.iter().any(ServiceDrift::is_unsure);
    Ok(match (fails, args.fail_on.is_empty() || args.allow_incomplete) {
        (true, _) => ExitStatus::Drift,
        (false, false) if is_unsure => ExitStatus::Incomplete,
        (false, _) => ExitStatus::Clean,
    })
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
