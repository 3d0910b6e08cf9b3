//! `route-role routes`.

use clap::{Args, ValueEnum};

use super::check::is_incomplete;
use super::part::Part;
use super::project::Project;
use super::{CliError, CommonArgs, ExitStatus, InputArgs, output};
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
