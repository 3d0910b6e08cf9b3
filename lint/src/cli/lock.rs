//! `route-role lock`, and `check --locked`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use route_role_policy::lock::Lock;

use super::part::{Part, Parts};
use super::project::Project;
use super::{CliError, CommonArgs, ExitStatus, InputArgs, output};
use crate::drift::{Drift, Snapshot, compare};
use crate::replace::replace;
use crate::report::drift::terminal;
use crate::report::escape::visible;
use crate::rule::engine::list::counted;

/// Where the lock lies when nothing else is said.
const FILE_NAME: &str = "route-role.lock";

/// Write down who may call which route, or compare it with what was written.
///
/// The lock has a line per route and is made to be committed: a change of access is then a change of a line that somebody reviews. A service that starts compares itself with the same file, by `PolicyRouter::verify`.
#[derive(Debug, Clone, Args)]
pub struct LockArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    common: CommonArgs,
    /// The lock. [default: `route-role.lock` beside the policy, or in the first path]
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    /// Write nothing; fail with status 5 if the lock isn't what the code says.
    #[arg(long, conflicts_with = "stdout")]
    check: bool,
    /// Print the lock instead of writing it.
    #[arg(long)]
    stdout: bool,
}

pub(super) fn run(args: &LockArgs) -> Result<ExitStatus, CliError> {
    let parts = Parts::of(&args.input)?;
    if parts.all.len() > 1 && (args.lock.is_some() || args.stdout) {
        return Err(CliError::NothingToLock(
            "there are several services, and each has a lock of its own beside its policy; name the folder of one, or leave out `--lock` and `--stdout`",
        ));
    }
    if !args.common.quiet {
        parts.remark();
    }
    let each = parts.all.into_iter().map(|part| run_part(args, part)).collect::<Result<Vec<_>, _>>()?;
    Ok(ExitStatus::worst(each))
}

fn run_part(args: &LockArgs, part: Part) -> Result<ExitStatus, CliError> {
    let project = Project::read_routes(&args.input, part, &args.common)?;
    if project.has_policy_errors() {
        output::say(&format!(
            "error: the policy has mistakes{}, so nothing can be locked by it; `route-role check` shows them",
            project.in_service()
        ));
        return Ok(ExitStatus::Usage);
    }
    if project.surface.inventory.routes.is_empty() {
        output::say(&format!(
            "error: no routes were found{}; is this the folder of a web service?",
            project.in_service()
        ));
        return Ok(ExitStatus::NothingToAnalyse);
    }
    if args.check {
        let stale = Stale::look(&project, &args.input, args.lock.as_deref())?;
        output::print(|out| stale.write(out))?;
        let is_stale = stale.remark(args.common.quiet);
        return Ok(if is_stale && !args.common.exit_zero { ExitStatus::Drift } else { ExitStatus::Clean });
    }
    let path = place(&project, &args.input, args.lock.as_deref());
    let text = project.snapshot().lock().to_string();
    if args.stdout {
        output::print(|out| out.write_all(text.as_bytes()))?;
    } else {
        replace(&path, &text).map_err(|error| CliError::Write(path.clone(), error))?;
        if !args.common.quiet {
            let routes = counted(project.surface.inventory.routes.len(), "route");
            output::say(&format!("wrote {routes} to `{}`", visible(&path.display().to_string())));
        }
    }
    Ok(ExitStatus::Clean)
}

/// Where the lock lies.
pub(super) fn place(project: &Project, input: &InputArgs, stated: Option<&Path>) -> PathBuf {
    let beside_policy = || Some(project.policy.as_ref()?.path().with_file_name(FILE_NAME));
    let in_first_path = || {
        let first = input.paths.first().map_or(Path::new("."), PathBuf::as_path);
        let folder = if first.is_dir() { first } else { first.parent().unwrap_or(first) };
        folder.join(FILE_NAME)
    };
    stated.map(Path::to_path_buf).or_else(beside_policy).map_or_else(in_first_path, from_here)
}

/// The path as somebody would write it who stands in the current folder.
fn from_here(path: PathBuf) -> PathBuf {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf)).unwrap_or(path)
}

/// How the code differs from the lock.
#[derive(Debug)]
pub(super) struct Stale {
    path: PathBuf,
    drift: Drift,
    /// Whether the files differ, be it by a word that means nothing.
    is_stale: bool,
}

impl Stale {
    /// Compares the code with the lock.
    pub(super) fn look(project: &Project, input: &InputArgs, stated: Option<&Path>) -> Result<Self, CliError> {
        let path = place(project, input, stated);
        let text = fs::read_to_string(&path).map_err(|error| CliError::Lock(path.clone(), error))?;
        let lock = Lock::parse(&text).map_err(|error| CliError::InvalidLock(path.clone(), error))?;
        let current = project.snapshot();
        let drift = compare(&Snapshot::of_lock(&lock, &current.tiers), &current);
        // Line ends may have been changed by whoever checked the file out.
        let is_stale = !text.lines().eq(current.lock().to_string().lines());
        Ok(Self { path, drift, is_stale })
    }

    /// Says all of it where it is in nobody's way, since the answer is about something else. Whether the lock is stale.
    pub(super) fn say(&self) -> bool {
        let _ = self.write(&mut io::stderr().lock());
        self.remark(true)
    }

    /// Says in words what changed since the lock was written.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.drift.is_empty() { Ok(()) } else { terminal::write(out, &self.drift) }
    }

    /// Says whether the lock is what it should be.
    fn remark(&self, quiet: bool) -> bool {
        let path = self.path.display().to_string();
        let path = visible(&path);
        if self.is_stale {
            output::say(&if self.drift.is_empty() {
                format!(
                    "error: `{path}` says what the code says, but not as `route-role lock` writes it; write it anew"
                )
            } else {
                format!(
                    "error: the code isn't what `{path}` says; if the code is right, run `route-role lock` and have the change reviewed"
                )
            });
        } else if !quiet {
            output::say(&format!("`{path}` is what the code says"));
        }
        self.is_stale
    }
}
