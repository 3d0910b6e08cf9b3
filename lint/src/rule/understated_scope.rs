//! What the handler calls demands a scope that the route doesn't declare.
//!
//! ## What it does
//!
//! Looks at the functions that a handler calls, directly or through others, for guards of their own: `#[route_role]`, or an attribute that a pattern of the policy knows. Where such a guard demands a scope that no alternative of the
//! route demands, it shows the handler, the calls and the guard.
//!
//! It stays silent where the route demands the scope already, in whatever order, and where one of several scopes is enough and the route demands one of them.
//!
//! ## Why it matters
//!
//! Whoever reads the route believes that its scopes are enough. A key with exactly these gets as far as the service and is refused there, or the screen where keys are made leaves the real
//! scope out.
//!
//! ## Bad
//!
//! ```rs
//! #[route_role(Actor, scopes = ["case:read"])]
//! async fn close_case(Path(id): Path<Uuid>) { service::close(id).await }
//!
//! #[require_scope("case:update")]
//! pub async fn close(id: Uuid) { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! #[route_role(Actor, scopes = ["case:read", "case:update"])]
//! async fn close_case(Path(id): Path<Uuid>) { service::close(id).await }
//! ```
//!
//! ## How to fix
//!
//! Add the scope to the route, or take it off the function that doesn't need it.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(understated-scope) -- the service demands it of jobs only
//! ```

use std::collections::BTreeSet;

use route_role_policy::{Access, Meaning, Scope};

use super::engine::list::quoted;
use crate::resolve::CalledGuard;

use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "understated-scope",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("understated_scope.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for view in context.routes().filter(RouteView::is_readable) {
        let Some(behavior) = view.route.behavior.as_deref() else { continue };
        for called in &behavior.called_guards {
            let Some(access) = meaning(context, called) else { continue };
            let missing = missing(view.access(), &access);
            if !missing.is_empty() {
                found.push(report(&view, called, &missing));
            }
        }
    }
    found
}

fn meaning(context: &Context<'_>, called: &CalledGuard) -> Option<Access> {
    if let Some(attribute) = &called.attribute {
        return Some(attribute.declaration.access.clone());
    }
    let views = std::iter::once(&called.guard.term).chain(&called.guard.expansions);
    match context.policy?.policy.meaning_through(views) {
        Meaning::Access { access, .. } => Some(access),
        _ => None,
    }
}

/// The scopes that every alternative of the called function demands and some alternative of the route doesn't.
fn missing(route: &Access, called: &Access) -> BTreeSet<Scope> {
    let mut missing = BTreeSet::new();
    // Any one alternative of the function is enough, so a route that satisfies one of them misses nothing.
    for way in route.alternatives.iter() {
        let lacking = called.alternatives.iter().map(|demanded| {
            demanded
                .scopes
                .iter()
                .filter(|clause| {
                    !way.scopes.iter().any(|have| have.any_of.iter().all(|scope| clause.any_of.contains(scope)))
                })
                .flat_map(|clause| clause.any_of.iter().cloned())
                .collect::<BTreeSet<Scope>>()
        });
        if let Some(least) = lacking.min_by_key(BTreeSet::len) {
            missing.extend(least);
        }
    }
    missing
}

fn report(view: &RouteView<'_>, called: &CalledGuard, missing: &BTreeSet<Scope>) -> Finding {
    let scopes = quoted(missing);
    let finding = Finding::new(
        &RULE,
        format!("`{}` doesn't demand {scopes}, which `{}` demands of its callers", view.title(), called.function),
    )
    .confidence(view.confidence(Confidence::High))
    .about_route(view.index)
    .at(view.handler().span, "declares less than it needs");
    let finding = called.steps.iter().fold(finding, |finding, step| finding.also(*step, "calls"));
    finding
        .also(called.guard.span, format!("demands {scopes}"))
        .also_at(view.route.attribute.as_ref().map(|attribute| attribute.span), "the route's own declaration")
        .help(format!("add {scopes} to what the route demands, or take it off `{}`", called.function))
}
