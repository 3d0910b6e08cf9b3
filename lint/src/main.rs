//! The command line. What a command does reads top to bottom in its file in `cli`: the policy and the code are read, the surface is built, rules look at it, a printer shows
//! the result, and the exit status follows from it.

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::Parser;
use route_role_lint::cli::{Cli, CliError, ExitStatus};

/// Trees of syntax and summaries are many small pieces: with the system's allocator a run takes a quarter longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let status = match panic::catch_unwind(AssertUnwindSafe(|| cli.command.run())) {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => fail(&error),
        Err(_) => apologise(),
    };
    status.into()
}

fn fail(error: &CliError) -> ExitStatus {
    if !error.is_silent() {
        say(&format!("error: {error}"));
    }
    error.status()
}

/// The panic has printed its own message and place.
fn apologise() -> ExitStatus {
    say("error: this is a bug in route-role, please report it together with the lines above");
    ExitStatus::Bug
}

/// Unlike `eprintln!`, doesn't panic when nobody listens.
fn say(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}
