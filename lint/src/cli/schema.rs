//! `route-role schema`.

use clap::{Args, ValueEnum};
use std::io::Write;

use super::{CliError, ExitStatus, output};
use crate::reference::Document;

/// Print a JSON Schema: of the policy, or of what `--format json` prints.
#[derive(Debug, Clone, Args)]
pub struct SchemaArgs {
    /// What the schema describes.
    #[arg(value_enum)]
    of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// The policy file.
    Policy,
    /// What `check --format json` prints.
    Findings,
    /// What `routes --format json` prints.
    Routes,
    /// What `diff --format json` prints.
    Drift,
    /// What `report --format json` prints.
    Report,
}

pub(super) fn run(args: &SchemaArgs) -> Result<ExitStatus, CliError> {
    let document = match args.of {
        Of::Policy => Document::Policy,
        Of::Findings => Document::Findings,
        Of::Routes => Document::Routes,
        Of::Drift => Document::Drift,
        Of::Report => Document::Report,
    };
    output::print(|out| out.write_all(document.schema().as_bytes()))?;
    Ok(ExitStatus::Clean)
}
