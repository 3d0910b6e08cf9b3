//! `check --stdin-filename`: what an editor has and the disk hasn't yet.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::CliError;
use super::project::Project;
use crate::rule::{Finding, Outcome};
use crate::source::{MAX_FILE_SIZE, Overlay};

/// A file that is read from the standard input.
#[derive(Debug, Clone, Args)]
pub struct StdinArgs {
    /// Read the text of this file from the standard input, everything else from the disk, and report what involves this file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "diff", "write_baseline"])]
    stdin_filename: Option<PathBuf>,
}

impl StdinArgs {
    /// The text from the standard input, and the file in whose place it stands.
    pub(super) fn read(&self) -> Result<Option<Overlay>, CliError> {
        let Some(path) = &self.stdin_filename else { return Ok(None) };
        let real = fs::canonicalize(path).map_err(|error| CliError::StdinFile(path.clone(), error))?;
        let text = read(io::stdin().lock()).map_err(CliError::Stdin)?;
        Ok(Some(Overlay { path: real, text: text.into() }))
    }
}

fn read(input: impl Read) -> io::Result<String> {
    let mut text = String::new();
    let taken = input.take(MAX_FILE_SIZE + 1).read_to_string(&mut text)?;
    if taken as u64 > MAX_FILE_SIZE {
        return Err(io::Error::other("it is too large for source"));
    }
    // As for files: offsets count from behind the mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Leaves the findings that involve a file.
pub(super) fn keep_only(path: &Path, project: &Project, outcome: &mut Outcome) {
    let file = project.file_at(path);
    let involves = |finding: &Finding| finding.labels().any(|label| Some(label.span.file) == file);
    outcome.findings.retain(|finding| involves(finding));
    outcome.suppressed.retain(|known| involves(&known.finding));
}
