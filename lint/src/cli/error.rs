//! What ends a command before it is done.

use std::fmt;
use std::io;
use std::path::PathBuf;

use route_role_policy::lock::MalformedLine;

use super::ExitStatus;
use crate::baseline::BaselineError;
use crate::codegen::openapi::DocumentError;
use crate::drift::git::GitError;
use crate::report::escape::visible;
use crate::report::permissions::FleetError;
use crate::rule::engine::list::{any_quoted, quoted};
use crate::source::ScanError;

/// What ends a command before it is done.
#[derive(Debug)]
pub enum CliError {
    /// Whoever read the output has enough. Nothing is wrong, and nothing is said.
    OutputClosed,
    /// The output can't be written.
    Output(io::Error),
    /// A file can't be written.
    Write(PathBuf, io::Error),
    /// A file that would be overwritten.
    Exists(PathBuf),
    /// The policy file can't be read.
    Policy(PathBuf, io::Error),
    /// An API description that is named on the command line can't be read.
    Description(PathBuf, io::Error),
    /// Several services, and API descriptions for all.
    SharedDescription,
    /// The baseline can't be read.
    Baseline(PathBuf, io::Error),
    /// The baseline isn't one.
    InvalidBaseline(PathBuf, BaselineError),
    /// Two outputs go to one file.
    OutputTwice(PathBuf),
    /// Several services, and one baseline for all.
    SharedBaseline(PathBuf),
    /// A document of this format would be printed together with something else.
    OutputMixed(String),
    /// The file that the standard input stands for can't be found.
    StdinFile(PathBuf, io::Error),
    /// The standard input can't be read.
    Stdin(io::Error),
    /// There is no command of this name.
    UnknownCommand(String),
    /// The lock can't be read.
    Lock(PathBuf, io::Error),
    /// The lock isn't one.
    InvalidLock(PathBuf, MalformedLine),
    /// There is nothing to lock: no routes, or a policy with mistakes.
    NothingToLock(&'static str),
    /// There is nothing to generate from.
    NothingToGenerate(&'static str),
    /// A generated file can't be read.
    Generated(PathBuf, io::Error),
    /// An API description can't be copied.
    Document(PathBuf, DocumentError),
    /// An option that says nothing to this target.
    UselessOption {
        /// The option.
        option: &'static str,
        /// The target.
        target: String,
    },
    /// There is no program of this name.
    UnknownProgram {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// There are several programs, and one of them is meant.
    SeveralPrograms(Vec<String>),
    /// A report that others are to be put together with can't be read.
    Report(PathBuf, io::Error),
    /// What should be such a report isn't one, or contradicts another.
    InvalidReport(PathBuf, FleetError),
    /// A service that is to be reported on has no name.
    NamelessService,
    /// One name is given to several services.
    SeveralServices,
    /// Two services of a tree have one name.
    SameName(FleetError),
    /// Commits can't be read.
    Git(GitError),
    /// Nothing can be scanned.
    Scan(ScanError),
    /// There is no rule of this name.
    UnknownRule {
        /// The name.
        name: String,
        /// The rule that was probably meant.
        meant: Option<&'static str>,
    },
}

impl CliError {
    /// The exit status that it leads to.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::OutputClosed => ExitStatus::Clean,
            Self::Output(_)
            | Self::Write(..)
            | Self::Exists(_)
            | Self::Policy(..)
            | Self::Description(..)
            | Self::SharedDescription
            | Self::Baseline(..)
            | Self::InvalidBaseline(..)
            | Self::OutputTwice(_)
            | Self::SharedBaseline(_)
            | Self::OutputMixed(_)
            | Self::StdinFile(..)
            | Self::Stdin(_)
            | Self::UnknownCommand(_)
            | Self::Lock(..)
            | Self::InvalidLock(..)
            | Self::NothingToLock(_)
            | Self::NothingToGenerate(_)
            | Self::Generated(..)
            | Self::Document(..)
            | Self::UselessOption { .. }
            | Self::UnknownProgram { .. }
            | Self::SeveralPrograms(_)
            | Self::Report(..)
            | Self::InvalidReport(..)
            | Self::NamelessService
            | Self::SeveralServices
            | Self::SameName(_)
            | Self::Git(_)
            | Self::Scan(_)
            | Self::UnknownRule { .. } => ExitStatus::Usage,
        }
    }

    /// Whether there is anything to tell.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::OutputClosed)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &PathBuf| visible(&path.display().to_string()).into_owned();
        match self {
            Self::OutputClosed => formatter.write_str("the output was closed"),
            Self::Output(error) => write!(formatter, "the output can't be written: {error}"),
            Self::Write(path, error) => write!(formatter, "`{}` can't be written: {error}", shown(path)),
            Self::Exists(path) => {
                write!(
                    formatter,
                    "`{}` exists already; `--force` overwrites it, `--stdout` prints instead",
                    shown(path)
                )
            }
            Self::Policy(path, error) if error.kind() == io::ErrorKind::NotFound => {
                write!(formatter, "there is no policy at `{}`; `route-role init` writes one", shown(path))
            }
            Self::Policy(path, error) if error.kind() == io::ErrorKind::InvalidData => {
                write!(formatter, "the policy `{}` isn't valid UTF-8", shown(path))
            }
            Self::Policy(path, error) => write!(formatter, "the policy `{}` can't be read: {error}", shown(path)),
            Self::Baseline(path, error) if error.kind() == io::ErrorKind::NotFound => {
                write!(formatter, "there is no baseline at `{}`; `--write-baseline` writes one", shown(path))
            }
            Self::Baseline(path, error) => write!(formatter, "the baseline `{}` can't be read: {error}", shown(path)),
            Self::InvalidBaseline(path, error) => {
                let error = visible(&error.to_string()).into_owned();
                write!(
                    formatter,
                    "the baseline `{}` can't be used: {error}\n  = help: `--write-baseline` writes it anew",
                    shown(path)
                )
            }
            Self::SharedBaseline(path) => write!(
                formatter,
                "there are several services, which can't share the baseline `{}`; name a file without its folder: each service has its own",
                shown(path)
            ),
            Self::OutputTwice(path) => {
                write!(formatter, "two outputs go to `{}`; give each a file of its own", shown(path))
            }
            Self::OutputMixed(format) => write!(
                formatter,
                "{format} can't be printed together with another format; write it to a file, `--output {format}=FILE`"
            ),
            Self::StdinFile(path, error) => write!(
                formatter,
                "`{}` can't be found: {error}; `--stdin-filename` names a file that is there, whose text is read from the standard input instead",
                shown(path)
            ),
            Self::Stdin(error) => write!(formatter, "the standard input can't be read: {error}"),
            Self::UnknownCommand(name) => {
                write!(formatter, "there is no command `{}`; `route-role help` lists the commands", visible(name))
            }
            Self::Lock(path, error) if error.kind() == io::ErrorKind::NotFound => {
                write!(formatter, "there is no lock at `{}`; `route-role lock` writes one", shown(path))
            }
            Self::Lock(path, error) => write!(formatter, "the lock `{}` can't be read: {error}", shown(path)),
            Self::InvalidLock(path, error) => {
                write!(
                    formatter,
                    "the lock `{}` can't be used: line {}: {}\n  = help: `route-role lock` writes it anew",
                    shown(path),
                    error.line,
                    error.problem
                )
            }
            Self::NothingToLock(reason) | Self::NothingToGenerate(reason) => formatter.write_str(reason),
            Self::Document(path, error) => {
                write!(formatter, "`{}` can't be used: {}", shown(path), visible(&error.to_string()))
            }
            Self::Description(path, error) => {
                write!(formatter, "the API description `{}` can't be read: {error}", shown(path))
            }
            Self::SharedDescription => formatter.write_str(
                "there are several services, and `--openapi` can't say which of them it describes; name each description in the policy of its service: `openapi: [\"api/openapi.json\"]`",
            ),
            Self::UselessOption { option, target } => write!(formatter, "`{option}` means nothing to `{target}`"),
            Self::UnknownProgram { name, known } => {
                write!(formatter, "there is no program `{}`; there is {}", visible(name), visible(&quoted(known)))
            }
            Self::SeveralPrograms(names) => write!(
                formatter,
                "there are several programs; say with `--program` which is meant: {}",
                visible(&any_quoted(names))
            ),
            Self::Generated(path, error) => write!(formatter, "`{}` can't be read: {error}", shown(path)),
            Self::Report(path, error) => write!(formatter, "the report `{}` can't be read: {error}", shown(path)),
            Self::InvalidReport(path, error) => {
                write!(formatter, "the report `{}` can't be used: {}", shown(path), visible(&error.to_string()))
            }
            Self::NamelessService => {
                formatter.write_str("the service has no name to be reported by; `--service` gives it one")
            }
            Self::SeveralServices => formatter.write_str(
                "there are several services, and each is called after its folder; leave out `--service`, or name the folder of one",
            ),
            Self::SameName(error) => formatter.write_str(&visible(&error.to_string())),
            Self::Git(error) => formatter.write_str(&visible(&error.to_string())),
            Self::Scan(error) => formatter.write_str(&visible(&error.to_string())),
            Self::UnknownRule { name, meant } => {
                write!(formatter, "there is no rule `{}`", visible(name))?;
                match meant {
                    Some(meant) => write!(formatter, "; did you mean `{meant}`?"),
                    None => formatter.write_str("; `route-role explain` lists the rules"),
                }
            }
        }
    }
}

impl std::error::Error for CliError {}

impl From<GitError> for CliError {
    fn from(error: GitError) -> Self {
        Self::Git(error)
    }
}

impl From<ScanError> for CliError {
    fn from(error: ScanError) -> Self {
        Self::Scan(error)
    }
}

/// An error while writing to the standard output.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::OutputClosed } else { Self::Output(error) }
    }
}
