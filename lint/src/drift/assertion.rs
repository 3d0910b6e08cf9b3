//! What a change does to the accesses that are never granted.

use std::collections::BTreeSet;

use route_role_policy::Policy;
use route_role_policy::assertion::{Assertion, NamedAccess, Proof};
use route_role_policy::lock::{Grant, Key};

use super::{Change, Snapshot};
use crate::surface::{Surface, asserted};

/// An assertion of the policy, and what breaks it.
#[derive(Debug, Clone)]
pub struct Asserted {
    /// What people call it.
    title: String,
    /// The access that is never granted.
    never: NamedAccess,
    /// The routes that grant it.
    routes: BTreeSet<Key>,
    /// What may be granted against it.
    grants: BTreeSet<Grant>,
}

/// What has become of an assertion.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AssertionChange {
    /// What happened.
    pub event: AssertionEvent,
    /// What people call it.
    pub title: String,
    /// What it says.
    pub says: String,
    /// The routes that break it now and didn't before.
    pub routes: Vec<Key>,
    /// What may be granted against it now and couldn't before.
    pub grants: Vec<Grant>,
}

/// What has become of an assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssertionEvent {
    /// It stands as it stood, and is broken where it wasn't.
    Broken,
    /// It is gone, or says less.
    Dropped,
    /// It is new, or says more.
    Added,
}

impl AssertionEvent {
    /// The word for it, in every format.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Dropped => "dropped",
            Self::Added => "added",
        }
    }
}

impl AssertionChange {
    /// Whether somebody is let in against it, or may be from now on without anybody being told.
    pub fn is_widening(&self) -> bool {
        self.event != AssertionEvent::Added
    }
}

/// Every assertion of a policy, and what of a surface breaks it. What can't be said of a route breaks nothing here: `check` says so.
pub(super) fn of_surface(surface: &Surface, policy: &Policy) -> Vec<Asserted> {
    let rows = || surface.inventory.routes.iter().zip(&surface.rows);
    let breaks = |assertion: &Assertion| -> BTreeSet<Key> {
        let broken = rows().filter(|(route, row)| {
            let breach = asserted(route, row).and_then(|route| assertion.never.breach(policy, &route));
            breach.is_some_and(|breach| breach.proof != Proof::Open)
        });
        broken.map(|(route, _)| Key::new(&route.method, &route.path)).collect()
    };
    let grants = |assertion: &Assertion| -> BTreeSet<Grant> {
        let granted = assertion.never.granted_by(policy).into_iter();
        let grant = granted.map(|(entry, scope)| Grant {
            principal: entry.principal.value.to_string(),
            level: entry.level.as_ref().map(|level| level.to_string()),
            scope: scope.as_str().to_owned(),
        });
        grant.collect()
    };
    let state = |assertion: &Assertion| Asserted {
        title: assertion.title(),
        never: assertion.never.value.clone(),
        routes: breaks(assertion),
        grants: grants(assertion),
    };
    policy.assertions.iter().map(state).collect()
}

/// What has become of the assertions. `changes` tell under which method and path a route was known before.
pub(super) fn compare(before: &Snapshot, after: &Snapshot, changes: &[Change]) -> Vec<AssertionChange> {
    let (Some(before), Some(after)) = (&before.assertions, &after.assertions) else { return Vec::new() };
    let is_covered = |one: &Asserted, by: &[Asserted]| by.iter().any(|other| other.never.covers(&one.never));
    let dropped = before.iter().filter(|one| !is_covered(one, after)).map(|one| AssertionChange {
        event: AssertionEvent::Dropped,
        title: one.title.clone(),
        says: one.never.to_string(),
        routes: Vec::new(),
        grants: Vec::new(),
    });
    let now = after.iter().filter_map(|one| {
        let says = one.never.to_string();
        let known = before.iter().find(|other| other.never.to_string() == says);
        let event = match known {
            Some(_) => AssertionEvent::Broken,
            None if is_covered(one, before) => return None,
            None => AssertionEvent::Added,
        };
        let was_broken_by = |key: &Key| known.is_some_and(|known| known.routes.contains(earlier(key, changes)));
        let was_granted = |grant: &Grant| known.is_some_and(|known| known.grants.contains(grant));
        let routes: Vec<Key> = one.routes.iter().filter(|key| !was_broken_by(key)).cloned().collect();
        let grants: Vec<Grant> = one.grants.iter().filter(|grant| !was_granted(grant)).cloned().collect();
        let is_news = event == AssertionEvent::Added || !routes.is_empty() || !grants.is_empty();
        is_news.then(|| AssertionChange { event, title: one.title.clone(), says, routes, grants })
    });
    let mut all: Vec<AssertionChange> = dropped.chain(now).collect();
    all.sort();
    all
}

/// The method and path that a route had.
fn earlier<'a>(key: &'a Key, changes: &'a [Change]) -> &'a Key {
    let pair = |change: &'a Change| Some((&change.before.as_ref()?.key, &change.after.as_ref()?.key));
    let moved = changes.iter().filter_map(pair).find(|(_, after)| *after == key);
    moved.map_or(key, |(before, _)| before)
}
