//! A route, or a list of assignable scopes, grants an access that the policy says is never granted.
//!
//! ## What it does
//!
//! Holds each entry under `assert` in the policy against every route and every assignable list. A route breaks it if some way in lets in a caller of whom the entry speaks: of that kind, with a scope
//! that matches and that may be granted to such callers, at or below that tier, at that level. A list breaks it if it grants the scope. `path`, `method` and `resource` say which routes are meant.
//!
//! What can't be seen is never taken for fine. Where a guard isn't known that might refuse such callers, the finding has low confidence. Where the path isn't known, or a guard isn't known that might ask for the
//! scope, a note counts the routes of which nothing can be said.
//!
//! ## Why it matters
//!
//! Some things must stay true whatever is built next: no key reads secrets, no member calls what is for admins. Nobody remembers all of them in every review, and no rule can guess them.
//!
//! ## Bad
//!
//! ```yaml
//! assert:
//!   - never: { principal: api_key, path: "/admin/**" }
//! ```
//!
//! ```rs
//! // Actor: { accepts: [user, api_key] }
//! #[route_role(Actor)]
//! async fn purge() {} // DELETE /admin/cache
//! ```
//!
//! ## Good
//!
//! ```rs
//! // Admin: { accepts: [user], tier: admin }
//! #[route_role(Admin)]
//! async fn purge() {}
//! ```
//!
//! ## How to fix
//!
//! Let the route refuse such callers, or take the scope off the list. If the access is meant to be granted from now on, change the assertion: `route-role diff` shows reviewers that it was loosened.
//!
//! ## How to suppress
//!
//! Above the handler or its registration, or above the scope in the policy:
//!
//! ```rs
//! // route-role: allow(broken-assertion) -- the nightly job needs it until it has an account of its own
//! ```

use std::collections::BTreeSet;

use route_role_policy::PrincipalKind;
use route_role_policy::assertion::{Assertion, Proof};

use super::engine::assignable::many_of;
use super::engine::list::{counted, joined, quoted};
use super::{Check, Confidence, Context, Finding, PolicyInFile, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "broken-assertion",
    subject: Subject::Routes,
    severity: Severity::Error,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("broken_assertion.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    let each = |assertion| {
        let mut found = by_lists(&stated, assertion);
        found.extend(by_routes(context, &stated, assertion));
        found
    };
    stated.policy.assertions.iter().flat_map(each).collect()
}

fn by_routes(context: &Context<'_>, stated: &PolicyInFile<'_>, assertion: &Assertion) -> Vec<Finding> {
    let (mut findings, mut open) = (Vec::new(), Vec::new());
    let mut meant = false;
    for view in context.routes() {
        let Some(route) = view.asserted() else { continue };
        meant |= assertion.never.means(&route).is_some();
        match assertion.never.breach(stated.policy, &route) {
            Some(breach) if breach.proof == Proof::Open => open.push(view),
            Some(breach) => findings.push(of_route(stated, assertion, &view, &breach.principals)),
            None => {}
        }
    }
    if let Some(first) = open.first() {
        findings.push(of_what_is_open(stated, assertion, first, open.len()));
    }
    if !meant && context.routes().next().is_some() {
        findings.push(of_no_route(stated, assertion));
    }
    findings
}

fn of_route(
    stated: &PolicyInFile<'_>,
    assertion: &Assertion,
    view: &RouteView<'_>,
    kinds: &BTreeSet<PrincipalKind>,
) -> Finding {
    let who = joined(kinds.iter().map(many_of));
    let finding = Finding::new(&RULE, format!("`{}` lets in {who}, against {}", view.title(), called(assertion)))
        .about_route(view.index)
        .confidence(view.confidence(Confidence::High))
        .at(view.handler().span, format!("{who} can get in here"))
        .also_at(view.registration(), "registered here");
    blamed(stated, assertion, finding)
        .help(format!("refuse {who} here; or change the assertion, if they are to get in"))
}

/// Entries that include another list its scopes again, at the same place.
fn by_lists(stated: &PolicyInFile<'_>, assertion: &Assertion) -> Vec<Finding> {
    let mut reported = BTreeSet::new();
    let mut findings = Vec::new();
    for (entry, granted) in assertion.never.granted_by(stated.policy) {
        let kind = &entry.principal.value;
        if !reported.insert((granted.range().start, granted.value.clone(), kind)) {
            continue;
        }
        let who = many_of(kind);
        let message = format!("{who} may be granted `{}`, against {}", granted.value, called(assertion));
        let finding = Finding::new(&RULE, message)
            .at(stated.span(granted), format!("on the assignable list `{}`", entry.name.value));
        findings.push(
            blamed(stated, assertion, finding).help(format!(
                "take `{}` off the list; or change the assertion, if {who} are to have it",
                granted.value
            )),
        );
    }
    findings
}

fn of_what_is_open(stated: &PolicyInFile<'_>, assertion: &Assertion, first: &RouteView<'_>, count: usize) -> Finding {
    let routes = counted(count, "route");
    let finding = Finding::new(
        &RULE,
        format!(
            "it can't be said whether {routes} {} to {}",
            if count == 1 { "keeps" } else { "keep" },
            called(assertion)
        ),
    )
    .severity(Severity::Note)
    .confidence(Confidence::Low)
    .at(stated.span(&assertion.never), "not proven")
    .also(first.handler().span, format!("{} is the first of them", quoted([first.title()])));
    finding.help("make the guards and the paths of these routes known: `unmapped-guard` and `unresolved-route` say how")
}

/// It may speak of paths that have changed since: then it guards nothing.
fn of_no_route(stated: &PolicyInFile<'_>, assertion: &Assertion) -> Finding {
    Finding::new(&RULE, format!("{} speaks of no route", called(assertion)))
        .severity(Severity::Warning)
        .at(stated.span(&assertion.never), "guards nothing")
        .help("correct `path`, `method` or `resource`; `route-role routes` lists the routes")
}

fn blamed(stated: &PolicyInFile<'_>, assertion: &Assertion, finding: Finding) -> Finding {
    let remark = match &assertion.reason {
        Some(reason) => format!("never granted: {}", reason.value),
        None => "never granted".to_owned(),
    };
    finding.also(stated.span(&assertion.never), remark)
}

/// What a message calls an assertion.
fn called(assertion: &Assertion) -> String {
    format!("the assertion `{}`", assertion.title())
}
