//! Calls of methods.

use std::rc::Rc;

use crate::frontend::rust::axum::{self, RouterKind, RouterOperation};
use crate::frontend::rust::types::ident_text;
use crate::resolve::inventory::Condition;
use crate::resolve::join::join;
use crate::resolve::value::{Call, Callee, MethodRouter, Router, Value};

use super::{Environment, Evaluator};

/// Methods that give back what they are called on, as far as routes are concerned.
const TRANSPARENT: &[&str] = &[
    "clone",
    "to_owned",
    "unwrap",
    "expect",
    "as_ref",
    "as_mut",
    "borrow",
    "borrow_mut",
    "into",
    "try_into",
    "ok",
    "unwrap_or_default",
    "boxed",
    "by_ref",
    "deref",
    "into_inner",
    "context",
    "with_context",
    "map_err",
    "as_deref",
    "cloned",
    "copied",
    "to_string",
    "as_str",
    "unwrap_or_else",
    "unwrap_or",
];

impl Evaluator<'_, '_> {
    pub(super) fn method_call(&mut self, environment: &mut Environment, call: &syn::ExprMethodCall) -> Value {
        let method = ident_text(&call.method);
        let span = self.span(environment, call.method.span());
        let receiver = self.receiver(environment, call, &method);
        let arguments: Vec<Value> = call.args.iter().map(|argument| self.expression(environment, argument)).collect();
        if matches!(receiver, Value::Never) || arguments.iter().any(|argument| matches!(argument, Value::Never)) {
            return Value::Never;
        }
        let receiver = if is_unseen_router(&receiver, &method, &arguments) {
            self.new_router(RouterKind::Plain, span)
        } else {
            receiver
        };
        let receiver = self.server_behind(environment, receiver, &method, &call.receiver);
        if let Some(value) = self.own_builder_method(environment, &receiver, &arguments, call, span) {
            return value;
        }
        if let Some(value) = self.endpoint_call(environment, &receiver, &arguments, call, span) {
            return value;
        }
        if let Some(value) = self.rwf_method(environment, &receiver, &arguments, call, span) {
            return value;
        }
        if let Some(value) = self.salvo_value_call(&receiver, &method, &arguments, span) {
            return value;
        }
        match &receiver {
            Value::Router(router) if matches!(router.kind, RouterKind::Actix(_)) => {
                if let RouterKind::Actix(kind) = router.kind
                    && let Some(value) = self.actix_call(environment, router, kind, &arguments, call, span)
                {
                    return value;
                }
            }
            Value::Router(router) if matches!(router.kind, RouterKind::Poem(_)) => {
                if let RouterKind::Poem(kind) = router.kind
                    && let Some(value) = self.poem_call(environment, router, kind, &arguments, call, span)
                {
                    return value;
                }
            }
            Value::Router(router) if matches!(router.kind, RouterKind::Loco(_)) => {
                if let Some(value) = self.loco_call(environment, router, &arguments, call, span) {
                    return value;
                }
            }
            Value::Router(router) if matches!(router.kind, RouterKind::Gotham(_)) => {
                if let Some(value) = self.gotham_method(environment, router, &arguments, call, span) {
                    return value;
                }
            }
            Value::Router(router) if matches!(router.kind, RouterKind::Tide(_)) => {
                if let Some(value) = self.tide_method(environment, router, &arguments, call, span) {
                    return value;
                }
            }
            Value::Router(router) if router.kind == RouterKind::Salvo => {
                if let Some(value) = self.salvo_call(environment, router, &arguments, call, span) {
                    return value;
                }
            }
            Value::Router(router) if router.kind == RouterKind::Rocket => {
                let router = router.clone();
                if let Some(value) = self.rocket_method(environment, router, &method, &arguments, call, span) {
                    return value;
                }
            }
            Value::Router(filter) if filter.kind == RouterKind::Warp => {
                if let Some(value) = self.warp_method(environment, filter, &method, &arguments, call, span) {
                    return value;
                }
            }
            Value::Router(router) if router.kind == RouterKind::RocketRoutes => {
                let routes = router.clone();
                if let Some(value) = self.route_list_method(environment, routes, &method, &arguments, call, span) {
                    return value;
                }
            }
            Value::Router(router) => {
                if let Some(operation) = axum::router_operation(&method, arguments.len()) {
                    let router = router.clone();
                    drop(receiver);
                    return self.router_call(environment, router, operation, &arguments, &call.args, span);
                }
            }
            Value::MethodRouter(router) => {
                if let Some(value) = self.actix_route_call(environment, router, &method, &arguments, &call.args, span) {
                    return value;
                }
                if let Some(value) = self.method_router_call(environment, router, &method, &arguments, &call.args, span)
                {
                    return value;
                }
            }
            Value::DocumentedRoutes(routes) => {
                return self.documented_routes_call(routes, &method, &arguments, call, environment);
            }
            Value::Document(document) => {
                let mut document = document.clone();
                if let Some(Value::Document(other)) = arguments.first() {
                    let merged = Rc::make_mut(&mut document);
                    merged.operations.extend(other.operations.iter().cloned());
                }
                let value = Value::Document(document);
                if matches!(method.as_str(), "merge" | "nest") {
                    self.assign(environment, &call.receiver, value.clone());
                }
                return value;
            }
            Value::List(list) => {
                if let Some(value) = self.list_of_routes(environment, list, &method, &arguments, call, span) {
                    return value;
                }
                if let Some(value) = self.stack_method(environment, list, &method, &arguments, call) {
                    return value;
                }
                if let Some(value) = self.list_method(environment, list, &method, &arguments) {
                    return value;
                }
                if let Some(more) = self.added_elements(&method, &arguments) {
                    let mut list = list.to_vec();
                    list.extend(more);
                    self.assign(environment, &call.receiver, Value::list(list));
                    return Value::Tuple(Rc::default());
                }
            }
            Value::Text(text) => {
                if let Some(value) = self.text_method(text, &method, &arguments) {
                    return value;
                }
            }
            Value::Choice(choices) => {
                return self.choice_method(environment, choices, &method, &arguments, call, span);
            }
            // A handler with a layer of its own.
            Value::Path(_) | Value::Closure(_) if method == "layer" => {
                let mut router = MethodRouter::default();
                let handler = self.handler(receiver.clone(), false, self.span_of(environment, &*call.receiver));
                router.methods.push(self.method_handler(String::new(), handler));
                let layers = self.layers(environment, &arguments, &call.args);
                super::layer::add_layers(&mut router.methods, &layers);
                return Value::MethodRouter(Rc::new(router));
            }
            _ => {}
        }
        if let ("into", Value::Record(record)) = (method.as_str(), &receiver)
            && let Some(router) = self.converted(record)
        {
            return router;
        }
        if let Some(value) = self.own_method(environment, &receiver, &method, &arguments, Some(&call.receiver)) {
            return value;
        }
        if let Value::Router(router) = &receiver {
            if TRANSPARENT.contains(&method.as_str()) {
                return receiver;
            }
            let what = match router.kind {
                RouterKind::Actix(_) => "actix-web's router",
                RouterKind::Poem(_) => "poem's router",
                RouterKind::Salvo => "salvo's router",
                RouterKind::Warp => "warp's filters",
                RouterKind::Loco(_) => "loco's routes",
                RouterKind::Gotham(_) => "gotham's router",
                RouterKind::Tide(_) => "tide's servers and routes",
                RouterKind::Rwf(_) => "rwf's handlers",
                _ => "axum's router",
            };
            let name =
                format!("`{method}` isn't a method of {what} that is known here; the routes are kept as they are");
            self.note_unresolved(span, name, Some("if it adds routes or layers, they are missing from the inventory"));
            return Value::Router(router.clone());
        }
        let places = call.args.iter().map(|argument| self.span_of(environment, argument)).collect();
        self.note_unseen_server(&receiver, &method, &arguments, span);
        self.note_lent_away(environment, &arguments, &call.args);
        self.foreign_method(environment, receiver, method, arguments, places, span)
    }

