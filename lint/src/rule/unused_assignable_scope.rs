//! A scope may be granted to API keys, but no route that accepts API keys requires it.
//!
//! ## What it does
//!
//! Looks at every scope on an assignable list and fires when no route that accepts such keys, at whatever level, requires a scope that it covers. A pattern such as
//! `case:*` counts as used when any scope that it covers is.
//!
//! It stays silent about patterns with a wildcard in the middle (`action:*:execute`): such scopes are put together when the program runs, and no route names them.
//! When routers couldn't be resolved or guards aren't mapped, the finding has low confidence: the scope may be required there.
//!
//! ## Why it matters
//!
//! The assignable list is what people choose from when they create a key. A scope without effect makes them believe that they granted something, and it
//! becomes a silent grant on the day a route starts to require it.
//!
//! ## Bad
//!
//! ```yaml
//! assignable:
//!   workspace:
//!     principal: api_key
//!     level: workspace
//!     scopes: ["case:read", "case:archive"] # no route requires case:archive
//! ```
//!
//! ## Good
//!
//! ```yaml
//! assignable:
//!   workspace:
//!     principal: api_key
//!     level: workspace
//!     scopes: ["case:read"]
//! ```
//!
//! ## How to fix
//!
//! Take the scope off the list, or let the route that should require it do so. If the only routes that require it refuse keys, `api-key-rejected` says which.
//!
//! ## How to suppress
//!
//! In the policy, behind the scope or above its line:
//!
//! ```yaml
//! # route-role: allow(unused-assignable-scope) -- checked by the job runner, not by a route
//! ```

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::policy::Assignable;
use route_role_policy::{Placed, PrincipalKind, Scope, ScopePattern};

use super::engine::assignable::{many_of, one_of};
use super::engine::list::{counted, quoted};
use super::{Check, Confidence, Context, Finding, PolicyInFile, Rule, Severity, Subject};
use crate::surface::Certainty;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unused-assignable-scope",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("unused_assignable_scope.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    let mut reported = BTreeSet::new();
    let mut findings = Vec::new();
    for entry in stated.policy.assignable.values() {
        let required = required_by_routes_that_accept(context, &entry.principal);
        for (place, unused) in unused_by_place(entry, &required) {
            // Entries that include this one list its scopes again, at the same place.
            if reported.insert((place, entry.principal.value.clone())) {
                findings.push(report(context, &stated, entry, &unused));
            }
        }
    }
    findings
}

fn required_by_routes_that_accept<'a>(context: &Context<'a>, kind: &'a PrincipalKind) -> BTreeSet<&'a Scope> {
    context
        .routes()
        .flat_map(|view| view.access().accepting(kind))
        .flat_map(|alternative| alternative.named_scopes())
        .collect()
}

/// The unused patterns of an entry. One text in the file may stand for several (`case:{read,create}`): they are told of together.
fn unused_by_place<'a>(
    entry: &'a Assignable,
    required: &BTreeSet<&Scope>,
) -> BTreeMap<(usize, usize), Vec<&'a Placed<ScopePattern>>> {
    let mut places: BTreeMap<(usize, usize), Vec<&Placed<ScopePattern>>> = BTreeMap::new();
    let unused = entry
        .scopes
        .iter()
        .filter(|pattern| !is_put_together_at_run_time(pattern))
        .filter(|pattern| !required.iter().any(|scope| pattern.covers(scope.as_str())));
    for pattern in unused {
        places.entry((pattern.start, pattern.end)).or_default().push(pattern);
    }
    places
}

fn is_put_together_at_run_time(pattern: &ScopePattern) -> bool {
    pattern.as_str().trim_end_matches('*').contains('*')
}

fn report(
    context: &Context<'_>,
    stated: &PolicyInFile<'_>,
    entry: &Assignable,
    unused: &[&Placed<ScopePattern>],
) -> Finding {
    let kind = &entry.principal.value;
    let names = quoted(unused.iter().map(|pattern| pattern.as_str()));
    let verb = if unused.len() == 1 { "is" } else { "are" };
    let mut finding = Finding::new(
        &RULE,
        format!(
            "{names} {verb} assignable to {}, but no route that accepts {} requires it",
            many_of(kind),
            one_of(kind)
        ),
    )
    .confidence(confidence(context));
    if let Some(first) = unused.first() {
        finding = finding.at(stated.span(first), "granted for nothing");
    }
    let refusing: Vec<String> = context
        .routes()
        .filter(|view| {
            let mut scopes = view.access().alternatives.iter().flat_map(|alternative| alternative.named_scopes());
            scopes.any(|scope| unused.iter().any(|pattern| pattern.covers(scope.as_str())))
        })
        .map(|view| view.title())
        .collect();
    finding.help(match refusing.first() {
        Some(first) => format!(
            "{} that require{} it refuse{} {} (`{first}` first): let them accept it, or take {names} off the list",
            counted(refusing.len(), "route"),
            if refusing.len() == 1 { "s" } else { "" },
            if refusing.len() == 1 { "s" } else { "" },
            many_of(kind),
        ),
        None => format!("take {names} off the list, or require it on the route that should"),
    })
}

/// What couldn't be seen may require the scope.
fn confidence(context: &Context<'_>) -> Confidence {
    let coverage = &context.inventory().coverage;
    let saw_all = coverage.unresolved == 0
        && coverage.unparsed_files == 0
        && context.routes().all(|view| view.row.certainty == Certainty::Proven);
    if saw_all { Confidence::High } else { Confidence::Low }
}
