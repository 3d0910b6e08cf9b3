//! The documented security of an operation isn't what its guards accept.
//!
//! ## What it does
//!
//! Compares, for every operation of the API description, the kinds of caller that its `security` lets in with those that its guards let in. The policy says which kinds carry which scheme:
//!
//! ```yaml
//! security:
//!   session: { accepts: [user] }
//!   api_key: { accepts: [api_key] }
//! ```
//!
//! It fires when a documented kind is refused, when an accepted kind isn't documented, when an operation is documented as open and isn't or the reverse, when no `security` is stated where a
//! credential is needed, and when a scheme isn't in the policy. An operation without `security` of its own has the document's default.
//!
//! It stays silent about kinds that no scheme stands for (internal callers), about routes outside the API description, and about handlers that can't be read. Where a guard
//! isn't mapped, only what that guard can't change is reported with confidence.
//!
//! ## Why it matters
//!
//! Clients and gateways are generated from the description. A documented key that is refused is a support case; an undocumented one that is accepted is a way in that
//! nobody reviewed.
//!
//! ## Bad
//!
//! ```rs
//! #[utoipa::path(get, path = "/cases", security(("session" = [])))]
//! async fn list_cases(auth: Authorized<Viewer>) { /* sessions and API keys */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! #[utoipa::path(get, path = "/cases", security(("session" = []), ("api_key" = [])))]
//! async fn list_cases(auth: Authorized<Viewer>) { /* sessions and API keys */ }
//! ```
//!
//! ## How to fix
//!
//! State the schemes that the guards accept, or change the guard.
//!
//! ## How to suppress
//!
//! Above the documentation attribute or the handler:
//!
//! ```rs
//! // route-role: allow(openapi-security-drift) -- keys are in beta and not announced yet
//! ```

use std::collections::BTreeSet;

use route_role_policy::policy::Policy;
use route_role_policy::{Access, PrincipalKind, Principals, suggest};

use super::engine::assignable::many_of;
use super::engine::list::{any_quoted, joined};
use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};
use crate::resolve::{Documentation, Operation, SecurityRequirement};
use crate::surface::Certainty;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "openapi-security-drift",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("openapi_security_drift.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    context
        .routes()
        .filter(RouteView::is_readable)
        .filter_map(|view| match &view.route.documentation {
            Documentation::Documented(operation) => Some((view, operation)),
            _ => None,
        })
        .filter_map(|(view, operation)| {
            let drift = drift(stated.policy, &view, operation)?;
            Some(report(&view, operation, &drift))
        })
        .collect()
}

/// How documentation and guards differ.
struct Drift {
    message: String,
    help: String,
    confidence: Confidence,
}

fn drift(policy: &Policy, view: &RouteView<'_>, operation: &Operation) -> Option<Drift> {
    let title = view.title();
    let accepted = Accepted::by(view.access());
    let Some(security) = operation.security.as_ref().or(operation.default_security.as_ref()) else {
        return (!accepted.anyone).then(|| Drift {
            message: format!("`{title}` documents no security, but its guards ask for {}", accepted.describe()),
            help: format!("add `security(…)` with {}", schemes_for(policy, &accepted.kinds)),
            confidence: Confidence::High,
        });
    };
    if let Some(unknown) = unknown_scheme(policy, security) {
        return Some(unknown_scheme_drift(policy, &title, unknown));
    }
    let documented = Documented::by(policy, security);
    let proven = view.row.certainty == Certainty::Proven;
    if documented.anyone && !accepted.anyone {
        return Some(Drift {
            message: format!("`{title}` is documented as open, but its guards ask for {}", accepted.describe()),
            help: format!("document {}", schemes_for(policy, &accepted.kinds)),
            confidence: Confidence::High,
        });
    }
    if accepted.anyone {
        // An unmapped guard may be what makes the documentation true.
        return (!documented.anyone && proven).then(|| Drift {
            message: format!("`{title}` is documented as closed, but nothing guards it"),
            help: "add the guard that the documentation promises, or document it as open with `security(())`"
                .to_owned(),
            confidence: Confidence::High,
        });
    }
    kinds_drift(policy, view, &documented, &accepted)
}

fn kinds_drift(policy: &Policy, view: &RouteView<'_>, documented: &Documented, accepted: &Accepted) -> Option<Drift> {
    if policy.security.is_empty() || accepted.any_kind {
        return None;
    }
    let title = view.title();
    let refused: BTreeSet<PrincipalKind> = documented.kinds.difference(&accepted.kinds).cloned().collect();
    let documentable: BTreeSet<&PrincipalKind> =
        policy.security.values().flat_map(|scheme| scheme.accepts.iter().map(|kind| &kind.value)).collect();
    let undocumented: BTreeSet<PrincipalKind> =
        accepted.kinds.difference(&documented.kinds).filter(|kind| documentable.contains(kind)).cloned().collect();
    let many = |kinds: &BTreeSet<PrincipalKind>| joined(kinds.iter().map(many_of));
    let (message, help, confidence) = match (refused.is_empty(), undocumented.is_empty()) {
        (true, true) => return None,
        (false, true) => (
            format!("`{title}` is documented for {}, but its guards refuse them", many(&refused)),
            format!("take {} out of its `security`, or let the guards accept them", schemes_for(policy, &refused)),
            Confidence::High,
        ),
        (true, false) => (
            format!("`{title}` accepts {}, but its documentation doesn't say so", many(&undocumented)),
            format!("add {} to its `security`, or let the guards refuse them", schemes_for(policy, &undocumented)),
            view.confidence(Confidence::High),
        ),
        (false, false) => (
            format!("`{title}` is documented for {}, but accepts {}", many(&refused), many(&undocumented)),
            format!("document {} instead", schemes_for(policy, &undocumented)),
            Confidence::High,
        ),
    };
    Some(Drift { message, help, confidence })
}

