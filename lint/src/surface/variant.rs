//! One route that a program mounts in one way or another.

use std::collections::HashMap;

use crate::resolve::{Condition, Documentation, Inventory, Route};
use crate::source::Span;

/// The routes that only repeat another: `if prefix.is_empty() { router } else { Router::new().nest(&prefix, router) }` serves each
/// of its routes once, whatever the prefix is, and what is wrong with it is wrong once.
///
/// Both have one handler, registration and guards, exist under opposite conditions, and the path of one ends with the other's.
/// The documented one counts, or else the first.
pub(super) fn repeated(inventory: &Inventory) -> Vec<bool> {
    type Origin<'a> = (usize, &'a str, Span, Option<&'a Span>);
    let mut known: HashMap<Origin<'_>, Vec<usize>> = HashMap::new();
    let routes = &inventory.routes;
    let mut order: Vec<usize> = (0..routes.len()).filter(|index| !routes[*index].conditions.is_empty()).collect();
    order.sort_by_key(|index| !matches!(routes[*index].documentation, Documentation::Documented(_)));
    let mut repeated = vec![false; routes.len()];
    for index in order {
        let route = &routes[index];
        let origin = (route.program, route.method.as_str(), route.handler.span, route.mounts.first());
        let counted = known.entry(origin).or_default();
        match counted.iter().any(|other| is_variant(&routes[*other], route)) {
            true => repeated[index] = true,
            false => counted.push(index),
        }
    }
    repeated
}

fn is_variant(one: &Route, other: &Route) -> bool {
    let ends_alike = one.path.ends_with(&other.path) || other.path.ends_with(&one.path);
    ends_alike && one.guards == other.guards && exclude(&one.conditions, &other.conditions)
}

/// Whether no program ever meets both.
fn exclude(one: &[Condition], other: &[Condition]) -> bool {
    one.iter().any(|this| other.iter().any(|that| this.span == that.span && this.holds != that.holds))
}
