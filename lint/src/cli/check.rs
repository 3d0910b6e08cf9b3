//! `route-role check`.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::fix::{self, Changes};
use super::lock::Stale;
use super::outputs::{self, Format};
use super::project::Project;
use super::stdin::{self, StdinArgs};
use super::{BaselineArgs, CliError, CommonArgs, ExitStatus, FixArgs, InputArgs, OutputArgs, output};
use crate::baseline::Fingerprint;
use crate::report::terminal::Colour;
use crate::report::{Coverage, Lines, Results, github, gitlab, json, junit, sarif, terminal};
use crate::rule::engine::list::{counted, joined};
use crate::rule::engine::verdict::is_gap;
use crate::rule::{self, Demands, Outcome, Severity, Verdict};
use crate::source::Overlay;

/// Report where guards, documentation and policy disagree.
///
/// Without a policy, the rules that need none are applied.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    common: CommonArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// The mildest severity that makes the command fail.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t)]
    deny: Level,
    #[command(flatten)]
    baseline: BaselineArgs,
    #[command(flatten)]
    fix: FixArgs,
    #[command(flatten)]
    stdin: StdinArgs,
    /// Fail with status 5 if the code isn't what the lock says. [lock: `route-role.lock` beside the policy]
    #[arg(long)]
    locked: bool,
    /// Parse every file in full, and let what couldn't be seen count like any other finding.
    #[arg(long)]
    strict: bool,
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
    let outputs = args.output.plan()?;
    let overlay = args.stdin.read()?;
    let mut seen = look(args, overlay.as_ref())?;
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
            seen = look(args, None)?;
        }
        if !args.common.quiet {
            changes.remark();
        }
    }
    let Seen { project, mut outcome, stale } = seen;
    args.baseline.record(&project, &mut outcome, &stale, args.common.quiet)?;
    let locked = args.locked.then(|| Stale::look(&project, &args.input, None)).transpose()?;
    let report = Report { args, project: &project, outcome: &outcome, stale: &stale };
    let all_written = outputs::write_all(&outputs, |out, format, to_file| report.write(out, format, to_file))?;
    if !args.common.quiet {
        remark(&project, &outcome);
    }
    let is_stale = locked.is_some_and(|stale| stale.say());
    Ok(match status(args, &project, &outcome) {
        _ if !all_written => ExitStatus::Usage,
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
fn look(args: &CheckArgs, overlay: Option<&Overlay>) -> Result<Seen, CliError> {
    let project = Project::read_with(&args.input, &args.common, args.strict, overlay)?;
    let mut outcome = rule::run(rule::ALL, &project.context(), args.strict);
    let stale = args.baseline.hold_back(&project, &mut outcome)?;
    if let Some(overlay) = overlay {
        stdin::keep_only(&overlay.path, &project, &mut outcome);
    }
    Ok(Seen { project, outcome, stale })
}

/// What is reported.
struct Report<'a> {
    args: &'a CheckArgs,
    project: &'a Project,
    outcome: &'a Outcome,
    stale: &'a [Fingerprint],
}

impl Report<'_> {
    fn write(&self, out: &mut dyn Write, format: Format, to_file: bool) -> io::Result<()> {
        let Self { args, project, outcome, stale } = *self;
        let lines = Lines::new(&project.sources);
        let surface = &project.surface;
        let results =
            Results { outcome, surface, lines: &lines, prefix: &project.way_from_repository, demands: demands(args) };
        match format {
            Format::Json => return json::write_findings(out, outcome, stale, surface, &lines),
            Format::Sarif => return sarif::write(out, &results),
            Format::Gitlab => return gitlab::write(out, &results),
            Format::Junit => return junit::write(out, &results),
            Format::Github => github::write(out, &results)?,
            Format::Terminal => {
                let colour = if to_file { Colour::Off } else { output::colour(args.common.color) };
                terminal::write_findings(out, &outcome.findings, &surface.inventory, &lines, colour)?;
            }
        }
        if args.common.quiet { Ok(()) } else { terminal::write_summary(out, outcome, &Coverage::of(surface)) }
    }
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
    let demands = demands(args);
    let any = |verdict| outcome.findings.iter().any(|finding| demands.verdict(finding) == verdict);
    if args.common.exit_zero {
        ExitStatus::Clean
    } else if any(Verdict::Fails) {
        ExitStatus::Findings
    } else if any(Verdict::Incomplete) {
        ExitStatus::Incomplete
    } else {
        ExitStatus::Clean
    }
}

fn demands(args: &CheckArgs) -> Demands {
    let denied = match args.deny {
        Level::Note => Severity::Note,
        Level::Warning => Severity::Warning,
        Level::Error => Severity::Error,
    };
    Demands { denied, strict: args.strict, allow_incomplete: args.common.allow_incomplete }
}

/// Whether something couldn't be seen that nobody has accounted for.
pub(super) fn is_incomplete(outcome: &Outcome) -> bool {
    outcome.findings.iter().any(is_gap)
}
