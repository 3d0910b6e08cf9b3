//! Which route of one snapshot is which of the other.

use std::collections::BTreeMap;

use super::RouteState;
use super::renaming::{plain, renamed, renamings};

/// The routes of both sides: together where they are the same route, alone where there is no other.
pub(super) type Pairs<'a> = Vec<(Option<&'a RouteState>, Option<&'a RouteState>)>;

/// What a route may have in common with another; `None` if it can't be told by that.
type Sign = fn(&RouteState) -> Option<String>;

/// What two routes must have in common to be the same, the surest first.
const SIGNS: &[(Sign, Takes)] = &[
    (|route| Some(format!("{} {} {}", route.program, route.key, route.handler)), Takes::Several),
    (|route| Some(format!("{} {}", route.program, route.key)), Takes::Several),
    (|route| Some(route.key.to_string()), Takes::One),
    (|route| Some(format!("{} {} {}", route.program, route.key.method, without_names(&route.key.path))), Takes::One),
    (|route| with_handler(route, last_segments(&route.key.path, 2)), Takes::One),
    (|route| with_handler(route, last_segments(&route.key.path, 1)), Takes::One),
    (|route| with_handler(route, String::new()), Takes::One),
];

/// Whether a sign may be shared by several routes of a side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// No: then it isn't a sign.
    One,
    /// Yes, if there are as many on the other side.
    Several,
}

/// Finds the same routes on both sides.
pub(super) fn pairs<'a>(before: &'a [RouteState], after: &'a [RouteState]) -> Pairs<'a> {
    let mut left: Vec<&RouteState> = before.iter().collect();
    let mut right: Vec<&RouteState> = after.iter().collect();
    let mut pairs = Vec::new();
    for (sign, takes) in SIGNS {
        let (by_left, by_right) = (by_sign(&left, *sign), by_sign(&right, *sign));
        let fits = |count: usize| *takes == Takes::Several || count == 1;
        let is_shared = |sign: &String| match (by_left.get(sign), by_right.get(sign)) {
            (Some(left), Some(right)) => left.len() == right.len() && fits(left.len()),
            _ => false,
        };
        for (key, left) in by_left.iter().filter(|(key, _)| is_shared(key)) {
            let right = by_right.get(key).into_iter().flatten();
            pairs.extend(left.iter().zip(right).map(|(left, right)| (Some(*left), Some(*right))));
        }
        let is_left_over = |route: &&RouteState| sign(route).is_none_or(|sign| !is_shared(&sign));
        left.retain(is_left_over);
        right.retain(is_left_over);
    }
    follow_renamings(&mut pairs, &mut left, &mut right);
    pairs.extend(left.into_iter().map(|route| (Some(route), None)));
    pairs.extend(right.into_iter().map(|route| (None, Some(route))));
    pairs
}

/// Where a prefix has another name for most routes, those whose handlers changed too are found again by it: what became of their access shall not look like one route gone and another one new.
fn follow_renamings<'a>(pairs: &mut Pairs<'a>, left: &mut Vec<&'a RouteState>, right: &mut Vec<&'a RouteState>) {
    for renaming in renamings(pairs.iter().filter_map(|(before, after)| (*before).zip(*after))) {
        left.retain(|before| {
            let Some(path) = renamed(&before.key.path, &renaming) else { return true };
            let is_same = |after: &&RouteState| after.key.method == before.key.method && plain(&after.key.path) == path;
            let Some(at) = right.iter().position(is_same) else { return true };
            pairs.push((Some(*before), Some(right.remove(at))));
            false
        });
    }
}

fn by_sign<'a>(routes: &[&'a RouteState], sign: Sign) -> BTreeMap<String, Vec<&'a RouteState>> {
    let mut by_sign: BTreeMap<String, Vec<&RouteState>> = BTreeMap::new();
    for route in routes {
        if let Some(sign) = sign(route) {
            by_sign.entry(sign).or_default().push(route);
        }
    }
    by_sign
}

/// A handler with a name of its own tells its route from others; a closure or service doesn't.
fn with_handler(route: &RouteState, more: String) -> Option<String> {
    route.handler.contains("::").then(|| format!("{} {} {more}", route.key.method, route.handler))
}

fn last_segments(path: &str, count: usize) -> String {
    let mut segments: Vec<&str> = path.rsplit('/').take(count).collect();
    segments.reverse();
    without_names(&segments.join("/"))
}

/// The path whatever its parameters are called.
pub(super) fn without_names(path: &str) -> String {
    let nameless = path.split('/').map(|segment| match segment {
        segment if segment.starts_with("{*") => "{*}",
        segment if segment.starts_with('{') => "{}",
        segment => segment,
    });
    nameless.collect::<Vec<_>>().join("/")
}
