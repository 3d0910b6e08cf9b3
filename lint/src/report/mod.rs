//! From findings to text, one file per output format.
//!
//! Everything that came from source is escaped on its way out: a file that is linted must not be able to steer a terminal.

pub mod access;
pub mod coverage;
pub mod csv;
pub mod drift;
pub mod escape;
mod excerpt;
pub mod json;
mod lines;
pub mod table;
pub mod terminal;
#[cfg(test)]
mod tests;

pub use coverage::Coverage;
pub use lines::Lines;
