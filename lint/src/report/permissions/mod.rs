//! Who may call what: the report for reviewers, one file per format.

pub mod csv;
pub mod markdown;
mod matrix;
pub mod mermaid;

use super::Lines;
use crate::rule::Outcome;
use crate::surface::Surface;

/// What the report is made from.
#[derive(Debug, Clone, Copy)]
pub struct Permissions<'a> {
    /// Every route with its access.
    pub surface: &'a Surface,
    /// What the rules found.
    pub outcome: &'a Outcome,
    /// The places of both.
    pub lines: &'a Lines<'a>,
}

impl Permissions<'_> {
    /// How many findings are about a route.
    fn findings_of(&self, route: usize) -> usize {
        self.outcome.findings.iter().filter(|finding| finding.route == Some(route)).count()
    }
}
