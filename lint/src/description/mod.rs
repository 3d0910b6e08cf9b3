//! API descriptions as a second witness: Swagger 2, OpenAPI 3.0 and 3.1, in JSON or YAML.
//!
//! [`read()`] takes of a text what can be compared with routes, each value with its place; [`compare()`] finds out which routes answer which operations. Rules say what follows from it.

mod compare;
mod document;
mod prefix;
mod read;
mod security;
mod template;

pub use compare::{By, Comparison, Match, compare};
pub use document::{Description, Operation, Security, StatedSecurity};
pub use prefix::Prefix;
pub use read::{path_of, read};
pub use template::{METHODS, Template};

use route_role_policy::file::Problem;

use crate::source::{FileId, Span};

/// An API description with what comes of comparing it.
#[derive(Debug)]
pub struct Witness {
    /// Its file.
    pub file: FileId,
    /// What is wrong with it, by places in its file.
    pub problems: Vec<Problem>,
    /// What it says, and how that fits the routes. `None` if it can't be read.
    pub testimony: Option<Testimony>,
}

/// What a description says, and how that fits the routes.
#[derive(Debug)]
pub struct Testimony {
    /// What it says.
    pub description: Description,
    /// How that fits.
    pub comparison: Comparison,
}

/// A description of the policy that can't be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unheard {
    /// Why.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where the policy speaks of it.
    pub place: Span,
}

/// A run of bytes in the file of a description.
fn span(file: FileId, range: &std::ops::Range<usize>) -> Span {
    let offset = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    Span { file, start: offset(range.start), end: offset(range.end) }
}
