//! From the routers that programs serve to routes.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use route_role_policy::Policy;
use route_role_policy::term::{Argument, Term};

use crate::frontend::rust::facts::{Attribute as FactAttribute, ItemKind};
use crate::frontend::rust::meta;
use crate::frontend::rust::{actix, axum, gotham, loco, poem, rocket as framework, rwf, salvo, tide, warp};
use crate::source::Span;

use super::behavior::{Analyst, Middleware};
use super::evaluate::{Evaluator, Sink};
use super::guards;
use super::inventory::{
    Condition, Documentation, Guard, GuardKind, Handler, HandlerKind, Inventory, Note, NoteKind, Route,
};
use super::modules::Definition;
use super::names::{Resolved, Space};
use super::value::{Callee, Document, Entry, PathValue, Value};
use super::{body_guards, declared, handlers, layer_functions, operation, rocket, security_scheme, typed_path};

/// Attributes of handlers that never restrict anything.
const NEUTRAL_ATTRIBUTES: &[&str] = &[
    "allow",
    "expect",
    "warn",
    "deny",
    "forbid",
    "inline",
    "must_use",
    "doc",
    "deprecated",
    "cold",
    "track_caller",
    "instrument",
    "debug_handler",
    "debug_middleware",
    "async_trait",
    "no_mangle",
    "rustfmt",
    "clippy",
    "cfg",
    "cfg_attr",
    "main",
    "automatically_derived",
    "skip",
    "derive",
    "autometrics",
];

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
            documentation: match &handler.documented {
                Some(operation) => Documentation::Documented(operation.clone()),
                None => documentation(&described, entry, &path, handler.operation.as_ref()),
            },
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

fn documentation(described: &Descriptions, entry: &Entry, path: &str, own: Option<&super::Operation>) -> Documentation {
    if !described.any {
        return Documentation::None;
    }
    match (described.operations.get(&(entry.method.clone(), path.to_owned())), own) {
        (Some(operation), _) => Documentation::Documented(operation.clone()),
        (None, Some(operation)) if entry.accidental => Documentation::Accidental { operation: operation.clone() },
        (None, operation) => Documentation::Undocumented { operation: operation.cloned() },
    }
}

/// A handler with all that its own definition says.
#[derive(Debug, Clone)]
struct Described {
    handler: Handler,
    guards: Vec<Arc<Guard>>,
    attribute: Option<super::inventory::Attribute>,
    operation: Option<super::Operation>,
    /// The operation that is in the API description for being a route at all.
    documented: Option<super::Operation>,
    scope_uses: Vec<super::ScopeUse>,
    behavior: Option<Arc<super::Behavior>>,
}

fn describe(
    evaluator: &mut Evaluator<'_, '_>,
    entry: &Entry,
    middleware: &[Middleware],
    policy: Option<&Policy>,
) -> Described {
    let handler = &*entry.handler;
    let bare = |name: String, kind: HandlerKind, span: Span| Described {
        handler: Handler { name, kind, span },
        guards: Vec::new(),
        attribute: None,
        operation: None,
        documented: None,
        scope_uses: Vec::new(),
        behavior: None,
    };
    let fallback_or = |kind: HandlerKind| if entry.is_fallback { HandlerKind::Fallback } else { kind };
    if handler.service {
        let name = Evaluator::service_name(&handler.value);
        let path: Vec<String> = name.split("::").map(str::to_owned).collect();
        if axum::serves_everyone(&path)
            || actix::serves_everyone(&path)
            || framework::serves_everyone(&path)
            || warp::serves_everyone(&path)
            || loco::serves_everyone(&path)
            || rwf::serves_everyone(&path)
            || gotham::serves_everyone(&path)
            || tide::serves_everyone(&path)
            || poem::serves_everyone(&path)
            || salvo::serves_everyone(&path)
        {
            return bare(name, HandlerKind::OpenService, handler.span);
        }
        evaluator.notes.insert(Note {
            kind: NoteKind::Opaque,
            message: format!("what the service `{name}` demands of a request can't be seen"),
            help: None,
            span: Some(handler.span),
        });
        return bare(name, fallback_or(HandlerKind::Service), handler.span);
    }
    let value = evaluator.handler_value(&handler.value);
    match &value {
        Value::Path(path) => {
            if let Some((definition, owner)) = evaluator.handler_function(path) {
                return describe_function(
                    evaluator,
                    path,
                    &definition,
                    owner.as_ref(),
                    fallback_or(HandlerKind::Function),
                    middleware,
                    policy,
                );
            }
            let name = guards::path_text(path);
            if matches!(&path.resolved, Resolved::External(names) if actix::is_response(names) || warp::is_reply(names) || rwf::is_default_action(names))
            {
                return bare(name, fallback_or(HandlerKind::Closure), handler.span);
            }
            evaluator.note_handler(handler.span, &name);
            bare(name, fallback_or(HandlerKind::Unknown), handler.span)
        }
        Value::Closure(closure) => {
            let mut described = bare("{closure}".to_owned(), fallback_or(HandlerKind::Closure), closure.span);
            for (ty, span) in &closure.parameters {
                let Some(ty) = ty else { continue };
                let module = closure.environment.module;
                let guards = evaluator.closure_guards(module, ty, *span);
                described.guards.extend(guards.into_iter().map(Arc::new));
            }
            described
        }
        // A response is a handler too: it demands nothing.
        Value::Text(_) | Value::Tuple(_) | Value::Int(_) => {
            bare("{response}".to_owned(), fallback_or(HandlerKind::Closure), handler.span)
        }
        _ => {
            let name = evaluator.span_text(handler.span);
            evaluator.note_handler(handler.span, &name);
            bare(name, fallback_or(HandlerKind::Unknown), handler.span)
        }
    }
}

