//! Prefixes of paths that got another name: `/api` that became `/api/v1`.

use std::collections::BTreeMap;

use super::RouteState;
use super::matching::without_names;

/// So many routes have to agree on a renaming before others are looked for by it.
const WITNESSES: usize = 3;

/// A prefix, and what it became.
type Renaming = (Vec<String>, Vec<String>);

/// The renamings that several pairs of routes show, the most frequent first.
pub(super) fn renamings<'a>(pairs: impl Iterator<Item = (&'a RouteState, &'a RouteState)>) -> Vec<Renaming> {
    let mut counts: BTreeMap<Renaming, usize> = BTreeMap::new();
    for (before, after) in pairs.filter(|(before, after)| before.key.path != after.key.path) {
        *counts.entry(renaming(&before.key.path, &after.key.path)).or_default() += 1;
    }
    let mut found: Vec<(usize, Renaming)> =
        counts.into_iter().map(|(one, count)| (count, one)).filter(|(count, _)| *count >= WITNESSES).collect();
    found.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    found.into_iter().map(|(_, renaming)| renaming).collect()
}

/// What differs in front of what two paths have in common at their ends.
fn renaming(before: &str, after: &str) -> Renaming {
    let (mut before, mut after) = (segments(before), segments(after));
    while !before.is_empty() && before.last() == after.last() {
        before.pop();
        after.pop();
    }
    (before, after)
}

/// The path that a route has after a renaming, whatever its parameters are called; `None` if it isn't about it.
pub(super) fn renamed(path: &str, (before, after): &Renaming) -> Option<String> {
    let path = segments(path);
    let rest = path.strip_prefix(before.as_slice())?;
    Some(joined(after.iter().chain(rest)))
}

/// A path as [`renamed`] writes it.
pub(super) fn plain(path: &str) -> String {
    joined(segments(path).iter())
}

fn segments(path: &str) -> Vec<String> {
    without_names(path).split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

fn joined<'a>(segments: impl Iterator<Item = &'a String>) -> String {
    segments.fold(String::new(), |path, segment| path + "/" + segment)
}