fn unknown_scheme<'a>(policy: &Policy, security: &'a [SecurityRequirement]) -> Option<&'a str> {
    let mut names = security.iter().flat_map(|requirement| requirement.schemes.iter().map(|(name, _)| name.as_str()));
    if policy.security.is_empty() { None } else { names.find(|name| !policy.security.contains_key(*name)) }
}

fn unknown_scheme_drift(policy: &Policy, title: &str, unknown: &str) -> Drift {
    let known = policy.security.keys().map(String::as_str);
    Drift {
        message: format!("`{title}` is documented with the scheme `{unknown}`, which the policy doesn't know"),
        help: suggest::help(unknown, known).unwrap_or_else(|| "declare it under `security` in the policy".to_owned()),
        confidence: Confidence::High,
    }
}

/// Whom the documentation lets in.
struct Documented {
    anyone: bool,
    kinds: BTreeSet<PrincipalKind>,
}

impl Documented {
    fn by(policy: &Policy, security: &[SecurityRequirement]) -> Self {
        let anyone = security.is_empty() || security.iter().any(|requirement| requirement.schemes.is_empty());
        let kinds = security.iter().flat_map(|requirement| kinds_with_all_schemes(policy, requirement)).collect();
        Self { anyone, kinds }
    }
}

/// The kinds that carry every scheme of a requirement (a session and its CSRF token); where no kind does, two callers in one are meant, and either counts.
fn kinds_with_all_schemes(policy: &Policy, requirement: &SecurityRequirement) -> BTreeSet<PrincipalKind> {
    let carried: Vec<BTreeSet<PrincipalKind>> = requirement
        .schemes
        .iter()
        .filter_map(|(name, _)| policy.security.get(name))
        .map(|scheme| scheme.accepts.iter().map(|kind| kind.value.clone()).collect())
        .collect();
    let common = carried.iter().skip(1).fold(carried.first().cloned().unwrap_or_default(), |common, kinds| {
        common.intersection(kinds).cloned().collect()
    });
    if common.is_empty() { carried.into_iter().flatten().collect() } else { common }
}

/// Whom the guards let in.
struct Accepted {
    anyone: bool,
    /// Some way in asks for scopes or tiers, and doesn't say of whom.
    any_kind: bool,
    kinds: BTreeSet<PrincipalKind>,
}

impl Accepted {
    fn by(access: &Access) -> Self {
        let mut accepted = Self { anyone: access.is_open(), any_kind: false, kinds: BTreeSet::new() };
        for alternative in access.alternatives.iter() {
            match &alternative.principals {
                Principals::Everyone => accepted.any_kind = true,
                Principals::Only(kinds) => accepted.kinds.extend(kinds.iter().cloned()),
            }
        }
        // A guard may name callers without credentials among those that it lets in.
        accepted.anyone |= accepted.kinds.remove(&PrincipalKind::ANONYMOUS);
        accepted
    }

    fn describe(&self) -> String {
        if self.kinds.is_empty() { "a credential".to_owned() } else { joined(self.kinds.iter().map(many_of)) }
    }
}

/// The schemes that stand for some kinds.
fn schemes_for(policy: &Policy, kinds: &BTreeSet<PrincipalKind>) -> String {
    let schemes =
        policy.security.values().filter(|scheme| scheme.accepts.iter().any(|kind| kinds.contains(&kind.value)));
    let names: Vec<&str> = schemes.map(|scheme| scheme.name.value.as_str()).collect();
    if names.is_empty() { "the schemes that its guards accept".to_owned() } else { any_quoted(names) }
}

fn report(view: &RouteView<'_>, operation: &Operation, drift: &Drift) -> Finding {
    let stated_at = operation.security_span.unwrap_or(operation.span);
    let label = if operation.security.is_some() { "the documented security" } else { "no `security` of its own" };
    let finding = Finding::new(&RULE, drift.message.clone())
        .about_route(view.index)
        .confidence(drift.confidence)
        .at(stated_at, label)
        .also(view.handler().span, "the handler")
        .help(drift.help.clone());
    view.restrictions().fold(finding, |finding, (guard, _)| finding.also(guard.span, "what really guards it"))
}
