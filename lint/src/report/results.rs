//! What a report of findings is made from.

use super::Lines;
use crate::baseline::{self, Fingerprint};
use crate::rule::{Demands, Finding, Outcome};
use crate::source::{FileId, Position, Span};
use crate::surface::Surface;

/// The findings of a run, with all that is needed to show them.
#[derive(Debug, Clone, Copy)]
pub struct Results<'a> {
    /// The service that they are about, where there are several.
    pub service: Option<&'a str>,
    /// The findings.
    pub outcome: &'a Outcome,
    /// What nothing matches any more of what was known.
    pub stale: &'a [Fingerprint],
    /// The routes that they are about.
    pub surface: &'a Surface,
    /// The places that they are at.
    pub lines: &'a Lines<'a>,
    /// The way from the folder that stands for the repository to the one that was linted, with `/` between its parts; empty if they are the same.
    pub prefix: &'a str,
    /// What makes a finding a failure.
    pub demands: Demands,
}

impl Results<'_> {
    /// The path of a file as systems name it that know the repository, and not what was linted.
    pub(super) fn path(&self, file: FileId) -> String {
        join(self.prefix, self.lines.sources().path(file))
    }

    pub(super) fn start(&self, span: Span) -> Position {
        self.lines.position(span)
    }

    pub(super) fn end(&self, span: Span) -> Position {
        self.lines.position(Span { start: span.end.max(span.start), ..span })
    }

    /// Where a finding is shown: its own place, or else the handler of its route.
    pub(super) fn place(&self, finding: &Finding) -> Option<Span> {
        let route = || finding.route.and_then(|index| self.surface.inventory.routes.get(index));
        finding.primary.as_ref().map(|label| label.span).or_else(|| route().map(|route| route.handler.span))
    }

    /// What each finding is known by in other runs: first those that stand, then those that are suppressed.
    pub(super) fn fingerprints(&self) -> Vec<String> {
        let Outcome { findings, suppressed, .. } = self.outcome;
        let all = findings.iter().chain(suppressed.iter().map(|known| &known.finding));
        baseline::digests(self.service, all, &self.surface.inventory, self.lines.sources())
    }
}

/// A path behind another, with as many of its `..` taken out as there are folders to leave.
fn join(prefix: &str, path: &str) -> String {
    let mut parts: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_repository() {
        assert_eq!(join("", "src/a.rs"), "src/a.rs");
        assert_eq!(join("services/api", "src/a.rs"), "services/api/src/a.rs");
        assert_eq!(join("services/api", "../../route-role.yaml"), "route-role.yaml");
        assert_eq!(join("a", "../../../x"), "../../x");
    }
}
