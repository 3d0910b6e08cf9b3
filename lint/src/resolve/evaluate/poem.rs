//! poem's routes: what the methods of `Route`, `RouteDomain`, `RouteScheme` and of any endpoint do.

use std::rc::Rc;

use crate::frontend::rust::axum::{RouterKind, RoutingFunction};
use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::poem::{self, Around, Function, Kind, Operation};
use crate::frontend::rust::types::ident_text;
use crate::resolve::handlers;
use crate::resolve::inventory::{Condition, Matching, Note, NoteKind};
use crate::resolve::modules::Definition;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Call, Callee, Entry, Layer, MethodHandler, MethodRouter, PathValue, Router, Value};
use crate::source::Span;

use super::router::Arguments;
use super::{Environment, Evaluator};

/// Everything below a prefix.
const EVERYTHING: &str = "/{*rest}";

/// What answers at or below a path.
enum Endpoint {
    Routes(Rc<Router>),
    Methods(Vec<MethodHandler>),
}

impl Evaluator<'_, '_> {
    /// What a function of poem gives; `None` for any other function.
    pub(super) fn poem_function(
        &mut self,
        environment: &Environment,
        names: &[String],
        arguments: &[Value],
        call: Option<&syn::ExprCall>,
        span: Span,
    ) -> Option<Value> {
        Some(match poem::function(names)? {
            Function::Router(Kind::Service) => self.api_service(arguments, span),
            Function::Router(kind) => self.new_router(RouterKind::Poem(kind), span),
            Function::Methods => Value::MethodRouter(Rc::default()),
            Function::Method { method } => {
                let function = RoutingFunction::Method { method, service: false };
                let mut router = MethodRouter::default();
                let expressions = call.map(|call| &call.args);
                self.add_method(&mut router, environment, &function, arguments, expressions, span);
                Value::MethodRouter(Rc::new(router))
            }
            Function::Make => arguments.first().cloned().unwrap_or(Value::Unknown),
        })
    }

