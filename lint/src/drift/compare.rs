//! From two snapshots to what changed.

use std::collections::BTreeMap;

use route_role_policy::ScopePattern;
use route_role_policy::lock::Grant;

use super::assertion;
use super::judge::{Ranks, added, changed, removed};
use super::matching::pairs;
use super::{Change, Class, CoverageChange, Drift, LayerChange, RouteState, ScopeChange, Snapshot};

/// What changed from `before` to `after`.
pub fn compare(before: &Snapshot, after: &Snapshot) -> Drift {
    let after_routes = &after.routes;
    let ranks = Ranks::new(&before.tiers, &after.tiers);
    let mut changes: Vec<Change> = pairs(&before.routes, &after.routes)
        .into_iter()
        .filter_map(|pair| match pair {
            (Some(before), Some(after)) => changed(before, after, &ranks),
            (Some(before), None) => Some(removed(before)),
            (None, after) => after.map(|route| added(route, twin(route, before, after_routes))),
        })
        .collect();
    changes.sort_by(|left, right| order(left).cmp(&order(right)));
    let layers = layers(&changes);
    let mut scopes = scopes(before, after, true);
    scopes.extend(self::scopes(after, before, false));
    let assertions = assertion::compare(before, after, &changes);
    Drift { assertions, changes, scopes, layers, coverage: coverage(before, after) }
}

/// A route that was there before and still is, and that has the handler and the access of a new one: the same thing, mounted once more.
fn twin<'a>(route: &RouteState, before: &Snapshot, after: &'a [RouteState]) -> Option<&'a RouteState> {
    let is_same = |other: &&RouteState| {
        let what = |route: &RouteState| (route.key.method.clone(), route.handler.clone(), route.words.clone());
        route.key != other.key && route.certainty == other.certainty && what(route) == what(other)
    };
    let stayed = |other: &&RouteState| before.routes.iter().any(|known| known.key == other.key);
    // A closure or service has no name of its own.
    let has_name = route.handler.contains("::");
    after.iter().filter(|_| has_name).filter(is_same).find(stayed)
}

fn order(change: &Change) -> (Class, Option<(&route_role_policy::lock::Key, &str, &str)>) {
    let route = change.route();
    (change.class, route.map(|route| (&route.key, route.program.as_str(), route.handler.as_str())))
}

/// Guards that are gone from layers around routes that may have been opened by that.
fn layers(changes: &[Change]) -> Vec<LayerChange> {
    let mut by_guard: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for change in changes.iter().filter(|change| matches!(change.class, Class::Widened | Class::Unknown)) {
        let (Some(before), Some(after)) = (&change.before, &change.after) else { continue };
        let mut left = after.layers.clone();
        for layer in &before.layers {
            match left.iter().position(|other| other == layer) {
                Some(at) => drop(left.swap_remove(at)),
                None => by_guard.entry(layer).or_default().push(after.key.clone()),
            }
        }
    }
    let change = |(guard, mut routes): (&str, Vec<_>)| {
        routes.sort();
        routes.dedup();
        LayerChange { guard: guard.to_owned(), routes }
    };
    by_guard.into_iter().map(change).collect()
}

/// Scopes that `right` grants and `left` doesn't.
fn scopes(left: &Snapshot, right: &Snapshot, is_assignable: bool) -> Vec<ScopeChange> {
    let new = right.grants.iter().filter(|grant| !left.grants.iter().any(|known| covers(known, grant)));
    new.map(|grant| {
        let mut routes: Vec<_> = right
            .reaches
            .iter()
            .filter(|reach| covers(grant, &reach.grant) && !left.reaches.contains(reach))
            .map(|reach| reach.route.clone())
            .collect();
        routes.sort();
        routes.dedup();
        ScopeChange { is_assignable, grant: grant.clone(), routes }
    })
    .collect()
}

/// Whether who may be granted the first may be granted the second.
fn covers(known: &Grant, grant: &Grant) -> bool {
    known.principal == grant.principal
        && (known.level.is_none() || known.level == grant.level)
        && ScopePattern::new(known.scope.as_str()).covers(&grant.scope)
}

fn coverage(before: &Snapshot, after: &Snapshot) -> Vec<CoverageChange> {
    let (Some(before), Some(after)) = (&before.coverage, &after.coverage) else { return Vec::new() };
    let counts = [
        ("files that can't be parsed", before.unparsed_files, after.unparsed_files),
        ("guards whose meaning isn't known", before.unmapped_guards, after.unmapped_guards),
        ("routers, paths or handlers that can't be resolved", before.unresolved, after.unresolved),
        ("services that can't be looked into", before.opaque, after.opaque),
        ("routers that nothing mounts", before.dead_routers, after.dead_routers),
    ];
    let worse = counts.into_iter().filter(|(_, before, after)| after > before);
    worse.map(|(what, before, after)| CoverageChange { what, before, after }).collect()
}
