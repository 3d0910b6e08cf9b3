//! A route refuses API keys although every scope that it requires may be granted to them.
//!
//! ## What it does
//!
//! Looks at every route that lets users in, requires at least one scope, and lets no API key in. It fires when each of those scopes is assignable to API keys at
//! the route's level: the allowlist promises a key that can call the route, and the guard refuses that key.
//!
//! It stays silent on routes that refuse users too (internal, executor-only), on routes that require a tier which no key can have, and on routes of which a part can't be
//! read. Where a guard isn't mapped, the finding has low confidence: the guard may be the reason.
//!
//! ## Why it matters
//!
//! Customers create keys from the list of assignable scopes. A key that holds `case:read` and is refused by `GET /cases` is a bug that no unit test sees, because each half is
//! right on its own.
//!
//! ## Bad
//!
//! ```yaml
//! roles:
//!   User: { accepts: [user], level: workspace }
//! assignable:
//!   workspace: { principal: api_key, level: workspace, scopes: ["case:read"] }
//! ```
//!
//! ```rs
//! #[route_role(User, scopes = ["case:read"])]
//! async fn list_cases() -> Json<Vec<Case>> { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! // In the policy: Actor: { accepts: [user, api_key], level: workspace }
//! #[route_role(Actor, scopes = ["case:read"])]
//! async fn list_cases() -> Json<Vec<Case>> { /* … */ }
//! ```
//!
//! ## How to fix
//!
//! Give the route a role that accepts API keys, or take the scope off the assignable list if keys should not hold it.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(api-key-rejected) -- session-only by design: the page shows the user's own drafts
//! ```

use std::collections::BTreeSet;

use route_role_policy::policy::Policy;
use route_role_policy::{Alternative, PrincipalKind, Principals};

use super::engine::assignable::{Grants, USER, grantable_kinds, many_of, one_of};
use super::engine::attribute_fix::accept;
use super::engine::list::quoted;
use super::{Check, Confidence, Context, Finding, PolicyInFile, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "api-key-rejected",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("api_key_rejected.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    grantable_kinds(stated.policy)
        .into_iter()
        .flat_map(|kind| {
            let ladders = ladders_of(context, kind);
            context
                .routes()
                .filter(move |view| is_rejected(stated.policy, view, kind, &ladders))
                .map(move |view| report(&stated, &view, kind).fix(accept(context, &view, &[kind].into())))
        })
        .collect()
}

/// The ladders on which a kind of principal can stand, going by the routes that let it in.
fn ladders_of<'a>(context: &Context<'a>, kind: &PrincipalKind) -> BTreeSet<&'a str> {
    context
        .routes()
        .flat_map(|view| view.access().alternatives.iter())
        .filter(|alternative| names(alternative, kind))
        .flat_map(|alternative| alternative.tiers.iter().map(|tier| tier.ladder()))
        .collect()
}

fn names(alternative: &Alternative, kind: &PrincipalKind) -> bool {
    alternative.principals != Principals::Everyone && alternative.principals.accepts(kind)
}

fn is_rejected(policy: &Policy, view: &RouteView<'_>, kind: &PrincipalKind, ladders: &BTreeSet<&str>) -> bool {
    let access = view.access();
    let mut for_users = access.accepting(&USER).peekable();
    view.is_readable()
        && access.accepting(kind).next().is_none()
        && for_users.peek().is_some()
        && for_users.all(|alternative| {
            !alternative.scopes.is_empty()
                && Grants::at_levels(policy, kind, &alternative.levels).unmet(alternative).is_empty()
                && alternative.tiers.iter().all(|tier| ladders.contains(tier.ladder()))
        })
}

fn report(stated: &PolicyInFile<'_>, view: &RouteView<'_>, kind: &PrincipalKind) -> Finding {
    let alternatives: Vec<&Alternative> = view.access().accepting(&USER).collect();
    let scopes: BTreeSet<_> = alternatives.iter().flat_map(|alternative| alternative.named_scopes()).collect();
    let finding = Finding::new(
        &RULE,
        format!(
            "`{}` refuses {} although {} may be granted to them",
            view.title(),
            many_of(kind),
            quoted(scopes.iter())
        ),
    )
    .about_route(view.index)
    .confidence(view.confidence(Confidence::High))
    .help(format!(
        "let the guard accept `{kind}` (a role with `accepts: [user, {kind}]`), or take {} off the assignable list",
        quoted(scopes.iter())
    ));
    let finding = match view.guard_against(kind) {
        Some(guard) => {
            finding.at(guard.span, format!("keeps {} out", one_of(kind))).also(view.handler().span, "the handler")
        }
        None => finding.at(view.handler().span, format!("no way in for {}", one_of(kind))),
    };
    let finding = view
        .route
        .scope_uses
        .iter()
        .filter(|used| scopes.iter().any(|scope| scope.as_str() == used.scope))
        .fold(finding, |finding, used| finding.also(used.span, "required here"));
    let places = alternatives.iter().flat_map(|alternative| {
        let grants = Grants::at_levels(stated.policy, kind, &alternative.levels);
        alternative.named_scopes().filter_map(move |scope| grants.place_of(scope)).collect::<Vec<_>>()
    });
    places.fold(finding, |finding, place| finding.also(stated.span(place), format!("assignable to {}", many_of(kind))))
}
