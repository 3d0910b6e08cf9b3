//! A route can't be reached: another one stands in its way, or its guard lets nobody in.
//!
//! ## What it does
//!
//! Looks for routes of one router that exclude each other. A method that is registered twice at one path makes axum panic when the program starts, and so do two paths that differ only in the names of their
//! parameters, and a catch-all beside a parameter at the same place. It also fires on a guard that by itself admits no caller at all.
//!
//! It stays silent on what axum tells apart: another method at the same path, a literal beside a parameter or a catch-all (the literal wins), a handler for every method beside one for some, `/a` and `/a/`. Routes that exist under
//! different conditions are compared only if one exists whenever the other does, and routes only if they are certain to be in one router. Rocket asks one route after the other, by rank, so its routes aren't compared.
//!
//! ## Why it matters
//!
//! The program doesn't start, but only in the configuration that has both routes. A route that nobody can call is mostly one whose flags were all left out.
//!
//! ## Bad
//!
//! ```rs
//! Router::new().route("/cases/{id}", get(show)).route("/cases/{name}", delete(remove))
//! ```
//!
//! ## Good
//!
//! ```rs
//! Router::new().route("/cases/{id}", get(show).delete(remove))
//! ```
//!
//! ## How to fix
//!
//! Remove one of the two, or give parameters at one place one name. Let the guard accept the callers that it is meant for.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(unreachable-route) -- closed until the next release
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use route_role_policy::{Access, Alternative, PrincipalKind, Principals};

use super::engine::segments::{Segment, has_unknown, segments};
use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};
use crate::resolve::{Guard, GuardKind, HandlerKind, Matching, Route};
use crate::source::SourceMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unreachable-route",
    subject: Subject::Routes,
    severity: Severity::Error,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("unreachable_route.rs"),
    check: Check::Surface(check),
};

/// With how many others at its path a route is compared: more than a few are generated, and one collision is enough.
const COMPARED: usize = 16;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let closed = context.routes().filter_map(|view| Some(report_closed(&view, closed_guard(&view)?)));
    closed.chain(collisions(context)).collect()
}

/// A guard that by itself lets nobody in.
fn closed_guard<'a>(view: &RouteView<'a>) -> Option<&'a Guard> {
    let mut closed = view.restrictions().filter(|(_, access)| !lets_anybody_in(access));
    closed.next().map(|(guard, _)| guard)
}

fn lets_anybody_in(access: &Access) -> bool {
    access.alternatives.iter().any(|way| way.can_be_met() && !asks_anonymous_for_something(way))
}

/// A caller without credentials has no scope, tier or level.
fn asks_anonymous_for_something(way: &Alternative) -> bool {
    let is_anonymous = matches!(&way.principals, Principals::Only(kinds)
        if kinds.iter().all(|kind| *kind == PrincipalKind::ANONYMOUS));
    is_anonymous && !(way.scopes.is_empty() && way.tiers.is_empty() && way.levels.is_empty() && way.features.is_empty())
}

fn report_closed(view: &RouteView<'_>, guard: &Guard) -> Finding {
    Finding::new(&RULE, format!("nobody can call `{}`: its guard `{}` lets no caller in", view.title(), guard.text))
        .about_route(view.index)
        .confidence(Confidence::High)
        .at(guard.span, "accepts no kind of caller")
        .also(view.handler().span, "the handler")
        .also_at(view.registration(), "registered here")
        .help("let the guard accept the callers that the route is meant for, or remove the route")
}

/// Routes whose registration makes the router panic.
fn collisions(context: &Context<'_>) -> Vec<Finding> {
    let mut by_shape: BTreeMap<(usize, Vec<Segment<'_>>), Vec<RouteView<'_>>> = BTreeMap::new();
    for view in context.routes().filter(|view| can_collide(view.route)) {
        by_shape.entry((view.route.program, shape(&view.route.path))).or_default().push(view);
    }
    let mut findings = Vec::new();
    for ((program, shape), views) in &by_shape {
        findings.extend(same_shape(context.sources, views));
        if let Some((Segment::CatchAll(_), before)) = shape.split_last() {
            let beside = by_shape
                .range((*program, before.to_vec())..)
                .take_while(|((other, path), _)| other == program && path.starts_with(before));
            let beside = beside.filter(|((_, path), _)| matches!(path.get(before.len()), Some(Segment::Parameter(_))));
            let parameters = beside.flat_map(|(_, views)| views);
            findings.extend(parameters.filter_map(|view| {
                let catch_all =
                    views.iter().take(COMPARED).find(|other| exclude_each_other(context.sources, view, other))?;
                Some(report(view, catch_all, Collision::CatchAll))
            }));
        }
    }
    findings
}

fn can_collide(route: &Route) -> bool {
    matches!(route.handler.kind, HandlerKind::Function | HandlerKind::Closure)
        && route.matching == Matching::Exclusive
        && !has_unknown(&route.path)
}

/// A path without the names of its parameters.
fn shape(path: &str) -> Vec<Segment<'_>> {
    let nameless = |segment| match segment {
        Segment::Parameter(_) => Segment::Parameter(""),
        Segment::CatchAll(_) => Segment::CatchAll(""),
        other => other,
    };
    segments(path).into_iter().map(nameless).collect()
}

