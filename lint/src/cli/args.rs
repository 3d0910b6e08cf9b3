//! Options that several commands share.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What a command that reads code takes.
#[derive(Debug, Clone, Args)]
pub struct InputArgs {
    /// Folders or files to read.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// The policy file. [default: `route-role.yaml`, found upward from the first path; folders below with one of their own are services of their own]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// How many threads read and parse. [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Read tests, benches and examples too.
    #[arg(long)]
    pub include_tests: bool,
}

/// How a command that reads code speaks, and when it fails.
#[derive(Debug, Clone, Args)]
pub struct CommonArgs {
    /// When to use colour.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub color: ColorArg,
    /// Print results only: no summary, no remarks about the run.
    #[arg(long, short)]
    pub quiet: bool,
    /// End with status 0 whatever is found. Mistakes in the command line or the policy, and finding no routes at all, still fail.
    #[arg(long)]
    pub exit_zero: bool,
    /// Accept that something couldn't be seen: files that can't be parsed, routers that can't be resolved, guards that aren't mapped.
    #[arg(long)]
    pub allow_incomplete: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
