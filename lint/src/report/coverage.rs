//! How much of the truth a run has seen.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::resolve::GuardKind;
use crate::surface::{GuardMeaning, Surface};

/// What was read, and what was not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Source files under the root.
    pub files: usize,
    /// Files that could matter for routes and were parsed.
    pub parsed_files: usize,
    /// Files that could not be parsed.
    pub unparsed_files: usize,
    /// Programs with routes.
    pub programs: usize,
    /// Routes.
    pub routes: usize,
    /// Different guards on these routes.
    pub guards: usize,
    /// Different guards whose meaning isn't known.
    pub unmapped_guards: usize,
    /// Routers, paths or handlers that could not be resolved.
    pub unresolved: usize,
    /// Services that can't be looked into.
    pub opaque: usize,
    /// Routers that nothing mounts.
    pub dead_routers: usize,
    /// Answers of handlers that depend on an object and on who calls, and whose status isn't known.
    pub unknown_answers: usize,
}

impl Coverage {
    /// What was seen of two services together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            parsed_files: self.parsed_files + other.parsed_files,
            unparsed_files: self.unparsed_files + other.unparsed_files,
            programs: self.programs + other.programs,
            routes: self.routes + other.routes,
            guards: self.guards + other.guards,
            unmapped_guards: self.unmapped_guards + other.unmapped_guards,
            unresolved: self.unresolved + other.unresolved,
            opaque: self.opaque + other.opaque,
            dead_routers: self.dead_routers + other.dead_routers,
            unknown_answers: self.unknown_answers + other.unknown_answers,
        }
    }

    /// The coverage of a surface.
    pub fn of(surface: &Surface) -> Self {
        let read = surface.inventory.coverage;
        let mut guards = BTreeSet::new();
        let mut unmapped = BTreeSet::new();
        for (route, row) in surface.inventory.routes.iter().zip(&surface.rows) {
            for (guard, mapped) in route.guards.iter().zip(&row.guards) {
                // What a handler asks of some requests only is mapped; that it isn't asked of all of them is no gap.
                let is_avoidable = guard.kind == GuardKind::Call && !guard.conditions.is_empty();
                match mapped.meaning {
                    GuardMeaning::Unmapped if is_avoidable => guards.insert((guard.kind, &guard.term)),
                    GuardMeaning::Access { .. } => guards.insert((guard.kind, &guard.term)),
                    GuardMeaning::Unmapped => {
                        guards.insert((guard.kind, &guard.term)) | unmapped.insert((guard.kind, &guard.term))
                    }
                    GuardMeaning::Neutral => false,
                };
            }
        }
        Self {
            files: read.files,
            parsed_files: read.parsed_files,
            unparsed_files: read.unparsed_files,
            programs: surface.inventory.programs.len(),
            routes: surface.inventory.routes.len(),
            guards: guards.len(),
            unmapped_guards: unmapped.len(),
            unresolved: read.unresolved,
            opaque: read.opaque,
            dead_routers: read.dead_routers,
            unknown_answers: unknown_answers(surface),
        }
    }
}

/// Each handler counts once, however many routes it serves.
fn unknown_answers(surface: &Surface) -> usize {
    let behaviors = surface.inventory.routes.iter().filter_map(|route| {
        let behavior = route.behavior.as_deref()?;
        Some((
            (route.handler.span, route.handler.name.as_str()),
            behavior.unknown_answers + usize::from(behavior.is_cut),
        ))
    });
    behaviors.collect::<BTreeMap<_, _>>().values().sum()
}