fn same_shape(sources: &SourceMap, views: &[RouteView<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, later) in views.iter().enumerate() {
        let collision = views.iter().take(at).rev().take(COMPARED).find_map(|earlier| {
            let kind = if earlier.route.path != later.route.path {
                Collision::Names
            } else if earlier.route.method == later.route.method {
                Collision::Method
            } else {
                return None;
            };
            exclude_each_other(sources, earlier, later).then_some((earlier, kind))
        });
        findings.extend(collision.map(|(earlier, kind)| {
            let swapped = earlier.registration() > later.registration();
            if swapped { report(earlier, later, kind) } else { report(later, earlier, kind) }
        }));
    }
    findings
}

/// Whether two routes are in one router, and there at the same time. Only what is certain counts: a program may serve two routers.
fn exclude_each_other(sources: &SourceMap, left: &RouteView<'_>, right: &RouteView<'_>) -> bool {
    let (left, right) = (left.route, right.route);
    let implies = |one: &Route, other: &Route| one.conditions.iter().all(|known| other.conditions.contains(known));
    let together = implies(left, right) || implies(right, left);
    // One registration that was seen twice belongs to a function that was called twice.
    together
        && left.mounts != right.mounts
        && (share_a_mount(left, right) || share_a_layer(left, right) || share_a_chain(sources, left, right))
}

fn share_a_mount(left: &Route, right: &Route) -> bool {
    let outermost = |route: &Route| route.mounts.get(1..).and_then(<[_]>::last).copied();
    outermost(left).is_some() && outermost(left) == outermost(right)
}

fn share_a_layer(left: &Route, right: &Route) -> bool {
    let layers = |route: &'_ Route| {
        route.guards.iter().filter(|guard| guard.kind == GuardKind::Layer).cloned().collect::<Vec<_>>()
    };
    let others = layers(right);
    layers(left).iter().any(|layer| others.iter().any(|other| Arc::ptr_eq(layer, other)))
}

/// Whether both are registered by one chain of calls: no statement ends between them, and no other router begins.
fn share_a_chain(sources: &SourceMap, left: &Route, right: &Route) -> bool {
    let (Some(first), Some(second)) = (left.mounts.first(), right.mounts.first()) else { return false };
    let (first, second) = if first.start <= second.start { (first, second) } else { (second, first) };
    let between = sources.text(first.file).get(first.end as usize..second.start as usize);
    first.file == second.file && between.is_some_and(|text| !ends_a_statement(text) && !text.contains("Router"))
}

/// Whether a statement or block begins or ends in a piece of code. Paths have braces in them, so text doesn't count.
fn ends_a_statement(code: &str) -> bool {
    let (mut in_text, mut escaped) = (false, false);
    code.chars().any(|character| {
        match character {
            '"' if !escaped => in_text = !in_text,
            ';' | '{' | '}' if !in_text => return true,
            _ => {}
        }
        escaped = in_text && character == '\\' && !escaped;
        false
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Collision {
    Method,
    Names,
    CatchAll,
}

fn report(later: &RouteView<'_>, earlier: &RouteView<'_>, kind: Collision) -> Finding {
    let (message, help) = match kind {
        Collision::Method => (
            format!("`{}` is registered twice in one router, which panics when the program starts", later.title()),
            "remove one of the two registrations",
        ),
        Collision::Names => (
            format!(
                "`{}` and `{}` differ only in the names of parameters, which panics when the program starts",
                later.route.path, earlier.route.path
            ),
            "give the parameters the same names in both paths",
        ),
        Collision::CatchAll => (
            format!(
                "`{}` has a parameter where `{}` takes everything, which panics when the program starts",
                later.route.path, earlier.route.path
            ),
            "give the two different prefixes, or serve one of them from the other's handler",
        ),
    };
    let finding = Finding::new(&RULE, message).about_route(later.index).confidence(Confidence::High);
    let finding = match later.registration() {
        Some(place) => finding.at(place, format!("`{}`", later.title())),
        None => finding.at(later.handler().span, format!("`{}`", later.title())),
    };
    finding
        .also_at(earlier.registration(), format!("`{}` is registered here", earlier.title()))
        .also(later.handler().span, "the handler")
        .also(earlier.handler().span, format!("the handler of `{}`", earlier.title()))
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::ends_a_statement;

    #[test]
    fn a_chain_goes_on_through_paths_and_arguments() {
        assert!(!ends_a_statement("(\"/a/{id}\", get(show)).layer(trace())."));
        assert!(!ends_a_statement("(\"\\\";\", x)."));
        assert!(ends_a_statement("(\"/a\", get(show)); router."));
        assert!(ends_a_statement("(\"/a\", get(|| async {}))."));
    }
}
