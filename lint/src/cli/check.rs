//! `route-role check`.

use clap::{Args, ValueEnum};

use super::fix::{self, Changes};
use super::lock::Stale;
use super::project::Project;
use super::{BaselineArgs, CliError, CommonArgs, ExitStatus, FixArgs, InputArgs, output};
use crate::baseline::Fingerprint;
use crate::report::{Coverage, Lines, json, terminal};
use crate::rule::engine::list::{counted, joined};
use crate::rule::{self, Outcome, Severity, Subject};

/// Report where guards, documentation and policy disagree.
///
/// Without a policy, the rules that need none are applied.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    common: CommonArgs,
    /// How to print findings.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The mildest severity that makes the command fail.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t)]
    deny: Level,
    #[command(flatten)]
    baseline: BaselineArgs,
    #[command(flatten)]
    fix: FixArgs,
    /// Fail with status 5 if the code isn't what the lock says. [lock: `route-role.lock` beside the policy]
    #[arg(long)]
    locked: bool,
    /// Parse every file in full, and let what couldn't be seen count like any other finding.
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Terminal,
    /// For programs; `route-role schema findings` describes it.
    Json,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Every finding.
    Note,
    /// Warnings and errors.
    #[default]
    Warning,
    /// Errors only.
    Error,
}

pub(super) fn run(args: &CheckArgs) -> Result<ExitStatus, CliError> {
    let mut seen = look(args)?;
    if args.fix.diff {
        fix::preview(&args.input, &seen.project, &seen.outcome)?;
        return Ok(status(args, &seen.project, &seen.outcome));
    }
    if args.fix.fix {
        let mut changes = Changes::default();
        for _ in 0..fix::ROUNDS {
            if !fix::apply(&args.input, &seen.project, &seen.outcome, &mut changes)? {
                break;
            }
            seen = look(args)?;
        }
        if !args.common.quiet {
            changes.remark();
        }
    }
    let Seen { project, mut outcome, stale } = seen;
    args.baseline.record(&project, &mut outcome, &stale, args.common.quiet)?;
    let locked = args.locked.then(|| Stale::look(&project, &args.input, None)).transpose()?;
    print(args, &project, &outcome, &stale)?;
    if !args.common.quiet {
        remark(&project, &outcome);
    }
    let is_stale = locked.is_some_and(|stale| stale.say());
    Ok(match status(args, &project, &outcome) {
        ExitStatus::Clean | ExitStatus::Findings | ExitStatus::Incomplete if is_stale && !args.common.exit_zero => {
            ExitStatus::Drift
        }
        status => status,
    })
}

/// What one look at everything came to.
struct Seen {
    project: Project,
    outcome: Outcome,
    /// What nothing matches any more of what was known.
    stale: Vec<Fingerprint>,
}

/// Reads everything and applies every rule.
fn look(args: &CheckArgs) -> Result<Seen, CliError> {
    let project = Project::read(&args.input, &args.common, args.strict)?;
    let mut outcome = rule::run(rule::ALL, &project.context(), args.strict);
    let stale = args.baseline.hold_back(&project, &mut outcome)?;
    Ok(Seen { project, outcome, stale })
}

fn print(args: &CheckArgs, project: &Project, outcome: &Outcome, stale: &[Fingerprint]) -> Result<(), CliError> {
    let lines = Lines::new(&project.sources);
    output::print(|out| match args.format {
        Format::Json => json::write_findings(out, outcome, stale, &project.surface, &lines),
        Format::Terminal => {
            let inventory = &project.surface.inventory;
            terminal::write_findings(out, &outcome.findings, inventory, &lines, output::colour(args.common.color))?;
            if args.common.quiet {
                return Ok(());
            }
            terminal::write_summary(out, outcome, &Coverage::of(&project.surface))
        }
    })
}

/// What the findings alone don't tell.
fn remark(project: &Project, outcome: &Outcome) {
    if project.surface.inventory.routes.is_empty() {
        output::say("error: no routes were found; is this the folder of a web service?");
    }
    if project.policy.is_none() && !outcome.waiting_for_policy.is_empty() {
        output::say(&format!(
            "note: there is no policy, so {} had nothing to go by: {}. \
             A policy says what guards mean and what keys may be granted; `route-role init` writes a first one",
            counted(outcome.waiting_for_policy.len(), "rule"),
            joined(&outcome.waiting_for_policy)
        ));
    }
}

fn status(args: &CheckArgs, project: &Project, outcome: &Outcome) -> ExitStatus {
    if project.has_policy_errors() {
        return ExitStatus::Usage;
    }
    if project.surface.inventory.routes.is_empty() {
        return ExitStatus::NothingToAnalyse;
    }
    let denied = match args.deny {
        Level::Note => Severity::Note,
        Level::Warning => Severity::Warning,
        Level::Error => Severity::Error,
    };
    let counts = |subject| args.strict || subject != Subject::Coverage;
    let fails = outcome.findings.iter().any(|finding| {
        finding.severity >= denied && rule::by_name(finding.rule).is_some_and(|rule| counts(rule.subject))
    });
    match (fails, is_incomplete(outcome)) {
        _ if args.common.exit_zero => ExitStatus::Clean,
        (true, _) => ExitStatus::Findings,
        (false, true) if !args.common.allow_incomplete => ExitStatus::Incomplete,
        (false, _) => ExitStatus::Clean,
    }
}

/// Whether something couldn't be seen that nobody has accounted for. Notes (a service that can't be looked into, a router that nothing mounts) leave nothing out that is served and could be read.
pub(super) fn is_incomplete(outcome: &Outcome) -> bool {
    outcome.findings.iter().any(|finding| {
        finding.severity >= Severity::Warning
            && rule::by_name(finding.rule).is_some_and(|rule| rule.subject == Subject::Coverage)
    })
}
