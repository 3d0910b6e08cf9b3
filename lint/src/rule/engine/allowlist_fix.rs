//! Adding scopes to an allowlist that stands in the policy.

use std::collections::BTreeSet;

use route_role_policy::Scope;
use route_role_policy::policy::Assignable;

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
    Some(Fix::one(format!("make {} assignable in `{}`", quoted(scopes.iter()), entry.name.value), place, added))
}

/// Where the scopes stand that the entry lists itself: between its name and the next entry's. What it includes stands elsewhere.
fn own_places(stated: &PolicyInFile<'_>, entry: &Assignable) -> Vec<std::ops::Range<usize>> {
    let starts = stated.policy.assignable.values().map(|other| other.name.start);
    let next = starts.filter(|start| *start > entry.name.start).min().unwrap_or(usize::MAX);
    let places = entry.scopes.iter().map(route_role_policy::Placed::range);
    places.filter(|range| range.start >= entry.name.end && range.end <= next).collect()
}
