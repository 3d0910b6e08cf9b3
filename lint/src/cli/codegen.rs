//! `route-role codegen`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::part::Part;
use super::project::{PolicyFile, Project, shown_path};
use super::{CliError, CommonArgs, ExitStatus, InputArgs, lock, output};
use crate::codegen::matrix::Matrix;
use crate::codegen::openapi::{self, LeftAlone, Operations};
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
    /// For `openapi`: an API description in JSON, of which a copy with `security` and `x-required-scopes` is written instead of an overlay.
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
    /// For `openapi` and `tests`: only routes of this program. `tests` needs it where there are several.
    #[arg(long, value_name = "NAME")]
    program: Option<String>,
    /// For `tests`: the lock. [default: `route-role.lock` beside the policy, or in the first path]
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
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
    /// What the guards of each operation accept, as an OpenAPI Overlay.
    Openapi,
    /// Tests in Rust: the running service is the lock, and every caller gets the answer that the policy gives.
    Tests,
}

pub(super) fn run(args: &CodegenArgs) -> Result<ExitStatus, CliError> {
    refuse_useless(args)?;
    let text = match args.target {
        Target::Rust => from_words(args, rust::generate)?,
        Target::Typescript => from_words(args, typescript::generate)?,
        Target::Python => from_words(args, python::generate)?,
        Target::Openapi | Target::Tests => {
            let project = Project::read_routes(&args.input, Part::whole(&args.input), &args.common)?;
            if project.surface.inventory.routes.is_empty() {
                output::say("error: no routes were found; is this the folder of a web service?");
                return Ok(ExitStatus::NothingToAnalyse);
            }
            if args.target == Target::Openapi { described(args, &project)? } else { tested(args, &project)? }
        }
    };
    deliver(args, &text)
}

/// An option that would do nothing is a misunderstanding.
fn refuse_useless(args: &CodegenArgs) -> Result<(), CliError> {
    let of_words = matches!(args.target, Target::Rust | Target::Typescript | Target::Python);
    let useless = [
        ("--document", args.document.is_some() && args.target != Target::Openapi),
        ("--lock", args.lock.is_some() && args.target != Target::Tests),
        ("--program", args.program.is_some() && of_words),
    ];
    match useless.into_iter().find(|(_, is_useless)| *is_useless) {
        Some((option, _)) => Err(CliError::UselessOption { option, target: args.target.name() }),
        None => Ok(()),
    }
}

/// What the guards accept, for an API description.
fn described(args: &CodegenArgs, project: &Project) -> Result<String, CliError> {
    let file = usable(project.policy.as_ref())?;
    if file.policy().security.is_empty() {
        return Err(CliError::NothingToGenerate(
            "the policy doesn't say which kinds of caller use which security scheme; add `security: { session: { accepts: [user] } }`",
        ));
    }
    let program = args.program.as_deref().map(|name| program(project, name)).transpose()?;
    let operations = Operations::of(&project.surface, file.policy(), program);
    let origin = origin(args, file);
    let (text, left_alone) = match &args.document {
        None => openapi::overlay(&operations, &origin),
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| CliError::Generated(path.clone(), error))?;
            openapi::patch(&text, &operations, &origin).map_err(|error| CliError::Document(path.clone(), error))?
        }
    };
    if !args.common.quiet {
        for LeftAlone { method, path, reason } in &left_alone {
            output::say(&visible(&format!("note: {method} {path} is left alone: {reason}")));
        }
    }
    Ok(text)
}

/// Tests of a running program.
fn tested(args: &CodegenArgs, project: &Project) -> Result<String, CliError> {
    let file = usable(project.policy.as_ref())?;
    let serving: BTreeSet<usize> = project.surface.inventory.routes.iter().map(|route| route.program).collect();
    let program = match (args.program.as_deref(), serving.iter().collect::<Vec<_>>().as_slice()) {
        (Some(name), _) => program(project, name)?,
        (None, [only]) => **only,
        (None, several) => {
            let programs = &project.surface.inventory.programs;
            let names = several.iter().filter_map(|index| Some(programs.get(**index)?.name.clone()));
            return Err(CliError::SeveralPrograms(names.collect()));
        }
    };
    let matrix = Matrix::of(&project.surface, file.policy(), program);
    if matrix.is_empty() {
        return Err(CliError::NothingToGenerate("there is no route of which it is known who may call it"));
    }
    let lock = lock::place(project, &args.input, args.lock.as_deref());
    if !args.common.quiet {
        matrix.left_out().iter().for_each(|route| output::say(&visible(&format!("note: nobody asks for {route}"))));
        if matrix.is_declared() && !lock.is_file() {
            let shown = lock.display().to_string();
            output::say(&format!("note: the tests need `{}`; `route-role lock` writes it", visible(&shown)));
        }
    }
    Ok(matrix.generate(&from_manifest(args, &lock), &origin(args, file)))
}

/// The way to the lock from the folder of the manifest of the package that the tests belong to: wherever they lie in it, they can say that.
fn from_manifest(args: &CodegenArgs, lock: &Path) -> String {
    let first = args.input.paths.first().map_or(Path::new("."), PathBuf::as_path);
    let holds_manifest = |folder: &&Path| folder.join("Cargo.toml").is_file();
    let start = std::path::absolute(args.output.as_deref().unwrap_or(first)).unwrap_or_default();
    let manifest = start.ancestors().find(holds_manifest).unwrap_or(first);
    shown_path(lock, manifest)
}

/// The program of a name.
fn program(project: &Project, name: &str) -> Result<usize, CliError> {
    let programs = &project.surface.inventory.programs;
    let found = programs.iter().position(|program| program.name == name);
    found.ok_or_else(|| CliError::UnknownProgram {
        name: name.to_owned(),
        known: programs.iter().map(|program| program.name.clone()).collect(),
    })
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
    let target = args.target.name();
    let command = match &args.program {
        Some(program) => format!("route-role codegen {target} --program {program}"),
        None => format!("route-role codegen {target}"),
    };
    Origin { command, policy: file.shown(&args.input) }
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
