//! From findings to text, one file per output format.
//!
//! Everything that came from source is escaped on its way out: a file that is linted must not be able to steer a terminal.

pub mod access;
pub mod coverage;
pub mod csv;
pub mod drift;
pub mod escape;
mod excerpt;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
mod lines;
mod markdown;
pub mod permissions;
mod plain;
pub mod results;
pub mod sarif;
pub mod table;
pub mod terminal;
#[cfg(test)]
mod tests;

pub use coverage::Coverage;
pub use lines::Lines;
pub use results::Results;
