//! `route-role check`.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::fix::{self, Changes};
use super::lock::Stale;
use super::outputs::{self, Format};
use super::part::{Part, Parts};
use super::project::Project;
use super::stdin::{self, StdinArgs};
use super::{
    BaselineArgs, CliError, CommonArgs, ExitStatus, FixArgs, InputArgs, OutputArgs, WitnessArgs, output, witnesses,
};
use crate::baseline::Fingerprint;
use crate::report::terminal::Colour;
use crate::report::{Lines, Results, github, gitlab, json, junit, sarif, terminal};
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
    witnesses: WitnessArgs,
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
    let parts = Parts::of(&args.input)?.with(overlay.as_ref())?;
    if !args.common.quiet {
        parts.remark();
    }
    let is_complete = parts.strays.is_empty() || args.common.allow_incomplete || args.common.exit_zero;
    let unread = if is_complete { ExitStatus::Clean } else { ExitStatus::Incomplete };
    let mut all =
        parts.all.into_iter().map(|part| look(args, part, overlay.as_ref())).collect::<Result<Vec<_>, _>>()?;
    if args.fix.diff {
        all.iter().try_for_each(|seen| fix::preview(&args.input, &seen.project, &seen.outcome))?;
        return Ok(ExitStatus::worst(all.iter().map(|seen| status(args, seen))));
    }
    if args.fix.fix {
        let mut changes = Changes::default();
        for seen in &mut all {
            settle(args, seen, &mut changes)?;
        }
        if !args.common.quiet {
            changes.remark();
        }
    }
    for Seen { project, outcome, stale } in &mut all {
        args.baseline.record(project, outcome, stale, args.common.quiet)?;
    }
    let locks: Vec<Option<Stale>> = all
        .iter()
        .map(|seen| args.locked.then(|| Stale::look(&seen.project, &args.input, None)).transpose())
        .collect::<Result<_, _>>()?;
    let all_written = outputs::write_all(&outputs, |out, format, to_file| report(args, &all, out, format, to_file))?;
    if !args.common.quiet {
        all.iter().for_each(|seen| remark(&seen.project, &seen.outcome));
    }
    let judged = all.iter().zip(&locks).map(|(seen, lock)| {
        let is_stale = lock.as_ref().is_some_and(Stale::say) && !args.common.exit_zero;
        match status(args, seen) {
            ExitStatus::Clean | ExitStatus::Findings | ExitStatus::Incomplete if is_stale => ExitStatus::Drift,
            status => status,
        }
    });
    let worst = ExitStatus::worst(judged.chain([unread]));
    Ok(if all_written { worst } else { ExitStatus::Usage })
}

/// What one look at a service came to.
struct Seen {
    project: Project,
    outcome: Outcome,
    /// What nothing matches any more of what was known.
    stale: Vec<Fingerprint>,
}

/// Reads everything of a part and applies every rule.
fn look(args: &CheckArgs, part: Part, overlay: Option<&Overlay>) -> Result<Seen, CliError> {
    let mut project = Project::read_with(&args.input, part, &args.common, args.strict, overlay)?;
    args.witnesses.hear(&mut project, &args.input)?;
    let mut outcome = rule::run(rule::ALL, &project.context(), args.strict);
    let stale = args.baseline.hold_back(&project, &mut outcome)?;
    if let Some(overlay) = overlay {
        stdin::keep_only(&overlay.path, &project, &mut outcome);
    }
    Ok(Seen { project, outcome, stale })
}

/// Makes every change that is sure, until none is left.
fn settle(args: &CheckArgs, seen: &mut Seen, changes: &mut Changes) -> Result<(), CliError> {
    for _ in 0..fix::ROUNDS {
        if !fix::apply(&args.input, &seen.project, &seen.outcome, changes)? {
            break;
        }
        *seen = look(args, seen.project.part.clone(), None)?;
    }
    Ok(())
}

/// Writes the findings of all services in one format.
fn report(args: &CheckArgs, all: &[Seen], out: &mut dyn Write, format: Format, to_file: bool) -> io::Result<()> {
    let lines: Vec<Lines<'_>> = all.iter().map(|seen| Lines::new(&seen.project.sources)).collect();
    let results: Vec<Results<'_>> = all
        .iter()
        .zip(&lines)
        .map(|(seen, lines)| Results {
            service: seen.project.service(),
            outcome: &seen.outcome,
            stale: &seen.stale,
            surface: &seen.project.surface,
            lines,
            prefix: &seen.project.way_from_repository,
            demands: demands(args),
        })
        .collect();
    match format {
        Format::Json => json::write_findings(out, &results),
        Format::Sarif => sarif::write(out, &results),
        Format::Gitlab => gitlab::write(out, &results),
        Format::Junit => junit::write(out, &results),
        Format::Github => {
            github::write(out, &results)?;
            terminal::write_summaries(out, &results, args.common.quiet)
        }
        Format::Terminal => {
            let colour = if to_file { Colour::Off } else { output::colour(args.common.color) };
            terminal::write(out, &results, colour, args.common.quiet)
        }
    }
}

/// What the findings alone don't tell.
fn remark(project: &Project, outcome: &Outcome) {
    let here = project.in_service();
    witnesses::remark(project);
    if project.surface.inventory.routes.is_empty() {
        output::say(&format!("error: no routes were found{here}; is this the folder of a web service?"));
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

fn status(args: &CheckArgs, seen: &Seen) -> ExitStatus {
    let Seen { project, outcome, .. } = seen;
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
