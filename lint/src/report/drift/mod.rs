//! What changed between two surfaces, one file per output format.

pub mod json;
pub mod markdown;
pub mod terminal;

use std::collections::BTreeMap;

use route_role_policy::lock::{Grant, Key};

use super::access::describe;
use crate::drift::{AssertionChange, AssertionEvent, Change, Class, Direction, Drift, Effect, RouteState, Sentence};
use crate::rule::engine::list::counted;
use crate::surface::Certainty;

/// Routes that changed in the same way.
struct Group<'a> {
    effects: Vec<&'a Effect>,
    before: Option<String>,
    after: Option<String>,
    changes: Vec<&'a Change>,
}

/// The routes of a class, together where the same happened to them.
fn groups(drift: &Drift, class: Class) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in drift.of(class) {
        let (before, after) = (change.before.as_ref().map(access), change.after.as_ref().map(access));
        let effects: Vec<&Effect> = change.effects.iter().filter(|effect| !effect.is_own).collect();
        let same =
            groups.iter_mut().find(|group| group.effects == effects && group.before == before && group.after == after);
        match same {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { effects, before, after, changes: vec![change] }),
        }
    }
    groups
}

/// From so many groups on, it is said first what they have in common.
const MANY_GROUPS: usize = 4;

/// What was opened in several groups of routes, and on how many routes, the most frequent first.
fn in_short<'a>(groups: &[Group<'a>]) -> Vec<(&'a Sentence, usize)> {
    let mut opened: BTreeMap<&Sentence, (usize, usize)> = BTreeMap::new();
    for group in groups.iter().filter(|_| groups.len() >= MANY_GROUPS) {
        for effect in group.effects.iter().filter(|effect| effect.direction == Direction::Opened) {
            let (groups, routes) = opened.entry(&effect.text).or_default();
            *groups += 1;
            *routes += group.changes.len();
        }
    }
    let mut common: Vec<_> = opened.into_iter().filter(|(_, (groups, _))| *groups > 1).collect();
    common.sort_by_key(|(text, (_, routes))| (std::cmp::Reverse(*routes), *text));
    common.into_iter().map(|(text, (_, routes))| (text, routes)).collect()
}

/// Who may call a route, in words. They contain names from source.
fn access(route: &RouteState) -> String {
    let access = route.access.as_ref().map_or_else(|| route.words.clone(), describe);
    match route.certainty {
        Certainty::Proven => access,
        Certainty::AtMost => format!("at most {access}"),
        Certainty::Unknown => "unknown".to_owned(),
    }
}

/// What the difference comes to; ours alone.
fn summary(drift: &Drift) -> Vec<String> {
    let of_event = |event| drift.assertions.iter().filter(|change| change.event == event).count();
    let events = [AssertionEvent::Broken, AssertionEvent::Dropped].map(|event| (of_event(event), event));
    let assignable = drift.scopes.iter().filter(|scope| scope.is_assignable).count();
    let mut parts: Vec<String> = events
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, event)| format!("{} {}", counted(count, "assertion"), event.keyword()))
        .collect();
    for class in Class::ALL {
        let count = drift.count(class);
        if count > 0 {
            parts.push(format!("{} {}", counted(count, "route"), verb(class)));
        }
        if class == Class::Widened && assignable > 0 {
            parts.push(format!("{} became assignable", counted(assignable, "scope")));
        }
    }
    let asserted = of_event(AssertionEvent::Added);
    if asserted > 0 {
        parts.push(format!("{} added", counted(asserted, "assertion")));
    }
    let withdrawn = drift.scopes.len() - assignable;
    if withdrawn > 0 {
        parts.push(format!("{} no longer assignable", counted(withdrawn, "scope")));
    }
    if !drift.coverage.is_empty() {
        parts.push("less is seen than before".to_owned());
    }
    parts
}

fn verb(class: Class) -> &'static str {
    match class {
        Class::Unknown => "changed in a way that can't be judged",
        class => class.keyword(),
    }
}

/// What a class of changes means, for people.
fn meaning(class: Class) -> &'static str {
    match class {
        Class::Widened => "Widened: more callers are let in, or are told more",
        Class::Unknown => "Unknown: whether more callers are let in can't be said",
        Class::Added => "Added",
        Class::Removed => "Removed",
        Class::Narrowed => "Narrowed: fewer callers are let in",
        Class::Moved => "Moved: the access is the same",
    }
}

/// A kind of caller, and where; ours and names of the policy.
fn grantee(grant: &Grant) -> (String, Option<&str>) {
    let kind = route_role_policy::PrincipalKind::new(grant.principal.as_str());
    (crate::drift::caller(&kind), grant.level.as_deref())
}

fn route(key: &Key) -> String {
    key.to_string()
}

/// What only this route has.
fn own(change: &Change) -> impl Iterator<Item = &Effect> {
    change.effects.iter().filter(|effect| effect.is_own)
}

/// What has become of an assertion, behind its name; ours alone.
fn fate(change: &AssertionChange) -> &'static str {
    let is_broken = !change.routes.is_empty() || !change.grants.is_empty();
    match change.event {
        AssertionEvent::Broken => "is broken by:",
        AssertionEvent::Dropped => "no longer holds: the policy doesn't say it any more, or says less",
        AssertionEvent::Added if is_broken => "is new, and broken by:",
        AssertionEvent::Added => "is new, and nothing breaks it",
    }
}

/// The title of the section about assertions.
const ASSERTIONS: &str = "Never to be granted";
