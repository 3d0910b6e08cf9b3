//! A guard or attribute names a scope, role, tier or resource that the policy doesn't declare.
//!
//! ## What it does
//!
//! Compares every scope that a route requires with the scopes that the policy declares, and every `#[route_role]` with the roles, tiers, resources and features of the policy. What isn't
//! declared is reported at the place that names it, with the nearest declared name.
//!
//! It stays silent about scopes when the policy declares none at all: then it has no opinion on them.
//!
//! ## Why it matters
//!
//! A misspelt scope is one that nobody holds: the route is closed to everyone but administrators who bypass scopes, and nothing says why. A scope that only the code knows can't be granted.
//!
//! ## Bad
//!
//! ```rs
//! #[route_role(Actor, scopes = ["case:raed"])]
//! async fn list_cases() -> Json<Vec<Case>> { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! #[route_role(Actor, scopes = ["case:read"])]
//! async fn list_cases() -> Json<Vec<Case>> { /* … */ }
//! ```
//!
//! ## How to fix
//!
//! Correct the name, or declare it in the policy.
//!
//! ## How to suppress
//!
//! Above the handler or at the end of the line that names the scope:
//!
//! ```rs
//! // route-role: allow(unknown-scope) -- declared by a plug-in that the policy doesn't list
//! ```

use std::collections::BTreeSet;

use route_role_policy::{Scope, suggest};

use super::{Check, Confidence, Context, Finding, Fix, PolicyInFile, RouteView, Rule, Severity, Subject};
use crate::resolve::NoteKind;
use crate::source::Span;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unknown-scope",
    subject: Subject::Routes,
    severity: Severity::Error,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("unknown_scope.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    let mut findings = unreadable_attributes(context, &stated);
    if !stated.policy.scopes.is_empty() {
        findings.extend(undeclared_scopes(context, &stated));
    }
    findings
}

fn unreadable_attributes(context: &Context<'_>, stated: &PolicyInFile<'_>) -> Vec<Finding> {
    let notes = context.inventory().notes.iter().filter(|note| note.kind == NoteKind::InvalidAttribute);
    notes
        .map(|note| {
            let finding = Finding::new(&RULE, note.message.clone());
            let finding = match note.span {
                Some(span) => {
                    finding.at(span, "not in the policy").fix(correction(context, stated, span, &note.message))
                }
                None => finding,
            };
            match &note.help {
                Some(help) => finding.help(help.clone()),
                None => finding,
            }
        })
        .collect()
}

/// The name that was meant, where it is the only one near. The place says which kind of name it is by how it is written.
fn correction(context: &Context<'_>, stated: &PolicyInFile<'_>, place: Span, message: &str) -> Option<Fix> {
    let written = context.sources.snippet(place);
    let literal = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let name = literal.unwrap_or(written);
    let is_about = |kind: &str| message == format!("the policy declares no {kind} `{name}`");
    let meant = match literal {
        Some(name) if is_about("scope") => {
            let scopes = stated.policy.scopes.iter().map(|scope| scope.value.as_str());
            suggest::only_near(name, scopes.filter(|scope| !scope.contains('*')))?
        }
        None if is_about("role") => {
            suggest::only_near(name, stated.policy.roles.keys().map(route_role_policy::RoleName::as_str))?
        }
        _ => return None,
    };
    let text = if literal.is_some() { format!("\"{meant}\"") } else { meant.to_owned() };
    Some(Fix::one(format!("write `{meant}`"), place, text))
}

/// One finding per place: a router that is mounted twice doesn't make two mistakes of one.
fn undeclared_scopes(context: &Context<'_>, stated: &PolicyInFile<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for view in context.routes() {
        let required: BTreeSet<&Scope> =
            view.access().alternatives.iter().flat_map(|alternative| alternative.named_scopes()).collect();
        for scope in required.into_iter().filter(|scope| !stated.policy.knows_scope(scope)) {
            let place = place_of(&view, scope);
            if seen.insert((place, scope)) {
                findings.push(report(stated, &view, scope, place));
            }
        }
    }
    findings
}

fn place_of(view: &RouteView<'_>, scope: &Scope) -> Span {
    let used = view.route.scope_uses.iter().find(|used| used.scope == scope.as_str()).map(|used| used.span);
    let guard = || {
        let mut demanding = view.restrictions().filter(|(_, access)| {
            access.alternatives.iter().any(|alternative| alternative.named_scopes().any(|named| named == scope))
        });
        demanding.next().map(|(guard, _)| guard.span)
    };
    used.or_else(guard).unwrap_or(view.handler().span)
}

fn report(stated: &PolicyInFile<'_>, view: &RouteView<'_>, scope: &Scope, place: Span) -> Finding {
    let declared = stated.policy.scopes.iter().map(|pattern| pattern.value.as_str());
    let help =
        suggest::help(scope.as_str(), declared).unwrap_or_else(|| "declare it under `scopes` in the policy".to_owned());
    Finding::new(&RULE, format!("scope `{scope}` is not declared in the policy"))
        .about_route(view.index)
        .confidence(Confidence::High)
        .at(place, format!("required by `{}`", view.title()))
        .also_at(stated.policy.scopes.first().map(|first| stated.span(first)), "the declared scopes begin here")
        .help(help)
}