    /// What `push`, `insert` of a map and `extend` add to a collection.
    fn added_elements(&mut self, method: &str, arguments: &[Value]) -> Option<Vec<Value>> {
        match (method, arguments) {
            ("push" | "push_back", [element]) => Some(vec![element.clone()]),
            ("insert", [key, value]) => Some(vec![Value::tuple(vec![key.clone(), value.clone()])]),
            ("extend" | "append", [more]) => self.elements(more),
            _ => None,
        }
    }

    fn foreign_method(
        &mut self,
        environment: &mut Environment,
        receiver: Value,
        method: String,
        arguments: Vec<Value>,
        places: Vec<crate::source::Span>,
        span: crate::source::Span,
    ) -> Value {
        if TRANSPARENT.contains(&method.as_str()) {
            return receiver;
        }
        // Combinators of `Option` and iterators of unknown length run their closure once.
        if matches!(
            method.as_str(),
            "map"
                | "and_then"
                | "map_or"
                | "map_or_else"
                | "fold"
                | "for_each"
                | "then"
                | "inspect"
                | "spawn"
                | "scope"
        ) {
            let closures: Vec<_> = arguments
                .iter()
                .filter_map(|argument| match argument {
                    Value::Closure(closure) => Some(closure.clone()),
                    _ => None,
                })
                .collect();
            if let Some(closure) = closures.last() {
                let first = if method == "fold" {
                    arguments.first().cloned().unwrap_or(Value::Unknown)
                } else {
                    receiver.clone()
                };
                let value = self.call_closure_here(environment, closure, vec![first, Value::Unknown]);
                if value.carries_routes() {
                    return value;
                }
            }
        }
        if matches!(method.as_str(), "serve" | "serve_connection") {
            arguments.iter().for_each(|argument| self.sink(argument, true));
            return Value::Unknown;
        }
        self.unknown_call(Callee::Method { receiver, name: method }, arguments, places, span)
    }

