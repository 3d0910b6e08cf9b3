//! `route-role routes`.

use std::io::Write;

use clap::{Args, ValueEnum};
use route_role_policy::Policy;

use super::check::is_incomplete;
use super::part::Part;
use super::project::{PolicyFile, Project};
use super::{CliError, CommonArgs, ExitStatus, InputArgs, output};
use crate::codegen::openapi;
use crate::report::{Lines, csv, json, table, terminal};
use crate::rule::{self, Subject};

/// List every route with its handler, guards and access.
///
/// Needs no policy; with one, the access is what the guards mean.
#[derive(Debug, Clone, Args)]
pub struct RoutesArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    common: CommonArgs,
    /// How to print the routes.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs; `route-role schema routes` describes it.
    Json,
    /// For spreadsheets.
    Csv,
    /// For API tools: an OpenAPI 3.1 skeleton with the `security` that the guards prove.
    Openapi,
}

pub(super) fn run(args: &RoutesArgs) -> Result<ExitStatus, CliError> {
    let project = Project::read_routes(&args.input, Part::whole(&args.input), &args.common)?;
    let about_coverage: Vec<_> = rule::ALL.iter().copied().filter(|rule| rule.subject == Subject::Coverage).collect();
    let outcome = rule::run(&about_coverage, &project.context(), false);
    let lines = Lines::new(&project.sources);
    output::print(|out| match args.format {
        Format::Table => table::write(out, &project.surface, &lines),
        Format::Json => json::write_routes(out, &project.surface, &lines),
        Format::Csv => csv::write(out, &project.surface, &lines),
        Format::Openapi => out.write_all(skeleton(&project, &lines).as_bytes()),
    })?;
    let found_nothing = project.surface.inventory.routes.is_empty();
    if !args.common.quiet {
        if found_nothing {
            output::say("error: no routes were found; is this the folder of a web service?");
        }
        output::say(&terminal::coverage(&crate::report::Coverage::of(&project.surface)));
        if is_incomplete(&outcome) {
            output::say("note: the list may be incomplete; `route-role check` shows where");
        }
    }
    Ok(match is_incomplete(&outcome) {
        _ if project.has_policy_errors() => ExitStatus::Usage,
        _ if found_nothing => ExitStatus::NothingToAnalyse,
        true if !args.common.allow_incomplete && !args.common.exit_zero => ExitStatus::Incomplete,
        _ => ExitStatus::Clean,
    })
}

/// The routes as an API description, which says nothing of security where there is no policy.
fn skeleton(project: &Project, lines: &Lines<'_>) -> String {
    let no_policy = Policy::default();
    let policy = project.policy.as_ref().map_or(&no_policy, PolicyFile::policy);
    let title = project.name().unwrap_or_else(|| "service".to_owned());
    openapi::skeleton(&project.surface, policy, lines, &title)
}
