//! `route-role explain`.

use std::io::{self, Write};

use clap::Args;
use route_role_policy::suggest;

use super::{CliError, ExitStatus, output};
use crate::reference;
use crate::rule::{self, Rule};

/// Show what a rule looks for, why, and how to fix what it finds.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The rule; without one, all are listed.
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

pub(super) fn run(args: &ExplainArgs) -> Result<ExitStatus, CliError> {
    match &args.rule {
        None => output::print(|out| list(out))?,
        Some(name) => {
            let rule = rule::by_name(name).ok_or_else(|| unknown(name))?;
            output::print(|out| out.write_all(reference::rule_page(rule).as_bytes()))?;
        }
    }
    Ok(ExitStatus::Clean)
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    let width = rule::ALL.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    for rule in rule::ALL {
        writeln!(out, "{:<width$}  {:<7}  {}", rule.name, rule.severity.keyword(), summary(rule))?;
    }
    Ok(())
}

fn summary(rule: &Rule) -> String {
    rule.page().summary
}

fn unknown(name: &str) -> CliError {
    let meant = suggest::nearest(name, rule::ALL.iter().map(|rule| rule.name));
    CliError::UnknownRule { name: name.to_owned(), meant: meant.and_then(rule::by_name).map(|rule| rule.name) }
}