    /// A router is moved into its methods: taking it out of its variable saves a copy of all its routes.
    fn receiver(&mut self, environment: &mut Environment, call: &syn::ExprMethodCall, method: &str) -> Value {
        let moves = |operation| !matches!(operation, RouterOperation::Document | RouterOperation::Look);
        if let syn::Expr::Path(path) = &*call.receiver
            && let Some(name) = path.path.get_ident()
            && method != "clone"
            && axum::router_operation(method, call.args.len()).is_some_and(moves)
            && let Some(slot) = environment.get_mut(&ident_text(name))
            && matches!(slot, Value::Router(router) if !matches!(router.kind, RouterKind::Tide(_)))
        {
            return std::mem::replace(slot, Value::Unknown);
        }
        self.expression(environment, &call.receiver)
    }

    fn choice_method(
        &mut self,
        environment: &mut Environment,
        choices: &Rc<Vec<(Vec<Condition>, Value)>>,
        method: &str,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: crate::source::Span,
    ) -> Value {
        let mut joined: Option<(Value, Vec<Condition>)> = None;
        for (when, value) in choices.iter() {
            let value = match value {
                Value::Text(text) => self.text_method(text, method, arguments).unwrap_or(Value::Unknown),
                Value::Router(router) if matches!(router.kind, RouterKind::Tide(_)) => {
                    let changed = self.tide_method(environment, router, arguments, call, span);
                    changed.unwrap_or_else(|| value.clone())
                }
                Value::Router(router) => match axum::router_operation(method, arguments.len()) {
                    Some(operation) => {
                        self.router_call(environment, router.clone(), operation, arguments, &call.args, span)
                    }
                    None => value.clone(),
                },
                value if TRANSPARENT.contains(&method) => value.clone(),
                value => Value::Call(Rc::new(Call {
                    callee: Callee::Method { receiver: value.clone(), name: method.to_owned() },
                    arguments: arguments.to_vec(),
                    places: Vec::new(),
                    span,
                })),
            };
            joined = Some(match joined {
                None => (value, when.clone()),
                Some((other, other_when)) => (join(other, &other_when, value, when), Vec::new()),
            });
        }
        joined.map_or(Value::Unknown, |(value, _)| value)
    }

    pub(super) fn plain(&mut self, value: Value) -> Value {
        match value {
            Value::Router(router) => {
                let mut router = Router::clone(&router);
                router.kind = RouterKind::Plain;
                router.document.clear();
                Value::Router(Rc::new(router))
            }
            other => other,
        }
    }
}

/// Whether something unknown can only be a router, since it takes routes: what is added to it isn't lost.
fn is_unseen_router(receiver: &Value, method: &str, arguments: &[Value]) -> bool {
    matches!(receiver, Value::Unknown)
        && match (method, arguments) {
            ("route" | "api_route", [_, handler]) => matches!(handler, Value::MethodRouter(_)),
            ("nest", [_, inner]) | ("merge", [inner]) => matches!(inner, Value::Router(_)),
            _ => false,
        }
}
