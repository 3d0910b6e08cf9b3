//! Running the command line and making services to lint.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What a run printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command, with everything in the environment out of the way that changes its output.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_route-role"));
    command.env_remove("NO_COLOR").env_remove("ROUTE_ROLE_POLICY").stdin(Stdio::null());
    command
}

/// Runs the command in a folder.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    let output = command().args(arguments).current_dir(folder).output().expect("the binary runs");
    Run {
        status: output.status.code().expect("it ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("its output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("its messages are UTF-8"),
    }
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names of what lies in a folder, sorted.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a UTF-8 name")).collect();
    names.sort();
    names
}

/// A service in a folder of its own, gone when the test is over.
pub(crate) struct Service {
    folder: TempDir,
}

impl Service {
    /// A package with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let service = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        service.write("Cargo.toml", "[package]\nname = \"service\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        for (path, text) in files {
            service.write(path, text);
        }
        service
    }

    /// A package whose `src/main.rs` serves one public route, with `more` behind it.
    pub(crate) fn healthy(more: &str) -> Self {
        Self::with(&[("src/main.rs", &format!("{HEALTHY}{more}"))])
    }

    /// Adds a file.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the command in the service's folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run_in(self.path(), arguments)
    }
}

/// One route, declared public.
pub(crate) const HEALTHY: &str = r#"use axum::{Router, routing::get};
use route_role::route_role;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, app()).await
}

fn app() -> Router {
    Router::new().route("/health", get(health))
}

#[route_role(public, reason = "health probe")]
async fn health() {}
"#;

/// A policy that is valid and says little.
pub(crate) const PLAIN_POLICY: &str = "version: 1\nroles:\n  User: { accepts: [user] }\n";
