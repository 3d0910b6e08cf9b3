//! `route-role codegen`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::project::{PolicyFile, Project};
use super::{CliError, CommonArgs, ExitStatus, InputArgs, output};
use crate::codegen::{Origin, Vocabulary, python, rust, typescript};
use crate::replace::replace;
use crate::report::escape::visible;

/// Write source text from the policy and the code: constants, an API description's security, tests.
///
/// What is written is made to be committed: the same policy and code give the same bytes, and `--check` says whether the committed file is still what they say.
#[derive(Debug, Clone, Args)]
pub struct CodegenArgs {
    /// What to write.
    #[arg(value_enum)]
    target: Target,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    common: CommonArgs,
    /// Write to this file instead of the standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write nothing; fail with status 5 if the file isn't what would be written.
    #[arg(long, requires = "output")]
    check: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Constants: scopes, which `#[route_role]` takes, what may be granted, roles, tiers.
    Rust,
    /// Lists and types: scopes, what may be granted, roles, tiers.
    Typescript,
    /// Types and constants: scopes, what may be granted, roles, tiers.
    Python,
}

pub(super) fn run(args: &CodegenArgs) -> Result<ExitStatus, CliError> {
    let text = match args.target {
        Target::Rust => from_words(args, rust::generate)?,
        Target::Typescript => from_words(args, typescript::generate)?,
        Target::Python => from_words(args, python::generate)?,
    };
    deliver(args, &text)
}

/// What needs the policy and no code.
fn from_words(args: &CodegenArgs, generate: fn(&Vocabulary, &Origin) -> String) -> Result<String, CliError> {
    let file = Project::read_policy(&args.input)?;
    let file = usable(file.as_ref())?;
    Ok(generate(&Vocabulary::of(file.policy()), &origin(args, file)))
}

/// The policy, if text can be made from it.
fn usable(file: Option<&PolicyFile>) -> Result<&PolicyFile, CliError> {
    match file {
        None => Err(CliError::NothingToGenerate("there is no policy to generate from; `route-role init` writes one")),
        Some(file) if file.has_errors() => Err(CliError::NothingToGenerate(
            "the policy has mistakes, so nothing can be generated from it; `route-role check` shows them",
        )),
        Some(file) => Ok(file),
    }
}

fn origin(args: &CodegenArgs, file: &PolicyFile) -> Origin {
    Origin { command: format!("route-role codegen {}", args.target.name()), policy: file.shown(&args.input) }
}

impl Target {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Prints, writes or compares the text.
fn deliver(args: &CodegenArgs, text: &str) -> Result<ExitStatus, CliError> {
    let Some(path) = &args.output else {
        output::print(|out| out.write_all(text.as_bytes()))?;
        return Ok(ExitStatus::Clean);
    };
    let shown = visible(&path.display().to_string()).into_owned();
    if !args.check {
        replace(path, text).map_err(|error| CliError::Write(path.clone(), error))?;
        if !args.common.quiet {
            output::say(&format!("wrote `{shown}`"));
        }
        return Ok(ExitStatus::Clean);
    }
    match state(path, text)? {
        State::Current => {
            if !args.common.quiet {
                output::say(&format!("`{shown}` is what the policy and the code say"));
            }
            return Ok(ExitStatus::Clean);
        }
        State::Stale => output::say(&format!("error: `{shown}` is stale; run this again without `--check`")),
        State::Missing => output::say(&format!("error: there is no `{shown}` yet; run this again without `--check`")),
    }
    Ok(if args.common.exit_zero { ExitStatus::Clean } else { ExitStatus::Drift })
}

/// What a committed file is, compared with what would be written.
enum State {
    Current,
    Stale,
    Missing,
}

fn state(path: &Path, text: &str) -> Result<State, CliError> {
    match fs::read(path) {
        // Line ends may have been changed by whoever checked the file out.
        Ok(found) if String::from_utf8_lossy(&found).lines().eq(text.lines()) => Ok(State::Current),
        Ok(_) => Ok(State::Stale),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(State::Missing),
        Err(error) => Err(CliError::Generated(path.to_owned(), error)),
    }
}
