//! `check --format` and `--output`: in which formats findings are reported, and where to.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{CliError, output};
use crate::replace::replace;

/// Where findings are reported.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// How to print findings.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Print findings in this format, or write them to a file; takes the place of `--format`, and may be given several times, as in `--output sarif=findings.sarif --output github`.
    #[arg(long = "output", value_name = "FORMAT[=FILE]", value_parser = parse, conflicts_with = "format")]
    outputs: Vec<Output>,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Terminal,
    /// For programs; `route-role schema findings` describes it.
    Json,
    /// SARIF 2.1.0, for code scanning services and editors.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// JUnit XML.
    Junit,
}

/// One format, and the file that it is written to; without one it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) file: Option<PathBuf>,
}

impl Format {
    /// Whether what is written is one document, so that nothing may stand beside it.
    fn is_document(self) -> bool {
        match self {
            Self::Terminal | Self::Github => false,
            Self::Json | Self::Sarif | Self::Gitlab | Self::Junit => true,
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl OutputArgs {
    /// What was asked for.
    ///
    /// # Errors
    ///
    /// When two outputs would be in each other's way.
    pub(super) fn plan(&self) -> Result<Vec<Output>, CliError> {
        if self.outputs.is_empty() {
            return Ok(vec![Output { format: self.format, file: None }]);
        }
        let mut files = BTreeSet::new();
        for file in self.outputs.iter().filter_map(|output| output.file.as_ref()) {
            if !files.insert(file) {
                return Err(CliError::OutputTwice(file.clone()));
            }
        }
        let mut printed = self.outputs.iter().filter(|output| output.file.is_none()).map(|output| output.format);
        let all: Vec<Format> = printed.by_ref().collect();
        match all.iter().find(|format| format.is_document()) {
            Some(document) if all.len() > 1 => Err(CliError::OutputMixed(document.name())),
            _ => Ok(self.outputs.clone()),
        }
    }
}

/// Writes every output: files first, so that all of them are there even if nobody reads what is printed. The answer is whether all could be written; what couldn't has been said.
pub(super) fn write_all(
    outputs: &[Output],
    write: impl Fn(&mut dyn Write, Format, bool) -> io::Result<()>,
) -> Result<bool, CliError> {
    let mut all = true;
    for (format, path) in outputs.iter().filter_map(|output| Some((output.format, output.file.as_ref()?))) {
        let mut text = Vec::new();
        if let Err(error) = write(&mut text, format, true).and_then(|()| to_file(path, &text)) {
            output::say(&format!("error: {}", CliError::Write(path.clone(), error)));
            all = false;
        }
    }
    for output in outputs.iter().filter(|output| output.file.is_none()) {
        output::print(|out| write(out, output.format, false))?;
    }
    Ok(all)
}

/// A link stays a link, and what isn't an ordinary file, a pipe say, is written to and not replaced.
fn to_file(path: &Path, text: &[u8]) -> io::Result<()> {
    let text = str::from_utf8(text).map_err(io::Error::other)?;
    match fs::canonicalize(path) {
        Ok(real) if real.is_file() => replace(&real, text),
        Ok(real) => OpenOptions::new().write(true).open(real)?.write_all(text.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => replace(path, text),
        Err(error) => Err(error),
    }
}

fn parse(text: &str) -> Result<Output, String> {
    let (format, file) = match text.split_once('=') {
        Some((_, "")) => return Err("there is no file behind the `=`".to_owned()),
        Some((format, file)) => (format, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let known = || {
        let names: Vec<String> = Format::value_variants().iter().map(|format| format.name()).collect();
        format!("the formats are {}", names.join(", "))
    };
    Ok(Output { format: Format::from_str(format, false).map_err(|_| known())?, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_a_format_and_maybe_a_file() {
        let sarif = |file: Option<&str>| Ok(Output { format: Format::Sarif, file: file.map(PathBuf::from) });
        assert_eq!(parse("sarif"), sarif(None));
        assert_eq!(parse("sarif=a=b.sarif"), sarif(Some("a=b.sarif")));
        assert!(parse("sarif=").is_err());
        assert_eq!(parse("xml=a"), Err("the formats are terminal, json, sarif, github, gitlab, junit".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_and_devices_are_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        to_file(&link, b"new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(to_file(folder.path(), b"new").is_err());
        to_file(Path::new("/dev/null"), b"new").unwrap();
        assert!(!Path::new("/dev/null").is_file());
    }
}
