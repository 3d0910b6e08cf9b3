//! What stands before the paths of a description.

use std::collections::BTreeMap;

use super::{Description, Template};

/// What stands before the paths of a description when they are looked for among the routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prefix {
    /// What it says of its servers, or the policy of it.
    Stated(Template),
    /// What it doesn't say, and most of its operations have in common.
    Found(Template),
}

impl Prefix {
    /// The path itself.
    pub fn template(&self) -> &Template {
        match self {
            Self::Stated(template) | Self::Found(template) => template,
        }
    }
}

/// The prefixes that operations are looked for with, the one that fits best first. `answers` says whether a route answers a method at a path, `befores` what would have to stand before it.
pub(super) fn prefixes(
    description: &Description,
    stated: Option<&str>,
    answers: impl Fn(&str, &Template) -> bool,
    befores: impl Fn(&str, &Template) -> Vec<Template>,
) -> Vec<Prefix> {
    let mut candidates: Vec<Template> = match stated {
        Some(prefix) => vec![Template::of(prefix)],
        // A proxy may take the path of the server away.
        None => description.bases.iter().map(|base| Template::of(base)).chain([Template::default()]).collect(),
    };
    let fit = |prefix: &Template| {
        let all = description.operations.iter();
        all.filter(|operation| answers(&operation.method, &operation.template.behind(prefix))).count()
    };
    // Of those that fit alike, the first one that is stated.
    candidates.sort_by_cached_key(|prefix| std::cmp::Reverse(fit(prefix)));
    let mut prefixes: Vec<Prefix> = Vec::new();
    let best = candidates.first().map_or(0, &fit);
    let half = description.operations.len() / 2;
    if stated.is_none() && best <= half {
        let mut counts: BTreeMap<Template, usize> = BTreeMap::new();
        for operation in &description.operations {
            let mut befores = befores(&operation.method, &operation.template);
            befores.sort();
            befores.dedup();
            for before in befores.into_iter().filter(|before| !before.is_empty() && before.is_literal()) {
                *counts.entry(before).or_default() += 1;
            }
        }
        // The longer one of two that fit alike would be found less often if the shorter one weren't a part of it.
        let found = counts.into_iter().max_by_key(|(prefix, count)| (*count, std::cmp::Reverse(prefix.len())));
        prefixes
            .extend(found.filter(|(_, count)| *count > best && *count > half).map(|(found, _)| Prefix::Found(found)));
    }
    prefixes.extend(candidates.into_iter().map(Prefix::Stated));
    prefixes.dedup();
    prefixes
}