fn describe_function(
    evaluator: &mut Evaluator<'_, '_>,
    path: &PathValue,
    definition: &Definition,
    owner: Option<&Definition>,
    kind: HandlerKind,
    middleware: &[Middleware],
    policy: Option<&Policy>,
) -> Described {
    let ItemKind::Function(signature) = &definition.item.kind else {
        unreachable!("only functions are found as handlers")
    };
    let substitution = evaluator.type_arguments(definition, owner, path);
    let mut found = Vec::new();
    let mut attribute = None;
    let mut scope_uses = Vec::new();
    let rocket = rocket::declared(evaluator.modules, definition);
    for given in &definition.item.attributes {
        if rocket::is_declaration(given, rocket.as_ref()) {
            continue;
        }
        if given.is(&["route_role"]) {
            let declared = declared::read(evaluator, definition, given, policy);
            attribute = declared.attribute;
            scope_uses = declared.scope_uses;
            found.push(declared.guard);
        } else {
            let guard = attribute_guard(evaluator, definition, given);
            // What only registers the route restricts nobody.
            let restricts = |guard: &Guard| !evaluator.own.registers(guard) || rocket::is_named(policy, guard);
            found.extend(guard.filter(restricts));
        }
    }
    for parameter in &signature.parameters {
        if let Some(rocket) = &rocket {
            let route = &rocket.route;
            found.extend(rocket::parameter_guards(evaluator, definition, route, &substitution, parameter, policy));
            continue;
        }
        // The path of the route itself.
        if typed_path::of_type(evaluator.modules, definition, &parameter.ty).is_some() {
            continue;
        }
        let guards = evaluator.parameter_guards(
            definition.module,
            &substitution,
            &parameter.ty,
            definition.text,
            parameter.extent,
        );
        found.extend(handlers::parameter_guards(evaluator, definition, parameter, guards, policy));
    }
    let name = match owner {
        Some(owner) => format!("{}::{}", guards::full_name(evaluator, owner), definition.item.name),
        None => guards::full_name(evaluator, definition),
    };
    let (behavior, checks) = behavior(evaluator, definition, owner, &substitution, middleware, policy);
    found.extend(checks);
    Described {
        handler: Handler { name, kind, span: evaluator.modules.span(definition) },
        guards: found.into_iter().map(Arc::new).collect(),
        attribute,
        operation: operation::of_handler(evaluator, definition).map(|documented| documented.operation),
        documented: security_scheme::described(evaluator, definition),
        scope_uses,
        behavior,
    }
}

/// What the handler does, itself and in what it calls, and the checks that it makes.
fn behavior(
    evaluator: &mut Evaluator<'_, '_>,
    definition: &Definition,
    owner: Option<&Definition>,
    substitution: &super::type_terms::Substitution,
    middleware: &[Middleware],
    policy: Option<&Policy>,
) -> (Option<Arc<super::Behavior>>, Vec<Guard>) {
    let mut analyst = Analyst::new(evaluator.modules, &mut evaluator.memory, policy);
    let Some(read) = analyst.handler(definition, owner, substitution, middleware) else { return (None, Vec::new()) };
    let checks = read.checks.iter().map(|check| body_guards::guard(evaluator, check)).collect();
    if evaluator.memory.only_checks {
        return (None, checks);
    }
    let (mut behavior, called) = (read.behavior, read.called);
    for called in called {
        for given in &called.function.item.attributes {
            let (guard, attribute) = if given.is(&["route_role"]) {
                let declared = declared::read(evaluator, &called.function, given, policy);
                (Some(declared.guard), declared.attribute)
            } else {
                (attribute_guard(evaluator, &called.function, given), None)
            };
            if let Some(guard) = guard {
                behavior.called_guards.push(super::CalledGuard {
                    function: called.function.item.name.clone(),
                    span: evaluator.modules.span(&called.function),
                    guard: Arc::new(guard),
                    attribute,
                    steps: called.steps.spans(),
                });
            }
        }
    }
    (Some(Arc::new(behavior)), checks)
}

