//! What changed, for programs. The schema is the contract; a test checks real output against it.

use std::io::{self, Write};

use route_role_policy::lock::{Grant, Key};
use serde::Serialize;

use super::access;
use crate::drift::{
    AssertionChange, Change, Class, CoverageChange, Direction, Drift, Effect, LayerChange, RouteState, ScopeChange,
    ServiceDrift,
};

/// The version of the document.
const VERSION: u32 = 1;

/// The JSON Schema of what `diff --format json` prints.
pub const SCHEMA: &str = include_str!("../schema/drift.schema.json");

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    services: Vec<ServiceView<'a>>,
    widened: bool,
    counts: Counts,
    assertions: Vec<OfService<'a, AssertionView<'a>>>,
    changes: Vec<OfService<'a, ChangeView<'a>>>,
    scopes: Vec<OfService<'a, ScopeView<'a>>>,
    layers: Vec<OfService<'a, LayerView<'a>>>,
    coverage: Vec<OfService<'a, CoverageView>>,
}

/// One of several services.
#[derive(Serialize)]
struct ServiceView<'a> {
    service: &'a str,
    change: Option<&'static str>,
}

/// Something that changed in a service, which is named where there are several.
#[derive(Serialize)]
struct OfService<'a, V> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(flatten)]
    view: V,
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

/// Writes what changed. What is counted is counted over all services.
pub fn write(out: &mut dyn Write, all: &[ServiceDrift]) -> io::Result<()> {
    let count = |class| all.iter().map(|one| one.drift.count(class)).sum();
    let document = Document {
        version: VERSION,
        services: all.iter().filter_map(ServiceView::of).collect(),
        widened: all.iter().any(|one| one.drift.is_widened()),
        counts: Counts {
            widened: count(Class::Widened),
            unknown: count(Class::Unknown),
            added: count(Class::Added),
            removed: count(Class::Removed),
            narrowed: count(Class::Narrowed),
            moved: count(Class::Moved),
        },
        assertions: each(all, |drift| &drift.assertions, AssertionView::of),
        changes: each(all, |drift| &drift.changes, ChangeView::of),
        scopes: each(all, |drift| &drift.scopes, ScopeView::of),
        layers: each(all, |drift| &drift.layers, LayerView::of),
        coverage: each(all, |drift| &drift.coverage, CoverageView::of),
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    writeln!(out)
}

/// The views of one kind of change in all services, each with its service.
fn each<'a, T: 'a, V>(
    all: &'a [ServiceDrift],
    list: impl Fn(&'a Drift) -> &'a [T],
    view: impl Fn(&'a T) -> V,
) -> Vec<OfService<'a, V>> {
    let of_service = |one: &'a ServiceDrift| {
        let service = one.service.as_deref();
        list(&one.drift).iter().map(|item| OfService { service, view: view(item) }).collect::<Vec<_>>()
    };
    all.iter().flat_map(of_service).collect()
}

fn routes(keys: &[Key]) -> Vec<RouteView<'_>> {
    keys.iter().map(|key| RouteView { method: &key.method, path: &key.path }).collect()
}

impl<'a> ServiceView<'a> {
    fn of(one: &'a ServiceDrift) -> Option<Self> {
        Some(Self { service: one.service.as_deref()?, change: one.fate.keyword() })
    }
}

impl<'a> ScopeView<'a> {
    fn of(change: &'a ScopeChange) -> Self {
        Self {
            change: if change.is_assignable { "assignable" } else { "withdrawn" },
            scope: &change.grant.scope,
            principal: &change.grant.principal,
            level: change.grant.level.as_deref(),
            routes: routes(&change.routes),
        }
    }
}

impl<'a> LayerView<'a> {
    fn of(layer: &'a LayerChange) -> Self {
        Self { guard: &layer.guard, routes: routes(&layer.routes) }
    }
}

impl CoverageView {
    fn of(change: &CoverageChange) -> Self {
        Self { what: change.what, before: change.before, after: change.after }
    }
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
