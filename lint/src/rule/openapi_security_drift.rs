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
//! With `--openapi FILE`, or `openapi` in the policy, the operations of that description are compared in the same way, and a scheme that the policy doesn't know is reported once. Where nothing at all is said of `security`, that is one finding.
//!
//! poem-openapi documents the parameters of an operation that are security schemes, each as an alternative; what layers around it and further checks accept is compared with that.
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

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::policy::Policy;

use super::engine::documented::{Drift, Notation, drift, help_for_unknown, is_open, unknown_scheme};
use super::engine::list::counted;
use super::{Check, Context, Finding, RouteView, Rule, Severity, Subject};
use crate::description::{Description, Match, Operation as Described, Security, StatedSecurity, Testimony};
use crate::resolve::{Documentation, Operation};
use crate::source::Span;

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
    let by_attributes = by_attributes(context, stated.policy);
    let by_documents = context.testimonies().flat_map(|testimony| by_document(context, stated.policy, testimony));
    // A document is generated from the attributes more often than not.
    let known: BTreeSet<(Option<usize>, &str)> =
        by_attributes.iter().map(|finding| (finding.route, finding.message.as_str())).collect();
    let news: Vec<Finding> =
        by_documents.filter(|finding| !known.contains(&(finding.route, finding.message.as_str()))).collect();
    by_attributes.into_iter().chain(news).collect()
}

