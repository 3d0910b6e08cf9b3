//! A documented operation that no route serves.
//!
//! ## What it does
//!
//! Looks for the route of every operation of the API descriptions that `--openapi FILE`, or `openapi` in the policy, names. It fires on operations that no route answers, and says which methods the code has at the same path. Operations of a
//! part of the description in which no route lies at all are one finding.
//!
//! Names of parameters make no difference, `HEAD` is answered where `GET` is, and a parameter answers for the texts that it stands for. What stands before the paths is taken from `servers` or `basePath`, or found out, if most operations
//! have it in common.
//!
//! It stays silent about operations that a route may answer whose path isn't known in full, and about `OPTIONS` at paths that are served. While something of the code couldn't be resolved, its findings are notes.
//!
//! ## Why it matters
//!
//! Clients are generated from the description. An operation that nothing serves is a call that fails, or a route that somebody removed without a word to those who use it.
//!
//! ## Bad
//!
//! ```yaml
//! paths:
//!   /cases/{id}/export:   # the code serves `/cases/{id}/exports`
//!     get: {}
//! ```
//!
//! ## Good
//!
//! ```yaml
//! paths:
//!   /cases/{id}/exports:
//!     get: {}
//! ```
//!
//! ## How to fix
//!
//! Take the operation out of the description, or serve it. Where a description is generated, generate it anew.
//!
//! ## How to suppress
//!
//! In a description in YAML, above the operation:
//!
//! ```yaml
//! # route-role: allow(missing-route) -- comes with the next release
//! ```
//!
//! JSON has no comments: `--baseline` holds what is known there.

use std::collections::BTreeSet;

use super::engine::area::areas;
use super::engine::list::{counted, quoted};
use super::{Check, Confidence, Context, Finding, Rule, Severity, Subject};
use crate::description::{Operation, Template, Testimony};

/// More operations than that are only counted.
const MAX_MARKED: usize = 5;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "missing-route",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("missing_route.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let findings = context.testimonies().flat_map(|testimony| of_description(context, testimony));
    let is_complete = context.inventory().coverage.unresolved == 0 && context.inventory().coverage.unparsed_files == 0;
    findings
        .map(|finding| match is_complete {
            true => finding,
            // The route may be one of those that couldn't be resolved.
            false => finding.severity(Severity::Note).confidence(Confidence::Low),
        })
        .collect()
}

fn of_description(context: &Context<'_>, testimony: &Testimony) -> Vec<Finding> {
    let Testimony { description, comparison } = testimony;
    if comparison.missing.is_empty() || context.inventory().routes.is_empty() {
        return Vec::new();
    }
    if comparison.matches.is_empty() && comparison.unclear.is_empty() {
        return vec![of_another_service(testimony)];
    }
    let prefix = comparison.prefix.template();
    let served: BTreeSet<Template> = context.routes().map(|view| Template::of(&view.route.path).described()).collect();
    let missing = comparison.missing.iter().filter_map(|index| description.operations.get(*index));
    let missing = missing.map(|operation| (operation.template.behind(prefix), operation));
    areas(missing, &served).into_iter().map(|(area, operations)| report(context, &area, &operations)).collect()
}

/// Nothing fits: a wrong file, or a wrong prefix, and not as many mistakes as it has operations.
fn of_another_service(testimony: &Testimony) -> Finding {
    let count = testimony.description.operations.len();
    Finding::new(&RULE, format!("none of the operations ({count}) of the API description is served"))
        .at(testimony.description.head, "does it describe this service?")
        .help("name the description of this service; if something stands before its paths, say so in the policy: `openapi: [{ file: …, prefix: \"/api\" }]`")
}

fn report(context: &Context<'_>, area: &Template, operations: &[&Operation]) -> Finding {
    let message = match operations {
        [only] => format!("`{}` is documented, but no route serves it", only.title()),
        several => {
            let count = counted(several.len(), "documented operation");
            format!("no route serves what is documented at and below `{area}`: {count}")
        }
    };
    let mut operations = operations.iter();
    let first = operations.next().map(|operation| operation.span);
    let finding = Finding::new(&RULE, message).help("take it out of the description, or serve it");
    let finding = first.into_iter().fold(finding, |finding, span| finding.at(span, "nothing serves this operation"));
    let finding = operations
        .take(MAX_MARKED - 1)
        .fold(finding, |finding, operation| finding.also(operation.span, "nor this one"));
    // Another method at the same path is what the operation was meant to be more often than not.
    let neighbours: Vec<_> =
        context.routes().filter(|view| Template::of(&view.route.path).described() == *area).collect();
    let Some(neighbour) = neighbours.first() else { return finding };
    let methods: BTreeSet<&str> = neighbours.iter().map(|view| view.route.method.as_str()).collect();
    finding.also(neighbour.handler().span, format!("the code has {} at this path", quoted(methods)))
}
