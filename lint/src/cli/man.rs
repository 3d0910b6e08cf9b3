//! `route-role man`.

use clap::{Args, CommandFactory};
use clap_mangen::Man;
use std::io::Write;

use super::{Cli, CliError, ExitStatus, output};

/// Print the manual page of the program, or of one of its commands.
///
/// `route-role man > route-role.1` makes a file that `man` reads.
#[derive(Debug, Clone, Args)]
pub struct ManArgs {
    /// The command.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

pub(super) fn run(args: &ManArgs) -> Result<ExitStatus, CliError> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let shown = match &args.command {
        None => root,
        Some(name) => {
            let found = root.find_subcommand(name).cloned();
            found.ok_or_else(|| CliError::UnknownCommand(name.clone()))?
        }
    };
    // `route-role check` is read with `man route-role-check`.
    let name = shown.get_display_name().unwrap_or(shown.get_name()).to_owned();
    let mut page = Vec::new();
    Man::new(shown.display_name(name)).render(&mut page)?;
    output::print(|out| out.write_all(&page))?;
    Ok(ExitStatus::Clean)
}
