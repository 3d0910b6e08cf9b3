//! Calls in bodies that the policy knows as guards.

use std::collections::BTreeSet;

use route_role_policy::Policy;

use super::behavior::Check;
use super::evaluate::Evaluator;
use super::inventory::{Condition, Guard, GuardKind};
use super::value::Entry;

/// Names of calls that a policy may mean: functions and methods begin with a small letter, types don't.
fn named(policy: &Policy) -> impl Iterator<Item = &str> {
    let patterns = policy.guards.iter().filter_map(|entry| entry.pattern.value.last());
    patterns.filter(|name| name.starts_with(|first: char| first.is_lowercase() || first == '_'))
}

/// Whether the policy may mean calls in the bodies of handlers, so that they have to be read to know who may call what.
pub(super) fn are_named(policy: &Policy) -> bool {
    named(policy).next().is_some()
}

/// The names of the calls that are looked for in a program: those that stand around its routes are meant there.
pub(super) fn names(evaluator: &mut Evaluator<'_, '_>, entries: &[Entry], policy: Option<&Policy>) -> BTreeSet<String> {
    let mut wanted: BTreeSet<String> = policy.into_iter().flat_map(named).map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    for layer in entries.iter().flat_map(|entry| &entry.layers) {
        if wanted.is_empty() {
            break;
        }
        if seen.insert(layer.id) {
            let guard = evaluator.layer_guard(layer);
            for term in std::iter::once(&guard.term).chain(&guard.expansions) {
                wanted.remove(term.last());
            }
        }
    }
    wanted
}

/// A check as a guard.
pub(super) fn guard(evaluator: &Evaluator<'_, '_>, check: &Check) -> Guard {
    Guard {
        kind: GuardKind::Call,
        term: check.term.clone(),
        expansions: Vec::new(),
        text: evaluator.span_text(check.span),
        span: check.span,
        local: true,
        conditions: Vec::new(),
        never_refuses: false,
    }
}

/// A check that is made on some ways through the handler only, as a guard on which nobody can count.
pub(super) fn avoidable(evaluator: &Evaluator<'_, '_>, check: &Check) -> Guard {
    let condition = Condition { text: "the handler gets there".to_owned(), holds: true, span: check.span };
    Guard { conditions: vec![condition], ..guard(evaluator, check) }
}
