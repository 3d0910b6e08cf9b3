//! A guard that no entry of the policy knows: what it demands isn't part of the answer.
//!
//! ## What it does
//!
//! Lists every extractor, layer and attribute that may restrict routes and that the policy says nothing about, once each, with the number of routes that it stands on.
//!
//! A guard that the policy knows and that is there only under conditions (`if config.auth { router.layer(…) }`) is listed too: nothing can be proven from it.
//!
//! It stays silent about types that the web framework itself brings and that only read the request, and about a `#[route_role]` that can't be read: that is an `unknown-scope`.
//!
//! ## Why it matters
//!
//! A guard that isn't understood is left out of the access of its routes. The real access can only be narrower, so nothing is proven about those routes, and rules that
//! need proof hold back or have low confidence.
//!
//! ## Bad
//!
//! ```rs
//! async fn create_case(auth: RequireMember, Json(case): Json<NewCase>) { /* … */ } // no entry for RequireMember
//! ```
//!
//! ## Good
//!
//! ```yaml
//! guards:
//!   - match: RequireMember
//!     role: Member
//!   - match: ClientIp
//!     ignore: "reads the caller's address, refuses nobody"
//! ```
//!
//! ## How to fix
//!
//! Add an entry under `guards` that says what it demands, or `ignore` with a reason if it demands nothing. `route-role init` proposes entries for all of them.
//! Attach a conditional guard whatever the condition, or build one router for each case, each with its guards.
//!
//! ## How to suppress
//!
//! `ignore` in the policy is the better way. At the end of the line where the guard stands:
//!
//! ```rs
//! auth: RequireMember, // route-role: allow(unmapped-guard) -- goes away with the old client
//! ```

use std::collections::BTreeMap;

use super::engine::list::counted;
use super::{Check, Context, Finding, Rule, Severity, Subject};
use crate::resolve::{Guard, GuardKind};
use crate::source::Span;
use crate::surface::Gap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unmapped-guard",
    subject: Subject::Coverage,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("unmapped_guard.rs"),
    check: Check::Surface(check),
};

/// How many further places are shown.
const SHOWN: usize = 3;

/// A guard that stands on many routes is one gap.
struct Occurrences<'a> {
    gap: &'a Gap,
    guards: Vec<&'a Guard>,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_name: BTreeMap<(GuardKind, String), Occurrences<'_>> = BTreeMap::new();
    for view in context.routes() {
        for (guard, mapped) in view.route.guards.iter().zip(&view.row.guards) {
            let Some(gap) = mapped.gap.as_ref().filter(|gap| **gap != Gap::UnreadableAttribute) else { continue };
            // What a handler asks of some requests only is no gap in the policy; `undeclared-route` says where it is all there is.
            if guard.kind == GuardKind::Call && matches!(gap, Gap::Conditional { .. }) {
                continue;
            }
            let occurrences = by_name
                .entry((guard.kind, guard.term.to_string()))
                .or_insert_with(|| Occurrences { gap, guards: Vec::new() });
            occurrences.guards.push(guard);
        }
    }
    by_name.into_iter().filter_map(|((kind, name), found)| report(context, kind, &name, &found)).collect()
}

fn report(context: &Context<'_>, kind: GuardKind, name: &str, found: &Occurrences<'_>) -> Option<Finding> {
    let mut places: Vec<Span> = found.guards.iter().map(|guard| guard.span).collect();
    places.sort();
    places.dedup();
    let (first, rest) = places.split_first()?;
    let what = match kind {
        GuardKind::Layer => "layer",
        GuardKind::Attribute | GuardKind::RouteRole => "attribute",
        GuardKind::Extractor => "extractor",
        GuardKind::Call => "call",
    };
    let on_routes = counted(found.guards.len(), "route");
    let finding = match found.gap {
        Gap::UnknownTerm(term) => {
            let unknown = term.to_string();
            let part = if unknown == name { String::new() } else { format!(", of which `{unknown}` isn't mapped") };
            Finding::new(&RULE, format!("nothing says what the {what} `{name}` demands{part} ({on_routes})"))
                .at(*first, "not mapped by the policy")
                .help(format!("say under `guards` in the policy what `{unknown}` demands, or `ignore: \"<reason>\"` if it demands nothing"))
        }
        Gap::UnknownValue { term, entry } => {
            let stated =
                context.policy.and_then(|stated| Some(stated.span(&stated.policy.guards.get(*entry)?.pattern)));
            Finding::new(
                &RULE,
                format!(
                    "what the {what} `{name}` demands hangs on a value that is known only at run time ({on_routes})"
                ),
            )
            .at(*first, format!("`{term}` has a part that can't be read"))
            .also_at(stated, "this entry needs its value")
            .help("state the value as a literal or a constant")
        }
        Gap::Circle => Finding::new(
            &RULE,
            format!("the policy's entries for the {what} `{name}` lead round in a circle ({on_routes})"),
        )
        .at(*first, "has no meaning")
        .help("let one of the entries under `guards` say what it demands without referring to the others"),
        Gap::Conditional { when, .. } => Finding::new(
            &RULE,
            format!("the {what} `{name}` is there only {when}, so it can't be counted on ({on_routes})"),
        )
        .at(*first, "restricts nothing where the condition fails")
        .help("attach it whatever the condition, or choose between routers that each have their guards"),
        Gap::UnreadableAttribute => return None,
    };
    Some(rest.iter().take(SHOWN).fold(finding, |finding, place| finding.also(*place, "also here")))
}
