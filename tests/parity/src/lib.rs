//! Reads a fixture as the linter does, and asks a running program.

pub mod ask;
pub mod linted;
