//! Applications of actix-web: what the methods of `App`, `Scope`, `Resource` and `ServiceConfig` do to their routes.
//!
//! Middleware and guards hold for all that a router gets, before and after. Middleware is put around each route at once; prefixes
//! and guards are kept in [`Around`] until the router is mounted.

use std::rc::Rc;

use crate::frontend::rust::actix::{self, Function, Kind, Operation};
use crate::frontend::rust::axum::RouterKind;
use crate::resolve::inventory::{Condition, Matching, Note, NoteKind};
use crate::resolve::names::Resolved;
use crate::resolve::value::{Around, Document, Entry, Layer, MethodHandler, MethodRouter, PathValue, Router, Value};
use crate::source::Span;

use super::router::{Arguments, FALLBACK_PATH};
use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// What a function of actix-web gives; `None` for any other function.
    pub(super) fn actix_function(
        &mut self,
        environment: &mut Environment,
        path: &PathValue,
        arguments: &[Value],
        call: Option<&syn::ExprCall>,
        span: Span,
    ) -> Option<Value> {
        let Resolved::External(names) = &path.resolved else { return None };
        let argument = || arguments.first().cloned().unwrap_or(Value::Unknown);
        Some(match actix::function(names, arguments.len())? {
            Function::Router(kind) => {
                let prefixes = match arguments.first() {
                    Some(path) => self.actix_paths(path, span),
                    None => vec![(Vec::new(), String::new())],
                };
                self.actix_router(kind, prefixes, span)
            }
            Function::Route { method } => self.actix_route(method, Value::Unknown, span),
            Function::Method => {
                let demands = self.method_demand(&argument(), span);
                let route = self.actix_route("ANY", Value::Unknown, span);
                self.demanding_route(route, &demands, span)
            }
            Function::To => {
                let place = call.and_then(|call| call.args.first());
                let place = place.map_or(span, |place| self.span_of(environment, place));
                self.actix_route("ANY", argument(), place)
            }
            Function::Server => {
                let application = match argument() {
                    Value::Closure(factory) => self.call_closure(&factory, Vec::new()),
                    Value::Path(factory) => self.call_path(environment, factory, Vec::new(), None, span),
                    other => self.force(&other),
                };
                self.sink(&application, true);
                Value::Unknown
            }
            Function::Test => Value::Unknown,
        })
    }

    pub(super) fn actix_router(&mut self, kind: Kind, prefixes: Vec<(Vec<Condition>, String)>, span: Span) -> Value {
        let mut value = self.new_router(RouterKind::Actix(kind), span);
        if let Value::Router(router) = &mut value {
            Rc::make_mut(router).around = Around { prefixes, ..Around::default() };
        }
        value
    }

    /// What `web::get()` and its relatives give: a route that waits for its handler.
    fn actix_route(&mut self, method: &str, handler: Value, span: Span) -> Value {
        let handler = self.handler(handler, false, span);
        Value::MethodRouter(Rc::new(MethodRouter { methods: vec![self.method_handler(method.to_owned(), handler)] }))
    }

    /// A method of a router of actix-web; `None` if it isn't one of the framework's own.
    pub(super) fn actix_call(
        &mut self,
        environment: &mut Environment,
        router: &Rc<Router>,
        kind: Kind,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let name = crate::frontend::rust::types::ident_text(&call.method);
        let operation = actix::operation(kind, &name, arguments.len())?;
        let mut router = router.clone();
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Unknown);
        let places: Vec<Span> = call.args.iter().map(|argument| self.span_of(environment, argument)).collect();
        let place = |index: usize| places.get(index).copied().unwrap_or(span);
        match operation {
            Operation::Keep => {}
            Operation::Service => self.register_service(Rc::make_mut(&mut router), &argument(0), &[], span, place(0)),
            Operation::DescribedService => {
                if let Value::Closure(closure) = argument(0) {
                    let service = self.call_closure(&closure, Vec::new());
                    self.register_service(Rc::make_mut(&mut router), &service, &[], span, place(0));
                }
            }
            Operation::Route => {
                let methods = self.method_handlers(argument(1), place(1));
                for (conditions, path) in self.actix_paths(&argument(0), span) {
                    self.add_covered(Rc::make_mut(&mut router), &path, &methods, &conditions, span);
                }
            }
            Operation::OwnRoute => {
                let methods = self.method_handlers(argument(0), place(0));
                self.add_covered(Rc::make_mut(&mut router), "", &methods, &[], span);
            }
            Operation::Handler { method } => {
                let handler = self.handler(argument(0), false, place(0));
                let methods = vec![self.method_handler(method.to_owned(), handler)];
                self.add_covered(Rc::make_mut(&mut router), "", &methods, &[], span);
            }
            Operation::Configure => {
                for (conditions, config) in self.configured(&argument(0), place(0)) {
                    self.mount(Rc::make_mut(&mut router), &config, &conditions, span);
                }
            }
            Operation::Wrap => {
                let layers = self.wrapped(environment, arguments, &call.args);
                cover(Rc::make_mut(&mut router), &layers);
            }
            Operation::Guard => {
                let demands = self.demands(&argument(0), place(0));
                let router = Rc::make_mut(&mut router);
                router.around.demands = std::mem::take(&mut router.around.demands).and(demands);
            }
            Operation::Default => {
                let methods = self.default_handlers(argument(0), place(0));
                let path = if kind == Kind::Resource { "" } else { FALLBACK_PATH };
                let router = Rc::make_mut(&mut router);
                router.entries.retain(|entry| !(entry.is_fallback && entry.path == path));
                self.add_covered(router, path, &methods, &[], span);
                let added = router.entries.len().saturating_sub(methods.len());
                router.entries.iter_mut().skip(added).for_each(|entry| entry.is_fallback = true);
            }
            Operation::Map => match argument(0) {
                Value::Closure(closure) => return Some(self.call_closure(&closure, vec![Value::Router(router)])),
                _ => self.note_unresolved(span, "what is done to this application could not be followed", None),
            },
            Operation::Nest => {
                let prefixes = self.actix_paths(&argument(0), span);
                for (conditions, inner) in self.routers(argument(1), span) {
                    let inner = self.scoped(&inner, &prefixes);
                    self.mount(Rc::make_mut(&mut router), &inner, &conditions, span);
                }
            }
            Operation::Lend => {
                let place = call.args.first().unwrap_or(&call.receiver);
                match argument(0) {
                    Value::Router(mut config) => {
                        self.mount(Rc::make_mut(&mut config), &router, &[], span);
                        self.assign(environment, beginning(place), Value::Router(config));
                    }
                    _ => self.note_unresolved(span, "what these routes are added to could not be followed", None),
                }
                return Some(Value::Unknown);
            }
            Operation::IntoScope => {
                let prefixes = self.actix_paths(&argument(0), span);
                let mut scope = self.scoped(&router, &prefixes);
                scope.kind = RouterKind::Actix(Kind::Scope);
                return Some(Value::Router(Rc::new(scope)));
            }
            Operation::Look => return Some(Value::Unknown),
            Operation::Split => {
                let document = Value::Document(Rc::new(Document::default()));
                return Some(Value::tuple(vec![Value::Router(router), document]));
            }
        }
        let value = Value::Router(router);
        // A `ServiceConfig` is changed in place, wherever the chain of calls began.
        if kind == Kind::Config {
            self.assign(environment, beginning(&call.receiver), value.clone());
        }
        Some(value)
    }

    /// A method of a route; `None` if it isn't one of actix-web's.
    pub(super) fn actix_route_call(
        &mut self,
        environment: &Environment,
        route: &Rc<MethodRouter>,
        name: &str,
        arguments: &[Value],
        expressions: &Arguments,
        span: Span,
    ) -> Option<Value> {
        let argument = arguments.first().cloned().unwrap_or(Value::Unknown);
        let place = expressions.first().map_or(span, |expression| self.span_of(environment, expression));
        let mut route = MethodRouter::clone(route);
        match name {
            "to" | "service" => {
                let handler = self.handler(argument, name == "service", place);
                route.methods.iter_mut().for_each(|method| method.handler = handler.clone());
            }
            "wrap" => {
                let layers = self.wrapped(environment, arguments, expressions);
                super::layer::add_layers(&mut route.methods, &layers);
            }
            "guard" => {
                let demands = self.demands(&argument, place);
                return Some(self.demanding_route(Value::MethodRouter(Rc::new(route)), &demands, place));
            }
            "method" => {
                let demands = self.method_demand(&argument, place);
                return Some(self.demanding_route(Value::MethodRouter(Rc::new(route)), &demands, place));
            }
            _ => return None,
        }
        Some(Value::MethodRouter(Rc::new(route)))
    }

    /// The same routes under prefixes.
    fn scoped(&self, router: &Router, prefixes: &[(Vec<Condition>, String)]) -> Router {
        Router { around: Around { prefixes: prefixes.to_vec(), ..router.around.clone() }, ..router.clone() }
    }

    /// The paths that a value may be, a list of them for a resource that has several.
    fn actix_paths(&mut self, value: &Value, span: Span) -> Vec<(Vec<Condition>, String)> {
        match self.force(value) {
            Value::List(paths) => paths.iter().flat_map(|path| self.actix_paths(path, span)).collect(),
            value => self.paths_as(&value, span, |path| actix::with_slash(&actix::template(path))),
        }
    }

    /// Adds routes to a router, inside of the middleware that is around it already.
    pub(super) fn add_covered(
        &mut self,
        router: &mut Router,
        path: &str,
        methods: &[MethodHandler],
        conditions: &[Condition],
        span: Span,
    ) {
        let before = router.entries.len();
        self.add_entries(router, path, methods, conditions, span);
        let layers = router.attached.clone();
        for entry in router.entries.iter_mut().skip(before) {
            entry.layers.extend(layers.iter().cloned());
            entry.matching = Matching::Ordered;
        }
    }

    /// Puts a router into another one, under its prefixes and for the requests that its guards let through.
    pub(super) fn mount(&mut self, router: &mut Router, inner: &Router, conditions: &[Condition], span: Span) {
        for (when, prefix) in &inner.around.prefixes {
            for entry in &inner.entries {
                let methods = inner.around.demands.methods_of(&entry.method);
                if methods.is_empty() {
                    self.note_unreachable(entry.mounts.first().copied().unwrap_or(span), &entry.method, &entry.path);
                }
                for method in methods {
                    let mut entry = Entry { method, path: format!("{prefix}{}", entry.path), ..entry.clone() };
                    entry.mounts.push(span);
                    entry
                        .conditions
                        .extend([when, conditions, &inner.around.demands.conditions].into_iter().flatten().cloned());
                    entry.layers.extend(router.attached.iter().cloned());
                    router.entries.push(entry);
                }
            }
        }
    }

    /// Says that no request gets to a route. Its path is empty where it has none yet.
    pub(super) fn note_unreachable(&mut self, span: Span, method: &str, path: &str) {
        let route = format!("{method} {path}");
        self.notes.insert(Note {
            kind: NoteKind::DeadRouter,
            message: format!(
                "a guard around `{}` only lets other methods through, so it isn't served",
                route.trim_end()
            ),
            help: Some("mount it outside of the guard, or delete it".to_owned()),
            span: Some(span),
        });
    }

    /// What answers where nothing else does: `default_service(web::to(handler))`.
    fn default_handlers(&mut self, value: Value, place: Span) -> Vec<MethodHandler> {
        match self.force(&value) {
            Value::MethodRouter(route) => route.methods.clone(),
            other => {
                let is_service = !matches!(other, Value::Path(_) | Value::Closure(_));
                let handler = self.handler(other, is_service, place);
                vec![self.method_handler("ANY".to_owned(), handler)]
            }
        }
    }
}

/// Puts middleware around all that a router has and will get.
fn cover(router: &mut Router, layers: &[Rc<Layer>]) {
    let inside_out: Vec<Rc<Layer>> = layers.iter().rev().cloned().collect();
    for entry in &mut router.entries {
        entry.layers.extend(inside_out.iter().cloned());
    }
    router.attached.extend(inside_out);
}

/// The variable, or whatever else, that a chain of methods begins with.
pub(super) fn beginning(expression: &syn::Expr) -> &syn::Expr {
    match expression {
        syn::Expr::MethodCall(call) => beginning(&call.receiver),
        syn::Expr::Paren(inner) => beginning(&inner.expr),
        other => other,
    }
}
