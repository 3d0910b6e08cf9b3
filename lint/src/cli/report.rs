//! `route-role report`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::check::is_incomplete;
use super::part::{Part, Parts};
use super::project::Project;
use super::{CliError, CommonArgs, ExitStatus, InputArgs, output, witnesses};
use crate::report::html;
use crate::report::permissions::service::ServiceReport;
use crate::report::permissions::{Fleet, Identity, build, csv, is_web_address, markdown, mermaid};
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
    /// What the report calls the service. [default: the name of the package at the root, or of the folder]
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Link places to the source: what paths of files are appended to, `https://code.example/team/app/blob/main`.
    #[arg(long, value_name = "URL", value_parser = web_address)]
    link_base: Option<String>,
    /// Read no code, but a report that `--format json` wrote; may be repeated for one report over many services.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "policy", "threads", "include_tests", "service", "link_base"])]
    from: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For wikis and pull requests: routes by kinds of caller, what each scope opens, findings.
    #[default]
    Markdown,
    /// One page for the browser, without anything to load: search, filters, what a caller can reach.
    Html,
    /// For programs and for `--from`; `route-role schema report` describes it.
    Json,
    /// For spreadsheets: routes by kinds of caller.
    Csv,
    /// A picture: each program's layers, and the routes behind them.
    Mermaid,
}

pub(super) fn run(args: &ReportArgs) -> Result<ExitStatus, CliError> {
    if args.from.is_empty() {
        return report_code(args);
    }
    let mut fleet = Fleet::default();
    for path in &args.from {
        let invalid = |error| CliError::InvalidReport(path.clone(), error);
        fleet = fleet.merge(read(path)?).map_err(invalid)?;
    }
    write(fleet, args.format)?;
    Ok(ExitStatus::Clean)
}

fn read(path: &Path) -> Result<Fleet, CliError> {
    let text = fs::read_to_string(path).map_err(|error| CliError::Report(path.to_owned(), error))?;
    Fleet::read(&text).map_err(|error| CliError::InvalidReport(path.to_owned(), error))
}

fn report_code(args: &ReportArgs) -> Result<ExitStatus, CliError> {
    let parts = Parts::of(&args.input)?;
    if parts.all.len() > 1 && args.service.is_some() {
        return Err(CliError::SeveralServices);
    }
    if !args.common.quiet {
        parts.remark();
    }
    let accepts_gaps = args.common.allow_incomplete || args.common.exit_zero;
    let unread = if parts.strays.is_empty() || accepts_gaps { ExitStatus::Clean } else { ExitStatus::Incomplete };
    let each = parts.all.into_iter().map(|part| report_part(args, part)).collect::<Result<Vec<_>, _>>()?;
    let (services, statuses): (Vec<ServiceReport>, Vec<ExitStatus>) = each.into_iter().unzip();
    write(Fleet::of(services).map_err(CliError::SameName)?, args.format)?;
    Ok(ExitStatus::worst(statuses.into_iter().chain([unread])))
}

fn report_part(args: &ReportArgs, part: Part) -> Result<(ServiceReport, ExitStatus), CliError> {
    let mut project = Project::read_with(&args.input, part, &args.common, false, None)?;
    witnesses::of_policy(&mut project, &args.input);
    // What belongs to the root among several services has no name but the root's.
    let found = project.service().filter(|name| *name != ".").map(str::to_owned).or_else(|| project.name());
    let name = args.service.clone().or(found).filter(|name| !name.trim().is_empty());
    let identity = Identity { name: name.ok_or(CliError::NamelessService)?, link_base: args.link_base.clone() };
    let context = project.context();
    let outcome = rule::run(rule::ALL, &context, false);
    let found_nothing = project.surface.inventory.routes.is_empty();
    let service = project.in_service();
    if !args.common.quiet {
        if found_nothing {
            output::say(&format!("error: no routes were found{service}; is this the folder of a web service?"));
        }
        if is_incomplete(&outcome) {
            output::say(&format!("note: the report may be incomplete{service}; `route-role check` shows where"));
        }
    }
    let status = match is_incomplete(&outcome) {
        _ if project.has_policy_errors() => ExitStatus::Usage,
        _ if found_nothing => ExitStatus::NothingToAnalyse,
        true if !args.common.allow_incomplete && !args.common.exit_zero => ExitStatus::Incomplete,
        _ => ExitStatus::Clean,
    };
    Ok((build(identity, &context, &outcome), status))
}

fn write(fleet: Fleet, format: Format) -> Result<(), CliError> {
    output::print(|out| match format {
        Format::Markdown => markdown::write(out, &fleet),
        Format::Html => html::write(out, &fleet),
        Format::Json => fleet.write(out),
        Format::Csv => csv::write(out, &fleet),
        Format::Mermaid => mermaid::write(out, &fleet),
    })
}

fn web_address(text: &str) -> Result<String, String> {
    if is_web_address(text) {
        Ok(text.to_owned())
    } else {
        Err("it has to begin with `https://` or `http://`".to_owned())
    }
}