    /// A method of what gathers routes; `None` if it isn't one of poem's own.
    pub(super) fn poem_call(
        &mut self,
        environment: &mut Environment,
        router: &Rc<Router>,
        kind: Kind,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let name = ident_text(&call.method);
        let mut router = router.clone();
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Unknown);
        let place = self.argument_span(environment, &call.args, 1, span);
        match poem::operation(kind, &name) {
            Some(Operation::At) if kind == Kind::Domain => {
                let host = self.forced(&argument(0));
                let when = Condition { text: format!("host = {}", self.text_of(&host)), holds: true, span };
                let endpoints = self.endpoints(&argument(1), place);
                self.mount_when(Rc::make_mut(&mut router), &when, endpoints, span);
            }
            Some(Operation::At) => {
                let endpoints = self.endpoints(&argument(1), place);
                for (when, path) in self.paths_as(&argument(0), span, poem::template) {
                    for (more, endpoint) in &endpoints {
                        let conditions = [when.as_slice(), more].concat();
                        match endpoint {
                            Endpoint::Methods(methods) => {
                                self.add_entries(Rc::make_mut(&mut router), &path, methods, &conditions, span);
                            }
                            // It sees the whole path, so of its own routes only one can be asked for.
                            Endpoint::Routes(inner) => {
                                let mut inner = Router::clone(inner);
                                inner.entries.retain(|entry| entry.path == path);
                                self.nest_endpoint(Rc::make_mut(&mut router), "/", &inner, &conditions, span);
                            }
                        }
                    }
                }
            }
            Some(Operation::Nest { strips }) => {
                let endpoints = self.endpoints(&argument(1), place);
                for (when, prefix) in self.paths_as(&argument(0), span, poem::template) {
                    for (more, endpoint) in &endpoints {
                        let conditions = [when.as_slice(), more].concat();
                        let router = Rc::make_mut(&mut router);
                        match endpoint {
                            Endpoint::Methods(methods) => {
                                for path in below(&prefix, methods) {
                                    self.add_entries(router, &path, methods, &conditions, span);
                                }
                            }
                            Endpoint::Routes(inner) if strips => {
                                self.nest_endpoint(router, &prefix, inner, &conditions, span);
                            }
                            Endpoint::Routes(inner) => {
                                let mut inner = Router::clone(inner);
                                let all = std::mem::take(&mut inner.entries);
                                let (inside, outside): (Vec<_>, Vec<_>) =
                                    all.into_iter().partition(|entry| is_below(&entry.path, &prefix));
                                inner.entries = inside;
                                self.nest_endpoint(router, "/", &inner, &conditions, span);
                                outside.iter().for_each(|entry| self.note_outside(entry, &prefix, span));
                            }
                        }
                    }
                }
            }
            Some(Operation::Scheme) => {
                let when = Condition { text: format!("scheme = {name}"), holds: true, span };
                let last = arguments.last().cloned().unwrap_or(Value::Unknown);
                let endpoints = self.endpoints(&last, place);
                self.mount_when(Rc::make_mut(&mut router), &when, endpoints, span);
            }
            Some(Operation::Description) => {
                let names = ["poem_openapi", "OpenApiService", name.as_str()].map(str::to_owned).to_vec();
                let resolved = Resolved::External(names);
                let module = environment.module;
                let page = Rc::new(PathValue { resolved, generics: Vec::new(), module, span });
                let callee = Callee::Path(page);
                return Some(Value::Call(Rc::new(Call { callee, arguments: Vec::new(), places: Vec::new(), span })));
            }
            Some(Operation::Look) => return Some(Value::Unknown),
            None if kind == Kind::Service && poem::describes(&name) => {}
            None => match poem::around(&name)? {
                Around::Keep => {}
                Around::Layer | Around::LayerIf => {
                    let layers = self.middleware(environment, &name, arguments, &call.args);
                    for entry in &mut Rc::make_mut(&mut router).entries {
                        entry.layers.extend(layers.iter().rev().cloned());
                    }
                }
            },
        }
        Some(Value::Router(router))
    }

    /// A method of a single endpoint: a handler, a service, a `RouteMethod`. `None` if what it is called on isn't one of poem's, or if
    /// it is no method of theirs.
    pub(super) fn endpoint_call(
        &mut self,
        environment: &Environment,
        receiver: &Value,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let name = ident_text(&call.method);
        if let Value::MethodRouter(router) = receiver
            && name == "method"
            && let [method, endpoint] = arguments
        {
            let place = self.argument_span(environment, &call.args, 1, span);
            let demands = self.method_demand(method, span);
            let mut router = MethodRouter::clone(router);
            for mut added in self.single_endpoint(endpoint.clone(), place) {
                added.method = demands.methods.as_ref().and_then(|methods| methods.first().cloned())?;
                router.methods.push(added);
            }
            return Some(Value::MethodRouter(Rc::new(router)));
        }
        if self.runs_server(receiver, &name) {
            arguments.iter().for_each(|argument| self.sink(argument, true));
            return Some(Value::Unknown);
        }
        let operation = poem::around(&name)?;
        let place = self.span_of(environment, &*call.receiver);
        let mut methods = match receiver {
            Value::MethodRouter(router) if operation != Around::Keep => router.methods.clone(),
            receiver => {
                let receiver = self.poem_endpoint(receiver, operation)?;
                match receiver {
                    Value::MethodRouter(router) => router.methods.clone(),
                    Value::Router(router) => {
                        let RouterKind::Poem(kind) = router.kind else { return None };
                        return self.poem_call(&mut environment.clone(), &router, kind, arguments, call, span);
                    }
                    endpoint => self.single_endpoint(endpoint, place),
                }
            }
        };
        if operation != Around::Keep {
            let layers = self.middleware(environment, &name, arguments, &call.args);
            super::layer::add_layers(&mut methods, &layers);
        }
        Some(Value::MethodRouter(Rc::new(MethodRouter { methods })))
    }

    /// What a value is as an endpoint of poem's, if it is one. Only where a layer is put around it, a function is run for it.
    fn poem_endpoint(&mut self, value: &Value, operation: Around) -> Option<Value> {
        match value {
            Value::Path(path) => match &path.resolved {
                Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Function(_)) => {
                    let definition = definition.clone();
                    handlers::is_marked(self.modules, &definition, poem::is_handler_attribute).then(|| value.clone())
                }
                _ => handlers::answering_method(self.modules, value),
            },
            Value::Record(_) => handlers::answering_method(self.modules, value),
            Value::Call(_) if operation != Around::Keep => {
                if let Some(names) = made_by(value) {
                    return poem::is_endpoint(names).then(|| value.clone());
                }
                let made = self.forced(value);
                match &made {
                    Value::MethodRouter(_) => Some(made),
                    Value::Router(router) if matches!(router.kind, RouterKind::Poem(_)) => Some(made),
                    Value::Path(_) | Value::Record(_) => self.poem_endpoint(&made, operation),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a call runs poem's server: `Server::new(listener).run(app)`.
    fn runs_server(&self, receiver: &Value, name: &str) -> bool {
        matches!(name, "run" | "run_with_graceful_shutdown")
            && made_by(receiver).is_some_and(|names| {
                poem::is_endpoint(names) && names.iter().rev().nth(1).is_some_and(|owner| owner == "Server")
            })
    }

    /// The layers that a method of an endpoint puts around it, from the outermost in.
    fn middleware(
        &mut self,
        environment: &Environment,
        name: &str,
        arguments: &[Value],
        expressions: &Arguments,
    ) -> Vec<Rc<Layer>> {
        if poem::around(name) != Some(Around::LayerIf) {
            let mut layers = self.layers(environment, arguments, expressions);
            for layer in layers.iter_mut().filter(|layer| matches!(layer.value, Value::Closure(_))) {
                let around = self.function_around(environment, layer.span);
                Rc::make_mut(layer).wrapper = around;
            }
            return layers;
        }
        let ([enabled, rest @ ..], Some(written)) = (arguments, expressions.first()) else { return Vec::new() };
        let span = self.span_of(environment, written);
        let mut layers = self.layers(environment, rest, &expressions.iter().skip(1).cloned().collect());
        match enabled {
            Value::Bool(true) => {}
            Value::Bool(false) => layers.clear(),
            _ => {
                let when = Condition { text: self.span_text(span), holds: true, span };
                layers.iter_mut().for_each(|layer| Rc::make_mut(layer).conditions.insert(0, when.clone()));
            }
        }
        layers
    }

    /// The function in which a closure is written: the only name that a closure has.
    fn function_around(&self, environment: &Environment, span: Span) -> Option<Value> {
        let module = self.modules.module(environment.module);
        let contains = |definition: &Definition| match &definition.item.kind {
            ItemKind::Function(signature) => signature.body.is_some_and(|body| {
                let body = self.modules.span_of(definition.text, body);
                body.file == span.file && body.start <= span.start && span.end <= body.end
            }),
            _ => false,
        };
        let members = module.definitions.iter().flat_map(|definition| match &definition.item.kind {
            ItemKind::Impl { items, .. } => {
                items.iter().map(|item| Definition { item: item.clone(), ..definition.clone() }).collect()
            }
            _ => vec![definition.clone()],
        });
        let function = members.into_iter().find(contains)?;
        let module = function.module;
        Some(Value::Path(Rc::new(PathValue { resolved: Resolved::Item(function), generics: Vec::new(), module, span })))
    }

    /// What a value answers requests with.
    fn endpoints(&mut self, value: &Value, place: Span) -> Vec<(Vec<Condition>, Endpoint)> {
        match self.forced(value) {
            Value::Router(router) => vec![(Vec::new(), Endpoint::Routes(router))],
            Value::MethodRouter(router) => vec![(Vec::new(), Endpoint::Methods(router.methods.clone()))],
            Value::Choice(choices) => choices
                .iter()
                .flat_map(|(when, value)| {
                    let endpoints = self.endpoints(value, place);
                    endpoints
                        .into_iter()
                        .map(|(more, endpoint)| ([when.as_slice(), &more].concat(), endpoint))
                        .collect::<Vec<_>>()
                })
                .collect(),
            Value::Never => Vec::new(),
            value => vec![(Vec::new(), Endpoint::Methods(self.single_endpoint(value, place)))],
        }
    }

    /// An endpoint that answers every method.
    fn single_endpoint(&mut self, value: Value, place: Span) -> Vec<MethodHandler> {
        if let Value::MethodRouter(router) = &value {
            return router.methods.clone();
        }
        let is_service = matches!(value, Value::Call(_));
        let path = service_path(&value);
        // Files are only read; a description is an answer to anything.
        let is_file = is_service && poem::serves_everyone(&path) && poem::pages(&path).is_none();
        let handler = self.handler(value, is_service, place);
        vec![self.method_handler(if is_file { "GET" } else { "ANY" }.to_owned(), handler)]
    }

    /// Adds what answers the requests of one host or scheme.
    fn mount_when(
        &mut self,
        router: &mut Router,
        when: &Condition,
        endpoints: Vec<(Vec<Condition>, Endpoint)>,
        span: Span,
    ) {
        let before = router.entries.len();
        for (more, endpoint) in endpoints {
            let conditions = [std::slice::from_ref(when), &more].concat();
            match endpoint {
                Endpoint::Routes(inner) => self.nest_endpoint(router, "/", &inner, &conditions, span),
                Endpoint::Methods(methods) => self.add_entries(router, EVERYTHING, &methods, &conditions, span),
            }
        }
        router.entries.iter_mut().skip(before).for_each(|entry| entry.matching = Matching::Ordered);
    }

    /// Says that a route keeps its whole path and lies beside the one that it is nested at.
    fn note_outside(&mut self, entry: &Entry, prefix: &str, span: Span) {
        self.notes.insert(Note {
            kind: NoteKind::DeadRouter,
            message: format!(
                "`{} {}` isn't below `{prefix}`, where it is nested with its whole path, so it isn't served",
                entry.method, entry.path
            ),
            help: Some("nest it with `nest`, or write the prefix in front of its path".to_owned()),
            span: Some(entry.mounts.first().copied().unwrap_or(span)),
        });
    }

    fn nest_endpoint(
        &mut self,
        router: &mut Router,
        prefix: &str,
        inner: &Router,
        conditions: &[Condition],
        span: Span,
    ) {
        if !self.has_room(router, inner, span) {
            return;
        }
        for entry in &inner.entries {
            let mut entry = entry.clone();
            entry.path = poem::nested_path(prefix, &entry.path);
            entry.mounts.push(span);
            entry.conditions.extend(conditions.iter().cloned());
            router.entries.push(entry);
        }
    }
}

/// Where a nested endpoint answers that has no routes of its own.
fn below(prefix: &str, methods: &[MethodHandler]) -> Vec<String> {
    match methods {
        [method] if let Some(pages) = poem::pages(&service_path(&method.handler.value)) => {
            pages.iter().map(|page| poem::nested_path(prefix, page)).collect()
        }
        _ => vec![poem::nested_path(prefix, EVERYTHING)],
    }
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn service_path(value: &Value) -> Vec<String> {
    Evaluator::service_name(value).split("::").map(str::to_owned).collect()
}

/// The function of another crate that a chain of methods begins with.
pub(super) fn made_by(value: &Value) -> Option<&[String]> {
    let Value::Call(call) = value else { return None };
    match &call.callee {
        Callee::Method { receiver, .. } => made_by(receiver),
        Callee::Path(path) => match &path.resolved {
            Resolved::External(names) => Some(names),
            _ => None,
        },
        Callee::Macro(_) | Callee::Other => None,
    }
}
