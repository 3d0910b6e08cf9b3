//! A guard that no entry of the policy knows: what it demands isn't part of the answer.
//!
//! ## What it does
//!
//! Lists every extractor, layer and attribute that may restrict routes and that the policy says nothing about, once each, with the number of routes that it stands on.
//!
//! It stays silent about types that the web framework itself brings and that only read the request.
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
use crate::surface::GuardMeaning;

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

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_name: BTreeMap<(GuardKind, String), Vec<&Guard>> = BTreeMap::new();
    for view in context.routes() {
        for (guard, meaning) in view.guards() {
            if matches!(meaning, GuardMeaning::Unmapped) {
                by_name.entry((guard.kind, guard.term.to_string())).or_default().push(guard);
            }
        }
    }
    by_name.into_iter().filter_map(|((kind, name), guards)| report(kind, &name, &guards)).collect()
}

fn report(kind: GuardKind, name: &str, guards: &[&Guard]) -> Option<Finding> {
    let mut places: Vec<_> = guards.iter().map(|guard| guard.span).collect();
    places.sort();
    places.dedup();
    let (first, rest) = places.split_first()?;
    let what = match kind {
        GuardKind::Layer => "layer",
        GuardKind::Attribute | GuardKind::RouteRole => "attribute",
        GuardKind::Extractor => "extractor",
    };
    let finding = Finding::new(
        &RULE,
        format!("nothing says what the {what} `{name}` demands ({})", counted(guards.len(), "route")),
    )
    .at(*first, "not mapped by the policy")
    .help(format!(
        "say under `guards` in the policy what `{name}` demands, or `ignore: \"<reason>\"` if it demands nothing"
    ));
    Some(rest.iter().take(SHOWN).fold(finding, |finding, place| finding.also(*place, "also here")))
}
