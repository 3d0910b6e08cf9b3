//! Suppressions: `// route-role: allow(rule) -- reason`.
//!
//! In code a suppression stands above a handler (above or between its attributes), above the line that registers a route,
//! or at the end of a line on which something of the route stands. In the policy it stands above or behind the line that a finding
//! points to. It needs a reason behind `--`; without one it does nothing and is reported.

mod comment;
mod directive;
mod target;

use std::collections::BTreeSet;

pub use directive::{Directive, Unsettled, UnsettledCause};

use super::context::Context;
use super::finding::Finding;
use crate::source::{FileId, SourceMap, Span};

/// Every suppression of the files that were read.
pub fn collect(sources: &SourceMap) -> Vec<Directive> {
    (0..u32::try_from(sources.len()).unwrap_or(u32::MAX))
        .map(FileId)
        .flat_map(|file| directive::of_file(file, sources.path(file), sources.text(file)))
        .collect()
}

/// Findings that stand, and what is left to say about the suppressions.
#[derive(Debug)]
pub struct Settled {
    /// The findings that nothing suppresses.
    pub standing: Vec<Finding>,
    /// The findings that something suppresses.
    pub suppressed: Vec<Suppressed>,
    /// Suppressions that did nothing.
    pub unsettled: Vec<Unsettled>,
}

/// A finding that doesn't count, because somebody says so where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The comment that suppresses it; the first one if there are several.
    pub by: Span,
    /// The reason that the comment gives.
    pub reason: String,
}

/// Applies suppressions to findings. `ran` names the rules that had a chance to fire, `known` all that exist.
pub fn settle(
    context: &Context<'_>,
    directives: &[Directive],
    findings: Vec<Finding>,
    ran: &BTreeSet<&str>,
    known: &BTreeSet<&str>,
) -> Settled {
    let mut used: BTreeSet<(usize, &str)> = BTreeSet::new();
    let mut standing = Vec::with_capacity(findings.len());
    let mut suppressed = Vec::new();
    for finding in findings {
        let places = places_of(context, &finding);
        let silencing: Vec<(usize, &Directive)> = directives
            .iter()
            .enumerate()
            .filter(|(_, directive)| {
                directive.allows(finding.rule) && places.iter().any(|place| directive.covers(*place))
            })
            .collect();
        used.extend(silencing.iter().map(|(index, _)| (*index, finding.rule)));
        match silencing.first() {
            None => standing.push(finding),
            Some((_, by)) => suppressed.push(Suppressed { finding, by: by.span, reason: by.reason().to_owned() }),
        }
    }
    let unsettled = directives
        .iter()
        .enumerate()
        // Whoever answers for such a file can tell.
        .filter(|(_, directive)| !context.inventory().foreign.contains(&directive.span.file))
        .flat_map(|(index, directive)| directive.unsettled(ran, known, |rule| used.contains(&(index, rule))))
        .collect();
    Settled { standing, suppressed, unsettled }
}

/// Where a suppression of this finding may stand: at the place it points to, and at what belongs to its route alone.
///
/// Related places don't count: the sibling that a finding compares with doesn't excuse the odd one out.
fn places_of(context: &Context<'_>, finding: &Finding) -> Vec<Span> {
    let mut places: Vec<Span> = finding.primary.iter().map(|label| label.span).collect();
    if let Some(route) = finding.route.and_then(|index| context.inventory().routes.get(index)) {
        places.push(route.handler.span);
        places.extend(route.mounts.first());
        places.extend(route.attribute.as_ref().map(|attribute| attribute.span));
        let in_signature = route.guards.iter().filter(|guard| guard.kind == crate::resolve::GuardKind::Extractor);
        places.extend(in_signature.map(|guard| guard.span));
    }
    places
}
