//! `route-role completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::Write;

use super::{Cli, CliError, ExitStatus, output};

/// Print a script that completes commands in a shell.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitStatus, CliError> {
    // The generator panics when it can't write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "route-role", &mut script);
    output::print(|out| out.write_all(&script))?;
    Ok(ExitStatus::Clean)
}
