//! `route-role init`.

mod proposal;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use route_role_policy::file::FILE_NAME;

use super::progress::Progress;
use super::{CliError, ExitStatus, output};
use crate::report::Lines;
use crate::source::{ScanOptions, SourceMap};
use crate::surface;

/// Write a first policy from what the source holds.
///
/// The policy lists the guards that were found, most frequent first, each with the meanings to choose from, and the scopes that code requires. It restricts and allows nothing until it is filled in.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// The folder to read; the policy is written into it.
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Overwrite a policy that is there.
    #[arg(long)]
    force: bool,
    /// Print the policy and write nothing.
    #[arg(long, conflicts_with = "force")]
    stdout: bool,
}

pub(super) fn run(args: &InitArgs) -> Result<ExitStatus, CliError> {
    let target = args.path.join(FILE_NAME);
    if !args.stdout && !args.force && target.exists() {
        return Err(CliError::Exists(target));
    }
    let mut sources = SourceMap::default();
    let progress = Progress::start("reading", false);
    let options = ScanOptions { roots: vec![args.path.clone()], skips_bodies: true, ..ScanOptions::default() };
    let inventory = crate::scan(&options, &mut sources, None)?;
    let surface = surface::build(inventory, None);
    drop(progress);
    let text = proposal::write(&surface, &Lines::new(&sources));
    if args.stdout {
        output::print(|out| out.write_all(text.as_bytes()))?;
    } else {
        save(&target, &text, args.force).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => CliError::Exists(target.clone()),
            _ => CliError::Write(target.clone(), error),
        })?;
        output::say(&format!(
            "wrote `{}`; say in it what the guards mean, then run `route-role check`",
            target.display()
        ));
    }
    if surface.inventory.routes.is_empty() {
        output::say("note: no routes were found, so the policy is only a frame");
    }
    Ok(ExitStatus::Clean)
}

/// Without `force`, never replaces a file, not even one that came into being meanwhile.
fn save(target: &Path, text: &str, force: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    options.open(target)?.write_all(text.as_bytes())
}
