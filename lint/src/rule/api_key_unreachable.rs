//! A route accepts API keys, but requires a scope that no API key can be granted.
//!
//! ## What it does
//!
//! Looks at every route that names API keys among its callers and requires scopes. It fires when, on every way in for a key, some scope isn't on the allowlist of the route's level:
//! the guard says that keys may come, and none ever can.
//!
//! It stays silent where the policy has no allowlist for keys, where one of several scopes suffices and that one is assignable, and on guards that demand a scope
//! of whoever calls without naming keys.
//!
//! ## Why it matters
//!
//! Such a route looks open to automation in code and in the API description. Either the allowlist was forgotten, and integrations fail with 403 whatever key they make,
//! or the route was meant for people, and the wider guard is waiting for the next change of the allowlist.
//!
//! ## Bad
//!
//! ```yaml
//! assignable:
//!   workspace: { principal: api_key, level: workspace, scopes: ["case:*"] }
//! ```
//!
//! ```rs
//! #[route_role(Actor, scopes = ["variable:read"])] // Actor accepts users and API keys
//! async fn list_variables() -> Json<Vec<Variable>> { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```yaml
//! assignable:
//!   workspace: { principal: api_key, level: workspace, scopes: ["case:*", "variable:read"] }
//! ```
//!
//! ## How to fix
//!
//! Add the scope to the assignable list, or give the route a role that doesn't accept API keys.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(api-key-unreachable) -- keys get this scope with the next release
//! ```

use std::collections::BTreeSet;

use route_role_policy::policy::Policy;
use route_role_policy::{Access, Alternative, PrincipalKind, Principals, Scope};

use super::engine::allowlist_fix::grant;
use super::engine::assignable::{Grants, grantable_kinds, many_of, one_of};
use super::engine::list::quoted;
use super::{Check, Confidence, Context, Finding, Fix, PolicyInFile, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "api-key-unreachable",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("api_key_unreachable.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    grantable_kinds(stated.policy)
        .into_iter()
        .flat_map(|kind| {
            context.routes().filter(|view| view.is_readable()).filter_map(move |view| {
                let missing = out_of_reach(stated.policy, view.access(), kind)?;
                Some(report(&stated, &view, kind, &missing).fix(fix(context, &stated, &view, kind)))
            })
        })
        .collect()
}

/// The scopes that keep a kind of principal from every way in that names it; `None` if a way is open, or none names it.
fn out_of_reach<'a>(policy: &Policy, access: &'a Access, kind: &PrincipalKind) -> Option<BTreeSet<&'a Scope>> {
    let ways: Vec<&Alternative> =
        access.alternatives.iter().filter(|alternative| alternative.principals.accepts(kind)).collect();
    // "Everyone who holds the scope" doesn't promise keys anything.
    if !ways.iter().any(|alternative| matches!(alternative.principals, Principals::Only(_))) {
        return None;
    }
    let mut missing = BTreeSet::new();
    for alternative in ways {
        let grants = Grants::at_levels(policy, kind, &alternative.levels);
        let unmet = grants.unmet(alternative);
        if unmet.is_empty() {
            return None;
        }
        missing.extend(unmet.into_iter().flat_map(|clause| clause.any_of.iter()));
    }
    Some(missing)
}

/// Sure is only one list to add to, one scope wherever one is missing, and a scope that opens nothing else: where a route asks for it that refuses such callers, somebody
/// has decided that they don't get it.
fn fix(context: &Context<'_>, stated: &PolicyInFile<'_>, view: &RouteView<'_>, kind: &PrincipalKind) -> Option<Fix> {
    let mut ways = view.access().alternatives.iter().filter(|way| way.principals.accepts(kind));
    let (Some(way), None) = (ways.next(), ways.next()) else { return None };
    let grants = Grants::at_levels(stated.policy, kind, &way.levels);
    let [entry] = grants.entries() else { return None };
    let mut scopes = BTreeSet::new();
    for clause in grants.unmet(way) {
        let [scope] = clause.any_of.as_ref() else { return None };
        scopes.insert(scope);
    }
    let declared = scopes.iter().all(|scope| stated.policy.knows_scope(scope));
    let withheld = context.routes().any(|other| {
        other.access().accepting(kind).next().is_none()
            && other.access().alternatives.iter().any(|way| way.named_scopes().any(|scope| scopes.contains(scope)))
    });
    if declared && !withheld { grant(context, entry, &scopes) } else { None }
}

fn report(
    stated: &PolicyInFile<'_>,
    view: &RouteView<'_>,
    kind: &PrincipalKind,
    missing: &BTreeSet<&Scope>,
) -> Finding {
    let levels = &view.row.levels;
    let at_level = if levels.is_empty() { String::new() } else { format!(" at level {}", quoted(levels)) };
    let finding = Finding::new(
        &RULE,
        format!("`{}` accepts {}, but none can be granted {}{at_level}", view.title(), many_of(kind), quoted(missing)),
    )
    .about_route(view.index)
    .confidence(view.confidence(Confidence::High))
    .help(format!(
        "add {} to the assignable list, or give the route a role that doesn't accept `{kind}`",
        quoted(missing)
    ));
    let mut uses = view.route.scope_uses.iter().filter(|used| missing.iter().any(|scope| scope.as_str() == used.scope));
    let finding = match uses.next() {
        Some(first) => {
            let finding = finding.at(first.span, "not assignable").also(view.handler().span, "the handler");
            uses.fold(finding, |finding, used| finding.also(used.span, "not assignable"))
        }
        None => finding.at(view.handler().span, format!("{} never gets in here", one_of(kind))),
    };
    let accepting = view.restrictions().find(|(_, access)| {
        access.alternatives.iter().any(|alternative| {
            matches!(alternative.principals, Principals::Only(_)) && alternative.principals.accepts(kind)
        })
    });
    let finding = finding.also_at(accepting.map(|(guard, _)| guard.span), format!("accepts {}", many_of(kind)));
    Grants::at_levels(stated.policy, kind, levels).entries().iter().fold(finding, |finding, entry| {
        finding.also(stated.span(&entry.name), format!("what {} may be granted", many_of(kind)))
    })
}