fn by_attributes(context: &Context<'_>, policy: &Policy) -> Vec<Finding> {
    let mut by_program: BTreeMap<usize, Vec<(RouteView<'_>, &Operation)>> = BTreeMap::new();
    for view in context.routes().filter(RouteView::is_readable) {
        if let Documentation::Documented(operation) = &view.route.documentation {
            by_program.entry(view.route.program).or_default().push((view, operation));
        }
    }
    by_program.into_values().flat_map(|documented| by_program_attributes(context, policy, &documented)).collect()
}

fn by_program_attributes(
    context: &Context<'_>,
    policy: &Policy,
    documented: &[(RouteView<'_>, &Operation)],
) -> Vec<Finding> {
    let security_of = |operation: &Operation| operation.security.clone().or(operation.default_security.clone());
    let says_nothing = documented.iter().all(|(_, operation)| security_of(operation).is_none());
    if let (true, Some((_, first))) = (says_nothing && documented.len() > 1, documented.first()) {
        let is_said = context.testimonies().any(|testimony| testimony.description.says_nothing_of_callers());
        let views = documented.iter().map(|(view, _)| *view);
        return if is_said { Vec::new() } else { silence(views, first.span).into_iter().collect() };
    }
    let drifting = documented.iter().filter_map(|(view, operation)| {
        let notation = if operation.by_parameters { Notation::Parameters } else { Notation::Attribute };
        let drift = drift(policy, view, security_of(operation).as_deref(), notation)?;
        let label = match (operation.security.is_some(), notation) {
            (true, Notation::Parameters) => "its parameters document the security",
            (true, _) => "the documented security",
            (false, Notation::Parameters) => "no parameter is a security scheme",
            (false, _) => "no `security` of its own",
        };
        Some(report(view, operation.security_span.unwrap_or(operation.span), label, drift))
    });
    drifting.collect()
}

fn by_document(context: &Context<'_>, policy: &Policy, testimony: &Testimony) -> Vec<Finding> {
    let Testimony { description, comparison } = testimony;
    if description.says_nothing_of_callers() {
        let routes = comparison.matches.iter().flat_map(|found| &found.routes);
        let views = routes.filter_map(|index| context.route(*index));
        return silence(views, description.head).into_iter().collect();
    }
    let drifting = comparison.matches.iter().flat_map(|found| {
        let operation = description.operations.get(found.operation);
        operation.map(|operation| of_operation(context, policy, operation, found)).unwrap_or_default()
    });
    unknown_schemes(policy, description).into_iter().chain(drifting).collect()
}

/// Nothing is said of any operation: that has one cause, and is one finding.
fn silence<'a>(views: impl Iterator<Item = RouteView<'a>>, place: Span) -> Option<Finding> {
    let closed: Vec<RouteView<'_>> = views.filter(RouteView::is_readable).filter(|view| !is_open(view)).collect();
    let first = closed.first()?;
    let message = format!(
        "the API description says nothing of `security`, but the guards of {} ask for credentials",
        counted(closed.len(), "route")
    );
    let finding = Finding::new(&RULE, message)
        .at(place, "no operation has `security`, and there is no default")
        .also(first.handler().span, format!("answers `{}`, for example", first.title()));
    Some(finding.help("state who may call: `route-role codegen openapi` writes what the guards accept"))
}

/// Each scheme that the policy doesn't know, once.
fn unknown_schemes(policy: &Policy, description: &Description) -> Vec<Finding> {
    let mut used: BTreeMap<&str, Vec<&Described>> = BTreeMap::new();
    for operation in &description.operations {
        let Security::Stated(StatedSecurity { requirements, .. }) = &operation.security else { continue };
        if let Some(unknown) = unknown_scheme(policy, requirements) {
            used.entry(unknown).or_default().push(operation);
        }
    }
    let report = |(scheme, operations): (&str, Vec<&Described>)| {
        let message = format!(
            "the API description has {} with the scheme `{scheme}`, which the policy doesn't know",
            counted(operations.len(), "operation")
        );
        let used = operations.first().and_then(|operation| place(operation));
        let finding = Finding::new(&RULE, message).help(help_for_unknown(policy, scheme));
        match description.schemes.get(scheme).copied() {
            Some(declared) => finding.at(declared, "declared here").also_at(used, "used here"),
            None => match used {
                Some(used) => finding.at(used, "used here, and declared nowhere"),
                None => finding,
            },
        }
    };
    used.into_iter().map(report).collect()
}

fn place(operation: &Described) -> Option<Span> {
    match &operation.security {
        Security::Stated(stated) => Some(stated.span),
        Security::Nothing | Security::Unproven => None,
    }
}

fn of_operation(context: &Context<'_>, policy: &Policy, operation: &Described, found: &Match) -> Vec<Finding> {
    let (security, stated_at, label) = match &operation.security {
        Security::Stated(stated) if unknown_scheme(policy, &stated.requirements).is_some() => return Vec::new(),
        Security::Stated(stated) if stated.is_default => {
            (Some(stated), stated.span, "what operations without `security` have")
        }
        Security::Stated(stated) => (Some(stated), stated.span, "the documented security"),
        Security::Nothing => (None, operation.span, "no `security`"),
        Security::Unproven => return Vec::new(),
    };
    let security = security.map(|stated| stated.requirements.as_slice());
    let mut by_program: BTreeMap<usize, Vec<(RouteView<'_>, Option<Drift>)>> = BTreeMap::new();
    for view in found.routes.iter().filter_map(|index| context.route(*index)) {
        let drift = if view.is_readable() { drift(policy, &view, security, Notation::Document) } else { None };
        by_program.entry(view.route.program).or_default().push((view, drift));
    }
    // Where a program has several routes for one operation, the framework chooses: each of them would have to be wrong.
    let all_drift = by_program.into_values().filter(|views| views.iter().all(|(_, drift)| drift.is_some()));
    let first = all_drift.filter_map(|views| views.into_iter().next());
    first
        .filter_map(|(view, drift)| Some(report(&view, stated_at, label, drift?).also(operation.span, "the operation")))
        .collect()
}

fn report(view: &RouteView<'_>, stated_at: Span, label: &str, drift: Drift) -> Finding {
    let finding = Finding::new(&RULE, drift.message)
        .about_route(view.index)
        .confidence(drift.confidence)
        .at(stated_at, label)
        .also(view.handler().span, "the handler")
        .help(drift.help);
    view.restrictions().fold(finding, |finding, (guard, _)| finding.also(guard.span, "what really guards it"))
}
