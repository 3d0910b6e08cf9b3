//! Writes the reference documentation: `cargo run -p route-role-lint --example generate-docs`. With `--check`, writes nothing and fails if a file is stale.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use route_role_lint::reference::{self, frameworks};

fn main() -> ExitCode {
    let check = std::env::args().any(|argument| argument == "--check");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let stale: Vec<PathBuf> = reference::files()
        .into_iter()
        .map(|(path, text)| (docs.join(path), text))
        .filter(|(path, text)| fs::read_to_string(path).ok().as_deref() != Some(text))
        .filter(|(path, text)| check || !write(path, text))
        .map(|(path, _)| path)
        .collect();
    let mut stale = stale;
    let repository = docs.join("..");
    let readme = repository.join("README.md");
    match frameworks::readme(&repository) {
        Ok(text) if fs::read_to_string(&readme).ok().as_deref() == Some(&text) => {}
        Ok(text) if !check && write(&readme, &text) => {}
        Ok(_) => stale.push(readme),
        Err(error) => {
            eprintln!("{error}");
            stale.push(readme);
        }
    }
    for path in &stale {
        eprintln!("stale: {}", path.display());
    }
    if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write(path: &Path, text: &str) -> bool {
    let folder_exists = path.parent().is_none_or(|folder| fs::create_dir_all(folder).is_ok());
    folder_exists && fs::write(path, text).is_ok()
}
