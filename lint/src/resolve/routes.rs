//! From the routers that programs serve to routes.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use route_role_policy::Policy;

use crate::source::Span;

use super::described::{Described, describe};
use super::evaluate::{Evaluator, Sink};
use super::inventory::{Condition, Documentation, Guard, GuardKind, Inventory, Note, NoteKind, Route};
use super::value::{Document, Entry};
use super::{body_guards, layer_functions, rocket};

/// Adds what one program serves.
pub(crate) fn add(
    evaluator: &mut Evaluator<'_, '_>,
    inventory: &mut Inventory,
    program: usize,
    sinks: &[Sink],
    documents: &[Rc<Document>],
    policy: Option<&Policy>,
) {
    let described = described(documents);
    let entries = entries(sinks);
    evaluator.memory.checks = body_guards::names(evaluator, &entries, policy);
    evaluator.memory.is_off = evaluator.memory.only_checks && evaluator.memory.checks.is_empty();
    let mut handlers: BTreeMap<(usize, Vec<usize>), Described> = BTreeMap::new();
    let mut middleware = layer_functions::Known::default();
    let mut layers: BTreeMap<(usize, &[Condition]), Option<Arc<Guard>>> = BTreeMap::new();
    for entry in &entries {
        let (ids, middleware) = middleware.around(evaluator, entry, policy);
        let key = (Rc::as_ptr(&entry.handler) as usize, ids);
        let handler = match handlers.get(&key) {
            Some(known) => known.clone(),
            None => {
                let mut described = describe(evaluator, entry, &middleware, policy);
                if entry.answer.is_some() || entry.bare_parameters {
                    // What warp's filters give a handler, they checked before; every handler of gotham, rwf and tide gets the same.
                    described.guards.retain(|guard| guard.kind != GuardKind::Extractor);
                }
                handlers.insert(key, described.clone());
                described
            }
        };
        let mut guards: Vec<Arc<Guard>> = Vec::new();
        for layer in entry.layers.iter().rev() {
            let key = (layer.id, layer.conditions.as_slice());
            let guard = layers.entry(key).or_insert_with(|| {
                let guard = evaluator.layer_guard(layer);
                (!layer.is_passive || rocket::is_named(policy, &guard)).then(|| Arc::new(guard))
            });
            guards.extend(guard.clone());
        }
        guards.extend(handler.guards.iter().cloned());
        let path = if entry.path.is_empty() { "/".to_owned() } else { entry.path.clone() };
        inventory.routes.push(Route {
            program,
            documentation: documentation(&described, entry, &path, &handler),
            method: entry.method.clone(),
            path,
            handler: handler.handler,
            guards,
            attribute: handler.attribute,
            mounts: entry.mounts.clone(),
            conditions: entry.conditions.clone(),
            matching: entry.matching,
            scope_uses: handler.scope_uses,
            behavior: handler.behavior,
        });
    }
}

/// Every registration as it leaves last, and rather to a server than into the unknown.
///
/// A router that is mounted twice leaves with two entries of one registration, which are two routes.
fn entries(sinks: &[Sink]) -> Vec<Entry> {
    let mut found: BTreeMap<usize, (Finality, Vec<Entry>)> = BTreeMap::new();
    for sink in sinks {
        let mut leaving: BTreeMap<usize, (Finality, Vec<Entry>)> = BTreeMap::new();
        for entry in &sink.router.entries {
            let finality = (sink.serves, entry.mounts.len(), entry.layers.len());
            let (known, entries) = leaving.entry(entry.id).or_default();
            *known = finality.max(*known);
            entries.push(entry.clone());
        }
        for (id, (finality, entries)) in leaving {
            if found.get(&id).is_none_or(|(known, _)| finality >= *known) {
                found.insert(id, (finality, entries));
            }
        }
    }
    found.into_values().flat_map(|(_, entries)| entries).collect()
}

/// Whether an entry goes to a server, and how much was done to it: its mounts and layers.
type Finality = (bool, usize, usize);

struct Descriptions {
    any: bool,
    operations: BTreeMap<(String, String), super::Operation>,
}

fn described(documents: &[Rc<Document>]) -> Descriptions {
    let mut operations = BTreeMap::new();
    for document in documents {
        for documented in &document.operations {
            for method in &documented.methods {
                let mut operation = documented.operation.clone();
                operation.default_security = operation.default_security.or_else(|| document.default_security.clone());
                operations.entry((method.clone(), documented.path.clone())).or_insert(operation);
            }
        }
    }
    Descriptions { any: !operations.is_empty(), operations }
}

fn documentation(described: &Descriptions, entry: &Entry, path: &str, handler: &Described) -> Documentation {
    if let Some(operation) = &handler.documented {
        return Documentation::Documented(operation.clone());
    }
    if !described.any {
        return Documentation::None;
    }
    match (described.operations.get(&(entry.method.clone(), path.to_owned())), &handler.operation) {
        (Some(operation), _) => Documentation::Documented(operation.clone()),
        (None, Some(operation)) if entry.accidental => Documentation::Accidental { operation: operation.clone() },
        (None, operation) => Documentation::Undocumented { operation: operation.clone() },
    }
}

/// Routers that were filled and never served.
pub(crate) fn note_dead(evaluator: &mut Evaluator<'_, '_>, inventory: &Inventory) {
    let live: BTreeSet<Span> = inventory.routes.iter().filter_map(|route| route.mounts.first().copied()).collect();
    let mut dead: BTreeMap<Span, usize> = BTreeMap::new();
    for (router, registration) in evaluator.registrations() {
        if live.contains(&registration) {
            dead.remove(&router);
        } else {
            *dead.entry(router).or_default() += 1;
        }
    }
    let alive: BTreeSet<Span> = evaluator
        .registrations()
        .into_iter()
        .filter(|(_, registration)| live.contains(registration))
        .map(|(router, _)| router)
        .collect();
    for (span, _) in dead.into_iter().filter(|(span, _)| !alive.contains(span)) {
        evaluator.notes.insert(Note {
            kind: NoteKind::DeadRouter,
            message: "nothing mounts this router, so its routes aren't served".to_owned(),
            help: Some("merge or nest it where it belongs, or delete it".to_owned()),
            span: Some(span),
        });
    }
}
