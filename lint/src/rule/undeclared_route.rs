//! A route has no guard at all and isn't declared public.
//!
//! ## What it does
//!
//! Looks at every route that lets callers in without credentials, and fires when nothing says that this is intended: neither `#[route_role(public, reason = "…")]`, nor the `public`
//! section of the policy. A folder of files or a page that shows the API description is such a route too.
//!
//! A call that the policy knows as a guard, but that the handler makes on some ways only (`if draft { require_user(&headers)?; }`), leaves the others open: that is said, with
//! low confidence, since what is asked on the other ways may not be mapped.
//!
//! Where the handler answers 401 or 403 itself, that place is shown, with medium confidence.
//!
//! It stays silent on routes with a guard that isn't mapped (it may restrict the route; `unmapped-guard` speaks of it), on handlers and services that can't be read, and on
//! fallback functions, which answer for paths that don't exist.
//!
//! ## Why it matters
//!
//! A forgotten guard looks exactly like a health probe. Stating which routes are open on purpose, and why, leaves the forgotten ones.
//!
//! ## Bad
//!
//! ```rs
//! async fn export_users(State(db): State<Db>) -> Json<Vec<User>> { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! #[route_role(public, reason = "health probe of the load balancer")]
//! async fn health() -> &'static str { "ok" }
//! ```
//!
//! ## How to fix
//!
//! Add the guard that its neighbours have. If the route is open on purpose, say so in the attribute or in the policy:
//!
//! ```yaml
//! public:
//!   - { path: "/health", reason: "health probe of the load balancer" }
//! ```
//!
//! ## How to suppress
//!
//! Declaring the route public is better than suppressing, because every report shows the reason. Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(undeclared-route) -- removed with the next major release
//! ```

use super::engine::evidence;
use super::engine::list::quoted;
use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};
use crate::resolve::{Guard, GuardKind};
use crate::surface::GuardMeaning;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "undeclared-route",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("undeclared_route.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.routes().filter(is_undeclared).map(|view| report(context, &view)).collect()
}

fn is_undeclared(view: &RouteView<'_>) -> bool {
    view.is_readable()
        && view.row.public.is_none()
        && view.access().is_open()
        && view.guards().all(|(guard, meaning)| !matches!(meaning, GuardMeaning::Unmapped) || is_avoidable(guard))
}

/// A check that the handler makes on some ways only.
fn is_avoidable(guard: &Guard) -> bool {
    guard.kind == GuardKind::Call && !guard.conditions.is_empty()
}

fn report(context: &Context<'_>, view: &RouteView<'_>) -> Finding {
    let checks: Vec<_> = view.guards().map(|(guard, _)| guard).filter(|guard| is_avoidable(guard)).collect();
    let (message, label) = if checks.is_empty() {
        (
            format!("`{}` is open to everyone, and nothing says that it should be", view.title()),
            "no guard restricts this handler",
        )
    } else {
        (
            format!(
                "`{}` asks who calls on some ways through its handler only, and nothing says that the others should be open",
                view.title()
            ),
            "no guard restricts all ways through this handler",
        )
    };
    let finding = Finding::new(&RULE, message)
        .about_route(view.index)
        .confidence(view.confidence(Confidence::High))
        .at(view.handler().span, label)
        .also_at(view.registration(), "registered here");
    let is_partly_checked = !checks.is_empty();
    let finding =
        checks.into_iter().fold(finding, |finding, check| finding.also(check.span, "not every answer gets past this"));
    let finding = if is_partly_checked { finding } else { with_own_refusal(finding, view) };
    // What stands on the route but restricts nothing explains why it seems guarded.
    let finding = view.guards().filter(|(guard, _)| guard.local && guard.kind == GuardKind::Extractor).fold(
        finding,
        |finding, (guard, _)| {
            let why =
                if guard.never_refuses { "lets every request pass" } else { "restricts nothing, says the policy" };
            finding.also(guard.span, why)
        },
    );
    let finding = with_other_methods(finding, context, view);
    if is_partly_checked {
        return finding.help("make the check before the ways part, map what the other ways ask, or declare the route public with its reason");
    }
    finding.help(match context.policy {
        Some(_) => "add a guard, or declare it: `#[route_role(public, reason = \"…\")]`, or an entry under `public` in the policy",
        None => "add a guard, or declare it: `#[route_role(public, reason = \"…\")]`, or an entry under `public` in a policy (`route-role init` writes one)",
    })
}

/// Marks where the handler turns callers down itself: that may be all that the route needs, but no guard says so.
fn with_own_refusal(finding: Finding, view: &RouteView<'_>) -> Finding {
    let answers = view.route.behavior.as_deref().map_or(&[][..], |behavior| &behavior.answers);
    let Some(refusal) = answers.iter().find(|answer| matches!(answer.status, Some(401 | 403))) else { return finding };
    let text = format!("answers {} itself here; if that is its guard, map it", evidence::status(refusal));
    evidence::mark(finding.confidence(view.confidence(Confidence::Medium)), &refusal.place, text)
}

/// Shows the entry of the policy that declares the same path public for other methods.
fn with_other_methods(finding: Finding, context: &Context<'_>, view: &RouteView<'_>) -> Finding {
    let Some(stated) = context.policy else { return finding };
    let mut entries = stated.policy.public.iter().filter(|entry| entry.path.matches(&view.route.path));
    let Some(entry) = entries.next() else { return finding };
    let methods = quoted(entry.methods.iter().map(|method| method.value.as_str()));
    finding.also(stated.span(&entry.path), format!("declares the path public for {methods} only"))
}