/// Whether an attribute never restricts anything.
pub(super) fn is_neutral_attribute(given: &FactAttribute) -> bool {
    let names = || given.path.iter().map(String::as_str);
    names().any(|name| NEUTRAL_ATTRIBUTES.contains(&name)) || given.is(&["utoipa", "path"]) || names().eq(["path"])
}

/// An attribute that isn't known to be harmless.
fn attribute_guard(evaluator: &mut Evaluator<'_, '_>, definition: &Definition, given: &FactAttribute) -> Option<Guard> {
    if is_neutral_attribute(given) {
        return None;
    }
    // Whose attribute it is, its import says: `protect` of one crate isn't that of another.
    let origin = match evaluator.modules.resolve(definition.module, &given.path, Space::Macro) {
        Resolved::External(names) => names,
        Resolved::Item(attribute) => evaluator.modules.full_name(attribute.module, &attribute.item.name),
        Resolved::Member(..) | Resolved::Module(_) => given.path.clone(),
    };
    if actix::is_route_attribute(&origin)
        || poem::is_handler_attribute(&origin)
        || salvo::is_handler_attribute(&origin)
        || rwf::is_controller_attribute(&origin)
    {
        return None;
    }
    let source = evaluator.modules.texts.slice(definition.text, given.arguments).to_owned();
    let args: Vec<Argument> = source
        .parse()
        .map(meta::split_at_commas)
        .unwrap_or_default()
        .into_iter()
        .map(declared::term_argument)
        .collect();
    let resolved = (origin != given.path).then(|| Term { path: origin, args: args.clone() });
    Some(Guard {
        kind: GuardKind::Attribute,
        text: evaluator.attribute_text(definition, given),
        term: Term { path: given.path.clone(), args },
        expansions: resolved.into_iter().collect(),
        span: evaluator.modules.span_of(definition.text, given.extent),
        local: false,
        conditions: evaluator.attribute_conditions(definition, given),
        never_refuses: false,
    })
}

impl Evaluator<'_, '_> {
    /// The function behind a path, with the type that it belongs to.
    pub(crate) fn handler_function(&mut self, path: &PathValue) -> Option<(Definition, Option<Definition>)> {
        match &path.resolved {
            Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Function(_)) => {
                Some((definition.clone(), None))
            }
            Resolved::Member(owner, names) => {
                let [name] = names.as_slice() else { return None };
                let function = self.associated(owner, name)?;
                matches!(function.item.kind, ItemKind::Function(_)).then(|| (function, Some(owner.clone())))
            }
            _ => None,
        }
    }

    /// A function that returns a handler is run for it.
    fn handler_value(&mut self, value: &Value) -> Value {
        let value = self.forced(value);
        if let Some(method) = handlers::answering_method(self.modules, &value) {
            return method;
        }
        match value {
            Value::Choice(choices) => choices.first().map_or(Value::Unknown, |(_, value)| value.clone()),
            Value::Record(record) => record.fields.get("0").cloned().unwrap_or(Value::Record(record)),
            value => value,
        }
    }

    pub(crate) fn service_name(value: &Value) -> String {
        match value {
            Value::Call(call) => match &call.callee {
                Callee::Path(path) => guards::path_text(path),
                Callee::Method { receiver, .. } => Self::service_name(receiver),
                Callee::Macro(path) => format!("{}!", path.join("::")),
                Callee::Other => "{service}".to_owned(),
            },
            Value::Path(path) => guards::path_text(path),
            _ => "{service}".to_owned(),
        }
    }

    fn note_handler(&mut self, span: Span, name: &str) {
        self.notes.insert(Note {
            kind: NoteKind::Unresolved,
            message: format!(
                "the handler `{name}` could not be followed to a function, so what it demands isn't known"
            ),
            help: None,
            span: Some(span),
        });
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
