//! What the code that answers a route says itself: its parameters, its attributes, and what it does.

use std::sync::Arc;

use route_role_policy::Policy;
use route_role_policy::term::{Argument, Term};

use crate::frontend::rust::facts::{Attribute as FactAttribute, ItemKind};
use crate::frontend::rust::meta;
use crate::frontend::rust::{actix, axum, gotham, loco, poem, rocket as framework, rwf, salvo, tide, warp};
use crate::source::Span;

use super::behavior::{Analyst, Middleware};
use super::evaluate::Evaluator;
use super::inventory::{Guard, GuardKind, Handler, HandlerKind, Note, NoteKind};
use super::modules::Definition;
use super::names::{Resolved, Space};
use super::value::{Callee, Entry, PathValue, Value};
use super::{body_guards, declared, guards, handlers, operation, rocket, security_scheme, typed_path};

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

/// A handler with all that its own definition says.
#[derive(Debug, Clone)]
pub(super) struct Described {
    pub(super) handler: Handler,
    pub(super) guards: Vec<Arc<Guard>>,
    pub(super) attribute: Option<super::inventory::Attribute>,
    pub(super) operation: Option<super::Operation>,
    /// The operation that is in the API description for being a route at all.
    pub(super) documented: Option<super::Operation>,
    pub(super) scope_uses: Vec<super::ScopeUse>,
    pub(super) behavior: Option<Arc<super::Behavior>>,
}

pub(super) fn describe(
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
    let mut checks: Vec<Guard> = read.checks.iter().map(|check| body_guards::guard(evaluator, check)).collect();
    checks.extend(read.avoidable.iter().map(|check| body_guards::avoidable(evaluator, check)));
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

/// Whether an attribute never restricts anything.
pub(super) fn is_neutral_attribute(given: &FactAttribute) -> bool {
    let names = || given.path.iter().map(String::as_str);
    names().any(|name| NEUTRAL_ATTRIBUTES.contains(&name)) || given.is(&["utoipa", "path"]) || names().eq(["path"])
}

impl Evaluator<'_, '_> {
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
}
