//! From the surface to findings, one file per rule.

pub mod finding;

pub use finding::{Confidence, Finding, Label, Severity};
