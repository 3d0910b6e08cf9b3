//! What the programs of a tree serve, described one after the other.

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::Policy;

use crate::source::Span;

use super::evaluate::{Evaluator, Sink};
use super::inventory::{Condition, Inventory, Program, Route};
use super::routes;

/// The programs that were evaluated so far, with their routes.
pub(super) struct Programs<'p> {
    policy: Option<&'p Policy>,
    inventory: Inventory,
    /// Numbers in the order of discovery.
    numbers: BTreeMap<String, usize>,
    /// What was described.
    served: BTreeSet<Registration>,
}

impl<'p> Programs<'p> {
    pub(super) fn new(policy: Option<&'p Policy>) -> Self {
        Self { policy, inventory: Inventory::default(), numbers: BTreeMap::new(), served: BTreeSet::new() }
    }

    /// Whether none of them was seen to serve anything.
    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Describes what a program served as routes, and has the evaluator let go of all that was read for it. The largest trees have many programs; the next one
    /// finds the room that this one took.
    pub(super) fn describe(&mut self, evaluator: &mut Evaluator<'_, '_>, name: impl FnOnce() -> String) {
        let (sinks, documents) = evaluator.take_served();
        self.served.extend(registrations(&sinks));
        if !sinks.is_empty() {
            let next = self.numbers.len();
            let program = *self.numbers.entry(name()).or_insert(next);
            // Functions that are run to see what a guard is haven't been run by the program.
            let evaluated = std::mem::take(&mut evaluator.evaluated);
            routes::add(evaluator, &mut self.inventory, program, &sinks, &documents, self.policy);
            evaluator.evaluated = evaluated;
        }
        drop((sinks, documents));
        evaluator.forget();
    }

    /// Whether all of these routes were described before, at the same paths and behind the same layers.
    pub(super) fn have(&self, sinks: &[Sink]) -> bool {
        registrations(sinks).all(|registration| self.served.contains(&registration))
    }

    /// The routes of all programs, both sorted by name.
    pub(super) fn into_inventory(self) -> Inventory {
        let mut inventory = self.inventory;
        let mut renumbered = vec![0; self.numbers.len()];
        for (index, (name, old)) in self.numbers.into_iter().enumerate() {
            renumbered[old] = index;
            inventory.programs.push(Program { name });
        }
        for route in &mut inventory.routes {
            route.program = renumbered[route.program];
        }
        inventory.routes.sort_by(|left, right| key(left).cmp(&key(right)));
        inventory.routes = without_repetitions(inventory.routes);
        inventory
    }
}

/// Where a route was registered, what it answers, the layers around it, and when it exists.
type Registration = (Option<Span>, String, String, Vec<Span>, Vec<Condition>);

fn registrations(sinks: &[Sink]) -> impl Iterator<Item = Registration> {
    sinks.iter().flat_map(|sink| &sink.router.entries).map(|entry| {
        let layers = entry.layers.iter().map(|layer| layer.span).collect();
        (entry.mounts.first().copied(), entry.method.clone(), entry.path.clone(), layers, entry.conditions.clone())
    })
}

/// The routes, each once; what is equal has one key, and the routes with one key follow each other.
fn without_repetitions(routes: Vec<Route>) -> Vec<Route> {
    let mut kept: Vec<Route> = Vec::with_capacity(routes.len());
    let mut group = 0;
    for route in routes {
        if kept.last().is_none_or(|last| key(last) != key(&route)) {
            group = kept.len();
        }
        if !kept[group..].iter().any(|other| is_same(other, &route)) {
            kept.push(route);
        }
    }
    kept
}

/// Whether two routes are one: a function that serves is called in several places.
fn is_same(one: &Route, other: &Route) -> bool {
    let guards = |route: &Route| -> Vec<_> {
        route
            .guards
            .iter()
            .map(|guard| (guard.kind, guard.span, guard.text.clone(), guard.conditions.clone()))
            .collect()
    };
    key(one) == key(other)
        && one.handler.span == other.handler.span
        && one.conditions == other.conditions
        && guards(one) == guards(other)
}

/// What routes are sorted by.
fn key(route: &Route) -> (usize, &str, &str, &str, &[Span]) {
    (route.program, &route.path, &route.method, &route.handler.name, &route.mounts)
}
