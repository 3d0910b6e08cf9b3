//! Calls of methods.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::frontend::rust::axum::{self, RouterKind, RouterOperation};
use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::types::ident_text;
use crate::resolve::inventory::Condition;
use crate::resolve::join::join;
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Call, Callee, MethodRouter, Record, Router, Value};

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
        let receiver = self.receiver(environment, &call.receiver, &method);
        let arguments: Vec<Value> = call.args.iter().map(|argument| self.expression(environment, argument)).collect();
        if matches!(receiver, Value::Never) || arguments.iter().any(|argument| matches!(argument, Value::Never)) {
            return Value::Never;
        }
        let receiver = if is_unseen_router(&receiver, &method, &arguments) {
            self.new_router(RouterKind::Plain, span)
        } else {
            receiver
        };
        match &receiver {
            Value::Router(router) => {
                if let Some(operation) = axum::router_operation(&method) {
                    let router = router.clone();
                    drop(receiver);
                    return self.router_call(environment, router, operation, &arguments, &call.args, span);
                }
            }
            Value::MethodRouter(router) => {
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
                super::router::add_layers(&mut router.methods, &layers);
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
            let name = format!(
                "`{method}` isn't a method of axum's router that is known here; the routes are kept as they are"
            );
            self.note_unresolved(span, name, Some("if it adds routes or layers, they are missing from the inventory"));
            return Value::Router(router.clone());
        }
        let places = call.args.iter().map(|argument| self.span_of(environment, argument)).collect();
        self.foreign_method(receiver, method, arguments, places, span)
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
                let value = self.call_closure(closure, vec![first, Value::Unknown]);
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
    fn receiver(&mut self, environment: &mut Environment, expression: &syn::Expr, method: &str) -> Value {
        if let syn::Expr::Path(path) = expression
            && let Some(name) = path.path.get_ident()
            && method != "clone"
            && axum::router_operation(method).is_some_and(|operation| operation != RouterOperation::Document)
            && let Some(slot) = environment.get_mut(&ident_text(name))
            && matches!(slot, Value::Router(_))
        {
            return std::mem::replace(slot, Value::Unknown);
        }
        self.expression(environment, expression)
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
                Value::Router(router) => match axum::router_operation(method) {
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

    /// A method that the tree itself defines.
    pub(super) fn own_method(
        &mut self,
        environment: &mut Environment,
        receiver: &Value,
        method: &str,
        arguments: &[Value],
        place: Option<&syn::Expr>,
    ) -> Option<Value> {
        let unit = as_unit_struct(receiver);
        let receiver = unit.as_ref().unwrap_or(receiver);
        if let Value::Record(record) = receiver
            && let Some(owner) = &record.definition
        {
            let function = self.associated(owner, method)?;
            let matters = self.builders.contains(&function)
                || arguments.iter().any(Value::carries_routes)
                || gives_itself_back(&function, owner);
            if !matters {
                return None;
            }
            let owner = owner.clone();
            return Some(self.invoke(environment, &function, Some(owner), receiver, arguments, place));
        }
        let candidates = self.builders.methods(method).to_vec();
        let candidates: Vec<(Definition, Definition)> = match receiver {
            // A trait of the tree that is implemented for routers, or for everything.
            Value::Router(router) => {
                let kind = router.kind;
                candidates.into_iter().filter(|(_, owner)| self.is_for_router(owner, kind)).collect()
            }
            Value::Unknown | Value::Call(_) | Value::Path(_) => candidates
                .into_iter()
                .filter(|(function, _)| matches!(&function.item.kind, ItemKind::Function(signature) if signature.has_receiver && signature.body.is_some()))
                .collect(),
            _ => Vec::new(),
        };
        match candidates.as_slice() {
            [] => None,
            [(function, owner)] => {
                let self_type = self.self_type(owner);
                Some(self.invoke(environment, function, self_type, receiver, arguments, place))
            }
            // Dispatch that can't be known: every implementation may be the one.
            many => {
                let mut joined: Option<(Value, Vec<Condition>)> = None;
                for (function, owner) in many {
                    let self_type = self.self_type(owner);
                    let span = self.modules.span(function);
                    let text = match &self_type {
                        Some(definition) => format!("{method} is that of {}", definition.item.name),
                        None => format!("{method} is one of several"),
                    };
                    let when = vec![Condition { text, holds: true, span }];
                    let value = self.invoke(environment, function, self_type, receiver, arguments, place);
                    joined = Some(match joined {
                        None => (value, when),
                        Some((other, other_when)) => (join(other, &other_when, value, &when), Vec::new()),
                    });
                }
                joined.map(|(value, _)| value)
            }
        }
    }

    /// `Router::from(value)`: another router, or a type of the tree that says how it becomes one.
    pub(super) fn router_from(&mut self, value: Value, kind: RouterKind, span: crate::source::Span) -> Value {
        match &value {
            Value::Router(_) => self.plain(value),
            Value::Record(record) => match self.converted(record) {
                Some(router) => router,
                None => self.new_router(kind, span),
            },
            _ => self.new_router(kind, span),
        }
    }

    /// What `impl From<Type> for …` of the tree makes of a value, where that is a router.
    fn converted(&mut self, record: &Rc<Record>) -> Option<Value> {
        let definition = record.definition.as_ref()?;
        for (function, _) in self.builders.methods("from").to_vec() {
            let ItemKind::Function(signature) = &function.item.kind else { continue };
            let Some(path) = signature.parameters.first().and_then(|parameter| parameter.ty.as_path()) else {
                continue;
            };
            let resolved = self.modules.resolve(function.module, &path.names, Space::Type);
            if matches!(&resolved, Resolved::Item(from) if from == definition) {
                let argument = Value::Record(record.clone());
                let (value, _) = self.call_definition(&function, None, None, vec![argument], Rc::default());
                return matches!(value, Value::Router(_)).then_some(value);
            }
        }
        None
    }

    /// Runs a method that was kept as a name, if the receiver's type is of the tree.
    pub(super) fn follow_method(&mut self, receiver: &Value, method: &str, arguments: &[Value]) -> Option<Value> {
        let unit = as_unit_struct(receiver);
        let receiver = unit.as_ref().unwrap_or(receiver);
        let Value::Record(record) = receiver else { return None };
        let owner = record.definition.clone()?;
        let function = self.associated(&owner, method)?;
        let arguments = arguments.to_vec();
        Some(self.call_alternatives(&function, Some(owner), Some(receiver.clone()), arguments, Rc::default()).0)
    }

    fn invoke(
        &mut self,
        environment: &mut Environment,
        function: &Definition,
        self_type: Option<Definition>,
        receiver: &Value,
        arguments: &[Value],
        place: Option<&syn::Expr>,
    ) -> Value {
        let receiver = match (receiver, &self_type) {
            (Value::Unknown | Value::Call(_) | Value::Path(_), Some(definition)) => {
                Value::Record(Rc::new(crate::resolve::value::Record {
                    definition: Some(definition.clone()),
                    fields: std::collections::BTreeMap::new(),
                }))
            }
            _ => receiver.clone(),
        };
        let (value, after) = self.call_alternatives(
            function,
            self_type.or_else(|| Some(function.clone())),
            Some(receiver),
            arguments.to_vec(),
            Rc::default(),
        );
        // `&mut self` methods change what they are called on.
        if let Some(changed @ Value::Record(_)) = after.get("self") {
            let changed = changed.clone();
            if let Some(place) = place {
                self.assign(environment, place, changed);
            }
        }
        value
    }

    pub(super) fn self_type(&mut self, owner: &Definition) -> Option<Definition> {
        match &owner.item.kind {
            ItemKind::Impl { self_type, .. } => {
                let path = self_type.as_path()?;
                match self.modules.resolve(owner.module, &path.names, Space::Type) {
                    Resolved::Item(definition) => Some(definition),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn is_for_router(&mut self, owner: &Definition, kind: RouterKind) -> bool {
        match &owner.item.kind {
            ItemKind::Trait(_) => true,
            ItemKind::Impl { self_type, .. } => match self_type.as_path() {
                Some(path) => match self.modules.resolve(owner.module, &path.names, Space::Type) {
                    Resolved::External(names) => {
                        axum::router_kind(&names) == Some(kind) || names.len() == 1 && names[0].len() == 1
                    }
                    _ => false,
                },
                None => false,
            },
            _ => false,
        }
    }

    pub(super) fn method_router_call(
        &mut self,
        environment: &mut Environment,
        router: &Rc<MethodRouter>,
        method: &str,
        arguments: &[Value],
        expressions: &super::router::Arguments,
        span: crate::source::Span,
    ) -> Option<Value> {
        if let Some(function) = axum::method_function(method) {
            let mut router = MethodRouter::clone(router);
            self.add_method(&mut router, environment, &function, arguments, Some(expressions), span);
            return Some(Value::MethodRouter(Rc::new(router)));
        }
        match method {
            "layer" | "route_layer" => {
                let layers = self.layers(environment, arguments, expressions);
                let mut router = MethodRouter::clone(router);
                super::router::add_layers(&mut router.methods, &layers);
                Some(Value::MethodRouter(Rc::new(router)))
            }
            "merge" => {
                let mut router = MethodRouter::clone(router);
                if let Some(Value::MethodRouter(other)) = arguments.first().map(|other| self.force(other)) {
                    router.methods.extend(other.methods.iter().cloned());
                }
                Some(Value::MethodRouter(Rc::new(router)))
            }
            "fallback" | "fallback_service" => {
                let mut router = MethodRouter::clone(router);
                let handler = self.handler(
                    arguments.first().cloned().unwrap_or(Value::Unknown),
                    method == "fallback_service",
                    span,
                );
                router.methods.push(self.method_handler("ANY".to_owned(), handler));
                Some(Value::MethodRouter(Rc::new(router)))
            }
            // Closures that only turn a method router around (`map`) are followed, others leave it alone.
            "map" => match arguments.first() {
                Some(Value::Closure(closure)) => {
                    Some(self.call_closure(closure, vec![Value::MethodRouter(router.clone())]))
                }
                _ => None,
            },
            _ => Some(Value::MethodRouter(router.clone())),
        }
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

/// Whether a method is a step of a builder: what it is called on comes out of it.
fn gives_itself_back(function: &Definition, owner: &Definition) -> bool {
    let is_itself = |name: &str| name == "Self" || name == owner.item.name;
    matches!(&function.item.kind, ItemKind::Function(signature)
        if signature.has_receiver && signature.result.as_ref().is_some_and(|result| result.mentions(&is_itself)))
}

/// A unit struct is written as its path.
fn as_unit_struct(value: &Value) -> Option<Value> {
    let Value::Path(path) = value else { return None };
    match &path.resolved {
        Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Type) => {
            let definition = Some(definition.clone());
            Some(Value::Record(Rc::new(Record { definition, fields: BTreeMap::new() })))
        }
        _ => None,
    }
}
