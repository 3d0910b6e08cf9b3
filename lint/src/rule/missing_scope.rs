//! A route accepts API keys and asks nothing more of them.
//!
//! ## What it does
//!
//! Looks at every route that names API keys among its callers and fires when a key gets in without any scope, tier or feature: any key that exists, made for whatever purpose, may
//! call the route.
//!
//! It stays silent where the policy knows neither scopes nor assignable scopes, on public routes, and on routes whose attribute says what they do with a credential (a
//! route that rotates the calling key needs no scope for it). Where a guard isn't mapped, the finding has low confidence: the guard may ask for more.
//!
//! ## Why it matters
//!
//! Keys are given away with the least that they need. A route without a scope is part of every key, and taking it back later breaks integrations.
//!
//! ## Bad
//!
//! ```rs
//! #[route_role(Actor)]
//! async fn export_everything() -> Bytes { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! #[route_role(Actor, scopes = ["export:read"])]
//! async fn export_everything() -> Bytes { /* … */ }
//! ```
//!
//! ## How to fix
//!
//! Require a scope, or give the route a role that doesn't accept API keys.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(missing-scope) -- tells a key about itself, nothing else
//! ```

use route_role_policy::policy::Policy;
use route_role_policy::{Alternative, PrincipalKind, Principals};

use super::engine::assignable::{API_KEY, grantable_kinds, many_of};
use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "missing-scope",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("missing_scope.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    kinds_that_hold_scopes(stated.policy)
        .into_iter()
        .flat_map(|kind| {
            context
                .routes()
                .filter(|view| view.is_readable() && view.row.public.is_none() && !checks_a_credential(view))
                .filter(|view| view.access().accepting(kind).any(asks_nothing_more))
                .map(move |view| report(&view, kind))
        })
        .collect()
}

/// The kinds with an allowlist; API keys where scopes are declared without one.
fn kinds_that_hold_scopes(policy: &Policy) -> Vec<&PrincipalKind> {
    let kinds = grantable_kinds(policy);
    if kinds.is_empty() && !policy.scopes.is_empty() { vec![&API_KEY] } else { kinds.into_iter().collect() }
}

fn checks_a_credential(view: &RouteView<'_>) -> bool {
    view.route.attribute.as_ref().is_some_and(|attribute| attribute.declaration.credential.is_some())
}

/// An alternative for everyone is no alternative for keys: `undeclared-route` speaks of those.
fn asks_nothing_more(alternative: &Alternative) -> bool {
    matches!(alternative.principals, Principals::Only(_))
        && alternative.scopes.is_empty()
        && alternative.tiers.is_empty()
        && alternative.features.is_empty()
}

fn report(view: &RouteView<'_>, kind: &PrincipalKind) -> Finding {
    let finding =
        Finding::new(&RULE, format!("`{}` lets {} in, whatever they were granted", view.title(), many_of(kind)))
            .about_route(view.index)
            .confidence(view.confidence(Confidence::High))
            .help(format!("require a scope, or use a role that doesn't accept `{kind}`"));
    match view.restrictions().find(|(_, access)| access.accepting(kind).any(asks_nothing_more)) {
        Some((guard, _)) => {
            finding.at(guard.span, "asks for no scope, tier or feature").also(view.handler().span, "the handler")
        }
        None => finding.at(view.handler().span, "asks for no scope, tier or feature"),
    }
}
