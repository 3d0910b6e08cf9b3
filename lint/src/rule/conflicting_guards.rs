//! Two guards of a route contradict each other, or one makes another pointless.
//!
//! ## What it does
//!
//! Compares what the guards of each route admit. It fires, as an error, when no kind of caller passes all of them: the route answers nobody. It notes a guard of the handler that admits everyone whom
//! another guard of the same handler admits, and more: such a guard refuses nobody whom the other lets through.
//!
//! It stays silent about a layer that is wider than the handlers under it, because that is what layers are for, about guards that are there only under a condition, and about guards that aren't mapped.
//!
//! ## Why it matters
//!
//! A route that nobody can call is found by the first customer who tries. A guard without effect is read as protection, and stays behind when the one that did the work is removed.
//!
//! ## Bad
//!
//! ```rs
//! // A layer around the router lets in daemons only.
//! async fn list(auth: SessionOnly) -> Json<Vec<Job>> { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! // The layer lets in daemons and sessions, each handler says which.
//! async fn list(auth: SessionOnly) -> Json<Vec<Job>> { /* … */ }
//! ```
//!
//! ## How to fix
//!
//! Where two guards contradict each other, move the route out from under one of them, or let one accept what the other accepts. Remove a guard without effect, unless the handler needs its value.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(conflicting-guards) -- switched off until the agents are released
//! ```

use route_role_policy::Access;

use super::engine::callers::all_described;
use super::engine::list::{joined, quoted};
use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};
use crate::resolve::{Guard, GuardKind};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "conflicting-guards",
    subject: Subject::Routes,
    severity: Severity::Error,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("conflicting_guards.rs"),
    check: Check::Surface(check),
};

type Restriction<'a> = (&'a Guard, &'a Access);

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.routes().filter(|view| view.is_readable()).flat_map(|view| check_route(&view)).collect()
}

fn check_route(view: &RouteView<'_>) -> Vec<Finding> {
    // A guard that by itself lets nobody in contradicts nothing: `unreachable-route` speaks of it.
    let restrictions: Vec<Restriction<'_>> = view.restrictions().filter(|(_, access)| admits_anybody(access)).collect();
    match contradicting(&restrictions) {
        Some(guards) => vec![contradiction(view, &guards)],
        None => pointless(&restrictions).map(|(idle, working)| needless(view, idle, working)).collect(),
    }
}

fn admits_anybody(access: &Access) -> bool {
    access.alternatives.iter().any(route_role_policy::Alternative::can_be_met)
}

/// As few guards as it takes to let nobody in: two, or all.
fn contradicting<'a>(restrictions: &[Restriction<'a>]) -> Option<Vec<Restriction<'a>>> {
    let all = restrictions.iter().fold(Access::EVERYONE, |all, (_, access)| all.and(access));
    if admits_anybody(&all) {
        return None;
    }
    let pair = restrictions.iter().enumerate().find_map(|(at, first)| {
        let second = restrictions.iter().skip(at + 1).find(|second| !admits_anybody(&first.1.and(second.1)))?;
        Some(vec![*first, *second])
    });
    Some(pair.unwrap_or_else(|| restrictions.to_vec()))
}

fn contradiction(view: &RouteView<'_>, guards: &[Restriction<'_>]) -> Finding {
    let names = quoted(guards.iter().map(|(guard, _)| &guard.text));
    let finding = Finding::new(&RULE, format!("nobody can call `{}`: no caller passes {names}", view.title()))
        .about_route(view.index)
        .confidence(Confidence::High)
        .help("let one of them accept what the other accepts, or move the route out from under one of them");
    // The handler's own guard is nearer to whoever reads about the handler than a layer around everything.
    let mut places = guards.iter().rev();
    let finding = places.next().into_iter().fold(finding, |finding, (guard, access)| {
        finding.at(guard.span, format!("lets in {} only", all_described(access.alternatives.iter())))
    });
    let finding = places.fold(finding, |finding, (guard, access)| {
        finding.also(guard.span, format!("lets in {} only", all_described(access.alternatives.iter())))
    });
    finding.also(view.handler().span, "the handler").also_at(view.registration(), "registered here")
}

/// Guards of the handler itself that refuse nobody whom another one lets in.
fn pointless<'a>(restrictions: &[Restriction<'a>]) -> impl Iterator<Item = (Restriction<'a>, Restriction<'a>)> {
    let own: Vec<Restriction<'a>> =
        restrictions.iter().filter(|(guard, _)| guard.kind != GuardKind::Layer).copied().collect();
    let pairs = own.clone().into_iter().filter_map(move |idle| {
        // A check in the body asks what a parameter found.
        let is_asked = |working: &Restriction<'_>| working.0.kind == GuardKind::Call && idle.0.kind != GuardKind::Call;
        let working =
            own.iter().find(|working| idle.1.covers(working.1) && !working.1.covers(idle.1) && !is_asked(working))?;
        Some((idle, *working))
    });
    pairs.collect::<Vec<_>>().into_iter()
}

fn needless(view: &RouteView<'_>, idle: Restriction<'_>, working: Restriction<'_>) -> Finding {
    let names = [idle, working].map(|(guard, _)| format!("`{}`", guard.text));
    let [refuses_nobody, decides] = &names;
    Finding::new(&RULE, format!("on `{}`, {refuses_nobody} refuses nobody whom {decides} lets in", view.title()))
        .about_route(view.index)
        .severity(Severity::Note)
        .confidence(view.confidence(Confidence::Medium))
        .at(idle.0.span, "has no effect")
        .also(working.0.span, format!("lets in {} only", all_described(working.1.alternatives.iter())))
        .also(view.handler().span, "the handler")
        .help(format!("remove {refuses_nobody}, unless the handler needs {}", joined(["its value"])))
}
