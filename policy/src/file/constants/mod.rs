//! Values that a policy takes from source code: `{ from: "src/scopes.rs#ALL" }`.

#[cfg(feature = "constants")]
mod evaluate;
#[cfg(feature = "constants")]
mod items;
#[cfg(feature = "constants")]
mod rust;

use std::path::PathBuf;

#[cfg(feature = "constants")]
pub use rust::RustConstants;

/// Evaluates constants in source files.
pub trait ConstantSource {
    /// The texts that the constant `name` of `file` holds, in their order. `file` is as the policy states it.
    ///
    /// The error says what was seen instead, in one sentence.
    fn texts(&mut self, file: &str, name: &str) -> Result<Vec<String>, String>;

    /// The files that were read so far: a build that used them depends on them.
    fn files_read(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// A source that has no files.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoConstants;

impl ConstantSource for NoConstants {
    fn texts(&mut self, _file: &str, _name: &str) -> Result<Vec<String>, String> {
        Err("references to source code can't be read here".to_owned())
    }
}
