//! What changed, for programs. The schema is the contract; a test checks real output against it.

use std::io::{self, Write};

use route_role_policy::lock::{Grant, Key};
use serde::Serialize;

use super::access;
use crate::drift::{AssertionChange, Change, Class, Direction, Drift, Effect, RouteState};

/// The version of the document.
const VERSION: u32 = 1;

/// The JSON Schema of what `diff --format json` prints.
pub const SCHEMA: &str = include_str!("../schema/drift.schema.json");

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    widened: bool,
    counts: Counts,
    assertions: Vec<AssertionView<'a>>,
    changes: Vec<ChangeView<'a>>,
    scopes: Vec<ScopeView<'a>>,
    layers: Vec<LayerView<'a>>,
    coverage: Vec<CoverageView>,
}

#[derive(Serialize)]
struct Counts {
    widened: usize,
    unknown: usize,
    added: usize,
    removed: usize,
    narrowed: usize,
    moved: usize,
}

#[derive(Serialize)]
struct AssertionView<'a> {
    change: &'static str,
    name: &'a str,
    says: &'a str,
    routes: Vec<RouteView<'a>>,
    grants: Vec<GrantView<'a>>,
}

#[derive(Serialize)]
struct GrantView<'a> {
    scope: &'a str,
    principal: &'a str,
    level: Option<&'a str>,
}

#[derive(Serialize)]
struct ChangeView<'a> {
    class: &'static str,
    effects: Vec<EffectView>,
    before: Option<StateView<'a>>,
    after: Option<StateView<'a>>,
}

#[derive(Serialize)]
struct EffectView {
    direction: &'static str,
    text: String,
}

#[derive(Serialize)]
struct StateView<'a> {
    program: &'a str,
    method: &'a str,
    path: &'a str,
    handler: &'a str,
    file: Option<&'a str>,
    access: String,
    certainty: &'static str,
    denial: Option<&'static str>,
    documented: Option<bool>,
    unmapped_guards: &'a [String],
}

#[derive(Serialize)]
struct ScopeView<'a> {
    change: &'static str,
    scope: &'a str,
    principal: &'a str,
    level: Option<&'a str>,
    routes: Vec<RouteView<'a>>,
}

#[derive(Serialize)]
struct LayerView<'a> {
    guard: &'a str,
    routes: Vec<RouteView<'a>>,
}

#[derive(Serialize)]
struct RouteView<'a> {
    method: &'a str,
    path: &'a str,
}

#[derive(Serialize)]
struct CoverageView {
    what: &'static str,
    before: usize,
    after: usize,
}

/// Writes what changed.
pub fn write(out: &mut dyn Write, drift: &Drift) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        widened: drift.is_widened(),
        counts: Counts {
            widened: drift.count(Class::Widened),
            unknown: drift.count(Class::Unknown),
            added: drift.count(Class::Added),
            removed: drift.count(Class::Removed),
            narrowed: drift.count(Class::Narrowed),
            moved: drift.count(Class::Moved),
        },
        assertions: drift.assertions.iter().map(AssertionView::of).collect(),
        changes: drift.changes.iter().map(ChangeView::of).collect(),
        scopes: drift
            .scopes
            .iter()
            .map(|change| ScopeView {
                change: if change.is_assignable { "assignable" } else { "withdrawn" },
                scope: &change.grant.scope,
                principal: &change.grant.principal,
                level: change.grant.level.as_deref(),
                routes: routes(&change.routes),
            })
            .collect(),
        layers: drift
            .layers
            .iter()
            .map(|layer| LayerView { guard: &layer.guard, routes: routes(&layer.routes) })
            .collect(),
        coverage: drift
            .coverage
            .iter()
            .map(|change| CoverageView { what: change.what, before: change.before, after: change.after })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    writeln!(out)
}

fn routes(keys: &[Key]) -> Vec<RouteView<'_>> {
    keys.iter().map(|key| RouteView { method: &key.method, path: &key.path }).collect()
}

impl<'a> AssertionView<'a> {
    fn of(change: &'a AssertionChange) -> Self {
        let grant = |grant: &'a Grant| GrantView {
            scope: &grant.scope,
            principal: &grant.principal,
            level: grant.level.as_deref(),
        };
        Self {
            change: change.event.keyword(),
            name: &change.title,
            says: &change.says,
            routes: routes(&change.routes),
            grants: change.grants.iter().map(grant).collect(),
        }
    }
}

impl<'a> ChangeView<'a> {
    fn of(change: &'a Change) -> Self {
        Self {
            class: change.class.keyword(),
            effects: change.effects.iter().map(EffectView::of).collect(),
            before: change.before.as_ref().map(StateView::of),
            after: change.after.as_ref().map(StateView::of),
        }
    }
}

impl EffectView {
    fn of(effect: &Effect) -> Self {
        Self {
            direction: match effect.direction {
                Direction::Opened => "opened",
                Direction::Unsure => "unsure",
                Direction::Closed => "closed",
                Direction::Neutral => "neutral",
            },
            text: effect.text.to_string(),
        }
    }
}

impl<'a> StateView<'a> {
    fn of(route: &'a RouteState) -> Self {
        Self {
            program: &route.program,
            method: &route.key.method,
            path: &route.key.path,
            handler: &route.handler,
            file: route.file.as_deref(),
            access: access(route),
            certainty: match route.certainty {
                crate::surface::Certainty::Proven => "proven",
                crate::surface::Certainty::AtMost => "at_most",
                crate::surface::Certainty::Unknown => "unknown",
            },
            denial: route.denial.map(route_role_policy::Denial::keyword),
            documented: route.documented,
            unmapped_guards: &route.unmapped,
        }
    }
}
