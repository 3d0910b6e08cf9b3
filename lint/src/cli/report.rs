//! `route-role report`.

use clap::{Args, ValueEnum};

use super::check::is_incomplete;
use super::project::Project;
use super::{CliError, CommonArgs, ExitStatus, InputArgs, output};
use crate::report::Lines;
use crate::report::permissions::{Permissions, csv, markdown, mermaid};
use crate::rule;

/// Show who may call what, for reviewers.
///
/// Findings are part of the report, and no reason to fail.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    common: CommonArgs,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For wikis and pull requests: routes by kinds of caller, what each scope opens, findings.
    #[default]
    Markdown,
    /// For spreadsheets: routes by kinds of caller.
    Csv,
    /// A picture: each program's layers, and the routes behind them.
    Mermaid,
}

pub(super) fn run(args: &ReportArgs) -> Result<ExitStatus, CliError> {
    let project = Project::read(&args.input, &args.common, false)?;
    let outcome = rule::run(rule::ALL, &project.context(), false);
    let lines = Lines::new(&project.sources);
    let permissions = Permissions { surface: &project.surface, outcome: &outcome, lines: &lines };
    output::print(|out| match args.format {
        Format::Markdown => markdown::write(out, &permissions),
        Format::Csv => csv::write(out, &permissions),
        Format::Mermaid => mermaid::write(out, &permissions),
    })?;
    let found_nothing = project.surface.inventory.routes.is_empty();
    if !args.common.quiet {
        if found_nothing {
            output::say("error: no routes were found; is this the folder of a web service?");
        }
        if is_incomplete(&outcome) {
            output::say("note: the report may be incomplete; `route-role check` shows where");
        }
    }
    Ok(match is_incomplete(&outcome) {
        _ if project.has_policy_errors() => ExitStatus::Usage,
        _ if found_nothing => ExitStatus::NothingToAnalyse,
        true if !args.common.allow_incomplete && !args.common.exit_zero => ExitStatus::Incomplete,
        _ => ExitStatus::Clean,
    })
}
