//! The command line: what may be said, and what each command does.

mod args;
mod baseline;
mod check;
mod codegen;
mod completions;
mod diff;
mod error;
mod exit;
mod explain;
mod fix;
mod init;
mod lock;
mod man;
mod output;
mod outputs;
mod part;
mod progress;
mod project;
mod report;
mod routes;
mod schema;
mod stdin;
mod witnesses;

use clap::{Parser, Subcommand};

pub use args::{ColorArg, CommonArgs, InputArgs};
pub use baseline::BaselineArgs;
pub use check::CheckArgs;
pub use codegen::CodegenArgs;
pub use completions::CompletionsArgs;
pub use diff::DiffArgs;
pub use error::CliError;
pub use exit::ExitStatus;
pub use explain::ExplainArgs;
pub use fix::FixArgs;
pub use init::InitArgs;
pub use lock::LockArgs;
pub use man::ManArgs;
pub use outputs::OutputArgs;
pub use report::ReportArgs;
pub use routes::RoutesArgs;
pub use schema::SchemaArgs;
pub use stdin::StdinArgs;
pub use witnesses::WitnessArgs;

/// Keep the permissions of a web service's routes honest.
///
/// Reads the source of a service without compiling it, finds every route with all that guards it, and reports where guards, documentation and policy disagree.
#[derive(Debug, Parser)]
#[command(name = "route-role", version, max_term_width = 100, after_long_help = EXIT_STATUSES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report where guards, documentation and policy disagree.
    Check(CheckArgs),
    /// List every route with its handler, guards and access.
    Routes(RoutesArgs),
    /// Show who may call what, for reviewers.
    Report(ReportArgs),
    /// Show what a change does to who may call which route.
    Diff(DiffArgs),
    /// Write down who may call which route, or compare it with what was written.
    Lock(LockArgs),
    /// Write source text from the policy and the code: constants, an API description's security, tests.
    Codegen(CodegenArgs),
    /// Show what a rule looks for, why, and how to fix what it finds.
    Explain(ExplainArgs),
    /// Write a first policy from what the source holds.
    Init(InitArgs),
    /// Print a JSON Schema: of the policy, or of what `--format json` prints.
    Schema(SchemaArgs),
    /// Print a script that completes commands in a shell.
    Completions(CompletionsArgs),
    /// Print a manual page.
    Man(ManArgs),
}

impl Command {
    /// Does what was asked.
    pub fn run(&self) -> Result<ExitStatus, CliError> {
        match self {
            Self::Check(args) => check::run(args),
            Self::Routes(args) => routes::run(args),
            Self::Report(args) => report::run(args),
            Self::Diff(args) => diff::run(args),
            Self::Lock(args) => lock::run(args),
            Self::Codegen(args) => codegen::run(args),
            Self::Explain(args) => explain::run(args),
            Self::Init(args) => init::run(args),
            Self::Schema(args) => schema::run(args),
            Self::Completions(args) => completions::run(args),
            Self::Man(args) => man::run(args),
        }
    }
}

/// The exit statuses, for the long help and the reference.
pub const EXIT_STATUSES: &str = "\
Exit status:
   0  clean
   1  findings at or above the denied level
   2  the command line or the policy is wrong, or the output can't be written
   3  nothing to analyse: no routes were found
   4  coverage is incomplete: a file can't be parsed, a router can't be resolved, a guard isn't mapped
   5  the lock or a generated file is stale, or a change lets in more callers
  70  a bug in route-role";
