//! Adding scopes to an allowlist that stands in the policy.

use std::collections::BTreeSet;

use route_role_policy::file::{self, NoConstants};
use route_role_policy::policy::Assignable;
use route_role_policy::{Policy, Scope};

use super::context::{Context, PolicyInFile};
use super::fix::Fix;
use super::list::quoted;
use crate::source::Span;

/// Adds scopes behind the last one of an entry's own list. `None` if the list is somewhere else, or isn't a plain list.
pub fn grant(context: &Context<'_>, entry: &Assignable, scopes: &BTreeSet<&Scope>) -> Option<Fix> {
    let stated = context.policy?;
    let text = context.sources.text(stated.file);
    let range = own_places(&stated, entry).into_iter().max_by_key(|range| range.start)?;
    let item = text.get(range.clone())?;
    let quote = match item.chars().next()? {
        quote @ ('"' | '\'') => quote,
        // A reference, an alias or a constant is no place to add anything to.
        '{' | '*' | '&' | '!' => return None,
        _ => '"',
    };
    if item.contains('#') || scopes.iter().any(|scope| scope.as_str().contains(['"', '\'', '\\', '\n'])) {
        return None;
    }
    let line_start = text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let before = text.get(line_start..range.start)?;
    let (at, lead) = if before.trim() == "-" {
        let line_end = text.get(range.end..)?.find('\n').map_or(text.len(), |at| range.end + at);
        let (line_end, break_) = match text.get(..line_end)?.strip_suffix('\r') {
            Some(_) => (line_end - 1, "\r\n"),
            None => (line_end, "\n"),
        };
        (line_end, format!("{break_}{before}"))
    } else if matches!(before.trim_end().chars().last(), Some('[' | ',')) || before.trim().is_empty() {
        (range.end, ", ".to_owned())
    } else {
        return None;
    };
    let added: String = scopes.iter().map(|scope| format!("{lead}{quote}{scope}{quote}")).collect();
    let offset = u32::try_from(at).ok()?;
    let place = Span { file: stated.file, start: offset, end: offset };
    let edited = format!("{}{added}{}", text.get(..at)?, text.get(at..)?);
    if !says_more_only(text, &edited, &entry.name.value, scopes) {
        return None;
    }
    Some(Fix::one(format!("make {} assignable in `{}`", quoted(scopes.iter()), entry.name.value), place, added))
}

/// Whether the edited policy grants the scopes and is the same in everything else that can be counted. YAML has more ways to write a list than are told apart here.
fn says_more_only(text: &str, edited: &str, entry: &str, scopes: &BTreeSet<&Scope>) -> bool {
    let (before, after) = (file::load(text, &mut NoConstants).policy, file::load(edited, &mut NoConstants).policy);
    let counts = |policy: &Policy| {
        let granted: usize = policy.assignable.values().map(|entry| own_count(entry, policy)).sum();
        (
            policy.roles.len(),
            policy.guards.len(),
            policy.resources.len(),
            policy.assignable.len(),
            policy.scopes.len(),
            granted,
        )
    };
    let mut expected = counts(&before);
    expected.5 += scopes.len();
    let granted = after.assignable.get(entry);
    counts(&after) == expected
        && granted.is_some_and(|entry| {
            scopes.iter().all(|scope| entry.scopes.iter().any(|known| known.as_str() == scope.as_str()))
        })
}

/// How many scopes an entry has that it doesn't share with an entry that it includes.
fn own_count(entry: &Assignable, policy: &Policy) -> usize {
    let included = |scope: &str| {
        let mut others = entry.include.iter().filter_map(|name| policy.assignable.get(&name.value));
        others.any(|other| other.scopes.iter().any(|known| known.as_str() == scope))
    };
    entry.scopes.iter().filter(|scope| !included(scope.as_str())).count()
}

/// Where the scopes stand that the entry lists itself: between its name and the next entry's. What it includes stands elsewhere.
fn own_places(stated: &PolicyInFile<'_>, entry: &Assignable) -> Vec<std::ops::Range<usize>> {
    let starts = stated.policy.assignable.values().map(|other| other.name.start);
    let next = starts.filter(|start| *start > entry.name.start).min().unwrap_or(usize::MAX);
    let places = entry.scopes.iter().map(route_role_policy::Placed::range);
    places.filter(|range| range.start >= entry.name.end && range.end <= next).collect()
}
